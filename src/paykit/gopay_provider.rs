//! GoPay as a provider of PayKit. A checkout, a payment and the first payment of a subscription are all payments of
//! GoPay.

use alloc::{boxed::Box, format, rc::Rc, string::String, vec::Vec};

use super::{
    amount_change::{self, AmountChange},
    error::{PayKitError, PayKitErrorName, PayKitResult},
    from_gopay,
    gopay_events::{self, NotificationContext},
    objects::{Checkout, Event, Payment, PaymentStatus, Refund, Subscription, SubscriptionStatus},
    params::RefundParams,
    to_gopay::{self, ChargeParams, Context},
};
use crate::{
    CallError, CallResult, Error, ErrorName, Outcome,
    call::Io,
    exchange::CallOptions,
    gopay::{
        self, Capture, CreatePayment, CreateRecurrence, GoPayEndpoint, ListRefunds, OperationStatus,
        PreauthorizationState, RecurrenceState, RefundPayment, RetrievePayment, Session, State, VoidAuthorization,
        VoidRecurrence,
    },
};

/// GoPay as a provider of PayKit. Parameters are JSON text, as PayKit's contract has them.
///
/// A call that moves money is sent once. After an ambiguous failure GoPay is read, and only its evidence makes a success.
pub struct GoPayProvider {
    /// The session with GoPay.
    pub session: Rc<Session>,
    /// The URL of GoPay's notifications.
    pub notification_url: String,
}

/// Maps parameters of PayKit to the body of a payment.
type MapParams = fn(&str, &Context) -> Result<String, Error>;

impl GoPayProvider {
    /// `createCheckout`. `order_number` is a fresh one, for callers who pass none.
    pub async fn create_checkout(&self, io: &Io, params: &str, order_number: &str) -> PayKitResult<Checkout> {
        let payment = self.create(io, to_gopay::checkout_params, params, order_number).await?;
        Ok(from_gopay::checkout(&payment))
    }

    /// `retrieveCheckout`.
    pub async fn retrieve_checkout(&self, io: &Io, id: &str) -> PayKitResult<Option<Checkout>> {
        Ok(self.find(io, id).await?.as_ref().map(from_gopay::checkout))
    }

    /// `updateCheckout`: reads the checkout, because GoPay changes nothing.
    pub async fn update_checkout(&self, io: &Io, id: &str, params: &str) -> PayKitResult<Checkout> {
        let change = amount_change::checkout_change(params)?;
        let payment = self.get(io, "checkout", id).await?;
        refuse_change(&change, &payment, "updateCheckout of the amount")?;
        Ok(from_gopay::checkout(&payment))
    }

    /// `createPayment`.
    pub async fn create_payment(&self, io: &Io, params: &str, order_number: &str) -> PayKitResult<Payment> {
        let payment = self.create(io, to_gopay::payment_params, params, order_number).await?;
        Ok(from_gopay::payment(&payment))
    }

    /// `retrievePayment`.
    pub async fn retrieve_payment(&self, io: &Io, id: &str) -> PayKitResult<Option<Payment>> {
        Ok(self.find(io, id).await?.as_ref().map(from_gopay::payment))
    }

    /// `updatePayment`: reads the payment, because GoPay changes nothing.
    pub async fn update_payment(&self, io: &Io, id: &str, params: &str) -> PayKitResult<Payment> {
        let change = amount_change::payment_change(params)?;
        let payment = self.get(io, "payment", id).await?;
        refuse_change(&change, &payment, "updatePayment of the amount")?;
        Ok(from_gopay::payment(&payment))
    }

