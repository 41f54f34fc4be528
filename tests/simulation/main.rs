//! A year of payments in a minute: merchants over ItPay's and GoPay's sessions and over PayKit, both gateways, their
//! network, payers, clocks and crashes, in virtual time, from one seed.
//!
//! `make simulate` tries fresh seeds, `make simulate SEED=7` plays one again.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod calls;
mod delivery;
mod gateways;
mod handler;
mod histories;
mod invariants;
mod ledger;
mod network;
mod op;
mod order;
mod paykit_calls;
mod plan;
mod process;
mod rng;
mod shop_code;
mod shrink;
mod store;
mod world;

use std::time::{Duration, Instant};

use plan::Plan;
use world::run;

/// Each step allocates, and the system's allocator would take a quarter of a run's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Seeds that find a fault that the package once had: a page for a missing payment, a refund of the same second for
/// evidence, a second stale token for wrong credentials.
const KEPT: &[u64] = &[7, 59, 476];

/// A number from the environment. An empty variable is absent.
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs a seed and returns its payments. A violation is shrunk and told as a timeline.
fn check(seed: u64) -> u64 {
    let plan = Plan { seed, ..Plan::default() };
    let result = run(&plan);
    if let Some(violation) = result.violation {
        if variable("SHRINK") == Some(0) {
            panic!("seed {seed}: {}", violation.sentence);
        }
        let (least, faults) = shrink::shrink(plan, &violation.sentence, result.faults);
        let shrunk = run(&Plan { traces: true, ..least.clone() });
        panic!(
            "seed {seed}: {}\n\n{faults} faults and {} orders are enough:\n\n{}\n\nmake simulate SEED={seed} plays it again.",
            shrunk.violation.unwrap_or(violation).sentence,
            plan::ORDERS - least.dropped.len(),
            shrunk.timeline.join("\n"),
        );
    }
    result.payments
}

#[test]
fn no_seed_violates_an_invariant() {
    if let Some(seed) = variable("SEED") {
        check(seed);
        return;
    }
    for seed in KEPT {
        check(*seed);
    }
    let limit = Duration::from_secs(variable("LASTING").unwrap_or(5));
    // The same seeds each time. `make simulate` says where it begins.
    let first = variable("FIRST").unwrap_or(1);
    let started = Instant::now();
    let (mut payments, mut seeds) = (0, 0);
    while started.elapsed() < limit && variable("SEEDS").is_none_or(|most| seeds < most) {
        payments += check(first + seeds);
        seeds += 1;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{payments} payments of {seeds} seeds from {first}, {:.0} payments a second", payments as f64 / seconds);
}

#[test]
fn the_same_seed_gives_the_same_run_byte_for_byte() {
    for seed in 0..3 {
        let plan = Plan { seed, traces: true, ..Plan::default() };
        let (first, second) = (run(&plan), run(&plan));
        assert!(first.timeline.len() > 100, "something happens");
        assert_eq!(first.timeline, second.timeline);
        assert_eq!(first.events, second.events);
    }
}

#[test]
fn the_histories_for_the_typescript_are_those_of_the_model() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/simulation/histories.json");
    let histories = histories::all();
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, &histories).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == histories, "UPDATE=1 cargo test --test simulation writes them again");
}
