//! The refunds that a session knows from its earlier calls. A refund that was known before a call, or that another call
//! may have made at the same time, proves nothing about this call.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde::Serialize;

use super::Refund;
use crate::json::FieldReader;

/// How many refunds, and how many payments with refunds in progress, are remembered.
const MAX_ENTRIES: usize = 256;

/// The refunds that a session has seen, and the refund calls that it has in progress.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct RefundLog {
    /// The ids of refunds that GoPay has listed, the oldest first.
    known: Vec<String>,
    in_progress: Vec<InProgress>,
    /// Refund calls that may have made a refund that GoPay has not listed yet, the oldest first.
    unlisted: Vec<RefundCall>,
}

#[derive(Debug, PartialEq, Serialize)]
struct RefundCall {
    payment_id: String,
    amount: i64,
}

#[derive(Debug, PartialEq, Serialize)]
struct InProgress {
    payment_id: String,
    /// How many refund calls of the payment have begun since there was none in progress.
    begun: i64,
    ended: i64,
}

impl RefundLog {
    pub(super) fn read(json: &str) -> RefundLog {
        let mut fields = FieldReader::of("log", json).nested("log");
        let Some(fields) = &mut fields else { return RefundLog::default() };
        let known = fields.list("known", |entry, key| Ok(entry.string(key)?.into_owned())).unwrap_or_default();
        let entry = |mut entry: FieldReader| {
            let mut number = |name: &str| entry.integer(name).unwrap_or_default();
            let (begun, ended) = (number("begun"), number("ended"));
            Some(InProgress { payment_id: entry.text("payment_id")?, begun, ended })
        };
        let call = |mut call: FieldReader| {
            Some(RefundCall { payment_id: call.text("payment_id")?, amount: call.integer("amount").ok()? })
        };
        RefundLog {
            known,
            in_progress: fields.objects("in_progress").into_iter().filter_map(entry).collect(),
            unlisted: fields.objects("unlisted").into_iter().filter_map(call).collect(),
        }
    }

    pub(super) fn knows(&self, refund: &Refund) -> bool {
        self.known.contains(&refund.id)
    }

    /// Remembers the refunds of a payment that GoPay has listed. Each explains one earlier call.
    pub(super) fn learn(&mut self, payment_id: &str, refunds: &[Refund]) {
        for refund in refunds.iter().filter(|refund| !self.known.contains(&refund.id)).collect::<Vec<_>>() {
            self.known.push(refund.id.clone());
            let is_explained = |call: &RefundCall| call.payment_id == payment_id && call.amount == refund.amount;
            if let Some(index) = self.unlisted.iter().position(is_explained) {
                self.unlisted.remove(index);
            }
        }
        keep_newest(&mut self.known);
    }

    /// Notes that a refund call may have made a refund.
    pub(super) fn add_unlisted(&mut self, payment_id: &str, amount: i64) {
        self.unlisted.push(RefundCall { payment_id: payment_id.to_owned(), amount });
        keep_newest(&mut self.unlisted);
    }

    /// How many earlier calls may have made a refund of this payment and amount that GoPay has not listed yet.
    pub(super) fn unlisted(&self, payment_id: &str, amount: i64) -> usize {
        self.unlisted.iter().filter(|call| call.payment_id == payment_id && call.amount == amount).count()
    }

    /// Whether a refund call of this payment is in progress.
    pub(super) fn is_in_progress(&self, payment_id: &str) -> bool {
        self.in_progress.iter().any(|entry| entry.payment_id == payment_id)
    }

    /// Notes that a refund call of this payment begins. Returns whether it is the only one.
    pub(super) fn begin(&mut self, payment_id: &str) -> bool {
        if let Some(entry) = self.find(payment_id) {
            entry.begun += 1;
            return false;
        }
        self.in_progress.push(InProgress { payment_id: payment_id.to_owned(), begun: 1, ended: 0 });
        keep_newest(&mut self.in_progress);
        true
    }

    /// Notes that a refund call of this payment has ended. Returns whether no other one began meanwhile.
    pub(super) fn end(&mut self, payment_id: &str) -> bool {
        let Some(entry) = self.find(payment_id) else { return false };
        entry.ended += 1;
        let (begun, ended) = (entry.begun, entry.ended);
        if ended >= begun {
            self.in_progress.retain(|entry| entry.payment_id != payment_id);
        }
        begun == 1
    }

    fn find(&mut self, payment_id: &str) -> Option<&mut InProgress> {
        self.in_progress.iter_mut().find(|entry| entry.payment_id == payment_id)
    }
}

fn keep_newest<T>(entries: &mut Vec<T>) {
    entries.drain(..entries.len().saturating_sub(MAX_ENTRIES));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text;

    #[test]
    fn a_log_survives_a_round_trip() {
        let mut log = RefundLog::default();
        assert!(log.begin("1"));
        assert!(!log.begin("1"));
        log.known = ["7", "8"].map(Into::into).into();
        log.add_unlisted("1", 500);
        assert_eq!(RefundLog::read(&text(&log)), log);
        for json in ["", "null", "[]", "{\"known\":7,\"in_progress\":[1,{}]}"] {
            assert_eq!(RefundLog::read(json), RefundLog::default(), "{json}");
        }
    }

    #[test]
    fn a_refund_call_is_alone_if_no_other_one_overlaps_with_it() {
        let mut log = RefundLog::default();
        assert!(log.begin("1") && log.begin("2") && log.end("1"));
        assert!(log.begin("1"), "the first one has ended");
        assert!(!log.begin("1"));
        assert!(!log.end("1") && !log.end("1"), "they overlap");
        assert!(log.begin("1") && log.end("1"));
        assert_eq!(log.in_progress.len(), 1);
    }

    #[test]
    fn a_refund_that_is_listed_explains_one_earlier_call() {
        let refund = |id: &str, amount| Refund {
            id: id.into(),
            state: crate::gopay::RefundState::Success,
            amount,
            currency: None,
            requested_at: None,
        };
        let mut log = RefundLog::default();
        for (payment_id, amount) in [("1", 500), ("1", 500), ("1", 400), ("2", 500)] {
            log.add_unlisted(payment_id, amount);
        }
        log.learn("1", &[refund("a", 500)]);
        log.learn("1", &[refund("a", 500), refund("b", 300)]);
        assert_eq!((log.unlisted("1", 500), log.unlisted("1", 400), log.unlisted("2", 500)), (1, 1, 1));
    }

    #[test]
    fn a_log_does_not_grow_without_bound() {
        let mut log = RefundLog::default();
        for id in 0..1000 {
            log.begin(&alloc::format!("{id}"));
            log.known.push(alloc::format!("{id}"));
            log.add_unlisted(&alloc::format!("{id}"), id);
            log.learn("1", &[]);
        }
        let lengths = [log.in_progress.len(), log.known.len(), log.unlisted.len()];
        assert_eq!(lengths, [MAX_ENTRIES; 3]);
    }
}
