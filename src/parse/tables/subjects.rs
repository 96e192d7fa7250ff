//! Subject prefixes.

/// Written before the subject of a reply.
pub(in crate::parse) const REPLY_PREFIXES: &[&str] = &[
    "re", // most clients in most languages
    "ref",
    "reply",
    "aw",
    "antwort", // de: Outlook, GMX
    "antw",
    "antwoord",
    "betr", // nl: Outlook, older GroupWise
    "ré",
    "rép",
    "réf",
    "réponse", // fr: Outlook, Notes
    "resp",
    "respuesta",
    "rta", // es
    "res",
    "resposta", // pt: Outlook
    "rif",
    "risp",
    "risposta", // it: Outlook, Notes, Libero
    "odp",
    "odpowiedź", // pl: Outlook, Onet
    "sv",
    "svar",
    "ang",
    "besv", // sv, da, no: Outlook
    "vast",
    "vastaus", // fi
    "odpověď",
    "odpoveď", // cs, sk
    "vá",
    "válasz", // hu: Outlook
    "răsp",
    "raspuns",
    "răspuns", // ro
    "odg",
    "odgovor",
    "одг", // hr, sl, sr: Outlook
    "отг",
    "отн", // bg
    "ynt",
    "yan",
    "yanıt",
    "cevap", // tr: Outlook
    "отв",
    "ответ",
    "на",
    "ha", // ru: Outlook, in Cyrillic and in Latin letters
    "від",
    "відп",
    "відповідь", // uk
    "vastus",    // et
    "απ",
    "απάντηση",
    "σχετ", // el: Outlook
    "ats",  // lt
    "atb",  // lv, cy
    "bls",
    "balas", // id
    "tl",
    "trả lời", // vi
    "ตอบ",
    "ตอบกลับ", // th
    "उत्तर",   // hi
    "返信",
    "返", // ja
    "回复",
    "回覆",
    "答复",
    "答覆",
    "回",
    "回信",
    "回應", // zh
    "답장",
    "회신",
    "답변", // ko
    "رد",
    "الرد",
    "تر",
    "پاسخ", // ar, fa
    "השב",
    "תשובה",
    "תגובה", // he: Outlook
];

/// Written before the subject of a forward.
pub(in crate::parse) const FORWARD_PREFIXES: &[&str] = &[
    "fw",
    "fwd",
    "forward",
    "forwarded", // most clients in most languages
    "wg",
    "weitergeleitet",
    "wtrlt", // de: Outlook, GMX, T-Online
    "doorst",
    "doorgestuurd",
    "dst", // nl: Outlook, older Notes
    "tr",
    "transf",
    "transféré",
    "réexp", // fr: Outlook, Orange
    "rv",
    "rvs",
    "reenv",
    "reenviado",
    "reenvío",
    "renv", // es: Outlook
    "enc",
    "encaminhado",
    "encam",
    "reenc", // pt: Outlook
    "i",
    "inoltra",
    "inoltro",
    "inoltrato",
    "inol", // it: Outlook, Libero
    "pd",
    "podaj",
    "przek",
    "przekazano", // pl: Outlook, Onet
    "vb",
    "vidarebefordrat",
    "vbf", // sv: Outlook
    "vl",
    "välitetty",
    "lähetetty edelleen", // fi: Outlook
    "vidb",
    "vidaresänt",
    "videresendt",
    "videresend",
    "videres", // no, da
    "fs",      // is
    "přep",
    "předáno",
    "přeposláno",
    "přeposl",
    "preposlané",
    "posl", // cs, sk: Seznam, Centrum
    "tov",
    "továbbítás",
    "továbbítva",
    "továbbküldött", // hu: Outlook, Freemail
    "redir",
    "redirecționat", // ro
    "proslj",
    "proslijeđeno",
    "prosl",
    "posr",
    "posredovano",
    "psl",
    "просл", // hr, sr, sl
    "прп",
    "препр",
    "препратено", // bg
    "пересл",
    "пересылка",
    "пер",
    "перенаправлено", // ru: Outlook, mail.ru
    "пересил",
    "переслано", // uk
    "ilt",
    "iletildi",
    "yml", // tr: Outlook
    "πρθ",
    "προώθ",
    "προώθηση", // el: Outlook
    "edast",
    "edasi", // et
    "pārs",
    "pārsūtīts", // lv
    "persiųsta",
    "pers", // lt: Outlook
    "trs",
    "terusan",
    "teruskan",    // id
    "chuyển tiếp", // vi
    "ส่งต่อ",        // th
    "अग्रेषित",      // hi
    "转发",
    "轉寄",
    "轉發",
    "转寄",
    "转",   // zh
    "転送", // ja
    "전달", // ko
    "إعادة توجيه",
    "اعادة توجيه",
    "محول",
    "ارسال", // ar, fa
    "הועבר",
    "העברה", // he
];

/// Written for replies by some clients and for forwards by others: `VS` is Finnish and Estonian for reply (*vastaus*,
/// *vastus*) and Danish and Norwegian for forward (*videresendt*), `R` an Italian reply.
pub(in crate::parse) const AMBIGUOUS_PREFIXES: &[&str] = &["vs", "r"];
