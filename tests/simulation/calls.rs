//! The calls of merchants, step by step.

use itpay::call::{Call, Event as CallEvent, Now, Step};

use crate::{
    handler::HandlerEvent,
    ledger::Record,
    op::{Op, Report},
    order::{Kind, Order},
    process::Params,
    world::{Actor, EPOCH, Event, Violation, World},
};

/// A call in progress, and the number of its current step. An event of an earlier step comes too late.
pub struct Running {
    call: Call<Report>,
    pub merchant: usize,
    pub in_back_office: bool,
    pub step: u64,
    /// The handler's delivery that waits for this call.
    delivery: Option<usize>,
}

impl World {
    pub fn place(&mut self, index: usize) -> Result<(), Violation> {
        let op = if self.orders[index].kind == Kind::ItPay { Op::CreateIntent } else { Op::CreatePayment };
        self.ask(index, op, false)
    }

    /// A merchant calls an operation for an order. A merchant that is down waits until it is up again.
    pub fn ask(&mut self, order: usize, op: Op, in_back_office: bool) -> Result<(), Violation> {
        let Order { merchant, kind, amount, ref id, is_checkout, .. } = self.orders[order];
        let (id, number) = (id.clone().unwrap_or_default(), format!("{}", order + 1));
        let state = &self.merchants[merchant];
        // A process that has started again knows nothing of the calls of the one before.
        let process_number = if in_back_office { 0 } else { state.crashes + 1 };
        let Some(process) = (if in_back_office { Some(&state.back_office) } else { state.process.as_ref() }) else {
            self.after(5_000, Event::Ask { order, op, in_back_office });
            return Ok(());
        };
        if matches!(op, Op::Refund(_)) && !self.orders[order].refunding.begin(process_number, self.now) {
            let after = self.rng.between(1, 500);
            self.after(after, Event::Ask { order, op, in_back_office });
            return Ok(());
        }
        let params = Params { op, id: id.clone(), kind, number, amount, is_checkout, url: String::new() };
        let call = process.call(params);
        let aborts = self.faults.happens(op != Op::WaitForIntent);
        let index = self.start(merchant, Some(order), in_back_office, op, &id, call, None)?;
        if aborts {
            let after = self.rng.below(20_000);
            self.after(after, Event::Aborts { call: index });
        }
        Ok(())
    }

    /// Makes the first step of a call.
    #[allow(clippy::too_many_arguments, reason = "each of them is another thing")]
    pub fn start(
        &mut self,
        merchant: usize,
        order: Option<usize>,
        in_back_office: bool,
        op: Op,
        id: &str,
        call: Call<Report>,
        delivery: Option<usize>,
    ) -> Result<usize, Violation> {
        let index = self.running.len();
        self.running.push(Some(Running { call, merchant, in_back_office, step: 0, delivery }));
        let held_before = self.holds(merchant, op, id);
        self.ledger.calls.push(Record::new(merchant, order, in_back_office, op, id, held_before));
        self.log(caller(merchant, in_back_office), || format!("calls {op:?} {id} (call {index})"));
        self.step(index, CallEvent::Started)?;
        Ok(index)
    }

    pub fn step(&mut self, index: usize, event: CallEvent) -> Result<(), Violation> {
        let Some(running) = &mut self.running[index] else { return Ok(()) };
        running.step += 1;
        let (step, merchant) = (running.step, running.merchant);
        let now = Now {
            unix_ms: (EPOCH + self.now).saturating_add_signed(self.merchants[merchant].skew),
            monotonic_ms: self.now,
            random: self.rng.fraction(),
        };
        match running.call.step(event, now) {
            None => Ok(()),
            Some(Step::Done(report)) => {
                let delivery = running.delivery;
                self.running[index] = None;
                self.ended(index, report, delivery)
            }
            Some(Step::Notify(_)) => self.step(index, CallEvent::Notified),
            Some(Step::ReadCache(key)) => {
                let value = self.merchants[merchant].cache.get(&key).cloned();
                self.step(index, CallEvent::CacheRead(value))
            }
            Some(Step::WriteCache(entry)) => {
                self.merchants[merchant].cache.insert(entry.key, entry.value.expose().to_string());
                self.step(index, CallEvent::CacheRead(None))
            }
            Some(Step::Wait(ms)) => {
                self.after(ms, Event::Receives { call: index, step, event: CallEvent::WaitEnded });
                Ok(())
            }
            Some(Step::Send(attempt)) => {
                self.send(index, step, attempt);
                Ok(())
            }
        }
    }

    /// The caller gives up. Some runtimes then end a call without a word: nobody drives it any more, or drops it.
    pub fn abort(&mut self, index: usize) -> Result<(), Violation> {
        let Some(Running { merchant, in_back_office, .. }) = self.running[index] else { return Ok(()) };
        if self.rng.permille(300) {
            self.log(caller(merchant, in_back_office), || {
                format!("loses call {index}: its runtime no longer drives it")
            });
            core::mem::forget(self.running[index].take());
            self.lost(index);
            return Ok(());
        }
        self.log(caller(merchant, in_back_office), || format!("aborts call {index}"));
        self.step(index, CallEvent::Aborted { sent: true })
    }

    fn ended(&mut self, index: usize, report: Report, delivery: Option<usize>) -> Result<(), Violation> {
        if self.timeline.is_some() {
            let belief = match &report {
                Ok(reply) => format!("{reply:?}"),
                Err(failure) => {
                    let outcome = failure.outcome.as_ref().map_or("no outcome", |outcome| outcome.as_str());
                    format!("failed, {outcome}: {}", failure.message)
                }
            };
            let Record { merchant, in_back_office, .. } = self.ledger.calls[index];
            self.log(caller(merchant, in_back_office), || format!("learns from call {index}: {belief}"));
            self.ledger.calls[index].belief = Some(belief);
        }
        self.check_report(index, &report)?;
        match delivery {
            Some(delivery) => {
                let event = HandlerEvent::Read(Box::new(report));
                self.handler(delivery, event)
            }
            None => {
                self.go_on(index, report);
                Ok(())
            }
        }
    }
}

fn caller(merchant: usize, in_back_office: bool) -> Actor {
    if in_back_office { Actor::BackOffice(merchant) } else { Actor::Shop(merchant) }
}
