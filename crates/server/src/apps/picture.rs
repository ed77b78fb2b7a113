//! Pictures that somebody else made: decoded with limits and encoded anew, so that nothing of the original file is ever
//! served.

use std::io::Cursor;

use grantry_store::Error;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgba};
use tokio::sync::Semaphore;

use super::{Fault, Refused};
use crate::outbound::OutboundError;

/// Decoding is the machine's work, however many servers run in the process.
static DECODERS: Semaphore = Semaphore::const_new(2);

/// How good a picture stays that is too heavy without loss.
const QUALITY: u8 = 85;

/// What a picture may be, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Pixels that it may have on each side.
    pub largest: u32,
    /// Pixels that it has on each side at most when we serve it.
    pub served: u32,
    /// Bytes of memory that decoding it may take.
    pub memory: u64,
    /// Bytes from which it is encoded with loss.
    pub heavy: usize,
}

/// A picture of our own making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub content_type: &'static str,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// Draws a picture anew that a field gave the address of.
///
/// # Errors
/// A fault of that field that says why the picture cannot be used.
pub async fn redraw((field, url): (&str, &str), picture: Vec<u8>, bounds: Bounds) -> Result<Drawn, Refused> {
    let Ok(_place) = DECODERS.acquire().await else {
        return Err(Error::Unavailable("no decoder".to_owned()).into());
    };
    let drawn = tokio::task::spawn_blocking(move || draw(&picture, bounds)).await;
    let drawn = drawn.unwrap_or(Err("apps-fault-logo-broken"));
    drawn.map_err(|key| Fault::new(field, key).about(url).with("largest", bounds.largest).into())
}

/// Why nothing was fetched. Of hosts that are not public nothing more is said than that.
#[must_use]
pub fn unfetched((field, url): (&str, &str), why: OutboundError, size: &str) -> Fault {
    let key = match why {
        OutboundError::NotAllowed | OutboundError::NotPublic => "apps-fault-logo-not-public",
        OutboundError::Timeout => "apps-fault-logo-slow",
        OutboundError::Certificate => "apps-fault-logo-certificate",
        OutboundError::NoAnswer => "apps-fault-logo-no-answer",
        OutboundError::TooLarge => "apps-fault-logo-heavy",
        OutboundError::Status(300..=399) => "apps-fault-logo-moved",
        OutboundError::Status(_) => "apps-fault-logo-status",
    };
    let status = match why {
        OutboundError::Status(status) => status.to_string(),
        OutboundError::NotAllowed
        | OutboundError::NotPublic
        | OutboundError::Timeout
        | OutboundError::Certificate
        | OutboundError::NoAnswer
        | OutboundError::TooLarge => String::new(),
    };
    Fault::new(field, key).about(url).with("status", status).with("size", size)
}

/// What the picture is, its first bytes say; what the other server said, and the name, prove nothing.
fn draw(bytes: &[u8], bounds: Bounds) -> Result<Drawn, &'static str> {
    const BROKEN: &str = "apps-fault-logo-broken";
    let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) = image::guess_format(bytes)
    else {
        return Err("apps-fault-logo-format");
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(bounds.memory);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BROKEN)?;
    let (width, height) = decoder.dimensions();
    // Looked at before a pixel is decoded: a few kilobytes can stand for gigabytes.
    if width > bounds.largest || height > bounds.largest {
        return Err("apps-fault-logo-large");
    }
    if decoder.total_bytes() > bounds.memory {
        return Err(BROKEN);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| BROKEN)?;
    picture.apply_orientation(orientation);
    if picture.width() > bounds.served || picture.height() > bounds.served {
        picture = picture.resize(bounds.served, bounds.served, image::imageops::FilterType::CatmullRom);
    }
    let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    let (width, height) = (picture.width(), picture.height());
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| BROKEN)?;
    let png = png.into_inner();
    if png.len() <= bounds.heavy {
        return Ok(Drawn { content_type: "image/png", width, height, bytes: png });
    }
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    on_white(&picture).write_with_encoder(encoder).map_err(|_| BROKEN)?;
    Ok(Drawn { content_type: "image/jpeg", width, height, bytes: jpeg })
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> DynamicImage {
    let mut ground =
        image::RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255, 255, 255, 255]));
    image::imageops::overlay(&mut ground, picture, 0, 0);
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(ground).into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(side: u32) -> Vec<u8> {
        let picture = image::RgbaImage::from_fn(side, side, |x, y| {
            let n = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503));
            let [a, b, c, _] = (n ^ (n >> 13)).to_be_bytes();
            Rgba([a, b, c, if x == y { 0 } else { 255 }])
        });
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).expect("a picture");
        png.into_inner()
    }

    // security: W08
    #[test]
    fn a_picture_keeps_its_shape_and_gets_lighter_with_loss_only_when_it_must() {
        let bounds = Bounds { largest: 300, served: 200, memory: 1 << 20, heavy: 8 * 1024 };
        let small = draw(&noise(20), bounds).expect("a picture");
        assert_eq!((small.content_type, small.width, small.height), ("image/png", 20, 20));
        let heavy = draw(&noise(240), bounds).expect("a picture");
        assert_eq!((heavy.content_type, heavy.width), ("image/jpeg", 200));
        assert_eq!(image::guess_format(&heavy.bytes).expect("a format"), ImageFormat::Jpeg);
        assert_eq!(draw(&noise(301), bounds), Err("apps-fault-logo-large"));
        let narrow = Bounds { memory: 1000, ..bounds };
        assert_eq!(draw(&noise(240), narrow), Err("apps-fault-logo-broken"), "more memory than it may take");
        assert_eq!(draw(b"GIF89a", bounds), Err("apps-fault-logo-format"));
    }
}
