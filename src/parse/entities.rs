//! Character references of HTML: the numeric ones and the named ones that mail programs write.

use std::borrow::Cow;

/// Longest name or number that is looked at, in bytes.
const LONGEST: usize = 12;

/// Replaces every known reference; unknown ones stay as they are written.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut written = 0;
    for at in memchr::memchr_iter(b'&', text.as_bytes()) {
        let Some((c, after)) = text.get(at..).and_then(first) else { continue };
        out.reserve(text.len() - written);
        out.push_str(text.get(written..at).unwrap_or_default());
        out.push(c);
        written = text.len() - after.len();
    }
    if written == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(written..).unwrap_or_default());
    Cow::Owned(out)
}

/// The character of the known reference that a text begins with, and the text behind it. What a tag or the end stands right
/// behind is none.
pub(super) fn first(text: &str) -> Option<(char, &str)> {
    let name = text.strip_prefix('&')?;
    let end = name.bytes().take(LONGEST).position(|b| !b.is_ascii_alphanumeric() && b != b'#')?;
    let (name, after) = name.split_at_checked(end)?;
    let c = character(name).filter(|_| !after.starts_with('<'))?;
    Some((c, after.strip_prefix(';').unwrap_or(after)))
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return Some(match code {
            // HTML reads these as windows-1252.
            0x80..=0x9f => WINDOWS_1252.chars().nth(code as usize - 0x80)?,
            code => char::from_u32(code).filter(|c| *c != '\0' && *c != '\r').unwrap_or('\u{FFFD}'),
        });
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|&(_, c)| c)
}

/// The characters at 0x80 to 0x9F.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The most frequent first.
const NAMED: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("euro", '€'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("aacute", 'á'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("atilde", 'ã'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("iacute", 'í'),
    ("igrave", 'ì'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("oacute", 'ó'),
    ("ograve", 'ò'),
    ("ocirc", 'ô'),
    ("ouml", 'ö'),
    ("otilde", 'õ'),
    ("oslash", 'ø'),
    ("uacute", 'ú'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("ntilde", 'ñ'),
    ("szlig", 'ß'),
    ("yacute", 'ý'),
    ("yuml", 'ÿ'),
    ("oelig", 'œ'),
    ("scaron", 'š'),
    ("zcaron", 'ž'),
    ("Eacute", 'É'),
    ("Egrave", 'È'),
    ("Ecirc", 'Ê'),
    ("Aacute", 'Á'),
    ("Agrave", 'À'),
    ("Acirc", 'Â'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("Atilde", 'Ã'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Iacute", 'Í'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Ouml", 'Ö'),
    ("Oslash", 'Ø'),
    ("Uacute", 'Ú'),
    ("Uuml", 'Ü'),
    ("Ntilde", 'Ñ'),
    ("Scaron", 'Š'),
    ("Zcaron", 'Ž'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("cent", '¢'),
    ("pound", '£'),
    ("yen", '¥'),
    ("sect", '§'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("micro", 'µ'),
    ("para", '¶'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("times", '×'),
    ("divide", '÷'),
    ("ordm", 'º'),
    ("ordf", 'ª'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("larr", '←'),
    ("rarr", '→'),
    ("check", '✓'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("minus", '−'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("infin", '∞'),
    ("hearts", '♥'),
    ("not", '¬'),
    ("brvbar", '¦'),
    ("uml", '¨'),
];
