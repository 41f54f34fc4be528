//! A date as GoPay writes it, in a refund's history: the instant that a reader by a pattern and another calendar says, or
//! none. A date without a time zone is no instant.

#![no_main]

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use itpay::gopay::Refund;
use libfuzzer_sys::fuzz_target;
use regex::Regex;
use serde_json::json;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))$")
        .expect("a pattern")
});

fn expected(text: &str) -> Option<u64> {
    let parts = PATTERN.captures(text)?;
    let number = |part: usize| parts.get(part).map_or(Ok(0), |digits| digits.as_str().parse::<i64>()).ok();
    let (year, month, day) = (number(1)?, number(2)?, number(3)?);
    // 30 February becomes 2 March or 1 March.
    let first = NaiveDate::from_ymd_opt(year as i32, month as u32, 1)?;
    let date = first.checked_add_days(Days::new((1..=31).contains(&day).then(|| day as u64 - 1)?))?;
    let (hour, minute, second) = (number(4)?, number(5)?, number(6)?);
    let (offset_hour, offset_minute) = (number(9)?, number(10)?);
    if year < 1970 || hour > 23 || minute > 59 || second > 60 || offset_hour > 23 || offset_minute > 59 {
        return None;
    }
    let fraction = parts.get(7).map_or("", |digits| digits.as_str());
    let ms: i64 = format!("{fraction}000").get(..3)?.parse().ok()?;
    let sign = if parts.get(8).is_some_and(|sign| sign.as_str() == "-") { -1 } else { 1 };
    let midnight = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    let minutes = hour * 60 + minute - sign * (offset_hour * 60 + offset_minute);
    (midnight + minutes * 60_000 + second * 1000 + ms).try_into().ok()
}

fuzz_target!(|text: &str| {
    let history = json!([{ "id": 1, "state": "SUCCESS", "amount": 1, "date_requested": text }]);
    let refunds = Refund::list_from_json(&history.to_string()).expect("a history");
    assert_eq!(refunds.first().and_then(|refund| refund.requested_at), expected(text), "{text:?}");
});
