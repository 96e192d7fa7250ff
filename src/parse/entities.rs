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
    let [b'&', name @ ..] = text.as_bytes() else { return None };
    let end = name.iter().take(LONGEST).position(|b| !b.is_ascii_alphanumeric() && *b != b'#')?;
    let c = character(text.get(1..=end)?).filter(|_| name.get(end) != Some(&b'<'))?;
    let semicolon = usize::from(name.get(end) == Some(&b';'));
    Some((c, text.get(1 + end + semicolon..)?))
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
    named(name.as_bytes())
}

/// The characters at 0x80 to 0x9F.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

fn named(name: &[u8]) -> Option<char> {
    Some(match name {
        b"nbsp" => '\u{a0}',
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"rsquo" => '’',
        b"lsquo" => '‘',
        b"ldquo" => '“',
        b"rdquo" => '”',
        b"ndash" => '–',
        b"mdash" => '—',
        b"hellip" => '…',
        b"bull" => '•',
        b"middot" => '·',
        b"laquo" => '«',
        b"raquo" => '»',
        b"euro" => '€',
        b"copy" => '©',
        b"reg" => '®',
        b"trade" => '™',
        b"eacute" => 'é',
        b"egrave" => 'è',
        b"ecirc" => 'ê',
        b"euml" => 'ë',
        b"aacute" => 'á',
        b"agrave" => 'à',
        b"acirc" => 'â',
        b"auml" => 'ä',
        b"aring" => 'å',
        b"atilde" => 'ã',
        b"aelig" => 'æ',
        b"ccedil" => 'ç',
        b"iacute" => 'í',
        b"igrave" => 'ì',
        b"icirc" => 'î',
        b"iuml" => 'ï',
        b"oacute" => 'ó',
        b"ograve" => 'ò',
        b"ocirc" => 'ô',
        b"ouml" => 'ö',
        b"otilde" => 'õ',
        b"oslash" => 'ø',
        b"uacute" => 'ú',
        b"ugrave" => 'ù',
        b"ucirc" => 'û',
        b"uuml" => 'ü',
        b"ntilde" => 'ñ',
        b"szlig" => 'ß',
        b"yacute" => 'ý',
        b"yuml" => 'ÿ',
        b"oelig" => 'œ',
        b"scaron" => 'š',
        b"zcaron" => 'ž',
        b"Eacute" => 'É',
        b"Egrave" => 'È',
        b"Ecirc" => 'Ê',
        b"Aacute" => 'Á',
        b"Agrave" => 'À',
        b"Acirc" => 'Â',
        b"Auml" => 'Ä',
        b"Aring" => 'Å',
        b"Atilde" => 'Ã',
        b"AElig" => 'Æ',
        b"Ccedil" => 'Ç',
        b"Iacute" => 'Í',
        b"Oacute" => 'Ó',
        b"Ocirc" => 'Ô',
        b"Ouml" => 'Ö',
        b"Oslash" => 'Ø',
        b"Uacute" => 'Ú',
        b"Uuml" => 'Ü',
        b"Ntilde" => 'Ñ',
        b"Scaron" => 'Š',
        b"Zcaron" => 'Ž',
        b"iexcl" => '¡',
        b"iquest" => '¿',
        b"cent" => '¢',
        b"pound" => '£',
        b"yen" => '¥',
        b"sect" => '§',
        b"deg" => '°',
        b"plusmn" => '±',
        b"sup2" => '²',
        b"sup3" => '³',
        b"micro" => 'µ',
        b"para" => '¶',
        b"frac12" => '½',
        b"frac14" => '¼',
        b"times" => '×',
        b"divide" => '÷',
        b"ordm" => 'º',
        b"ordf" => 'ª',
        b"shy" => '\u{ad}',
        b"zwnj" => '\u{200c}',
        b"zwj" => '\u{200d}',
        b"ensp" => ' ',
        b"emsp" => ' ',
        b"thinsp" => ' ',
        b"larr" => '←',
        b"rarr" => '→',
        b"check" => '✓',
        b"sbquo" => '‚',
        b"bdquo" => '„',
        b"dagger" => '†',
        b"lsaquo" => '‹',
        b"rsaquo" => '›',
        b"minus" => '−',
        b"le" => '≤',
        b"ge" => '≥',
        b"ne" => '≠',
        b"infin" => '∞',
        b"hearts" => '♥',
        b"not" => '¬',
        b"brvbar" => '¦',
        b"uml" => '¨',
        _ => return None,
    })
}
