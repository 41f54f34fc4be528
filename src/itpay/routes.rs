//! All paths of the ItPay API, below the base URL, which ends in `/v1`.
//!
//! Paths marked ASSUMED are not documented. They are inferred from the documented ones.

use alloc::{format, string::String};

#[cfg(feature = "sandbox")]
use crate::http::percent_decode;
use crate::{Error, http::path_segment};

/// `POST`: create a PaymentIntent.
pub const PAYMENT_INTENTS: &str = "/payment-intents";
/// `POST`: register a ServiceManifest. `GET` with `q`: search.
pub const SERVICES: &str = "/services";

/// A path as the gateway reads it, below `/v1`.
#[cfg(feature = "sandbox")]
#[allow(missing_docs, reason = "the functions below say it")]
pub enum Route {
    Activate(String),
    PaymentIntent(String),
    PaymentIntents,
    Qr(String),
    Services,
}

#[cfg(feature = "sandbox")]
impl Route {
    /// Reads a path. Only ids are decoded.
    pub fn parse(path: &str) -> Option<Route> {
        let id = |segment: &str| percent_decode(segment).filter(|id| !id.is_empty());
        let (intents, services) = (PAYMENT_INTENTS.strip_prefix('/')?, SERVICES.strip_prefix('/')?);
        let mut segments = path.strip_prefix('/')?.split('/');
        let (folder, rest) = (segments.next()?, [segments.next(), segments.next(), segments.next()]);
        match rest {
            [None, ..] if folder == intents => Some(Route::PaymentIntents),
            [Some(one), None, _] if folder == intents => id(one).map(Route::PaymentIntent),
            [Some(one), Some("qr"), None] if folder == intents => id(one).map(Route::Qr),
            [None, ..] if folder == services => Some(Route::Services),
            [Some(one), Some("activate"), None] if folder == services => id(one).map(Route::Activate),
            _ => None,
        }
    }

    /// The methods of the path, as in an `Allow` header.
    pub fn methods(&self) -> &'static str {
        match self {
            Route::Activate(_) => "PATCH",
            Route::PaymentIntent(_) => "GET",
            Route::PaymentIntents | Route::Qr(_) => "POST",
            Route::Services => "GET, POST",
        }
    }
}

/// `GET`: retrieve a PaymentIntent. ASSUMED.
pub fn payment_intent(id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENT_INTENTS}/{}", path_segment("id", id)?))
}

/// `POST`: generate the QR charge of a PaymentIntent. ASSUMED.
pub fn qr(payment_intent_id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENT_INTENTS}/{}/qr", path_segment("paymentIntentId", payment_intent_id)?))
}

/// `PATCH`: activate a ServiceManifest.
pub fn activate(service_id: &str) -> Result<String, Error> {
    Ok(format!("{SERVICES}/{}/activate", path_segment("id", service_id)?))
}
