//! The photographs: what was in view, and the pixels that came of it.
//!
//! Twelve pixels wide, eight high, one byte each, row by row from the top. The crown of the oak is
//! an ellipse; she, a carrier bag and a squirrel are bright patches in it. A bag looks exactly as
//! she does, and leaves may hide her: no labeller and no program can be right about those.

use crate::labs::Picture;
use crate::labs::random::Stream;

/// Pixels from left to right.
pub const WIDTH: usize = 12;
/// Pixels from top to bottom.
pub const HEIGHT: usize = 8;
/// Pixels of a photograph.
pub const PIXELS: usize = WIDTH * HEIGHT;
/// Photographs in each of the three sets.
pub const PHOTOGRAPHS: usize = 1000;
/// Photographs in each set on which she is, seen or hidden.
pub const CATS: usize = 53;
/// Photographs that the player labels by hand.
pub const GOLD: usize = 10;

/// Which pixels show the crown.
pub const CROWN: [bool; PIXELS] = crown();
/// The top left pixels of the 2×2 blocks that lie wholly in the crown, row by row.
pub const BLOCKS: [usize; N_BLOCKS] = blocks();

const N_BLOCKS: usize = count_blocks();

/// When a photograph was taken; leaves are brightest in autumn and thickest in summer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// Crown 120 grey levels; hides her in 20 % of photographs.
    Spring,
    /// Crown 80; 40 %.
    Summer,
    /// Crown 110; 20 %.
    Autumn,
    /// Crown 140; 5 %.
    Winter,
}

/// What a set of photographs is for; each has its own random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Labelled by the workers, fitted by the teams.
    Training,
    /// What the leaderboard shows.
    Public,
    /// What nobody looks at before the end.
    Private,
}

/// What a gold photograph clearly shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Her, in sight, and no squirrel.
    Cat,
    /// A squirrel, and no bag.
    Squirrel,
    /// The tree and nothing else.
    Bare,
}

/// One photograph, and the truth about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photograph {
    /// Grey levels, row by row from the top.
    pub pixels: [u8; PIXELS],
    /// When it was taken.
    pub season: Season,
    /// She is there, seen or hidden.
    pub cat: bool,
    /// She is there, behind leaves.
    pub hidden: bool,
    /// A carrier bag, as bright and as large as she; never where she is.
    pub bag: bool,
    /// A squirrel: a column of two pixels, somewhat fainter.
    pub squirrel: bool,
}

/// The photographs of a set: [`PHOTOGRAPHS`] of them, on exactly [`CATS`] of which she is, so that
/// whoever always says NO CAT is right on 94.7 % whatever the seed.
pub fn set(seed: u64, set: Set) -> Vec<Photograph> {
    let mut stream = Stream::new(seed, "crowd", "photos", set as u64);
    let mut flags = [false; PHOTOGRAPHS];
    flags[..CATS].fill(true);
    stream.shuffle(&mut flags);
    flags.iter().map(|&cat| Photograph::draw(&mut stream, cat, None)).collect()
}

/// The ten clear photographs that the player may label: five of her, two of a squirrel, three of
/// the bare tree, in random order.
pub fn gold(seed: u64) -> [Photograph; GOLD] {
    use Kind::{Bare, Cat, Squirrel};
    let mut stream = Stream::new(seed, "crowd", "gold", 0);
    let mut kinds = [Cat, Cat, Cat, Cat, Cat, Squirrel, Squirrel, Bare, Bare, Bare];
    stream.shuffle(&mut kinds);
    kinds.map(|kind| Photograph::draw(&mut stream, kind == Cat, Some(kind)))
}

impl Season {
    /// As in "a summer day".
    pub fn name(self) -> &'static str {
        match self {
            Season::Spring => "spring",
            Season::Summer => "summer",
            Season::Autumn => "autumn",
            Season::Winter => "winter",
        }
    }

    fn crown_level(self) -> i32 {
        match self {
            Season::Spring => 120,
            Season::Summer => 80,
            Season::Autumn => 110,
            Season::Winter => 140,
        }
    }

    fn hides(self) -> f64 {
        match self {
            Season::Spring | Season::Autumn => 0.20,
            Season::Summer => 0.40,
            Season::Winter => 0.05,
        }
    }
}

impl Photograph {
    /// Draws one photograph; a gold kind takes the place of what was drawn for hidden, bag and
    /// squirrel, so that each photograph takes the same draws whatever its kind.
    fn draw(stream: &mut Stream, cat: bool, kind: Option<Kind>) -> Photograph {
        const SEASONS: [Season; 4] = [Season::Spring, Season::Summer, Season::Autumn, Season::Winter];
        const SKY: i32 = 60;
        let season = SEASONS[stream.below(4) as usize];
        let mut hidden = cat && stream.chance(season.hides());
        let mut bag = !cat && stream.chance(0.07);
        let mut squirrel = stream.chance(0.10);
        if let Some(kind) = kind {
            (hidden, bag, squirrel) = (false, false, kind == Kind::Squirrel);
        }
        let gain = 80 + stream.below(31) as i32;
        let first = BLOCKS[stream.below(N_BLOCKS as u32) as usize];
        let second = BLOCKS[stream.below(N_BLOCKS as u32) as usize];

        let mut levels = CROWN.map(|inside| if inside { season.crown_level() } else { SKY });
        if (cat && !hidden) || bag {
            for pixel in block(first) {
                levels[pixel] += 70;
            }
        }
        if squirrel {
            levels[second] += 55;
            levels[second + WIDTH] += 55;
        }
        let pixels = levels.map(|level| {
            let noise = (12.0 * stream.bell()) as i32;
            (level * gain / 100 + noise).clamp(0, 255) as u8
        });
        Photograph { pixels, season, cat, hidden, bag, squirrel }
    }

