//! Reads the size and the pixels of an image.

use std::io::{Cursor, ErrorKind};

use exif::{In, Tag};
use image_webp::WebPDecoder;
use png::{ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The longest side that is decoded, in pixels: the limit of WebP.
const MAX_SIDE: u32 = 16_383;
/// The largest number of pixels that are decoded: 200 MB in memory. A camera's images have 12 to 48 million.
pub(crate) const MAX_PIXELS: u64 = 50_000_000;

/// The formats of images with smaller variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

/// The header of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Width and height as browsers show it, if known.
    pub size: Option<(u32, u32)>,
    /// Its format, if smaller variants can be made of it.
    pub format: Option<Format>,
    /// A problem that the header shows.
    pub flaw: Option<Flaw>,
}

/// Why no browser shows an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The file has no bytes.
    Empty,
    /// The file ends before it says how large the image is.
    CutOff,
    /// The image is 0 pixels wide or high.
    NoPixels,
}

/// Why an image was not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// It is valid, but a variant would look different: it is animated, or its colours are not RGB.
    Unlike,
    /// It has more pixels than are decoded.
    TooLarge,
    /// It has a side longer than WebP allows.
    TooLong,
    /// It is broken.
    Broken(String),
}

/// An image in memory, turned as browsers show it.
#[derive(Debug, Clone)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Red, green, blue and opacity, 8 bits each.
    pub(crate) rgba: Vec<u8>,
    /// The ICC profile that says what the colours mean; sRGB without one.
    pub(crate) profile: Option<Vec<u8>>,
    /// Whether it was stored without loss, as drawings and screenshots are.
    pub(crate) exact: bool,
}

/// Reads the header of an image.
pub fn head(bytes: &[u8]) -> Head {
    let format = match imagesize::image_type(bytes) {
        Ok(imagesize::ImageType::Png) => Some(Format::Png),
        Ok(imagesize::ImageType::Jpeg) => Some(Format::Jpeg),
        Ok(imagesize::ImageType::Webp) => Some(Format::WebP),
        _ => None,
    };
    let found = imagesize::blob_size(bytes);
    let is_flat = found.as_ref().is_ok_and(|size| size.width == 0 || size.height == 0);
    let flaw = if bytes.is_empty() {
        Some(Flaw::Empty)
    } else if is_flat && format.is_some() {
        Some(Flaw::NoPixels)
    } else {
        let ends =
            matches!(&found, Err(imagesize::ImageError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof);
        (ends && is_beginning(bytes, format)).then_some(Flaw::CutOff)
    };
    let size = found
        .ok()
        .filter(|_| !is_flat)
        .and_then(|size| Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?)));
    let turn = format.map_or(1, |_| orientation(bytes));
    match format {
        Some(Format::Jpeg) if turn >= 5 => Head {
            size: size.map(|(width, height)| (height, width)),
            format,
            flaw,
        },
        // Browsers do not agree on whether these are turned.
        Some(Format::Png | Format::WebP) if turn != 1 => Head {
            size: size.filter(|_| turn < 5),
            format: None,
            flaw,
        },
        _ => Head { size, format, flaw },
    }
}

/// Whether a file without a readable size is the beginning of an image.
fn is_beginning(bytes: &[u8], format: Option<Format>) -> bool {
    const SIGNATURES: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"];
    match format {
        // With padding between its segments, the size may exist but was not found.
        Some(Format::Jpeg) => !bytes.windows(2).any(|pair| matches!(pair, [0xff, 0xc0..=0xc3])),
        Some(Format::Png | Format::WebP) => true,
        // Too short for any format.
        None => {
            let same = |signature: &[u8]| bytes.iter().zip(signature).all(|(a, b)| a == b);
            bytes.len() < 12 && SIGNATURES.into_iter().any(same)
        }
    }
}

/// The EXIF orientation, 1 to 8.
fn orientation(bytes: &[u8]) -> u32 {
    let read = exif::Reader::new().read_from_container(&mut Cursor::new(bytes));
    read.ok()
        .and_then(|exif| exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0))
        .filter(|turn| (1..=8).contains(turn))
        .unwrap_or(1)
}

/// Decodes an image whose header has this format.
pub(crate) fn decode(bytes: &[u8], format: Format) -> Result<Pixels, DecodeError> {
    let pixels = match format {
        Format::Png => decode_png(bytes),
        Format::Jpeg => decode_jpeg(bytes).map(|pixels| turned(pixels, orientation(bytes))),
        Format::WebP => decode_webp(bytes),
    }?;
    if pixels.rgba.len() as u64 == u64::from(pixels.width) * u64::from(pixels.height) * 4 {
        Ok(pixels)
    } else {
        Err(DecodeError::Broken("it has too few pixels".to_owned()))
    }
}

