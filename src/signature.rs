//! Signs and verifies with HMAC-SHA256, and reads the `t=…,v1=…` header of ItPay's webhooks.
//!
//! It allocates nothing and reads no clock, so that a webhook verifier is this file and nothing else. The format is
//! that of the Go SDK page: `X-ItPay-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256(t + "." + body)>`.

use core::fmt;

use hmac::{
    Hmac, KeyInit, Mac as _,
    digest::{CtOutput, Output},
};
use sha2::Sha256;

/// The name of the signature header.
pub const HEADER: &str = "X-ItPay-Signature";
/// The default maximum age of a signature, in seconds.
pub const DEFAULT_MAX_AGE: u64 = 300;
/// A longer header is rejected unread.
pub const MAX_HEADER_BYTES: usize = 4096;
/// A header with more `name=value` pairs is rejected.
pub const MAX_PAIRS: usize = 32;

/// The reason why a signature was rejected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyError {
    /// The secret is empty.
    BadSecret,
    /// The header does not have the form `t=<digits>,v1=<64 hex digits>`.
    MalformedHeader,
    /// The header is missing or empty.
    MissingHeader,
    /// No signature in the header matches this secret and body.
    NoMatch,
    /// The signature matches, but its time is too far in the future.
    TooNew,
    /// The signature matches, but is too old.
    TooOld,
}

impl VerifyError {
    /// The stable error code, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            VerifyError::BadSecret => "bad_secret",
            VerifyError::MalformedHeader => "malformed_header",
            VerifyError::MissingHeader => "missing_header",
            VerifyError::NoMatch => "no_match",
            VerifyError::TooNew => "too_new",
            VerifyError::TooOld => "too_old",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for VerifyError {}

/// A secret after the HMAC key schedule, which is computed once for many messages. It is wiped on drop.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Takes the secret as issued, with its prefix (`whsec_…`). The key is its UTF-8 bytes.
    pub fn new(secret: &[u8]) -> Result<Key, VerifyError> {
        if secret.is_empty() {
            return Err(VerifyError::BadSecret);
        }
        Hmac::new_from_slice(secret).map(Key).map_err(|_| VerifyError::BadSecret)
    }

    /// Begins a message.
    pub fn mac(&self) -> Mac {
        Mac(self.0.clone())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A message that is authenticated piece by piece.
pub struct Mac(Hmac<Sha256>);

impl Mac {
    /// Adds the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Ends the message.
    pub fn finish(self) -> Tag {
        Tag(self.0.finalize())
    }
}

/// An authentication code. Comparing takes the same time wherever two codes differ.
#[derive(Eq, PartialEq)]
pub struct Tag(CtOutput<Hmac<Sha256>>);

impl Tag {
    /// Takes a code from elsewhere, such as a runtime's native SHA-256, which is faster for large bodies.
    pub fn from_bytes(bytes: [u8; 32]) -> Tag {
        Tag(CtOutput::new(Output::<Hmac<Sha256>>::from(bytes)))
    }

    /// The code's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The code as 64 lower-case hexadecimal digits in ASCII.
    pub fn to_hex(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0.as_bytes()) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
            }
        }
        hex
    }

    /// Decodes 64 hexadecimal digits of either case.
    fn from_hex(hex: &[u8]) -> Option<Tag> {
        let mut bytes = [0; 32];
        let (groups, rest) = hex.as_chunks::<8>();
        if groups.len() != 8 || !rest.is_empty() {
            return None;
        }
        // All digits are read before any is rejected, so that the time is constant.
        let mut good = true;
        for (four, eight) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(groups) {
            let (value, are_digits) = eight_digits(u64::from_be_bytes(*eight));
            *four = value.to_be_bytes();
            good &= are_digits;
        }
        good.then(|| Tag::from_bytes(bytes))
    }
}

/// Decodes eight hexadecimal ASCII digits at once, and reports whether all of them are digits. It has neither branches
/// nor tables, so that the time reveals nothing about them.
fn eight_digits(ascii: u64) -> (u32, bool) {
    const HIGH: u64 = each(0x80);
    // The highest bit of each byte marks a range of ASCII. The result for bytes beyond ASCII is discarded.
    let within = |bytes: u64, first: u8, last: u8| {
        let from_first = bytes.wrapping_add(each(0x80 - first));
        let beyond_last = bytes.wrapping_add(each(0x7f - last));
        from_first & !beyond_last & HIGH
    };
    let letters = within(ascii | each(0x20), b'a', b'f');
    let digits = within(ascii, b'0', b'9');
    let good = (letters | digits) == HIGH && (ascii & HIGH) == 0;
    // 0h 0l 0h 0l 0h 0l 0h 0l: joins the halves of each byte, then of each pair, then of all four.
    let nibbles = (ascii & each(0x0f)) + (letters >> 7) * 9;
    let bytes = (nibbles | (nibbles >> 4)) & 0x00ff_00ff_00ff_00ff;
    let pairs = (bytes | (bytes >> 8)) & 0x0000_ffff_0000_ffff;
    ((pairs | (pairs >> 16)) as u32, good)
}

/// A word of eight equal bytes.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// A parsed signature header that is not verified yet.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    timestamp: &'a [u8],
    time: u64,
    /// The values of the `v1` pairs.
    signatures: [&'a [u8]; MAX_PAIRS],
    count: usize,
}

