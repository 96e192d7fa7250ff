//! Attribution lines: with which words they begin, and what they say of the writer.
//!
//! Most clients write a date, a writer and a verb in some order. The verb is what tells a language; openers help where a
//! line is wrapped. What has neither is known by its shape (a date with an address) when quoted lines follow.

/// The first word of an attribution line, lower-cased, at most [`LONGEST_OPENER`] bytes.
pub(in crate::parse) const ATTRIBUTION_OPENERS: &[&str] = &[
    "on",
    "at",
    "quoting", // en; Eudora, Horde
    "op",
    "citeren", // nl; Horde
    "am",
    "zitat", // de; Horde
    "le",
    "selon", // fr; old IMP
    "el",
    "quien", // es
    "em",
    "às",
    "no", // pt: Gmail, Thunderbird, Apple Mail
    "a",
    "il",
    "in",
    "alle", // it; Eudora
    "w",
    "dnia",
    "wiadomość",
    "użytkownik", // pl: Thunderbird, Gmail, Apple Mail, Onet
    "den",
    "på",  // sv, da, no
    "dne", // cs
    "dňa", // sk
    "вы",  // ru: The Bat!
    "на",  // bg
    "în",
    "in",
    "pe", // ro
    "dana",
    "дана", // hr, sr
    "v",
    "dne",      // sl: Gmail, Thunderbird
    "kuupäev:", // et: Gmail
    "στις",     // el
    "vào",
    "lúc",  // vi
    "pada", // id
    "เมื่อ",  // th
    "missatge",
    "el", // ca: Gmail
    "בתאריך",
    "ב", // he: Gmail, Thunderbird
    "في",
    "بتاريخ", // ar
    "در",     // fa
    "在",
    "于", // zh: QQ, 163, Apple Mail
];

/// Longest opener in bytes.
pub(in crate::parse) const LONGEST_OPENER: usize = 24;

/// What an attribution line says of the writer, lower-cased: found where a word begins.
pub(in crate::parse) const ATTRIBUTION_VERBS: &[&str] = &[
    "wrote",
    "writes",
    "quoting", // en; Horde
    "schreef",
    "geschreven",
    "citeren", // nl; Horde
    "schrieb",
    "schrieben",
    "geschrieben",
    "schreibt",
    "zitat von", // de
    "a écrit",
    "a ecrit",
    "écrivait",
    "écrit",
    "avez écrit", // fr
    "escribió",
    "escribio",
    "escribe",
    "ha escrito",
    "citando a", // es; Horde
    "escreveu",
    "escreve",
    "escrito", // pt
    "ha scritto",
    "scrive",
    "scrisse", // it
    "napisał",
    "napisana przez",
    "pisze", // pl
    "skrev",
    "skrevet",
    "skriver",   // sv, da, no
    "kirjoitti", // fi
    "kirjoittaa",
    "napsal",
    "píše",
    "odesílatel", // cs
    "napísal",    // sk
    "пишет",
    "пишете",
    "писали",
    "написал",
    "написала",
    "писал", // ru
    "пише",
    "написав",    // uk
    "написа",     // bg
    "је написао", // sr
    "написао",
    "napisao",
    "piše", // hr, sr
    "je oseba",
    "je napisal", // sl
    "kirjutas",   // et
    "rakstīja",   // lv
    "rašė",       // lt
    "yazdı",
    "şunu yazdı",
    "şunları yazdı",
    "yazmış", // tr
    "έγραψε",
    "a scris", // ro
    "scria",
    "írta", // hu
    "ezt írta",
    "đã viết", // vi
    "menulis", // id, ms
    "va escriure",
    "ha escrit", // ca
    "כתב",
    "כתבה",
    "מאת", // he
    "كتب",
    "تمت كتابة", // ar
    "نوشت",      // fa
];

/// The same in scripts without spaces between words: found anywhere.
pub(in crate::parse) const ATTRIBUTION_VERBS_GLUED: &[&str] = &[
    "のメール",
    "さんは書きました",
    "は書きました",
    "が書きました",
    "さんからのメール",
    "さんのメッセージ",
    "さんが書いた", // ja
    "写道",
    "寫道",
    "来信",
    "來信", // zh
    "작성",
    "님이 쓴",
    "쓴 글",
    "썼습니다",
    "님의 말", // ko
    "เขียน",    // th
    "ने लिखा",  // hi
];

/// Words of attribution lines that are neither date nor name.
pub(in crate::parse) const ATTRIBUTION_FILLERS: &[&str] = &[
    "by",
    "from", // en
    "heeft",
    "het",
    "volgende", // nl
    "hat",
    "folgendes",
    "um",
    "uhr", // de
    "giorno",
    "a",
    "ha",
    "às",
    "à(s)",
    "à", // fr, it, es, pt
    "den",
    "följande",
    "følgende", // sv, da, no
    "przez",
    "użytkownik",
    "napisał(a)", // pl
    "odesílatel",
    "uživatel",
    "napsal(a)",
    "používateľ",
    "napísal(a)", // cs, sk
    "пользователь",
    "написал(а)",
    "від",
    "користувач", // ru, uk
    "időpontban",
    "dátummal",
    "keltezéssel",
    "ezt", // hu
    "tarihinde",
    "şunu",
    "şunları", // tr
    "je",
    "ο",
    "ο/η", // hr, sl, el
];

/// Ends of attribution lines that have no colon: Apple Mail in Japanese, QQ and 163, Zoho between its dashes.
pub(in crate::parse) const ATTRIBUTION_ENDS: &[&str] =
    &["のメール", "さんのメッセージ", "写道", "寫道", "wrote", "書きました", "작성"];
