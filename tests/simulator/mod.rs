//! Drives calls against a scripted gateway in virtual time: no socket, no sleep.

#![allow(dead_code, clippy::indexing_slicing, reason = "each test file uses a part of it, and a test may fail")]

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use itpay::{
    call::{Attempt, Call, Event, Now, Step, TransportError, TransportErrorKind},
    http::{Headers, Response},
};

/// The gateway's reaction to one attempt: this event after so many milliseconds, or never.
pub struct Reply(pub Option<(u64, Event)>);

pub fn respond(status: u16, body: &str) -> Reply {
    respond_with(status, &[], body)
}

pub fn respond_with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    Reply(Some((10, Event::Response(response_with(status, headers, body)))))
}

pub fn response_with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
    let mut own = Headers::default();
    for (name, value) in headers {
        own.set(*name, *value);
    }
    Response { status, headers: own, body: body.into() }
}

pub fn fail(kind: TransportErrorKind) -> Reply {
    Reply(Some((10, Event::Failed(kind.into()))))
}

/// The response had begun when the connection failed.
pub fn fail_late(kind: TransportErrorKind) -> Reply {
    Reply(Some((10, Event::Failed(TransportError { status: Some(200), ..kind.into() }))))
}

impl Reply {
    pub fn after(self, ms: u64) -> Reply {
        Reply(self.0.map(|(_, event)| (ms, event)))
    }

    /// There is no response, so the attempt reaches its time limit.
    pub fn never() -> Reply {
        Reply(None)
    }
}

/// An attempt at the gateway, and its time.
#[derive(Clone, Debug)]
pub struct Sent {
    pub at: u64,
    pub attempt: Attempt,
}

impl Sent {
    pub fn header(&self, name: &str) -> &str {
        self.attempt.headers.get(name).unwrap_or_default()
    }

    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.attempt.body).unwrap_or_default()
    }
}

type Gateway = Box<dyn FnMut(&Sent, usize) -> Reply>;

/// The clock, the gateway, and a record of all attempts.
pub struct World {
    pub now: u64,
    pub random: f64,
    /// Wall time at monotonic zero.
    pub unix_at_zero: u64,
    gateway: Gateway,
    pub sent: Rc<RefCell<Vec<Sent>>>,
    pub waits: Vec<u64>,
    pub notified: Vec<String>,
    /// The cache that processes share.
    pub cache: BTreeMap<String, String>,
    pub steps: usize,
}

impl World {
    pub fn new(gateway: impl FnMut(&Sent, usize) -> Reply + 'static) -> World {
        World {
            now: 1_000,
            random: 1.0,
            unix_at_zero: 1_800_000_000_000,
            gateway: Box::new(gateway),
            sent: Rc::default(),
            waits: Vec::new(),
            notified: Vec::new(),
            cache: BTreeMap::new(),
            steps: 0,
        }
    }

    /// Runs one call to its end.
    pub fn run<T>(&mut self, call: Call<T>) -> T {
        self.run_all([(0, call, None)]).pop().flatten().expect("an end")
    }

    /// Runs one call whose caller aborts it at this time.
    pub fn run_aborted_at<T>(&mut self, call: Call<T>, abort_at: u64) -> T {
        self.run_all([(0, call, Some(Stop::Abort(abort_at)))]).pop().flatten().expect("an end")
    }

    /// Runs calls that begin at these times, and may stop early. A call that is lost has no end.
    pub fn run_all<T>(&mut self, calls: impl IntoIterator<Item = (u64, Call<T>, Option<Stop>)>) -> Vec<Option<T>> {
        let mut calls: Vec<_> = calls.into_iter().collect();
        let mut ends: Vec<Option<T>> = calls.iter().map(|_| None).collect();
        let mut running: Vec<bool> = calls.iter().map(|_| true).collect();
        // By time, then by the order in which they were scheduled.
        let mut events: BTreeMap<u64, VecDeque<(usize, Event)>> = BTreeMap::new();
        let start = self.now;
        for (index, (after, _, stop)) in calls.iter().enumerate() {
            events.entry(start + after).or_default().push_back((index, Event::Started));
            if let Some(Stop::Abort(at)) = stop {
                events.entry(start + at).or_default().push_back((index, Event::Aborted { sent: true }));
            }
        }
        // The step that a call is in. An event of an earlier step is ignored.
        let mut generation = vec![0usize; calls.len()];
        let mut scheduled: Vec<Option<(u64, usize)>> = vec![None; calls.len()];
        while let Some(mut entry) = events.first_entry() {
            let at = *entry.key();
            let Some((index, event)) = entry.get_mut().pop_front() else {
                entry.remove();
                continue;
            };
            if !running[index] {
                continue;
            }
            let is_outside = matches!(event, Event::Started | Event::Aborted { .. });
            if !is_outside && scheduled[index] != Some((at, generation[index])) {
                continue;
            }
            if let Some(Stop::Lose(lost_at)) = calls[index].2
                && at >= start + lost_at
            {
                running[index] = false;
                continue;
            }
            self.now = self.now.max(at);
            let mut event = event;
            loop {
                generation[index] += 1;
                scheduled[index] = None;
                self.steps += 1;
                assert!(self.steps < 100_000, "a call does not end");
                let step = calls[index].1.step(event, self.time()).expect("a step");
                match step {
                    Step::Done(end) => {
                        ends[index] = Some(end);
                        running[index] = false;
                        break;
                    }
                    Step::ReadCache(key) => {
                        event = Event::CacheRead(self.cache.get(&key).cloned());
                        continue;
                    }
                    Step::WriteCache(entry) => {
                        self.cache.insert(entry.key.clone(), entry.value.expose().to_string());
                        event = Event::CacheRead(None);
                        continue;
                    }
                    Step::Notify(json) => {
                        self.notified.push(json);
                        event = Event::Notified;
                        continue;
                    }
                    Step::Wait(ms) => {
                        self.waits.push(ms);
                        let at = self.now.saturating_add(ms);
                        scheduled[index] = Some((at, generation[index]));
                        events.entry(at).or_default().push_back((index, Event::WaitEnded));
                    }
                    Step::Send(attempt) => {
                        let timeout = attempt.timeout_ms;
                        let sent = Sent { at: self.now, attempt: *attempt };
                        let nth = self.sent.borrow().len() + 1;
                        self.sent.borrow_mut().push(sent.clone());
                        let late = (timeout, Event::Failed(TransportErrorKind::TimedOut.into()));
                        let (after, event) = match (self.gateway)(&sent, nth).0 {
                            Some((after, event)) if after < timeout => (after, event),
                            _ => late,
                        };
                        let at = self.now.saturating_add(after);
                        scheduled[index] = Some((at, generation[index]));
                        events.entry(at).or_default().push_back((index, event));
                    }
                }
                break;
            }
        }
        ends
    }

    pub fn time(&self) -> Now {
        Now { unix_ms: self.unix_at_zero + self.now, monotonic_ms: self.now, random: self.random }
    }

    pub fn requests(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }
}

/// How a call stops before its end.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// The caller aborts it.
    Abort(u64),
    /// It is no longer driven, and nobody is notified, like a canceled request in a Worker.
    Lose(u64),
}
