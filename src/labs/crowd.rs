//! The crowd: noisy labels, ten small classifiers, a leaderboard.
//!
//! Thirty workers label a thousand photographs of the oak, ten teams fit their programs to the
//! labels, a board ranks them on a thousand more; a thousand private ones tell what the ranking is
//! worth. She is on 53 of each thousand, so whoever always says NO CAT is right on 94.7 % and finds
//! nobody: a bright patch is a carrier bag more often than it is she, and where only right answers
//! count, silence is optimal (Elkan 2001). No step of this is staged: [`conduct`] does the work, and
//! [`run`] turns it into a report.

pub mod aggregation;
pub mod board;
pub mod features;
mod figures;
pub mod learners;
pub mod metric;
pub mod photographs;
mod pictures;
pub mod teams;
pub mod workers;

use super::{Inputs, Knob, Named, Outcome, Picture, Report, Setting, Signature, Value};
use aggregation::Aggregation;
use board::{Entry, Rules, TestSet};
use features::{Row, Scale};
use metric::{Confusion, Metric};
use photographs::{GOLD, PHOTOGRAPHS, Photograph, Set};
use teams::{Scores, Team};
use workers::{Crowd, Instructions, WORKERS, Wage};

/// What a story may know of this lab.
pub static SIGNATURE: Signature = Signature {
    name: "crowd",
    knobs: &[
        Knob {
            name: "metric",
            values: &["Accuracy", "Balanced", "F1", "Recall"],
            default: 0,
            about: "What the contest is decided by: right answers, mean of recall and specificity, \
                    harmonic mean of precision and recall, or recall alone.",
        },
        Knob {
            name: "wage",
            values: &["Cent", "Nickel", "Fair"],
            default: 1,
            about: "What one label pays: 1, 5 or 25 cents; it decides who comes.",
        },
        Knob {
            name: "redundancy",
            values: &["1", "3", "5"],
            default: 1,
            about: "How many different workers see each photograph.",
        },
        Knob {
            name: "instructions",
            values: &["Terse", "Illustrated"],
            default: 0,
            about: "What the workers are told: one line, or a page that shows what a squirrel is.",
        },
        Knob {
            name: "aggregation",
            values: &["Majority", "DawidSkene"],
            default: 0,
            about: "How answers become a label: by counting hands, or by finding out who can see.",
        },
        Knob {
            name: "submissions",
            values: &["1", "20", "500"],
            default: 0,
            about: "How often each team may submit before the deadline.",
        },
        Knob {
            name: "ladder",
            values: &["no", "yes"],
            default: 0,
            about: "Whether the board shows only rises of at least a hundredth.",
        },
    ],
    outcomes: &[
        Named {
            name: "MajorityClass",
            about: "By accuracy, the winner says CAT to at most 5 % of the private photographs.",
        },
        Named {
            name: "CryWolf",
            about: "By recall, the winner says CAT to at least 90 % of the private photographs.",
        },
        Named {
            name: "LeaderboardOverfit",
            about: "Since its first submission the winner rose much more on the board than off it.",
        },
        Named {
            name: "GoodDetector",
            about: "The winner's balanced accuracy on the private photographs is at least 0.75.",
        },
        Named {
            name: "NoisyLabels",
            about: "None of the others: the labels did not show the programs what to look for.",
        },
    ],
    figures: figures::FIGURES,
    pictures: pictures::PICTURES,
};

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// What the contest is decided by.
    pub metric: Metric,
    /// What a label pays.
    pub wage: Wage,
    /// Workers who see each photograph: 1, 3 or 5.
    pub redundancy: u32,
    /// What the workers were told.
    pub instructions: Instructions,
    /// How answers become labels.
    pub aggregation: Aggregation,
    /// Submissions of each team: 1, 20 or 500.
    pub submissions: u32,
    /// The board shows only rises of a hundredth.
    pub ladder: bool,
}

/// The outcomes, in the order of [`SIGNATURE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Silence won.
    MajorityClass,
    /// Alarm at everything won.
    CryWolf,
    /// The board was learned rather than the photographs.
    LeaderboardOverfit,
    /// The winner finds cats.
    GoodDetector,
    /// The winner learned the labellers' errors, or nothing.
    NoisyLabels,
}

