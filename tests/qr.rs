//! QR codes, decoded by third-party software from the modules, the SVG and the terminal's text.
#![cfg(feature = "qr")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail that way")]

use itpay::qr::{Error, ErrorCorrection, QrCode, SvgOptions, TerminalOptions};
use proptest::prelude::*;

const LEVELS: [ErrorCorrection; 4] =
    [ErrorCorrection::Low, ErrorCorrection::Medium, ErrorCorrection::Quartile, ErrorCorrection::High];

/// 200 characters, the length of ItPay's `qr_data`.
const EMVCO: &str = "00020101021226580014A0000006770101110113006600000000102150000000000000013031234567890520459995303156540\
                     46.995802CN5919Coffee and Books by6008Hangzhou610631000062290525pi_0192f0c1a2b37d4e8f90a16304A1B2";

/// All characters that a code encodes in 5.5 bits.
const CAPITALS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

#[test]
fn every_kind_of_payload_is_decoded_at_every_level() {
    let payloads = [
        EMVCO,
        "weixin://wxpay/bizpayurl?pr=Zx9kQ1Lzz",
        "itpay://pay/pi_0192f0c1-a2b3-7d4e-8f90-a1b2c3d4e5f6?amount=699&currency=CNY",
        "https://qr.alipay.com/bax08431dxnqxwz1ke8v5509?t=1732147200000",
        CAPITALS,
        "COFFEE,BOOKS;TEA",
        "123456789012",
        "请用支付宝或微信扫码付款：咖啡和书店，共计人民币六元九角九分。",
        "Zaplaťte prosím 6,99 ¥ ☕ 👍",
        "7",
        "\0",
    ];
    for payload in payloads {
        for level in LEVELS {
            assert_eq!(read(&grid(&QrCode::new(payload, level).unwrap())), payload, "{level:?}");
        }
    }
}

#[test]
fn every_length_up_to_1000_is_decoded() {
    for (index, alphabet) in ["0123456789", "HTTPS://ITPAY.AI/?", "https://itpay.ai/?", "扫码付款"].iter().enumerate()
    {
        for len in (1..=1000).step_by(if cfg!(debug_assertions) { 37 } else { 1 }).chain([1000]) {
            let payload: String = alphabet.chars().cycle().take(len).collect();
            match QrCode::new(&payload, LEVELS[(len + index) % 4]) {
                Ok(code) => assert_eq!(read(&grid(&code)), payload),
                Err(error) => {
                    assert_eq!(error, Error::TooLong);
                    assert!(payload.len() > 1273, "the largest code holds 1273 bytes at level H");
                }
            }
        }
    }
}

#[test]
fn a_code_has_the_capacity_of_the_standard() {
    for (level, digits, capitals, bytes) in [
        (ErrorCorrection::Low, 7089, 4296, 2953),
        (ErrorCorrection::Medium, 5596, 3391, 2331),
        (ErrorCorrection::Quartile, 3993, 2420, 1663),
        (ErrorCorrection::High, 3057, 1852, 1273),
    ] {
        for (character, most) in [("7", digits), ("A", capitals), ("a", bytes)] {
            assert_eq!(QrCode::new(&character.repeat(most), level).unwrap().size(), 177);
            assert_eq!(QrCode::new(&character.repeat(most + 1), level), Err(Error::TooLong));
            assert_eq!(QrCode::new(&character.repeat(most * 9), level), Err(Error::TooLong));
        }
    }
}

#[test]
fn an_empty_text_is_an_error_with_a_remedy() {
    let error = QrCode::new("", ErrorCorrection::Low).unwrap_err();
    assert_eq!(
        (error, error.to_string().as_str()),
        (Error::Empty, "`data` must not be empty: there is no text to encode")
    );
}

#[test]
fn unused_capacity_raises_the_error_correction_level() {
    assert_eq!(QrCode::new("itpay", ErrorCorrection::Low), QrCode::new("itpay", ErrorCorrection::High));
}

#[test]
fn capitals_and_digits_make_smaller_codes() {
    let size = |text: &str| QrCode::new(text, ErrorCorrection::Low).unwrap().size();
    assert_eq!((size(&"7".repeat(77)), size(CAPITALS), size(&"a".repeat(32))), (25, 25, 25));
    assert_eq!((size(&"7".repeat(78)), size(&CAPITALS.to_lowercase()), size(&"a".repeat(33))), (29, 29, 29));
}

#[test]
fn modules_outside_of_the_code_are_light() {
    let code = QrCode::new("itpay", ErrorCorrection::Low).unwrap();
    assert!(code.is_dark(0, 0) && code.is_dark(20, 0));
    assert!(!code.is_dark(21, 0) && !code.is_dark(0, 21) && !code.is_dark(usize::MAX, usize::MAX));
}

