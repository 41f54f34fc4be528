//! PaymentIntent: create, retrieve (Go SDK page; docs.itpay.ai/core-objects/payment-intent).

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use serde::Serialize;

use super::{parse_object, routes::Route};
use crate::{
    Endpoint, Error, Metadata, Money,
    endpoint::{read_params, same_id, to_body},
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, RawObject, open_enum, quoted},
};

/// The largest size of `metadata` as JSON, in bytes.
const MAX_METADATA: usize = 4096;

open_enum! {
    /// The billing type of a payment.
    PaymentType {
        /// A single purchase.
        OneTime = "one_time",
        /// Usage.
        Cumulative = "cumulative",
        /// A period of a subscription.
        Subscription = "subscription",
    }
}

open_enum! {
    /// The status of a payment. The first six follow each other; the last three end a payment without success.
    Status {
        /// The intent was created.
        Pending = "pending",
        /// Its QR code can be scanned.
        QrGenerated = "qr_generated",
        /// A wallet has scanned the QR code.
        Scanning = "scanning",
        /// The payer has authorized the payment.
        Authorized = "authorized",
        /// The money was captured.
        Captured = "captured",
        /// The payment is complete.
        Succeeded = "succeeded",
        /// The payment expired.
        Expired = "expired",
        /// The payment was canceled.
        Cancelled = "cancelled",
        /// The payment failed. ASSUMED to be a status, because only the webhook `payment_intent.failed` is documented.
        Failed = "failed",
    }
}

impl Status {
    /// Whether the status is final.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Status::Succeeded | Status::Expired | Status::Cancelled | Status::Failed)
    }
}

/// The payer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Party {
    /// The agent that acts.
    pub agent_id: String,
    /// The person for whom the agent acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: RawObject,
}

impl Party {
    /// Checks the `payer` among parameters.
    pub(super) fn check(params: &mut FieldReader) -> FieldResult<()> {
        let mut payer = params.object("payer")?;
        payer.string("agent_id")?;
        payer.optional_string("human_id")?;
        Ok(())
    }

    fn read(mut fields: FieldReader) -> FieldResult<Party> {
        Ok(Party {
            agent_id: fields.string("agent_id")?.into_owned(),
            human_id: fields.optional_string("human_id")?.map(Cow::into_owned),
            extra: fields.rest(),
        })
    }
}

/// A payment.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentIntent {
    /// The id. It may differ from the id that was sent, and then this one counts.
    pub id: String,
    /// The current status.
    pub status: Status,
    /// The amount.
    pub amount: Option<Money>,
    /// The service that is paid for.
    pub service_id: Option<String>,
    /// Text for people.
    pub description: Option<String>,
    /// The payment channel, such as `alipay`.
    pub channel: Option<String>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// ISO 8601, by the gateway's clock.
    pub expires_at: Option<String>,
    /// The reason of a failure. Only webhooks have it.
    pub failure_reason: Option<String>,
    /// All other fields, unchanged.
    pub extra: RawObject,
}

impl PaymentIntent {
    /// Reads an intent from a response.
    pub fn from_json(intent: &str) -> Result<PaymentIntent, Error> {
        read_params(intent, PaymentIntent::read)
    }

    /// The link of its code. ItPay may create an intent with its code. Then [`GenerateQr`](super::GenerateQr) is refused.
    pub fn scan_url(&self) -> Option<String> {
        RawObject::parse(self.extra.get("qr")?.as_str())?.text("scan_url").map(Cow::into_owned)
    }

    /// The status in a response. If an id is passed, the response must be about it.
    pub(crate) fn status_in(response: &Response, asked: Option<&str>) -> Result<Status, Error> {
        let (id, status) = parse_object(response, |mut fields| PaymentIntent::check(&mut fields))?;
        asked.map_or(Ok(()), |asked| same_id(response, "id", &id, asked))?;
        Ok(status)
    }

    /// Validates the required fields. Returns the id and the status.
    fn check(fields: &mut FieldReader) -> FieldResult<(String, Status)> {
        let id = fields.string("id")?.into_owned();
        if let Some(mut amount) = fields.optional_object("amount")? {
            amount.string("currency")?;
            amount.integer("value")?;
        }
        Ok((id, fields.string("status")?.into()))
    }

    pub(crate) fn read(mut fields: FieldReader) -> FieldResult<PaymentIntent> {
        let (id, status) = PaymentIntent::check(&mut fields)?;
        Ok(PaymentIntent {
            id,
            status,
            amount: fields.optional_object("amount")?.map(Money::read).transpose()?,
            service_id: fields.text("service_id"),
            description: fields.text("description"),
            channel: fields.text("channel"),
            metadata: fields.texts("metadata"),
            expires_at: fields.text("expires_at"),
            failure_reason: fields.text("failure_reason"),
            extra: fields.rest(),
        })
    }
}

