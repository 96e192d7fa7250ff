//! From when until when a certificate is valid (RFC 5280 4.1.2.5): the one thing that is read of it here.

use rustls::pki_types::CertificateDer;

use crate::domain::Timestamp;

/// What a certificate says. `None`: it cannot be read.
pub(super) fn validity(certificate: &CertificateDer<'_>) -> Option<(Timestamp, Timestamp)> {
    let (_, whole, _) = element(certificate.as_ref())?;
    let (_, mut fields, _) = element(whole)?;
    // Version, where it is there; then serial number, signature algorithm and issuer.
    let skipped = if fields.first() == Some(&VERSION) { 4 } else { 3 };
    for _ in 0..skipped {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (from_tag, from, rest) = element(validity)?;
    let (until_tag, until, _) = element(rest)?;
    Some((time(from_tag, from)?, time(until_tag, until)?))
}

/// `[0] EXPLICIT`.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first element of DER (X.690): its tag, its content, and what stands behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let length = match first {
        0..=0x7f => usize::from(*first),
        0x81..=0x84 => {
            let (digits, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
            rest = behind;
            digits.iter().fold(0, |length: usize, digit| length << 8 | usize::from(*digit))
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
}

/// `YYMMDDHHMMSSZ`, of 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let full = match tag {
        UTC_TIME if text.get(..2)?.parse::<u8>().ok()? < 50 => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let at = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", full).ok()?;
    Some(Timestamp(jiff::tz::Offset::UTC.to_timestamp(at).ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much of a certificate as is read: version, serial number, algorithm, issuer, validity.
    fn certificate(from: &[u8], until: &[u8], tag: u8) -> CertificateDer<'static> {
        let wrap = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let validity = wrap(0x30, &[wrap(tag, from), wrap(tag, until)].concat());
        let fields = [vec![0xa0, 3, 2, 1, 2, 2, 1, 5, 0x30, 0, 0x30, 0], validity].concat();
        CertificateDer::from(wrap(0x30, &wrap(0x30, &fields)))
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let expected = Some((Timestamp(1_767_225_600_000), Timestamp(1_798_761_599_000)));
        assert_eq!(validity(&certificate(b"260101000000Z", b"261231235959Z", UTC_TIME)), expected);
        assert_eq!(validity(&certificate(b"20260101000000Z", b"20261231235959Z", GENERALIZED_TIME)), expected);
    }

    #[test]
    fn what_is_cut_off_anywhere_says_nothing() {
        let whole = certificate(b"260101000000Z", b"261231235959Z", UTC_TIME);
        for end in 0..whole.len() {
            assert_eq!(validity(&CertificateDer::from(whole[..end].to_vec())), None);
        }
    }
}
