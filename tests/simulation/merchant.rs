//! Merchants: the orders that they place, the calls that they make, and what they persist over a crash.

use std::rc::Rc;

use itpay::{
    CallError, CallResult, Secret,
    call::{Call, Io},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{self, OperationStatus},
    http::BaseUrl,
    itpay as api,
};

use crate::rng::Rng;

pub const GO_ID: u64 = 8_123_456_789;
pub const API_KEY: &str = "sk_test_simulation";
pub const CLIENT_SECRET: &str = "secret";
pub const SERVICE: &str = "svc_sandbox";

/// A kind of call.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Op {
    CreateIntent,
    GenerateQr,
    RetrieveIntent,
    WaitForIntent,
    CreatePayment,
    Status,
    Refund(i64),
    Capture(Option<i64>),
    VoidAuthorization,
    Charge(i64),
    VoidRecurrence,
}

impl Op {
    /// Whether it changes something at GoPay, so that it must be sent once.
    pub fn is_change(self) -> bool {
        matches!(
            self,
            Op::CreatePayment
                | Op::Refund(_)
                | Op::Capture(_)
                | Op::VoidAuthorization
                | Op::Charge(_)
                | Op::VoidRecurrence
        )
    }

    /// Whether this attempt is the change itself, and neither a token request nor a look at the payment.
    pub fn is_own_attempt(self, path: &str) -> bool {
        match self {
            Op::CreateIntent => path.ends_with("/payment-intents"),
            Op::CreatePayment => path.ends_with("/payments/payment"),
            Op::Refund(_) => path.ends_with("/refund"),
            Op::Capture(_) => path.ends_with("/capture"),
            Op::VoidAuthorization => path.ends_with("/void-authorization"),
            Op::Charge(_) => path.ends_with("/create-recurrence"),
            Op::VoidRecurrence => path.ends_with("/void-recurrence"),
            _ => false,
        }
    }

    /// Whether it can be asked for again after an unknown outcome: doing it twice is doing it once.
    pub fn is_safe_to_repeat(self) -> bool {
        !matches!(self, Op::Refund(_) | Op::Charge(_))
    }
}

/// What a call reports if it succeeds.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Intent { id: String, status: String },
    Qr { payment_intent_id: String },
    Payment { id: String, state: String },
    Done(OperationStatus),
}

pub type Report = CallResult<Reply>;

/// A kind of order.
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
    pub payer: Payer,
    pub payer_came: bool,
    pub waits: bool,
    pub tries: u32,
    /// What the shop's staff does after the payment, and how many milliseconds later.
    pub staff: Vec<(u64, Op)>,
    pub staff_started: bool,
    pub rng: Rng,
}

impl Order {
    pub fn new(seed: u64, index: usize, merchants: usize) -> Order {
        let mut rng = Rng::of(seed, 3, index as u64);
        let kind = rng.pick(&[Kind::ItPay, Kind::ItPay, Kind::Sale, Kind::Sale, Kind::Hold, Kind::Subscription]);
        let amount = rng.between(10, 50) as i64 * 100;
        let hour = 3_600_000;
        let mut staff = Vec::new();
        let soon = |rng: &mut Rng| {
            let longest = rng.pick(&[2_000, hour]);
            rng.below(longest)
        };
        match kind {
            Kind::ItPay => {}
            Kind::Sale => {
                // Equal amounts, perhaps at the same time: nothing but their time tells them apart.
                for _ in 0..rng.below(4) {
                    let at = soon(&mut rng);
                    staff.push((at, Op::Refund(amount / 10)));
                }
            }
            Kind::Hold => {
                let at = soon(&mut rng);
                staff.push((at, if rng.permille(700) { Op::Capture(None) } else { Op::VoidAuthorization }));
            }
            Kind::Subscription => {
                for _ in 0..rng.below(3) {
                    let at = soon(&mut rng);
                    staff.push((at, Op::Charge(amount)));
                }
                staff.push((2 * hour, Op::VoidRecurrence));
            }
        }
        Order {
            merchant: rng.below(merchants as u64) as usize,
            kind,
            amount,
            placed_at: rng.below(hour / 2),
            id: (kind == Kind::ItPay).then(|| format!("pi_{index:04}")),
            payer: rng.pick(&[Payer::Pays, Payer::Pays, Payer::Pays, Payer::Pays, Payer::Declines, Payer::Leaves]),
            payer_came: false,
            waits: rng.permille(500),
            tries: 0,
            staff,
            staff_started: false,
            rng,
        }
    }
}

/// A merchant's process. A crash loses all of it.
pub struct Process {
    pub itpay: Rc<api::Session>,
    pub gopay: Rc<gopay::Session>,
}

