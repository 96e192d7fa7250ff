//! Lines that clients put above and below forwarded mails.

/// Above a forwarded mail, between dashes, equal signs or stars. Gmail has written the English one in all languages for
/// years, older ones and webmailers their own; Thunderbird and Zimbra translate it.
pub(in crate::parse) const FORWARD_LINES: &[&str] = &[
    // en; Pegasus "follows", Gnus "start of"
    "forwarded message",
    "forwarded mail",
    "forward message",
    "forwarded email",
    "forwarded letter",
    "forwarded message follows",
    "start of forwarded message",
    "begin forwarded message",
    "message forwarded",
    // nl
    "doorgestuurd bericht",
    "doorgestuurde bericht",
    "doorgezonden bericht",
    "doorgestuurde e-mail",
    // de; web.de "Weitergeleitete Mail"
    "weitergeleitete nachricht",
    "weitergeleitete mail",
    "weitergeleitete e-mail",
    "weitergeleitete email",
    // fr; Zimbra "Mail transféré", Thunderbird "Message transféré"
    "message transféré",
    "message transmis",
    "message réexpédié",
    "message renvoyé",
    "mail transféré",
    "courriel transféré",
    "e-mail transféré",
    // es
    "mensaje reenviado",
    "mensaje remitido",
    "correo reenviado",
    // pt
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "e-mail encaminhado",
    // it
    "messaggio inoltrato",
    "messaggio originale inoltrato",
    "mail inoltrata",
    // pl
    "przekazana wiadomość",
    "treść przekazanej wiadomości",
    "wiadomość przekazana dalej",
    "przesłana wiadomość",
    "przesyłana dalej wiadomość",
    "przesłana dalej wiadomość", // Yahoo
    "wiadomość przekazana",
    "wiadomość przesłana dalej", // HubSpot
    "forwardowana wiadomość",
    // sv
    "vidarebefordrat meddelande",
    "vidarebefordrat e-postmeddelande",
    "vidarebefordrat brev",
    "vidaresänt meddelande",
    // da, no
    "videresendt meddelelse",
    "videresendt besked",
    "videresendt melding",
    "videresendt e-post",
    "videresendt mail",
    "videresendt e-mail",
    // fi
    "välitetty viesti",
    "välitetty viesti / fwd.msg", // Thunderbird
    "edelleen lähetetty viesti",
    "edelleenlähetetty viesti",
    "lähetetty edelleen",
    // cs, sk
    "přeposlaná zpráva",
    "přeposlaný e-mail",
    "přeposílaná zpráva",
    "předaná zpráva",
    "preposlaná správa",
    "preposielaná správa",
    // ru; mail.ru and Yandex "Пересылаемое", Thunderbird "Перенаправленное", "Пересланное"
    "пересылаемое сообщение",
    "перенаправленное сообщение",
    "пересланное сообщение",
    "пересылаемое письмо",
    "пересланное письмо",
    "переадресованное сообщение",
    // uk, bg, sr
    "переслане повідомлення",
    "перенаправлене повідомлення",
    "пересланий лист",
    "пересилаємо повідомлення",
    "препратено съобщение",
    "препратено писмо",
    "прослеђена порука",
    // hr, sr, sl
    "proslijeđena poruka",
    "prosleđena poruka",
    "posredovano sporočilo",
    // tr; Gmail "Yönlendirilen", Thunderbird "İletilen", "Yönlendirilmiş"
    "yönlendirilen ileti",
    "yönlendirilmiş ileti",
    "yönlendirilen mesaj",
    "iletilen mesaj",
    "iletilen ileti",
    "iletilmiş mesaj",
    // el, hu, ro
    "προωθημένο μήνυμα",
    "προωθούμενο μήνυμα",
    "továbbított üzenet",
    "továbbított levél",
    "továbbított e-mail",
    "mesaj redirecționat",
    "mesaj redirectionat",
    "mesaj înaintat",
    "mesaj transmis",
    // et, lv, lt
    "edastatud kiri",
    "edastatud sõnum",
    "pārsūtītais ziņojums",
    "pārsūtīts ziņojums",
    "pārsūtīta vēstule",
    "persiųstas laiškas",
    "persiųstas pranešimas",
    "persiunčiamas laiškas",
    // ca
    "missatge reenviat",
    // he, ar, fa
    "הודעה שהועברה",
    "הודעה מועברת",
    "رسالة معاد توجيهها",
    "رسالة مُعاد توجيهها",
    "الرسالة المعاد توجيهها",
    "رسالة محولة",
    "پیام ارجاع شده",
    "پیام هدایت شده",
    "پیام بازارسال شده",
    // vi, th, id, hi
    "thư được chuyển tiếp",
    "thư chuyển tiếp",
    "chuyển tiếp thư",
    "tin nhắn được chuyển tiếp",
    "tin nhắn đã chuyển tiếp",
    "thư đã chuyển tiếp",
    "ข้อความที่ส่งต่อ",
    "ส่งต่อข้อความ",
    "จดหมายที่ส่งต่อ",
    "pesan terusan",
    "pesan yang diteruskan",
    "pesan diteruskan",
    "mesej dimajukan",
    "अग्रेषित संदेश",
    "फ़ॉरवर्ड किया गया संदेश",
    // ja
    "転送されたメッセージ",
    "転送メッセージ",
    "メッセージを転送", // HubSpot
    "転送されたメール",
    "転送メール",
    "以下は転送メッセージです",
    // zh; QQ "转发的邮件信息", 163 "转发邮件信息", Gmail "转发的邮件", "轉寄的郵件"
    "转发的邮件",
    "转发的消息",
    "转发的邮件信息",
    "转发邮件信息",
    "转发邮件",
    "已转发邮件",
    "转发的信息",
    "轉寄的郵件",
    "轉寄郵件",
    "轉寄郵件訊息",
    "轉發的郵件",
    "已轉寄的郵件",
    "轉寄信件",
    // ko; Naver and Daum "전달된 메일", Gmail "전달된 메일"
    "전달된 메시지",
    "전달된 메일",
    "전달 메시지",
    "전달한 메일",
    "전달된 이메일",
];

