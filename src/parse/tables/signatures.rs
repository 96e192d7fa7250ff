//! Lines that phones and apps put under a mail, lower-cased.

/// As such lines begin where the words name the writer's own device or the app: nobody begins a sentence so.
pub(in crate::parse) const MOBILE_SIGNATURES: &[&str] = &[
    // en: iPhone, Outlook, Windows Mail, Yahoo, BlackBerry, Airmail
    "sent from my ",
    "from my iphone",
    "from my ipad",
    "someone from mobile",
    "get outlook for ",
    "get [outlook for",
    "sent on the go",
    "sent by galaxy",
    "yahoo mail: search, organize, conquer",
    "please excuse my brevity",
    // nl
    "verstuurd vanaf mijn ",
    "verzonden vanaf mijn ",
    "verstuurd van mijn ",
    "verzonden van mijn ",
    "outlook downloaden",
    // de
    "von meinem ",
    "gesendet von meinem ",
    "gesendet von meiner ",
    "holen sie sich outlook",
    "laden sie outlook",
    "von unterwegs gesendet",
    "diese nachricht wurde von meinem ",
    // fr
    "envoyé de mon ",
    "envoyé de ma ",
    "envoyé depuis mon ",
    "envoyé à partir de mon ",
    "télécharger outlook pour ",
    "téléchargez outlook pour ",
    "obtenir outlook pour ",
    "obtenez outlook pour ",
    // es, pt
    "enviado desde mi ",
    "obtener outlook para ",
    "obtén outlook para ",
    "descargar outlook para ",
    "enviado do meu ",
    "enviado de meu ",
    "enviada do meu ",
    "enviado a partir do meu ",
    "obter o outlook para ",
    "obtenha o outlook para ",
    "obter outlook para ",
    "baixar o outlook",
    // it
    "inviato dal mio ",
    "inviato da mio ",
    "ottieni outlook per ",
    "scarica outlook per ",
    // pl, cs, sk
    "wysłane z mojego ",
    "wysłano z mojego ",
    "pobierz outlook",
    "pobierz aplikację outlook",
    "odesláno z mého ",
    "získat outlook",
    "stáhnout outlook",
    "odoslané z môjho ",
    "získať outlook",
    // sv, da, no, fi
    "skickat från min ",
    "skickat från mitt ",
    "hämta outlook ",
    "skaffa outlook ",
    "sendt fra min ",
    "sendt fra mit ",
    "sendt fra mitt ",
    "hent outlook ",
    "få outlook ",
    "skaff deg outlook",
    "last ned outlook",
    "lähetetty omasta ",
    "hanki outlook",
    "lataa outlook",
    // ru, uk, bg
    "отправлено с моего ",
    "получить outlook",
    "скачать outlook",
    "скачайте outlook",
    "надіслано з мого ",
    "отримати outlook",
    "изпратено от моя ",
    // tr, el, hu, ro
    "android için outlook",
    "ios için outlook",
    "στάλθηκε από το ",
    "στάλθηκε από τη ",
    "az iphone-omról ",
    "trimis de pe ",
    "obțineți outlook",
    // hr, sl, lt, ca
    "poslano s mog ",
    "poslano sa mog ",
    "poslano iz mojega ",
    "išsiųsta iš mano ",
    "enviat des del meu ",
    // he, ar, fa
    "נשלח מה-iphone",
    "נשלח מה-ipad",
    "נשלח מהאייפון",
    "أُرسلت من الـ",
    "أرسلت من جهاز",
    "مرسل من ",
    // vi, id, th
    "đã gửi từ iphone",
    "được gửi từ ",
    "tải outlook",
    "dikirim dari iphone",
    "dikirim dari ponsel",
    "dapatkan outlook",
    "ส่งจาก iphone",
    "ส่งจาก ipad",
    // zh, ja, ko
    "发自我的",
    "發自我的",
    "從我的",
    "从我的",
    "傳送自我的",
    "傳送自 ",
    "获取 outlook",
    "取得 outlook",
    "取得 ios 版 outlook",
    "取得 android 版 outlook",
    "来自我的",
    "來自我的",
    "나의 iphone",
    "내 iphone",
    // Streak for Gmail
    "ᐧ",
];

/// As they end: languages that put the verb last.
pub(in crate::parse) const MOBILE_SIGNATURE_ENDS: &[&str] = &[
    "から送信",                // ja: iPhoneから送信
    "から送信されました",      // ja: Androidから…
    "を入手",                  // ja: Outlook for iOS を入手
    "에서 보냄",               // ko: 나의 iPhone에서 보냄
    "에서 전송",               // ko
    "iphone'umdan gönderildi", // tr
    "ipad'imden gönderildi",
    "cihazımdan gönderildi",
    "telefonumdan gönderildi",
    "से भेजा गया", // hi
];

