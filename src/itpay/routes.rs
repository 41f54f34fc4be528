//! Every path of the ItPay API in one table, below the base URL that already ends in `/v1`.
//!
//! Those marked ASSUMED are documented nowhere; they are inferred from the documented ones.

use alloc::{format, string::String};

use crate::{Error, http::path_segment};

/// `POST`: create a PaymentIntent.
pub const PAYMENT_INTENTS: &str = "/payment-intents";
/// `POST`: register a ServiceManifest. `GET` with `q`: search.
pub const SERVICES: &str = "/services";

/// `GET`: retrieve a PaymentIntent. ASSUMED.
pub fn payment_intent(id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENT_INTENTS}/{}", path_segment("id", id)?))
}

/// `POST`: generate the QR charge of a PaymentIntent. ASSUMED.
pub fn qr(payment_intent_id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENT_INTENTS}/{}/qr", path_segment("paymentIntentId", payment_intent_id)?))
}

/// `PATCH`: bring a ServiceManifest live.
pub fn activate(service_id: &str) -> Result<String, Error> {
    Ok(format!("{SERVICES}/{}/activate", path_segment("id", service_id)?))
}
