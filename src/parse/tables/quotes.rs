//! Attribution lines, separators and mobile signatures.

/// Words with which an attribution line begins (`On … wrote:`), lower-cased and without the following space.
pub(in crate::parse) const ATTRIBUTION_OPENERS: &[&str] = &[
    "on", // en
    "op", // nl
    "am", // de
    "le", // fr
    "el", // es
    "em", "a", // pt, es/it
    "il", "in", // it
    "w", "dnia", // pl
    "den", "på",  // sv, da, no
    "dne", // cs
    "em:", "vào", "pada", "στις", // vi, id, el
];

/// What an attribution line says of the writer, lower-cased.
pub(in crate::parse) const ATTRIBUTION_VERBS: &[&str] = &[
    "wrote",
    "writes", // en
    "schreef",
    "geschreven", // nl
    "schrieb",
    "geschrieben",
    "schreibt", // de
    "a écrit",
    "a ecrit",
    "écrivait",
    "écrit", // fr
    "escribió",
    "escribio",
    "ha escrito", // es
    "escreveu",
    "escrito", // pt
    "ha scritto",
    "scrive", // it
    "napisał",
    "pisze", // pl
    "skrev",
    "skrevet",   // sv, da, no
    "kirjoitti", // fi
    "napsal",
    "napsala", // cs
    "пишет",
    "написал",
    "писал", // ru
    "yazdı",
    "şunu yazdı",
    "tarihinde", // tr
    "のメール",
    "さんは書きました",
    "が書きました",
    "さんからのメール",
    "さんのメッセージ", // ja
    "写道",
    "寫道",
    "来信", // zh
    "작성",
    "님이 쓴",
    "썼습니다", // ko
    "έγραψε",
    "a scris",
    "írta",
    "đã viết",
    "menulis", // el, ro, hu, vi, id
];

/// Between dashes: the earlier mail follows, as a quote or as a forward (Outlook writes it for both).
pub(in crate::parse) const ORIGINAL_LINES: &[&str] = &[
    "original message",
    "original appointment",
    "original mail", // en
    "oorspronkelijk bericht",
    "origineel bericht", // nl
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "ursprungliche nachricht", // de
    "message d'origine",
    "message d’origine",
    "message original",    // fr
    "mensaje original",    // es
    "mensagem original",   // pt
    "messaggio originale", // it
    "wiadomość oryginalna",
    "oryginalna wiadomość", // pl
    "ursprungligt meddelande",
    "originalmeddelande", // sv
    "oprindelig meddelelse",
    "opprinnelig melding",
    "original meddelelse", // da, no
    "alkuperäinen viesti", // fi
    "původní zpráva",
    "původní e-mail", // cs
    "исходное сообщение",
    "исходное письмо",
    "оригинальное сообщение", // ru
    "orijinal mesaj",
    "özgün ileti",
    "orijinal ileti", // tr
    "元のメッセージ",
    "original message",
    "邮件原件",
    "原始邮件",
    "原始郵件",
    "원본 메시지",
    "원본 메일",
];

/// Lines that phones and apps put under a mail, as they begin.
pub(in crate::parse) const MOBILE_SIGNATURES: &[&str] = &[
    // en
    "sent from my ",
    "sent from mail for windows",
    "sent from outlook",
    "sent from yahoo mail",
    "sent from proton",
    "sent with proton",
    "sent from samsung",
    "sent from blue",
    "sent via ",
    "get outlook for ",
    "outlook for ",
    "sent from gmail",
    "sent from mobile",
    "sent on the go",
    "sent from aol",
    // nl
    "verstuurd vanaf mijn ",
    "verzonden vanaf mijn ",
    "verstuurd vanuit ",
    "verzonden vanuit ",
    "outlook voor ",
    "outlook downloaden",
    "verzonden met ",
    "verstuurd met ",
    "verstuurd van mijn ",
    // de
    "von meinem ",
    "gesendet von ",
    "gesendet mit ",
    "outlook für ",
    "holen sie sich outlook",
    "von unterwegs gesendet",
    "diese nachricht wurde von meinem ",
    // fr
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir ",
    "télécharger outlook pour ",
    "obtenir outlook pour ",
    "obtenez outlook pour ",
    "envoyé avec ",
    // es, pt
    "enviado desde mi ",
    "enviado desde ",
    "obtener outlook para ",
    "enviado do meu ",
    "enviado de meu ",
    "enviado do ",
    "obter o outlook para ",
    "obtenha o outlook para ",
    "baixar o outlook",
    "enviado a partir ",
    // it
    "inviato da ",
    "inviato dal ",
    "ottieni outlook per ",
    "scarica outlook per ",
    // pl, cs
    "wysłane z ",
    "pobierz outlook",
    "odesláno z ",
    "odesláno ze ",
    "získat outlook",
    // sv, da, no, fi
    "skickat från ",
    "skickad från ",
    "hämta outlook för ",
    "sendt fra min ",
    "sendt fra ",
    "hent outlook ",
    "lähetetty ",
    "hanki outlook",
    // ru, tr
    "отправлено с ",
    "отправлено из ",
    "получить outlook",
    "скачать outlook",
    "iphone'umdan gönderildi",
    "i̇phone'umdan gönderildi",
    "android için outlook",
];

/// The same, as such lines end.
pub(in crate::parse) const MOBILE_SIGNATURE_ENDS: &[&str] = &[
    "iphoneから送信",
    "ipadから送信",
    "から送信",
    "を入手",
    "발신",
    "에서 보냄",
    "发自我的iphone",
    "傳送自我的 iphone",
    "gönderildi",
];

/// The same in Chinese and Japanese, as they begin.
pub(in crate::parse) const MOBILE_SIGNATURES_CJK: &[&str] =
    &["发自我的", "從我的", "从我的", "傳送自", "获取 outlook", "나의 iphone"];
