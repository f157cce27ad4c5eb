//! What a player has set, and which tips were shown: a small file beside the saves.

use super::save::{Bad, unread};
use crate::text::visible;
use serde::Deserialize;
use std::fmt::Write;

/// The format's number.
const FORMAT: u32 = 1;
/// Narrowest and widest line that can be set, in columns.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 40..=200;
/// Most tips that are remembered, and how long a name may be.
const MOST_TIPS: usize = 100;

/// What a player has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The widest line, in columns; `None` as the program sees fit.
    pub width: Option<u16>,
    /// How fast a replay goes on.
    pub pace: Pace,
    /// Names in colour, where the terminal shows any.
    pub colour: bool,
    /// Pictures drawn in characters; else told in words.
    pub pictures: bool,
    /// Strictly linear output, for screen readers.
    pub plain: bool,
    /// Names of tips that were shown.
    pub tips: Vec<String>,
}

/// How fast a replay goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// For who reads slowly.
    Slow,
    /// As people read.
    Reading,
    /// For who skims.
    Fast,
    /// All at once.
    Instant,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            width: None,
            pace: Pace::Reading,
            colour: true,
            pictures: true,
            plain: false,
            tips: Vec::new(),
        }
    }
}

impl Pace {
    /// All of them.
    pub const ALL: [Pace; 4] = [Pace::Slow, Pace::Reading, Pace::Fast, Pace::Instant];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Pace::Slow => "slow",
            Pace::Reading => "reading",
            Pace::Fast => "fast",
            Pace::Instant => "instant",
        }
    }

    /// The pace of this name.
    pub fn named(name: &str) -> Option<Pace> {
        Pace::ALL.into_iter().find(|pace| pace.name() == name)
    }

    /// Words a minute; `None` for all at once. People read 240 of fiction (Brysbaert 2019: 260).
    pub fn words_a_minute(self) -> Option<u64> {
        match self {
            Pace::Slow => Some(150),
            Pace::Reading => Some(240),
            Pace::Fast => Some(480),
            Pace::Instant => None,
        }
    }
}

/// The file's shape. What is not there is as the program sees fit.
#[derive(Deserialize)]
#[serde(rename = "Settings")]
struct Written {
    format: u32,
    #[serde(default)]
    width: Option<u16>,
    #[serde(default)]
    pace: String,
    #[serde(default = "yes")]
    colour: bool,
    #[serde(default = "yes")]
    pictures: bool,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    tips: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Settings {
    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut out = format!("Settings(\n    format: {FORMAT},\n");
        // Writing to a string cannot fail.
        if let Some(width) = self.width {
            let _ = writeln!(out, "    width: Some({width}),");
        }
        let _ = writeln!(out, "    pace: {:?},", self.pace.name());
        let _ = writeln!(out, "    colour: {},", self.colour);
        let _ = writeln!(out, "    pictures: {},", self.pictures);
        let _ = writeln!(out, "    plain: {},", self.plain);
        let _ = writeln!(out, "    tips: {:?},\n)", self.tips);
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Bad`] says why it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Settings, Bad> {
        let text = String::from_utf8_lossy(bytes);
        let written: Written = ron::Options::default()
            .with_recursion_limit(8)
            .from_str(&text)
            .map_err(|error| unread(&error))?;
        if written.format > FORMAT {
            return Err(Bad::Newer(written.format));
        }
        Ok(Settings {
            width: written.width.map(|width| width.clamp(*WIDTHS.start(), *WIDTHS.end())),
            pace: Pace::named(&written.pace).unwrap_or(Pace::Reading),
            colour: written.colour,
            pictures: written.pictures,
            plain: written.plain,
            tips: written.tips.into_iter().take(MOST_TIPS).map(|tip| visible(&tip).into_owned()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_were_written() {
        let settings = Settings {
            width: Some(60),
            pace: Pace::Fast,
            colour: false,
            pictures: false,
            plain: true,
            tips: vec!["undo".to_owned()],
        };
        assert_eq!(Settings::from_bytes(settings.to_text().as_bytes()), Ok(settings));
        assert_eq!(Settings::from_bytes(b"Settings(format: 1)"), Ok(Settings::default()));
        let wide = Settings::from_bytes(b"Settings(format: 1, width: Some(9999), pace: \"lightning\")");
        assert_eq!(wide, Ok(Settings { width: Some(200), ..Settings::default() }));
        assert_eq!(Settings::from_bytes(b"Settings(format: 2)"), Err(Bad::Newer(2)));
        assert!(matches!(Settings::from_bytes(b"Setti"), Err(Bad::Damaged { .. })));
    }
}
