//! What the teams' programs are told of a photograph: 28 numbers.

use super::photographs::{BLOCKS, CROWN, HEIGHT, PHOTOGRAPHS, PIXELS, Photograph, WIDTH, block};

/// Numbers in a row.
pub const FEATURES: usize = 28;
/// How many of them, from the front, look for something that stands out; the others are a grid.
pub const CONTRASTS: usize = 4;

/// The features of one photograph: best 2×2 block, best pair of neighbours and best pixel of the
/// crown, each less the crown's mean; its standard deviation; the means of the 24 tiles of 2×2
/// pixels of the whole picture, row by row.
pub type Row = [f64; FEATURES];

/// The mean and standard deviation of each feature over the training set.
#[derive(Clone, Debug)]
pub struct Scale {
    mean: Row,
    deviation: Row,
}

/// The features of a photograph, in grey levels.
pub fn features(photograph: &Photograph) -> Row {
    let level = |pixel: usize| u32::from(photograph.pixels[pixel]);
    let crown = || (0..PIXELS).filter(|&pixel| CROWN[pixel]);
    let count = crown().count() as f64;
    let mean = f64::from(crown().map(level).sum::<u32>()) / count;
    let block_sum = |&top_left: &usize| block(top_left).map(level).iter().sum::<u32>();
    let best_block = BLOCKS.iter().map(block_sum).max().unwrap_or(0);
    let mut best_pair = 0;
    let mut best_pixel = 0;
    let mut squares = 0.0;
    for pixel in crown() {
        best_pixel = best_pixel.max(level(pixel));
        if pixel % WIDTH + 1 < WIDTH && CROWN[pixel + 1] {
            best_pair = best_pair.max(level(pixel) + level(pixel + 1));
        }
        if pixel / WIDTH + 1 < HEIGHT && CROWN[pixel + WIDTH] {
            best_pair = best_pair.max(level(pixel) + level(pixel + WIDTH));
        }
        let off = f64::from(level(pixel)) - mean;
        squares += off * off;
    }
    let mut row = [0.0; FEATURES];
    row[0] = f64::from(best_block) / 4.0 - mean;
    row[1] = f64::from(best_pair) / 2.0 - mean;
    row[2] = f64::from(best_pixel) - mean;
    row[3] = (squares / count).sqrt();
    for (tile, feature) in row[CONTRASTS..].iter_mut().enumerate() {
        let (x, y) = (tile % (WIDTH / 2), tile / (WIDTH / 2));
        *feature = f64::from(block_sum(&(2 * y * WIDTH + 2 * x))) / 4.0;
    }
    row
}

impl Scale {
    /// Measures the training set, [`PHOTOGRAPHS`] rows.
    pub fn of(rows: &[Row]) -> Scale {
        let mut scale = Scale { mean: [0.0; FEATURES], deviation: [1.0; FEATURES] };
        for feature in 0..FEATURES {
            let sum: f64 = rows.iter().map(|row| row[feature]).sum();
            let mean = sum / PHOTOGRAPHS as f64;
            let squares: f64 = rows.iter().map(|row| (row[feature] - mean) * (row[feature] - mean)).sum();
            scale.mean[feature] = mean;
            scale.deviation[feature] = (squares / PHOTOGRAPHS as f64).sqrt();
        }
        scale
    }

    /// The row less the mean, in standard deviations.
    pub fn standardise(&self, row: &Row) -> Row {
        std::array::from_fn(|feature| (row[feature] - self.mean[feature]) / self.deviation[feature])
    }
}
