//! Draws modules as a PNG with one bit a pixel.

use alloc::{vec, vec::Vec};

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{Error, QrCode};

/// Options of [`QrCode::to_png`].
#[derive(Clone, Copy, Debug)]
pub struct PngOptions {
    /// The color of the dark modules: red, green, blue, alpha.
    pub dark: [u8; 4],
    /// The color of the light modules and the margin: red, green, blue, alpha.
    pub light: [u8; 4],
    /// The quiet zone around the code, in modules. The standard asks for 4.
    pub margin: u8,
    /// The size of the picture.
    pub size: PngSize,
}

/// The size of a PNG. A module is always a whole number of pixels, so that it stays sharp.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PngSize {
    /// Pixels of a module's side.
    Scale(u32),
    /// Pixels of the picture's side. If the modules do not divide it, the margin takes the rest.
    Width(u32),
}

impl Default for PngOptions {
    fn default() -> Self {
        Self { dark: [0, 0, 0, 255], light: [255; 4], margin: 4, size: PngSize::Scale(8) }
    }
}

/// The largest picture, in pixels of its side: 12.5 MB before compression.
const MAX_WIDTH: usize = 10_000;

const COMPRESSION_LEVEL: u8 = 6;
const FILTER_NONE: u8 = 0;
const FILTER_UP: u8 = 2;

impl QrCode {
    /// Draws a PNG.
    pub fn to_png(&self, options: &PngOptions) -> Result<Vec<u8>, Error> {
        let modules = self.size() + 2 * usize::from(options.margin);
        let (scale, width) = match options.size {
            PngSize::Scale(scale) => (scale as usize, modules.saturating_mul(scale as usize)),
            PngSize::Width(width) => (width as usize / modules, width as usize),
        };
        if scale == 0 {
            return Err(Error::PictureTooSmall);
        }
        if width > MAX_WIDTH {
            return Err(Error::PictureTooLarge);
        }
        let [dark_red, dark_green, dark_blue, dark_alpha] = options.dark;
        let [light_red, light_green, light_blue, light_alpha] = options.light;
        let side = (width as u32).to_be_bytes();

        let mut png = Vec::from(*b"\x89PNG\r\n\x1a\n");
        // One bit a pixel, an index into the palette; the default compression, filters and order.
        push_chunk(&mut png, *b"IHDR", &[&side[..], &side, &[1, 3, 0, 0, 0]].concat());
        push_chunk(&mut png, *b"PLTE", &[light_red, light_green, light_blue, dark_red, dark_green, dark_blue]);
        if light_alpha < 255 || dark_alpha < 255 {
            push_chunk(&mut png, *b"tRNS", &[light_alpha, dark_alpha]);
        }
        push_chunk(&mut png, *b"IDAT", &compress_to_vec_zlib(&self.pixels(scale, width), COMPRESSION_LEVEL));
        push_chunk(&mut png, *b"IEND", &[]);
        Ok(png)
    }

    /// The rows of pixels, each after the byte that names its filter.
    fn pixels(&self, scale: usize, width: usize) -> Vec<u8> {
        let border = (width - self.size() * scale) / 2;
        let module_at =
            |pixel: usize| pixel.checked_sub(border).map(|pixel| pixel / scale).filter(|at| *at < self.size());
        let row_len = width.div_ceil(8);
        let mut pixels = Vec::with_capacity((1 + row_len) * width);
        let mut above = None;
        for y in 0..width {
            let row = module_at(y);
            if y > 0 && row == above {
                pixels.push(FILTER_UP);
                pixels.resize(pixels.len() + row_len, 0);
                continue;
            }
            above = row;
            pixels.push(FILTER_NONE);
            let mut bytes = vec![0_u8; row_len];
            if let Some(row) = row {
                for x in 0..width {
                    if let (Some(column), Some(byte)) = (module_at(x), bytes.get_mut(x / 8)) {
                        *byte |= u8::from(self.is_dark(column, row)) << (7 - x % 8);
                    }
                }
            }
            pixels.append(&mut bytes);
        }
        pixels
    }
}

fn push_chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(data);
    png.extend(crc32(kind.iter().chain(data)).to_be_bytes());
}

/// CRC-32 as PNG has it. A picture is a few kilobytes, so a table would not pay.
fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
