//! Finds the fewest faults and orders that still break the same promise.

use crate::{
    plan::{ORDERS, Plan},
    world::run,
};

/// Whether a run breaks a promise of the same kind: numbers and ids may differ.
fn breaks(plan: &Plan, broken: &str) -> Option<Vec<u64>> {
    let ended = run(plan);
    let same = ended.broken.as_deref().is_some_and(|other| kind(other) == kind(broken));
    same.then_some(ended.faults)
}

fn kind(broken: &str) -> String {
    broken.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// Leaves out orders and faults, in halves first and one by one in the end, as long as the promise stays broken. Returns
/// the plan and its number of faults.
pub fn shrink(mut plan: Plan, broken: &str, mut faults: Vec<u64>) -> (Plan, usize) {
    loop {
        let before = (faults.len(), plan.dropped.len());
        let orders: Vec<usize> = (0..ORDERS).filter(|order| !plan.dropped.contains(order)).collect();
        for part in parts(&orders) {
            let mut smaller = plan.clone();
            smaller.dropped.extend(part);
            if let Some(left) = breaks(&smaller, broken) {
                (plan, faults) = (smaller, left);
            }
        }
        for part in parts(&faults.clone()) {
            let mut smaller = plan.clone();
            smaller.muted.extend(part);
            if let Some(left) = breaks(&smaller, broken) {
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
