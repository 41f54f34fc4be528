//! Calls that change something: sent once. After an ambiguous failure GoPay is asked how the call went.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use super::{
    Change, GoPayEndpoint, ListRefunds, Observation, Operation, OperationStatus, Prepared, Refund, RetrievePayment,
    SentBetween, Session, error_body::is_own, parse_json, refund_log::RefundLog,
};
use crate::{
    CallResult, Error, Outcome,
    call::Io,
    exchange::{CallOptions, Exchanged, response_error, status_failure},
    http::{Headers, Response},
    json::{FieldReader, text},
    retry::Failure,
    time::parse_http_date,
};

/// The key of the refund log in the session's store.
const REFUND_LOG: &str = "refunds";
/// The key of the ids of payments of which a part may have been captured.
const PARTS: &str = "parts";
/// How many of them are remembered.
const MAX_PARTS: usize = 256;

impl Session {
    /// Makes a call that changes something. A failure has an outcome.
    pub(super) async fn send_change(
        &self,
        io: &Io,
        call: &Prepared<'_>,
        change: &Change,
        options: &CallOptions,
    ) -> CallResult<String> {
        let mut refund_call = RefundCall::begin(self, change);
        let options = CallOptions { max_retries: Some(0), ..options.clone() };
        let (error, error_response, failure, sent_at) = match self.exchange(io, &call.request, &options).await {
            Ok(exchanged) => match call.read(&exchanged.response) {
                Ok(json) => {
                    refund_call.may_have_refunded();
                    self.may_have_captured_part(change);
                    return Ok(json);
                }
                Err(error) => {
                    let failure = failure_of(&error, &exchanged, io);
                    let error_response = matches!(error, Error::Api(_)).then(|| error.clone());
                    (response_error(error, &exchanged, io.now()), error_response, failure, exchanged.sent_at)
                }
            },
            // There was no token, and the error says so.
            Err(error) if error.outcome.is_some() => return Err(error),
            Err(error) => match error.failure {
                Some(failure) => {
                    let sent_at = error.sent_at;
                    (error, None, failure, sent_at)
                }
                None => {
                    let outcome = if error.attempts == 0 { Outcome::NotDone } else { Outcome::Unknown };
                    if outcome == Outcome::Unknown {
                        refund_call.may_have_refunded();
                        self.may_have_captured_part(change);
                    }
                    let advice = change.operation.advice(&outcome);
                    return Err(error.with_outcome(outcome, advice));
                }
            },
        };
        let was_so_before =
            error_response.as_ref().is_some_and(|error_response| change.operation.is_said_true_by(error_response));
        if !was_so_before && change.operation.outcome(failure, &Observation::default()) == Outcome::NotDone {
            return Err(error.with_outcome(Outcome::NotDone, ""));
        }
        // An error is ambiguous until GoPay shows that it did not process the call. So is a call that is dropped here.
        refund_call.may_have_refunded();
        self.may_have_captured_part(change);
        let mut seen = self.observe(io, change, &options, sent_at).await;
        seen.is_only_refund_call = refund_call.end();
        if let Some(payment) = seen.payment.as_ref().filter(|_| was_so_before)
            && change.operation.holds_in(payment) == Some(true)
        {
            let json = format!("{{\"id\":{},\"result\":\"{}\"}}", payment.id, OperationStatus::Finished.as_str());
            let response = Response { status: 200, headers: Headers::default(), body: Vec::new() };
            (call.validate)(&response, &json)?;
            return Ok(json);
        }
        if change.operation == (Operation::Captured { amount: None })
            && self.may_be_captured_in_part(&change.payment_id)
        {
            // The payment is CAPTURED, but perhaps only an earlier call's part of it.
            seen.payment = None;
        }
        let outcome = change.operation.outcome(failure, &seen);
        let advice = change.operation.advice(&outcome);
        Err(error.with_outcome(outcome, advice))
    }

    /// Reads the state that can show whether a call was processed. Unreadable data counts as unknown.
    async fn observe(&self, io: &Io, change: &Change, options: &CallOptions, sent_at: u64) -> Observation {
        let (wants_payment, wants_refunds) = change.operation.shows();
        let options = CallOptions { timeout_ms: options.timeout_ms, ..CallOptions::default() };
        let mut seen = Observation::default();
        if wants_payment {
            let retrieve = RetrievePayment { id: change.payment_id.clone() };
            if let Some((payment, exchanged)) = self.try_read(io, &retrieve, &options).await {
                seen.sent = sent_between(&exchanged, sent_at, io);
                seen.payment = Some(payment);
            }
        }
        if wants_refunds {
            let list = ListRefunds { id: change.payment_id.clone() };
            if let Some((refunds, exchanged)) = self.try_read(io, &list, &options).await {
                seen.sent = sent_between(&exchanged, sent_at, io).or(seen.sent);
                if let Operation::Refunded { amount } = change.operation {
                    // This call is one of them.
                    let unlisted = self.refund_log().unlisted(&change.payment_id, amount);
                    seen.unlisted_refund_calls = unlisted.saturating_sub(1);
                }
                seen.refunds = Some(self.learn_refunds(&change.payment_id, refunds));
            }
        }
        seen
    }

