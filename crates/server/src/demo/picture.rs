//! The sample app's logo, drawn here so that nothing is fetched.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

/// Pixels on each side.
const SIZE: u16 = 256;
/// How round the corners are.
const ROUND: f32 = 60.0;
/// Half the width of the tick.
const PEN: f32 = 15.0;
/// The tick: down to its foot, then up to its end.
const TICK: [(f32, f32); 3] = [(72.0, 134.0), (112.0, 174.0), (186.0, 86.0)];
/// Top and bottom of the ground.
const GROUND: [[f32; 3]; 2] = [[20.0, 148.0, 136.0], [12.0, 94.0, 104.0]];

/// A white tick on a green tile, as PNG.
///
/// # Errors
/// None in practice: an encoder that cannot write to memory.
pub(super) fn draw() -> anyhow::Result<Vec<u8>> {
    let picture = RgbaImage::from_fn(u32::from(SIZE), u32::from(SIZE), |x, y| {
        let place = |at: u32| f32::from(u16::try_from(at).unwrap_or(u16::MAX)) + 0.5;
        pixel((place(x), place(y)))
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

fn pixel(at: (f32, f32)) -> Rgba<u8> {
    let [top, bottom] = GROUND;
    let depth = at.1 / f32::from(SIZE);
    let [foot, knee, end] = TICK;
    let ink = edge(PEN - to_line(at, foot, knee).min(to_line(at, knee, end)));
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
        let png = draw().expect("a picture");
        let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("PNG").into_rgba8();
        assert_eq!(picture.dimensions(), (256, 256));
        assert_eq!(picture.get_pixel(0, 0)[3], 0);
        assert_eq!(picture.get_pixel(112, 172).0, [255, 255, 255, 255]);
        let ground = picture.get_pixel(128, 40);
        assert!(ground[1] > ground[0] && ground[3] == 255, "{ground:?}");
    }
}
