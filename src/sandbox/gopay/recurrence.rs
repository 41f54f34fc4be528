//! Recurrences: when the next charge is due and when they end.
//!
//! Decided here: cyclic charges fall on the day of the first payment, or on the last day of a shorter month, until the
//! last day has passed in UTC. After three failed charges in a row, a fourth on the same day is an error (343): GoPay
//! recommends three attempts and documents no limit.

use serde::{Deserialize, Serialize};

use super::orders::Terms;
use crate::{
    gopay::{Cycle, RecurrenceState},
    time::add_months,
};

const MS_PER_DAY: u64 = 86_400_000;
const MAX_FAILURES: u32 = 3;

/// The state of a recurrence, a part of its first payment.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Mandate {
    /// The current state.
    pub state: RecurrenceState,
    /// When the first payment was paid, in Unix milliseconds.
    pub started_at: u64,
    /// The number of cyclic charges so far.
    pub cycles: u64,
    /// The number of failed charges since the last paid one.
    pub failures: u32,
    /// When the last charge failed, in Unix milliseconds.
    pub failed_at: u64,
}

impl Mandate {
    pub(super) fn requested() -> Mandate {
        Mandate { state: RecurrenceState::Requested, started_at: 0, cycles: 0, failures: 0, failed_at: 0 }
    }

    pub(super) fn start(&mut self, now_ms: u64) {
        (self.state, self.started_at) = (RecurrenceState::Started, now_ms);
    }

    /// Returns when it charges or ends next, and whether it ends.
    pub(super) fn next(&self, terms: &Terms) -> Option<(u64, bool)> {
        if self.state != RecurrenceState::Started {
            return None;
        }
        let end = (terms.date_to.saturating_add(MS_PER_DAY), true);
        let count = (self.cycles.saturating_add(1)).saturating_mul(terms.period.unwrap_or(1));
        let after = |days: u64| self.started_at.saturating_add(count.saturating_mul(days).saturating_mul(MS_PER_DAY));
        let charge = match terms.cycle {
            Cycle::Day => after(1),
            Cycle::Week => after(7),
            Cycle::Month => add_months(self.started_at, count.try_into().unwrap_or(i64::MAX)),
            _ => return Some(end),
        };
        Some((charge, false)).filter(|charge| charge.0 < end.0).or(Some(end))
    }

    pub(super) fn count(&mut self, paid: bool, now_ms: u64) {
        if paid {
            self.failures = 0;
        } else {
            (self.failures, self.failed_at) = (self.failures.saturating_add(1), now_ms);
        }
    }

    pub(super) fn has_failed_too_often(&self, now_ms: u64) -> bool {
        self.failures >= MAX_FAILURES && now_ms.saturating_sub(self.failed_at) < MS_PER_DAY
    }
}