    /// A bright 2×2 block is in sight: she, or a bag.
    pub fn shows_block(&self) -> bool {
        (self.cat && !self.hidden) || self.bag
    }

    /// The photograph in characters, two a pixel, described from its pixels alone: nothing is said
    /// that cannot be seen.
    pub fn picture(&self) -> Picture {
        const GLYPHS: [&str; 8] = ["  ", "  ", "..", "..", "::", "++", "##", "@@"];
        let middle = self.middle();
        let rows = self
            .pixels
            .chunks(WIDTH)
            .map(|row| {
                let drawn: String = row
                    .iter()
                    .map(|&pixel| GLYPHS[((i32::from(pixel) - middle + 24) / 12).clamp(0, 7) as usize])
                    .collect();
                drawn.trim_end().to_string()
            })
            .collect();
        Picture { rows, described: self.described(middle) }
    }

    /// The level that the drawing takes for ordinary leaves: the 61st of the sorted pixels.
    fn middle(&self) -> i32 {
        let mut sorted = self.pixels;
        sorted.sort_unstable();
        i32::from(sorted[60])
    }

    /// The 2×2 block of the crown with the greatest sum, by its top left pixel; of equals the first.
    pub fn brightest_block(&self) -> usize {
        let mut best = (0, 0);
        for top_left in BLOCKS {
            let sum = block(top_left).map(|pixel| u32::from(self.pixels[pixel])).iter().sum();
            if sum > best.0 {
                best = (sum, top_left);
            }
        }
        best.1
    }

    /// What stands out from the leaves, and where: what a careful eye sees in the drawing.
    fn described(&self, middle: i32) -> String {
        let lift = |pixel: usize| i32::from(self.pixels[pixel]) - middle;
        let square = block(self.brightest_block());
        let level = square.map(lift).iter().sum::<i32>() / 4;
        if square.map(lift).iter().all(|&lift| lift >= SEEN) {
            let place = place(square[0], square[3]);
            let bright = strength(level);
            return format!("{bright} square, two pixels by two, {place}, {level} levels above the leaves.");
        }
        for (step, shape) in [
            (WIDTH, "upright streak, one pixel wide and two high"),
            (1, "level streak, two pixels wide and one high"),
        ] {
            let ends = (0..PIXELS - step)
                .filter(|&pixel| CROWN[pixel] && CROWN[pixel + step])
                .filter(|&pixel| step == WIDTH || pixel % WIDTH + 1 < WIDTH)
                .map(|pixel| (lift(pixel).min(lift(pixel + step)), pixel));
            let Some((dimmer, pixel)) = ends.max_by_key(|&(dimmer, pixel)| (dimmer, PIXELS - pixel)) else {
                continue;
            };
            if dimmer >= SEEN {
                let level = (lift(pixel) + lift(pixel + step)) / 2;
                let place = place(pixel, pixel + step);
                let bright = strength(level);
                return format!("{bright} {shape}, {place}, {level} levels above the leaves.");
            }
        }
        "Only speckle; nothing stands out from the leaves.".to_string()
    }
}

/// Levels above the leaves from which the drawing shows a mark.
const SEEN: i32 = 24;

fn strength(level: i32) -> &'static str {
    match level {
        ..36 => "A faint",
        36..60 => "A clear",
        _ => "A bright",
    }
}

/// Where a patch lies, from its first and last pixel.
fn place(first: usize, last: usize) -> &'static str {
    let twice_x = first % WIDTH + last % WIDTH;
    let twice_y = first / WIDTH + last / WIDTH;
    match (twice_x, twice_y) {
        (..8, ..6) => "at the upper left",
        (..8, 6..9) => "at the left",
        (..8, _) => "at the lower left",
        (8..15, ..6) => "above the middle",
        (8..15, 6..9) => "in the middle",
        (8..15, _) => "below the middle",
        (_, ..6) => "at the upper right",
        (_, 6..9) => "at the right",
        _ => "at the lower right",
    }
}

/// The four pixels of the 2×2 block with this top left pixel.
pub fn block(top_left: usize) -> [usize; 4] {
    [top_left, top_left + 1, top_left + WIDTH, top_left + WIDTH + 1]
}

const fn crown() -> [bool; PIXELS] {
    let mut inside = [false; PIXELS];
    let mut pixel = 0;
    while pixel < PIXELS {
        let x = 2 * (pixel % WIDTH) as i32 - 11;
        let y = 2 * (pixel / WIDTH) as i32 - 7;
        inside[pixel] = 49 * x * x + 100 * y * y <= 4900;
        pixel += 1;
    }
    inside
}

const fn is_block(pixel: usize) -> bool {
    pixel % WIDTH + 1 < WIDTH
        && pixel / WIDTH + 1 < HEIGHT
        && CROWN[pixel]
        && CROWN[pixel + 1]
        && CROWN[pixel + WIDTH]
        && CROWN[pixel + WIDTH + 1]
}

const fn count_blocks() -> usize {
    let mut count = 0;
    let mut pixel = 0;
    while pixel < PIXELS {
        if is_block(pixel) {
            count += 1;
        }
        pixel += 1;
    }
    count
}

const fn blocks() -> [usize; N_BLOCKS] {
    let mut found = [0; N_BLOCKS];
    let mut count = 0;
    let mut pixel = 0;
    while pixel < PIXELS {
        if is_block(pixel) {
            found[count] = pixel;
            count += 1;
        }
        pixel += 1;
    }
    found
}
