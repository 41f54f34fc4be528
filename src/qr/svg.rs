//! Modules to SVG and to a data URL of it.

use alloc::string::String;

use super::{Error, QrCode};

/// How [`QrCode::to_svg`] draws.
#[derive(Clone, Copy, Debug)]
pub struct SvgOptions<'a> {
    /// The colour of the dark modules: any CSS colour.
    pub dark: &'a str,
    /// The colour of the light modules and the margin: any CSS colour, also `transparent`.
    pub light: &'a str,
    /// The quiet zone around the code, in modules. The standard asks for 4.
    pub margin: u8,
    /// What screen readers say, and browsers show as a tooltip.
    pub title: Option<&'a str>,
}

impl Default for SvgOptions<'_> {
    fn default() -> Self {
        Self { dark: "#000", light: "#fff", margin: 4, title: None }
    }
}

impl QrCode {
    /// An SVG element without a size of its own, sharp at any.
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
        svg.push_str(r#"" shape-rendering="crispEdges" role="img""#);
        match options.title {
            Some(title) => {
                svg.push_str("><title>");
                push_escaped(&mut svg, title);
                svg.push_str("</title>");
            }
            // Without a name, screen readers would pass over it.
            None => svg.push_str(r#" aria-label="QR">"#),
        }
        svg.extend([r#"<rect width="100%" height="100%" fill=""#, options.light]);
        svg.extend([r#""/><path stroke=""#, options.dark, r#"" d=""#]);
        self.push_path(&mut svg, margin);
        svg.push_str(r#""/></svg>"#);
        Ok(svg)
    }

    /// That SVG as an address for `<img src>`.
    pub fn to_data_url(&self, options: &SvgOptions<'_>) -> Result<String, Error> {
        let svg = self.to_svg(options)?;
        let mut url = String::with_capacity(svg.len() + 512);
        url.push_str("data:image/svg+xml,");
        for byte in svg.bytes() {
            // What neither URLs nor HTML attributes nor Markdown nor CSS's url() read as something else.
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

    /// A line of width 1 through the middle of each row, drawn over its dark runs: half as long as outlines.
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

/// Whether it can only be a colour: nothing that ends an attribute, begins another declaration or loads a file.
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
            // XML has no way to write these, and one of them would spoil the whole picture.
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
