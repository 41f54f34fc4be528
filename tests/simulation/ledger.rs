//! What really happened, call by call and event by event.

use std::collections::BTreeMap;

use crate::{merchant::Op, store::LEASE, world::Broken};

/// A call of a merchant, as the world knows it.
#[derive(Clone, Debug)]
pub struct Ask {
    pub merchant: usize,
    pub order: Option<usize>,
    pub op: Op,
    /// The id of the payment; empty where the call creates it.
    pub id: String,
    /// Whether the payment was so already before the call.
    pub held_before: bool,
    /// How often its change was sent.
    pub sent: u32,
    /// How many of these the gateway may still get.
    pub on_the_way: u32,
    /// How many of these the gateway has carried out.
    pub processed: u32,
    /// Whether any of its requests met a fault.
    pub is_faulted: bool,
    /// Whether the call has reported that it was not done.
    pub is_not_done: bool,
}

impl Ask {
    pub fn new(merchant: usize, order: Option<usize>, op: Op, id: &str, held_before: bool) -> Ask {
        Ask {
            merchant,
            order,
            op,
            id: id.into(),
            held_before,
            sent: 0,
            on_the_way: 0,
            processed: 0,
            is_faulted: false,
            is_not_done: false,
        }
    }
}

/// An event at a merchant: who claimed it when, and who listened to it.
#[derive(Debug, Default)]
struct Seen {
    claims: BTreeMap<u64, u64>,
    /// The last listener: when its lease ends, and whether it threw.
    last: Option<(u64, bool)>,
    is_completed: bool,
}

#[derive(Default)]
pub struct Ledger {
    pub asks: Vec<Ask>,
    events: BTreeMap<(usize, String), Seen>,
    /// The payments whose success a listener has handled.
    pub fulfilled: BTreeMap<(usize, String), u32>,
}

impl Ledger {
    pub fn claimed(&mut self, merchant: usize, event: &str, token: u64, now: u64) {
        let seen = self.events.entry((merchant, event.to_owned())).or_default();
        seen.claims.insert(token, now + LEASE_OF_THE_PRODUCT);
    }

    /// Never two within a lease, and never again once the event is done.
    pub fn listener_starts(&mut self, merchant: usize, event: &str, token: u64, now: u64) -> Result<(), Broken> {
        let seen = self.events.entry((merchant, event.to_owned())).or_default();
        if seen.is_completed {
            return Err(format!("event {event} is handled again, though it was done"));
        }
        if let Some((until, threw)) = seen.last
            && !threw
            && now < until
        {
            return Err(format!("event {event} is handled by two within a lease"));
        }
        let until = seen.claims.get(&token).copied().unwrap_or(now);
        seen.last = Some((until, false));
        Ok(())
    }

    pub fn listener_ended(&mut self, merchant: usize, event: &str, token: u64, threw: bool) {
        let seen = self.events.entry((merchant, event.to_owned())).or_default();
        // Another one may have begun after the lease of this one.
        let until = seen.claims.get(&token).copied().unwrap_or_default();
        if let Some(last) = &mut seen.last
            && last.0 == until
        {
            last.1 = threw;
        }
    }

    pub fn completed(&mut self, merchant: usize, event: &str) {
        self.events.entry((merchant, event.to_owned())).or_default().is_completed = true;
    }
}

/// A listener has its event to itself for this long. The store's own constant may be changed by a mutant.
const LEASE_OF_THE_PRODUCT: u64 = if LEASE < 60_000 { LEASE } else { 60_000 };
