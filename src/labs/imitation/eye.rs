//! What the drone sees: seven by seven bytes around itself, by some light.

use crate::labs::oak::{self, Cell, Matter};
use crate::labs::random::Stream;

/// Cells from one edge of a view to the other.
pub const SIDE: usize = 7;
/// Bytes of a view.
pub const PIXELS: usize = SIDE * SIDE;

/// Rows from the top, left to right.
pub type View = [u8; PIXELS];

/// Light in twelfths of day: 12 is day, 0 night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Light(pub u8);

/// What the drone sees by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensor {
    /// Reflected light: the sky by day, one street lamp from below by night.
    Camera,
    /// Warmth, the same at any hour.
    Thermal,
}

impl Light {
    /// Full day.
    pub const DAY: Light = Light(12);
    /// From 20:00 to dawn.
    pub const NIGHT: Light = Light(0);
    /// The six there are, as in the knob `flown`.
    pub const ALL: [Light; 6] = [Light(12), Light(10), Light(8), Light(5), Light(2), Light(0)];

    /// What to call it above a picture.
    pub fn title(self) -> &'static str {
        match self.0 {
            12.. => "by day",
            9..=11 => "18:00",
            6..=8 => "18:30",
            3..=5 => "sunset",
            1..=2 => "19:30",
            0 => "by night",
        }
    }
}

/// What something looks like without noise, 0 to 255.
pub fn level(matter: Matter, light: Light, sensor: Sensor) -> u8 {
    let [day, night, heat]: [u32; 3] = match matter {
        Matter::Air => [230, 10, 10],
        Matter::Leaves => [70, 40, 90],
        Matter::Wood => [50, 60, 110],
        Matter::Grass => [110, 90, 120],
        Matter::Cat => [140, 30, 250],
        Matter::Pad => [180, 200, 150],
    };
    let day_share = u32::from(light.0.min(12));
    match sensor {
        Sensor::Camera => ((day * day_share + night * (12 - day_share)) / 12) as u8,
        Sensor::Thermal => heat as u8,
    }
}

/// What is to be seen from a cell, without noise.
pub fn ideal(cell: Cell, light: Light, sensor: Sensor) -> View {
    let mut view = [0; PIXELS];
    for (at, pixel) in view.iter_mut().enumerate() {
        let right = (at % SIDE) as i32 - SIDE as i32 / 2;
        let up = SIDE as i32 / 2 - (at / SIDE) as i32;
        *pixel = level(oak::matter(cell.x() + right, cell.y() + up), light, sensor);
    }
    view
}

/// What the drone sees from a cell: noise of ten levels on every pixel, one `bell` each.
pub fn see(cell: Cell, light: Light, sensor: Sensor, noise: &mut Stream) -> View {
    let mut view = ideal(cell, light, sensor);
    for pixel in &mut view {
        let noisy = i32::from(*pixel) + (10.0 * noise.bell()) as i32;
        *pixel = noisy.clamp(0, 255) as u8;
    }
    view
}