    pub(super) async fn try_read<E: GoPayEndpoint>(
        &self,
        io: &Io,
        endpoint: &E,
        options: &CallOptions,
    ) -> Option<(E::Output, Exchanged)> {
        let exchanged = Box::pin(self.exchange(io, &endpoint.request().ok()?, options)).await.ok()?;
        let json = parse_json(&exchanged.response).ok()?;
        Some((endpoint.read(&exchanged.response, json.as_str()).ok()?, exchanged))
    }

    /// Remembers a history that the program has read. While a refund call of the payment is in progress, its own refund
    /// could be among them.
    pub(super) fn learn_history(&self, payment_id: &str, json: &str) {
        if let Ok(refunds) = Refund::list_from_json(json)
            && !self.refund_log().is_in_progress(payment_id)
        {
            self.learn_refunds(payment_id, refunds);
        }
    }

    /// Returns the refunds that this session had not seen before, and remembers them.
    pub(super) fn learn_refunds(&self, payment_id: &str, mut refunds: Vec<Refund>) -> Vec<Refund> {
        let mut log = self.refund_log();
        refunds.retain(|refund| !log.knows(refund));
        log.learn(payment_id, &refunds);
        self.save_refund_log(&log);
        refunds
    }

    /// Records that a call may have captured a part, so that a later call does not mistake it for the whole amount.
    fn may_have_captured_part(&self, change: &Change) {
        if let Operation::Captured { amount: Some(_) } = change.operation
            && !self.may_be_captured_in_part(&change.payment_id)
        {
            let mut parts = self.parts();
            parts.push(change.payment_id.clone());
            parts.drain(..parts.len().saturating_sub(MAX_PARTS));
            self.store.set(PARTS, text(&parts));
        }
    }

    /// Whether an earlier call may have captured a part of this payment. GoPay shows no captured amount.
    pub(crate) fn may_be_captured_in_part(&self, payment_id: &str) -> bool {
        self.parts().iter().any(|part| part == payment_id)
    }

    fn parts(&self) -> Vec<String> {
        let json = self.store.get(PARTS).unwrap_or_default();
        let id = |fields: &mut FieldReader, key: &str| Ok(fields.string(key)?.into_owned());
        FieldReader::of(PARTS, &json).list(PARTS, id).unwrap_or_default()
    }

    pub(super) fn refund_log(&self) -> RefundLog {
        RefundLog::read(&self.store.get(REFUND_LOG).unwrap_or_default())
    }

    fn save_refund_log(&self, log: &RefundLog) {
        self.store.set(REFUND_LOG, text(log));
    }
}

/// The failure that an error response, or an unusable response, implies for the call.
fn failure_of(error: &Error, exchanged: &Exchanged, io: &Io) -> Failure {
    match error {
        // The result is FAILED.
        Error::Api(_) if exchanged.response.is_success() => Failure::ConnectionRefused,
        Error::Api(error) if is_own(error) => status_failure(&exchanged.response, io.now()),
        // A page of a filter or a proxy, or an empty one. It may have forwarded the call and replaced the response.
        Error::Api(_) => Failure::NoResponse,
        _ => Failure::IncompleteResponse,
    }
}

/// When a call was sent by the gateway's clock, from the `Date` of a later response. Dates have a precision of a second.
pub(super) fn sent_between(later: &Exchanged, sent_at: u64, io: &Io) -> Option<SentBetween> {
    let date = parse_http_date(later.response.headers.get("date")?)?;
    Some(SentBetween {
        earliest: date.saturating_sub(io.now().monotonic_ms.saturating_sub(sent_at)),
        latest: (date + 999).saturating_sub(later.sent_at.saturating_sub(sent_at)),
    })
}

/// A refund call in progress. The log is updated when it is dropped.
struct RefundCall<'a> {
    session: &'a Session,
    payment_id: Option<&'a str>,
    amount: i64,
    is_first: bool,
}

impl<'a> RefundCall<'a> {
    fn begin(session: &'a Session, change: &'a Change) -> RefundCall<'a> {
        let (payment_id, amount) = match change.operation {
            Operation::Refunded { amount } => (Some(change.payment_id.as_str()), amount),
            _ => (None, 0),
        };
        let is_first = payment_id.is_some_and(|payment_id| {
            let mut log = session.refund_log();
            let is_first = log.begin(payment_id);
            session.save_refund_log(&log);
            is_first
        });
        RefundCall { session, payment_id, amount, is_first }
    }

    /// Records that the call may have made a refund, so that a later call does not mistake it for its own.
    fn may_have_refunded(&self) {
        if let Some(payment_id) = self.payment_id {
            let mut log = self.session.refund_log();
            log.add_unlisted(payment_id, self.amount);
            self.session.save_refund_log(&log);
        }
    }

    /// Whether it was the session's only refund call of this payment while it ran.
    fn end(&mut self) -> bool {
        let Some(payment_id) = self.payment_id.take() else { return false };
        let mut log = self.session.refund_log();
        let is_alone = log.end(payment_id);
        self.session.save_refund_log(&log);
        self.is_first && is_alone
    }
}

impl Drop for RefundCall<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