    /// `capturePayment`: takes the authorized amount or a part of it. GoPay releases the rest.
    pub async fn capture_payment(&self, io: &Io, id: &str, params: &str) -> PayKitResult<Payment> {
        let before = self.get(io, "payment", id).await.map_err(PayKitError::not_sent)?;
        let part = to_gopay::capture_params(params, &before).map_err(not_sent)?;
        let step = before.preauthorization.as_ref().and_then(|preauthorization| preauthorization.state.as_ref());
        if step == Some(&PreauthorizationState::Captured) {
            if part.is_none() && !self.session.may_be_captured_in_part(&before.id) {
                return Ok(from_gopay::payment(&before));
            }
            let message = "The payment is captured already, and GoPay captures a payment only once";
            return Err(PayKitError::new(PayKitErrorName::ConstraintViolationError, message).not_sent());
        }
        let capture = Capture::from_json(before.id.clone(), part.as_deref()).map_err(not_sent)?;
        let result = done(self.call(io, &capture).await)?;
        let mut after = self.glance(io, id).await.unwrap_or(before);
        // GoPay shows the authorized amount, whatever part of it was captured.
        after.amount = capture.amount().or(after.amount);
        let is_pending = after.state == State::Authorized;
        if is_pending && result == OperationStatus::Finished {
            // The result counts more than a read that still shows the old state.
            after.state = State::Paid;
        }
        let mut payment = from_gopay::payment(&after);
        if is_pending && result != OperationStatus::Finished {
            payment.status = PaymentStatus::Processing;
        }
        Ok(payment)
    }

    /// `cancelPayment`: releases the authorized amount. GoPay cancels no other payment.
    pub async fn cancel_payment(&self, io: &Io, id: &str) -> PayKitResult<Payment> {
        let before = self.get(io, "payment", id).await.map_err(PayKitError::not_sent)?;
        let state = before.state.as_str();
        match before.state {
            State::Canceled | State::Timeouted => return Ok(from_gopay::payment(&before)),
            State::Authorized => {}
            // Medusa's adapter ignores this error and no other.
            State::Created | State::PaymentMethodChosen => {
                let reason = format!("The payment is {state}.");
                let operation = "cancelPayment of an unpaid payment";
                return Err(PayKitError::not_supported(operation, &reason, "let it expire.").not_sent());
            }
            State::Paid | State::PartiallyRefunded | State::Refunded | State::Other(_) => {
                let message = format!(
                    "the payment is {state}, and only an AUTHORIZED payment can be canceled. \
                     Give the money back with createRefund"
                );
                let error = PayKitError::new(PayKitErrorName::OperationFailedError, message);
                return Err(error.with("state", state).not_sent());
            }
        }
        let result = done(self.call(io, &VoidAuthorization { id: before.id.clone() }).await)?;
        let mut payment = self.glance(io, id).await.unwrap_or(before);
        if result == OperationStatus::Finished {
            payment.state = State::Canceled;
        }
        Ok(from_gopay::payment(&payment))
    }

    /// `createSubscription`: creates the first payment.
    pub async fn create_subscription(&self, io: &Io, params: &str, order_number: &str) -> PayKitResult<Subscription> {
        let payment = self.create(io, to_gopay::subscription_params, params, order_number).await?;
        Ok(from_gopay::subscription(&payment, None, io.now().unix_ms))
    }

    /// `retrieveSubscription`, by the id of its first payment or of one of its charges.
    pub async fn retrieve_subscription(&self, io: &Io, id: &str) -> PayKitResult<Option<Subscription>> {
        let Some(payment) = self.find(io, id).await?.filter(from_gopay::is_subscription) else { return Ok(None) };
        let first = match &payment.parent_id {
            Some(parent_id) => self.glance(io, parent_id).await,
            None => None,
        };
        Ok(Some(from_gopay::subscription(&payment, first.as_ref(), io.now().unix_ms)))
    }

    /// `updateSubscription`: charges `provider_metadata.amount` at once, if there is one. Without it, reads.
    pub async fn update_subscription(
        &self,
        io: &Io,
        id: &str,
        params: &str,
        order_number: &str,
    ) -> PayKitResult<Subscription> {
        let mut first = None;
        let mut charge = to_gopay::charge_params(params, None, order_number).map_err(not_sent)?;
        if charge == ChargeParams::None {
            let payment = self.get_subscription(io, id).await?;
            return Ok(from_gopay::subscription(&payment, None, io.now().unix_ms));
        }
        if charge == ChargeParams::MissingCurrency {
            first = Some(self.get(io, "subscription", id).await.map_err(PayKitError::not_sent)?);
            charge = to_gopay::charge_params(params, first.as_ref(), order_number).map_err(not_sent)?;
        }
        let ChargeParams::Create(charge) = charge else {
            return Err(PayKitError::new(PayKitErrorName::ValidationError, "currency is missing").not_sent());
        };
        let charge = CreateRecurrence::from_json(id, &charge).map_err(not_sent)?;
        let mut payment = self.call(io, &charge).await?;
        if first.is_none() {
            first = self.glance(io, id).await;
        }
        payment.parent_id = Some(id.into());
        Ok(from_gopay::subscription(&payment, first.as_ref(), io.now().unix_ms))
    }

