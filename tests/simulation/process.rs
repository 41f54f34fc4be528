//! A merchant's process, and its calls over the gateways' sessions.

use std::rc::Rc;

use itpay::{
    CallError, Secret,
    call::{Call, Io},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{self, Scope},
    http::BaseUrl,
    itpay as api,
    paykit::{GoPayProvider, ItPayProvider, ProviderDefaults},
};

use crate::{
    op::{Op, Reply, Report},
    order::Kind,
    paykit_calls,
};

pub const GO_ID: u64 = 8_123_456_789;
pub const API_KEY: &str = "sk_test_simulation";
pub const CLIENT_SECRET: &str = "secret";
pub const SERVICE: &str = "svc_sandbox";
pub const NOTIFICATION_URL: &str = "https://shop.example/gopay";
pub const RETURN_URL: &str = "https://shop.example/return";

/// A merchant's process. A crash loses all of it.
pub struct Process {
    itpay: Rc<ItPayProvider>,
    gopay: Rc<GoPayProvider>,
    uses_paykit: bool,
}

/// The parameters of a call.
#[derive(Clone, Debug)]
pub struct Params {
    pub op: Op,
    pub id: String,
    pub kind: Kind,
    pub number: String,
    pub amount: i64,
    pub is_checkout: bool,
    /// Of a notification.
    pub url: String,
}

impl Process {
    /// A PayKit merchant's processes share their token in a cache.
    pub fn start(uses_paykit: bool) -> Process {
        let itpay_base = BaseUrl::parse(api::DEFAULT_BASE_URL, false).expect("a URL");
        let gopay_base = gopay::base_url(gopay::SANDBOX_URL, false).expect("a URL");
        let itpay = Rc::new(api::Session {
            config: ConnectionConfig::new(itpay_base, api::DEFAULT_TIMEOUT),
            api_key: api::ApiKey::new(Secret::new(API_KEY)).expect("a key"),
            channel: None,
        });
        let gopay = Rc::new(gopay::Session {
            config: ConnectionConfig::new(gopay_base, gopay::DEFAULT_TIMEOUT),
            client_id: "simulation".into(),
            client_secret: Secret::new(CLIENT_SECRET),
            scope: Scope::All,
            go_id: GO_ID,
            language: None,
            has_token_cache: uses_paykit,
            store: Box::<gopay::MemoryStore>::default(),
        });
        let defaults = ProviderDefaults { agent_id: Some("agent_1".into()), service_id: Some(SERVICE.into()) };
        Process {
            itpay: Rc::new(ItPayProvider { session: itpay, defaults }),
            gopay: Rc::new(GoPayProvider { session: gopay, notification_url: NOTIFICATION_URL.into() }),
            uses_paykit,
        }
    }

    /// A call, ready for its first step.
    pub fn call(&self, params: Params) -> Call<Report> {
        let (itpay, gopay) = (self.itpay.clone(), self.gopay.clone());
        let of_itpay = matches!(
            params.op,
            Op::CreateIntent | Op::GenerateQr | Op::RetrieveIntent | Op::WaitForIntent | Op::CaptureIntent
        );
        match (self.uses_paykit, of_itpay) {
            (false, true) => Call::new(move |io| async move { call_itpay(&itpay.session, &io, params).await }),
            (false, false) => Call::new(move |io| async move { call_gopay(&gopay.session, &io, params).await }),
            (true, true) => Call::new(move |io| async move { paykit_calls::itpay(&itpay, &io, params).await }),
            (true, false) => Call::new(move |io| async move { paykit_calls::gopay(&gopay, &io, params).await }),
        }
    }
}

async fn call_itpay(session: &api::Session, io: &Io, params: Params) -> Report {
    let Params { op, id, amount, .. } = params;
    let options = CallOptions::default();
    let reply = |intent: api::PaymentIntent| Ok(Reply::Intent { id: intent.id, status: intent.status.as_str().into() });
    match op {
        Op::CreateIntent => {
            let params = format!(
                r#"{{"id":"{id}","service_id":"{SERVICE}","type":"one_time","amount":{{"currency":"CNY","value":{amount}}},"payer":{{"agent_id":"agent_1"}}}}"#
            );
            reply(session.call(io, &api::CreatePaymentIntent::from_json(&params)?, &options).await?)
        }
        Op::GenerateQr => {
            let charge = session.call(io, &api::GenerateQr { payment_intent_id: id }, &options).await?;
            Ok(Reply::Qr { payment_intent_id: charge.payment_intent_id.unwrap_or_default() })
        }
        Op::WaitForIntent => {
            let wait = api::WaitOptions { timeout_ms: 1_200_000, poll_interval_ms: 60_000, notifies: false };
            let json = session.wait_for_completion(io, &id, &wait).await?;
            reply(api::PaymentIntent::from_json(json.as_str())?)
        }
        _ => reply(session.call(io, &api::RetrievePaymentIntent { id }, &options).await?),
    }
}

async fn call_gopay(session: &gopay::Session, io: &Io, params: Params) -> Report {
    let Params { op, id, kind, number, amount, .. } = params;
    let options = &CallOptions::default();
    let payment = |payment: gopay::Payment| Ok(Reply::Payment { id: payment.id, state: payment.state.as_str().into() });
    let changed = |done: Result<gopay::OperationResult, Box<CallError>>| Ok(Reply::Changed(done?.result));
    let item = |amount| format!(r#""items":[{{"name":"Tea","amount":{amount}}}]"#);
    match op {
        Op::CreatePayment => {
            let more = match kind {
                Kind::Hold => r#","preauthorization":true"#,
                Kind::Subscription => {
                    r#","recurrence":{"recurrence_cycle":"ON_DEMAND","recurrence_date_to":"2030-12-31"}"#
                }
                _ => "",
            };
            let params = format!(
                r#"{{"amount":{amount},"currency":"CZK","order_number":"{number}",{},"callback":{{"return_url":"{RETURN_URL}","notification_url":"{NOTIFICATION_URL}"}},"payer":{{"contact":{{"email":"a@shop.example"}}}}{more}}}"#,
                item(amount)
            );
            payment(session.call(io, &gopay::CreatePayment::from_json(&params, GO_ID, None)?, options).await?)
        }
        Op::Refund(amount) => changed(session.call(io, &gopay::RefundPayment::new(id, amount), options).await),
        Op::Capture(part) => {
            let params = part.map(|amount| format!(r#"{{"amount":{amount},{}}}"#, item(amount)));
            changed(session.call(io, &gopay::Capture::from_json(id, params.as_deref())?, options).await)
        }
        Op::VoidAuthorization => changed(session.call(io, &gopay::VoidAuthorization { id }, options).await),
        Op::VoidRecurrence => changed(session.call(io, &gopay::VoidRecurrence { id }, options).await),
        Op::Charge(amount) => {
            let params =
                format!(r#"{{"amount":{amount},"currency":"CZK","order_number":"{number}",{}}}"#, item(amount));
            payment(session.call(io, &gopay::CreateRecurrence::from_json(&id, &params)?, options).await?)
        }
        _ => payment(session.call(io, &gopay::RetrievePayment { id }, options).await?),
    }
}
