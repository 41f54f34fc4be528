//! Orders: the bodies of a create and of a later charge.
//!
//! Where the documentation and practice differ, the sandbox is as strict as either, except where GoPay's own test
//! suites expect a payment: digits in quotes, a default payment instrument that is not among the allowed ones, and a
//! recurrence that ends after 2099. The length of `additional_params` and the form of an EAN are not documented and not
//! checked.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    error_response::ErrorResponse,
    validator::{ObjectRef, Validator},
};
use crate::{gopay::Cycle, http::Request, json::JsonMap};

pub(super) const CURRENCIES: &[&str] = &["BGN", "CZK", "EUR", "GBP", "HUF", "PLN", "RON", "USD"];
const INSTRUMENTS: &[&str] = &[
    "ACCOUNT",
    "APPLE_PAY",
    "BANK_ACCOUNT",
    "BITCOIN",
    "CLICK_TO_PAY",
    "GOPAY",
    "GPAY",
    "MPAYMENT",
    "PAYMENT_CARD",
    "PAYPAL",
    "PAYSAFECARD",
    "PRSMS",
    "SKIPPAY",
    "TWISTO",
];
const LANGUAGES: &[&str] =
    &["BG", "CS", "DE", "EN", "ES", "ET", "FR", "HR", "HU", "IT", "LT", "LV", "PL", "PT", "RO", "RU", "SK", "SL", "UK"];
const MS_PER_DAY: u64 = 86_400_000;
const CARD: &str = "PAYMENT_CARD";

/// The parts of a create that matter later.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Order {
    /// In minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The merchant's own number. Several payments may have the same.
    pub order_number: String,
    /// Text for the payer.
    pub order_description: Option<String>,
    /// The contact and the payment instruments, as sent.
    pub payer: JsonMap,
    /// The page that the payer returns to.
    pub return_url: String,
    /// The URL that is notified of changes.
    pub notification_url: Option<String>,
    /// Names and values of the merchant.
    pub additional_params: Vec<Param>,
    /// Lower case.
    pub lang: String,
    /// Whether the payment is a preauthorization.
    pub preauthorization: bool,
    /// The terms of the recurrence, if there is one.
    pub recurrence: Option<Terms>,
}

/// A name and a value of the merchant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[allow(missing_docs, reason = "their names say it")]
pub struct Param {
    pub name: String,
    pub value: String,
}

/// The terms of a recurrence.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Terms {
    /// The cycle.
    pub cycle: Cycle,
    /// The number of cycles between two charges; `None` on demand.
    pub period: Option<u64>,
    /// The last day, as Unix milliseconds at its start in UTC.
    pub date_to: u64,
}

impl Order {
    /// Reads the body of a create.
    pub(super) fn read(request: &Request, go_id: u64, now_ms: u64) -> Result<Order, ErrorResponse> {
        let body = read_json(request)?;
        let (top, mut validator) = (ObjectRef::top(&body), Validator::default());
        for name in ["amount", "currency", "order_number", "items", "payer", "target", "callback"] {
            validator.require(&top, name);
        }
        let target = validator.object(&top, "target");
        if let Some(target) = target {
            check_target(&mut validator, &target, go_id);
        }
        let preauthorization = validator.boolean(&top, "preauthorization");
        let recurrence =
            validator.object(&top, "recurrence").and_then(|terms| Terms::read(&mut validator, &terms, now_ms));
        let payer = validator.object(&top, "payer");
        if let Some(payer) = &payer {
            check_payer(&mut validator, payer, preauthorization || top.has("recurrence"));
        }
        if preauthorization && top.has("recurrence") {
            validator.invalid(&top, "preauthorization", "cannot go with a recurrence");
        }
        let (mut return_url, mut notification_url) = (None, None);
        if let Some(callback) = validator.object(&top, "callback") {
            validator.require(&callback, "return_url");
            return_url = validator.url(&callback, "return_url");
            notification_url = validator.url(&callback, "notification_url");
        }
        let lang = top.value("lang").map(|lang| lang.as_str().unwrap_or_default().to_ascii_uppercase());
        if lang.as_deref().is_some_and(|lang| !LANGUAGES.contains(&lang)) {
            validator.invalid(&top, "lang", &format!("must be one of {}", LANGUAGES.join(", ")));
        }
        let charge = Charge::read(&mut validator, &top);
        let order = charge.zip(return_url).map(|(charge, return_url)| Order {
            amount: charge.amount,
            currency: charge.currency,
            order_number: charge.order_number,
            order_description: charge.order_description,
            payer: payer.map(|payer| payer.object.clone()).unwrap_or_default(),
            return_url,
            notification_url,
            additional_params: charge.additional_params,
            // The default language is not documented.
            lang: lang.unwrap_or_else(|| "EN".to_owned()).to_ascii_lowercase(),
            preauthorization,
            recurrence,
        });
        validator.done(order).map_err(ErrorResponse::Rules)
    }

