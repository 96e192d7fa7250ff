//! Whether the author of a mail is who it says, as far as servers say so that the mailbox trusts (RFC 8601 5).

use super::author::is_within;
use crate::domain::*;

/// A method, its result, the property's value.
type MethodResult = (String, String, String);

/// What the credible Authentication-Results say of the author's domain. DMARC decides; where the domain has no DMARC
/// policy, an aligned DKIM or SPF pass, or the failure of all that was tried.
pub(super) fn authentication(arrived: &Arrived<'_>, ws: &Workspace) -> Authentication {
    let Some((_, mailbox)) = ws.mailbox(arrived.mailbox) else { return Authentication::None };
    let Some(author) = arrived.facts.author() else { return Authentication::None };
    verdict(&credible(&arrived.facts.authentication, &mailbox.trusted_authserv_ids), author.address.domain())
}

/// The fields that our own servers wrote. Each server writes above what it received: so only the topmost run of trusted
/// names counts, no Received of somebody else's server may stand above it, and none at all within it, for below that
/// the sender may have written.
fn credible<'f>(fields: &'f [AuthenticationResults], trusted: &[String]) -> Vec<&'f AuthenticationResults> {
    let mut run: Vec<&AuthenticationResults> = Vec::new();
    for field in fields {
        let received = &field.received_by;
        // Gmail and Exchange write below their own Received, milters above.
        let ours = received.iter().all(|host| run.is_empty() && trusted.iter().any(|id| is_of(host, id)));
        if !ours || !trusted.contains(&field.authserv_id) {
            break;
        }
        run.push(field);
    }
    run
}

/// Whether a host belongs to the system that an authserv-id names: the same domain, or a name that nobody outside of a
/// system can mean.
fn is_of(host: &str, id: &str) -> bool {
    const INSIDE: [&str; 6] = [".internal", ".local", ".localdomain", ".lan", ".intranet", ".home.arpa"];
    let parent = id.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'));
    let inside = !host.contains('.') || INSIDE.iter().any(|end| host.ends_with(end));
    inside || is_ip(host) || is_within(host, id) || parent.is_some_and(|parent| is_within(host, parent))
}

/// Our servers hand mail on to each other by their numbers.
fn is_ip(host: &str) -> bool {
    host.contains(':') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn verdict(fields: &[&AuthenticationResults], author: &str) -> Authentication {
    // What one field says of a method, no field below it can add to.
    let of = |method: &str| -> Vec<&MethodResult> {
        let first = fields.iter().find(|field| field.results.iter().any(|(m, ..)| m == method));
        first.into_iter().flat_map(|field| field.results.iter().filter(move |(m, ..)| m == method)).collect()
    };
    match of("dmarc").first().map(|(_, result, _)| result.as_str()) {
        Some("pass") => return Authentication::Pass,
        Some("fail") => return Authentication::Fail,
        // The policy could not be asked for: nobody knows what it says.
        Some("temperror" | "permerror") => return Authentication::None,
        _ => {}
    }
    let tried: Vec<&MethodResult> = of("dkim").into_iter().chain(of("spf")).collect();
    if tried.iter().any(|(_, result, domain)| result == "pass" && is_aligned(domain, author)) {
        return Authentication::Pass;
    }
    let failed = !tried.is_empty() && tried.iter().all(|(_, result, _)| result == "fail");
    if failed { Authentication::Fail } else { Authentication::None }
}

/// Relaxed alignment (RFC 7489 3.1), without the list of public suffixes: one is within the other.
fn is_aligned(found: &str, author: &str) -> bool {
    let domain = found.rsplit('@').next().unwrap_or_default();
    domain.contains('.') && (is_within(author, domain) || is_within(domain, author))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(server: &str, results: &str, received_by: &[&str]) -> AuthenticationResults {
        let result = |text: &str| {
            let (method, rest) = text.split_once('=').unwrap();
            let (result, domain) = rest.split_once(' ').unwrap_or((rest, ""));
            (method.to_owned(), result.to_owned(), domain.to_owned())
        };
        AuthenticationResults {
            authserv_id: server.to_owned(),
            results: results.split(", ").filter(|text| !text.is_empty()).map(result).collect(),
            received_by: received_by.iter().map(|host| (*host).to_owned()).collect(),
        }
    }

    fn judged(fields: &[AuthenticationResults]) -> Authentication {
        let trusted = ["mx.example.org".to_owned(), "mx.google.com".to_owned()];
        verdict(&credible(fields, &trusted), "shop.example")
    }

    #[test]
    fn dmarc_decides_and_without_it_what_was_tried() {
        use Authentication::{Fail, None, Pass};
        for (results, expected) in [
            ("dmarc=pass shop.example", Pass),
            ("dmarc=fail shop.example, dkim=pass shop.example", Fail),
            ("dmarc=none, dkim=pass shop.example", Pass),
            ("dmarc=temperror, dkim=pass shop.example", None),
            ("dkim=pass shop.example, spf=fail a@relay.example", Pass),
            ("dkim=pass mail.shop.example", Pass),
            ("spf=pass bounce@shop.example", Pass),
            ("spf=pass bounce@relay.example", None),
            ("dkim=pass relay.example, dkim=fail shop.example", None),
            ("dkim=pass example", None),
            ("spf=fail shop.example", Fail),
            ("spf=fail shop.example, dkim=fail shop.example", Fail),
            ("spf=fail shop.example, dkim=none", None),
            ("spf=softfail shop.example", None),
            ("spf=neutral, dkim=temperror", None),
            ("arc=pass", None),
            ("", None),
        ] {
            assert_eq!(judged(&[field("mx.example.org", results, &[])]), expected, "{results}");
        }
    }

    #[test]
    fn only_the_topmost_run_of_our_own_servers_is_believed() {
        use Authentication::{Fail, None, Pass};
        let pass = "dmarc=pass shop.example";
        let ours = |results: &str, received_by: &[&str]| field("mx.example.org", results, received_by);
        for (what, fields, expected) in [
            ("nobody said anything", vec![], None),
            ("a stranger's", vec![field("evil.example", pass, &[])], None),
            ("ours below a stranger's", vec![field("evil.example", "spf=none", &[]), ours(pass, &[])], None),
            ("ours, from several programs", vec![ours("spf=none", &[]), ours("dkim=none", &[]), ours(pass, &[])], Pass),
            (
                "below our own Received, as Gmail writes it",
                vec![field("mx.google.com", pass, &["mx.google.com"])],
                Pass,
            ),
            (
                "below our servers' Received",
                vec![ours(pass, &["imap.example.org", "localhost", "10.0.0.3", "a.internal"])],
                Pass,
            ),
            ("below a foreign Received", vec![ours(pass, &["mx.example.org", "mail.evil.example"])], None),
            (
                "below our Received, where ours stood above",
                vec![ours("spf=none", &[]), ours(pass, &["mx.example.org"])],
                None,
            ),
            ("a pass below a fail", vec![ours("dmarc=fail", &[]), ours(pass, &[])], Fail),
            ("a second word on one method", vec![ours("dkim=none", &[]), ours("dkim=pass shop.example", &[])], None),
        ] {
            assert_eq!(judged(&fields), expected, "{what}");
        }
    }
}
