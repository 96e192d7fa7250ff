//! The machine part of a delivery report: per-message fields, then a group of fields for each recipient (RFC 3464 2).

use super::codes::{self, Verdict};
use super::fields::{field, is_continuation, typed_address, xtext_decoded};
use super::ids;
use crate::domain::{BounceClass, EmailAddress, ReportedRecipient};

/// Recipients that are kept of one report.
const MOST_RECIPIENTS: usize = 1_000;
/// So much of one field is looked at.
const LONGEST_FIELD: usize = 4_000;

/// What the part says.
#[derive(Debug, Default)]
pub(super) struct DeliveryStatus {
    pub recipients: Vec<ReportedRecipient>,
    pub original_message_id: Option<String>,
    /// How it ended for the worst recipient, with its status. `None` where the part speaks of no recipient.
    pub worst: Option<Verdict>,
}

/// The fields of one recipient (RFC 3464 2.3).
#[derive(Debug, Default)]
struct Group {
    original: Option<String>,
    last: Option<String>,
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
}

/// Reads the part. Blank lines between the groups are missing in some reports and stand inside of groups in others, so a
/// group ends where a field comes again, or at a blank line once it says who and what.
pub(super) fn read(text: &str) -> DeliveryStatus {
    let mut read = DeliveryStatus::default();
    let mut group = Group::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            if group.is_whole() {
                read.take(std::mem::take(&mut group));
            }
            continue;
        }
        let Some((name, value)) = field(line) else { continue };
        let mut value = value.to_owned();
        while let Some(more) = lines.next_if(|line| is_continuation(line)) {
            if value.len() < LONGEST_FIELD {
                value.push(' ');
                value.push_str(more.trim());
            }
        }
        match name.as_str() {
            "original-message-id" | "x-original-message-id" => read.original_message_id = ids::single(&value).0,
            name => {
                if group.has(name) {
                    read.take(std::mem::take(&mut group));
                }
                group.set(name, value);
            }
        }
    }
    read.take(group);
    read
}

impl DeliveryStatus {
    fn take(&mut self, group: Group) {
        let Some(verdict) = group.verdict() else { return };
        let worse = |worst: &Verdict| codes::severity(verdict.class) > codes::severity(worst.class);
        if self.worst.as_ref().is_none_or(worse) {
            self.worst = Some(verdict.clone());
        }
        if let Some(address) = group.address().filter(|_| self.recipients.len() < MOST_RECIPIENTS)
            && !self.recipients.iter().rev().take(50).any(|known| known.address == address)
        {
            self.recipients.push(ReportedRecipient { address, class: verdict.class, status: verdict.status });
        }
    }
}

impl Group {
    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "original-recipient" => &mut self.original,
            "final-recipient" => &mut self.last,
            "action" => &mut self.action,
            "status" => &mut self.status,
            "diagnostic-code" | "x-diagnostic-code" => &mut self.diagnostic,
            _ => return None,
        })
    }

    fn has(&mut self, name: &str) -> bool {
        name != "diagnostic-code" && self.slot(name).is_some_and(|slot| slot.is_some())
    }

    fn set(&mut self, name: &str, value: String) {
        if let Some(slot) = self.slot(name) {
            slot.get_or_insert(value);
        }
    }

    fn is_whole(&self) -> bool {
        (self.original.is_some() || self.last.is_some())
            && (self.action.is_some() || self.status.is_some() || self.diagnostic.is_some())
    }

    /// Whom we wrote to (Original-Recipient, 2.3.1), not what a server made of it (Final-Recipient, 2.3.2).
    fn address(&self) -> Option<EmailAddress> {
        let last = self.last.as_deref().and_then(typed_address);
        let original = self.original.as_deref().and_then(typed_address);
        match (original, last) {
            (Some(original), last) => {
                let decoded = xtext_decoded(&original);
                Some(decoded.filter(|_| last.as_ref() != Some(&original)).unwrap_or(original))
            }
            (None, last) => last,
        }
    }

    /// The action decides (2.3.3); a failure with a status of 4.x.x is temporary all the same. Without an action the
    /// codes do, in the order in which they can be trusted.
    fn verdict(&self) -> Option<Verdict> {
        let diagnostic = self.diagnostic.as_deref().unwrap_or_default();
        let status = self.status.as_deref().unwrap_or_default();
        let action = self.action.as_deref().unwrap_or_default().trim_start().to_lowercase();
        let code = codes::enhanced(status).or_else(|| success(status)).or_else(|| codes::enhanced(diagnostic));
        let said = code.as_deref().and_then(codes::class_of_code);
        // NTMail and others write a reply code for the status.
        let said = said.or_else(|| codes::class_of_code(&codes::reply_code(status)?));
        let vague = code.as_deref().is_some_and(codes::is_vague);
        let told = || {
            let diagnosed = || codes::verdict(diagnostic).map(|verdict| verdict.class);
            if vague { diagnosed().or(said) } else { said.or_else(diagnosed) }
        };
        let class = if action.starts_with("fail") || action.starts_with("permanent") {
            told().filter(|class| *class == BounceClass::Soft).unwrap_or(BounceClass::Hard)
        } else if action.starts_with("delay") || action.starts_with("defer") || action.starts_with("transient") {
            BounceClass::Soft
        } else if ["deliver", "relay", "expand"].iter().any(|word| action.starts_with(word)) {
            BounceClass::None
        } else {
            let someone = (self.original.is_some() || self.last.is_some()).then_some(BounceClass::Hard);
            told().or(someone)?
        };
        Some(Verdict { class, status: code.unwrap_or_default() })
    }
}

