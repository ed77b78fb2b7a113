//! Pictures of the sample apps, drawn here so that nothing is fetched: their logos, and what they might look like.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Pixels on each side of a logo.
const SIZE: u16 = 256;
/// How round the corners are.
const ROUND: f32 = 60.0;
/// Half the width of a line.
const PEN: f32 = 15.0;

type Colour = [f32; 3];

/// A logo: white lines on a coloured tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sketch {
    /// From corner to corner.
    lines: &'static [&'static [(f32, f32)]],
    /// Top and bottom of the ground.
    ground: [Colour; 2],
}

/// A tick on green.
pub(super) const TICK: Sketch = Sketch {
    lines: &[&[(72.0, 134.0), (112.0, 174.0), (186.0, 86.0)]],
    ground: [[20.0, 148.0, 136.0], [12.0, 94.0, 104.0]],
};
/// A rising line on blue.
pub(super) const CHART: Sketch = Sketch {
    lines: &[
        &[(64.0, 168.0), (108.0, 120.0), (140.0, 150.0), (192.0, 84.0)],
        &[(152.0, 80.0), (194.0, 82.0), (194.0, 122.0)],
    ],
    ground: [[72.0, 96.0, 214.0], [40.0, 52.0, 150.0]],
};
/// A key on orange.
pub(super) const KEY: Sketch = Sketch {
    lines: &[
        &[(78.0, 108.0), (108.0, 78.0), (138.0, 108.0), (108.0, 138.0), (78.0, 108.0)],
        &[(128.0, 128.0), (190.0, 190.0)],
        &[(160.0, 160.0), (180.0, 140.0)],
    ],
    ground: [[222.0, 122.0, 44.0], [168.0, 70.0, 24.0]],
};

/// A logo as PNG.
///
/// # Errors
/// None in practice: an encoder that cannot write to memory.
pub(super) fn draw(sketch: Sketch) -> anyhow::Result<Vec<u8>> {
    let picture = RgbaImage::from_fn(u32::from(SIZE), u32::from(SIZE), |x, y| {
        let place = |at: u32| f32::from(u16::try_from(at).unwrap_or(u16::MAX)) + 0.5;
        pixel(sketch, (place(x), place(y)))
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

/// A screen of an app with this logo: a bar on top, a column at the side, rows of things.
///
/// # Errors
/// As [`draw`].
pub(super) fn screen(sketch: Sketch) -> anyhow::Result<Vec<u8>> {
    const WIDE: u32 = 960;
    let [top, bottom] = sketch.ground.map(|colour| Rgb(colour.map(byte)));
    let picture = RgbImage::from_fn(WIDE, 600, |x, y| {
        let row = y.saturating_sub(104) % 72;
        let length = 300 + (y.saturating_sub(104) / 72 * 131) % 240;
        match (x, y) {
            (_, 0..56) => top,
            (0..180, _) if (y / 44).is_multiple_of(2) && (24..150).contains(&x) && y % 44 < 14 => bottom,
            (0..180, _) => Rgb([236, 236, 232]),
            (220..920, 104..) if row < 56 && (236..284).contains(&x) && (8..48).contains(&row) => top,
            (220..920, 104..) if row < 56 && (12..24).contains(&row) && (304..304 + length).contains(&x) => {
                Rgb([90, 90, 86])
            }
            (220..920, 104..) if row < 56 && (34..42).contains(&row) && (304..484).contains(&x) => {
                Rgb([176, 176, 170])
            }
            (220..920, 104..) if row < 56 => Rgb([255, 255, 255]),
            _ => Rgb([246, 246, 243]),
        }
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

fn pixel(sketch: Sketch, at: (f32, f32)) -> Rgba<u8> {
    let [top, bottom] = sketch.ground;
    let depth = at.1 / f32::from(SIZE);
    let pieces = sketch.lines.iter().flat_map(|line| line.iter().zip(line.iter().skip(1)));
    let nearest = pieces.map(|(from, to)| to_line(at, *from, *to)).fold(f32::MAX, f32::min);
    let ink = edge(PEN - nearest);
    let mut colour = [0; 4];
    for (to, (high, low)) in colour.iter_mut().zip(top.into_iter().zip(bottom)) {
        let ground = high + (low - high) * depth;
        *to = byte(ground + (255.0 - ground) * ink);
    }
    let [red, green, blue, _] = colour;
    Rgba([red, green, blue, byte(255.0 * edge(-to_tile(at)))])
}

/// How much of a pixel lies inside, from the distance of its middle to the edge.
fn edge(inside: f32) -> f32 {
    (inside + 0.5).clamp(0.0, 1.0)
}

/// The distance to the edge of the tile; negative inside.
fn to_tile((x, y): (f32, f32)) -> f32 {
    let half = f32::from(SIZE) / 2.0;
    let over = |at: f32| ((at - half).abs() - half + ROUND).max(0.0);
    over(x).hypot(over(y)) - ROUND
}

fn to_line((x, y): (f32, f32), (ax, ay): (f32, f32), (bx, by): (f32, f32)) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logo_is_a_white_tick_on_green_with_clear_corners() {
        let png = draw(TICK).expect("a picture");
        let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("PNG").into_rgba8();
        assert_eq!(picture.dimensions(), (256, 256));
        assert_eq!(picture.get_pixel(0, 0)[3], 0);
        assert_eq!(picture.get_pixel(112, 172).0, [255, 255, 255, 255]);
        let ground = picture.get_pixel(128, 40);
        assert!(ground[1] > ground[0] && ground[3] == 255, "{ground:?}");
    }

    #[test]
    fn every_app_looks_like_itself() {
        let logos = [TICK, CHART, KEY].map(|sketch| draw(sketch).expect("a picture"));
        assert!(logos[0] != logos[1] && logos[1] != logos[2]);
        let screen = screen(CHART).expect("a picture");
        let screen = image::load_from_memory_with_format(&screen, ImageFormat::Png).expect("PNG").into_rgb8();
        assert_eq!(screen.dimensions(), (960, 600));
        assert_eq!(screen.get_pixel(500, 20).0, [72, 96, 214]);
    }
}
