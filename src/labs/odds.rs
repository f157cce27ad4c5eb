//! How often each outcome comes at each setting that a story can reach: measured once, and kept.
//!
//! The proof weighs the world's answers by these counts. They are written by `treed lab odds --write`
//! and belong to one [`VERSION`] of the labs: [`Odds::built_in`] refuses others.

use super::player::Hands;
use super::sweep::{Case, Seeds, tally};
use super::{Lab, Setting, VERSION};
use serde::{Deserialize, Serialize};
use std::num::NonZero;

/// Counts of outcomes over seeds 0 to `seeds` − 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Odds {
    /// Runs of each setting.
    pub seeds: u32,
    /// [`VERSION`] of the labs that ran.
    pub labs_version: u32,
    /// The crowd without gold photographs, by rising setting.
    pub crowd: Vec<Row>,
    /// The crowd with ten gold photographs, all labelled rightly.
    pub crowd_by_hand: Vec<Row>,
    /// The drones.
    pub drones: Vec<Row>,
    /// Imitation without flights by the player.
    pub imitation: Vec<Row>,
    /// Imitation with one flight by a player who slips on 15 % of the keys.
    pub imitation_by_hand: Vec<Row>,
}

/// A setting, as indices of knobs, and the runs of each outcome.
pub type Row = (Vec<u8>, Vec<u32>);

/// Whether the player did by hand what can be done in a lab, before it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// Nothing, or handed it back.
    No,
    /// Ten gold labels, all right; one flight.
    Yes,
}

/// Why odds can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// They are not in the format.
    #[error("the odds cannot be read: {0}")]
    Format(#[from] Box<ron::error::SpannedError>),
    /// The labs have changed since.
    #[error(
        "the odds were measured by version {0} of the labs, this is version {VERSION}; `treed lab odds --write` measures again"
    )]
    OldLabs(u32),
}

impl Odds {
    /// None measured yet.
    pub fn none(seeds: u32) -> Odds {
        Odds {
            seeds,
            labs_version: VERSION,
            crowd: vec![],
            crowd_by_hand: vec![],
            drones: vec![],
            imitation: vec![],
            imitation_by_hand: vec![],
        }
    }

    /// Those that come with the program.
    ///
    /// # Errors
    /// When they are damaged, or older than the labs.
    pub fn built_in() -> Result<Odds, Unusable> {
        Odds::read(include_str!("odds.ron"))
    }

    /// Reads what [`Odds::write`] wrote.
    ///
    /// # Errors
    /// When it is something else, or older than the labs.
    pub fn read(text: &str) -> Result<Odds, Unusable> {
        let odds: Odds = ron::from_str(text).map_err(Box::new)?;
        if odds.labs_version != VERSION {
            return Err(Unusable::OldLabs(odds.labs_version));
        }
        Ok(odds)
    }

    /// One row a line.
    pub fn write(&self) -> String {
        let mut text = format!(
            "// Written by `treed lab odds --write`: runs of each outcome over seeds 0 to {}, by setting.\n\
             Odds(\n    seeds: {},\n    labs_version: {},\n",
            self.seeds.saturating_sub(1),
            self.seeds,
            self.labs_version
        );
        for (name, rows) in [
            ("crowd", &self.crowd),
            ("crowd_by_hand", &self.crowd_by_hand),
            ("drones", &self.drones),
            ("imitation", &self.imitation),
            ("imitation_by_hand", &self.imitation_by_hand),
        ] {
            text.push_str(&format!("    {name}: [\n"));
            for (setting, counts) in rows {
                text.push_str(&format!("        ({setting:?}, {counts:?}),\n"));
            }
            text.push_str("    ],\n");
        }
        text.push_str(")\n");
        text
    }

    /// Runs of each outcome at a setting, if it was measured. There is nothing to be done by hand with
    /// the drones.
    pub fn counts(&self, lab: Lab, setting: &Setting, by_hand: ByHand) -> Option<&[u32]> {
        let rows = self.rows(lab, by_hand);
        let at = rows.binary_search_by(|(known, _)| known.cmp(&setting.0)).ok()?;
        rows.get(at).map(|(_, counts)| counts.as_slice())
    }

