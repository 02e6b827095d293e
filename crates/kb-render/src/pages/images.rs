//! What an article writes around and into its images: size, smaller variants, the link to the full size.

use std::fmt::Write as _;

use kb_site::{Asset, Resolved, Site};

use super::{Document, PatchKind};

/// Images wider than this lose something in the reading column, in pixels: they can be opened in full size.
const ZOOM_WIDTH: u32 = 720;
/// The reading column: 42 times the usual letter size, in pixels.
const COLUMN: u32 = 672;
/// What is beside the column on a telephone, in pixels.
const MARGINS: u32 = 32;
/// The placeholder for a missing image.
const PLACEHOLDER: (u32, u32) = (320, 180);

/// Writes what goes into an open place of the image with link number `link`, which leads to `resolved`.
pub(super) fn fill(
    site: &Site,
    document: &Document,
    kind: PatchKind,
    link: u32,
    resolved: &Resolved,
    out: &mut String,
) {
    let asset = resolved.asset.map(|number| &site.assets[number]);
    let size = asset
        .and_then(|asset| asset.size)
        .or(resolved.url.is_none().then_some(PLACEHOLDER));
    let variants = asset.and_then(|asset| asset.variants.as_deref()).unwrap_or_default();
    let zooms = || asset.is_some() && size.is_some_and(|(width, _)| width > ZOOM_WIDTH);
    // Writing to a string cannot fail.
    let _ = match kind {
        PatchKind::Size(_) => size.map_or(Ok(()), |(width, height)| {
            write!(out, " width=\"{width}\" height=\"{height}\"")
        }),
        PatchKind::Height { width, .. } => match size {
            Some((own, height)) if own > 0 => {
                let height = (u64::from(height) * u64::from(width) + u64::from(own) / 2) / u64::from(own);
                write!(out, " height=\"{}\"", height.max(1))
            }
            _ => Ok(()),
        },
        PatchKind::Loading(_) if document.lead_image == Some(link) => write!(out, " fetchpriority=\"high\""),
        PatchKind::Loading(_) => write!(out, " loading=\"lazy\""),
        PatchKind::ZoomStart(_) if zooms() => {
            out.push_str("<a class=\"zoom\" href=\"");
            let _ = pulldown_cmark_escape::escape_href(&mut *out, resolved.url.as_deref().unwrap_or_default());
            write!(out, "\">")
        }
        PatchKind::ZoomEnd(_) if zooms() => write!(out, "</a>"),
        PatchKind::PictureStart { width, .. } if !variants.is_empty() => picture_start(site, asset, width, out),
        PatchKind::PictureEnd(_) if !variants.is_empty() => write!(out, "</picture>"),
        _ => Ok(()),
    };
}

/// `<picture>` with the smaller variants of an image, of which a browser takes the one that fits.
fn picture_start(site: &Site, asset: Option<&Asset>, shown: Option<u32>, out: &mut String) -> std::fmt::Result {
    let Some(asset) = asset else { return Ok(()) };
    out.push_str("<picture><source type=\"image/webp\" srcset=\"");
    for (number, variant) in asset.variants.iter().flatten().enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        let _ = pulldown_cmark_escape::escape_href(&mut *out, &site.url(&variant.output));
        write!(out, " {}w", variant.width)?;
    }
    let own = asset.size.map_or(COLUMN, |(width, _)| width);
    let column = own.min(shown.unwrap_or(COLUMN)).min(COLUMN);
    write!(
        out,
        "\" sizes=\"(min-width: {}px) {column}px, calc(100vw - {MARGINS}px)\">",
        column + MARGINS
    )
}
