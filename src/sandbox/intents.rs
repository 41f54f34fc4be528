//! PaymentIntents: their statuses and which follows which.
//!
//! The pages give the order `pending → qr_generated → scanning → authorized → captured → succeeded` and the
//! ends `expired` and `cancelled`, but not from where those are reached. Decided here: nothing expires once
//! the payer has agreed, and nothing is called off or refused once the money has moved.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{charges::Charge, error_response::Refusal, table::Row};
use crate::{
    Error, Metadata, Money,
    itpay::{CreatePaymentIntent, Status},
    json::{JsonMap, RawJson, to_tree},
    time::to_iso8601,
};

/// What happens at the wallet, or instead of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// The payer agrees.
    Authorize,
    /// The payment is called off.
    Cancel,
    /// The money moves.
    Capture,
    /// The time is up, now.
    Expire,
    /// The wallet refuses, before the money has moved. It scans the code first if it has not yet.
    Fail {
        /// Goes into the webhook's `failure_reason`.
        reason: String,
    },
    /// Every step that is left, from the scan to the success.
    Pay,
    /// The wallet reads the code.
    Scan,
    /// The gateway closes a captured payment.
    Succeed,
}

/// A payment as the gateway keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Intent {
    /// What was asked for, the channel filled in.
    #[serde(deserialize_with = "read_params")]
    pub params: CreatePaymentIntent,
    /// How far it has come.
    pub status: Status,
    /// Unix milliseconds.
    pub created_at: u64,
    /// Unix milliseconds; the charge's too.
    pub expires_at: u64,
    /// The code to scan; an intent has one at most.
    pub charge: Option<Charge>,
    /// Why the wallet refused.
    pub failure_reason: Option<String>,
    /// Every status it has had, the present one last.
    pub history: Vec<Change>,
}

/// A status, and since when.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Change {
    /// The status that began.
    pub status: Status,
    /// Unix milliseconds.
    pub at: u64,
}

impl Intent {
    pub(super) fn new(params: CreatePaymentIntent, now_ms: u64, expires_at: u64) -> Intent {
        let mut intent = Intent {
            params,
            status: Status::Pending,
            created_at: now_ms,
            expires_at,
            charge: None,
            failure_reason: None,
            history: Vec::new(),
        };
        intent.enter(Status::Pending, now_ms);
        intent
    }

    /// As it stands on the wire. What the client sent stays, but for the fields that are the gateway's.
    pub fn to_wire(&self) -> JsonMap {
        let mut object = to_tree(&self.params);
        object.insert("status".to_owned(), self.status.as_str().into());
        object.insert("created_at".to_owned(), to_iso8601(self.created_at).into());
        object.insert("expires_at".to_owned(), to_iso8601(self.expires_at).into());
        if let Some(charge) = &self.charge {
            object.insert("qr".to_owned(), charge.reference().into());
        }
        object
    }

    /// Gives it the code to scan.
    pub(super) fn generate_qr(&mut self, charge: Charge, now_ms: u64) -> Result<(), Refusal> {
        match &self.status {
            Status::Pending => {
                self.charge = Some(charge);
                self.enter(Status::QrGenerated, now_ms);
                Ok(())
            }
            Status::Expired => Err(Refusal::payment_expired(&self.params.id)),
            other => Err(Refusal::not_pending(other.as_str())),
        }
    }

    /// Goes through the statuses that an action leads to, or says why it leads nowhere.
    pub(super) fn apply(&mut self, action: &Action, now_ms: u64) -> Result<(), Error> {
        use Status::{Authorized, Cancelled, Captured, Expired, Failed, Pending, QrGenerated, Scanning, Succeeded};
        let path: &[Status] = match (action, &self.status) {
            (Action::Scan, QrGenerated) => &[Scanning],
            (Action::Authorize, Scanning) => &[Authorized],
            (Action::Capture, Authorized) => &[Captured],
            (Action::Succeed, Captured) => &[Succeeded],
            (Action::Pay, QrGenerated) => &[Scanning, Authorized, Captured, Succeeded],
            (Action::Pay, Scanning) => &[Authorized, Captured, Succeeded],
            (Action::Pay, Authorized) => &[Captured, Succeeded],
            (Action::Pay, Captured) => &[Succeeded],
            (Action::Fail { .. }, QrGenerated) => &[Scanning, Failed],
            (Action::Fail { .. }, Scanning | Authorized) => &[Failed],
            (Action::Expire, Pending | QrGenerated | Scanning) => &[Expired],
            (Action::Cancel, Pending | QrGenerated | Scanning | Authorized) => &[Cancelled],
            (_, Pending) => return Err(Error::invalid("status", "is pending: there is no QR code to scan yet")),
            (_, status) => {
                return Err(Error::invalid("status", &format!("is {}: that cannot follow", status.as_str())));
            }
        };
        match action {
            Action::Fail { reason } => self.failure_reason = Some(reason.clone()),
            Action::Expire => self.expires_at = self.expires_at.min(now_ms),
            _ => {}
        }
        for status in path {
            self.enter(status.clone(), now_ms);
        }
        Ok(())
    }

    /// What came into its history behind the first so many.
    pub(super) fn changes_since(&self, known: usize) -> impl Iterator<Item = Change> {
        self.history.iter().skip(known).cloned()
    }

    /// Whether its deadline still counts.
    pub(super) fn can_expire(&self) -> bool {
        matches!(self.status, Status::Pending | Status::QrGenerated | Status::Scanning)
    }

    /// The event that its status is announced by. No page names one for `cancelled`, so none is sent.
    pub(super) fn event_type(&self) -> Option<&'static str> {
        match self.status {
            Status::Succeeded => Some("payment_intent.succeeded"),
            Status::Failed => Some("payment_intent.failed"),
            Status::Expired => Some("payment_intent.expired"),
            _ => None,
        }
    }

    /// What a webhook says about it (Go SDK page).
    pub(super) fn event_data(&self) -> EventData<'_> {
        EventData {
            id: &self.params.id,
            amount: &self.params.amount,
            channel: self.params.channel.as_deref(),
            status: &self.status,
            metadata: (!self.params.metadata.is_empty()).then_some(&self.params.metadata),
            failure_reason: self.failure_reason.as_deref(),
        }
    }

    fn enter(&mut self, status: Status, now_ms: u64) {
        if let Some(charge) = &mut self.charge {
            charge.follow(&status);
        }
        self.history.push(Change { status: status.clone(), at: now_ms });
        self.status = status;
    }
}

impl Row for Intent {
    fn id(&self) -> &str {
        &self.params.id
    }
}

#[derive(Serialize)]
pub(super) struct EventData<'a> {
    id: &'a str,
    amount: &'a Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    status: &'a Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'a str>,
}

fn read_params<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CreatePaymentIntent, D::Error> {
    CreatePaymentIntent::from_json(RawJson::deserialize(deserializer)?.as_str()).map_err(D::Error::custom)
}
