//! Makes smaller variants of an image in WebP.
//!
//! AVIF would save another fifth of the bytes, for about eight times the time; all current browsers read WebP.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, create_srgb_mapper};
use img_parts::{Bytes, ImageICC as _};
use webpx::{EncoderConfig, Unstoppable};

use super::decode::{DecodeError, Format, Pixels, decode};

/// The version of the output of [`variants`]: if its bytes change, the name must change.
pub(crate) const ENCODER: &str = "kb-webp-2";

/// The offered widths in pixels: for phones, for the reading column on high-density screens, and one in between.
const WIDTHS: [u32; 3] = [1440, 960, 480];
/// Up to this width, an image is also offered in its own width.
const MAX_OWN_WIDTH: u32 = 1600;
/// The smallest ratio of two adjacent widths that is worth a file, in hundredths.
const STEP: u32 = 125;
/// Quality of lossy images, of 100.
const QUALITY: f32 = 82.0;

/// A smaller variant: its width and its bytes.
pub(crate) type EncodedVariant = (u32, Vec<u8>);

/// The smaller variants of an image, the narrowest first; none if they would save nothing.
pub(crate) fn variants(bytes: &[u8], format: Format) -> Result<Vec<EncodedVariant>, DecodeError> {
    // Decoders get arbitrary files: a panic in a decoder affects the variants of one image, never the build.
    catch_unwind(AssertUnwindSafe(|| {
        let pixels = decode(bytes, format)?;
        Ok(smaller(&pixels, bytes.len()))
    }))
    .unwrap_or_else(|_| Err(DecodeError::Broken("the decoder gave up".to_owned())))
}

/// The widths for an image of this width, the widest first.
fn widths(width: u32) -> Vec<u32> {
    let mut chosen: Vec<u32> = (width <= MAX_OWN_WIDTH).then_some(width).into_iter().collect();
    for offered in WIDTHS {
        let next = chosen.last().copied().unwrap_or(u32::MAX);
        if offered.saturating_mul(STEP) <= next.saturating_mul(100) {
            chosen.push(offered);
        }
    }
    chosen
}

/// Every variant must have fewer bytes than the wider one. If the widest saves nothing, there are none: with only
/// narrow ones, a browser would show them on wide screens too.
fn smaller(pixels: &Pixels, limit: usize) -> Vec<EncodedVariant> {
    let mut made: Vec<EncodedVariant> = Vec::new();
    for width in widths(pixels.width) {
        let encoded = resized(pixels, width).and_then(|pixels| encode(&pixels));
        let Some(encoded) = encoded else { break };
        let limit = made.last().map_or(limit, |(_, wider)| wider.len());
        if encoded.len() < limit {
            made.push((width, encoded));
        } else if made.is_empty() {
            break;
        }
    }
    made.reverse();
    made
}

/// The image scaled to another width in linear light: colours are made linear and multiplied by their opacity.
///
/// The multiplication is done here, because that of the library depends on the processor, with results that differ in
/// the last bit.
fn resized(pixels: &Pixels, width: u32) -> Option<Pixels> {
    if width == pixels.width {
        return Some(pixels.clone());
    }
    let height =
        (u64::from(pixels.height) * u64::from(width) * 2 + u64::from(pixels.width)) / (u64::from(pixels.width) * 2);
    let height = u32::try_from(height).ok()?.max(1);
    let is_opaque = pixels.rgba.iter().skip(3).step_by(4).all(|alpha| *alpha == u8::MAX);
    let mapper = create_srgb_mapper();
    let mut rgba = pixels.rgba.clone();
    let source = Image::from_slice_u8(pixels.width, pixels.height, &mut rgba, PixelType::U8x4).ok()?;
    let mut linear = Image::new(pixels.width, pixels.height, PixelType::U16x4);
    mapper.forward_map(&source, &mut linear).ok()?;
    if !is_opaque {
        change_pixels(&mut linear, |colour, alpha| {
            (u64::from(colour) * u64::from(alpha) + 32_767) / 65_535
        });
    }
    let mut small = Image::new(width, height, PixelType::U16x4);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .use_alpha(false);
    Resizer::new().resize(&linear, &mut small, &options).ok()?;
    if !is_opaque {
        change_pixels(&mut small, |colour, alpha| {
            let alpha = u64::from(alpha);
            (u64::from(colour) * 65_535 + alpha / 2).checked_div(alpha).unwrap_or(0)
        });
    }
    let mut result = Image::new(width, height, PixelType::U8x4);
    mapper.backward_map(&small, &mut result).ok()?;
    Some(Pixels {
        width,
        height,
        rgba: result.into_vec(),
        profile: pixels.profile.clone(),
        // Scaled edges are not exact; lossless compression would double the size.
        exact: false,
    })
}

/// Changes the colours of an image with 16 bits per channel; `change` gets a colour and the opacity.
fn change_pixels(image: &mut Image<'_>, change: impl Fn(u16, u16) -> u64) {
    for pixel in image.buffer_mut().chunks_exact_mut(8) {
        let channel = |pixel: &[u8], at: usize| u16::from_ne_bytes([pixel[at], pixel[at + 1]]);
        let alpha = channel(pixel, 6);
        for at in [0, 2, 4] {
            let changed = u16::try_from(change(channel(pixel, at), alpha)).unwrap_or(u16::MAX);
            pixel[at..at + 2].copy_from_slice(&changed.to_ne_bytes());
        }
    }
}

