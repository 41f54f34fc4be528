//! A refund with its entry in the history. GoPay's response to a refund has no id, so the entry is found afterwards.

use super::{OperationStatus, Refund, RefundLog, RefundPayment, RefundState, SentBetween, Session, sent_between};
use crate::{CallResult, Outcome, call::Io, exchange::CallOptions, gopay::ListRefunds};

/// A date of the history may be cut off to the second, in milliseconds.
const DATE_PRECISION: u64 = 1_000;

impl Session {
    /// Makes a refund and returns its result, and its entry in the history if that is certain. A failed call whose refund
    /// is visible at GoPay is a success.
    pub async fn refund(&self, io: &Io, refund: &RefundPayment) -> CallResult<(OperationStatus, Option<Refund>)> {
        let known = self.refund_log();
        let began = io.now().monotonic_ms;
        let result = match self.call(io, refund, &CallOptions::default()).await {
            Ok(done) => done.result,
            Err(error) if error.outcome == Some(Outcome::Done) => OperationStatus::Finished,
            Err(error) => return Err(error),
        };
        let log = self.refund_log();
        let has_other_call = known.is_in_progress(&refund.id)
            || log.is_in_progress(&refund.id)
            || known.unlisted(&refund.id, refund.amount) > 0
            || log.unlisted(&refund.id, refund.amount) > 1;
        let list = ListRefunds { id: refund.id.clone() };
        let Some((history, exchanged)) = self.try_read(io, &list, &CallOptions::default()).await else {
            return Ok((result, None));
        };
        let sent = sent_between(&exchanged, began, io);
        let entry = if has_other_call { None } else { own_entry(&history, refund.amount, &known, sent) };
        self.learn_refunds(&refund.id, history);
        Ok((result, entry))
    }
}

/// The only entry that can be this refund: of its amount, unknown before the call, and not older than the call.
fn own_entry(history: &[Refund], amount: i64, known: &RefundLog, sent: Option<SentBetween>) -> Option<Refund> {
    let is_older = |refund: &Refund| match (refund.requested_at, sent) {
        (Some(requested), Some(sent)) => requested.saturating_add(DATE_PRECISION) < sent.earliest,
        _ => false,
    };
    let mut entries = history.iter().filter(|refund| {
        refund.amount == amount && refund.state != RefundState::Failed && !known.knows(refund) && !is_older(refund)
    });
    let entry = entries.next()?;
    if entries.next().is_some() { None } else { Some(entry.clone()) }
}
