//! A merchant's calls over PayKit's providers.

use itpay::{
    call::Io,
    paykit::{Checkout, GoPayProvider, ItPayProvider, Payment, Subscription},
};

use crate::{
    delivery::Notified,
    op::{Failure, Op, Reply, Report, text_of},
    order::Kind,
    process::{Params, RETURN_URL},
};

pub async fn itpay(provider: &ItPayProvider, io: &Io, params: Params) -> Report {
    let Params { op, id, amount, is_checkout, .. } = params;
    let new_id = &|| Ok("pi_unused".into());
    match op {
        Op::CreateIntent if is_checkout => {
            let params = format!(
                r#"{{"item_id":"tea","quantity":1,"customer":{{"email":"a@shop.example"}},"session_type":"one_time","provider_metadata":{{"id":"{id}","amount":{amount},"currency":"CNY"}}}}"#
            );
            Ok(checkout(provider.create_checkout(io, &params, new_id).await?))
        }
        Op::CreateIntent => {
            let params = format!(
                r#"{{"amount":{amount},"currency":"CNY","customer":{{"email":"a@shop.example"}},"provider_metadata":{{"id":"{id}"}}}}"#
            );
            Ok(payment(provider.create_payment(io, &params, new_id).await?))
        }
        Op::CaptureIntent => {
            let params = format!(r#"{{"amount":{amount}}}"#);
            Ok(payment(provider.capture_payment(io, &id, &params).await?))
        }
        _ if is_checkout => found(provider.retrieve_checkout(io, &id).await?.map(checkout), &id),
        _ => found(provider.retrieve_payment(io, &id).await?.map(payment), &id),
    }
}

pub async fn gopay(provider: &GoPayProvider, io: &Io, params: Params) -> Report {
    let Params { op, id, kind, number, amount, is_checkout, url } = params;
    let customer = r#""customer":{"email":"a@shop.example"}"#;
    let metadata = format!(r#""provider_metadata":{{"success_url":"{RETURN_URL}"}}"#);
    match op {
        Op::CreatePayment if is_checkout && kind != Kind::Hold => {
            let session = match kind {
                Kind::Subscription => {
                    r#""session_type":"recurring","subscription":{"billing_interval":"year","billing_interval_count":1}"#
                }
                _ => r#""session_type":"one_time""#,
            };
            let params = format!(
                r#"{{{session},"item_id":"tea","quantity":1,{customer},"success_url":"{RETURN_URL}","provider_metadata":{{"amount":{amount}}}}}"#
            );
            Ok(checkout(provider.create_checkout(io, &params, &number).await?))
        }
        Op::CreatePayment if kind == Kind::Subscription => {
            let params = format!(
                r#"{{"amount":{amount},"currency":"CZK","billing_interval":"year","item_id":"tea","quantity":1,{customer},{metadata}}}"#
            );
            Ok(subscription(provider.create_subscription(io, &params, &number).await?))
        }
        Op::CreatePayment => {
            let capture = if kind == Kind::Hold { "manual" } else { "automatic" };
            let params = format!(
                r#"{{"amount":{amount},"currency":"CZK","item_id":"tea","capture_method":"{capture}",{customer},{metadata}}}"#
            );
            Ok(payment(provider.create_payment(io, &params, &number).await?))
        }
        Op::Refund(amount) => {
            let params = format!(r#"{{"payment_id":"{id}","amount":{amount}}}"#);
            let refund = provider.create_refund(io, &params).await?;
            let payment_id = text_of(&refund.custom_fields, "payment_id").unwrap_or_default();
            Ok(Reply::Refunded { payment_id, amount: refund.amount })
        }
        Op::Capture(part) => {
            let params = format!(r#"{{"amount":{}}}"#, part.unwrap_or(amount));
            Ok(payment(provider.capture_payment(io, &id, &params).await?))
        }
        Op::VoidAuthorization => Ok(payment(provider.cancel_payment(io, &id).await?)),
        Op::Charge(amount) => {
            let params = format!(r#"{{"provider_metadata":{{"amount":{amount},"currency":"CZK"}}}}"#);
            Ok(subscription(provider.update_subscription(io, &id, &params, &number).await?))
        }
        Op::VoidRecurrence => Ok(subscription(provider.cancel_subscription(io, &id).await?)),
        Op::ReadNotification => {
            let events = provider.handle_webhook(io, &url, "").await?;
            Ok(Reply::Events(events.iter().map(Notified::of_paykit).collect()))
        }
        _ if kind == Kind::Subscription => found(provider.retrieve_subscription(io, &id).await?.map(subscription), &id),
        _ if is_checkout => found(provider.retrieve_checkout(io, &id).await?.map(checkout), &id),
        _ => found(provider.retrieve_payment(io, &id).await?.map(payment), &id),
    }
}

fn payment(payment: Payment) -> Reply {
    Reply::PayKitPayment { id: payment.id, status: payment.status }
}

fn checkout(checkout: Checkout) -> Reply {
    Reply::Checkout { id: checkout.id }
}

fn subscription(subscription: Subscription) -> Reply {
    Reply::Subscription { id: subscription.id, status: subscription.status }
}

fn found(reply: Option<Reply>, id: &str) -> Report {
    // An empty id is none that anybody asked for, so the invariants see it.
    let absent = Reply::Checkout { id: format!("nothing in place of {id}") };
    Ok::<_, Failure>(reply.unwrap_or(absent))
}
