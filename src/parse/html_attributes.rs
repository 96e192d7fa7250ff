//! The attributes that matter: which container holds an earlier mail, and what is hidden.

/// Classes of containers that hold an attribution and a quote.
const QUOTE_CLASSES: &[&str] = &[
    "gmail_quote",
    "gmail_quote_container",
    "gmail_extra_quote",
    "yahoo_quoted",
    "protonmail_quote",
    "moz-cite-prefix",
    "tutanota_quote",
    "zmail_extra",
    "ymail_quote",
    "mail_quote",
    "quoted-message",
    "front-blockquote",
    "hm_quote",
    "moz-forward-container",
    "moz-email-headers-table",
    "wps_quotation",
    "x_gmail_quote",
    "x_moz-cite-prefix",
];
/// Ids of the same.
const QUOTE_IDS: &[&str] = &["yahoo_quoted", "isForwardContent", "isReplyContent", "reply-intro", "ms-outlook-quote"];
/// Ids and classes at which an Outlook puts the earlier mail's head; it goes on to the end.
const HEADS: &[&str] = &[
    "divRplyFwdMsg",
    "x_divRplyFwdMsg",
    "appendonsend",
    "x_appendonsend",
    "OLK_SRC_BODY_SECTION",
    "stopSpelling",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
    "divtagreplyfwd",
    "hotmail_quote",
];

/// Where the tag ends: the index of its `>`, quotes respected, or of the text's end.
pub(super) fn end_of_tag(tail: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tail.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            // A tag that forgot to close its quote would swallow the page.
            (Some(_), b'<') if tail.get(at..).is_some_and(|t| t.starts_with("</")) => return at.saturating_sub(1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    tail.len()
}

/// `Some(to_end)` when the attributes are those of a client's quote container.
pub(super) fn quote_container(attributes: &str) -> Option<bool> {
    if attributes.len() < 5 {
        return None;
    }
    for (name, value) in pairs(attributes) {
        if name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("class") {
            for word in value.split_ascii_whitespace() {
                if HEADS.contains(&word) {
                    return Some(true);
                }
                if QUOTE_CLASSES.contains(&word) || QUOTE_IDS.iter().any(|id| word.starts_with(id)) {
                    return Some(false);
                }
            }
        } else if name.eq_ignore_ascii_case("style") && is_outlook_rule(value) {
            return Some(true);
        }
    }
    None
}

/// Outlook on the desktop draws a thin line above the earlier mail's head.
fn is_outlook_rule(style: &str) -> bool {
    let drawn = |colour: &str| style.contains(colour);
    style.contains("border-top:solid") && (drawn("#E1E1E1 1.0pt") || drawn("#B5C4DF 1.0pt"))
}

/// Whether the element is not displayed.
pub(super) fn hides(attributes: &str) -> bool {
    attributes.len() > 10
        && pairs(attributes).any(|(name, value)| {
            name.eq_ignore_ascii_case("style")
                && value.split(';').any(|rule| {
                    rule.split_once(':').is_some_and(|(property, value)| {
                        property.trim().eq_ignore_ascii_case("display")
                            && value.trim().get(..4).is_some_and(|v| v.eq_ignore_ascii_case("none"))
                    })
                })
        })
}

/// The attributes in order: `name="value"`, `name='value'`, `name=value`, `name`.
fn pairs(attributes: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let quoted = value.strip_prefix('"').map(|v| (v, '"')).or_else(|| value.strip_prefix('\'').map(|v| (v, '\'')));
        let (value, after) = match quoted {
            Some((inside, quote)) => inside.split_once(quote).unwrap_or((inside, "")),
            None => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        rest = after;
        Some((name, value))
    })
}
