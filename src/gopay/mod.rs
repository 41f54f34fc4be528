//! The client's side of GoPay's REST API v3. Each resource has one file with its model and endpoints.
//!
//! Sources: GoPay's API documentation and SDKs, and its observed behavior. Amounts are
//! integers in minor units. A call that moves money is sent once. [`Outcome`] says what is known after a failure.

mod accounts;
mod cards;
mod error_body;
mod language;
mod normalize;
mod notification;
mod outcome;
mod payments;
mod preauthorization;
mod prepared;
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
mod session_store;
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
    prepared::Prepared,
    qr_payments::{QrPayment, RetrieveQrPayment},
    raw_call::RawCall,
    recurrence::{CreateRecurrence, Cycle, Recurrence, RecurrenceState, VoidRecurrence},
    refunds::{ListRefunds, Refund, RefundPayment, RefundState},
    session::{Session, base_url},
    session_store::{MemoryStore, SessionStore},
    token::{Scope, Token, TokenRequest, authorize},
};
#[cfg(feature = "paykit")]
use self::{reconcile::sent_between, refund_log::RefundLog};
#[doc(no_inline)]
pub use crate::Outcome;

/// The base URL of production.
pub const PRODUCTION_URL: &str = "https://gate.gopay.cz/api";
/// The base URL of GoPay's sandbox.
pub const SANDBOX_URL: &str = "https://gw.sandbox.gopay.com/api";
/// The default time limit of one attempt, in milliseconds, as in GoPay's own SDKs.
pub const DEFAULT_TIMEOUT: u32 = 30_000;

/// A call of GoPay's API. A [`Session`] normalizes its response before it reads it.
pub trait GoPayEndpoint: Endpoint {
    /// Whether the call changes something. Such a call is sent once.
    const CHANGES: bool = false;

    /// Reads the normalized JSON of a successful response, and checks that it is about the requested resource.
    fn read(&self, response: &Response, json: &str) -> Result<Self::Output, Error>;

    /// The change, if the call makes one.
    fn change(&self) -> Option<Change> {
        None
    }

    /// The id of the payment whose refunds the call lists, if it lists refunds.
    fn lists_refunds_of(&self) -> Option<&str> {
        None
    }
}

/// A change that a call makes to a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The payment's id. Empty for a call that creates a payment.
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
    /// The status of an operation.
    OperationStatus {
        /// Queued. Read the payment later.
        Accepted = "ACCEPTED",
        /// The operation failed.
        Failed = "FAILED",
        /// The operation is complete.
        Finished = "FINISHED",
    }
}

/// The response to an operation on a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationResult {
    /// The payment's id, if the gateway sends it.
    pub id: Option<String>,
    /// The status of the operation.
    pub result: OperationStatus,
}

impl OperationResult {
    fn read(mut fields: FieldReader) -> FieldResult<OperationResult> {
        Ok(OperationResult { id: id(&mut fields, "id")?, result: fields.string("result")?.into() })
    }
}

impl OperationResult {
    /// Reads the result of a change to a payment. A result of `FAILED` is an error response, whatever the status.
    fn of_change(response: &Response, json: &str, payment_id: &str) -> Result<OperationResult, Error> {
        let done = endpoint::read_object(response, json, OperationResult::read)?;
        endpoint::same_id(response, "id", done.id.as_deref().unwrap_or(payment_id), payment_id)?;
        done.clone().into_result(response)?;
        Ok(done)
    }

    /// A result of `FAILED` is an error response, whatever the status.
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

/// The error of a successful response with an invalid field.
pub fn invalid_field(response: &Response, field: &str, problem: &str) -> Error {
    endpoint::invalid_response(response, FieldError { field: field.into(), problem: problem.into() })
}

/// Reads an object from a response, or the error response.
fn parse_object<T>(response: &Response, read: impl FnOnce(FieldReader) -> FieldResult<T>) -> Result<T, Error> {
    endpoint::read_object(response, parse_json(response)?.as_str(), read)
}

/// The normalized JSON of a successful response.
pub fn parse_json(response: &Response) -> Result<RawJson, Error> {
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    normalize::normalize_valid(json)
        .ok_or_else(|| invalid_field(response, "body", "is nested too deeply, or has an escape that is no character"))
}

/// The normalized JSON of a successful response. None for an empty body.
pub fn parse_optional_json(response: &Response) -> Result<Option<RawJson>, Error> {
    if response.is_success() && response.body.is_empty() { Ok(None) } else { parse_json(response).map(Some) }
}

/// An id. The gateway sends a number, and sometimes a string.
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

/// A caller's id of a payment or a card. It must consist of digits: other characters could change the path.
pub(crate) fn payment_id(field: &str, id: &str) -> Result<String, Error> {
    if !id.is_empty() && id.len() <= 19 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(id.to_string())
    } else {
        Err(Error::invalid(field, "must be GoPay's id: 1 to 19 digits"))
    }
}
