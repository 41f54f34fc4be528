//! Creates, shows and awaits an ItPay payment, then creates and refunds a GoPay payment, against `npx itpay sandbox`:
//!
//! ```sh
//! npx itpay sandbox    # prints the variables that this program reads
//! cargo run
//! ```

mod driver;

use std::{
    env,
    error::Error,
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};

use itpay::{
    CallResult, Money, Secret,
    call::{Call, Io},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{self, CreatePayment, Payment, RefundPayment, RetrievePayment, State},
    http::BaseUrl,
    itpay::{self as client, ApiKey, CreatePaymentIntent, GenerateQr, Party, PaymentIntent, PaymentType, WaitOptions},
    payment_intent_id,
    qr::{ErrorCorrection, QrCode, TerminalOptions},
};

use crate::driver::{drive, random_bytes};

fn main() -> Result<(), Box<dyn Error>> {
    pay_by_qr_code()?;
    refund_a_payment()
}

fn pay_by_qr_code() -> Result<(), Box<dyn Error>> {
    let base = BaseUrl::parse(&env::var("ITPAY_BASE_URL")?, false)?;
    let session = Rc::new(client::Session {
        config: ConnectionConfig::new(base, client::DEFAULT_TIMEOUT),
        api_key: ApiKey::new(Secret::new(env::var("ITPAY_API_KEY")?))?,
        channel: Some("alipay".into()),
    });
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    let create = CreatePaymentIntent {
        id: payment_intent_id(now_ms, &random_bytes()),
        service_id: env::var("ITPAY_SERVICE_ID")?,
        payment_type: PaymentType::OneTime,
        amount: Money::parse("6.99", "CNY")?,
        description: Some("AI document summary".into()),
        payer: Party { agent_id: "agent_1".into(), ..Party::default() },
        channel: session.channel.clone(),
        metadata: Default::default(),
        extra: Default::default(),
    };

    // One call may send several requests: here it creates a payment and its code.
    let flow = {
        let session = session.clone();
        async move |io: Io| {
            let options = CallOptions::default();
            let intent = session.call(&io, &create, &options).await?;
            // ItPay may create the payment with its code. Then its link is drawn.
            if let Some(url) = intent.scan_url() {
                return CallResult::Ok((intent, url.clone(), url));
            }
            let charge = session.call(&io, &GenerateQr { payment_intent_id: intent.id.clone() }, &options).await?;
            Ok((intent, charge.qr_data, charge.scan_url.unwrap_or_default()))
        }
    };
    let (intent, data, url) = drive(Call::new(flow), |_| {})?;
    let code = QrCode::new(&data, ErrorCorrection::Medium)?;
    println!("{}", code.to_terminal(&TerminalOptions::default()));
    println!("Scan to pay {}: {url}", intent.id);

    let options = WaitOptions { poll_interval_ms: 200, notifies: true, ..WaitOptions::default() };
    let flow = async move |io: Io| session.wait_for_completion(&io, &intent.id, &options).await;
    let paid = drive(Call::new(flow), |json| {
        if let Ok(intent) = PaymentIntent::from_json(json) {
            println!("It is {}.", intent.status.as_str());
        }
    })?;
    println!("It ended as {}.", PaymentIntent::from_json(paid.as_str())?.status.as_str());
    Ok(())
}

fn refund_a_payment() -> Result<(), Box<dyn Error>> {
    let base = gopay::base_url(&env::var("GOPAY_BASE_URL")?, false)?;
    let go_id = env::var("GOPAY_GO_ID")?.parse()?;
    let config = ConnectionConfig::new(base, gopay::DEFAULT_TIMEOUT);
    let client_secret = Secret::new(env::var("GOPAY_CLIENT_SECRET")?);
    let session = Rc::new(gopay::Session::new(config, env::var("GOPAY_CLIENT_ID")?, client_secret, go_id));
    let order = r#"{
        "amount": 2900, "currency": "CZK", "order_number": "1", "items": [{ "name": "Book", "amount": 2900, "count": 1 }],
        "payer": { "contact": { "email": "payer@example.com" } }, "callback": { "return_url": "https://shop.example/" }
    }"#;
    let create = CreatePayment::from_json(order, go_id, None)?;
    let options = CallOptions::default();

    let flow = {
        let (session, options) = (session.clone(), options.clone());
        async move |io: Io| session.call(&io, &create, &options).await
    };
    let payment = drive(Call::new(flow), |_| {})?;
    println!("Pay {} at {}", payment.id, payment.gw_url.as_deref().unwrap_or_default());

    let flow = async move |io: Io| {
        while status(&session, &io, &payment).await? != State::Paid {
            // Nobody aborts this call.
            let _ = io.wait(200).await;
        }
        let refund = RefundPayment::new(payment.id.clone(), 900);
        session.call(&io, &refund, &options).await
    };
    match drive(Call::new(flow), |_| {}) {
        Ok(done) => println!("The refund is {}.", done.result.as_str()),
        // A refund is sent once. The outcome says what is known about it.
        Err(error) => println!("The refund failed ({:?}): {error}", error.outcome),
    }
    Ok(())
}

async fn status(session: &gopay::Session, io: &Io, payment: &Payment) -> CallResult<State> {
    let retrieve = RetrievePayment { id: payment.id.clone() };
    Ok(session.call(io, &retrieve, &CallOptions::default()).await?.state)
}