#[test]
fn svg_draws_exactly_the_modules() {
    for margin in [0, 1, 4, 255] {
        for level in LEVELS {
            let code = QrCode::new(EMVCO, level).unwrap();
            let svg = code.to_svg(&SvgOptions { margin, ..SvgOptions::default() }).unwrap();
            assert_eq!(grid_of_svg(&svg), with_margin(&grid(&code), margin.into()));
        }
    }
}

#[test]
fn svg_is_this_text() {
    let code = QrCode::new("7", ErrorCorrection::Low).unwrap();
    let options = SvgOptions {
        dark: "navy",
        light: "rgb(255 255 255 / 90%)",
        margin: 2,
        title: Some("A & <B>\u{1}"),
        width: None,
    };
    let svg = code.to_svg(&options).unwrap();
    let (head, path) = svg.split_once(" d=\"").unwrap();
    assert_eq!(
        head,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 25 25\" shape-rendering=\"crispEdges\" role=\"img\">\
         <title>A &amp; &lt;B&gt; </title><rect width=\"100%\" height=\"100%\" fill=\"rgb(255 255 255 / 90%)\"/>\
         <path stroke=\"navy\""
    );
    assert!(path.starts_with("M2,2.5h7m"), "{path}");
    assert!(path.ends_with("\"/></svg>"), "{path}");
}

#[test]
fn svg_without_a_title_still_has_a_name() {
    let svg = QrCode::new("7", ErrorCorrection::Low).unwrap().to_svg(&SvgOptions::default()).unwrap();
    assert!(svg.contains(" role=\"img\" aria-label=\"QR\">"));
    assert!(!svg.contains("<title"));
}

#[test]
fn svg_accepts_only_colors() {
    let code = QrCode::new("itpay", ErrorCorrection::Low).unwrap();
    let draw = |dark, light| code.to_svg(&SvgOptions { dark, light, ..SvgOptions::default() });
    for color in
        ["#000", "#12345678", "currentColor", "transparent", "rgb(1,2,3)", "oklch(0.6 0.1 +240.5)", "var(--ink)"]
    {
        assert!(draw(color, color).is_ok(), "{color}");
    }
    for color in [
        "",
        "\"",
        "red\" onload=\"x",
        "<b>",
        "&quot;",
        "red;",
        "x:y",
        "url(#a)",
        "URL(//x.example/a)",
        "var(--x,uRl(a))",
        "\\75rl(a)",
    ] {
        assert_eq!(draw(color, "#fff"), Err(Error::InvalidDark), "{color}");
        assert_eq!(draw("#000", color), Err(Error::InvalidLight), "{color}");
    }
}

#[test]
fn data_url_is_the_svg_and_needs_no_escaping_anywhere() {
    let code = QrCode::new(EMVCO, ErrorCorrection::Medium).unwrap();
    let options = SvgOptions { title: Some("付款 'now' (100%)"), ..SvgOptions::default() };
    let url = code.to_data_url(&options).unwrap();
    let encoded = url.strip_prefix("data:image/svg+xml,").unwrap();
    assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%,-./:=".contains(&byte)));
    assert_eq!(percent_decoded(encoded), code.to_svg(&options).unwrap());
}

#[test]
fn terminal_draws_exactly_the_modules() {
    for margin in [0, 1, 2, 4, 255] {
        for invert in [false, true] {
            let code = QrCode::new(EMVCO, ErrorCorrection::Low).unwrap();
            let text = code.to_terminal(&TerminalOptions { invert, margin });
            assert_eq!(grid_of_terminal(&text, invert), with_margin(&grid(&code), margin.into()));
        }
    }
}

#[test]
fn terminal_of_200_characters_fits_80_columns() {
    assert_eq!(EMVCO.chars().count(), 200);
    for level in [ErrorCorrection::Low, ErrorCorrection::Medium] {
        for margin in [TerminalOptions::default().margin, 4] {
            let text = QrCode::new(EMVCO, level).unwrap().to_terminal(&TerminalOptions { margin, invert: false });
            let widths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
            assert!(widths.iter().all(|width| *width == widths[0] && *width <= 80), "{widths:?}");
        }
    }
}

