//! One accent colour -> the colours that text and buttons need, readable in light and in dark.
//!
//! Contrast is that of WCAG 2.2, "relative luminance" and "contrast ratio".

use crate::config::Rgb;

/// Contrast that accented text keeps to its background: WCAG AA asks for 4.5, and a tint of the accent takes some away.
const TEXT_CONTRAST: f64 = 5.2;
/// Contrast of text on a fill of the accent colour.
const FILL_CONTRAST: f64 = 4.5;
const LIGHT: Rgb = Rgb(255, 255, 255);
const DARK: Rgb = Rgb(0x10, 0x14, 0x1b);

/// The colours of one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// Fills.
    pub fill: Rgb,
    /// Text on the background.
    pub text: Rgb,
    /// Text on a fill.
    pub on_fill: Rgb,
}

/// The colours for a light background.
pub fn light(accent: Rgb) -> Accent {
    scheme(accent, LIGHT)
}

/// The colours for a dark background.
pub fn dark(accent: Rgb) -> Accent {
    scheme(accent, DARK)
}

fn scheme(accent: Rgb, background: Rgb) -> Accent {
    let text = readable(accent, background, TEXT_CONTRAST);
    // A fill must stand out from the background itself, 3:1 by WCAG 1.4.11.
    let fill = readable(accent, background, 3.0);
    let on_fill = [LIGHT, DARK]
        .into_iter()
        .max_by(|a, b| contrast(*a, fill).total_cmp(&contrast(*b, fill)));
    let on_fill = on_fill.unwrap_or(LIGHT);
    let fill = if contrast(on_fill, fill) >= FILL_CONTRAST {
        fill
    } else {
        readable(fill, on_fill, FILL_CONTRAST)
    };
    Accent { fill, text, on_fill }
}

/// `color`, moved towards black or white until it has the contrast to `background`.
fn readable(color: Rgb, background: Rgb, wanted: f64) -> Rgb {
    let target = if luminance(background) > 0.18 {
        Rgb(0, 0, 0)
    } else {
        Rgb(255, 255, 255)
    };
    (0..=100)
        .map(|step| mix(color, target, f64::from(step) / 100.0))
        .find(|candidate| contrast(*candidate, background) >= wanted)
        .unwrap_or(target)
}

fn mix(a: Rgb, b: Rgb, share: f64) -> Rgb {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    Rgb(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2))
}

fn luminance(Rgb(r, g, b): Rgb) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
}

/// The contrast ratio of two colours, 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The style rules that give the theme its accent.
pub fn css(accent: Rgb) -> String {
    let rule = |colors: Accent| {
        format!(
            "--kb-accent:{};--kb-accent-text:{};--kb-on-accent:{}",
            colors.fill.hex(),
            colors.text.hex(),
            colors.on_fill.hex()
        )
    };
    let (light, dark) = (rule(light(accent)), rule(dark(accent)));
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=\"light\"]){{{dark}}}}}\n:root[data-theme=\"dark\"]{{{dark}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accent_becomes_readable() {
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(51) {
                for b in (0..=255).step_by(51) {
                    let accent = Rgb(r, g, b);
                    for (colors, background) in [(light(accent), LIGHT), (dark(accent), DARK)] {
                        assert!(contrast(colors.text, background) >= TEXT_CONTRAST, "{accent:?}");
                        assert!(
                            contrast(colors.on_fill, colors.fill) >= FILL_CONTRAST,
                            "{accent:?} {colors:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn black_on_white_is_21() {
        assert!((contrast(Rgb(0, 0, 0), LIGHT) - 21.0).abs() < 0.01);
    }
}
