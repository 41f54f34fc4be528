//! QR charges: the code that a wallet scans.

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

/// A code to scan, in the words of the wire. Its intent knows when it expires.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Charge {
    /// Chosen by the gateway.
    pub id: String,
    /// The intent that it pays.
    pub payment_intent_id: String,
    /// The channel whose wallets can read it.
    pub channel: String,
    /// The format of `qr_data`.
    pub qr_standard: String,
    /// What the code holds.
    pub qr_data: String,
    /// What a page shows beside it.
    pub display: Display,
    /// A link that opens the wallet.
    pub scan_url: String,
    /// What the code is good for.
    pub status: ChargeStatus,
}

/// What a page shows beside a code.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Display {
    /// Such as `CNY 6.99`.
    pub amount: String,
    /// Who is paid.
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
        // WeChat's codes are its own, not EMVCo's; the name of their standard is ASSUMED.
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

    /// As it stands on the wire. Without pictures: a gateway without a host has no URL for them.
    pub fn to_wire(&self, expires_at: u64) -> JsonMap {
        let mut object = to_tree(self);
        object.insert("expires_at".to_owned(), to_iso8601(expires_at).into());
        object
    }

    /// As its intent names it.
    pub(super) fn reference(&self) -> JsonMap {
        [("charge_id", &self.id), ("scan_url", &self.scan_url)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.as_str().into()))
            .collect()
    }

    /// The pages list a charge's statuses but not what leads to them; this is the likely reading.
    pub(super) fn follow(&mut self, intent: &Status) {
        self.status = match intent {
            Status::Scanning | Status::Authorized => ChargeStatus::Scanned,
            Status::Captured | Status::Succeeded => ChargeStatus::Consumed,
            Status::Cancelled | Status::Expired | Status::Failed => ChargeStatus::Expired,
            _ => ChargeStatus::Active,
        };
    }
}