/// How such lines begin when the client names the forwarder or the original's author in them.
pub(in crate::parse) const FORWARD_LINE_BEGINNINGS: &[&str] = &[
    "forwarded by ",                  // Lotus Notes: Forwarded by Ann Lee/Example on 01.02.2025 10:00
    "forwarded message from ",        // mutt, Horde
    "doorgestuurd door ",             // Notes, nl
    "doorgestuurd bericht van ",      // Horde, nl
    "weitergeleitet von ",            // Notes, de
    "weitergeleitete nachricht von ", // Horde, de
    "transféré par ",                 // Notes, fr
    "réacheminé par ",
    "message transféré de ", // Horde, fr
    "remitido por ",         // Notes, es
    "reenviado por ",
    "mensaje reenviado de ",    // Horde, es
    "inoltrato da ",            // Notes, it
    "messaggio inoltrato da ",  // Horde, it
    "encaminhado por ",         // Notes, pt
    "mensagem encaminhada de ", // Horde, pt
    "przesłane przez ",         // Notes, pl
    "wiadomość przekazana przez ",
    "przekazana wiadomość od ", // Horde, pl
    "vidarebefordrat av ",      // Notes, sv
    "videresendt af ",          // Notes, da
    "videresendt av ",          // Notes, no
    "edelleenlähettäjä ",       // Notes, fi
    "přeposláno ",              // Notes, cs
    "переслано ",               // Notes, ru
    "転送者 ",                  // Notes, ja
    "转发人 ",                  // Notes, zh
];

