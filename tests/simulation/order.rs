//! Orders: what is bought, and what payer and staff do with it.

use crate::{op::Op, rng::Rng};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    ItPay,
    /// Paid at once, with refunds later.
    Sale,
    /// Authorized, then captured or voided.
    Hold,
    /// Paid once, then charged again.
    Subscription,
}

/// What the payer does with a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payer {
    Pays,
    Declines,
    Leaves,
}

/// An order. Everything in it is persisted, so it survives a crash.
#[derive(Clone, Debug)]
pub struct Order {
    pub merchant: usize,
    pub kind: Kind,
    pub amount: i64,
    pub placed_at: u64,
    /// The id of the payment. ItPay's is chosen before the first call.
    pub id: Option<String>,
    /// Whether PayKit creates it as a checkout.
    pub is_checkout: bool,
    pub payer: Payer,
    pub payer_came: bool,
    /// Whether the shop waits for the payment. Otherwise only a webhook tells it.
    pub waits: bool,
    pub tries: u32,
    /// What the staff does after the payment, how many milliseconds later, and whether in the back office.
    pub staff: Vec<(u64, Op, bool)>,
    pub staff_started: bool,
    pub refunding: Refunding,
    pub rng: Rng,
}

/// Which process refunds a payment. GoPay's history does not say which program made a refund, so the documentation asks
/// for one at a time.
#[derive(Clone, Debug, Default)]
pub struct Refunding {
    process: u32,
    in_flight: u32,
    /// After an unknown outcome, another process waits until nothing of it can still arrive.
    until: u64,
}

/// Longer than any request takes to arrive.
const ALL_HAS_ARRIVED: u64 = 120_000;

impl Refunding {
    /// Returns whether this process may refund now.
    pub fn begin(&mut self, process: u32, now: u64) -> bool {
        if self.process != process {
            if self.in_flight > 0 || now < self.until {
                return false;
            }
            *self = Refunding { process, ..Refunding::default() };
        }
        self.in_flight += 1;
        true
    }

    pub fn end(&mut self, is_known: bool, now: u64) {
        self.in_flight -= 1;
        if !is_known {
            self.until = now + ALL_HAS_ARRIVED;
        }
    }
}

const HOUR: u64 = 3_600_000;

impl Order {
    pub fn new(seed: u64, index: usize, merchants: usize) -> Order {
        let mut rng = Rng::of(seed, 3, index as u64);
        let kind = rng.pick(&[Kind::ItPay, Kind::ItPay, Kind::Sale, Kind::Sale, Kind::Hold, Kind::Subscription]);
        let amount = rng.between(10, 50) as i64 * 100;
        Order {
            merchant: rng.below(merchants as u64) as usize,
            kind,
            amount,
            placed_at: rng.below(HOUR / 2),
            id: (kind == Kind::ItPay).then(|| format!("pi_{index:04}")),
            is_checkout: rng.permille(500),
            payer: rng.pick(&[Payer::Pays, Payer::Pays, Payer::Pays, Payer::Pays, Payer::Declines, Payer::Leaves]),
            payer_came: false,
            waits: rng.permille(300),
            tries: 0,
            staff: staff(kind, amount, &mut rng),
            staff_started: false,
            refunding: Refunding::default(),
            rng,
        }
    }
}

fn staff(kind: Kind, amount: i64, rng: &mut Rng) -> Vec<(u64, Op, bool)> {
    // Two things at the same time, or within the hour.
    let soon = |rng: &mut Rng| {
        let longest = rng.pick(&[2_000, HOUR]);
        rng.below(longest)
    };
    let mut staff = Vec::new();
    match kind {
        Kind::ItPay => {
            if rng.permille(200) {
                staff.push((soon(rng), Op::CaptureIntent, false));
            }
        }
        Kind::Sale => {
            // Equal amounts, perhaps at the same time, perhaps by two processes.
            for _ in 0..rng.below(4) {
                staff.push((soon(rng), Op::Refund(amount / 10), rng.permille(300)));
            }
        }
        Kind::Hold => {
            let op = match rng.below(10) {
                0..=4 => Op::Capture(None),
                5..=6 => Op::Capture(Some(amount / 2)),
                _ => Op::VoidAuthorization,
            };
            staff.push((soon(rng), op, rng.permille(300)));
        }
        Kind::Subscription => {
            for _ in 0..rng.below(3) {
                staff.push((soon(rng), Op::Charge(amount), rng.permille(300)));
            }
            staff.push((2 * HOUR, Op::VoidRecurrence, false));
        }
    }
    if kind != Kind::ItPay && rng.permille(200) {
        staff.push((soon(rng), Op::RetrievePayment, false));
    }
    staff
}
