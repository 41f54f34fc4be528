//! The calls of ItPay's PayKit provider, in the `paykit` wasm module, which also has ItPay's client. Each call is one entry
//! and one promise. Parameters and objects cross as JSON text, because their metadata has free keys.

use alloc::string::String;

use js_sys::{Date, Promise};
use wasm_bindgen::prelude::*;

use super::{
    client::{fresh_id, session},
    drive::{CallIo, start},
    error::thrown,
    options::{Config, call_options},
    paykit_error::to_call_error,
};
use crate::{
    call::Io,
    json::text,
    paykit::{ItPayProvider, PayKitResult, ProviderDefaults},
};

/// Makes a call of PayKit's contract by its name. `id` and `params` are empty for calls without them.
#[wasm_bindgen]
pub fn paykit_call(
    io: CallIo,
    client: &Config,
    agent_id: Option<String>,
    service_id: Option<String>,
    method: String,
    id: String,
    params: String,
) -> Result<Promise, JsValue> {
    let defaults = ProviderDefaults { agent_id, service_id };
    let provider = ItPayProvider { session: session(client)?, defaults };
    let (_, context) = call_options(client, None)?;
    Ok(start(io, context, move |io| async move {
        run(&provider, &io, &method, &id, &params).await.map(Some).map_err(to_call_error)
    }))
}

async fn run(provider: &ItPayProvider, io: &Io, method: &str, id: &str, params: &str) -> PayKitResult<String> {
    Ok(match method {
        "createCheckout" => text(&provider.create_checkout(io, params, &fresh_id).await?),
        "retrieveCheckout" => text(&provider.retrieve_checkout(io, id).await?),
        "createPayment" => text(&provider.create_payment(io, params, &fresh_id).await?),
        "retrievePayment" => text(&provider.retrieve_payment(io, id).await?),
        "capturePayment" => text(&provider.capture_payment(io, id, params).await?),
        "createRefund" => text(&provider.create_refund(io, params).await?),
        // The facade calls no other method.
        _ => String::new(),
    })
}

/// Reads the events of a webhook with a verified signature.
#[wasm_bindgen]
pub fn paykit_events(body: &str) -> Result<String, JsValue> {
    Ok(text(&ItPayProvider::events(body, Date::now() as u64).map_err(thrown)?))
}
