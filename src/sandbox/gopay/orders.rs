//! What a merchant asks for: the body of a create, and of a later charge.
//!
//! Where the documentation and practice differ, the stricter one is checked here: the payer and the items are
//! required, an amount in quotes is refused. Lengths of `additional_params` and the form of an EAN are documented
//! nowhere and not checked.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    check::{Check, Level},
    error_response::Refusal,
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
const LAST_DATE: u64 = 4_102_358_400_000; // 2099-12-31
const MS_PER_DAY: u64 = 86_400_000;
const CARD: &str = "PAYMENT_CARD";

/// What was asked for, as far as it matters later.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Order {
    /// In minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The merchant's own; several payments may have the same.
    pub order_number: String,
    /// Text for the payer.
    pub order_description: Option<String>,
    /// Contact and ways to pay, as sent.
    pub payer: JsonMap,
    /// Where the payer goes afterwards.
    pub return_url: String,
    /// Where changes are told.
    pub notification_url: Option<String>,
    /// The merchant's own names and values.
    pub additional_params: Vec<Param>,
    /// Lower case.
    pub lang: String,
    /// Whether the money is only blocked at first.
    pub preauthorization: bool,
    /// Whether later charges follow.
    pub recurrence: Option<Terms>,
}

/// A name and a value of the merchant's own.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[allow(missing_docs, reason = "their names say it")]
pub struct Param {
    pub name: String,
    pub value: String,
}

/// By which terms charges recur.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Terms {
    /// Who charges, and how often.
    pub cycle: Cycle,
    /// Every so many cycles; none on demand.
    pub period: Option<u64>,
    /// The last day, in Unix milliseconds at its beginning in UTC.
    pub date_to: u64,
}

impl Order {
    /// Reads the body of a create.
    pub(super) fn read(request: &Request, go_id: u64, now_ms: u64) -> Result<Order, Refusal> {
        let body = read_json(request)?;
        let (top, mut check) = (Level::top(&body), Check::default());
        for name in ["amount", "currency", "order_number", "items", "payer", "target", "callback"] {
            check.require(&top, name);
        }
        let target = check.object(&top, "target");
        if let Some(target) = target {
            check_target(&mut check, &target, go_id);
        }
        let preauthorization = check.boolean(&top, "preauthorization");
        let recurrence = check.object(&top, "recurrence").and_then(|level| Terms::read(&mut check, &level, now_ms));
        let payer = check.object(&top, "payer");
        if let Some(payer) = &payer {
            check_payer(&mut check, payer, preauthorization || top.has("recurrence"));
        }
        if preauthorization && top.has("recurrence") {
            check.wrong(&top, "preauthorization", "cannot go with a recurrence");
        }
        let (mut return_url, mut notification_url) = (None, None);
        if let Some(callback) = check.object(&top, "callback") {
            check.require(&callback, "return_url");
            return_url = check.url(&callback, "return_url");
            notification_url = check.url(&callback, "notification_url");
        }
        let lang = top.value("lang").map(|lang| lang.as_str().unwrap_or_default().to_ascii_uppercase());
        if lang.as_deref().is_some_and(|lang| !LANGUAGES.contains(&lang)) {
            check.wrong(&top, "lang", &format!("must be one of {}", LANGUAGES.join(", ")));
        }
        let charge = Charge::check(&mut check, &top);
        let order = charge.zip(return_url).map(|(charge, return_url)| Order {
            amount: charge.amount,
            currency: charge.currency,
            order_number: charge.order_number,
            order_description: charge.order_description,
            payer: payer.map(|payer| payer.object.clone()).unwrap_or_default(),
            return_url,
            notification_url,
            additional_params: charge.additional_params,
            // Which language it is when nobody says is documented nowhere.
            lang: lang.unwrap_or_else(|| "EN".to_owned()).to_ascii_lowercase(),
            preauthorization,
            recurrence,
        });
        check.done(order).map_err(Refusal::Rules)
    }

    /// Reads the body of a create-recurrence: the parent's order but for what is said here. Items may be left out,
    /// as PayKit's provider does.
    pub(super) fn read_charge(&self, request: &Request) -> Result<Order, Refusal> {
        let body = read_json(request)?;
        let (top, mut check) = (Level::top(&body), Check::default());
        for name in ["amount", "currency", "order_number"] {
            check.require(&top, name);
        }
        let charge = Charge::check(&mut check, &top);
        if charge.as_ref().is_some_and(|charge| charge.currency != self.currency) {
            check.wrong(&top, "currency", &format!("must be the parent's, {}", self.currency));
        }
        let order = charge.map(|charge| Order {
            amount: charge.amount,
            order_number: charge.order_number,
            order_description: charge.order_description,
            additional_params: charge.additional_params,
            ..self.as_charge()
        });
        check.done(order).map_err(Refusal::Rules)
    }

