//! Drives calls with ureq: performs each step and reports the result. The core decides everything else.

use std::{
    io, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use itpay::{
    call::{Attempt, Call, Cause, Event, Now, Step, TransportError, TransportErrorKind},
    http::{Headers, Response},
};
use ureq::{Agent, Error, http::Request};

/// Runs a call to its end. `on_update` receives progress as JSON.
pub fn drive<T>(mut call: Call<T>, on_update: impl Fn(&str)) -> T {
    // The core handles error responses. Redirects are not followed, because another host must not get the key.
    let agent: Agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let started = Instant::now();
    let mut event = Event::Started;
    loop {
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let now = Now { unix_ms, monotonic_ms: started.elapsed().as_millis() as u64, random: random_fraction() };
        event = match call.step(event, now) {
            Some(Step::Send(attempt)) => send(&agent, &attempt).map_or_else(Event::Failed, Event::Response),
            Some(Step::Wait(ms)) => {
                thread::sleep(Duration::from_millis(ms));
                Event::WaitEnded
            }
            Some(Step::Notify(json)) => {
                on_update(&json);
                Event::Notified
            }
            // This program does not share its token.
            Some(Step::ReadCache(_) | Step::WriteCache(_)) => Event::CacheRead(None),
            Some(Step::Done(end)) => return end,
            None => unreachable!("a call that has ended is not driven any more"),
        };
    }
}

/// Makes one attempt.
fn send(agent: &Agent, attempt: &Attempt) -> Result<Response, TransportError> {
    let mut request = Request::builder().method(attempt.method.as_str()).uri(&attempt.url);
    for (name, value) in attempt.headers.iter() {
        request = request.header(name, value);
    }
    let request = request.body(attempt.body.as_slice()).map_err(|error| failure(error.into(), None))?;
    let timeout = Duration::from_millis(attempt.timeout_ms);
    let request = agent.configure_request(request).timeout_global(Some(timeout)).build();
    let mut response = agent.run(request).map_err(|error| failure(error, None))?;
    let status = response.status().as_u16();
    let mut headers = Headers::default();
    for (name, value) in response.headers() {
        headers.set(name.to_string(), String::from_utf8_lossy(value.as_bytes()));
    }
    let body = response.body_mut().with_config().limit(attempt.max_body_bytes).read_to_vec();
    Ok(Response { status, headers, body: body.map_err(|error| failure(error, Some(status)))? })
}

fn failure(error: Error, status: Option<u16>) -> TransportError {
    let kind = match &error {
        Error::HostNotFound => TransportErrorKind::HostNotFound,
        Error::Timeout(_) => TransportErrorKind::TimedOut,
        Error::BodyExceedsLimit(_) => TransportErrorKind::TooLarge,
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => TransportErrorKind::ConnectionRefused,
        _ => TransportErrorKind::ConnectionFailed,
    };
    TransportError { kind, status, cause: Some(Cause::new(error)) }
}

/// Random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

fn random_fraction() -> f64 {
    f64::from(u32::from_le_bytes(random_bytes())) / f64::from(u32::MAX)
}
