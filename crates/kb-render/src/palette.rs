//! Computes all colours of the theme from one accent colour, readable in light and in dark.
//!
//! Shades are computed in OKLCH: the hue of the accent is kept, lightness changes until the contrast is sufficient, and
//! chroma is reduced to stay inside of sRGB. The greys are slightly tinted. Contrast is that of WCAG 2.2.

use std::fmt::Write as _;

use kb_config::{Oklch, Rgb, ThemeConfig};
use kb_diagnostic::{Code, Diagnostic};

/// The colour scheme: dark on light or light on dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The contrast that the reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contrast {
    /// WCAG AA: 4.5 for text, 3 for user interface components.
    Normal,
    /// `prefers-contrast: more`: 7 for text (AAA), 4.5 for user interface components.
    More,
}

impl Contrast {
    /// The minimal contrast of text. Slightly more than WCAG requires, because other tools round differently.
    pub(crate) const fn of_text(self) -> f32 {
        match self {
            Self::Normal => 4.6,
            Self::More => 7.1,
        }
    }

    /// The minimal contrast of the edges of fields and buttons.
    pub(crate) const fn of_marks(self) -> f32 {
        match self {
            Self::Normal => 3.05,
            Self::More => 4.55,
        }
    }
}

/// The colours of one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    /// The page.
    pub bg: Rgb,
    /// Panels on the page.
    pub bg_soft: Rgb,
    /// Code, chosen rows.
    pub bg_strong: Rgb,
    /// Text, on all backgrounds.
    pub text: Rgb,
    /// Less important text, on all backgrounds.
    pub text_soft: Rgb,
    /// Lines that only divide.
    pub border: Rgb,
    /// Edges of fields, which need contrast.
    pub border_strong: Rgb,
    /// Fill of buttons.
    pub accent: Rgb,
    /// The same for hover.
    pub accent_hover: Rgb,
    /// Text on both fills.
    pub on_accent: Rgb,
    /// Links and accented text, on all backgrounds.
    pub accent_text: Rgb,
    /// Background with a tint of the accent.
    pub accent_soft: Rgb,
    /// Edges with a tint of the accent; selected text.
    pub accent_line: Rgb,
}

