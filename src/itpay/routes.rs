//! All paths of the ItPay API, one line each, below the base URL, which ends in `/v1`.
//!
//! Paths marked ASSUMED are not documented. They are inferred from the documented ones.

use alloc::{borrow::ToOwned, string::String};

#[cfg(feature = "sandbox")]
use crate::http::percent_decode;
use crate::{Error, http::path_segment};

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident = $path:literal, $methods:literal;)*) => {
        /// A path of the API.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Route {
            $($(#[$doc])* $name,)*
        }

        impl Route {
            #[cfg(feature = "sandbox")]
            const ALL: &[Route] = &[$(Route::$name),*];

            /// The path as a pattern. `*` stands for an id.
            fn pattern(self) -> &'static str {
                match self {
                    $(Route::$name => $path,)*
                }
            }

            /// The methods of the path, as in an `Allow` header.
            #[cfg(feature = "sandbox")]
            pub fn methods(self) -> &'static str {
                match self {
                    $(Route::$name => $methods,)*
                }
            }
        }
    };
}

routes! {
    /// Activates a ServiceManifest.
    Activate = "/services/*/activate", "PATCH";
    /// Records usage that is billed later. Documented in part.
    CumulativeRecord = "/cumulative/record", "POST";
    /// Delivers digital goods. Documented in part.
    Deliveries = "/deliveries", "POST";
    /// Installs a service. Documented in part.
    Installs = "/installs", "POST";
    /// Verifies an identity. Documented in part.
    KycVerify = "/kyc/verify", "POST";
    /// Creates a payment by deep link. Documented in part.
    OneTimePayments = "/payments/one-time", "POST";
    /// Reads a PaymentIntent. ASSUMED.
    PaymentIntent = "/payment-intents/*", "GET";
    /// Creates a PaymentIntent.
    PaymentIntents = "/payment-intents", "POST";
    /// Generates the QR charge of a PaymentIntent. ASSUMED.
    Qr = "/payment-intents/*/qr", "POST";
    /// Refunds a payment. Documented in part.
    Refunds = "/refunds", "POST";
    /// Registers a ServiceManifest; searches, with `q`.
    Services = "/services", "GET, POST";
    /// Creates a subscription. Documented in part.
    Subscriptions = "/subscriptions", "POST";
    /// Registers a receiver of webhooks. Documented in part.
    WebhookEndpoints = "/webhook-endpoints", "POST";
}

impl Route {
    /// The path of a route without an id.
    pub fn path(self) -> String {
        self.pattern().to_owned()
    }

    /// The path of a route with an id. `field` names the id in an error.
    pub fn path_with(self, field: &str, id: &str) -> Result<String, Error> {
        let (before, after) = self.pattern().split_once('*').unwrap_or((self.pattern(), ""));
        Ok([before, &path_segment(field, id)?, after].concat())
    }

    /// Reads a path and the id in it. Only the id is decoded.
    #[cfg(feature = "sandbox")]
    pub fn parse(path: &str) -> Option<(Route, String)> {
        Route::ALL.iter().find_map(|route| Some((*route, route.id_in(path)?)))
    }

    /// The id in a path of this route, empty if the route has none.
    #[cfg(feature = "sandbox")]
    fn id_in(self, path: &str) -> Option<String> {
        let Some((before, after)) = self.pattern().split_once('*') else {
            return (path == self.pattern()).then(String::new);
        };
        let id = path.strip_prefix(before)?.strip_suffix(after)?;
        percent_decode(id).filter(|decoded| !decoded.is_empty() && !id.contains('/'))
    }
}
