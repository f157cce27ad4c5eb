//! Labs: small machine-learning experiments, real and seeded.
//!
//! A lab is a pure function of (setting of its knobs, what the player did by hand, seed) to a
//! [`Report`]: an outcome out of a closed list, figures with units, pictures in characters. No
//! input or output, no clock, no global state, and the same bits on every platform. A [`Signature`]
//! says what a story may ask of a lab and what it may be told; a story is resolved against it.
//! Nothing here knows what a story is.

pub mod crowd;
pub mod drones;
pub mod exercise;
mod figures;
pub mod imitation;
pub mod oak;
pub mod odds;
pub mod player;
pub mod random;
pub mod sweep;

/// Changes whenever a lab may answer differently for the same setting, inputs and seed.
pub const VERSION: u32 = 1;

/// The three experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lab {
    /// Noisy labels, ten small classifiers, a leaderboard.
    Crowd,
    /// Tabular Q-learning on the oak.
    Drones,
    /// Behaviour cloning by nearest neighbour, and corrections in flight.
    Imitation,
}

/// One thing that can be set before a lab runs; its values are named.
#[derive(Debug)]
pub struct Knob {
    /// Name in stories and on the command line.
    pub name: &'static str,
    /// Names of the values, in order.
    pub values: &'static [&'static str],
    /// Index of the comic's value.
    pub default: u8,
    /// One sentence for `--help`.
    pub about: &'static str,
}

/// What a figure counts or measures; decides how it is written in prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// A share of one, written in per cent.
    Share,
    /// Points of reward.
    Points,
    /// Grey levels, 0 to 255.
    Levels,
    /// Moves of a drone.
    Moves,
    /// A name out of a closed list.
    Name,
}

/// A figure that a lab reports.
#[derive(Debug)]
pub struct FigureSpec {
    /// Name, as in `{crowd.accuracy}`.
    pub name: &'static str,
    /// What it measures.
    pub unit: Unit,
    /// One sentence that says exactly what was counted.
    pub about: &'static str,
}

/// An outcome or a picture that a lab can give.
#[derive(Debug)]
pub struct Named {
    /// Name in stories.
    pub name: &'static str,
    /// One sentence that says what it is.
    pub about: &'static str,
}

/// All that a story may know of a lab.
#[derive(Debug)]
pub struct Signature {
    /// Name in stories.
    pub name: &'static str,
    /// Knobs; a [`Setting`] has one index for each, in this order.
    pub knobs: &'static [Knob],
    /// The closed list of outcomes.
    pub outcomes: &'static [Named],
    /// Figures; [`Report::figures`] has one value for each, in this order.
    pub figures: &'static [FigureSpec],
    /// Pictures; [`Report::pictures`] has one for each, in this order.
    pub pictures: &'static [Named],
}

/// One index into [`Knob::values`] for each knob of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Setting(pub Vec<u8>);

/// An index into [`Signature::outcomes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome(pub u8);

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Whole.
    Whole(i64),
    /// Real; a share is between 0 and 1.
    Real(f64),
    /// One of a closed list of names.
    Name(&'static str),
}

impl From<u32> for Value {
    fn from(whole: u32) -> Value {
        Value::Whole(i64::from(whole))
    }
}

impl From<f64> for Value {
    fn from(real: f64) -> Value {
        Value::Real(real)
    }
}

impl From<&'static str> for Value {
    fn from(name: &'static str) -> Value {
        Value::Name(name)
    }
}

/// A drawing in characters, at most 72 columns, and what it shows in words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Picture {
    /// Lines, top first, without trailing spaces.
    pub rows: Vec<String>,
    /// For who cannot see it.
    pub described: String,
}

/// What an experiment found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What happened.
    pub outcome: Outcome,
    /// A value for each [`Signature::figures`].
    pub figures: Vec<Value>,
    /// A drawing for each [`Signature::pictures`].
    pub pictures: Vec<Picture>,
}

/// What a lab can say before its experiment, at the knobs as they stand: by index, as in a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// A value for each figure that needs no experiment.
    pub figures: Vec<Option<Value>>,
    /// A drawing for each picture that needs none.
    pub pictures: Vec<Option<Picture>>,
}