fn within_limits(width: u32, height: u32) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        Err(DecodeError::Broken("it has no pixels".to_owned()))
    } else if u64::from(width) * u64::from(height) > MAX_PIXELS {
        Err(DecodeError::TooLarge)
    } else if width.max(height) > MAX_SIDE {
        Err(DecodeError::TooLong)
    } else {
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the last that holds the error")]
fn broken(error: impl ToString) -> DecodeError {
    DecodeError::Broken(error.to_string())
}

fn decode_png(bytes: &[u8]) -> Result<Pixels, DecodeError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let head = decoder.read_header_info().map_err(broken)?;
    within_limits(head.width, head.height)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let gray = matches!(info.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    if info.animation_control.is_some() || !has_screen_colours(info) || (gray && info.icc_profile.is_some()) {
        return Err(DecodeError::Unlike);
    }
    let profile = info.icc_profile.as_ref().map(|profile| profile.to_vec());
    let size = reader.output_buffer_size().ok_or(DecodeError::TooLarge)?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(broken)?;
    let rgba = match frame.color_type {
        ColorType::GrayscaleAlpha => buffer.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        ColorType::Rgba => buffer,
        other => return Err(DecodeError::Broken(format!("unexpected colours: {other:?}"))),
    };
    Ok(Pixels {
        width,
        height,
        rgba,
        profile,
        exact: true,
    })
}

/// Whether the colours of a PNG are sRGB or defined by an ICC profile.
fn has_screen_colours(info: &png::Info<'_>) -> bool {
    if let Some(cicp) = info.coding_independent_code_points {
        return (cicp.color_primaries, cicp.transfer_function) == (1, 13);
    }
    if info.icc_profile.is_some() || info.srgb.is_some() {
        return true;
    }
    let close = |a: f32, b: f32| (a - b).abs() < 0.01;
    let gamma = info.gama_chunk.is_none_or(|gamma| close(gamma.into_value(), 1.0 / 2.2));
    let primaries = info.chrm_chunk.is_none_or(|found| {
        let points = [
            (found.white, (0.3127, 0.3290)),
            (found.red, (0.64, 0.33)),
            (found.green, (0.30, 0.60)),
            (found.blue, (0.15, 0.06)),
        ];
        points
            .iter()
            .all(|((x, y), (right_x, right_y))| close(x.into_value(), *right_x) && close(y.into_value(), *right_y))
    });
    gamma && primaries
}

fn decode_jpeg(bytes: &[u8]) -> Result<Pixels, DecodeError> {
    // The maximum of the format: too long sides are reported below.
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let info = decoder.info().ok_or_else(|| broken("it has no header"))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    within_limits(width, height)?;
    let profile = decoder.icc_profile();
    match decoder.input_colorspace() {
        Some(ColorSpace::YCbCr | ColorSpace::RGB) => {}
        Some(ColorSpace::Luma) if profile.is_none() => {}
        _ => return Err(DecodeError::Unlike),
    }
    let rgb = decoder.decode().map_err(broken)?;
    Ok(Pixels {
        width,
        height,
        rgba: opaque(&rgb),
        profile,
        exact: false,
    })
}

fn decode_webp(bytes: &[u8]) -> Result<Pixels, DecodeError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    within_limits(width, height)?;
    if decoder.is_animated() {
        return Err(DecodeError::Unlike);
    }
    let profile = decoder.icc_profile().map_err(broken)?;
    let size = decoder.output_buffer_size().ok_or(DecodeError::TooLarge)?;
    let mut buffer = vec![0; size];
    decoder.read_image(&mut buffer).map_err(broken)?;
    let exact = !decoder.is_lossy();
    Ok(Pixels {
        width,
        height,
        rgba: if decoder.has_alpha() { buffer } else { opaque(&buffer) },
        profile,
        exact,
    })
}

fn opaque(rgb: &[u8]) -> Vec<u8> {
    rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect()
}