    /// `cancelSubscription`: no further charges.
    pub async fn cancel_subscription(&self, io: &Io, id: &str) -> PayKitResult<Subscription> {
        let mut first = self.get_subscription(io, id).await.map_err(PayKitError::not_sent)?;
        if let Some(parent_id) = first.parent_id.clone() {
            // Only the first payment has a recurrence to end.
            first = self.get_subscription(io, &parent_id).await.map_err(PayKitError::not_sent)?;
        }
        let subscription = from_gopay::subscription(&first, None, io.now().unix_ms);
        if subscription.status == SubscriptionStatus::Canceled {
            return Ok(subscription);
        }
        if done(self.call(io, &VoidRecurrence { id: first.id.clone() }).await)? == OperationStatus::Finished {
            if let Some(recurrence) = &mut first.recurrence {
                recurrence.state = Some(RecurrenceState::Stopped);
            }
        } else if let Some(payment) = self.glance(io, &first.id).await {
            first = payment;
        }
        Ok(from_gopay::subscription(&first, None, io.now().unix_ms))
    }

    /// `createRefund`.
    pub async fn create_refund(&self, io: &Io, params: &str) -> PayKitResult<Refund> {
        let RefundParams { payment_id, amount, reason, metadata } = RefundParams::read(params).map_err(not_sent)?;
        gopay::payment_id("payment_id", &payment_id).map_err(not_sent)?;
        let refund = RefundPayment::new(payment_id, amount);
        let (result, entry) = self.session.refund(io, &refund).await?;
        let mut currency = entry.as_ref().and_then(|entry| entry.currency.clone());
        if currency.is_none() {
            currency = self.glance(io, &refund.id).await.and_then(|payment| payment.currency);
        }
        let created = from_gopay::created_refund(&refund, &result, entry.as_ref());
        Ok(Refund { currency: currency.unwrap_or_default(), reason, metadata, ..created })
    }

    /// `handleWebhook`: reads the payment of a notification and returns its events. A notification is not signed, so
    /// nothing in it is trusted.
    pub async fn handle_webhook(&self, io: &Io, url: &str, body: &str) -> PayKitResult<Vec<Event>> {
        let notification = gopay_events::notification(url, body).map_err(|error| {
            let message = format!("This is not a notification of GoPay: {error}");
            PayKitError::webhook("no_id", message, Some(error.into()))
        })?;
        let id = notification.id.as_str();
        let payment = self.call(io, &RetrievePayment { id: id.into() }).await.map_err(|error| {
            if error.is_not_found() {
                return PayKitError::webhook("not_found", format!("GoPay has no payment {id}"), Some(error));
            }
            unavailable(id, error)
        })?;
        if payment.go_id.as_ref().is_some_and(|go_id| *go_id != format!("{}", self.session.go_id)) {
            let message = format!("Payment {id} belongs to another e-shop: its goid differs");
            return Err(PayKitError::webhook("mismatch", message, None));
        }
        let reads = gopay_events::required_reads(&payment);
        let parent = match &reads.parent {
            // It decides whether the subscription has ended.
            Some(parent_id) if payment.state == State::Canceled => {
                let read = self.call(io, &RetrievePayment { id: parent_id.clone() }).await;
                unless_unavailable(parent_id, read)?
            }
            Some(parent_id) => self.glance(io, parent_id).await,
            None => None,
        };
        let refunds = if reads.refunds { self.list_refunds(io, id).await? } else { None };
        let context = NotificationContext { notification: notification.clone(), payment, parent, refunds };
        Ok(gopay_events::events(&context, io.now().unix_ms))
    }

