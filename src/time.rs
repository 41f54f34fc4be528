//! Dates as text. Nothing here reads a clock: times are Unix milliseconds from the caller.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
pub(crate) const MS_PER_DAY: u64 = 86_400_000;

/// Reads an HTTP date in each of the three formats of RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
#[cold]
#[inline(never)]
pub(crate) fn parse_http_date(text: &str) -> Option<u64> {
    let mut parts = [""; 6];
    for (index, part) in text.split([' ', '-']).filter(|part| !part.is_empty()).enumerate() {
        *parts.get_mut(index)? = part;
    }
    let (day, month, year, clock) = match parts {
        [weekday, day, month, year, clock, "GMT"] if weekday.ends_with(',') => (day, month, year, clock),
        [weekday, month, day, clock, year, ""] if !weekday.ends_with(',') => (day, month, year, clock),
        _ => return None,
    };
    let day = digits(day).filter(|day| (1..=31).contains(day))?;
    let month = MONTHS.iter().position(|known| *known == month)? as u64 + 1;
    // A year of two digits is in the past, or a few decades ahead.
    let year = match digits(year)? {
        year @ 0..70 => 2000 + year,
        year @ 70..100 => 1900 + year,
        year => Some(year).filter(|year| (1970..=9999).contains(year))?,
    };
    let mut clock = clock.split(':');
    let (hour, minute, second) = (digits(clock.next()?)?, digits(clock.next()?)?, digits(clock.next()?)?);
    if hour > 23 || minute > 59 || second > 60 || clock.next().is_some() {
        return None;
    }
    Some(days_from_date(year, month, day) * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000)
}

/// A number of one to four digits.
#[inline(never)]
fn digits(text: &str) -> Option<u64> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.bytes().fold(0, |number, byte| number * 10 + u64::from(byte - b'0')))
}

/// Reads a date and time with its time zone, as ISO 8601 has it. Without a zone a date is no instant.
#[cfg(feature = "gopay")]
pub(crate) fn parse_instant(text: &str) -> Option<u64> {
    let has_zone = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    parse_iso8601(text).filter(|_| has_zone)
}

/// Reads an ISO 8601 date: `2026-11-21`, optionally with a time `T01:04:20`, a fraction, and `Z`, `+01:00` or `+0100`.
/// Without an offset, the time is UTC.
#[cfg(feature = "gopay")]
pub(crate) fn parse_iso8601(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize, most: u64| {
        let digits = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<u64>().ok().filter(|number| *number <= most)
    };
    let mark = |at: usize, mark: &str| text.get(at..at + 1).filter(|found| *found == mark);
    let (year, month, day) = (number(0, 4, 9999)?, number(5, 7, 12)?, number(8, 10, 31)?);
    mark(4, "-").and(mark(7, "-"))?;
    if year < 1970 || month == 0 || day == 0 {
        return None;
    }
    let date = days_from_date(year, month, day) * MS_PER_DAY;
    if text.len() == 10 {
        return Some(date);
    }
    mark(10, "T").or(mark(10, " "))?;
    mark(13, ":").and(mark(16, ":"))?;
    let time = (number(11, 13, 23)? * 60 + number(14, 16, 59)?) * 60_000 + number(17, 19, 60)? * 1000;
    let mut rest = text.get(19..)?;
    let mut ms = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let most = fraction.get(..digits.min(3)).filter(|digits| !digits.is_empty())?;
        ms = alloc::format!("{most:0<3}").parse().ok()?;
        rest = fraction.get(digits..)?;
    }
    let local = date + time + ms;
    if matches!(rest, "" | "Z") {
        return Some(local);
    }
    let at = text.len() - rest.len();
    let minutes = match rest.len() {
        5 => at + 3,
        6 => mark(at + 3, ":").map(|_| at + 4)?,
        _ => return None,
    };
    let offset = (number(at + 1, at + 3, 23)? * 60 + number(minutes, minutes + 2, 59)?) * 60_000;
    match rest.get(..1)? {
        "+" => local.checked_sub(offset),
        "-" => local.checked_add(offset),
        _ => None,
    }
}

/// Formats an ISO 8601 date in UTC with milliseconds: `2026-11-21T01:04:20.000Z`.
#[cfg(any(feature = "paykit", feature = "sandbox"))]
pub(crate) fn to_iso8601(unix_ms: u64) -> alloc::string::String {
    let (year, month, day) = date_from_days(unix_ms / MS_PER_DAY);
    let ms = unix_ms % MS_PER_DAY;
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    alloc::format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
}

