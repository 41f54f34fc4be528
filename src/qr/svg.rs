//! Draws modules as SVG, and as a data URL of it.

use alloc::string::String;

use super::{Error, QrCode};

/// Options of [`QrCode::to_svg`].
#[derive(Clone, Copy, Debug)]
pub struct SvgOptions<'a> {
    /// The color of the dark modules: any CSS color.
    pub dark: &'a str,
    /// The color of the light modules and the margin: any CSS color, also `transparent`.
    pub light: &'a str,
    /// The quiet zone around the code, in modules. The standard asks for 4.
    pub margin: u8,
    /// The name for screen readers. Browsers show it as a tooltip.
    pub title: Option<&'a str>,
    /// The picture's width and height in CSS pixels. Without it, the picture has no size of its own.
    pub width: Option<u32>,
}

impl Default for SvgOptions<'_> {
    fn default() -> Self {
        Self { dark: "#000", light: "#fff", margin: 4, title: None, width: None }
    }
}

impl QrCode {
    /// Draws an SVG document.
    pub fn to_svg(&self, options: &SvgOptions<'_>) -> Result<String, Error> {
        if !is_color(options.dark) {
            return Err(Error::InvalidDark);
        }
        if !is_color(options.light) {
            return Err(Error::InvalidLight);
        }
        let margin = options.margin.into();
        let side = &mut String::new();
        push_number(side, self.size() + 2 * margin);

        let mut svg = String::with_capacity(2 * self.size() * self.size() + 512);
        svg.extend([r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#, side, " ", side]);
        if let Some(width) = options.width {
            let pixels = &mut String::new();
            push_number(pixels, width as usize);
            svg.extend([r#"" width=""#, pixels, r#"" height=""#, pixels]);
        }
        svg.push_str(r#"" shape-rendering="crispEdges" role="img""#);
        match options.title {
            Some(title) => {
                svg.push_str("><title>");
                push_escaped(&mut svg, title);
                svg.push_str("</title>");
            }
            // Without a name, screen readers would skip it.
            None => svg.push_str(r#" aria-label="QR">"#),
        }
        svg.extend([r#"<rect width="100%" height="100%" fill=""#, options.light]);
        svg.extend([r#""/><path stroke=""#, options.dark, r#"" d=""#]);
        self.push_path(&mut svg, margin);
        svg.push_str(r#""/></svg>"#);
        Ok(svg)
    }

    /// Draws the SVG as a data URL for `<img src>`.
    pub fn to_data_url(&self, options: &SvgOptions<'_>) -> Result<String, Error> {
        let svg = self.to_svg(options)?;
        let mut url = String::with_capacity(svg.len() + 512);
        url.push_str("data:image/svg+xml,");
        for byte in svg.bytes() {
            // These bytes are literal in URLs, HTML attributes, Markdown and CSS's url().
            if matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b','..=b'/' | b':' | b'=') {
                url.push(byte.into());
            } else {
                url.push('%');
                push_hex_digit(&mut url, byte >> 4);
                push_hex_digit(&mut url, byte & 15);
            }
        }
        Ok(url)
    }

    /// Draws a line of width 1 through the middle of each row, over its dark runs: half as long as outlines.
    fn push_path(&self, svg: &mut String, margin: usize) {
        for y in 0..self.size() {
            svg.push('M');
            push_number(svg, margin);
            svg.push(',');
            push_number(svg, margin + y);
            svg.push_str(".5");
            let mut x = 0;
            while x < self.size() {
                let (start, dark) = (x, self.is_dark(x, y));
                while x < self.size() && self.is_dark(x, y) == dark {
                    x += 1;
                }
                svg.push(if dark { 'h' } else { 'm' });
                push_number(svg, x - start);
                if !dark {
                    svg.push_str(",0");
                }
            }
        }
    }
}

/// Whether the text can only be a color: it can't end an attribute, begin another declaration or load a file.
fn is_color(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b' ' | b'#' | b'%' | b'(' | b')' | b'+'..=b'/')
        })
        && !text.as_bytes().windows(4).any(|part| part.eq_ignore_ascii_case(b"url("))
}

fn push_escaped(svg: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            // XML can't express these characters, and any of them would make the document invalid.
            '\0'..=' ' | '\u{fffe}' | '\u{ffff}' => svg.push(' '),
            _ => svg.push(character),
        }
    }
}

fn push_hex_digit(text: &mut String, value: u8) {
    text.push(char::from(if value < 10 { b'0' + value } else { b'A' - 10 + value }));
}

fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}
