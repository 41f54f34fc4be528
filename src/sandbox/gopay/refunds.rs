//! Refunds. Only the refund history shows their ids.
//!
//! A refund counts as soon as it is requested, so the same money cannot be refunded twice.

use alloc::{format, string::String};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{gopay::RefundState, time::to_iso8601};

/// An entry of the refund history.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Refund {
    /// The refund's own id.
    pub id: u64,
    /// The current state.
    pub state: RefundState,
    /// In minor units.
    pub amount: i64,
    /// Unix milliseconds.
    pub requested_at: u64,
    /// Unix milliseconds.
    pub changed_at: u64,
}

impl Refund {
    pub(super) fn to_wire(&self, currency: &str) -> Value {
        json!({
            "id": self.id,
            "state": self.state,
            "amount": self.amount,
            "currency": currency,
            "date_requested": local_time(self.requested_at),
            "date_last_change": local_time(self.changed_at),
        })
    }
}

/// A date with the offset of Prague in winter, as GoPay's dates have an offset.
pub(super) fn local_time(unix_ms: u64) -> String {
    let text = to_iso8601(unix_ms.saturating_add(3_600_000));
    format!("{}+01:00", text.trim_end_matches('Z'))
}