/// All that came of one experiment.
#[derive(Clone, Debug)]
pub struct Contest {
    /// As it was set.
    pub knobs: Knobs,
    /// Who labelled.
    pub crowd: Crowd,
    /// The player's labels of the gold photographs.
    pub gold: Option<[bool; GOLD]>,
    /// The gold photographs, labelled by the player or not.
    pub gold_photographs: [Photograph; GOLD],
    /// The training photographs.
    pub training: Vec<Photograph>,
    /// Their labels by the crowd.
    pub labels: Vec<bool>,
    /// The private photographs.
    pub private: Vec<Photograph>,
    /// Ten entries, best public score first; of equals the earlier registered.
    pub board: Vec<Entry>,
    /// The entry that wins by plain accuracy on the same labels, one submission each.
    pub by_accuracy: Entry,
    /// MicroSoftmax fitted to the truth instead of the labels, one submission: what these
    /// photographs allow.
    pub taught_truth: Entry,
}

/// The outcomes that are possible at this setting whatever the seed and the inputs, true by their
/// definition; bit i for outcome i. None for a setting of another length than the knobs.
pub fn possible(setting: &Setting) -> u32 {
    if setting.0.len() != SIGNATURE.knobs.len() {
        return 0;
    }
    let knobs = Knobs::of(setting);
    let mut classes = vec![Class::GoodDetector, Class::NoisyLabels];
    if knobs.metric == Metric::Accuracy {
        classes.push(Class::MajorityClass);
    }
    if knobs.metric == Metric::Recall {
        classes.push(Class::CryWolf);
    }
    if knobs.submissions > 1 {
        classes.push(Class::LeaderboardOverfit);
    }
    classes.into_iter().fold(0, |mask, class| mask | 1 << class as u8)
}

/// Runs the experiment and reports. Indices beyond a knob's values count as its last, missing ones
/// as the default. Takes 13 to 30 ms, most of it the nearest neighbours'.
pub fn run(setting: &Setting, inputs: &Inputs, seed: u64) -> Report {
    let contest = conduct(Knobs::of(setting), inputs.gold, seed);
    Report {
        outcome: Outcome(contest.class() as u8),
        figures: figures::measure(&contest),
        pictures: pictures::draw(&contest),
    }
}

/// The outcome of a [`run`]: nobody but the winner is judged on the private photographs.
pub(super) fn outcome(setting: &Setting, inputs: &Inputs, seed: u64) -> Outcome {
    let knobs = Knobs::of(setting);
    let [training, public] = [Set::Training, Set::Public].map(|set| photographs::set(seed, set));
    let (_, labels) = hire(knobs, inputs.gold, &photographs::gold(seed), seed, &training);
    let mut hall = Hall::new(seed, [&training, &public, &Vec::new()]);
    let compete = |hall: &Hall, team: Team| {
        let mut entry = hall.enter(team, &labels, knobs.metric);
        entry.submit_again(seed, &hall.public, &hall.private, knobs.rules());
        entry
    };
    let mut board = Team::ALL.map(|team| compete(&hall, team));
    board::rank(&mut board);
    hall.keep(&photographs::set(seed, Set::Private));
    Outcome(class(knobs, &compete(&hall, board[0].team)) as u8)
}

/// Names of the figures that need no experiment.
pub(super) use figures::EARLY_FIGURES;
/// Names of the pictures that need no experiment.
pub(super) use pictures::EARLY_PICTURES;

/// How many photographs there are of what, and two that show it clearly; nobody is hired. The figures
/// of [`EARLY_FIGURES`] and the pictures of [`EARLY_PICTURES`], in their order, as in a [`run`].
pub(super) fn ask(seed: u64) -> (Vec<Value>, Vec<Picture>) {
    (figures::early(), pictures::early(&photographs::gold(seed)))
}

