//! Dates (RFC 5322 3.3) in their usual form, read as mail-parser reads them, and faster.

use mail_parser::DateTime;

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// `Tue, 4 Mar 2025 10:00:00 +0100`, with one digit of the day or two. `None` for what is written in any other way.
pub(super) fn read(value: &str) -> Option<DateTime> {
    let (weekday, rest) = value.as_bytes().split_at_checked(5)?;
    if !matches!(weekday, [a, b, c, b',', b' '] if [a, b, c].into_iter().all(u8::is_ascii_alphabetic)) {
        return None;
    }
    let (day, rest) = match rest {
        [day, b' ', rest @ ..] => (number(&[*day])?, rest),
        [tens, ones, b' ', rest @ ..] => (number(&[*tens, *ones])?, rest),
        _ => return None,
    };
    let (month, rest) = rest.split_first_chunk::<3>()?;
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    let [b' ', y1, y2, y3, y4, b' ', h1, h2, b':', m1, m2, b':', s1, s2, b' ', sign, zone @ ..] = rest else {
        return None;
    };
    let [z1, z2, z3, z4] = zone else { return None };
    // What no clock shows and no zone is ahead by means something else.
    let two = |tens: &u8, ones: &u8, most: u8| number(&[*tens, *ones]).map(|n| n as u8).filter(|n| *n <= most);
    Some(DateTime {
        // Small years are short for others (RFC 5322 4.3).
        year: number(&[*y1, *y2, *y3, *y4]).filter(|year| *year >= 1000)?,
        month: month as u8,
        day: day as u8,
        hour: two(h1, h2, 23)?,
        minute: two(m1, m2, 59)?,
        second: two(s1, s2, 59)?,
        tz_before_gmt: match sign {
            b'+' => false,
            b'-' => true,
            _ => return None,
        },
        tz_hour: two(z1, z2, 14)?,
        tz_minute: two(z3, z4, 59)?,
    })
}

fn number(digits: &[u8]) -> Option<u16> {
    let add = |number: u16, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0'));
    digits.iter().try_fold(0, add)
}

#[cfg(test)]
mod tests {
    use mail_parser::DateTime;

    use super::read;

    #[test]
    fn plain_dates_are_read_as_all_others_are() {
        let days = ["Tue, 4", "Xyz, 04", "tue, 31", "Fri, 0", "Fri, 99", "Tuesday, 4", "4", "Tue,  4"];
        let months = ["Mar", "Dec", "mar", "Mai", "March"];
        let years = ["2025", "0000", "0031", "1969", "25", "9999"];
        let times = ["10:00:00", "00:59:60", "24:00:00", "23:59:59", "99:99:99", "10:00", "1:00:00"];
        let zones = ["+0000", "-0130", "+1445", "+9999", "-0000", "GMT", "+01", "+0100 (CET)", ""];
        let mut plain = 0;
        for day in days {
            for month in months {
                for date in years.iter().flat_map(|year| times.map(|time| format!("{day} {month} {year} {time}"))) {
                    for date in zones.map(|zone| format!("{date} {zone}")) {
                        let Some(found) = read(&date) else { continue };
                        assert_eq!(Some(found), DateTime::parse_rfc822(&date), "{date}");
                        plain += 1;
                    }
                }
            }
        }
        assert!(plain > 200, "{plain} of them");
        assert_eq!(read("Tue, 4 Mar 2025 10:00:00 +0100 x"), None);
    }
}
