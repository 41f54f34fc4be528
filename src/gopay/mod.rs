//! The client's side of GoPay's REST API v3: one file per resource, its model and its endpoints together.
//!
//! Facts and their sources: GoPay's API documentation and SDKs, and what was seen of them in practice. Amounts are
//! integers in minor units. A call that moves money is sent once: what is known after a failure says [`Outcome`].

mod accounts;
mod cards;
mod error_body;
mod language;
mod normalize;
mod notification;
mod outcome;
mod payments;
mod preauthorization;
mod qr_payments;
mod raw_call;
mod reconcile;
mod recurrence;
#[cfg(feature = "paykit")]
mod refund_entry;
mod refund_log;
mod refunds;
pub mod routes;
mod session;
mod token;

use alloc::{
    boxed::Box,
    string::{String, ToString},
};

use serde_json::value::RawValue;

use crate::{
    ApiError, Endpoint, Error, endpoint,
    http::Response,
    json::{FieldError, FieldReader, FieldResult, RawJson, open_enum},
};

#[cfg(feature = "paykit")]
pub(crate) use self::payments::{MAX_CONTACT, MAX_DESCRIPTION, MAX_ORDER_NUMBER, MAX_URL};
pub use self::{
    accounts::{AccountStatement, PaymentInstruments},
    cards::{Card, CardStatus, DeleteCard, RetrieveCard},
    language::Language,
    normalize::{decode_entities, normalize},
    notification::Notification,
    outcome::{Observation, Operation, SentBetween},
    payments::{CreatePayment, Payment, RetrievePayment, State},
    preauthorization::{Capture, Preauthorization, PreauthorizationState, VoidAuthorization},
    qr_payments::{QrPayment, RetrieveQrPayment},
    raw_call::RawCall,
    recurrence::{CreateRecurrence, Cycle, Recurrence, RecurrenceState, VoidRecurrence},
    refunds::{ListRefunds, Refund, RefundPayment, RefundState},
    session::{MemoryStore, Prepared, Session, SessionStore, base_url},
    token::{Scope, Token, TokenRequest, authorize},
};
#[cfg(feature = "paykit")]
use self::{reconcile::sent_between, refund_log::RefundLog};
#[doc(no_inline)]
pub use crate::Outcome;

/// Where the real gateway is.
pub const PRODUCTION_URL: &str = "https://gate.gopay.cz/api";
/// Where its sandbox is.
pub const SANDBOX_URL: &str = "https://gw.sandbox.gopay.com/api";
/// How long one attempt may take, in milliseconds: as GoPay's own SDKs.
pub const DEFAULT_TIMEOUT: u32 = 30_000;

/// A call of GoPay's API, as a [`Session`] makes it: its response is normalized before it is read.
pub trait GoPayEndpoint: Endpoint {
    /// Whether the call changes something. Then it is sent once.
    const CHANGES: bool = false;

    /// Reads the normalized JSON of a successful response, which must be about what was asked for.
    fn read(&self, response: &Response, json: &str) -> Result<Self::Output, Error>;

    /// What the call changes, if it changes something.
    fn change(&self) -> Option<Change> {
        None
    }
}

/// A change that a call makes to a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The payment's id; of a call that creates a payment, empty.
    pub payment_id: String,
    /// The kind of change.
    pub operation: Operation,
}

impl Change {
    fn new(payment_id: &str, operation: Operation) -> Option<Change> {
        Some(Change { payment_id: payment_id.to_string(), operation })
    }
}

open_enum! {
    /// How far the gateway is with what it was asked for.
    OperationStatus {
        /// Queued. Read the payment later.
        Accepted = "ACCEPTED",
        /// It will not happen.
        Failed = "FAILED",
        /// Done.
        Finished = "FINISHED",
    }
}

/// What a call that changes a payment is answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationResult {
    /// The payment's id, as far as the gateway says it.
    pub id: Option<String>,
    /// How far it is.
    pub result: OperationStatus,
}

impl OperationResult {
    fn read(mut fields: FieldReader) -> FieldResult<OperationResult> {
        Ok(OperationResult { id: id(&mut fields, "id")?, result: fields.string("result")?.into() })
    }
}

impl OperationResult {
    /// Reads the result of a change to a payment. A result that says no is an error response, whatever the status.
    fn of_change(response: &Response, json: &str) -> Result<OperationResult, Error> {
        let done = endpoint::read_object(response, json, OperationResult::read)?;
        done.clone().into_result(response)?;
        Ok(done)
    }

    /// A result that says no is a refusal, whatever the status.
    pub fn into_result(self, response: &Response) -> Result<(), Error> {
        if self.result != OperationStatus::Failed {
            return Ok(());
        }
        Err(Error::Api(Box::new(ApiError {
            status: response.status,
            code: Some("FAILED".into()),
            message: "the result is FAILED: nothing was changed".into(),
            request_id: response.request_id().map(Into::into),
            ..ApiError::default()
        })))
    }
}

/// A successful answer with a field that cannot be right.
pub fn invalid_field(response: &Response, field: &str, problem: &str) -> Error {
    endpoint::invalid_response(response, FieldError { field: field.into(), problem: problem.into() })
}

/// Reads an object out of an answer, or the refusal that it is.
fn parse_object<T>(response: &Response, read: impl FnOnce(FieldReader) -> FieldResult<T>) -> Result<T, Error> {
    endpoint::read_object(response, parse_json(response)?.as_str(), read)
}

/// The normalized JSON of a successful response.
pub fn parse_json(response: &Response) -> Result<RawJson, Error> {
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    normalize(json.get())
        .ok_or_else(|| invalid_field(response, "body", "is nested too deeply, or has an escape that is no character"))
}

/// The normalized JSON of a successful response; none for an empty body.
pub fn parse_optional_json(response: &Response) -> Result<Option<RawJson>, Error> {
    if response.is_success() && response.body.is_empty() { Ok(None) } else { parse_json(response).map(Some) }
}

/// An id, which the gateway writes as a number and, at times, as a string.
pub(crate) fn id(fields: &mut FieldReader, name: &str) -> FieldResult<Option<String>> {
    if let Some(text) = fields.text(name).filter(|text| !text.is_empty()) {
        return Ok(Some(text));
    }
    match fields.take(name) {
        "null" => Ok(None),
        number if number.parse::<u64>().is_ok() => Ok(Some(number.to_string())),
        _ => fields.field_error(name, "must be an id"),
    }
}

/// A caller's payment id. Digits only: anything else could lead the call to another path.
pub(crate) fn payment_id(field: &str, id: &str) -> Result<String, Error> {
    if !id.is_empty() && id.len() <= 19 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(id.to_string())
    } else {
        Err(Error::invalid(field, "must be GoPay's id of a payment: 1 to 19 digits"))
    }
}