impl<'a> Header<'a> {
    /// Parses a header value. Pairs may come in any order, with spaces around the commas. Names other than `t` and `v1`
    /// are ignored, so that new schemes can be added.
    pub fn parse(text: &'a [u8]) -> Result<Header<'a>, VerifyError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(VerifyError::MissingHeader);
        }
        if text.len() > MAX_HEADER_BYTES {
            return Err(VerifyError::MalformedHeader);
        }
        let mut timestamp = None;
        let mut signatures = [b"".as_slice(); MAX_PAIRS];
        let (mut pairs, mut count) = (0, 0);
        for (name, value) in text.split(|byte| *byte == b',').map(pair) {
            pairs += 1;
            if name == b"v1" {
                *signatures.get_mut(count).ok_or(VerifyError::MalformedHeader)? = value;
                count += 1;
            // Two different times would be ambiguous. Joined headers repeat the same time.
            } else if name == b"t" && timestamp.replace(value).is_some_and(|other| other != value) {
                return Err(VerifyError::MalformedHeader);
            }
        }
        let timestamp = timestamp.filter(|_| pairs <= MAX_PAIRS).ok_or(VerifyError::MalformedHeader)?;
        let time = unix_seconds(timestamp).ok_or(VerifyError::MalformedHeader)?;
        Ok(Header { timestamp, time, signatures, count })
    }

    /// The time of the signature in Unix seconds.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Begins the signed message with the timestamp as it is in the header, and a dot.
    /// The raw body comes next.
    pub fn mac(&self, key: &Key) -> Mac {
        let mut mac = key.mac();
        mac.update(self.timestamp);
        mac.update(b".");
        mac
    }

    /// The timestamp exactly as it was signed.
    pub fn timestamp(&self) -> &'a [u8] {
        self.timestamp
    }

    /// Compares with every signature in the header. It does not stop at the first match.
    pub fn check(&self, tag: &Tag) -> Result<(), VerifyError> {
        let mut result = Err(VerifyError::MalformedHeader);
        for candidate in self.signatures.iter().take(self.count).filter_map(|value| Tag::from_hex(value)) {
            if candidate == *tag {
                result = Ok(());
            } else if result.is_err() {
                result = Err(VerifyError::NoMatch);
            }
        }
        result
    }

    /// Compares the header's time with `now`, in both directions. Both are Unix seconds.
    pub fn check_age(&self, now: u64, max_age: Option<u64>) -> Result<(), VerifyError> {
        match max_age {
            Some(max_age) if now.saturating_sub(self.time) > max_age => Err(VerifyError::TooOld),
            Some(max_age) if self.time.saturating_sub(now) > max_age => Err(VerifyError::TooNew),
            _ => Ok(()),
        }
    }
}

/// Verifies a whole message: first the signature, then its age. `None` accepts any age.
///
/// ```
/// use itpay::signature::{self, Key, VerifyError};
///
/// let key = Key::new(b"whsec_test_secret")?;
/// let mut header = [0; signature::MAX_HEADER_LEN];
/// let header = signature::sign(&key, 1_745_712_345, b"{}", &mut header);
/// assert_eq!(signature::verify(&key, header.as_bytes(), b"{}", 1_745_712_400, Some(300)), Ok(()));
/// assert_eq!(signature::verify(&key, header.as_bytes(), b"{ }", 1_745_712_400, Some(300)), Err(VerifyError::NoMatch));
/// # Ok::<(), VerifyError>(())
/// ```
pub fn verify(key: &Key, header: &[u8], body: &[u8], now: u64, max_age: Option<u64>) -> Result<(), VerifyError> {
    let header = Header::parse(header)?;
    let mut mac = header.mac(key);
    mac.update(body);
    header.check(&mac.finish())?;
    header.check_age(now, max_age)
}

/// The longest header that [`sign`] writes: `t=` and 20 digits, `,v1=` and 64.
pub const MAX_HEADER_LEN: usize = 90;

/// Writes the signature header for `body` into `buffer`.
pub fn sign<'a>(key: &Key, time: u64, body: &[u8], buffer: &'a mut [u8; MAX_HEADER_LEN]) -> &'a str {
    let mut digits = [0; 20];
    let timestamp = decimal(time, &mut digits);
    let mut mac = key.mac();
    mac.update(timestamp);
    mac.update(b".");
    mac.update(body);
    let hex = mac.finish().to_hex();
    let mut length = 0;
    let parts = b"t=".iter().chain(timestamp).chain(b",v1=").chain(&hex);
    for (place, byte) in buffer.iter_mut().zip(parts) {
        *place = *byte;
        length += 1;
    }
    buffer.get(..length).and_then(|made| core::str::from_utf8(made).ok()).unwrap_or_default()
}

/// A pair's name and value, without surrounding spaces.
fn pair(pair: &[u8]) -> (&[u8], &[u8]) {
    let pair = pair.trim_ascii();
    let sign = pair.iter().position(|byte| *byte == b'=');
    sign.and_then(|sign| Some((pair.get(..sign)?, pair.get(sign + 1..)?))).unwrap_or((pair, b""))
}

/// Reads digits only: no sign, no space, no suffix.
fn unix_seconds(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |seconds, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        seconds.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

fn decimal(mut number: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut start = digits.len();
    for (index, place) in digits.iter_mut().enumerate().rev() {
        *place = b'0' + (number % 10) as u8;
        start = index;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}
