//! The network between merchants and gateways, and its faults.

use itpay::{
    call::{Attempt, Event as CallEvent, TransportError, TransportErrorKind},
    http::{Headers, Method, Request, Response},
};

use crate::{
    delivery::Gateway,
    ledger::Record,
    op::Op,
    order::Kind,
    plan::Fault,
    world::{Actor, Event, Violation, World},
};

impl World {
    /// A call sends a request.
    pub fn send(&mut self, call: usize, step: u64, attempt: Box<Attempt>) {
        let path = path_of(&attempt.url);
        let Record { op, merchant, in_back_office, .. } = self.ledger.calls[call];
        let is_own = op.is_own_request(path);
        // HTTP lets a proxy repeat a read, and ItPay tells a repeated create from a new one by its id.
        let is_repeatable = attempt.method == Method::Get || (op == Op::CreateIntent && is_own);
        // A gateway may choose the id of what it creates, so no client can recognize another one's there.
        let creates = is_own && matches!(op, Op::CreateIntent | Op::CreatePayment);
        let has_other = !creates && !path.ends_with("/oauth2/token");
        let other = self.ledger.calls[call].id.clone();
        let other = self.other_payment(merchant, &other).filter(|_| has_other);
        let has_result = is_own && op.is_change() && !matches!(op, Op::CreatePayment | Op::Charge(_));
        let fault = self.faults.of_attempt(is_repeatable).filter(|fault| match fault {
            Fault::OtherPayment => has_other,
            Fault::Misrouted => has_result && other.is_some(),
            _ => true,
        });
        let record = &mut self.ledger.calls[call];
        record.is_faulted |= fault.is_some();
        if is_own {
            record.sent += 1;
        }
        self.log(Actor::Network, || format!("{} {path} of call {call}{}", attempt.method.as_str(), about(fault)));
        if !in_back_office {
            self.may_crash(merchant);
        }
        let receives = |event| Event::Receives { call, step, event };
        let fails = |kind: TransportErrorKind| receives(CallEvent::Failed(kind.into()));
        let delay = match fault {
            Some(Fault::ConnectionRefused) => {
                self.after(3, fails(TransportErrorKind::ConnectionRefused));
                return;
            }
            Some(Fault::ResetBefore) => {
                self.after(30, fails(TransportErrorKind::ConnectionFailed));
                return;
            }
            Some(Fault::PageBefore(status)) => {
                self.after(30, receives(CallEvent::Response(page(status))));
                return;
            }
            Some(Fault::Misrouted) => {
                let body = format!(r#"{{"id":{},"result":"FINISHED"}}"#, other.unwrap_or_default());
                let response = Response { status: 200, headers: Headers::default(), body: body.into_bytes() };
                self.after(30, receives(CallEvent::Response(response)));
                return;
            }
            Some(Fault::LateRequest(ms)) => ms,
            _ => self.rng.between(5, 80),
        };
        self.after(attempt.timeout_ms, fails(TransportErrorKind::TimedOut));
        if fault == Some(Fault::RequestLost) {
            return;
        }
        if is_own {
            self.ledger.calls[call].in_transit += 1;
        }
        let skew = self.merchants[merchant].skew;
        self.after(delay, Event::Arrives { call, step, attempt, fault, skew });
    }

    /// A gateway receives a request.
    pub fn arrives(
        &mut self,
        call: usize,
        step: u64,
        attempt: Attempt,
        fault: Option<Fault>,
        skew: i64,
    ) -> Result<(), Violation> {
        let Record { merchant, op, ref id, .. } = self.ledger.calls[call];
        let id = id.clone();
        let is_own = op.is_own_request(path_of(&attempt.url));
        let gateway = gateway_of(&attempt);
        let request = request_of(attempt);
        let mut response = self.process(merchant, gateway, &request, skew);
        if fault == Some(Fault::Duplicated) {
            response = self.process(merchant, gateway, &request, skew);
        }
        let is_success = is_own && response.status < 300 && !contains(&response.body, "\"FAILED\"");
        if is_own {
            let record = &mut self.ledger.calls[call];
            record.in_transit -= 1;
            record.processed += u32::from(is_success);
        }
        self.log(Actor::Gateway(gateway, merchant), || {
            let body = String::from_utf8_lossy(&response.body);
            let body: String = body.chars().take(80).collect();
            format!("processes call {call}: {} {body}", response.status)
        });
        if is_success && contains(&response.body, "\"ACCEPTED\"") {
            let after = self.rng.between(100, 60_000);
            if let Ok(payment) = id.parse() {
                self.after(after, Event::Bank { merchant, payment });
            }
        }
        self.check_money(call)?;
        self.pump(merchant)?;
        let event = match fault {
            Some(Fault::ResponseLost) => return Ok(()),
            Some(Fault::ResetAfter) => CallEvent::Failed(TransportErrorKind::ConnectionFailed.into()),
            Some(Fault::PageAfter(status)) => CallEvent::Response(page(status)),
            Some(Fault::Truncated) => {
                let error = TransportErrorKind::ConnectionFailed;
                CallEvent::Failed(TransportError { status: Some(response.status), ..error.into() })
            }
            Some(Fault::OtherPayment) => {
                let Some(other) = self.other_payment(merchant, &id) else { return Ok(()) };
                let body = String::from_utf8_lossy(&response.body).replace(&id, &other);
                CallEvent::Response(Response { body: body.into_bytes(), ..response })
            }
            _ => CallEvent::Response(response),
        };
        let delay = match fault {
            Some(Fault::LateResponse(ms)) => ms,
            _ => self.rng.between(5, 80),
        };
        self.after(delay, Event::Receives { call, step, event });
        Ok(())
    }

    fn process(&mut self, merchant: usize, gateway: Gateway, request: &Request, skew: i64) -> Response {
        let (now, random) = (self.unix(), self.rng.bytes());
        let merchant = &mut self.merchants[merchant];
        match gateway {
            Gateway::ItPay => {
                let caller = now.saturating_add_signed(skew);
                merchant.itpay.handle_by_two_clocks(request, now, caller, &random)
            }
            Gateway::GoPay => merchant.gopay.handle(request, now, &random),
        }
    }

    fn other_payment(&self, merchant: usize, id: &str) -> Option<String> {
        let of_itpay = id.starts_with("pi_");
        let mut others = self.orders.iter().filter(|order| order.merchant == merchant);
        others.find_map(|order| order.id.clone().filter(|other| other != id && (order.kind == Kind::ItPay) == of_itpay))
    }
}

fn gateway_of(attempt: &Attempt) -> Gateway {
    if attempt.url.starts_with("https://api.itpay.ai") { Gateway::ItPay } else { Gateway::GoPay }
}

/// The request as a gateway gets it.
fn request_of(attempt: Attempt) -> Request {
    let whole = path_of(&attempt.url);
    let (path, query) = whole.split_once('?').map_or((whole, None), |(path, query)| (path, Some(query.to_owned())));
    let mut request = Request::new(attempt.method, path.to_owned());
    request.query = query;
    request.headers = attempt.headers;
    request.body = attempt.body;
    request
}

fn about(fault: Option<Fault>) -> String {
    match fault {
        None => String::new(),
        Some(Fault::ConnectionRefused) => " <- refuses the connection".into(),
        Some(Fault::RequestLost) => " <- loses the request".into(),
        Some(Fault::ResetBefore) => " <- resets the connection before the gateway has it".into(),
        Some(Fault::ResetAfter) => " <- will reset the connection in place of the response".into(),
        Some(Fault::ResponseLost) => " <- will lose the response".into(),
        Some(Fault::Truncated) => " <- will truncate the response".into(),
        Some(Fault::LateRequest(ms)) => format!(" <- delays the request by {ms} ms"),
        Some(Fault::LateResponse(ms)) => format!(" <- will delay the response by {ms} ms"),
        Some(Fault::PageBefore(status)) => format!(" <- a filter responds {status}, the gateway gets nothing"),
        Some(Fault::PageAfter(status)) => format!(" <- a filter will put a {status} page in place of the response"),
        Some(Fault::OtherPayment) => " <- the response will be about another payment".into(),
        Some(Fault::Misrouted) => " <- the response to another payment comes, the gateway gets nothing".into(),
        Some(Fault::Duplicated) => " <- sends it twice".into(),
    }
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The path of a URL, with its query.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |slash| &rest[slash..])
}

/// A page of a filter or a proxy, which is no response of a gateway.
fn page(status: u16) -> Response {
    let mut headers = Headers::default();
    headers.set("Content-Type", "text/html");
    Response { status, headers, body: format!("<html><h1>{status}</h1></html>").into_bytes() }
}
