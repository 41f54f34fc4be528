//! Draws modules as half blocks for a terminal, two rows to a line.

use alloc::string::String;

use super::QrCode;

/// Options of [`QrCode::to_terminal`].
#[derive(Clone, Copy, Debug)]
pub struct TerminalOptions {
    /// Draws the dark modules instead of the light ones: for a terminal with dark text on a light background.
    pub invert: bool,
    /// The quiet zone around the code, in modules. The standard asks for 4 in print. On a screen 2 are enough, and
    /// save two lines.
    pub margin: u8,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self { invert: false, margin: 2 }
    }
}

impl QrCode {
    /// Draws lines of `█`, `▀`, `▄` and spaces, all of one width, in the terminal's own two colors. The last line has
    /// no newline.
    pub fn to_terminal(&self, options: &TerminalOptions) -> String {
        let margin = usize::from(options.margin);
        let side = self.size() + 2 * margin;
        // The side is odd, so the last line has only an upper half.
        let drawn = |x: usize, y: usize| {
            y < side && self.is_dark(x.wrapping_sub(margin), y.wrapping_sub(margin)) == options.invert
        };
        let mut text = String::with_capacity(side * side * 2);
        for y in (0..side).step_by(2) {
            if y > 0 {
                text.push('\n');
            }
            for x in 0..side {
                text.push(match (drawn(x, y), drawn(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
        }
        text
    }
}
