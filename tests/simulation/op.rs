//! The operations that merchants call, what their calls report, and how they fail.

use itpay::{
    CallError, ErrorName, Outcome, RawObject,
    gopay::OperationStatus,
    paykit::{PayKitError, PayKitErrorName, PaymentStatus, SubscriptionStatus},
};

use crate::delivery::Notified;

/// An operation. A merchant calls it over the gateway's session or over PayKit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Op {
    /// Over PayKit, this also generates the QR code.
    CreateIntent,
    GenerateQr,
    RetrieveIntent,
    WaitForIntent,
    /// Only PayKit has it. A wallet pays at once, so it changes nothing.
    CaptureIntent,
    CreatePayment,
    RetrievePayment,
    /// Reads the payment of a notification.
    ReadNotification,
    Refund(i64),
    /// Captures this part, or all.
    Capture(Option<i64>),
    /// PayKit: cancelPayment.
    VoidAuthorization,
    /// Charges a subscription.
    Charge(i64),
    /// PayKit: cancelSubscription.
    VoidRecurrence,
}

impl Op {
    /// Whether it changes something at GoPay, so that it must be sent once.
    pub fn is_change(self) -> bool {
        matches!(
            self,
            Op::CreatePayment
                | Op::Refund(_)
                | Op::Capture(_)
                | Op::VoidAuthorization
                | Op::Charge(_)
                | Op::VoidRecurrence
        )
    }

    /// Whether a request to this path is the change itself, and neither a token request nor a read.
    pub fn is_own_request(self, path: &str) -> bool {
        let end = match self {
            Op::CreateIntent => "/payment-intents",
            Op::CreatePayment => "/payments/payment",
            Op::Refund(_) => "/refund",
            Op::Capture(_) => "/capture",
            Op::VoidAuthorization => "/void-authorization",
            Op::Charge(_) => "/create-recurrence",
            Op::VoidRecurrence => "/void-recurrence",
            _ => return false,
        };
        path.ends_with(end)
    }

    /// Whether it can be called again after an unknown outcome, because a second time changes nothing more.
    pub fn is_safe_to_repeat(self) -> bool {
        !matches!(self, Op::Refund(_) | Op::Charge(_))
    }
}

/// What a call reports if it succeeds.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Intent { id: String, status: String },
    Qr { payment_intent_id: String },
    Payment { id: String, state: String },
    Changed(OperationStatus),
    Checkout { id: String },
    PayKitPayment { id: String, status: PaymentStatus },
    Subscription { id: String, status: SubscriptionStatus },
    Refunded { payment_id: String, amount: i64 },
    Events(Vec<Notified>),
}

/// How a call fails, over a session or over PayKit.
#[derive(Clone, Debug)]
pub struct Failure {
    pub message: String,
    pub outcome: Option<Outcome>,
    pub is_authentication: bool,
    /// Whether a filter or a proxy has sent the error response.
    pub is_page: bool,
    /// Of a webhook: whether another delivery may help.
    pub is_retryable: bool,
}

pub type Report = Result<Reply, Failure>;

impl From<Box<CallError>> for Failure {
    fn from(error: Box<CallError>) -> Failure {
        Failure {
            is_authentication: error.name == ErrorName::Authentication,
            is_page: error.code.starts_with("http_"),
            is_retryable: error.retryable,
            message: error.message,
            outcome: error.outcome,
        }
    }
}

impl From<Box<PayKitError>> for Failure {
    fn from(error: Box<PayKitError>) -> Failure {
        let of_context = || text_of(&error.context, "outcome").map(Outcome::from);
        Failure {
            message: format!("{:?}: {}", error.name, error.message),
            outcome: error.cause.as_ref().and_then(|cause| cause.outcome.clone()).or_else(of_context),
            is_authentication: error.name == PayKitErrorName::AuthenticationError,
            is_page: error.cause.as_ref().is_some_and(|cause| cause.code.starts_with("http_")),
            is_retryable: error.retryable,
        }
    }
}

/// A text of an object.
pub fn text_of(object: &RawObject, name: &str) -> Option<String> {
    serde_json::to_value(object).ok()?.get(name)?.as_str().map(Into::into)
}

impl From<itpay::Error> for Failure {
    fn from(error: itpay::Error) -> Failure {
        Box::<CallError>::from(error).into()
    }
}