/// Hires, labels, trains, ranks. With `gold`, the player's labels of the ten gold photographs
/// (true for CAT), workers who disagree are dismissed, or the model of their errors is anchored.
pub fn conduct(knobs: Knobs, gold: Option<[bool; GOLD]>, seed: u64) -> Contest {
    let [training, public, private] =
        [Set::Training, Set::Public, Set::Private].map(|set| photographs::set(seed, set));
    let gold_photographs = photographs::gold(seed);
    let (crowd, labels) = hire(knobs, gold, &gold_photographs, seed, &training);

    let hall = Hall::new(seed, [&training, &public, &private]);
    let [mut board, mut by_accuracy] = hall.enter_all(&labels, [knobs.metric, Metric::Accuracy]);
    board::rank(&mut by_accuracy);
    for entry in &mut board {
        entry.submit_again(seed, &hall.public, &hall.private, knobs.rules());
    }
    board::rank(&mut board);
    let truth: Vec<bool> = training.iter().map(|photograph| photograph.cat).collect();
    let taught_truth = hall.enter(Team::MicroSoftmax, &truth, knobs.metric);
    let by_accuracy = by_accuracy.swap_remove(0);
    Contest {
        knobs,
        crowd,
        gold,
        gold_photographs,
        training,
        labels,
        private,
        board,
        by_accuracy,
        taught_truth,
    }
}

impl Knobs {
    /// Reads a setting; indices beyond a knob's values count as its last, missing ones as the
    /// default.
    pub fn of(setting: &Setting) -> Knobs {
        let index = |knob: usize| {
            let Knob { values, default, .. } = SIGNATURE.knobs[knob];
            let index = setting.0.get(knob).copied().unwrap_or(default);
            usize::from(index).min(values.len() - 1)
        };
        Knobs {
            metric: [Metric::Accuracy, Metric::Balanced, Metric::F1, Metric::Recall][index(0)],
            wage: [Wage::Cent, Wage::Nickel, Wage::Fair][index(1)],
            redundancy: [1, 3, 5][index(2)],
            instructions: [Instructions::Terse, Instructions::Illustrated][index(3)],
            aggregation: [Aggregation::Majority, Aggregation::DawidSkene][index(4)],
            submissions: [1, 20, 500][index(5)],
            ladder: index(6) == 1,
        }
    }
}

impl Knobs {
    fn rules(self) -> Rules {
        Rules { metric: self.metric, submissions: self.submissions, ladder: self.ladder }
    }
}

impl Contest {
    /// Top of the public board.
    pub fn winner(&self) -> &Entry {
        &self.board[0]
    }

    /// The outcome.
    pub fn class(&self) -> Class {
        class(self.knobs, self.winner())
    }

    /// The crowd's labels of the training photographs, against the truth.
    pub fn label_counts(&self) -> Confusion {
        let truth: Vec<bool> = self.training.iter().map(|photograph| photograph.cat).collect();
        Confusion::of(&self.labels, &truth)
    }

    /// Index on the board of the entry with the best public balanced accuracy; of equals the
    /// earlier registered.
    pub fn best_place(&self) -> usize {
        let mut best = 0;
        for (place, entry) in self.board.iter().enumerate() {
            let leader = &self.board[best];
            let order = entry.public.counts.balanced().total_cmp(&leader.public.counts.balanced());
            if order.then(leader.team.cmp(&entry.team)).is_gt() {
                best = place;
            }
        }
        best
    }
}

/// What a winner's contest ends in, in order of precedence.
fn class(knobs: Knobs, winner: &Entry) -> Class {
    let limit = match knobs.metric {
        Metric::Accuracy => 0.010,
        Metric::Balanced => 0.04,
        Metric::F1 => 0.06,
        Metric::Recall => 0.10,
    };
    let counts = &winner.private.counts;
    let n_alarms = (counts.found + counts.alarms) as usize;
    if winner.excess() >= limit {
        Class::LeaderboardOverfit
    } else if counts.balanced() >= 0.75 {
        Class::GoodDetector
    } else if knobs.metric == Metric::Accuracy && 100 * n_alarms <= 5 * PHOTOGRAPHS {
        Class::MajorityClass
    } else if knobs.metric == Metric::Recall && 100 * n_alarms >= 90 * PHOTOGRAPHS {
        Class::CryWolf
    } else {
        Class::NoisyLabels
    }
}