    /// The same order as a charge of a recurrence that it began.
    pub(super) fn as_charge(&self) -> Order {
        Order { recurrence: None, preauthorization: false, ..self.clone() }
    }

    /// Whether the payer may choose this way to pay.
    pub(super) fn takes(&self, instrument: &str) -> bool {
        let allowed = self.payer.get("allowed_payment_instruments").and_then(|allowed| allowed.as_array());
        let card_only = self.preauthorization || self.recurrence.is_some();
        INSTRUMENTS.contains(&instrument)
            && (!card_only || instrument == CARD)
            && allowed.is_none_or(|allowed| allowed.is_empty() || allowed.iter().any(|one| one == instrument))
    }

    /// Every way to pay that the payer may choose.
    pub(super) fn choices(&self) -> Vec<&'static str> {
        INSTRUMENTS.iter().copied().filter(|instrument| self.takes(instrument)).collect()
    }

    /// The way to pay where the payer did not choose: the merchant's default, a card, or the first that is allowed.
    pub(super) fn usual_instrument(&self) -> &str {
        let allowed = self.payer.get("allowed_payment_instruments").and_then(|allowed| allowed.as_array());
        let first = allowed.and_then(|allowed| allowed.first()?.as_str());
        let default = self.payer.get("default_payment_instrument").and_then(|default| default.as_str());
        [default, Some(CARD), first].into_iter().flatten().find(|one| self.takes(one)).unwrap_or(CARD)
    }
}

impl Terms {
    fn read(check: &mut Check, level: &Level<'_>, now_ms: u64) -> Option<Terms> {
        for name in ["recurrence_cycle", "recurrence_date_to"] {
            check.require(level, name);
        }
        let cycle: Option<Cycle> =
            check.word(level, "recurrence_cycle", &["DAY", "MONTH", "ON_DEMAND", "WEEK"]).map(Into::into);
        if cycle == Some(Cycle::OnDemand) {
            if level.has("recurrence_period") {
                check.wrong(level, "recurrence_period", "must be left out for ON_DEMAND");
            }
        } else {
            check.require(level, "recurrence_period");
        }
        let period = check.positive_or_digits(level, "recurrence_period");
        let date_to = check.date(level, "recurrence_date_to")?;
        // Today is today in UTC: which time zone GoPay means is documented nowhere.
        if date_to / MS_PER_DAY <= now_ms / MS_PER_DAY {
            check.wrong(level, "recurrence_date_to", "must be after today");
        } else if date_to >= LAST_DATE {
            check.wrong(level, "recurrence_date_to", "must be before 2099-12-31");
        }
        Some(Terms { cycle: cycle?, period, date_to })
    }
}

/// What a create and a charge have alike.
struct Charge {
    amount: i64,
    currency: String,
    order_number: String,
    order_description: Option<String>,
    additional_params: Vec<Param>,
}