/// The image as WebP. A lossless image stays lossless, unless lossy compression saves a third of the bytes: this keeps
/// text in screenshots sharp, and is often smaller.
fn encode(pixels: &Pixels) -> Option<Vec<u8>> {
    let lossy = encode_webp(pixels, false)?;
    let exact = pixels.exact.then(|| encode_webp(pixels, true)).flatten();
    let best = match exact {
        Some(exact) if exact.len() * 2 <= lossy.len() * 3 => exact,
        _ => lossy,
    };
    match &pixels.profile {
        Some(profile) => with_profile(best, profile),
        None => Some(best),
    }
}

fn encode_webp(pixels: &Pixels, exact: bool) -> Option<Vec<u8>> {
    let quality = if exact { 75.0 } else { QUALITY };
    let config = EncoderConfig::new().lossless(exact).quality(quality);
    let encoded = config.encode_rgba(&pixels.rgba, pixels.width, pixels.height, Unstoppable);
    encoded.ok()
}

fn with_profile(webp: Vec<u8>, profile: &[u8]) -> Option<Vec<u8>> {
    let mut parts = img_parts::webp::WebP::from_bytes(Bytes::from(webp)).ok()?;
    parts.set_icc_profile(Some(Bytes::copy_from_slice(profile)));
    Some(parts.encoder().bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Pixels {
        let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Pixels {
            width,
            height,
            rgba: rows.flat_map(|(x, y)| pixel(x, y)).collect(),
            profile: None,
            exact: true,
        }
    }

    fn middle(pixels: &Pixels) -> [u8; 4] {
        let at = (pixels.height / 2 * pixels.width + pixels.width / 2) as usize * 4;
        pixels.rgba[at..at + 4].try_into().expect("a pixel")
    }

    #[test]
    fn widths_are_never_above_the_image_s_own_and_not_too_close() {
        assert_eq!(widths(400), [400]);
        assert_eq!(widths(500), [500]);
        assert_eq!(widths(1000), [1000, 480]);
        assert_eq!(widths(1280), [1280, 960, 480]);
        assert_eq!(widths(1600), [1600, 960, 480]);
        assert_eq!(widths(1601), [1440, 960, 480]);
        assert_eq!(widths(8000), [1440, 960, 480]);
    }

    #[test]
    fn light_adds_up_as_light() {
        let stripes = image(400, 20, |x, _| if x % 2 == 0 { [0, 0, 0, 255] } else { [255; 4] });
        let small = resized(&stripes, 200).expect("pixels");
        let middle = middle(&small);
        // Half the light of white is 188 of 255 in sRGB, not 128.
        assert!((186..=190).contains(&middle[0]), "{middle:?}");
    }

    #[test]
    fn what_is_transparent_has_no_colour() {
        let halves = image(
            400,
            20,
            |x, _| if x % 2 == 0 { [255, 0, 0, 0] } else { [0, 0, 255, 255] },
        );
        let small = resized(&halves, 200).expect("pixels");
        let middle = middle(&small);
        assert!(
            middle[0] == 0 && middle[2] == 255 && (126..=129).contains(&middle[3]),
            "{middle:?}"
        );
    }

    #[test]
    fn a_profile_is_carried_over() {
        let mut image = image(400, 20, |x, y| [x as u8, y as u8, 0, 255]);
        image.profile = Some(b"an RGB profile".to_vec());
        for (opaque, exact) in [(true, true), (true, false), (false, true), (false, false)] {
            image.rgba[3] = if opaque { 255 } else { 7 };
            image.exact = exact;
            let bytes = encode(&image).expect("bytes");
            let mut read = image_webp::WebPDecoder::new(std::io::Cursor::new(bytes)).expect("a WebP");
            assert_eq!(read.dimensions(), (400, 20));
            assert_eq!(read.icc_profile().expect("read"), image.profile);
            assert_eq!(read.has_alpha(), !opaque);
        }
    }

    /// The lossless encoder uses floating-point numbers, which compilers round differently on other processors.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_same_image_gives_the_bytes_that_the_encoder_s_name_stands_for() {
        let mut image = image(700, 90, |x, y| {
            [
                (x / 3) as u8,
                (y * 2) as u8,
                ((x * y) / 64) as u8,
                if x > 600 { 90 } else { 255 },
            ]
        });
        let exact = smaller(&image, usize::MAX);
        image.exact = false;
        let lossy = smaller(&image, usize::MAX);
        let found: Vec<(u32, u64)> = (exact.iter().chain(&lossy))
            .map(|(width, bytes)| (*width, xxhash_rust::xxh3::xxh3_64(bytes)))
            .collect();
        // If the bytes change, `ENCODER` must change, because variants of earlier builds are reused by this name.
        let wanted = [
            (700, 14_609_445_959_029_657_332),
            (480, 8_528_852_300_783_539_638),
            (700, 14_473_265_425_260_679_829),
        ];
        assert_eq!(found, wanted);
    }
}
