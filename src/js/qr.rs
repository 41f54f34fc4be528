//! The wasm modules `qr` and `qr-png`: text in, an image out.
//!
//! JavaScript writes its strings as UTF-8, one after the other, into [`input`] and calls with their lengths.
//! A function returns 0, and [`output`] is the picture; or it returns an error's number, and the output is the error's
//! message. The output is valid until the next call.

use alloc::vec::Vec;
use core::{cell::UnsafeCell, str};

use wasm_bindgen::prelude::*;

use crate::qr::{Error, ErrorCorrection, QrCode};

/// Room for the longest text that a code holds, 7089 digits, and for two colors and a title.
const INPUT_BYTES: usize = 16 * 1024;

struct Memory {
    input: [u8; INPUT_BYTES],
    output: &'static [u8],
}

struct Cell(UnsafeCell<Memory>);

// SAFETY: a wasm instance without shared memory runs on one thread.
unsafe impl Sync for Cell {}

static MEMORY: Cell = Cell(UnsafeCell::new(Memory { input: [0; INPUT_BYTES], output: &[] }));

#[allow(clippy::mut_from_ref, reason = "see SAFETY")]
fn memory() -> &'static mut Memory {
    // SAFETY: every exported function takes it once and keeps it no longer than its own call. Calls are not nested,
    // because nothing here calls JavaScript.
    unsafe { &mut *MEMORY.0.get() }
}

/// The address for the strings, at most 16384 bytes.
#[wasm_bindgen]
pub fn input() -> *const u8 {
    memory().input.as_ptr()
}

#[wasm_bindgen]
pub fn output() -> *const u8 {
    memory().output.as_ptr()
}

#[wasm_bindgen]
pub fn output_len() -> usize {
    memory().output.len()
}

#[cfg(feature = "js-qr")]
mod pictures {
    use wasm_bindgen::prelude::*;

    use super::{Input, error_correction, memory};
    use crate::qr::{QrCode, SvgOptions, TerminalOptions};

    /// Takes the data, the dark and the light color and the title. A title of length 0 and a width of 0 are absent.
    #[wasm_bindgen]
    pub fn svg(level: u8, margin: u8, width: u32, data: usize, dark: usize, light: usize, title: usize) -> u8 {
        let memory = memory().cleared();
        let mut input = Input(&memory.input);
        let code = QrCode::new(input.take(data).unwrap_or_default(), error_correction(level));
        let options = SvgOptions {
            dark: input.take(dark).unwrap_or_default(),
            light: input.take(light).unwrap_or_default(),
            margin,
            title: input.take(title),
            width: (width > 0).then_some(width),
        };
        memory.respond(code.and_then(|code| code.to_svg(&options)).map(Into::into))
    }

    /// Takes the data.
    #[wasm_bindgen]
    pub fn terminal(level: u8, margin: u8, data: usize, invert: bool) -> u8 {
        let memory = memory().cleared();
        memory.draw(level, data, |code| Ok(code.to_terminal(&TerminalOptions { invert, margin }).into()))
    }

    /// Takes the data. The output has a byte for each module, row by row: 1 is dark.
    #[wasm_bindgen]
    pub fn matrix(level: u8, data: usize) -> u8 {
        let memory = memory().cleared();
        memory.draw(level, data, |code| Ok(code.into_modules()))
    }
}

/// Takes the data. The colors are 0xRRGGBBAA; a width of 0 is absent.
#[cfg(feature = "js-qr-png")]
#[wasm_bindgen]
pub fn png(level: u8, margin: u8, scale: u32, width: u32, dark: u32, light: u32, data: usize) -> u8 {
    use crate::qr::{PngOptions, PngSize};

    let size = if width > 0 { PngSize::Width(width) } else { PngSize::Scale(scale) };
    let options = PngOptions { dark: dark.to_be_bytes(), light: light.to_be_bytes(), margin, size };
    memory().cleared().draw(level, data, |code| code.to_png(&options))
}

impl Memory {
    fn cleared(&mut self) -> &mut Self {
        self.output = &[];
        #[cfg(not(feature = "std"))]
        bare::free_all();
        self
    }

    fn draw(&mut self, level: u8, data: usize, picture: impl FnOnce(QrCode) -> Result<Vec<u8>, Error>) -> u8 {
        let code = QrCode::new(Input(&self.input).take(data).unwrap_or_default(), error_correction(level));
        self.respond(code.and_then(picture))
    }

    fn respond(&mut self, picture: Result<Vec<u8>, Error>) -> u8 {
        let (number, output) = match picture {
            Ok(picture) => (0, &*picture.leak()),
            Err(error) => (error_number(error), error.message().as_bytes()),
        };
        self.output = output;
        number
    }
}

fn error_number(error: Error) -> u8 {
    match error {
        Error::Empty | Error::TooLong => 1,
        Error::InvalidDark => 2,
        Error::InvalidLight => 3,
        #[cfg(feature = "qr-png")]
        Error::PictureTooSmall => 4,
        #[cfg(feature = "qr-png")]
        Error::PictureTooLarge => 5,
    }
}

fn error_correction(level: u8) -> ErrorCorrection {
    match level {
        0 => ErrorCorrection::Low,
        1 => ErrorCorrection::Medium,
        2 => ErrorCorrection::Quartile,
        _ => ErrorCorrection::High,
    }
}

/// The rest of the input.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        // SAFETY: a TextEncoder wrote it. wasm-bindgen's own strings rely on the same.
        (len > 0).then(|| unsafe { str::from_utf8_unchecked(taken) })
    }
}

/// The modules are built without std, to be small.
#[cfg(not(feature = "std"))]
mod bare {
    use core::{
        alloc::{GlobalAlloc, Layout},
        arch::wasm32,
        cell::Cell,
        panic::PanicInfo,
        ptr::null_mut,
    };

    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        wasm32::unreachable()
    }

    /// Allocates upwards and frees everything at the start of the next call, when nothing is in use. The memory never
    /// grows beyond the needs of the largest picture.
    struct BumpAllocator {
        top: Cell<usize>,
    }

    // SAFETY: a wasm instance without shared memory runs on one thread.
    unsafe impl Sync for BumpAllocator {}

    const PAGE: usize = 64 * 1024;

    unsafe extern "C" {
        /// The end of the linker's own data.
        static __heap_base: u8;
    }

    // SAFETY: the blocks are aligned, inside the memory, and don't overlap. A null pointer says that there is no more.
    unsafe impl GlobalAlloc for BumpAllocator {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let bottom = &raw const __heap_base as usize;
            let start = self.top.get().max(bottom).next_multiple_of(layout.align());
            let Some(end) = start.checked_add(layout.size()) else { return null_mut() };
            let missing = end.saturating_sub(wasm32::memory_size::<0>() * PAGE);
            if missing > 0 && wasm32::memory_grow::<0>(missing.div_ceil(PAGE)) == usize::MAX {
                return null_mut();
            }
            self.top.set(end);
            start as *mut u8
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static ALLOCATOR: BumpAllocator = BumpAllocator { top: Cell::new(0) };

    /// Frees everything. Nothing that was allocated may still be in use.
    pub fn free_all() {
        ALLOCATOR.top.set(0);
    }
}