/// What the player did by hand before the lab runs, in order of finishing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Inputs {
    /// The player's label of each gold photograph, true for CAT; `None`: not labelled.
    pub gold: Option<[bool; 10]>,
    /// The player's own flights: ordinal among all flight exercises, and the keys.
    pub flights: Vec<(u32, Vec<exercise::Key>)>,
    /// The player's own corrections, a pair of flights: the keys of each.
    pub corrections: Option<[Vec<exercise::Key>; 2]>,
}

impl Lab {
    /// All of them.
    pub const ALL: [Lab; 3] = [Lab::Crowd, Lab::Drones, Lab::Imitation];

    /// What a story may know of this lab.
    pub fn signature(self) -> &'static Signature {
        match self {
            Lab::Crowd => &crowd::SIGNATURE,
            Lab::Drones => &drones::SIGNATURE,
            Lab::Imitation => &imitation::SIGNATURE,
        }
    }

    /// The comic's setting.
    pub fn default_setting(self) -> Setting {
        Setting(self.signature().knobs.iter().map(|knob| knob.default).collect())
    }

    /// The outcomes that the lab can give at this setting whatever the seed and the inputs, true by
    /// its definition; bit i for outcome i. A setting of another length than the knobs allows none.
    pub fn possible(self, setting: &Setting) -> u32 {
        match self {
            Lab::Crowd => crowd::possible(setting),
            Lab::Drones => drones::possible(setting),
            Lab::Imitation => imitation::possible(setting),
        }
    }

    /// Whether a figure can be asked before the experiment.
    pub fn asks_figure(self, index: usize) -> bool {
        let name = self.signature().figures[index].name;
        self.early().0.contains(&name)
    }

    /// Whether a picture can be asked before the experiment.
    pub fn asks_picture(self, index: usize) -> bool {
        let name = self.signature().pictures[index].name;
        self.early().1.contains(&name)
    }

    /// One of the names that this lab's figures can have, as it lives for ever; for any other name, a
    /// word that says so.
    pub fn name_of(self, name: &str) -> &'static str {
        let teams = crowd::team_names().into_iter();
        let keys = exercise::Key::ALL.into_iter().map(exercise::Key::name);
        let outcomes = self.signature().outcomes.iter().map(|outcome| outcome.name);
        teams.chain(keys).chain(outcomes).find(|known| *known == name).unwrap_or("(unknown)")
    }

    /// Names of the figures and pictures that need no experiment.
    fn early(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Lab::Crowd => (crowd::EARLY_FIGURES, crowd::EARLY_PICTURES),
            Lab::Drones => (drones::EARLY_FIGURES, drones::EARLY_PICTURES),
            Lab::Imitation => (imitation::EARLY_FIGURES, imitation::EARLY_PICTURES),
        }
    }

    /// What can be said before the experiment, with the values it would have in the report: planning
    /// and two example pictures, and no experiment. Takes 1 ms or less, with the drones up to 10.
    pub fn ask(self, setting: &Setting, seed: u64) -> Asked {
        let (figures, pictures) = match self {
            Lab::Crowd => crowd::ask(seed),
            Lab::Drones => drones::ask(setting, seed),
            Lab::Imitation => imitation::ask(setting, seed),
        };
        let (figure_names, picture_names) = self.early();
        let signature = self.signature();
        Asked {
            figures: signature.figures.iter().map(|spec| named(spec.name, figure_names, &figures)).collect(),
            pictures: signature
                .pictures
                .iter()
                .map(|picture| named(picture.name, picture_names, &pictures))
                .collect(),
        }
    }

    /// What [`Lab::run`] answers, and no more: without all that is measured and drawn for a reader, in a
    /// third to half of the time.
    pub fn outcome(self, setting: &Setting, inputs: &Inputs, seed: u64) -> Outcome {
        match self {
            Lab::Crowd => crowd::outcome(setting, inputs, seed),
            Lab::Drones => drones::outcome(setting, seed),
            Lab::Imitation => imitation::outcome(setting, inputs, seed),
        }
    }

    /// Runs the experiment. Indices beyond a knob's values count as its last.
    pub fn run(self, setting: &Setting, inputs: &Inputs, seed: u64) -> Report {
        match self {
            Lab::Crowd => crowd::run(setting, inputs, seed),
            Lab::Drones => drones::run(setting, seed),
            Lab::Imitation => imitation::run(setting, inputs, seed),
        }
    }
}

/// What goes with a name in two lists of one order.
fn named<T: Clone>(name: &str, names: &[&str], values: &[T]) -> Option<T> {
    names.iter().zip(values).find(|(known, _)| **known == name).map(|(_, value)| value.clone())
}