/// As they begin in words that also begin sentences about parcels and letters: they count with one of [`DEVICES`].
pub(in crate::parse) const SENT_WORDS: &[&str] = &[
    "sent from ",
    "sent with ",
    "sent via ",
    "sent using ",
    "sent securely from ", // en
    "verstuurd vanaf ",
    "verstuurd vanuit ",
    "verzonden vanaf ",
    "verzonden vanuit ",
    "verzonden via ",
    "verstuurd via ",
    "verzonden met ",
    "verstuurd met ",
    // nl
    "gesendet von ",
    "gesendet mit ",
    "gesendet über ",
    "gesendet aus ",
    "diese nachricht wurde mit ", // de
    "envoyé depuis ",
    "envoyé à partir ",
    "envoyé via ",
    "envoyé avec ",
    "envoyé par ",
    "provenance : ", // fr
    "enviado desde ",
    "enviado a través de ",
    "enviado con ", // es
    "enviado do ",
    "enviado pelo ",
    "enviado via ",
    "enviado com ",
    "enviado a partir ", // pt
    "inviato da ",
    "inviato dal ",
    "inviato con ",
    "inviato tramite ", // it
    "wysłane z ",
    "wysłano z ",
    "wysłane za ", // pl
    "odesláno z ",
    "odesláno ze ",
    "odesláno pomocí ",
    "odoslané z ",
    "odoslané zo ", // cs, sk
    "skickat från ",
    "skickad från ",
    "skickades från ",
    "skickat med ", // sv
    "sendt fra ",
    "sendt med ",
    "sendt via ", // da, no
    "lähetetty ", // fi
    "отправлено с ",
    "отправлено из ",
    "отправлено через ", // ru
    "надіслано з ",
    "надіслано через ",
    "відправлено з ", // uk
    "изпратено от ",  // bg
    "στάλθηκε από ",
    "εστάλη από ", // el
    "trimis din ", // ro
    "poslano s ",
    "poslano z ",
    "poslano iz ",
    "послато са ", // hr, sl, sr
    "saadetud ",
    "nosūtīts no ",
    "išsiųsta iš ", // et, lv, lt
    "enviat des ",  // ca
    "נשלח מ",       // he
    "تم الإرسال من ",
    "ارسال شده از ", // ar, fa
    "đã gửi từ ",
    "dikirim dari ",
    "ส่งจาก", // vi, id, th
    "发自 ",
    "发送自", // zh
];

/// Lines of Outlook for phones that begin with its name, whole: questions about Outlook begin so too. With the link they
/// are known by that.
pub(in crate::parse) const OUTLOOK_LINES: &[&str] = &[
    "outlook for ios",
    "outlook for android",
    "outlook for mac", // en
    "outlook voor ios",
    "outlook voor android",
    "outlook voor ios downloaden",
    "outlook voor android downloaden", // nl
    "outlook für ios",
    "outlook für android",
    "outlook für ios beziehen",
    "outlook für android beziehen", // de
    "outlook pour ios",
    "outlook pour android", // fr
    "outlook para ios",
    "outlook para android", // es, pt
    "outlook per ios",
    "outlook per android", // it
    "outlook for ios 다운로드",
    "outlook for android 다운로드", // ko
];

/// The link in such lines.
pub(in crate::parse) const OUTLOOK_LINK: &str = "aka.ms/";

/// Devices and apps, as parts of words.
pub(in crate::parse) const DEVICES: &[&str] = &[
    "iphon",
    "ipad",
    "ipod",
    "ios",
    "android",
    "samsung",
    "galaxy",
    "blackberry",
    "huawei",
    "xiaomi",
    "nokia",
    "htc",
    "pixel",
    "motorola",
    "oneplus",
    "windows",
    "surface",
    "outlook",
    "mail",
    "yahoo",
    "proton",
    "tuta",
    "aol",
    "spark",
    "superhuman",
    "missive",
    "gmx",
    "web.de",
    "k-9",
    "tablet",
    "phone",
    "telefon",
    "téléphone",
    "teléfono",
    "mobil",
    "móvil",
    "handy",
    "cell",
    "gerät",
    "appareil",
    "dispositivo",
    "celular",
    "cellulare",
    "телефон",
    "смартфон",
    "мобильн",
    "мобільн",
    "почт",
    "пошт",
    "puhelim",
    "κινητό",
    "smart",
    "הטלפון",
    "الهاتف",
    "手机",
    "手機",
    "device",
];

/// Words with which people excuse a phone's typing, on the same line. Without one a longer sentence is no phone's.
pub(in crate::parse) const APOLOGIES: &[&str] = &[
    "excuse",
    "typo",
    "brevity",
    "pardon",
    "sorry", // en
    "kürze",
    "tippfehler", // de
    "typefout",
    "beknopt", // nl
    "excusez",
    "fautes", // fr
    "disculpe",
    "errores", // es
    "desculpe",
    "erros", // pt
    "scusa",
    "errori", // it
];