impl Process {
    pub fn start() -> Process {
        let itpay_base = BaseUrl::parse(api::DEFAULT_BASE_URL, false).expect("a URL");
        let gopay_base = gopay::base_url(gopay::SANDBOX_URL, false).expect("a URL");
        Process {
            itpay: Rc::new(api::Session {
                config: ConnectionConfig::new(itpay_base, api::DEFAULT_TIMEOUT),
                api_key: api::ApiKey::new(Secret::new(API_KEY)).expect("a key"),
                channel: None,
            }),
            gopay: Rc::new(gopay::Session::new(
                ConnectionConfig::new(gopay_base, gopay::DEFAULT_TIMEOUT),
                "simulation",
                Secret::new(CLIENT_SECRET),
                GO_ID,
            )),
        }
    }

    /// A call of this process, ready for its first step.
    pub fn call(&self, op: Op, id: &str, number: usize, amount: i64) -> Call<Report> {
        let (itpay, gopay, id) = (self.itpay.clone(), self.gopay.clone(), id.to_owned());
        let options = CallOptions::default();
        Call::new(move |io: Io| async move {
            match op {
                Op::CreateIntent => {
                    let params = format!(
                        r#"{{"id":"{id}","service_id":"{SERVICE}","type":"one_time","amount":{{"currency":"CNY","value":{amount}}},"payer":{{"agent_id":"agent_1"}}}}"#
                    );
                    let intent = itpay.call(&io, &api::CreatePaymentIntent::from_json(&params)?, &options).await?;
                    Ok(Reply::Intent { id: intent.id, status: intent.status.as_str().into() })
                }
                Op::GenerateQr => {
                    let charge = itpay.call(&io, &api::GenerateQr { payment_intent_id: id }, &options).await?;
                    Ok(Reply::Qr { payment_intent_id: charge.payment_intent_id.unwrap_or_default() })
                }
                Op::RetrieveIntent => {
                    let intent = itpay.call(&io, &api::RetrievePaymentIntent { id }, &options).await?;
                    Ok(Reply::Intent { id: intent.id, status: intent.status.as_str().into() })
                }
                Op::WaitForIntent => {
                    let wait = api::WaitOptions { timeout_ms: 1_200_000, poll_interval_ms: 20_000, notifies: false };
                    let json = itpay.wait_for_completion(&io, &id, &wait).await?;
                    let intent = api::PaymentIntent::from_json(json.as_str())?;
                    Ok(Reply::Intent { id: intent.id, status: intent.status.as_str().into() })
                }
                _ => gopay_call(&gopay, &io, op, id, number, amount, &options).await,
            }
        })
    }
}

async fn gopay_call(
    session: &gopay::Session,
    io: &Io,
    op: Op,
    id: String,
    number: usize,
    amount: i64,
    options: &CallOptions,
) -> Report {
    let payment = |payment: gopay::Payment| {
        Ok::<_, Box<CallError>>(Reply::Payment { id: payment.id, state: payment.state.as_str().into() })
    };
    let done = |done: gopay::OperationResult| Ok(Reply::Done(done.result));
    match op {
        Op::CreatePayment => {
            // The kind of the order is in its number.
            let more = match number % 10 {
                1 => r#","preauthorization":true"#,
                2 => r#","recurrence":{"recurrence_cycle":"ON_DEMAND","recurrence_date_to":"2030-12-31"}"#,
                _ => "",
            };
            let params = format!(
                r#"{{"amount":{amount},"currency":"CZK","order_number":"{number}","items":[{{"name":"Tea","amount":{amount}}}],"callback":{{"return_url":"https://shop.example/return","notification_url":"https://shop.example/gopay"}},"payer":{{"contact":{{"email":"a@shop.example"}}}}{more}}}"#
            );
            payment(session.call(io, &gopay::CreatePayment::from_json(&params, GO_ID, None)?, options).await?)
        }
        Op::Refund(amount) => done(session.call(io, &gopay::RefundPayment { id, amount, items: None }, options).await?),
        Op::Capture(part) => {
            let params =
                part.map(|amount| format!(r#"{{"amount":{amount},"items":[{{"name":"Tea","amount":{amount}}}]}}"#));
            done(session.call(io, &gopay::Capture::from_json(id, params.as_deref())?, options).await?)
        }
        Op::VoidAuthorization => done(session.call(io, &gopay::VoidAuthorization { id }, options).await?),
        Op::VoidRecurrence => done(session.call(io, &gopay::VoidRecurrence { id }, options).await?),
        Op::Charge(amount) => {
            let params = format!(
                r#"{{"amount":{amount},"currency":"CZK","order_number":"{number}","items":[{{"name":"Tea","amount":{amount}}}]}}"#
            );
            payment(session.call(io, &gopay::CreateRecurrence::from_json(&id, &params)?, options).await?)
        }
        _ => payment(session.call(io, &gopay::RetrievePayment { id }, options).await?),
    }
}
