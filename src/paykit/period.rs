//! The billing period that a subscription is in.

use super::objects::BillingInterval;
use crate::time::{MS_PER_DAY, add_months, parse_iso8601};

/// The current period, from and to, in Unix milliseconds: `count` intervals long, and laid so that one of them ends with
/// the recurrence's last day. That day is the only date that GoPay says of a recurrence. Without it the period begins
/// now.
pub fn current_period(interval: BillingInterval, count: u64, last_day: Option<&str>, now: u64) -> (u64, u64) {
    let last = last_day.and_then(parse_iso8601);
    // No recurrence outlives the century.
    let count = count.clamp(1, 36_500);
    let days = |days: u64| Length::Ms(days * MS_PER_DAY);
    let length = match interval {
        BillingInterval::Day => days(count),
        BillingInterval::Week => days(count * 7),
        BillingInterval::Month => Length::Months(count as i64),
        BillingInterval::Year => Length::Months(count as i64 * 12),
        BillingInterval::Custom { duration_ms } => Length::Ms(duration_ms.saturating_mul(count).max(1)),
    };
    match (length, last) {
        (Length::Ms(ms), None) => (now, now.saturating_add(ms)),
        (Length::Months(months), None) => (now, add_months(now, months)),
        (Length::Ms(ms), Some(last)) => {
            let periods_to_go = last.saturating_sub(now).saturating_sub(1) / ms;
            let end = last - periods_to_go * ms;
            (end.saturating_sub(ms), end)
        }
        (Length::Months(months), Some(last)) => {
            // Each is measured from the last day, so that the last day of a month stays one.
            let mut end = last;
            for periods in 1.. {
                let start = add_months(last, -months * periods);
                // Before 1970 there is nothing: there it stands still.
                if start <= now || start >= end {
                    return (start, end);
                }
                end = start;
            }
            (now, end)
        }
    }
}

enum Length {
    Months(i64),
    Ms(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> u64 {
        parse_iso8601(text).expect("a date")
    }

    #[test]
    fn the_current_period_is_one_cycle_around_now() {
        use BillingInterval::*;
        let weeks = Custom { duration_ms: 14 * MS_PER_DAY };
        for (interval, count, last_day, now, start, end) in [
            (Month, 1, "2027-11-21", "2026-11-21", "2026-11-21", "2026-12-21"),
            (Month, 1, "2027-11-21", "2026-12-20T23:59:59", "2026-11-21", "2026-12-21"),
            (Month, 1, "2027-01-31", "2026-11-15", "2026-10-31", "2026-11-30"),
            (Month, 1, "2027-01-31", "2026-11-30", "2026-11-30", "2026-12-31"),
            (Month, 3, "2027-11-21", "2027-01-01", "2026-11-21", "2027-02-21"),
            (Day, 1, "2027-11-21", "2026-11-21T12:00:00", "2026-11-21", "2026-11-22"),
            (Week, 2, "2027-11-20", "2026-11-21T12:00:00", "2026-11-21", "2026-12-05"),
            (weeks, 1, "2027-11-20", "2026-11-21T12:00:00", "2026-11-21", "2026-12-05"),
            (Year, 1, "2031-02-28", "2028-02-29", "2028-02-28", "2029-02-28"),
            // It is over: the last one.
            (Month, 1, "2026-01-21", "2026-11-21", "2025-12-21", "2026-01-21"),
        ] {
            let period = current_period(interval, count, Some(last_day), at(now));
            assert_eq!(period, (at(start), at(end)), "{interval:?} {count} {last_day} {now}");
        }
    }

    #[test]
    fn without_a_last_day_it_begins_now() {
        let now = at("2026-01-31T10:00:00");
        let month = (now, at("2026-02-28T10:00:00"));
        assert_eq!(current_period(BillingInterval::Month, 1, None, now), month);
        assert_eq!(current_period(BillingInterval::Month, 0, Some("soon"), now), month);
        assert_eq!(current_period(BillingInterval::Day, 2, None, now).1, at("2026-02-02T10:00:00"));
    }

    #[test]
    fn nothing_overflows_or_runs_for_ever() {
        for interval in
            [BillingInterval::Year, BillingInterval::Month, BillingInterval::Custom { duration_ms: u64::MAX }]
        {
            for last_day in [None, Some("9999-12-31"), Some("1970-01-01")] {
                for now in [0, u64::MAX] {
                    for count in [0, 1, u64::MAX] {
                        current_period(interval, count, last_day, now);
                    }
                }
            }
        }
    }
}