#[test]
fn terminal_output_is_decoded_on_dark_and_light_backgrounds() {
    for invert in [false, true] {
        let options = TerminalOptions { invert, ..TerminalOptions::default() };
        let text = QrCode::new(EMVCO, ErrorCorrection::Low).unwrap().to_terminal(&options);
        // The terminal has only its background around the text: dark, unless inverted.
        let mut screen = vec![vec![!invert; 80]; 80];
        for (y, row) in grid_of_terminal(&text, invert).iter().enumerate() {
            screen[y + 3][5..5 + row.len()].copy_from_slice(row);
        }
        assert_eq!(read_without_margin(&screen), EMVCO);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_code_or_an_error(text in ".{0,2000}", level in 0..4_usize, margin: u8, invert: bool) {
        match QrCode::new(&text, LEVELS[level]) {
            Ok(code) => {
                prop_assert!(!text.is_empty());
                let options = SvgOptions { margin, title: Some(&text), ..SvgOptions::default() };
                prop_assert!(code.to_data_url(&options).is_ok());
                let text = code.to_terminal(&TerminalOptions { invert, margin });
                prop_assert_eq!(text.lines().count(), (code.size() + 2 * usize::from(margin)).div_ceil(2));
            }
            Err(Error::Empty) => prop_assert!(text.is_empty()),
            Err(error) => {
                prop_assert_eq!(error, Error::TooLong);
                prop_assert!(text.len() > 1273);
            }
        }
    }

    #[test]
    fn a_color_never_leaves_its_attribute(color in "[ -~]{1,8}") {
        let code = QrCode::new("7", ErrorCorrection::Low).unwrap();
        let plain = code.to_svg(&SvgOptions::default()).unwrap();
        if let Ok(svg) = code.to_svg(&SvgOptions { dark: &color, ..SvgOptions::default() }) {
            prop_assert!(!color.contains(['"', '<', '>', '&', ';', ':', '\\']));
            prop_assert_eq!(svg, plain.replace("#000", &color));
        }
    }
}

/// Rows of modules, dark ones true.
type Grid = Vec<Vec<bool>>;

fn grid(code: &QrCode) -> Grid {
    (0..code.size()).map(|y| (0..code.size()).map(|x| code.is_dark(x, y)).collect()).collect()
}

fn with_margin(grid: &Grid, margin: usize) -> Grid {
    let side = grid.len() + 2 * margin;
    let mut wide = vec![vec![false; side]; side];
    for (y, row) in grid.iter().enumerate() {
        wide[y + margin][margin..margin + row.len()].copy_from_slice(row);
    }
    wide
}

/// Follows the pen of the path.
fn grid_of_svg(svg: &str) -> Grid {
    let between = |before: &str, after: &str| svg.split_once(before).unwrap().1.split_once(after).unwrap().0;
    let side: usize = between("viewBox=\"0 0 ", "\"").split_once(' ').unwrap().0.parse().unwrap();
    let mut grid = vec![vec![false; side]; side];
    let (mut x, mut y) = (0, 0);
    let path = between(" d=\"", "\"");
    let starts: Vec<_> = path.match_indices(|c: char| c.is_ascii_alphabetic()).map(|(start, _)| start).collect();
    for (index, start) in starts.iter().enumerate() {
        let (command, numbers) = path[*start..starts.get(index + 1).copied().unwrap_or(path.len())].split_at(1);
        match (command, numbers.split_once(',')) {
            ("M", Some((to_x, to_y))) => {
                (x, y) = (to_x.parse().unwrap(), to_y.strip_suffix(".5").unwrap().parse().unwrap());
            }
            ("m", Some((right, "0"))) => x += right.parse::<usize>().unwrap(),
            ("h", None) => {
                let end = x + numbers.parse::<usize>().unwrap();
                assert!(end > x);
                grid[y][x..end].fill(true);
                x = end;
            }
            other => panic!("{other:?}"),
        }
    }
    grid
}

fn grid_of_terminal(text: &str, invert: bool) -> Grid {
    let mut grid: Grid = Vec::new();
    for line in text.split('\n') {
        let half = |full_or: char| line.chars().map(|c| (c == '█' || c == full_or) == invert).collect();
        assert!(line.chars().all(|c| "█▀▄ ".contains(c)));
        grid.extend([half('▀'), half('▄')]);
    }
    // The side of a code is odd: the lower half of the last line must not be drawn.
    let last = grid.pop().unwrap();
    assert!(last.iter().all(|dark| *dark != invert));
    grid
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

fn read(grid: &Grid) -> String {
    read_without_margin(&with_margin(grid, 4))
}

fn read_without_margin(grid: &Grid) -> String {
    const PIXELS: usize = 4;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(grid.len() * PIXELS, grid.len() * PIXELS, |x, y| {
        if grid[y / PIXELS][x / PIXELS] { 0 } else { 255 }
    });
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}
