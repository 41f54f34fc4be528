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
struct Entry {
    token: Option<u64>,
    until: u64,
}

/// Remembers which events are processed.
#[derive(Default)]
pub struct Store(BTreeMap<String, Entry>);

impl Store {
    pub fn claim(&mut self, id: &str, token: u64, now: u64) -> Claim {
        match self.0.get(id) {
            Some(Entry { token: None, .. }) => return Claim::Done,
            Some(Entry { token: Some(held), until }) if *until > now && *held != token => return Claim::InProgress,
            _ => {}
        }
        self.0.insert(id.into(), Entry { token: Some(token), until: now + LEASE });
        Claim::Claimed
    }

    pub fn is_held_by(&self, id: &str, token: u64) -> bool {
        self.0.get(id).is_some_and(|entry| entry.token == Some(token))
    }

    pub fn end(&mut self, id: &str, token: u64, end: End) {
        let held = self.0.get(id).and_then(|held| held.token);
        match end {
            // Late, it still marks the event as done: its listener has run.
            End::Complete => {
                self.0.insert(id.into(), Entry { token: None, until: u64::MAX });
            }
            End::Release if held == Some(token) => {
                self.0.remove(id);
            }
            End::Release => {}
        }
    }
}

/// The next step of a handler.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    Claim,
    CallListener,
    End(End),
    Respond(u16),
}

/// The result of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StepResult {
    /// The response to a claim.
    Claim(Claim),
    /// A step of the store failed, or its response did not come in time.
    StoreFailed,
    /// A step of the store failed because its time was over. It is not repeated.
    StoreTimedOut,
    Ended,
    ListenerEnded {
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

    pub fn next(&mut self, result: StepResult) -> Next {
        match (self.state, result) {
            (State::Claiming, StepResult::Claim(Claim::Claimed)) => {
                self.state = State::Listening;
                Next::CallListener
            }
            (State::Claiming, StepResult::Claim(Claim::InProgress)) => Next::Respond(409),
            (State::Claiming, StepResult::Claim(Claim::Done)) => Next::Respond(200),
            // The store may hold the claim if only its response was lost.
            (State::Claiming, _) => self.end(End::Release, 500),
            (State::Listening, StepResult::ListenerEnded { threw: true }) => self.end(End::Release, 500),
            (State::Listening, _) => self.end(End::Complete, 200),
            (State::Ending { end, status, is_repeated: false }, StepResult::StoreFailed) => {
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
