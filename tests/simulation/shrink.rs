//! Finds the fewest faults and orders that still violate the same invariant.

use crate::{
    plan::{ORDERS, Plan},
    world::run,
};

/// The faults of a run that violates the same invariant. Numbers and ids may differ.
fn violates(plan: &Plan, sentence: &str) -> Option<Vec<u64>> {
    let result = run(plan);
    let same = result.violation.is_some_and(|other| kind(&other.sentence) == kind(sentence));
    same.then_some(result.faults)
}

fn kind(sentence: &str) -> String {
    sentence.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// How many courses of each single order are tried.
const VARIATIONS: u64 = 50;

/// A run of a single order that violates the same invariant. Most violations need no more than one.
fn alone(plan: &Plan, sentence: &str) -> Option<(Plan, Vec<u64>)> {
    let mut runs = (0..VARIATIONS).flat_map(|variation| (0..ORDERS).map(move |order| (variation, order)));
    runs.find_map(|(variation, order)| {
        let dropped = (0..ORDERS).filter(|other| *other != order).collect();
        let single = Plan { variation, dropped, ..plan.clone() };
        violates(&single, sentence).map(|faults| (single, faults))
    })
}

/// Leaves out orders and faults, in halves first and one by one in the end, as long as the invariant stays violated. Returns
/// the plan and its number of faults.
pub fn shrink(mut plan: Plan, sentence: &str, mut faults: Vec<u64>) -> (Plan, usize) {
    if let Some(single) = alone(&plan, sentence) {
        (plan, faults) = single;
    }
    loop {
        let before = (faults.len(), plan.dropped.len());
        let orders: Vec<usize> = (0..ORDERS).filter(|order| !plan.dropped.contains(order)).collect();
        for part in parts(&orders) {
            let mut smaller = plan.clone();
            smaller.dropped.extend(part);
            if let Some(left) = violates(&smaller, sentence) {
                (plan, faults) = (smaller, left);
            }
        }
        for part in parts(&faults.clone()) {
            let mut smaller = plan.clone();
            smaller.muted.extend(part);
            if let Some(left) = violates(&smaller, sentence) {
                (plan, faults) = (smaller, left);
            }
        }
        if before == (faults.len(), plan.dropped.len()) {
            return (plan, faults.len());
        }
    }
}

/// Halves, quarters, … and single entries.
fn parts<T: Copy>(all: &[T]) -> Vec<Vec<T>> {
    let mut parts = Vec::new();
    let mut size = all.len().div_ceil(2);
    while size > 0 {
        parts.extend(all.chunks(size).map(<[T]>::to_vec));
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    parts
}
