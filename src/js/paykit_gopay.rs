//! The calls of GoPay's PayKit provider, in the `gopay` wasm module. Each call is one entry and one promise. Parameters and
//! objects cross as JSON text, because their metadata has free keys.

use alloc::string::String;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{
    drive::{CallIo, start},
    gopay::session,
    options::{Config, call_options},
    paykit_error::to_call_error,
};
use crate::{
    call::Io,
    json::text,
    paykit::{GoPayProvider, PayKitResult},
};

/// Makes a call of PayKit's contract by its name. `id` is empty for calls without one. For a webhook, `id` is the URL
/// and `params` is the body. `order_number` is a fresh one.
#[wasm_bindgen]
pub fn paykit_call(
    io: CallIo,
    client: &Config,
    notification_url: String,
    method: String,
    id: String,
    params: String,
    order_number: String,
) -> Result<Promise, JsValue> {
    let provider = GoPayProvider { session: session(client)?, notification_url };
    let (_, context) = call_options(client, None)?;
    Ok(start(io, context, move |io| async move {
        run(&provider, &io, &method, &id, &params, &order_number).await.map(Some).map_err(to_call_error)
    }))
}

async fn run(
    provider: &GoPayProvider,
    io: &Io,
    method: &str,
    id: &str,
    params: &str,
    order_number: &str,
) -> PayKitResult<String> {
    Ok(match method {
        "createCheckout" => text(&provider.create_checkout(io, params, order_number).await?),
        "retrieveCheckout" => text(&provider.retrieve_checkout(io, id).await?),
        "updateCheckout" => text(&provider.update_checkout(io, id, params).await?),
        "createPayment" => text(&provider.create_payment(io, params, order_number).await?),
        "retrievePayment" => text(&provider.retrieve_payment(io, id).await?),
        "updatePayment" => text(&provider.update_payment(io, id, params).await?),
        "capturePayment" => text(&provider.capture_payment(io, id, params).await?),
        "cancelPayment" => text(&provider.cancel_payment(io, id).await?),
        "createSubscription" => text(&provider.create_subscription(io, params, order_number).await?),
        "retrieveSubscription" => text(&provider.retrieve_subscription(io, id).await?),
        "updateSubscription" => text(&provider.update_subscription(io, id, params, order_number).await?),
        "cancelSubscription" => text(&provider.cancel_subscription(io, id).await?),
        "createRefund" => text(&provider.create_refund(io, params).await?),
        "handleWebhook" => text(&provider.handle_webhook(io, id, params).await?),
        // The facade calls no other method.
        _ => String::new(),
    })
}