    /// Measures the first `most` of these settings that are not measured yet, with and without hands
    /// where there is something for them to do. Says how many measurements are still missing then.
    pub fn measure(
        &mut self,
        settings: &[(Lab, Setting)],
        most: usize,
        threads: NonZero<usize>,
        done: impl Fn() + Sync,
    ) -> usize {
        let mut missing = self.missing(settings);
        let later = missing.len().saturating_sub(most);
        missing.truncate(most);
        let cases: Vec<Case> =
            missing.iter().map(|(lab, setting, by_hand)| case(*lab, setting.clone(), *by_hand)).collect();
        let tallies = tally(&cases, Seeds { from: 0, count: self.seeds }, &[], threads, done);
        for ((lab, setting, by_hand), tally) in missing.into_iter().zip(tallies) {
            let rows = self.rows_mut(lab, by_hand);
            let at = rows.partition_point(|(known, _)| *known < setting.0);
            rows.insert(at, (setting.0, tally.counts));
        }
        later
    }

    /// What [`Odds::measure`] would measure, in order.
    pub fn missing(&self, settings: &[(Lab, Setting)]) -> Vec<(Lab, Setting, ByHand)> {
        let mut wanted: Vec<(Lab, Setting, ByHand)> = Vec::new();
        // What is played without hands first, since the proof weighs by that.
        for by_hand in [ByHand::No, ByHand::Yes] {
            for (lab, setting) in settings {
                let is_done = by_hand == ByHand::Yes && *lab == Lab::Drones;
                let entry = (*lab, setting.clone(), by_hand);
                if !is_done && self.counts(*lab, setting, by_hand).is_none() && !wanted.contains(&entry) {
                    wanted.push(entry);
                }
            }
        }
        wanted
    }

    /// Forgets settings that are not on the list.
    pub fn keep_only(&mut self, settings: &[(Lab, Setting)]) {
        for lab in Lab::ALL {
            for by_hand in [ByHand::No, ByHand::Yes] {
                let wanted = |known: &[u8]| settings.iter().any(|(of, it)| *of == lab && it.0 == known);
                self.rows_mut(lab, by_hand).retain(|(known, _)| wanted(known));
            }
        }
    }

    fn rows(&self, lab: Lab, by_hand: ByHand) -> &[Row] {
        match (lab, by_hand) {
            (Lab::Crowd, ByHand::No) => &self.crowd,
            (Lab::Crowd, ByHand::Yes) => &self.crowd_by_hand,
            (Lab::Drones, _) => &self.drones,
            (Lab::Imitation, ByHand::No) => &self.imitation,
            (Lab::Imitation, ByHand::Yes) => &self.imitation_by_hand,
        }
    }

    fn rows_mut(&mut self, lab: Lab, by_hand: ByHand) -> &mut Vec<Row> {
        match (lab, by_hand) {
            (Lab::Crowd, ByHand::No) => &mut self.crowd,
            (Lab::Crowd, ByHand::Yes) => &mut self.crowd_by_hand,
            (Lab::Drones, _) => &mut self.drones,
            (Lab::Imitation, ByHand::No) => &mut self.imitation,
            (Lab::Imitation, ByHand::Yes) => &mut self.imitation_by_hand,
        }
    }
}

/// What is run for an entry.
pub fn case(lab: Lab, setting: Setting, by_hand: ByHand) -> Case {
    let hands = match (lab, by_hand) {
        (_, ByHand::No) | (Lab::Drones, _) => Hands::default(),
        (Lab::Crowd, ByHand::Yes) => Hands { gold: Some(0.0), ..Hands::default() },
        (Lab::Imitation, ByHand::Yes) => Hands { flown: 1, ..Hands::default() },
    };
    Case { lab, setting, hands }
}
