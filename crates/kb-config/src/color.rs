//! Colours: parsed from CSS, as sRGB with 8 bits per channel, and as lightness, chroma and hue.

use color::{DynamicColor, OpaqueColor, Srgb, parse_color};

/// A colour with 8 bits per channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Why a text is not an accepted colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorError {
    /// It is not a colour of CSS.
    Unknown,
    /// It is transparent; the value is the opaque colour.
    Transparent(Rgb),
}

impl Rgb {
    /// Reads a colour as CSS writes it: `#rgb`, `#rrggbb`, a name, `rgb()`, `hsl()`, `oklch()` and others.
    ///
    /// A colour outside of sRGB becomes the sRGB colour of the same lightness and hue with the highest chroma.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ColorError> {
        let parsed = parse_color(text).map_err(|_| ColorError::Unknown)?;
        let color = Self::of(parsed).ok_or(ColorError::Unknown)?;
        // A missing alpha, CSS's `none`, counts as 0.
        if parsed.components[3] < 1.0 {
            return Err(ColorError::Transparent(color));
        }
        Ok(color)
    }

    fn of(color: DynamicColor) -> Option<Self> {
        let (srgb, _) = color.to_alpha_color::<Srgb>().split();
        if in_gamut(srgb) {
            return Some(Self::nearest(srgb));
        }
        let (oklch, _) = color.to_alpha_color::<color::Oklch>().split();
        let finite = oklch.components.iter().all(|component| component.is_finite());
        finite.then(|| Oklch::from_components(oklch.components).to_rgb())
    }

    fn nearest(color: OpaqueColor<Srgb>) -> Self {
        let rgba = color.to_rgba8();
        Self(rgba.r, rgba.g, rgba.b)
    }

    fn srgb(self) -> OpaqueColor<Srgb> {
        OpaqueColor::from_rgb8(self.0, self.1, self.2)
    }

    /// The colour as `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The colour as lightness, chroma and hue.
    pub fn to_oklch(self) -> Oklch {
        Oklch::from_components(self.srgb().convert::<color::Oklch>().components)
    }

    /// The contrast ratio of two colours by WCAG 2.2, 1 to 21.
    pub fn contrast(self, other: Self) -> f32 {
        let (a, b) = (self.srgb().relative_luminance(), other.srgb().relative_luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The perceived difference of two colours: their distance in Oklab. Black and white have the distance 1; about
    /// 0.02 is just visible.
    pub fn difference(self, other: Self) -> f32 {
        let oklab = |color: Self| color.srgb().convert::<color::Oklab>();
        oklab(self).difference(oklab(other))
    }
}

/// A colour by lightness (0 to 1), chroma (0 is grey; sRGB goes to about 0.32) and hue (degrees): OKLCH.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Oklch {
    /// Perceived lightness, 0 to 1.
    pub lightness: f32,
    /// Distance from grey.
    pub chroma: f32,
    /// Angle on the colour wheel.
    pub hue: f32,
}

/// Steps of the bisection for the chroma: finer than 8 bits per channel can show.
const HALVINGS: usize = 14;

impl Oklch {
    fn from_components([lightness, chroma, hue]: [f32; 3]) -> Self {
        Self {
            lightness: lightness.clamp(0.0, 1.0),
            chroma: chroma.clamp(0.0, 1.0),
            hue,
        }
    }

    /// The colour in sRGB; the chroma is reduced until the colour is inside of sRGB.
    pub fn to_rgb(self) -> Rgb {
        let srgb = |chroma: f32| OpaqueColor::<color::Oklch>::new([self.lightness, chroma, self.hue]).convert::<Srgb>();
        let wanted = srgb(self.chroma);
        if in_gamut(wanted) {
            return Rgb::nearest(wanted);
        }
        let (mut inside, mut outside) = (0.0, self.chroma);
        for _ in 0..HALVINGS {
            let middle = f32::midpoint(inside, outside);
            if in_gamut(srgb(middle)) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Rgb::nearest(srgb(inside))
    }
}

/// Whether the colour is inside of sRGB, with the precision of 8 bits per channel.
fn in_gamut(color: OpaqueColor<Srgb>) -> bool {
    const SLACK: f32 = 0.5 / 255.0;
    (color.components.iter()).all(|channel| (-SLACK..=1.0 + SLACK).contains(channel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_that_css_writes_is_read() {
        for (text, color) in [
            ("#06c", Rgb(0, 0x66, 0xcc)),
            ("#0B5CD6", Rgb(0x0b, 0x5c, 0xd6)),
            ("#0b5cd6ff", Rgb(0x0b, 0x5c, 0xd6)),
            ("RebeccaPurple", Rgb(0x66, 0x33, 0x99)),
            ("rgb(11 92 214)", Rgb(11, 92, 214)),
            ("rgb(11, 92, 214)", Rgb(11, 92, 214)),
            ("hsl(0 100% 50%)", Rgb(255, 0, 0)),
            ("oklch(1 0 0)", Rgb(255, 255, 255)),
            ("oklch(62.8% 0.2577 29.23)", Rgb(255, 0, 0)),
            (" teal ", Rgb(0, 128, 128)),
        ] {
            assert_eq!(Rgb::parse(text), Ok(color), "{text}");
        }
    }

    #[test]
    fn a_colour_outside_of_srgb_keeps_lightness_and_hue() {
        let green = Rgb::parse("color(display-p3 0 1 0)").expect("a colour").to_oklch();
        assert!((green.hue - 145.6).abs() < 2.0, "{green:?}");
        assert!((green.lightness - 0.849).abs() < 0.01, "{green:?}");
        assert!(green.chroma > 0.25, "{green:?}");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "#",
            "#12",
            "#12345",
            "#ggg",
            "0b5cd6",
            "blu",
            "rgb(1 2)",
            "red;}",
            "lab(1e999 1e999 0)",
        ] {
            assert_eq!(Rgb::parse(text), Err(ColorError::Unknown), "{text}");
        }
        let red = Rgb(255, 0, 0);
        for text in ["#f008", "rgb(255 0 0 / 50%)", "rgb(255 0 0 / none)"] {
            assert_eq!(Rgb::parse(text), Err(ColorError::Transparent(red)), "{text}");
        }
        assert_eq!(Rgb::parse("transparent"), Err(ColorError::Transparent(Rgb(0, 0, 0))));
    }

    #[test]
    fn black_on_white_is_21() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((Rgb(0, 0, 0).difference(Rgb(255, 255, 255)) - 1.0).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn the_way_to_oklch_and_back_changes_nothing(r: u8, g: u8, b: u8) {
            prop_assert_eq!(Rgb(r, g, b).to_oklch().to_rgb(), Rgb(r, g, b));
        }

        #[test]
        fn no_text_is_too_odd(text in "(#|rgb|oklch|lab|hsl|hwb|color)?\\(?[-0-9a-z.e%/, ]{0,24}\\)?|\\PC{0,12}") {
            let _ = Rgb::parse(&text);
        }
    }
}
