//! What the player does by hand: small automata over keys.
//!
//! An exercise begins from a seed and its ordinal, takes typed lines, and ends. It knows no story and
//! no terminal. What it accepts it also writes down in a canonical form ([`Accepted::keys`]), and the
//! canonical form typed again is accepted as it is: so a playthrough is replayed.

pub mod fly;
pub mod label;

use super::crowd::photographs::GOLD;
use super::{Inputs, Picture};

/// A key of a flight, in the order that breaks ties between actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Stay.
    Hover,
    /// One cell up.
    Up,
    /// One cell down.
    Down,
    /// One cell left.
    Left,
    /// One cell right.
    Right,
}

impl Key {
    /// All of them, in order.
    pub const ALL: [Key; 5] = [Key::Hover, Key::Up, Key::Down, Key::Left, Key::Right];

    /// Its letter in recorded lines.
    pub fn letter(self) -> char {
        match self {
            Key::Hover => 'h',
            Key::Up => 'u',
            Key::Down => 'd',
            Key::Left => 'l',
            Key::Right => 'r',
        }
    }

    /// The key of a letter, if it is one.
    pub fn of(letter: char) -> Option<Key> {
        Key::ALL.into_iter().find(|key| key.letter() == letter)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Key::Hover => "hover",
            Key::Up => "up",
            Key::Down => "down",
            Key::Left => "left",
            Key::Right => "right",
        }
    }
}

/// What came of a typed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What was done, in canonical form: this is what is recorded, and it can be typed again.
    pub keys: String,
    /// What there is to say about it, a sentence each.
    pub says: Vec<String>,
}

/// Why a typed line was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

/// What the player can do by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Label ten photographs.
    Label,
    /// Fly a drone to the cat.
    Fly,
    /// Correct the policy in a pair of flights.
    Correct,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Label, Kind::Fly, Kind::Correct];

    /// Name in stories.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Label => "label",
            Kind::Fly => "fly",
            Kind::Correct => "correct",
        }
    }

    /// The closed list of ways it can end, in the order of the world's moves. The last is always that
    /// the player handed it back.
    pub fn outcomes(self) -> &'static [&'static str] {
        match self {
            // The drone reached the cat; hit something, or its battery was empty; left the garden.
            Kind::Fly => &["Rescued", "Crashed", "Away", "Declined"],
            Kind::Label | Kind::Correct => &["Done", "Declined"],
        }
    }
}

/// An exercise under way.
#[derive(Clone, Debug)]
pub enum Session {
    /// Labelling photographs.
    Label(Box<label::Labelling>),
    /// Flying the drone by hand; and the exercise's ordinal.
    Fly(Box<fly::Flight>, u32),
    /// Correcting a pair of flights.
    Correct(Box<fly::Corrections>),
}

impl Session {
    /// Begins an exercise; `n` is its ordinal among those of its kind on the path.
    pub fn begin(kind: Kind, seed: u64, n: u32) -> Session {
        match kind {
            Kind::Label => Session::Label(Box::new(label::Labelling::begin(seed, n))),
            Kind::Fly => Session::Fly(Box::new(fly::Flight::begin(seed, n)), n),
            Kind::Correct => Session::Correct(Box::new(fly::Corrections::begin(seed))),
        }
    }

    /// Judges a typed line.
    ///
    /// # Errors
    /// What is wrong with it and what can be typed; nothing has changed then.
    pub fn accept(&mut self, line: &str) -> Result<Accepted, Refusal> {
        match self {
            Session::Label(labelling) => labelling.accept(line),
            Session::Fly(flight, _) => flight.read(line),
            Session::Correct(corrections) => corrections.read(line),
        }
    }

    /// Plays recorded keys again.
    ///
    /// # Errors
    /// When they are not what [`Session::accept`] would have recorded here.
    pub fn replay(&mut self, keys: &str) -> Result<(), Refusal> {
        let accepted = self.accept(keys)?;
        if accepted.keys == keys {
            return Ok(());
        }
        Err(Refusal(format!("only `{}` of the recorded keys `{keys}` can be played here", accepted.keys)))
    }

    /// How it ended, if it did: an index into [`Kind::outcomes`].
    pub fn outcome(&self) -> Option<u8> {
        match self {
            Session::Label(labelling) => labelling.done().then_some(0),
            Session::Fly(flight, _) => flight.end().map(|end| end as u8),
            Session::Correct(corrections) => corrections.end().map(|end| end as u8),
        }
    }

    /// Where it stands.
    pub fn picture(&self) -> Picture {
        match self {
            Session::Label(labelling) => labelling.current().map(|i| labelling.photo(i)).unwrap_or_default(),
            Session::Fly(flight, _) => flight.picture(),
            Session::Correct(corrections) => corrections.picture(),
        }
    }

    /// What can be typed now.
    pub fn prompt(&self) -> String {
        match self {
            Session::Label(labelling) => {
                let number = labelling.current().map_or(GOLD, |i| i + 1);
                format!(
                    "Photograph {number} of {}: `1` cat, `2` no cat? `122` answers three at once. `decline` hands them back.",
                    GOLD
                )
            }
            Session::Fly(flight, _) => {
                format!(
                    "Fly: `up`, `3 left`, `up 2, left`, `uu r`, `hover`. Battery: {} moves. `decline` hands the stick back.",
                    flight.battery()
                )
            }
            Session::Correct(corrections) => {
                let number = if corrections.ends()[0].is_none() { "first" } else { "second" };
                format!(
                    "The {number} of two flights: `up`, `3 left`, `up 2, left`, `uu r`, `hover`. `decline` hands the stick back."
                )
            }
        }
    }

    /// All that can be typed, and what it does: for help.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Session::Label(_) => &[
                ("1, cat, yes", "there is a cat on this photograph"),
                ("2, no cat, no", "there is none"),
                ("1 2 2", "answers for this one and the next, in order"),
            ],
            Session::Fly(..) | Session::Correct(_) => &[
                ("up, down", "one cell up or down (also u, d)"),
                ("left, right", "one cell to that side (also l, r)"),
                ("hover", "stay for a move (also h, wait)"),
                ("3 up, 2 left", "several moves; a comma tells which number goes with which"),
            ],
        }
    }

    /// Hands what was done to the labs; what is not finished, or was handed back, is nothing.
    pub fn give(&self, inputs: &mut Inputs) {
        match self {
            Session::Label(labelling) => inputs.gold = labelling.labels().or(inputs.gold),
            Session::Fly(flight, n) => inputs.flights.push((*n, flight.keys().to_vec())),
            Session::Correct(corrections) => inputs.corrections = Some(corrections.keys()),
        }
    }
}