/// `POST /payment-intents`. The id is the idempotency key: the same call again is the same intent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreatePaymentIntent {
    /// An id from [`crate::payment_intent_id`].
    pub id: String,
    /// The ServiceManifest's id.
    pub service_id: String,
    /// The billing type.
    #[serde(rename = "type")]
    pub payment_type: PaymentType,
    /// In the payer's currency.
    pub amount: Money,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The payer.
    pub payer: Party,
    /// The payment channel. Whether it belongs in this body is ASSUMED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Strings by name, at most 4 KB as JSON.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// Fields that may be null. A null field is not sent.
const OPTIONAL: [&str; 3] = ["description", "channel", "metadata"];

impl CreatePaymentIntent {
    /// Reads and validates parameters.
    pub fn from_json(params: &str) -> Result<CreatePaymentIntent, Error> {
        read_params(params, |mut fields| {
            check_params(&mut fields)?;
            Ok(CreatePaymentIntent {
                id: fields.string("id")?.into_owned(),
                service_id: fields.string("service_id")?.into_owned(),
                payment_type: fields.string("type")?.into(),
                amount: Money::read(fields.object("amount")?)?,
                description: fields.optional_string("description")?.map(Cow::into_owned),
                payer: Party::read(fields.object("payer")?)?,
                channel: fields.optional_string("channel")?.map(Cow::into_owned),
                metadata: fields.strings("metadata")?,
                extra: fields.rest(),
            })
        })
    }

    /// Builds the request from JSON parameters. They are validated and sent unchanged. `new_id` is the id if there is
    /// neither an id nor an idempotency key, and `channel` is the default channel.
    pub fn request_from_json<E: From<Error>>(
        params: &str,
        idempotency_key: Option<&str>,
        new_id: impl FnOnce() -> Result<String, E>,
        channel: Option<&str>,
    ) -> Result<Request, E> {
        let mut fields = read_params(params, |mut fields| check_params(&mut fields).map(|()| fields))?;
        let id = match (fields.text("id"), idempotency_key) {
            (Some(id), Some(key)) if id != key => {
                let problem = "must be the payment's `id` or be left out: the id is the idempotency key";
                return Err(Error::invalid("idempotencyKey", problem).into());
            }
            (Some(id), _) => id,
            (None, Some(key)) => key.into(),
            (None, None) => new_id()?,
        };
        let (quoted_id, quoted_channel) = (quoted(&id), channel.map(quoted));
        let channel = quoted_channel.iter().map(|channel| ("channel", channel.as_str()));
        let defaults: Vec<_> = [("id", quoted_id.as_str())].into_iter().chain(channel).collect();
        let body = fields.with(&defaults, &OPTIONAL);
        let mut request = Request::new(Method::Post, Route::PaymentIntents.path()).with_json(body);
        request.idempotency_key = Some(id);
        Ok(request)
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.optional_string("id")?;
    fields.string("service_id")?;
    fields.string("type")?;
    Money::check(fields.object("amount")?)?;
    fields.optional_string("description")?;
    Party::check(fields)?;
    fields.optional_string("channel")?;
    fields.each_string("metadata", |_, _| {})?;
    match fields.take("metadata").len() {
        size if size > MAX_METADATA => {
            fields.field_error("metadata", format!("must be at most 4096 bytes of JSON, not {size}"))
        }
        _ => Ok(()),
    }
}

impl Endpoint for CreatePaymentIntent {
    type Output = PaymentIntent;

    fn request(&self) -> Result<Request, Error> {
        CreatePaymentIntent::request_from_json(&to_body(self)?, None, || Ok(self.id.clone()), None)
    }

    fn parse(response: &Response) -> Result<PaymentIntent, Error> {
        parse_object(response, PaymentIntent::read)
    }

    fn check(response: &Response) -> Result<(), Error> {
        PaymentIntent::status_in(response, None).map(drop)
    }
}

/// `GET /payment-intents/{id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrievePaymentIntent {
    /// The id in the gateway's response to the create call.
    pub id: String,
}

impl Endpoint for RetrievePaymentIntent {
    type Output = PaymentIntent;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Get, Route::PaymentIntent.path_with("id", &self.id)?))
    }

    fn parse(response: &Response) -> Result<PaymentIntent, Error> {
        parse_object(response, PaymentIntent::read)
    }

    fn verify(&self, response: &Response) -> Result<(), Error> {
        PaymentIntent::status_in(response, Some(&self.id)).map(drop)
    }
}
