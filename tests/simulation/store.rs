//! The event store and the webhook handler's decisions, as pkg-template/src/webhooks makes them: claim, listener,
//! complete or release. js-tests/unit/simulation.test.mjs runs the TypeScript on the histories of this model.

use std::collections::BTreeMap;

/// The handler's default lease, in milliseconds.
pub const LEASE: u64 = 60_000;
/// The handler's time limit for each step of the store, in milliseconds.
pub const STEP_TIMEOUT: u64 = 10_000;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    Claimed,
    InProgress,
    Done,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    Complete,
    Release,
}

/// An event as the store knows it. A finished event has no token.
#[derive(Clone, Debug)]
struct Held {
    token: Option<u64>,
    until: u64,
}

/// Remembers which events are processed.
#[derive(Default)]
pub struct Store(BTreeMap<String, Held>);

impl Store {
    pub fn claim(&mut self, id: &str, token: u64, now: u64) -> Claim {
        match self.0.get(id) {
            Some(Held { token: None, .. }) => return Claim::Done,
            Some(Held { token: Some(held), until }) if *until > now && *held != token => return Claim::InProgress,
            _ => {}
        }
        self.0.insert(id.into(), Held { token: Some(token), until: now + LEASE });
        Claim::Claimed
    }

    pub fn end(&mut self, id: &str, token: u64, end: End) {
        let held = self.0.get(id).and_then(|held| held.token);
        match end {
            // Late, it still marks the event as done: its listener has run.
            End::Complete => {
                self.0.insert(id.into(), Held { token: None, until: u64::MAX });
            }
            End::Release if held == Some(token) => {
                self.0.remove(id);
            }
            End::Release => {}
        }
    }
}

/// What a handler has the world do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    Claim,
    Listen,
    End(End),
    Respond(u16),
}

/// What happened to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// The response to a claim.
    Claim(Claim),
    /// A step of the store failed, or its response did not come in time.
    StoreFailed,
    /// A step of the store failed because its time was over. It is not repeated.
    StoreTimedOut,
    Ended,
    Listened {
        threw: bool,
    },
}

/// One delivery in the handler.
#[derive(Clone, Debug)]
pub struct Handler {
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Claiming,
    Listening,
    /// Ends the claim, then responds. An end that failed is repeated once.
    Ending {
        end: End,
        status: u16,
        is_repeated: bool,
    },
}

impl Handler {
    pub fn begin() -> (Handler, Next) {
        (Handler { state: State::Claiming }, Next::Claim)
    }

    pub fn next(&mut self, told: Told) -> Next {
        match (self.state, told) {
            (State::Claiming, Told::Claim(Claim::Claimed)) => {
                self.state = State::Listening;
                Next::Listen
            }
            (State::Claiming, Told::Claim(Claim::InProgress)) => Next::Respond(409),
            (State::Claiming, Told::Claim(Claim::Done)) => Next::Respond(200),
            // The store may hold the claim if only its response was lost.
            (State::Claiming, _) => self.end(End::Release, 500),
            (State::Listening, Told::Listened { threw: true }) => self.end(End::Release, 500),
            (State::Listening, _) => self.end(End::Complete, 200),
            (State::Ending { end, status, is_repeated: false }, Told::StoreFailed) => {
                self.state = State::Ending { end, status, is_repeated: true };
                Next::End(end)
            }
            (State::Ending { status, .. }, _) => Next::Respond(status),
        }
    }

    fn end(&mut self, end: End, status: u16) -> Next {
        self.state = State::Ending { end, status, is_repeated: false };
        Next::End(end)
    }
}