/// Hires the workers, and has them label the training photographs.
fn hire(
    knobs: Knobs,
    gold: Option<[bool; GOLD]>,
    gold_photographs: &[Photograph; GOLD],
    seed: u64,
    training: &[Photograph],
) -> (Crowd, Vec<bool>) {
    let mut crowd = Crowd::hire(seed, knobs.wage, knobs.instructions);
    let gold = gold.as_ref().map(|player| (gold_photographs, player));
    let labels = label(&mut crowd, knobs, gold, seed, training);
    (crowd, labels)
}

/// Labels the training photographs.
fn label(
    crowd: &mut Crowd,
    knobs: Knobs,
    gold: Option<(&[Photograph; GOLD], &[bool; GOLD])>,
    seed: u64,
    training: &[Photograph],
) -> Vec<bool> {
    let redundancy = knobs.redundancy as usize;
    if let Some((photographs, player)) = gold {
        crowd.ask_gold(photographs);
        if knobs.aggregation == Aggregation::Majority {
            crowd.dismiss(player, redundancy.max(3));
        }
    }
    let votes = crowd.label(seed, training, redundancy);
    match knobs.aggregation {
        Aggregation::Majority => aggregation::majority(&votes),
        Aggregation::DawidSkene => {
            let gold = gold.map(|(_, player)| crowd.gold(player));
            let beliefs = aggregation::dawid_skene(&votes, WORKERS, gold.as_ref());
            beliefs.cat.iter().map(|&cat| cat > 0.5).collect()
        }
    }
}

/// Where the teams compete: what they are told of the photographs, and what the judges know.
struct Hall {
    seed: u64,
    training_rows: Vec<Row>,
    public_rows: Vec<Row>,
    private_rows: Vec<Row>,
    public: TestSet,
    private: TestSet,
    scale: Scale,
}

impl Hall {
    /// From the training, public and private photographs.
    fn new(seed: u64, sets: [&Vec<Photograph>; 3]) -> Hall {
        let rows = sets.map(|set| set.iter().map(features::features).collect::<Vec<Row>>());
        let scale = Scale::of(&rows[0]);
        let [training_rows, public_rows, private_rows] =
            rows.map(|rows| rows.iter().map(|row| scale.standardise(row)).collect());
        let (public, private) = (TestSet::of(sets[1]), TestSet::of(sets[2]));
        Hall { seed, training_rows, public_rows, private_rows, public, private, scale }
    }

    /// Keeps other private photographs.
    fn keep(&mut self, private: &[Photograph]) {
        let rows = private.iter().map(features::features);
        self.private_rows = rows.map(|row| self.scale.standardise(&row)).collect();
        self.private = TestSet::of(private);
    }

    /// Trains a team; its first submission.
    fn enter(&self, team: Team, labels: &[bool], metric: Metric) -> Entry {
        self.submit(team, &self.scores(team, labels, metric), labels, metric)
    }

    /// All ten in order of registration, by two metrics; what does not depend on the metric is done
    /// once.
    fn enter_all(&self, labels: &[bool], metrics: [Metric; 2]) -> [Vec<Entry>; 2] {
        let mut boards = [Vec::new(), Vec::new()];
        for team in Team::ALL {
            let mut scores = self.scores(team, labels, metrics[0]);
            boards[0].push(self.submit(team, &scores, labels, metrics[0]));
            if team.weighs() && metrics[1] != metrics[0] {
                scores = self.scores(team, labels, metrics[1]);
            }
            boards[1].push(self.submit(team, &scores, labels, metrics[1]));
        }
        boards
    }

    fn scores(&self, team: Team, labels: &[bool], metric: Metric) -> Scores {
        team.scores(self.seed, &self.training_rows, labels, metric, [&self.public_rows, &self.private_rows])
    }

    fn submit(&self, team: Team, scores: &Scores, labels: &[bool], metric: Metric) -> Entry {
        Entry::new(team, scores.answers(labels, metric), &self.public, &self.private, metric)
    }
}

/// The names of the ten teams, as figures report them.
pub(super) fn team_names() -> [&'static str; 10] {
    teams::Team::ALL.map(teams::Team::name)
}
