//! The billing period that a subscription is in.

use super::objects::BillingInterval;
use crate::time::{MS_PER_DAY, add_months, parse_iso8601};

/// The mean length of a month, in milliseconds.
const MEAN_MONTH: i128 = 2_629_746_000;

/// The dates that are known of a subscription.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeriodDates<'a> {
    /// When the first payment was made, in Unix milliseconds.
    pub start: Option<u64>,
    /// The last day of the recurrence, as `2030-12-31`.
    pub last_day: Option<&'a str>,
}

/// The current period, start and end, in Unix milliseconds. It is `count` intervals long and is counted from the first
/// payment. Without the date of that payment, the periods are laid so that one ends with the last day, and without a
/// last day the period starts now.
pub fn current_period(interval: BillingInterval, count: u64, dates: PeriodDates, now: u64) -> (u64, u64) {
    let last = dates.last_day.and_then(parse_iso8601);
    let anchor = dates.start.or(last).unwrap_or(now);
    // A recurrence that is over stays in its last period.
    let now = last.map_or(now, |last| now.min(last.saturating_sub(1)));
    // No recurrence outlives the century.
    let count = count.clamp(1, 36_500);
    match interval {
        BillingInterval::Day => periods_of_ms(anchor, count * MS_PER_DAY, now),
        BillingInterval::Week => periods_of_ms(anchor, count * 7 * MS_PER_DAY, now),
        BillingInterval::Custom { duration_ms } => periods_of_ms(anchor, duration_ms.saturating_mul(count).max(1), now),
        BillingInterval::Month => periods_of_months(anchor, count as i64, now),
        BillingInterval::Year => periods_of_months(anchor, count as i64 * 12, now),
    }
}

fn periods_of_ms(anchor: u64, ms: u64, now: u64) -> (u64, u64) {
    let (anchor, ms) = (i128::from(anchor), i128::from(ms));
    let start = anchor + (i128::from(now) - anchor).div_euclid(ms) * ms;
    let clamp = |time: i128| time.clamp(0, i128::from(u64::MAX)) as u64;
    (clamp(start), clamp(start + ms))
}

fn periods_of_months(anchor: u64, months: i64, now: u64) -> (u64, u64) {
    // Each boundary is measured from the anchor, so that the last day of a month stays one.
    let boundary = |index: i64| add_months(anchor, months.saturating_mul(index));
    let elapsed = i128::from(now) - i128::from(anchor);
    let estimate = elapsed.div_euclid(MEAN_MONTH * i128::from(months)).clamp(-100_000, 100_000) as i64;
    let indexes = [estimate, estimate - 1, estimate + 1];
    let index = indexes.into_iter().find(|index| boundary(*index) <= now && now < boundary(index + 1));
    let index = index.unwrap_or(estimate);
    (boundary(index), boundary(index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> u64 {
        parse_iso8601(text).expect("a date")
    }

    #[test]
    fn periods_are_counted_from_the_first_payment() {
        use BillingInterval::*;
        let weeks = Custom { duration_ms: 14 * MS_PER_DAY };
        for (interval, count, start, now, from, to) in [
            (Month, 1, "2026-11-27", "2026-11-27", "2026-11-27", "2026-12-27"),
            (Month, 1, "2026-11-27", "2026-12-26T23:59:59", "2026-11-27", "2026-12-27"),
            (Month, 1, "2026-11-27", "2026-12-27", "2026-12-27", "2027-01-27"),
            (Month, 1, "2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31"),
            (Month, 1, "2026-01-31", "2026-03-30", "2026-02-28", "2026-03-31"),
            (Month, 3, "2026-11-21", "2027-01-01", "2026-11-21", "2027-02-21"),
            (Day, 1, "2026-11-21", "2026-11-21T12:00:00", "2026-11-21", "2026-11-22"),
            (Week, 2, "2026-11-21", "2026-12-05", "2026-12-05", "2026-12-19"),
            (weeks, 1, "2026-11-21", "2026-12-04T12:00:00", "2026-11-21", "2026-12-05"),
            (Year, 1, "2026-11-27", "2029-11-26", "2028-11-27", "2029-11-27"),
            (Year, 1, "2028-02-29", "2029-03-01", "2029-02-28", "2030-02-28"),
            // The recurrence is over: the last period.
            (Month, 1, "2026-11-27", "2040-01-01", "2030-12-27", "2031-01-27"),
        ] {
            let dates = PeriodDates { start: Some(at(start)), last_day: Some("2030-12-31") };
            assert_eq!(
                current_period(interval, count, dates, at(now)),
                (at(from), at(to)),
                "{interval:?} {start} {now}"
            );
        }
    }

    #[test]
    fn a_year_of_a_daily_check_is_always_in_the_period() {
        for first in (0..800).map(|day| at("2026-01-01") + day * MS_PER_DAY) {
            for now in (0..1_500).step_by(37).map(|day| first + day * MS_PER_DAY) {
                let dates = PeriodDates { start: Some(first), last_day: None };
                for interval in [BillingInterval::Month, BillingInterval::Year, BillingInterval::Week] {
                    let (start, end) = current_period(interval, 1, dates, now);
                    assert!(start <= now && now < end, "{first} {now} {interval:?}");
                }
            }
        }
    }

    #[test]
    fn without_the_first_payments_date_a_period_ends_with_the_last_day() {
        use BillingInterval::*;
        for (interval, count, last_day, now, from, to) in [
            (Month, 1, "2027-11-21", "2026-11-21", "2026-11-21", "2026-12-21"),
            (Month, 1, "2027-01-31", "2026-11-15", "2026-10-31", "2026-11-30"),
            (Month, 1, "2027-01-31", "2026-11-30", "2026-11-30", "2026-12-31"),
            (Week, 2, "2027-11-20", "2026-11-21T12:00:00", "2026-11-21", "2026-12-05"),
            (Month, 1, "2026-01-21", "2026-11-21", "2025-12-21", "2026-01-21"),
        ] {
            let dates = PeriodDates { start: None, last_day: Some(last_day) };
            assert_eq!(current_period(interval, count, dates, at(now)), (at(from), at(to)), "{last_day} {now}");
        }
    }

    #[test]
    fn without_any_date_the_period_starts_now() {
        let now = at("2026-01-31T10:00:00");
        let month = (now, at("2026-02-28T10:00:00"));
        let unreadable = PeriodDates { start: None, last_day: Some("soon") };
        assert_eq!(current_period(BillingInterval::Month, 1, PeriodDates::default(), now), month);
        assert_eq!(current_period(BillingInterval::Month, 0, unreadable, now), month);
    }

    #[test]
    fn extreme_values_neither_overflow_nor_loop() {
        for interval in
            [BillingInterval::Year, BillingInterval::Month, BillingInterval::Custom { duration_ms: u64::MAX }]
        {
            for last_day in [None, Some("9999-12-31"), Some("1970-01-01")] {
                for start in [None, Some(0), Some(u64::MAX)] {
                    for now in [0, u64::MAX] {
                        for count in [0, 1, u64::MAX] {
                            current_period(interval, count, PeriodDates { start, last_day }, now);
                        }
                    }
                }
            }
        }
    }
}