/// `2.x.x`, which no notice of failure is searched for.
fn success(status: &str) -> Option<String> {
    let code = status.split(|c: char| !c.is_ascii_digit() && c != '.').find(|word| !word.is_empty())?;
    (code.starts_with("2.") && code.matches('.').count() == 2).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(text: &str) -> Vec<(String, BounceClass, String)> {
        let read = read(text).recipients.into_iter();
        read.map(|r| (r.address.to_string(), r.class, r.status)).collect()
    }

    fn one(address: &str, class: BounceClass, status: &str) -> (String, BounceClass, String) {
        (address.into(), class, status.into())
    }

    #[test]
    fn each_recipient_has_its_group_however_they_are_parted() {
        let group = |name: &str, status: &str| {
            format!("Final-Recipient: rfc822; {name}@example.org\nAction: failed\nStatus: {status}\n")
        };
        let expected =
            [one("ann@example.org", BounceClass::Hard, "5.1.1"), one("bea@example.org", BounceClass::Soft, "4.2.2")];
        let (ann, bea) = (group("ann", "5.1.1"), group("bea", "4.2.2"));
        for text in [
            format!("Reporting-MTA: dns; mx.example.net\n\n{ann}\n{bea}"),
            format!("Reporting-MTA: dns; mx.example.net\n{ann}{bea}"),
            format!("\n \nReporting-MTA: dns; mx.example.net\n \n{ann} \n{bea}\n"),
            format!("{}\n{}", ann.replace("\nAction", "\n\nAction"), bea.replace("\nAction", "\n\nAction")),
        ] {
            assert_eq!(recipients(&text), expected, "{text}");
        }
    }

    #[test]
    fn whom_we_wrote_to_counts_not_what_it_was_rewritten_to() {
        let text = |original: &str| {
            format!("Original-Recipient: {original}\nFinal-Recipient: rfc822; box@store.example.org\nAction: failed\n")
        };
        let address = |original: &str| recipients(&text(original)).remove(0).0;
        assert_eq!(address("rfc822;ann@example.org"), "ann@example.org");
        assert_eq!(address("rfc822;ann+2Bnews@example.org"), "ann+news@example.org");
        assert_eq!(address("rfc822;ann"), "box@store.example.org");
        assert_eq!(address("x400; /S=ann/"), "box@store.example.org");
    }

    #[test]
    fn the_action_decides_and_codes_where_it_is_missing() {
        for (fields, class, status) in [
            ("Action: failed\nStatus: 5.1.1", BounceClass::Hard, "5.1.1"),
            ("Action: Failed (user unknown)\nStatus: 5.0.0 (bad address)", BounceClass::Hard, "5.0.0"),
            ("Action: failed\nStatus: 4.4.7", BounceClass::Soft, "4.4.7"),
            ("Action: failure\nStatus: 553 Exceeded", BounceClass::Hard, ""),
            ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 mailbox full", BounceClass::Soft, "5.0.0"),
            ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 user unknown", BounceClass::Hard, "5.0.0"),
            ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 552 mailbox full", BounceClass::Hard, "5.1.1"),
            ("Action: delayed\nStatus: 5.0.0", BounceClass::Soft, "5.0.0"),
            ("Action: relayed\nStatus: 2.1.9", BounceClass::None, "2.1.9"),
            ("Action: expanded (to list)", BounceClass::None, ""),
            ("Status: 4.2.2", BounceClass::Soft, "4.2.2"),
            ("Status: 2.0.0", BounceClass::None, "2.0.0"),
            ("Diagnostic-Code: smtp; 550 5.1.1 User unknown", BounceClass::Hard, "5.1.1"),
            ("Diagnostic-Code: smtp; 452 over quota", BounceClass::Soft, ""),
            ("Action: failed\nDiagnostic-Code: smtp; 451 4.7.1\n Greylisted", BounceClass::Soft, "4.7.1"),
            ("Remote-MTA: dns; mx.example.org", BounceClass::Hard, ""),
        ] {
            let text = format!("Final-Recipient: rfc822;ann@example.org\n{fields}\n");
            assert_eq!(recipients(&text), [one("ann@example.org", class, status)], "{fields}");
        }
    }
}