    /// Reads the body of a create-recurrence, which overrides parts of the parent's order. Items are optional, as
    /// PayKit's provider sends none.
    pub(super) fn read_charge(&self, request: &Request) -> Result<Order, ErrorResponse> {
        let body = read_json(request)?;
        let (top, mut validator) = (ObjectRef::top(&body), Validator::default());
        for name in ["amount", "currency", "order_number"] {
            validator.require(&top, name);
        }
        let charge = Charge::read(&mut validator, &top);
        if charge.as_ref().is_some_and(|charge| charge.currency != self.currency) {
            validator.invalid(&top, "currency", &format!("must be the parent's, {}", self.currency));
        }
        let order = charge.map(|charge| Order {
            amount: charge.amount,
            order_number: charge.order_number,
            order_description: charge.order_description,
            additional_params: charge.additional_params,
            ..self.as_charge()
        });
        validator.done(order).map_err(ErrorResponse::Rules)
    }

    /// The order of a charge of the recurrence that this order began.
    pub(super) fn as_charge(&self) -> Order {
        Order { recurrence: None, preauthorization: false, ..self.clone() }
    }

    /// Whether the payer may choose this payment instrument.
    pub(super) fn takes(&self, instrument: &str) -> bool {
        let allowed = self.payer.get("allowed_payment_instruments").and_then(|allowed| allowed.as_array());
        let card_only = self.preauthorization || self.recurrence.is_some();
        INSTRUMENTS.contains(&instrument)
            && (!card_only || instrument == CARD)
            && allowed.is_none_or(|allowed| allowed.is_empty() || allowed.iter().any(|one| one == instrument))
    }

    /// All payment instruments that the payer may choose.
    pub(super) fn choices(&self) -> Vec<&'static str> {
        INSTRUMENTS.iter().copied().filter(|instrument| self.takes(instrument)).collect()
    }

    /// The instrument of a payer who chose none: the merchant's default, a card, or the first allowed one.
    pub(super) fn usual_instrument(&self) -> &str {
        let allowed = self.payer.get("allowed_payment_instruments").and_then(|allowed| allowed.as_array());
        let first = allowed.and_then(|allowed| allowed.first()?.as_str());
        let default = self.payer.get("default_payment_instrument").and_then(|default| default.as_str());
        [default, Some(CARD), first].into_iter().flatten().find(|one| self.takes(one)).unwrap_or(CARD)
    }
}