/// Custom properties by name, without their prefix.
type Properties = [(&'static str, Rgb); 13];

const WHITE: Rgb = Rgb(255, 255, 255);

/// A lightness with the largest chroma.
struct Tone(f32, f32);

/// The tones of a scheme before the contrast is adjusted.
struct Tones {
    bg: Tone,
    bg_soft: Tone,
    bg_strong: Tone,
    text: Tone,
    text_more: Tone,
    text_soft: Tone,
    border: Tone,
    border_strong: Tone,
    accent_soft: Tone,
    accent_line: Tone,
    /// The minimal lightness of links: on dark backgrounds, saturated colours with minimal contrast are tiring to read.
    link: f32,
}

const LIGHT: Tones = Tones {
    bg: Tone(1.0, 0.0),
    bg_soft: Tone(0.976, 0.004),
    bg_strong: Tone(0.945, 0.007),
    text: Tone(0.24, 0.015),
    text_more: Tone(0.16, 0.012),
    text_soft: Tone(0.477, 0.015),
    border: Tone(0.921, 0.009),
    border_strong: Tone(0.645, 0.015),
    accent_soft: Tone(0.965, 0.014),
    accent_line: Tone(0.859, 0.05),
    link: 0.0,
};

const DARK: Tones = Tones {
    bg: Tone(0.19, 0.012),
    bg_soft: Tone(0.226, 0.014),
    bg_strong: Tone(0.28, 0.015),
    text: Tone(0.933, 0.008),
    text_more: Tone(0.985, 0.004),
    text_soft: Tone(0.741, 0.015),
    border: Tone(0.311, 0.015),
    border_strong: Tone(0.57, 0.015),
    accent_soft: Tone(0.239, 0.028),
    accent_line: Tone(0.376, 0.05),
    link: 0.74,
};

/// Dark text on light fills.
const INK: Tone = Tone(0.17, 0.015);

/// A chroma below this is a rounding error of a grey.
const GREY: f32 = 0.004;
/// An accent with at least this chroma tints the greys fully.
const COLOURFUL: f32 = 0.08;

impl Palette {
    /// The palette for an accent.
    pub(crate) fn new(accent: Rgb, scheme: Scheme, contrast: Contrast) -> Self {
        let mut accent = accent.to_oklch();
        if accent.chroma < GREY {
            accent.chroma = 0.0;
        }
        let tint = (accent.chroma / COLOURFUL).min(1.0);
        let tones = match scheme {
            Scheme::Light => &LIGHT,
            Scheme::Dark => &DARK,
        };
        let grey = |tone: &Tone| of_hue(accent, tone.0, tone.1 * tint);
        let tinted = |tone: &Tone| of_hue(accent, tone.0, tone.1.min(accent.chroma));
        let (bg, bg_soft, bg_strong) = (
            grey(&tones.bg).to_rgb(),
            grey(&tones.bg_soft).to_rgb(),
            grey(&tones.bg_strong).to_rgb(),
        );
        let accent_soft = tinted(&tones.accent_soft).to_rgb();
        let readable = |color: Rgb| is_seen(color, &[bg, bg_soft, bg_strong, accent_soft], contrast.of_text());
        let seen = |color: Rgb| is_seen(color, &[bg, bg_soft], contrast.of_marks());
        let text = grey(match contrast {
            Contrast::Normal => &tones.text,
            Contrast::More => &tones.text_more,
        });
        let text = nearest(text, readable);
        let border_strong = nearest(grey(&tones.border_strong), seen);
        let line = tinted(&tones.accent_line);
        let (text_soft, border, accent_line) = match contrast {
            Contrast::Normal => (
                nearest(grey(&tones.text_soft), readable),
                grey(&tones.border).to_rgb(),
                line.to_rgb(),
            ),
            Contrast::More => {
                // Selected text is read on it.
                let under_text = |color: Rgb| is_seen(color, &[text], Contrast::Normal.of_text());
                let edge = |color: Rgb| is_seen(color, &[bg], Contrast::Normal.of_marks()) && under_text(color);
                (text, border_strong, nearest(line, edge))
            }
        };
        let link = Oklch {
            lightness: accent.lightness.max(tones.link),
            ..accent
        };
        let button = Button::new(accent, grey(&INK).to_rgb(), &[bg, bg_soft], scheme, contrast);
        Self {
            bg,
            bg_soft,
            bg_strong,
            text,
            text_soft,
            border,
            border_strong,
            accent: button.fill,
            accent_hover: button.hover,
            on_accent: button.on,
            accent_text: nearest(link, readable),
            accent_soft,
            accent_line,
        }
    }

    /// The custom properties of the style sheet.
    fn properties(&self) -> Properties {
        [
            ("bg", self.bg),
            ("bg-soft", self.bg_soft),
            ("bg-strong", self.bg_strong),
            ("text", self.text),
            ("text-soft", self.text_soft),
            ("border", self.border),
            ("border-strong", self.border_strong),
            ("accent", self.accent),
            ("accent-hover", self.accent_hover),
            ("on-accent", self.on_accent),
            ("accent-text", self.accent_text),
            ("accent-soft", self.accent_soft),
            ("accent-line", self.accent_line),
        ]
    }
}

/// The fills of a button and the text on them.
struct Button {
    fill: Rgb,
    hover: Rgb,
    on: Rgb,
}

/// How much an accent may be darkened for white text, which people expect on buttons. With dark text, the accent could
/// often stay unchanged.
const FOR_WHITE_TEXT: f32 = 0.06;
/// Contrast between the fills with and without the pointer.
const HOVER: f32 = 1.15;
/// From this lightness on, lighter shades of a colour look white.
const BLEACHED: f32 = 0.75;

impl Button {
    fn new(accent: Oklch, ink: Rgb, surfaces: &[Rgb], scheme: Scheme, contrast: Contrast) -> Self {
        let fits = |color: Rgb, on: Rgb| {
            is_seen(color, surfaces, contrast.of_marks()) && is_seen(on, &[color], contrast.of_text())
        };
        let hover = |fill: Oklch, on: Rgb| {
            let plain = fill.to_rgb();
            // Away from the lightness of the page, unless the fill would become nearly white.
            let first = if scheme == Scheme::Dark && fill.lightness < BLEACHED {
                Step::Lighter
            } else {
                Step::Darker
            };
            let shade = |direction: Step| {
                let shades = (1..=STEPS).map_while(|steps| direction.from(fill, steps));
                let shade = shades.map(Oklch::to_rgb).find(|shade| shade.contrast(plain) >= HOVER);
                shade.filter(|shade| fits(*shade, on))
            };
            shade(first).or_else(|| shade(first.other()))
        };
        let best = |on: Rgb| search(accent, |color| fits(color.to_rgb(), on) && hover(color, on).is_some());
        let (white, dark) = (best(WHITE), best(ink));
        let moved = |color: &Oklch| (color.lightness - accent.lightness).abs();
        let (on, fill) = match (white, dark) {
            (Some(white), Some(dark)) if moved(&white) <= moved(&dark) + FOR_WHITE_TEXT => (WHITE, white),
            (_, Some(dark)) => (ink, dark),
            (Some(white), None) => (WHITE, white),
            (None, None) => (WHITE, accent),
        };
        let plain = fill.to_rgb();
        Self {
            fill: plain,
            hover: hover(fill, on).unwrap_or(plain),
            on,
        }
    }
}

/// A direction of change in lightness.
#[derive(Debug, Clone, Copy)]
enum Step {
    Darker,
    Lighter,
}

/// The steps from black to white; one is about the precision of 8 bits per channel.
const STEPS: u16 = 256;
const STEP: f32 = 1.0 / STEPS as f32;

impl Step {
    fn other(self) -> Self {
        match self {
            Self::Darker => Self::Lighter,
            Self::Lighter => Self::Darker,
        }
    }

    /// The colour that is a number of steps away, if there is one before black and white.
    fn from(self, color: Oklch, steps: u16) -> Option<Oklch> {
        let distance = STEP * f32::from(steps);
        let lightness = match self {
            Self::Darker => color.lightness - distance,
            Self::Lighter => color.lightness + distance,
        };
        // The last step ends on black or white itself.
        let inside = (-STEP..=1.0 + STEP).contains(&lightness);
        inside.then(|| Oklch {
            lightness: lightness.clamp(0.0, 1.0),
            ..color
        })
    }
}

/// The fitting colour with the lightness closest to `wanted`.
fn search(wanted: Oklch, fits: impl Fn(Oklch) -> bool) -> Option<Oklch> {
    let both = |steps| [Step::Darker, Step::Lighter].map(|direction| direction.from(wanted, steps));
    let others = (1..=STEPS).flat_map(both).flatten();
    std::iter::once(wanted).chain(others).find(|color| fits(*color))
}

/// The same, or `wanted` unchanged if nothing fits.
fn nearest(wanted: Oklch, fits: impl Fn(Rgb) -> bool) -> Rgb {
    search(wanted, |color| fits(color.to_rgb())).unwrap_or(wanted).to_rgb()
}

fn of_hue(accent: Oklch, lightness: f32, chroma: f32) -> Oklch {
    Oklch {
        lightness,
        chroma,
        hue: accent.hue,
    }
}

/// Whether a colour has a contrast to all of `others`.
fn is_seen(color: Rgb, others: &[Rgb], contrast: f32) -> bool {
    others.iter().all(|other| color.contrast(*other) >= contrast)
}

/// The style rules that give the theme its colours: in its layer of tokens, so that every rule of a project wins.
pub(crate) fn css(accent: Rgb) -> String {
    let colors =
        |scheme| [Contrast::Normal, Contrast::More].map(|contrast| Palette::new(accent, scheme, contrast).properties());
    let (light, dark) = (colors(Scheme::Light), colors(Scheme::Dark));
    let all = |[normal, _]: &[Properties; 2]| declarations(normal.iter());
    let more = |[normal, more]: &[Properties; 2]| {
        let pairs = more.iter().zip(normal);
        declarations(pairs.filter(|(more, normal)| more != normal).map(|(more, _)| more))
    };
    let rules = |light: &str, dark: &str| {
        format!(
            ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=\"light\"]){{{dark}}}\n}}\n:root[data-theme=\"dark\"]{{{dark}}}\n"
        )
    };
    format!(
        "@layer tokens{{{}@media (prefers-contrast:more){{{}}}\n}}\n",
        rules(&all(&light), &all(&dark)),
        rules(&more(&light), &more(&dark))
    )
}

fn declarations<'a>(properties: impl Iterator<Item = &'a (&'static str, Rgb)>) -> String {
    let mut css = String::new();
    for (name, color) in properties {
        let separator = if css.is_empty() { "" } else { ";" };
        // Writing to a string cannot fail.
        let _ = write!(css, "{separator}--kb-{name}:{}", color.hex());
    }
    css
}

/// A fill that differs by this much in Oklab is reported: a difference of 0.02 is only visible side by side.
const TOLD_FILL: f32 = 0.03;
/// A link that differs by this much in Oklab looks like another colour to people who know the brand.
const TOLD_TEXT: f32 = 0.1;

/// Reports that the accent could not be used unchanged.
///
/// Every accent gets shades, and in the dark scheme nearly every one has to be moved: this is the purpose of the
/// palette and is not reported. It is reported if light pages show buttons of another colour than the accent
/// (`TOLD_FILL`), or links so far from it that they look like another colour (`TOLD_TEXT`). The default accent is not
/// reported either.
pub(crate) fn adjustment(theme: &ThemeConfig) -> Option<Diagnostic> {
    let span = theme.accent_span.clone()?;
    let accent = theme.accent;
    let light = Palette::new(accent, Scheme::Light, Contrast::Normal);
    let fill = light.accent.difference(accent) >= TOLD_FILL;
    let text = light.accent_text.difference(accent) >= TOLD_TEXT;
    if !fill && !text {
        return None;
    }
    let dark = Palette::new(accent, Scheme::Dark, Contrast::Normal);
    let shades = |palette: &Palette| {
        let links = palette.accent_text;
        let on = if palette.on_accent == WHITE { "white" } else { "dark" };
        format!(
            "links {} ({:.1}:1) and buttons {} with {on} text ({:.1}:1)",
            links.hex(),
            links.contrast(palette.bg),
            palette.accent.hex(),
            palette.on_accent.contrast(palette.accent)
        )
    };
    let message = format!(
        "`{}` is too light to be read on white, so light pages use {}, and dark pages {}",
        accent.hex(),
        shades(&light),
        shades(&dark)
    );
    Some(
        Diagnostic::new(Code::AccentAdjusted, message)
            .with_span(span)
            .with_hint("no change needed; to get exactly your colour, choose a darker one"),
    )
}

#[cfg(test)]
mod tests;
