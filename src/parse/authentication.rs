//! Authentication-Results (RFC 8601 2.2): who checked, and what came out. Whether to believe it is not judged here.

use crate::domain::AuthenticationResults;

/// More results than this in one field are left out.
const MOST_RESULTS: usize = 50;

/// Reads one field's value. `None` when there is no authserv-id.
pub(super) fn read(value: &str) -> Option<AuthenticationResults> {
    let plain = without_comments(value);
    let mut sections = plain.split(';');
    // authserv-id [ CFWS version ]
    let authserv_id = sections.next()?.split_whitespace().next()?.to_lowercase();
    let results = sections.filter_map(result).take(MOST_RESULTS).collect();
    Some(AuthenticationResults { authserv_id, results })
}

/// `method[/version]=result [reason=…] [ptype.property=value]…`; `none` alone is no result.
fn result(section: &str) -> Option<(String, String, String)> {
    let mut words = section.split_whitespace();
    let (method, outcome) = words.next()?.split_once('=')?;
    let method = method.split('/').next().unwrap_or_default().to_lowercase();
    let wanted = match method.as_str() {
        "dkim" => ["header.d", "header.i"],
        "spf" => ["smtp.mailfrom", "smtp.helo"],
        "dmarc" => ["header.from", "policy.from"],
        _ => ["header.from", "smtp.auth"],
    };
    let properties: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
    let value = wanted.iter().find_map(|name| properties.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)));
    let value = value.or_else(|| properties.iter().find(|(name, _)| name.contains('.')));
    let value = value.map_or(String::new(), |(_, value)| value.trim_matches('"').to_lowercase());
    Some((method, outcome.trim_matches('"').to_lowercase(), value))
}

/// Comments in round brackets may nest (RFC 5322 3.2.2); a `;` inside one or inside quotes ends nothing.
fn without_comments(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            ';' if quoted => {}
            c if depth == 0 => out.push(if quoted && c.is_whitespace() { '_' } else { c }),
            _ => {}
        }
    }
    out.replace(" =", "=").replace("= ", "=")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn methods_results_and_their_domains_are_read() {
        let read = read(
            "mx.example.org 1; dkim=pass (2048-bit; key) header.d=Example.com header.s=s1; \
             spf=softfail reason=\"a; b\" smtp.mailfrom=ann@example.com; dmarc/1 = FAIL header.from=example.com",
        )
        .unwrap();
        assert_eq!(read.authserv_id, "mx.example.org");
        let results: Vec<_> = read.results.iter().map(|(m, r, v)| (m.as_str(), r.as_str(), v.as_str())).collect();
        let expected =
            [("dkim", "pass", "example.com"), ("spf", "softfail", "ann@example.com"), ("dmarc", "fail", "example.com")];
        assert_eq!(results, expected);
    }

    #[test]
    fn none_is_no_result_and_an_empty_field_is_nothing() {
        assert_eq!(read("mx.example.org; none").unwrap().results, []);
        assert_eq!(read("  "), None);
    }
}