/// The image rotated by the EXIF orientation.
fn turned(pixels: Pixels, orientation: u32) -> Pixels {
    if orientation == 1 {
        return pixels;
    }
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let (to_width, to_height) = if orientation >= 5 {
        (height, width)
    } else {
        (width, height)
    };
    let (last_x, last_y) = (width.saturating_sub(1), height.saturating_sub(1));
    let mut rgba = Vec::with_capacity(pixels.rgba.len());
    for y in 0..to_height {
        for x in 0..to_width {
            let (from_x, from_y) = match orientation {
                2 => (last_x - x, y),
                3 => (last_x - x, last_y - y),
                4 => (x, last_y - y),
                5 => (y, x),
                6 => (y, last_y - x),
                7 => (last_x - y, last_y - x),
                _ => (last_x - y, x),
            };
            let at = (from_y * width + from_x) * 4;
            rgba.extend(pixels.rgba.get(at..at + 4).unwrap_or(&[0; 4]));
        }
    }
    Pixels {
        width: to_width as u32,
        height: to_height as u32,
        rgba,
        ..pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pixels by two, numbered by rows.
    fn numbered() -> Pixels {
        Pixels {
            width: 3,
            height: 2,
            rgba: (1..=6_u8).flat_map(|n| [n; 4]).collect(),
            profile: None,
            exact: false,
        }
    }

    #[test]
    fn every_orientation_turns_the_image_upright() {
        // By the EXIF standard: where the first row and the first column of what is stored belong.
        let wanted: [(u32, u32, [u8; 6]); 8] = [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (orientation, width, pixels) in wanted {
            let upright = turned(numbered(), orientation);
            let found: Vec<u8> = upright.rgba.chunks_exact(4).map(|pixel| pixel[0]).collect();
            assert_eq!(
                (upright.width, found.as_slice()),
                (width, pixels.as_slice()),
                "{orientation}"
            );
        }
    }

    #[test]
    fn the_head_of_a_broken_image_says_what_is_wrong() {
        let png = |width: u8, height: u8| {
            let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0".to_vec();
            (head[19], head[23]) = (width, height);
            head
        };
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
        let with_size = |size: &[u8; 4]| [&jpeg[..], b"\xff\xc0\0\x0b\x08", size, b"\x01\x01\x11\0"].concat();
        for (bytes, size, flaw) in [
            (vec![], None, Some(Flaw::Empty)),
            (png(3, 2), Some((3, 2)), None),
            (png(0, 2), None, Some(Flaw::NoPixels)),
            (png(3, 0), None, Some(Flaw::NoPixels)),
            (png(3, 2)[..20].to_vec(), None, Some(Flaw::CutOff)),
            (png(3, 2)[..5].to_vec(), None, Some(Flaw::CutOff)),
            (jpeg.to_vec(), None, Some(Flaw::CutOff)),
            (with_size(b"\0\x02\0\x03"), Some((3, 2)), None),
            (with_size(b"\0\0\0\x03"), None, Some(Flaw::NoPixels)),
            (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), None, Some(Flaw::CutOff)),
            (b"RIFF\0".to_vec(), None, Some(Flaw::CutOff)),
            (b"not one".to_vec(), None, None),
            (b"no image at all".to_vec(), None, None),
            (b"GIF89a\0\0\0\0\0\0".to_vec(), None, None),
        ] {
            let head = head(&bytes);
            assert_eq!((head.size, head.flaw), (size, flaw), "{bytes:?}");
        }
    }

    #[test]
    fn limits_say_what_is_beyond_them() {
        assert_eq!(within_limits(20_000, 100), Err(DecodeError::TooLong));
        assert_eq!(within_limits(100, 20_000), Err(DecodeError::TooLong));
        assert_eq!(within_limits(20_000, 20_000), Err(DecodeError::TooLarge));
        assert_eq!(within_limits(16_383, 3_000), Ok(()));
        let jpeg = |width: u16| {
            let mut bytes = b"\xff\xd8\xff\xc0\0\x11\x08\0\x64".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(b"\x03\x01\x11\0\x02\x11\0\x03\x11\0\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0");
            bytes
        };
        for width in [20_000, u16::MAX] {
            assert_eq!(
                decode(&jpeg(width), Format::Jpeg).err(),
                Some(DecodeError::TooLong),
                "{width}"
            );
        }
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let head_of_png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0";
        for bytes in [
            &b""[..],
            b"\x89PNG",
            b"\xff\xd8\xff",
            b"RIFF\0\0\0\0WEBPVP8 ",
            head_of_png,
        ] {
            for format in [Format::Png, Format::Jpeg, Format::WebP] {
                assert!(
                    matches!(decode(bytes, format), Err(DecodeError::Broken(_))),
                    "{format:?} {bytes:?}"
                );
            }
        }
    }
}
