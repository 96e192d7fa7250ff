//! Subject prefixes.

/// Written before the subject of a reply.
pub(in crate::parse) const REPLY_PREFIXES: &[&str] = &[
    "re",
    "réf",
    "ref", // en, fr
    "aw",
    "antw",
    "antwort",
    "betr", // de, nl
    "rép",
    "ré", // fr
    "res",
    "resp",
    "respuesta",
    "resposta", // es, pt
    "rif",
    "ris", // it
    "odp",
    "od", // pl
    "sv",
    "svar", // sv, da, no
    "ang",  // sv
    "vá",
    "válasz", // hu
    "ynt",
    "yan",
    "cevap", // tr
    "отв",
    "ответ",
    "на", // ru
    "απ",
    "σχετ", // el
    "bls",  // id
    "atb",
    "hs", // lv, cy
    "返信",
    "回复",
    "回覆",
    "答复",
    "答覆",
    "답장",
    "회신",
    "تر",
    "رد",
    "השב",
];

/// Written before the subject of a forward.
pub(in crate::parse) const FORWARD_PREFIXES: &[&str] = &[
    "fw",
    "fwd",
    "forward", // en
    "wg",
    "weitergeleitet", // de
    "doorst",
    "doorgestuurd", // nl
    "tr",
    "transf",
    "transféré", // fr
    "rv",
    "reenv",
    "reenviado", // es
    "enc",
    "encaminhado", // pt
    "i",
    "inoltra",
    "inoltro", // it
    "pd",
    "podaj", // pl
    "vb",
    "vidarebefordrat", // sv
    "vl",              // fi
    "vidb",
    "vidaresänt", // no
    "přep",
    "předáno", // cs
    "пересл",
    "пер", // ru
    "ilt",
    "i̇lt",
    "yml", // tr
    "továbbítás",
    "πρθ",
    "trs", // hu, el, id
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
];

/// Written for replies by some clients and for forwards by others: `VS` is Finnish for reply (*vastaus*) and Danish and
/// Norwegian for forward (*videresendt*), `R` an Italian reply.
pub(in crate::parse) const AMBIGUOUS_PREFIXES: &[&str] = &["vs", "r"];