/// Formats an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
#[cfg(feature = "sandbox")]
pub(crate) fn to_http_date(unix_ms: u64) -> alloc::string::String {
    let (days, seconds) = (unix_ms / MS_PER_DAY, unix_ms % MS_PER_DAY / 1000);
    let (year, month, day) = date_from_days(days);
    // 1 January 1970 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"].get(days as usize % 7).unwrap_or(&"");
    let month = MONTHS.get(month as usize - 1).unwrap_or(&"");
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    alloc::format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Formats the day: `2026-11-21`.
#[cfg(feature = "paykit")]
pub(crate) fn to_iso_date(unix_ms: u64) -> alloc::string::String {
    let (year, month, day) = date_from_days(unix_ms / MS_PER_DAY);
    alloc::format!("{year:04}-{month:02}-{day:02}")
}

/// Adds months, which may be negative. The day becomes the last of the month if the month is too short.
#[cfg(any(feature = "paykit", feature = "sandbox"))]
pub(crate) fn add_months(unix_ms: u64, months: i64) -> u64 {
    // Nobody sends dates beyond this range, in which the arithmetic is safe.
    let unix_ms = unix_ms.min(LAST_MS);
    let (year, month, day) = date_from_days(unix_ms / MS_PER_DAY);
    let months = ((year * 12 + month - 1) as i64).saturating_add(months).clamp(1970 * 12, 9999 * 12 + 11) as u64;
    let (year, month) = (months / 12, months % 12 + 1);
    let next_month = if month == 12 { days_from_date(year + 1, 1, 1) } else { days_from_date(year, month + 1, 1) };
    let date = days_from_date(year, month, day).min(next_month - 1);
    date * MS_PER_DAY + unix_ms % MS_PER_DAY
}

/// The last millisecond of the year 9999.
#[cfg(any(feature = "paykit", feature = "sandbox"))]
const LAST_MS: u64 = 253_402_300_799_999;

// Both functions count years from March, so that the leap day is the last one, in eras of 400 years.

fn days_from_date(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(any(feature = "paykit", feature = "sandbox"))]
fn date_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_read_to_the_second() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http_date(text), Some(784_111_777_000), "{text}");
        }
        assert_eq!(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199_000));
        assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn an_http_date_survives_a_round_trip() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 29 Feb 2024 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
        {
            assert_eq!(to_http_date(parse_http_date(text).unwrap_or(1)), text);
        }
    }

    #[test]
    fn text_that_is_not_an_http_date_is_none() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0101 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 1:2:3:4 GMT",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }

    #[cfg(feature = "gopay")]
    #[test]
    fn an_iso_date_is_read_with_and_without_its_parts() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("2024-02-29", 1_709_164_800_000),
            ("2025-04-27T00:05:45.678Z", 1_745_712_345_678),
            ("2025-04-27T02:05:45+02:00", 1_745_712_345_000),
            ("2025-04-26T19:05:45.5-0500", 1_745_712_345_500),
            ("2025-04-27 00:05:45", 1_745_712_345_000),
        ] {
            assert_eq!(parse_iso8601(text), Some(ms), "{text}");
        }
        for text in [
            "",
            "2024",
            "2024-2-29",
            "2024-13-01",
            "2024-00-01",
            "1969-12-31",
            "2024/02/29",
            "2024-02-29T",
            "2024-02-29Tab:cd:ef",
            "2024-02-29T00:00:00+1",
            "2024-02-29T00:00:00x0100",
            "2024-02-29T00:00:00é",
            "2024-02-29T00:00:00Zz",
            "2024-02-29T00:00:00.",
            "2024-02-29T00:00:00+9900",
            "2024-02-29T00:00:00+0060",
            "2024-02-29T00:00:00+0:100",
            "2024-02-29T00:00:00+01:0",
            "žžžžž",
            "2024-02-29ž",
        ] {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn a_month_later_is_the_same_day_or_the_last_day() {
        for (from, months, to) in [
            ("2026-01-31", 0, "2026-01-31"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2026-12-30", 1, "2027-01-30"),
            ("2026-01-31", 3 + 12, "2027-04-30"),
        ] {
            let later = add_months(parse_iso8601(from).unwrap_or_default() + 5, months);
            assert_eq!(to_iso8601(later), alloc::format!("{to}T00:00:00.005Z"), "{from} and {months}");
        }
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn an_iso_date_has_the_format_of_other_programs() {
        // From `date -u -d @… +%FT%T`.
        assert_eq!(to_iso8601(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(to_iso8601(1_745_712_345_678), "2025-04-27T00:05:45.678Z");
        assert_eq!(to_iso8601(1_709_251_199_000), "2024-02-29T23:59:59.000Z");
        assert_eq!(to_iso8601(4_107_542_399_000), "2100-02-28T23:59:59.000Z");
    }
}