impl Charge {
    fn check(check: &mut Check, top: &Level<'_>) -> Option<Charge> {
        let amount = check.positive(top, "amount");
        let currency = check.word(top, "currency", CURRENCIES);
        let order_number = check.text(top, "order_number", 128);
        let order_description = check.text(top, "order_description", 256);
        check_items(check, top, amount);
        let params = check.objects(top, "additional_params");
        let additional_params = params.iter().filter_map(|param| {
            check.require(param, "name");
            check.require(param, "value");
            let text = |name| param.value(name).and_then(|value| value.as_str()).map(ToOwned::to_owned);
            let pair = text("name").zip(text("value")).map(|(name, value)| Param { name, value });
            if pair.is_none() && param.has("name") && param.has("value") {
                check.wrong(param, "value", "must be a string, as the name");
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

/// The lines make up the amount.
pub(super) fn check_items(check: &mut Check, top: &Level<'_>, amount: Option<i64>) {
    let items = check.objects(top, "items");
    if top.value("items").is_some_and(|items| items.as_array().is_some_and(Vec::is_empty)) {
        check.fail(top, "items", 110, "must not be empty");
    }
    let listed = top.value("items").and_then(|items| items.as_array()).map_or(0, Vec::len);
    // Where a line cannot be read, nothing is said about the sum.
    let mut sum = (listed > 0 && items.len() == listed).then_some(0_i128);
    for item in &items {
        check.require(item, "name");
        check.require(item, "amount");
        check.text(item, "name", 256);
        check.word(item, "type", &["DELIVERY", "DISCOUNT", "ITEM"]);
        check.positive(item, "count");
        check.text(item, "product_url", 512);
        let amount = check.integer(item, "amount");
        sum = sum.zip(amount).map(|(sum, amount)| sum + i128::from(amount));
    }
    if let Some((sum, amount)) = sum.zip(amount).filter(|(sum, amount)| *sum != i128::from(*amount)) {
        check.fail(top, "items", 360, &format!("have amounts that make {sum}, but the amount is {amount}"));
    }
}

fn check_target(check: &mut Check, target: &Level<'_>, go_id: u64) {
    for name in ["type", "goid"] {
        check.require(target, name);
    }
    check.word(target, "type", &["ACCOUNT"]);
    if check.positive_or_digits(target, "goid").is_some_and(|given| given != go_id) {
        check.fail(target, "goid", 321, "must be the e-shop's own");
    }
}

fn check_payer(check: &mut Check, payer: &Level<'_>, card_only: bool) {
    let mut allowed = Vec::new();
    for (index, instrument) in check.list(payer, "allowed_payment_instruments").iter().enumerate() {
        match instrument.as_str().filter(|name| INSTRUMENTS.contains(name)) {
            Some(name) => allowed.push(name),
            None => {
                let entry = format!("allowed_payment_instruments[{index}]");
                check.wrong(payer, &entry, &format!("must be one of {}", INSTRUMENTS.join(", ")));
            }
        }
    }
    if card_only && !allowed.is_empty() && !allowed.contains(&CARD) {
        let description = "must have PAYMENT_CARD: a recurrence or a preauthorisation is by card only";
        check.wrong(payer, "allowed_payment_instruments", description);
    }
    let default = check.word(payer, "default_payment_instrument", INSTRUMENTS);
    if default.is_some_and(|default| !allowed.is_empty() && !allowed.contains(&default.as_str())) {
        check.wrong(payer, "default_payment_instrument", "must be one of allowed_payment_instruments");
    }
    check.text(payer, "default_swift", 20);
    if check.list(payer, "allowed_swifts").iter().any(|swift| !swift.is_string()) {
        check.wrong(payer, "allowed_swifts", "must be a list of strings");
    }
    check.require(payer, "contact");
    let Some(contact) = check.object(payer, "contact") else { return };
    check.require(&contact, "email");
    for (name, longest) in [
        ("first_name", 256),
        ("last_name", 256),
        ("phone_number", 128),
        ("city", 128),
        ("street", 128),
        ("postal_code", 16),
    ] {
        check.text(&contact, name, longest);
    }
    let is_email = |email: &str| {
        let (user, host) = email.split_once('@').unwrap_or_default();
        let dotted = host.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
        !user.is_empty() && dotted && !host.contains('@') && !email.contains(char::is_whitespace)
    };
    if check.text(&contact, "email", 128).is_some_and(|email| !is_email(&email)) {
        check.wrong(&contact, "email", "must be an e-mail address");
    }
    let is_alpha_3 = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if contact.value("country_code").is_some_and(|code| !code.as_str().is_some_and(is_alpha_3)) {
        check.wrong(&contact, "country_code", "must be three capital letters (ISO 3166-1 alpha-3), such as CZE");
    }
}

/// A JSON object that the firewall lets through.
pub(super) fn read_json(request: &Request) -> Result<JsonMap, Refusal> {
    if has_unicode_escape(&request.body) {
        return Err(Refusal::Firewall);
    }
    if !has_type(request, "application/json") {
        return Err(Refusal::rule(116, "the Content-Type must be application/json"));
    }
    serde_json::from_slice(&request.body).map_err(|error| {
        let place = format!("the body is not a JSON object (line {}, column {})", error.line(), error.column());
        Refusal::rule(116, &place)
    })
}

/// The type without its parameters.
pub(super) fn has_type(request: &Request, expected: &str) -> bool {
    let given = request.headers.get("Content-Type").unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}

/// GoPay's firewall takes `\u…` for an attack: bodies have to be raw UTF-8.
fn has_unicode_escape(body: &[u8]) -> bool {
    let mut escaped = false;
    body.iter().any(|byte| {
        let found = escaped && *byte == b'u';
        escaped = !escaped && *byte == b'\\';
        found
    })
}

/// As the create's answer and later ones show it.
pub(super) fn payer_to_wire(payer: &JsonMap) -> JsonMap {
    let mut payer = payer.clone();
    // Real answers have spaces around it.
    if let Some(email) = payer.get_mut("contact").and_then(|contact| contact.get_mut("email")) {
        *email = format!(" {} ", email.as_str().unwrap_or_default()).into();
    }
    payer
}

/// Values come back with HTML entities.
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