/// Above a forwarded mail, as a line of its own that ends with a colon: Apple Mail on the Mac and the iPhone.
pub(in crate::parse) const FORWARD_BEGINNINGS: &[&str] = &[
    "begin forwarded message",
    "forwarded message", // MailMate
    "begin doorgestuurd bericht",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "début du message réexpédié",
    "début du message transféré",
    "inicio del mensaje reenviado",
    "inicia mensaje reenviado",
    "início da mensagem reencaminhada",
    "início da mensagem encaminhada",
    "início de mensagem reencaminhada",
    "inizio messaggio inoltrato",
    "inizio del messaggio inoltrato",
    "początek przekazywanej wiadomości",
    "początek przesłanej dalej wiadomości",
    "vidarebefordrat brev",
    "vidarebefordrat mejl",
    "vidarebefordrat meddelande",
    "start på videresendt besked",
    "start på videresendt e-post",
    "starten på videresendt melding",
    "videresendt melding",
    "start på videresendt melding",
    "välitetty viesti alkaa",
    "edelleenlähetetty viesti alkaa",
    "välitetty viesti",
    "začátek přeposílané zprávy",
    "začátek přeposlané zprávy",
    "začiatok preposlanej správy",
    "začiatok preposielanej správy",
    "начало переадресованного сообщения",
    "начало пересылаемого сообщения",
    "начало пересланного сообщения",
    "початок листа, що пересилається",
    "початок пересланого повідомлення",
    "початок переадресованого повідомлення",
    "ileti başlangıcı",
    "iletilen e-posta başlangıcı",
    "iletilen mesaj başlangıcı",
    "yönlendirilen ileti başlangıcı",
    "έναρξη προωθημένου μηνύματος",
    "αρχή προωθημένου μηνύματος",
    "továbbított levél kezdete",
    "továbbított üzenet kezdete",
    "începe mesajul redirecționat",
    "începutul mesajului redirecționat",
    "început mesaj redirecționat",
    "mesaj redirecționat",
    "započni proslijeđenu poruku",
    "početak proslijeđene poruke",
    "inici del missatge reenviat",
    "תחילת ההודעה שהועברה",
    "תחילת הודעה שהועברה",
    "بداية الرسالة المُعاد توجيهها",
    "بداية الرسالة المعاد توجيهها",
    "بدء الرسالة المعاد توجيهها",
    "bắt đầu thư được chuyển tiếp",
    "bắt đầu thư đã được chuyển tiếp",
    "เริ่มข้อความที่ส่งต่อ",
    "เริ่มต้นข้อความที่ส่งต่อ",
    "awal pesan terusan",
    "mulai pesan terusan",
    "mulai pesan yang diteruskan",
    "अग्रेषित संदेश प्रारंभ",
    "転送されたメッセージ",
    "転送メッセージ",
    "开始转发的邮件",
    "开始转发邮件",
    "下面是被转发的邮件",
    "以下是转发的邮件",
    "下列是轉寄的郵件",
    "開始轉寄郵件",
    "以下是轉寄的郵件",
    "전달된 메시지 시작",
    "전달된 메시지",
    "전달된 이메일 시작",
];

/// Above a forwarded mail's block, as a sentence: The Bat!. Counts only with a block below it.
pub(in crate::parse) const FORWARD_SENTENCES: &[&str] = &[
    "this is a forwarded message",
    "dies ist eine weitergeleitete nachricht",
    "это пересылаемое сообщение",
    "это пересланное сообщение",
    "это перенаправленное сообщение",
    "to jest przesłana wiadomość",
];

/// Above the block of an earlier mail, with its date behind: Orange writes `Message du 04/03/25 10:00`.
pub(in crate::parse) const DATED_LINES: &[&str] = &["message du "];

/// Below a forwarded mail, between dashes, as such lines begin.
pub(in crate::parse) const FORWARD_ENDS: &[&str] = &[
    "end forwarded message",               // mutt, Horde
    "end of forwarded message",            // Gnus, Pegasus
    "end of original message",             // The Bat!
    "ende der weitergeleiteten nachricht", // Horde, de
    "ende der original nachricht",
    "fin du message transféré",          // Horde, fr
    "fin del mensaje reenviado",         // Horde, es
    "fine messaggio inoltrato",          // Horde, it
    "fim da mensagem encaminhada",       // Horde, pt
    "koniec przekazanej wiadomości",     // Horde, pl
    "конец пересылаемого сообщения",     // Yandex
    "конец переадресованного сообщения", // mail.ru
    "конец пересланного сообщения",
    "кінець переадресованого повідомлення",
    "кінець пересланого повідомлення", // ukr.net
];
