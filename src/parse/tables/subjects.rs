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

/// Written before the subject of an automatic answer, with a colon after it.
pub(in crate::parse) const AUTOMATIC_PREFIXES: &[&str] = &[
    // en
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "autoresponder",
    "automated reply",
    "automated response",
    "automatic response",
    "out of office",
    "out of the office",
    "out of office reply",
    "out of office autoreply",
    "out of office auto-reply",
    "ooo",
    "on vacation",
    "vacation reply",
    "away from the office",
    "away from my mail",
    // nl
    "automatisch antwoord",
    "automatische beantwoording",
    "automatisch bericht",
    "afwezig",
    "afwezigheid",
    "afwezigheidsbericht",
    "niet aanwezig",
    "niet op kantoor",
    "buiten kantoor",
    "afwezigheidsassistent",
    // de
    "automatische antwort",
    "automatische rückmeldung",
    "automatische antwortnachricht",
    "automatische antwort auf",
    "abwesend",
    "abwesenheit",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "abwesenheitsmeldung",
    "nicht im büro",
    "autoantwort",
    // fr
    "réponse automatique",
    "réponse auto",
    "message automatique",
    "absent",
    "absente",
    "absent du bureau",
    "absence du bureau",
    "message d'absence",
    "notification d'absence",
    // es
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "ausente",
    // pt
    "resposta automática",
    "resposta automatica",
    "fora do escritório",
    "ausência temporária",
    "ausente do escritório",
    // it
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "assente",
    "risposta automatica fuori sede",
    // pl
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "autoodpowiedź",
    "poza biurem",
    "nieobecność",
    // sv, da, no
    "autosvar",
    "automatiskt svar",
    "frånvaro",
    "frånvarande",
    "frånvaromeddelande",
    "ej på kontoret",
    "automatisk svar",
    "autosvar ikke på kontoret",
    "ikke til stede",
    "fraværende",
    "fravær",
    "ikke på kontoret",
    // fi, cs, ru, tr
    "automaattinen vastaus",
    "poissa",
    "poissaoloilmoitus",
    "lomavastaus",
    "automatická odpověď",
    "mimo kancelář",
    "nepřítomnost",
    "odpověď v nepřítomnosti",
    "автоматический ответ",
    "автоответ",
    "вне офиса",
    "нет на работе",
    "otomatik yanıt",
    "otomatik cevap",
    "ofis dışında",
    // ja, zh, ko
    "自動応答",
    "自動返信",
    "不在通知",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動答覆",
    "자동 회신",
    "자동 응답",
    "부재중",
    "부재중 자동 회신",
];

/// A subject that begins so is an automatic answer even without a colon.
pub(in crate::parse) const AUTOMATIC_BEGINNINGS: &[&str] = &[
    "out of office",
    "out of the office",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
    "afwezigheidsbericht",
    "automatische antwort",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "automatická odpověď",
    "автоматический ответ",
    "自動応答",
    "自動返信",
    "自动答复",
    "自动回复",
    "自動回覆",
];

/// What may follow such a beginning without punctuation: until when, or the mail that is answered.
pub(in crate::parse) const AUTOMATIC_CONTINUATIONS: &[&str] =
    &["until", "till", "bis", "ab", "tot", "t/m", "jusqu'au", "hasta", "fino", "até", "do", "to", "til", "till"];
