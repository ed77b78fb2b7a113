//! Whether a logo can be seen on the light and on the dark ground of our pages.

use image::ImageFormat;

/// The part of the picture, of a thousand, that must stand out.
const ENOUGH: u64 = 20;
/// WCAG 2.2 §1.4.11: what is not text needs a contrast of 3 to 1.
const CONTRAST: f64 = 3.0;

/// Where a logo can hardly be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    pub on_light: bool,
    pub on_dark: bool,
}

/// Looks at a logo as we serve it; `None` when it is no picture, which none that we serve is.
#[must_use]
pub fn look(png: &[u8]) -> Option<Sight> {
    let picture = image::load_from_memory_with_format(png, ImageFormat::Png).ok()?.into_rgba8();
    let all = u64::from(picture.width()) * u64::from(picture.height());
    let (mut light, mut dark) = (0_u64, 0_u64);
    for pixel in picture.pixels() {
        let [red, green, blue, alpha] = pixel.0;
        if alpha < 128 {
            continue;
        }
        let own = luminance([red, green, blue]);
        light += u64::from(contrast(own, 1.0) >= CONTRAST);
        dark += u64::from(contrast(own, luminance([0x16, 0x18, 0x1d])) >= CONTRAST);
    }
    let is_seen = |pixels: u64| pixels * 1000 >= all * ENOUGH;
    Some(Sight { on_light: is_seen(light), on_dark: is_seen(dark) })
}

/// WCAG 2.2: relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(part);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(colour: [u8; 4]) -> Vec<u8> {
        let mut picture = image::RgbaImage::from_pixel(64, 64, image::Rgba([0, 0, 0, 0]));
        for pixel in picture.pixels_mut().skip(1000).take(1000) {
            *pixel = image::Rgba(colour);
        }
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).expect("a picture");
        png.into_inner()
    }

    #[test]
    fn white_is_lost_on_light_black_on_dark_and_blue_on_neither() {
        let sight = |colour| look(&logo(colour)).expect("a picture");
        assert_eq!(sight([255, 255, 255, 255]), Sight { on_light: false, on_dark: true });
        assert_eq!(sight([0, 0, 0, 255]), Sight { on_light: true, on_dark: false });
        assert_eq!(sight([40, 110, 220, 255]), Sight { on_light: true, on_dark: true });
        assert_eq!(sight([40, 110, 220, 20]), Sight { on_light: false, on_dark: false }, "hardly there");
        assert_eq!(look(b"no picture"), None);
    }
}
