//! The `webhooks` wasm module: verifies and creates webhook signatures in memory that never grows.
//!
//! JavaScript writes a signature header into [`header_buffer`] and the body, piece by piece if it is
//! long, into [`body_buffer`], and gets numbers back. Nothing is allocated, copied twice or formatted.
//! A short message takes one call of [`verify`]. A long one takes [`absorb`] and [`finish`].

use core::cell::UnsafeCell;

use wasm_bindgen::prelude::*;

use crate::signature::{Header, Key, MAX_HEADER_BYTES, Mac, Tag, VerifyError};

const BODY_BYTES: usize = 64 * 1024;
const KEYS: usize = 16;

struct Memory {
    header: [u8; MAX_HEADER_BYTES],
    body: [u8; BODY_BYTES],
    keys: [Option<Key>; KEYS],
    /// A message whose first pieces were absorbed.
    begun: Option<Mac>,
}

struct Cell(UnsafeCell<Memory>);

// SAFETY: a wasm instance without shared memory runs on one thread.
unsafe impl Sync for Cell {}

static MEMORY: Cell = Cell(UnsafeCell::new(Memory {
    header: [0; MAX_HEADER_BYTES],
    body: [0; BODY_BYTES],
    keys: [const { None }; KEYS],
    begun: None,
}));

#[allow(clippy::mut_from_ref, reason = "see SAFETY")]
fn memory() -> &'static mut Memory {
    // SAFETY: every exported function takes it once and keeps it no longer than its own call. Calls are not nested,
    // because nothing here calls JavaScript.
    unsafe { &mut *MEMORY.0.get() }
}

// The results of the functions below, besides 0 for a valid signature. A bad secret also means that the key
// is not in its slot.
fn code(result: Result<(), VerifyError>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(VerifyError::MissingHeader) => 1,
        Err(VerifyError::MalformedHeader) => 2,
        Err(VerifyError::NoMatch) => 3,
        Err(VerifyError::TooOld) => 4,
        Err(VerifyError::TooNew) => 5,
        Err(VerifyError::BadSecret) => 6,
    }
}

/// The address for a header, at most 4096 bytes.
#[wasm_bindgen]
pub fn header_buffer() -> *const u8 {
    memory().header.as_ptr()
}

/// The address for a piece of a body, at most 65536 bytes, and for a secret.
#[wasm_bindgen]
pub fn body_buffer() -> *const u8 {
    memory().body.as_ptr()
}

/// Makes a key from the secret in the body buffer, in one of 16 slots, and wipes the secret.
#[wasm_bindgen]
pub fn set_key(place: usize, secret_len: usize) -> u8 {
    let memory = memory();
    let secret = memory.body.get_mut(..secret_len).unwrap_or_default();
    let key = Key::new(secret);
    secret.fill(0);
    code(key.map(|key| {
        if let Some(slot) = memory.keys.get_mut(place) {
            *slot = Some(key);
        }
    }))
}

/// Absorbs a piece of the body. `first` begins a new message with the header's timestamp.
#[wasm_bindgen]
pub fn absorb(key: usize, header_len: usize, first: bool, piece_len: usize) -> u8 {
    let memory = memory();
    if first {
        match memory.header(header_len).and_then(|header| memory.begin(key, &header)) {
            Ok(mac) => memory.begun = Some(mac),
            Err(problem) => return code(Err(problem)),
        }
    }
    if let Some(mac) = &mut memory.begun {
        mac.update(memory.body.get(..piece_len).unwrap_or_default());
    }
    0
}

/// Writes the message's authentication code, 32 bytes, into the body buffer.
#[wasm_bindgen]
pub fn finish() {
    let memory = memory();
    if let Some(mac) = memory.begun.take() {
        for (place, byte) in memory.body.iter_mut().zip(mac.finish().as_bytes()) {
            *place = *byte;
        }
    }
}

/// Compares the header with the code of the message in the body buffer. A length of -1 means that the buffer has the
/// code itself, from [`finish`] or from the runtime's own SHA-256.
#[wasm_bindgen]
pub fn verify(key: usize, header_len: usize, body_len: i32, now: f64, max_age: f64) -> u8 {
    let memory = memory();
    code(memory.header(header_len).and_then(|header| {
        let tag = match usize::try_from(body_len) {
            Ok(len) => {
                let mut mac = memory.begin(key, &header)?;
                mac.update(memory.body.get(..len).unwrap_or_default());
                mac.finish()
            }
            Err(_) => Tag::from_bytes(*memory.body.first_chunk().ok_or(VerifyError::NoMatch)?),
        };
        header.check(&tag)?;
        // A JavaScript number: seconds, perhaps with decimals, and `Infinity` for any age.
        header.check_age(now as u64, max_age.is_finite().then_some(max_age as u64))
    }))
}

impl Memory {
    fn begin(&self, key: usize, header: &Header<'_>) -> Result<Mac, VerifyError> {
        match self.keys.get(key) {
            Some(Some(key)) => Ok(header.mac(key)),
            _ => Err(VerifyError::BadSecret),
        }
    }

    fn header(&self, len: usize) -> Result<Header<'_>, VerifyError> {
        Header::parse(self.header.get(..len).ok_or(VerifyError::MalformedHeader)?)
    }
}

/// The module is built without std, to be small.
#[cfg(not(feature = "std"))]
mod bare {
    use core::{alloc::GlobalAlloc, alloc::Layout, panic::PanicInfo, ptr::null_mut};

    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }

    /// wasm-bindgen requires an allocator, but nothing here allocates.
    struct Nothing;

    // SAFETY: a null pointer says that the allocation failed.
    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            null_mut()
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static NOTHING: Nothing = Nothing;
}
