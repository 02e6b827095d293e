use kb_config::parse_config;
use kb_diagnostic::Code;
use proptest::prelude::*;

use super::*;

/// Every promised contrast, checked against WCAG.
fn assert_promises(accent: Rgb, scheme: Scheme, contrast: Contrast) {
    let colors = Palette::new(accent, scheme, contrast);
    let (text, marks) = match contrast {
        Contrast::Normal => (4.5, 3.0),
        Contrast::More => (7.0, 4.5),
    };
    let Palette {
        bg,
        bg_soft,
        bg_strong,
        accent_soft,
        ..
    } = colors;
    let surfaces = [bg, bg_soft, bg_strong, accent_soft];
    let fills = [colors.accent, colors.accent_hover];
    let promises: [(&str, Rgb, &[Rgb], f32); 8] = [
        ("text", colors.text, &surfaces, 7.0),
        ("text-soft", colors.text_soft, &surfaces, text),
        ("accent-text", colors.accent_text, &surfaces, text),
        ("on-accent", colors.on_accent, &fills, text),
        ("accent", colors.accent, &[bg, bg_soft], marks),
        ("accent-hover", colors.accent_hover, &[bg, bg_soft], marks),
        ("border-strong", colors.border_strong, &[bg, bg_soft], marks),
        ("selected text", colors.text, &[colors.accent_line], 4.5),
    ];
    for (name, color, others, wanted) in promises {
        for other in others {
            let found = color.contrast(*other);
            assert!(
                found >= wanted,
                "{accent:?} {scheme:?} {contrast:?}: {name} {} on {} has {found}",
                color.hex(),
                other.hex()
            );
        }
    }
    assert!(fills[0].contrast(fills[1]) >= 1.14, "{accent:?}: the pointer is seen");
    if contrast == Contrast::More {
        assert_eq!(colors.border, colors.border_strong);
        assert!(colors.accent_line.contrast(bg) >= 3.0, "{accent:?}");
    }
}

fn assert_all_promises(accent: Rgb) {
    for scheme in [Scheme::Light, Scheme::Dark] {
        for contrast in [Contrast::Normal, Contrast::More] {
            assert_promises(accent, scheme, contrast);
        }
    }
}

#[test]
fn every_accent_of_a_grid_becomes_readable() {
    let channel = || [0, 64, 128, 192, 255].into_iter();
    for r in channel() {
        for g in channel() {
            for b in channel() {
                assert_all_promises(Rgb(r, g, b));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_accent_becomes_readable(r: u8, g: u8, b: u8) {
        assert_all_promises(Rgb(r, g, b));
    }
}

#[test]
fn accents_in_the_gap_between_white_and_dark_text_become_readable() {
    for grey in (0..=255).step_by(5) {
        assert_all_promises(Rgb(grey, grey, grey));
    }
    for name in [
        "#ffd60a", "#3b82f6", "#6366f1", "#ef4444", "#16a34a", "#ff6600", "#010100", "#fffffe",
    ] {
        assert_all_promises(Rgb::parse(name).expect("a colour"));
    }
}

#[test]
fn a_readable_accent_is_used_as_it_is() {
    for name in ["#0b5cd6", "#0b63ce", "#b3261e", "#000000", "#6a3fc0"] {
        let accent = Rgb::parse(name).expect("a colour");
        let light = Palette::new(accent, Scheme::Light, Contrast::Normal);
        assert_eq!((light.accent, light.accent_text), (accent, accent), "{name}");
        assert_eq!(light.on_accent, WHITE, "{name}");
    }
}

#[test]
fn hue_is_kept() {
    let accent = Rgb::parse("#16a34a").expect("a colour");
    for scheme in [Scheme::Light, Scheme::Dark] {
        let colors = Palette::new(accent, scheme, Contrast::More);
        for color in [colors.accent_text, colors.accent, colors.accent_line] {
            let turned = (color.to_oklch().hue - accent.to_oklch().hue).abs();
            assert!(turned < 3.0, "{} is turned by {turned}", color.hex());
        }
    }
}

#[test]
fn a_grey_accent_gives_grey_greys_and_a_colour_tints_them() {
    let is_grey = |color: Rgb| color.0 == color.1 && color.1 == color.2;
    for scheme in [Scheme::Light, Scheme::Dark] {
        let neutral = Palette::new(Rgb(0x77, 0x77, 0x77), scheme, Contrast::Normal);
        for (name, color) in neutral.properties() {
            assert!(is_grey(color), "{name} {}", color.hex());
        }
        let tinted = Palette::new(Rgb(0xb3, 0x26, 0x1e), scheme, Contrast::Normal);
        for color in [
            tinted.bg_soft,
            tinted.bg_strong,
            tinted.text,
            tinted.text_soft,
            tinted.border_strong,
        ] {
            assert!(!is_grey(color), "{}", color.hex());
            assert!(color.to_oklch().chroma < 0.018, "{}", color.hex());
        }
    }
    assert_eq!(Palette::new(Rgb(255, 0, 0), Scheme::Light, Contrast::Normal).bg, WHITE);
}

#[test]
fn white_text_is_worth_a_small_step() {
    let light = |name: &str| Palette::new(Rgb::parse(name).expect("a colour"), Scheme::Light, Contrast::Normal);
    assert_eq!(light("#6366f1").on_accent, WHITE);
    for name in ["#0b5cd6", "#0b63ce", "#6366f1"] {
        let dark = Palette::new(Rgb::parse(name).expect("a colour"), Scheme::Dark, Contrast::Normal);
        assert_eq!(dark.on_accent, WHITE, "{name}");
    }
    assert_ne!(light("#ffd60a").on_accent, WHITE);
}

fn note(accent: &str) -> Option<Diagnostic> {
    let (config, problems) = parse_config(&format!("[theme]\naccent = \"{accent}\"\n"), "kb.toml");
    assert_eq!(problems, []);
    adjustment(&config.theme)
}

#[test]
fn only_what_is_seen_is_told() {
    for accent in ["#0b5cd6", "#b3261e", "black", "#6366f1", "rebeccapurple", "teal"] {
        assert_eq!(note(accent), None, "{accent}");
    }
    for accent in ["#ffd60a", "white", "gold", "#3b82f6", "#ff6600"] {
        assert!(note(accent).is_some(), "{accent}");
    }
    assert_eq!(adjustment(&kb_config::Config::default().theme), None);
    let told = note("#ffd60a").expect("too light");
    assert_eq!(
        (told.code, told.severity),
        (Code::AccentAdjusted, kb_diagnostic::Severity::Info)
    );
    assert_eq!(told.span.map(|span| (span.line, span.column)), Some((2, 10)));
    assert_eq!(
        told.message,
        "`#ffd60a` is too light to be read on white, so light pages use links #7d6800 (5.5:1) and buttons #a88c00 with \
         dark text (5.9:1), and dark pages links #ffd60a (13.1:1) and buttons #ffd60a with dark text (13.6:1)"
    );
}

#[test]
fn the_style_sheet_has_every_colour_in_both_schemes() {
    let css = css(Rgb(0x0b, 0x5c, 0xd6));
    for name in Palette::new(WHITE, Scheme::Light, Contrast::Normal)
        .properties()
        .map(|(name, _)| name)
    {
        assert!(css.matches(&format!("--kb-{name}:#")).count() >= 3, "{name}\n{css}");
    }
    assert_eq!(css.matches('{').count(), css.matches('}').count());
    assert!(css.contains("--kb-bg:#ffffff;"), "{css}");
}
