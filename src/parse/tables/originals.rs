//! The line above an earlier mail.

/// Between dashes: the earlier mail follows, as a quote or as a forward (Outlook and Samsung write it for both).
pub(in crate::parse) const ORIGINAL_LINES: &[&str] = &[
    "original message",
    "original appointment",
    "original mail",
    "original email",
    "original text", // en
    "oorspronkelijk bericht",
    "origineel bericht",
    "oorspronkelijke bericht", // nl
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "ursprungliche nachricht",
    "ursprüngliche e-mail",
    "originale nachricht", // de
    "message d'origine",
    "message d’origine",
    "message original",
    "message initial",
    "mail original",
    "courriel original",
    "e-mail d'origine", // fr
    "mensaje original",
    "correo original", // es
    "mensagem original",
    "mensagem de origem", // pt
    "messaggio originale",
    "messaggio d'origine", // it
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "wiadomość pierwotna",
    "pierwotna wiadomość", // pl
    "ursprungligt meddelande",
    "originalmeddelande",
    "ursprungliga meddelandet", // sv
    "oprindelig meddelelse",
    "opprinnelig melding",
    "original meddelelse",
    "oprindelig besked",
    "original melding", // da, no
    "alkuperäinen viesti",
    "alkuperäinen sähköposti", // fi
    "původní zpráva",
    "původní e-mail", // cs
    "pôvodná správa", // sk
    "исходное сообщение",
    "исходное письмо",
    "оригинальное сообщение",
    "изначальное сообщение",
    "original сообщение", // ru
    "оригінальне повідомлення",
    "вихідне повідомлення",
    "початкове повідомлення", // uk
    "оригинално съобщение",   // bg
    "orijinal mesaj",
    "özgün ileti",
    "orijinal ileti",
    "özgün mesaj", // tr
    "αρχικό μήνυμα",
    "πρωτότυπο μήνυμα", // el
    "eredeti üzenet",
    "eredeti e-mail", // hu
    "mesaj original",
    "mesajul original", // ro
    "izvorna poruka",
    "originalna poruka",
    "izvirno sporočilo",
    "originalno sporočilo", // hr, sr, sl
    "originaalkiri",
    "algne kiri",
    "algne sõnum", // et
    "sākotnējais ziņojums",
    "oriģinālais ziņojums", // lv
    "originalus laiškas",
    "pradinis pranešimas", // lt
    "missatge original",   // ca
    "הודעה מקורית",        // he
    "الرسالة الأصلية",
    "رسالة أصلية", // ar
    "پیام اصلی",   // fa
    "thư gốc",
    "tin nhắn gốc",
    "tin nhắn ban đầu", // vi
    "ข้อความดั้งเดิม",
    "ข้อความต้นฉบับ", // th
    "pesan asli",
    "mesej asal", // id, ms
    "मूल संदेश",     // hi
    "元のメッセージ",
    "元のメール",
    "オリジナルメッセージ", // ja
    "邮件原件",
    "原始邮件",
    "原始郵件",
    "原始信件",
    "原始信息",
    "原始訊息", // Huawei
    "原邮件",
    "原郵件", // zh: QQ, Outlook, Yahoo
    "원본 메시지",
    "원본 메일",
    "원본메일",
    "원본 이메일", // ko: Outlook, Daum
];

/// The same where a block stands below: words that people write between dashes too. QQ's English, Virgilio.
pub(in crate::parse) const BLOCK_HEADINGS: &[&str] = &["original", "initial header"];
