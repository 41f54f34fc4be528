//! Histories of one event: its deliveries, the store's faults, and what its listener does; with the responses and the
//! listener's starts that the model gives. js-tests/unit/simulation.test.mjs runs the TypeScript handler and its memory
//! store on the same file, so model and product can't drift apart.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use serde_json::{Value, json};

use crate::{
    plan::StoreFault,
    rng::Rng,
    store::{Claim, Handler, LEASE, Next, STEP_TIMEOUT, StepResult, Store},
};

/// How long a step of the store takes, in milliseconds.
const STEP: u64 = 3;

#[derive(Clone, Debug)]
struct Delivered {
    at: u64,
    /// Of the claim, and of the first and the second end.
    faults: [Option<StoreFault>; 3],
    listener_ms: u64,
    throws: bool,
}

fn history(seed: u64) -> Vec<Delivered> {
    let mut rng = Rng::of(seed, 7, 0);
    let mut at = 0;
    (0..rng.between(2, 6))
        .map(|_| {
            at += rng.pick(&[1, 700, 20_000, LEASE - 1, LEASE + 10, 2 * LEASE]) + rng.below(100);
            let rng = &mut rng;
            let mut fault = || {
                let fault = rng.pick(&[StoreFault::Failed, StoreFault::ResponseLost, StoreFault::Slow]);
                rng.permille(250).then_some(fault)
            };
            let faults = [fault(), fault(), fault()];
            let listener_ms = rng.pick(&[1, 250, 30_000, LEASE + 20_000]) + rng.below(100);
            Delivered { at, faults, listener_ms, throws: rng.permille(300) }
        })
        .collect()
}

enum Event {
    Arrives,
    Applies(Next),
    Result(StepResult),
}

/// The responses by delivery, and the times at which the listener started.
fn play(deliveries: &[Delivered]) -> (BTreeMap<usize, u16>, Vec<u64>) {
    let mut queue = BinaryHeap::new();
    let mut events: Vec<Option<(usize, Event)>> = Vec::new();
    let push = |queue: &mut BinaryHeap<_>, events: &mut Vec<_>, at: u64, delivery: usize, event: Event| {
        queue.push(Reverse((at, events.len())));
        events.push(Some((delivery, event)));
    };
    for (index, delivery) in deliveries.iter().enumerate() {
        push(&mut queue, &mut events, delivery.at, index, Event::Arrives);
    }
    let mut store = Store::default();
    let mut handlers: Vec<Option<(Handler, usize, u64)>> = deliveries.iter().map(|_| None).collect();
    let (mut responses, mut starts) = (BTreeMap::new(), Vec::new());
    while let Some(Reverse((now, number))) = queue.pop() {
        let (index, event) = events[number].take().unwrap();
        let apply = |store: &mut Store, next: &Next| match next {
            Next::Claim => StepResult::Claim(store.claim("event", index as u64 + 1, now)),
            Next::End(end) => {
                store.end("event", index as u64 + 1, *end);
                StepResult::Ended
            }
            _ => StepResult::Ended,
        };
        let next = match event {
            Event::Applies(next) => {
                apply(&mut store, &next);
                continue;
            }
            Event::Arrives => {
                let (handler, next) = Handler::begin();
                // The number of its store steps, and when its last one began.
                handlers[index] = Some((handler, 0, now));
                next
            }
            Event::Result(result) => handlers[index].as_mut().unwrap().0.next(result),
        };
        match &next {
            Next::Respond(status) => drop(responses.insert(index, *status)),
            Next::CallListener => {
                starts.push(now);
                let Delivered { listener_ms, throws, .. } = deliveries[index];
                push(
                    &mut queue,
                    &mut events,
                    now + listener_ms,
                    index,
                    Event::Result(StepResult::ListenerEnded { threw: throws }),
                );
            }
            Next::Claim | Next::End(_) => {
                let (_, steps, began) = handlers[index].as_mut().unwrap();
                // Both tries of an end share one time limit.
                if *steps < 2 {
                    *began = now;
                }
                let fault = deliveries[index].faults[*steps];
                *steps += 1;
                let (result, at) = match fault {
                    None => (apply(&mut store, &next), now + STEP),
                    Some(StoreFault::Failed) => (StepResult::StoreFailed, now + STEP),
                    Some(StoreFault::ResponseLost) => {
                        apply(&mut store, &next);
                        (StepResult::StoreFailed, now + STEP)
                    }
                    Some(StoreFault::Slow) => {
                        push(&mut queue, &mut events, now + 5_000, index, Event::Applies(next.clone()));
                        (StepResult::StoreTimedOut, *began + STEP_TIMEOUT)
                    }
                };
                push(&mut queue, &mut events, at, index, Event::Result(result));
            }
        }
    }
    (responses, starts)
}

fn written(seed: u64) -> Value {
    let deliveries = history(seed);
    let (responses, starts) = play(&deliveries);
    let fault = |fault: &Option<StoreFault>| match fault {
        None => Value::Null,
        Some(StoreFault::Failed) => json!("failed"),
        Some(StoreFault::ResponseLost) => json!("response_lost"),
        Some(StoreFault::Slow) => json!("slow"),
    };
    let result = deliveries.iter().map(|delivery| {
        json!({
            "at": delivery.at,
            "faults": delivery.faults.iter().map(fault).collect::<Vec<_>>(),
            "listener_ms": delivery.listener_ms,
            "throws": delivery.throws,
        })
    });
    json!({
        "deliveries": result.collect::<Vec<_>>(),
        "responses": responses.values().collect::<Vec<_>>(),
        "listener_starts": starts,
    })
}

/// All histories, as JSON with one of them in each line.
pub fn all() -> String {
    let lines: Vec<String> = (0..300).map(|seed| written(seed).to_string()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn each_delivery_of_a_history_gets_a_response() {
    for seed in 0..300 {
        let deliveries = history(seed);
        assert_eq!(play(&deliveries).0.len(), deliveries.len(), "seed {seed}");
    }
    // The model is no formality: claims are refused, kept after a lost response, and run out.
    let mut store = Store::default();
    assert_eq!(store.claim("event", 1, 0), Claim::Claimed);
    assert_eq!(store.claim("event", 2, LEASE - 1), Claim::InProgress);
    assert_eq!(store.claim("event", 2, LEASE), Claim::Claimed);
}