    async fn create(&self, io: &Io, map: MapParams, params: &str, order_number: &str) -> PayKitResult<gopay::Payment> {
        let context = Context {
            go_id: self.session.go_id,
            language: self.session.language.clone(),
            notification_url: self.notification_url.clone(),
            order_number: order_number.into(),
            now: io.now().unix_ms,
        };
        Ok(self.call(io, &CreatePayment::from_body(map(params, &context).map_err(not_sent)?)).await?)
    }

    /// The payment, or none if GoPay does not have it.
    async fn find(&self, io: &Io, id: &str) -> PayKitResult<Option<gopay::Payment>> {
        match self.call(io, &RetrievePayment { id: id.into() }).await {
            Ok(payment) => Ok(Some(payment)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn get(&self, io: &Io, resource: &str, id: &str) -> PayKitResult<gopay::Payment> {
        self.find(io, id).await?.ok_or_else(|| PayKitError::not_found(resource, id))
    }

    async fn get_subscription(&self, io: &Io, id: &str) -> PayKitResult<gopay::Payment> {
        let payment = self.find(io, id).await?.filter(from_gopay::is_subscription);
        payment.ok_or_else(|| PayKitError::not_found("subscription", id))
    }

    /// A payment that adds details if it can be read.
    async fn glance(&self, io: &Io, id: &str) -> Option<gopay::Payment> {
        self.call(io, &RetrievePayment { id: id.into() }).await.ok()
    }

    /// The refunds of a payment, or none if GoPay does not list them.
    async fn list_refunds(&self, io: &Io, id: &str) -> PayKitResult<Option<Vec<gopay::Refund>>> {
        // Without the list, a refund would have another id and amount than with it.
        unless_unavailable(id, self.call(io, &ListRefunds { id: id.into() }).await)
    }

    async fn call<E: GoPayEndpoint>(&self, io: &Io, endpoint: &E) -> CallResult<E::Output> {
        self.session.call(io, endpoint, &CallOptions::default()).await
    }
}

/// The output of a read whose events depend on it. None if GoPay itself refuses the read or sends other JSON, or if the
/// program's `fetch` has no response. The page of a filter says nothing, so another delivery of the notification may help.
fn unless_unavailable<T>(id: &str, read: CallResult<T>) -> PayKitResult<Option<T>> {
    match read {
        Ok(output) => Ok(Some(output)),
        Err(error) if !error.retryable && (error.status == Some(404) || error.has_own_code()) => Ok(None),
        Err(error) if error.code == "unreadable_response" && !error.message.contains("is not JSON") => Ok(None),
        Err(error) if error.name == ErrorName::Validation => Ok(None),
        Err(error) => Err(unavailable(id, error)),
    }
}

/// The result of a change. A failed call whose change is visible at GoPay is a success.
fn done(result: CallResult<gopay::OperationResult>) -> PayKitResult<OperationStatus> {
    match result {
        Ok(done) => Ok(done.result),
        Err(error) if error.outcome == Some(Outcome::Done) => Ok(OperationStatus::Finished),
        Err(error) => Err(error.into()),
    }
}

/// GoPay can't change the amount, so a caller must not believe that it did.
fn refuse_change(change: &AmountChange, payment: &gopay::Payment, operation: &str) -> PayKitResult<()> {
    if change.is_in(payment) {
        return Ok(());
    }
    let reason = "GoPay cannot change the amount of a payment.";
    Err(PayKitError::not_supported(operation, reason, "create another one."))
}

fn not_sent(error: Error) -> Box<PayKitError> {
    Box::<PayKitError>::from(error).not_sent()
}

fn unavailable(id: &str, cause: Box<CallError>) -> Box<PayKitError> {
    let message = format!("Payment {id} could not be read from GoPay: {cause}");
    let mut error = PayKitError::webhook("unavailable", message, Some(cause));
    error.retryable = true;
    error
}

#[cfg(test)]
mod tests;
