//! Logos as apps give them: good ones, and ones that are something else.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

pub(super) const SVG: &[u8] =
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\"><script>alert(1)</script></svg>";

pub(super) const HTML: &[u8] = b"<!doctype html><title>not a picture</title><script>alert(1)</script>";

pub(super) fn png() -> Vec<u8> {
    encoded(&mark().into(), ImageFormat::Png)
}

pub(super) fn jpeg() -> Vec<u8> {
    encoded(&mark().into(), ImageFormat::Jpeg)
}

pub(super) fn webp() -> Vec<u8> {
    encoded(&mark().into(), ImageFormat::WebP)
}

/// 25 million pixels of one colour: small on the way, 25 MB and more when decoded.
pub(super) fn bomb() -> &'static [u8] {
    static BOMB: LazyLock<Vec<u8>> =
        LazyLock::new(|| encoded(&DynamicImage::new_luma8(5000, 5000), ImageFormat::Png));
    &BOMB
}

/// A disc on a square, so that a wrong crop or a swapped channel shows in a picture.
fn mark() -> RgbImage {
    RgbImage::from_fn(128, 128, |x, y| {
        let (dx, dy) = (i64::from(x) - 64, i64::from(y) - 64);
        if dx * dx + dy * dy < 40 * 40 { Rgb([255, 244, 214]) } else { Rgb([11, 110, 79]) }
    })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture can be written");
    bytes.into_inner()
}
