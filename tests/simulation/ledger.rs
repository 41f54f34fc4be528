//! What really happened, call by call and event by event.

use std::collections::BTreeMap;

use crate::{op::Op, store::LEASE, world::Violation};

/// A call of a merchant, as the world knows it.
#[derive(Clone, Debug)]
pub struct Record {
    pub merchant: usize,
    pub order: Option<usize>,
    pub in_back_office: bool,
    pub op: Op,
    /// The id of the payment. Empty if the call creates it.
    pub id: String,
    /// Whether the payment was already as the call wants it.
    pub held_before: bool,
    /// How often the change was sent.
    pub sent: u32,
    /// How many of these requests the gateway may still receive.
    pub in_transit: u32,
    /// How many of these requests the gateway has carried out.
    pub processed: u32,
    /// Whether any request met a fault.
    pub is_faulted: bool,
    /// Whether the call has reported `not_done`.
    pub is_not_done: bool,
    /// What the call reported, for the timeline.
    pub belief: Option<String>,
}

impl Record {
    pub fn new(
        merchant: usize,
        order: Option<usize>,
        in_back_office: bool,
        op: Op,
        id: &str,
        held_before: bool,
    ) -> Record {
        Record {
            merchant,
            order,
            in_back_office,
            op,
            id: id.into(),
            held_before,
            sent: 0,
            in_transit: 0,
            processed: 0,
            is_faulted: false,
            is_not_done: false,
            belief: None,
        }
    }
}

/// An event at a merchant: who claimed it when, and who handled it.
#[derive(Debug, Default)]
struct Handled {
    /// When the lease of each claim ends.
    claims: BTreeMap<u64, u64>,
    /// The last listener: its claim, when its lease ends, and whether it threw.
    last: Option<(u64, u64, bool)>,
    is_completed: bool,
}

#[derive(Default)]
pub struct Ledger {
    pub calls: Vec<Record>,
    events: BTreeMap<(usize, String), Handled>,
    /// The payments whose success a listener has handled.
    pub fulfilled: BTreeMap<(usize, String), u32>,
}

impl Ledger {
    /// No event is given to another delivery once it is done.
    pub fn claimed(&mut self, merchant: usize, event: &str, token: u64, now: u64) -> Result<(), Violation> {
        let handled = self.events.entry((merchant, event.to_owned())).or_default();
        if handled.is_completed {
            return Err(format!("event {event} is given to another delivery after it was done").into());
        }
        handled.claims.insert(token, now + LEASE_OF_THE_PRODUCT);
        Ok(())
    }

    /// No event is handled by two listeners within a lease.
    pub fn listener_starts(&mut self, merchant: usize, event: &str, token: u64, now: u64) -> Result<(), Violation> {
        let handled = self.events.entry((merchant, event.to_owned())).or_default();
        if let Some((_, until, threw)) = handled.last
            && !threw
            && now < until
        {
            return Err(format!("event {event} is handled by two listeners within a lease").into());
        }
        let until = handled.claims.get(&token).copied().unwrap_or(now);
        handled.last = Some((token, until, false));
        Ok(())
    }

    pub fn listener_ended(&mut self, merchant: usize, event: &str, token: u64, threw: bool) {
        let handled = self.events.entry((merchant, event.to_owned())).or_default();
        // Another one may have begun after the lease of this one.
        if let Some((last, _, last_threw)) = &mut handled.last
            && *last == token
        {
            *last_threw = threw;
        }
    }

    pub fn completed(&mut self, merchant: usize, event: &str) {
        self.events.entry((merchant, event.to_owned())).or_default().is_completed = true;
    }

    /// What the calls about the payment of a violation have reported, for the end of a timeline.
    pub fn beliefs(&self, violation: &Violation) -> Vec<String> {
        let Some((merchant, id)) = violation.payment.as_ref().filter(|(_, id)| !id.is_empty()) else {
            return Vec::new();
        };
        let calls = self.calls.iter().enumerate();
        let own = calls.filter(|(_, call)| call.merchant == *merchant && call.id == *id && call.op.is_change());
        let line = |(index, call): (usize, &Record)| {
            let caller = if call.in_back_office { "Office" } else { "Shop" };
            let belief = call.belief.as_deref().unwrap_or("nothing yet");
            format!("{:>14}{caller} {merchant} believes of call {index}, {:?}: {belief}.", "", call.op)
        };
        own.map(line).collect()
    }
}

/// A listener has its event to itself for this long. A mutant may change the store's own constant.
const LEASE_OF_THE_PRODUCT: u64 = if LEASE < 60_000 { LEASE } else { 60_000 };