impl Terms {
    fn read(validator: &mut Validator, terms: &ObjectRef<'_>, now_ms: u64) -> Option<Terms> {
        for name in ["recurrence_cycle", "recurrence_date_to"] {
            validator.require(terms, name);
        }
        let cycle: Option<Cycle> =
            validator.word(terms, "recurrence_cycle", &["DAY", "MONTH", "ON_DEMAND", "WEEK"]).map(Into::into);
        if cycle == Some(Cycle::OnDemand) {
            if terms.has("recurrence_period") {
                validator.invalid(terms, "recurrence_period", "must be left out for ON_DEMAND");
            }
        } else {
            validator.require(terms, "recurrence_period");
        }
        let period = validator.positive(terms, "recurrence_period");
        let date_to = validator.date(terms, "recurrence_date_to")?;
        // Days are in UTC: GoPay documents no time zone.
        if date_to / MS_PER_DAY <= now_ms / MS_PER_DAY {
            validator.invalid(terms, "recurrence_date_to", "must be after today");
        }
        Some(Terms { cycle: cycle?, period: period.and_then(|period| period.try_into().ok()), date_to })
    }
}

/// The fields that a create and a charge have in common.
struct Charge {
    amount: i64,
    currency: String,
    order_number: String,
    order_description: Option<String>,
    additional_params: Vec<Param>,
}

impl Charge {
    fn read(validator: &mut Validator, top: &ObjectRef<'_>) -> Option<Charge> {
        let amount = validator.positive(top, "amount");
        let currency = validator.word(top, "currency", CURRENCIES);
        let order_number = validator.text(top, "order_number", 128);
        let order_description = validator.text(top, "order_description", 256);
        check_items(validator, top, amount);
        let params = validator.objects(top, "additional_params");
        let additional_params = params.iter().filter_map(|param| {
            validator.require(param, "name");
            validator.require(param, "value");
            let text = |name| param.value(name).and_then(|value| value.as_str()).map(ToOwned::to_owned);
            let pair = text("name").zip(text("value")).map(|(name, value)| Param { name, value });
            if pair.is_none() && param.has("name") && param.has("value") {
                validator.invalid(param, "value", "must be a string, as the name");
            }
            pair
        });
        let additional_params = additional_params.collect();
        Some(Charge {
            amount: amount?,
            currency: currency?,
            order_number: order_number?,
            order_description,
            additional_params,
        })
    }
}

/// Checks that the items add up to the amount.
pub(super) fn check_items(validator: &mut Validator, top: &ObjectRef<'_>, amount: Option<i64>) {
    let items = validator.objects(top, "items");
    if top.value("items").is_some_and(|items| items.as_array().is_some_and(Vec::is_empty)) {
        validator.fail(top, "items", 110, "must not be empty");
    }
    let listed = top.value("items").and_then(|items| items.as_array()).map_or(0, Vec::len);
    // The sum is checked only if every item can be read.
    let mut sum = (listed > 0 && items.len() == listed).then_some(0_i128);
    for item in &items {
        validator.require(item, "name");
        validator.require(item, "amount");
        validator.text(item, "name", 256);
        validator.word(item, "type", &["DELIVERY", "DISCOUNT", "ITEM"]);
        validator.positive(item, "count");
        validator.text(item, "product_url", 512);
        let amount = validator.integer(item, "amount");
        sum = sum.zip(amount).map(|(sum, amount)| sum + i128::from(amount));
    }
    if let Some((sum, amount)) = sum.zip(amount).filter(|(sum, amount)| *sum != i128::from(*amount)) {
        validator.fail(top, "items", 360, &format!("have amounts that add up to {sum}, but the amount is {amount}"));
    }
}

fn check_target(validator: &mut Validator, target: &ObjectRef<'_>, go_id: u64) {
    for name in ["type", "goid"] {
        validator.require(target, name);
    }
    validator.word(target, "type", &["ACCOUNT"]);
    if validator.positive(target, "goid").is_some_and(|input| !same_id(input, go_id)) {
        validator.fail(target, "goid", 321, "must be the e-shop's own");
    }
}

