//! Payment intents: their statuses and which follows which.
//!
//! The pages document the order `pending → qr_generated → scanning → authorized → captured → succeeded` and the terminal
//! statuses `expired` and `cancelled`, but not which statuses lead there. Decided here: an authorized intent does not
//! expire, and a captured one is neither canceled nor declined.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{charges::Charge, error_response::ErrorResponse};
use crate::{
    Error, Metadata, Money,
    itpay::{CreatePaymentIntent, Status},
    json::{JsonMap, RawJson, to_tree},
    sandbox::store::Record,
    time::to_iso8601,
};

/// A step of the wallet, or of the gateway in its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// The payer authorizes the payment.
    Authorize,
    /// The payment is canceled.
    Cancel,
    /// The money is captured.
    Capture,
    /// The intent expires now.
    Expire,
    /// The wallet declines before the capture. It scans the code first, if necessary.
    Fail {
        /// The webhook's `failure_reason`.
        reason: String,
    },
    /// All remaining steps up to the success.
    Pay,
    /// The wallet scans the code.
    Scan,
    /// The gateway completes a captured payment.
    Succeed,
}

impl Action {
    /// Reads the name of an action. `reason` is that of `fail`.
    pub fn parse(name: &str, reason: Option<String>) -> Result<Action, Error> {
        Ok(match name {
            "authorize" => Action::Authorize,
            "cancel" => Action::Cancel,
            "capture" => Action::Capture,
            "expire" => Action::Expire,
            "fail" => Action::Fail { reason: reason.unwrap_or_else(|| "declined".into()) },
            "pay" => Action::Pay,
            "scan" => Action::Scan,
            "succeed" => Action::Succeed,
            _ => return Err(Error::invalid("action", &format!("is not known: {name}"))),
        })
    }
}

/// An intent with its internal state.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Intent {
    /// The parameters as created, with the default channel.
    #[serde(deserialize_with = "read_params")]
    pub params: CreatePaymentIntent,
    /// The current status.
    pub status: Status,
    /// Unix milliseconds.
    pub created_at: u64,
    /// Unix milliseconds, for the charge, too.
    pub expires_at: u64,
    /// The QR charge. An intent has one at most.
    pub charge: Option<Charge>,
    /// Why the wallet declined.
    pub failure_reason: Option<String>,
    /// All statuses, the current one last.
    pub history: Vec<Change>,
}

/// A status and the time at which it began.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Change {
    /// The status.
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

    /// Returns the wire object: the client's fields, overridden by the gateway's own.
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

    /// Attaches the QR charge.
    pub(super) fn generate_qr(&mut self, charge: Charge, now_ms: u64) -> Result<(), ErrorResponse> {
        match &self.status {
            Status::Pending => {
                self.charge = Some(charge);
                self.enter(Status::QrGenerated, now_ms);
                Ok(())
            }
            Status::Expired => Err(ErrorResponse::payment_expired(&self.params.id)),
            other => Err(ErrorResponse::not_pending(other.as_str())),
        }
    }

    /// Enters the statuses that an action leads to, or returns why the current status does not allow it.
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
                return Err(Error::invalid(
                    "status",
                    &format!("is {}, which does not allow this action", status.as_str()),
                ));
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

    /// Returns the history after the first `known` entries.
    pub(super) fn changes_since(&self, known: usize) -> impl Iterator<Item = Change> {
        self.history.iter().skip(known).cloned()
    }

    /// Whether it still expires at its deadline.
    pub(super) fn can_expire(&self) -> bool {
        matches!(self.status, Status::Pending | Status::QrGenerated | Status::Scanning)
    }

    /// The event type of its status. No page names one for `cancelled`, so none is sent.
    pub(super) fn event_type(&self) -> Option<&'static str> {
        match self.status {
            Status::Succeeded => Some("payment_intent.succeeded"),
            Status::Failed => Some("payment_intent.failed"),
            Status::Expired => Some("payment_intent.expired"),
            _ => None,
        }
    }

    /// The `data` of its events (Go SDK page).
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

impl Record for Intent {
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
