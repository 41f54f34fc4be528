//! Refunds: the history is the only place where one has an id.
//!
//! A refund counts from the moment it is asked for: what is on its way cannot be given back a second time.

use alloc::{format, string::String};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{gopay::RefundState, time::to_iso8601};

/// An entry of the history.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Refund {
    /// The refund's own.
    pub id: u64,
    /// How far it has come.
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

/// With an offset, as GoPay's dates have one: Prague's in winter.
pub(super) fn local_time(unix_ms: u64) -> String {
    let text = to_iso8601(unix_ms.saturating_add(3_600_000));
    format!("{}+01:00", text.trim_end_matches('Z'))
}