fn check_payer(validator: &mut Validator, payer: &ObjectRef<'_>, card_only: bool) {
    let mut allowed = Vec::new();
    for (index, instrument) in validator.list(payer, "allowed_payment_instruments").iter().enumerate() {
        match instrument.as_str().filter(|name| INSTRUMENTS.contains(name)) {
            Some(name) => allowed.push(name),
            None => {
                let entry = format!("allowed_payment_instruments[{index}]");
                validator.invalid(payer, &entry, &format!("must be one of {}", INSTRUMENTS.join(", ")));
            }
        }
    }
    if card_only && !allowed.is_empty() && !allowed.contains(&CARD) {
        let description = "must have PAYMENT_CARD: a recurrence or a preauthorization is by card only";
        validator.invalid(payer, "allowed_payment_instruments", description);
    }
    validator.word(payer, "default_payment_instrument", INSTRUMENTS);
    validator.text(payer, "default_swift", 20);
    if validator.list(payer, "allowed_swifts").iter().any(|swift| !swift.is_string()) {
        validator.invalid(payer, "allowed_swifts", "must be a list of strings");
    }
    validator.require(payer, "contact");
    let Some(contact) = validator.object(payer, "contact") else { return };
    validator.require(&contact, "email");
    for (name, longest) in [
        ("first_name", 256),
        ("last_name", 256),
        ("phone_number", 128),
        ("city", 128),
        ("street", 128),
        ("postal_code", 16),
    ] {
        validator.text(&contact, name, longest);
    }
    let is_email = |email: &str| {
        let (user, host) = email.split_once('@').unwrap_or_default();
        let dotted = host.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
        !user.is_empty() && dotted && !host.contains('@') && !email.contains(char::is_whitespace)
    };
    if validator.text(&contact, "email", 128).is_some_and(|email| !is_email(&email)) {
        validator.invalid(&contact, "email", "must be an email address");
    }
    let is_alpha_3 = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if contact.value("country_code").is_some_and(|code| !code.as_str().is_some_and(is_alpha_3)) {
        validator.invalid(&contact, "country_code", "must be three capital letters (ISO 3166-1 alpha-3), such as CZE");
    }
}

pub(super) fn same_id(input: i64, id: u64) -> bool {
    u64::try_from(input) == Ok(id)
}

/// Reads a JSON object that passes the firewall.
pub(super) fn read_json(request: &Request) -> Result<JsonMap, ErrorResponse> {
    if has_unicode_escape(&request.body) {
        return Err(ErrorResponse::Firewall);
    }
    if !has_type(request, "application/json") {
        return Err(ErrorResponse::rule(116, "the Content-Type must be application/json"));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| ErrorResponse::rule(116, &format!("the body is not a JSON object: {error}")))
}

/// Whether the request has this media type. Parameters are ignored.
pub(super) fn has_type(request: &Request, expected: &str) -> bool {
    let input = request.headers.get("Content-Type").unwrap_or_default();
    input.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}

/// GoPay's firewall rejects `\u…` as an attack: bodies must be raw UTF-8.
fn has_unicode_escape(body: &[u8]) -> bool {
    let mut escaped = false;
    body.iter().any(|byte| {
        let found = escaped && *byte == b'u';
        escaped = !escaped && *byte == b'\\';
        found
    })
}

/// The payer as responses show it.
pub(super) fn payer_to_wire(payer: &JsonMap) -> JsonMap {
    let mut payer = payer.clone();
    // Real responses have spaces around the address.
    if let Some(email) = payer.get_mut("contact").and_then(|contact| contact.get_mut("email")) {
        *email = format!(" {} ", email.as_str().unwrap_or_default()).into();
    }
    payer
}

/// The values as responses show them, with HTML entities.
pub(super) fn params_to_wire(params: &[Param]) -> serde_json::Value {
    params.iter().map(|param| json!({ "name": param.name, "value": encode_entities(&param.value) })).collect()
}

fn encode_entities(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => encoded.push_str("&#34;"),
            '&' => encoded.push_str("&amp;"),
            '\'' => encoded.push_str("&#39;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            _ => encoded.push(character),
        }
    }
    encoded
}
