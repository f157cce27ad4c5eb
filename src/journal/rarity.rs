//! How likely each ending is for a player who chooses at random: worked out once by the proof, and kept.
//!
//! The table belongs to one story with its rules, weights and labs: [`Rarity::of`] gives it to no other. It is
//! written by `treed check --write-odds`, which `.ci/run` compares with what is kept.

use super::rules;
use crate::story::{EndingId, Story};
use serde::Deserialize;
use std::fmt::Write;

/// What the program was built with.
const KEPT: &str = include_str!("odds.ron");

/// The odds of a story's endings.
#[derive(Clone, Debug, PartialEq)]
pub struct Rarity {
    /// By number of the ending.
    endings: Vec<Option<f64>>,
}

/// The file's shape.
#[derive(Deserialize)]
#[serde(rename = "Odds")]
struct Written {
    rules: String,
    endings: Vec<(String, f64)>,
}

impl Rarity {
    /// The kept odds of this story; `None` where they are of another one, or of other rules.
    pub fn of(story: &Story) -> Option<Rarity> {
        Rarity::read(story, KEPT)
    }

    /// Those of a table that [`table`] wrote.
    pub fn read(story: &Story, table: &str) -> Option<Rarity> {
        let written: Written = ron::from_str(table).ok()?;
        if written.rules != rules::weighed(story) {
            return None;
        }
        let odds = |name: &str| {
            let row = written.endings.iter().find(|(ending, _)| ending == name);
            row.map(|(_, odds)| *odds).filter(|odds| (0.0..=1.0).contains(odds))
        };
        Some(Rarity { endings: story.endings.iter().map(|ending| odds(story.str(ending.name))).collect() })
    }

    /// The odds of an ending.
    pub fn odds(&self, ending: EndingId) -> Option<f64> {
        self.endings.get(ending.index()).copied().flatten()
    }
}

/// The table of a story whose endings have these odds, in the story's order.
pub fn table(story: &Story, odds: &[f64]) -> String {
    let mut out = String::from(
        "// How likely each ending is for a player who picks by the weights of the choices. Written by\n// `treed check --write-odds`; of use for the story with these rules alone.\n",
    );
    // Writing to a string cannot fail.
    let _ = writeln!(out, "Odds(\n    rules: \"{}\",\n    endings: [", rules::weighed(story));
    for (ending, odds) in story.endings.iter().zip(odds) {
        let _ = writeln!(out, "        (\"{}\", {odds:.6e}),", story.str(ending.name));
    }
    out.push_str("    ],\n)\n");
    out
}
