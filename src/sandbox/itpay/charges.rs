//! QR charges: the codes that wallets scan.

use alloc::{borrow::ToOwned, format, string::String};

use serde::{Deserialize, Serialize};

use super::emvco;
use crate::{
    Error,
    http::{path_segment, query},
    itpay::{ChargeStatus, CreatePaymentIntent, Status},
    json::{JsonMap, to_tree},
    time::to_iso8601,
};

/// A QR charge with the fields of the wire. Its intent has the expiry.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Charge {
    /// Chosen by the gateway.
    pub id: String,
    /// The intent that it pays.
    pub payment_intent_id: String,
    /// The channel whose wallets can scan it.
    pub channel: String,
    /// The format of `qr_data`.
    pub qr_standard: String,
    /// The code's content.
    pub qr_data: String,
    /// Texts to show beside the code.
    pub display: Display,
    /// A link that opens the wallet.
    pub scan_url: String,
    /// The status.
    pub status: ChargeStatus,
}

/// Texts to show beside a code.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Display {
    /// Such as `CNY 6.99`.
    pub amount: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// A short name for the payment.
    pub reference: String,
}

impl Charge {
    pub(super) fn new(
        id: String,
        intent: &CreatePaymentIntent,
        channel: &str,
        merchant_name: &str,
        wallet_url: &str,
    ) -> Result<Charge, Error> {
        let amount = intent.amount.to_decimal();
        let currency = intent.amount.currency.as_str();
        let reference = id.rsplit('-').next().unwrap_or(&id).to_uppercase();
        // WeChat's codes are not EMVCo's. The name of their standard is an assumption.
        let (qr_standard, qr_data) = if channel == "wechat" {
            ("WeChat QR", format!("weixin://wxpay/bizpayurl?pr={reference}"))
        } else {
            ("EMVCo", emvco::payload(&id, &intent.amount, merchant_name, &reference))
        };
        let link = query([("channel", channel), ("amount", &amount), ("currency", currency)]).unwrap_or_default();
        Ok(Charge {
            payment_intent_id: intent.id.clone(),
            channel: channel.to_owned(),
            qr_standard: qr_standard.to_owned(),
            qr_data,
            display: Display {
                amount: format!("{currency} {amount}"),
                merchant_name: merchant_name.to_owned(),
                reference,
            },
            scan_url: format!("{wallet_url}/{}?{link}", path_segment("id", &intent.id)?),
            status: ChargeStatus::Active,
            id,
        })
    }

    /// Returns the wire object. It has no pictures, as a gateway without a host has no URLs for them.
    pub fn to_wire(&self, expires_at: u64) -> JsonMap {
        let mut object = to_tree(self);
        object.insert("expires_at".to_owned(), to_iso8601(expires_at).into());
        object
    }

    /// The intent's reference to it.
    pub(super) fn reference(&self) -> JsonMap {
        [("charge_id", &self.id), ("scan_url", &self.scan_url)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.as_str().into()))
            .collect()
    }

    /// Follows the intent's status. The pages list a charge's statuses but not their transitions: these are likely.
    pub(super) fn follow(&mut self, intent: &Status) {
        self.status = match intent {
            Status::Scanning | Status::Authorized => ChargeStatus::Scanned,
            Status::Captured | Status::Succeeded => ChargeStatus::Consumed,
            Status::Cancelled | Status::Expired | Status::Failed => ChargeStatus::Expired,
            _ => ChargeStatus::Active,
        };
    }
}
