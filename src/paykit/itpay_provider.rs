//! ItPay as a provider of PayKit. A checkout and a payment are payment intents with a QR code.

use alloc::{boxed::Box, format, rc::Rc, string::String, vec::Vec};

use super::{
    error::{PayKitError, PayKitErrorName, PayKitResult},
    from_itpay,
    objects::{Checkout, Event, Payment, PaymentStatus, Refund},
    params::RefundParams,
    to_itpay::{self, ProviderDefaults},
};
use crate::{
    CallError, CallResult, Endpoint, Error, RawObject,
    call::Io,
    exchange::CallOptions,
    itpay::{
        CreatePaymentIntent, CreateRefund, GenerateQr, PaymentIntent, RetrievePaymentIntent, Session, Status,
        WebhookEvent,
    },
};

/// ItPay as a provider of PayKit. Parameters are JSON text, as PayKit's contract has them.
pub struct ItPayProvider {
    /// The session with ItPay.
    pub session: Rc<Session>,
    /// Defaults for calls that name no agent or service.
    pub defaults: ProviderDefaults,
}

/// Maps parameters of PayKit to parameters of an intent.
type MapParams = fn(&str, &ProviderDefaults) -> Result<String, Error>;

/// Makes a fresh intent id. That takes randomness, which the core has not.
type NewId<'a> = &'a dyn Fn() -> CallResult<String>;

/// An intent, and its QR code.
type IntentWithCode = (PaymentIntent, Option<RawObject>);

impl ItPayProvider {
    /// `createCheckout`. `new_id` makes an intent id, for callers who pass none.
    pub async fn create_checkout(&self, io: &Io, params: &str, new_id: NewId<'_>) -> PayKitResult<Checkout> {
        if to_itpay::is_recurring(params)? {
            let reason = "ItPay does not document its subscriptions.";
            let alternative = "charge each period as a payment of its own.";
            return Err(PayKitError::not_supported("createCheckout of a recurring session", reason, alternative));
        }
        let (intent, code) = self.create(io, to_itpay::intent_of_checkout, params, new_id).await?;
        Ok(from_itpay::intent_checkout(&intent, code.as_ref()))
    }

    /// `retrieveCheckout`.
    pub async fn retrieve_checkout(&self, io: &Io, id: &str) -> PayKitResult<Option<Checkout>> {
        Ok(self.find(io, id).await?.map(|intent| from_itpay::intent_checkout(&intent, None)))
    }

    /// `createPayment`. A wallet takes the money at once, also with `capture_method: "manual"`.
    pub async fn create_payment(&self, io: &Io, params: &str, new_id: NewId<'_>) -> PayKitResult<Payment> {
        let (intent, code) = self.create(io, to_itpay::intent_of_payment, params, new_id).await?;
        Ok(from_itpay::intent_payment(&intent, code.as_ref()))
    }

    /// `retrievePayment`.
    pub async fn retrieve_payment(&self, io: &Io, id: &str) -> PayKitResult<Option<Payment>> {
        Ok(self.find(io, id).await?.map(|intent| from_itpay::intent_payment(&intent, None)))
    }

    /// `capturePayment`: returns a payment that is paid. There is nothing to capture.
    pub async fn capture_payment(&self, io: &Io, id: &str, params: &str) -> PayKitResult<Payment> {
        let amount = to_itpay::captured_amount(params)?;
        let payment = self.retrieve_payment(io, id).await?.ok_or_else(|| PayKitError::not_found("payment", id))?;
        if payment.status != PaymentStatus::Succeeded {
            let message = format!("Payment {id} is not paid: a wallet pays at once, and there is nothing to capture");
            return Err(PayKitError::new(PayKitErrorName::ConstraintViolationError, message).not_sent());
        }
        if amount != payment.amount {
            let problem = format!("must be {}: a wallet pays the whole amount", payment.amount);
            return Err(Error::invalid("amount", &problem).into());
        }
        Ok(payment)
    }

    /// `createRefund`, by a call that ItPay documents in part. The field for a part of the amount is unknown, so anything but
    /// the whole payment is refused before the refund is sent. It is sent once.
    pub async fn create_refund(&self, io: &Io, params: &str) -> PayKitResult<Refund> {
        let not_sent = |error: Error| Box::<PayKitError>::from(error).not_sent();
        let RefundParams { payment_id, amount, reason, metadata } = RefundParams::read(params).map_err(not_sent)?;
        let intent = self.find(io, &payment_id).await.map_err(|error| error.not_sent())?;
        let intent = intent.ok_or_else(|| PayKitError::not_found("payment", &payment_id).not_sent())?;
        if intent.status != Status::Succeeded {
            let message = format!("Payment {payment_id} is not paid, so there is nothing to refund");
            return Err(PayKitError::new(PayKitErrorName::ConstraintViolationError, message).not_sent());
        }
        let paid = intent.amount.as_ref().map(|paid| paid.value);
        if paid != Some(amount) {
            let whole = paid.map_or("the amount of the payment".into(), |paid| format!("{paid}"));
            let problem = format!("must be {whole}: ItPay does not document how a part is refunded");
            return Err(not_sent(Error::invalid("amount", &problem)));
        }
        let refund =
            CreateRefund { payment_intent: intent.id.clone(), reason, revoke: None, extra: RawObject::default() };
        let response = self.session.call(io, &refund, &CallOptions::default()).await?;
        Ok(Refund { metadata, ..from_itpay::created_refund(&intent, refund.reason, &response) })
    }

    /// `handleWebhook`: the events of a webhook whose signature is verified.
    pub fn events(body: &str, now: u64) -> Result<Vec<Event>, Error> {
        from_itpay::intent_events(&WebhookEvent::parse(body.as_bytes())?, now)
    }

    async fn create(&self, io: &Io, map: MapParams, params: &str, new_id: NewId<'_>) -> PayKitResult<IntentWithCode> {
        let params = map(params, &self.defaults)?;
        let channel = self.session.channel.as_deref();
        let request = CreatePaymentIntent::request_from_json::<Box<CallError>>(&params, None, new_id, channel)?;
        let options = CallOptions::default();
        let exchanged = self.session.send(io, request, &CreatePaymentIntent::check, &options).await?;
        let intent = CreatePaymentIntent::parse(&exchanged.response)?;
        // A repeated call finds its intent with a code.
        if intent.status != Status::Pending
            && let Some(code) = from_itpay::code(&intent)
        {
            return Ok((intent, Some(code)));
        }
        let code = self.generate_qr(io, &intent.id).await?;
        Ok((intent, code))
    }

    async fn generate_qr(&self, io: &Io, id: &str) -> CallResult<Option<RawObject>> {
        let generate = GenerateQr { payment_intent_id: id.into() };
        let verify = |response: &crate::http::Response| generate.verify(response);
        let exchanged = self.session.send(io, generate.request()?, &verify, &CallOptions::default()).await?;
        Ok(core::str::from_utf8(&exchanged.response.body).ok().and_then(RawObject::parse))
    }

    /// The intent, or none if ItPay does not have it.
    async fn find(&self, io: &Io, id: &str) -> PayKitResult<Option<PaymentIntent>> {
        match self.session.call(io, &RetrievePaymentIntent { id: id.into() }, &CallOptions::default()).await {
            Ok(intent) => Ok(Some(intent)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(Box::<PayKitError>::from(error)),
        }
    }
}
