//! The drones lab: what a swarm learns from a reward, and what the reward asked for.
//!
//! Tabular Q-learning (Watkins 1989) on the [oak], beside the optimal policy of the same
//! reward on the true model. Keeping the two apart is the point: a swarm that leaves because it
//! never met its reward has another fault than one that leaves because leaving pays.

pub mod learning;
pub mod planning;
pub mod swarm;

use self::learning::{Lessons, Practice, practise};
use self::planning::{Model, Policy, Reward, Shaping};
use self::swarm::Swarm;
use super::exercise::Key;
use super::figures::figure_table;
use super::oak::{self, Ending, Oak, PAD, Wind};
use super::{Knob, Named, Outcome, Picture, Report, Setting, Signature, Value};

/// What a story may know of this lab.
pub static SIGNATURE: Signature =
    Signature { name: "drones", knobs: KNOBS, outcomes: OUTCOMES, figures: FIGURES, pictures: PICTURES };

static KNOBS: &[Knob] = &[
    Knob { name: "air", values: &["+1", "0", "-1"], default: 0, about: "Points for every second in the air" },
    Knob {
        name: "shaping",
        values: &["None", "Bonus", "Potential"],
        default: 0,
        about: "Points for coming closer: none, paid and kept, or taken back for going away",
    },
    Knob {
        name: "gamma",
        values: &["0.5", "0.99", "0.9999999"],
        default: 1,
        about: "Discount: what a point is worth a second later",
    },
    Knob {
        name: "explore",
        values: &["careful", "wilder", "Optimistic"],
        default: 0,
        about: "A tenth of the moves at random, three tenths, or none but the best assumed of all \
                that is untried",
    },
    Knob {
        name: "fence",
        values: &["no", "yes"],
        default: 0,
        about: "Whether leaving the garden is punished like a crash",
    },
    Knob {
        name: "start",
        values: &["pad", "ladder"],
        default: 0,
        about: "Practise from the pad, or from the branch outward",
    },
    Knob {
        name: "episodes",
        values: &["300", "1000", "3000"],
        default: 1,
        about: "How many practice flights",
    },
];

static OUTCOMES: &[Named] = &[
    Named { name: "Rescued", about: "Most of the swarm brings her down" },
    Named { name: "Crashed", about: "Most of the swarm flies into wood, leaves or grass" },
    Named { name: "Fled", about: "Most of the swarm leaves the garden" },
    Named { name: "Orbiting", about: "Most of the swarm goes to and fro, paid for each step closer" },
    Named { name: "Hovering", about: "Most of the swarm stays in the air and does nothing else" },
    Named { name: "Grounded", about: "Most of the swarm stays on the pad" },
];

static PICTURES: &[Named] = &[
    Named { name: "asked", about: "One flight of the best policy for this reward" },
    Named { name: "learned", about: "The same drone in the same wind, by the policy that was learned" },
    Named { name: "side_by_side", about: "Both flights, beside each other and titled" },
    Named { name: "curve", about: "How the practice flights ended, in fifty bins" },
];

/// Names of the pictures that need no experiment.
pub(super) static EARLY_PICTURES: &[&str] = &["asked"];

/// Everything a run measured; the figures are taken from it.
#[derive(Debug)]
struct Measured {
    foreseen: Foreseen,
    practice: Practice,
    learned: Swarm,
    worth: f64,
}

/// What planning finds out, without any practice.
#[derive(Debug)]
struct Foreseen {
    reward: Reward,
    asked: Swarm,
    asked_worth: f64,
    rescue_worth: f64,
    worth_without: f64,
    phi_pad: f64,
    pad_distance: u8,
    far: &'static Foresight,
}

/// How far a discount looks ahead; the logarithm of its half-life is taken here, on paper.
#[derive(Debug)]
struct Foresight {
    gamma: f64,
    seconds: u32,
    days: u32,
    half_life: u32,
}

/// For each value of the knob `gamma`.
static FORESIGHT: [Foresight; 3] = [
    Foresight { gamma: 0.5, seconds: 2, days: 0, half_life: 1 },
    Foresight { gamma: 0.99, seconds: 100, days: 0, half_life: 69 },
    Foresight { gamma: 0.9999999, seconds: 10_000_000, days: 116, half_life: 6_931_471 },
];

figure_table! { run: Measured;
    "episodes" Count run.practice.ends.len() as u32, "practice flights flown";
    "crashes" Count run.ended(Some(Ending::Crashed)), "practice flights that crashed";
    "away" Count run.ended(Some(Ending::Away)), "practice flights that left the garden";
    "rescues" Count run.ended(Some(Ending::Rescued)), "practice flights that rescued her";
    "unfinished" Count run.ended(None), "practice flights still going after 200 seconds, then cut off";
    "first_rescue" Count run.first_rescue(), "practice flights flown before the first that rescued her; all of them if none did (test `rescues`)";
    "late_rescues" Count run.late(Ending::Rescued), "rescues among the last 100 practice flights";
    "late_crashes" Count run.late(Ending::Crashed), "crashes among the last 100 practice flights";
    "late_away" Count run.late(Ending::Away), "departures among the last 100 practice flights";
    "nearest" Moves u32::from(run.practice.nearest), "fewest moves to the cat from any place reached in practice; 0 after a rescue";
    "visited" Count run.practice.visited, "of the 142 places where a drone can be, those seen in practice";
    "rescued" Count run.learned.counts[0], "of the swarm of 20: drones that rescued her";
    "crashed" Count run.learned.counts[1], "of the swarm of 20: drones that crashed";
    "fled" Count run.learned.counts[2], "of the swarm of 20: drones that left the garden";
    "orbiting" Count run.learned.counts[3], "of the swarm of 20: drones that went to and fro for the bonus";
    "hovering" Count run.learned.counts[4], "of the swarm of 20: drones that stayed in the air for nothing";
    "grounded" Count run.learned.counts[5], "of the swarm of 20: drones in the air for less than half of the 300 seconds";
    "lost" Count run.learned.counts[1] + run.learned.counts[2], "of the swarm of 20: crashed or left";
    "swarm" Count swarm::DRONES, "drones in the swarm: 20";
    "seconds" Count run.learned.seconds, "seconds a rescue by the swarm took, median; 0 if it made none";
    "gone_after" Count run.learned.gone_after, "seconds after which a drone of the swarm had left, median; 0 if none left";
    "pace" Moves run.learned.pace, "moves to the cat in the last 99 seconds of the drones still in the air at the end, median; 0 if none is";
    "closer" Count run.learned.closer, "of the last 99 steps of a drone still in the air at the end, those that came closer to her, median; 0 if none is";
    "takeoff" Points run.practice.learner.values[PAD.index()][Key::Up as usize], "what the learner thinks taking off is worth";
    "waiting" Points run.waiting(), "what the learner thinks staying on the pad is worth, by the best of the four keys that do";
    "worth" Points run.worth, "what the learned policy is truly worth on the pad, discounted";
    early known: Foreseen = &run.foreseen;
    "asked_worth" Points known.asked_worth, "what the best policy for this reward is worth on the pad, discounted";
    "rescue_worth" Points known.rescue_worth, "what flying the rescue (the comic's best policy) is worth on the pad by this reward";
    "margin" Points known.asked_worth - known.rescue_worth, "how much better than the rescue the best policy does by this reward; 0 if the reward asks for the rescue as the comic's does";
    "million_margin" Points known.asked_worth - known.worth_without, "what the million adds to the worth of the best policy on the pad: the margin by which this reward asks for the rescue at all";
    "leave_worth" Points known.reward.leaving(), "what crossing the edge of the garden pays at once: a point a second for ever, discounted, or the fence's fine";
    "over_leaving" Points known.asked_worth - known.reward.leaving(), "what the best policy is worth on the pad, less what crossing the edge pays at once";
    "million_worth" Points known.million_worth(), "what the million is worth on the pad if fetched in the fewest moves without wind";
    "phi_pad" Points known.phi_pad, "the potential of the pad, by which Potential shifts the pad's value";
    "asked" Name OUTCOMES[known.asked.class as usize].name, "class of the swarm that flies the best policy: what the reward asks for";
    "asked_rescued" Count known.asked.counts[0], "of 20 ideal drones: rescued her";
    "asked_crashed" Count known.asked.counts[1], "of 20 ideal drones: crashed";
    "asked_fled" Count known.asked.counts[2], "of 20 ideal drones: left the garden";
    "asked_orbiting" Count known.asked.counts[3], "of 20 ideal drones: went to and fro for the bonus";
    "asked_hovering" Count known.asked.counts[4], "of 20 ideal drones: stayed in the air for nothing";
    "asked_grounded" Count known.asked.counts[5], "of 20 ideal drones: stayed on the pad";
    "asked_seconds" Count known.asked.seconds, "seconds a rescue by an ideal drone took, median; 0 if there was none";
    "asked_pace" Moves known.asked.pace, "as `pace`, for the ideal drones";
    "asked_closer" Count known.asked.closer, "as `closer`, for the ideal drones";
    "horizon" Count known.far.seconds, "seconds the discount looks ahead: 1 / (1 - gamma)";
    "horizon_days" Count known.far.days, "the same in days, rounded";
    "half_life" Count known.far.half_life, "seconds after which a point is worth half, rounded";
    "pad_distance" Moves u32::from(known.pad_distance), "fewest moves from the pad to the cat: 23";
}

/// The outcomes that this lab can give at a setting, whatever the seed; true by definition only:
/// a drone is `Orbiting` only if a bonus is paid. With the fence, one that crosses it is still
/// `Fled`.
pub fn possible(setting: &Setting) -> u32 {
    if setting.0.len() != KNOBS.len() {
        return 0;
    }
    let all = (1 << OUTCOMES.len()) - 1;
    if setting.0[1] == 1 { all } else { all & !(1 << 3) }
}

/// Practises, flies the swarm, plans what the reward asks for, and flies that too. Indices beyond a
/// knob's values count as its last, missing ones as the default.
pub fn run(setting: &Setting, seed: u64) -> Report {
    let task = Task::new(setting);
    let oak = Oak::new(Wind::DRONES);
    let run = measure(&oak, &task, seed);
    Report {
        outcome: Outcome(run.learned.class as u8),
        figures: figure_values(&run),
        pictures: draw(&oak, &run),
    }
}

/// The outcome of a [`run`]: practised and flown, nothing planned.
pub(super) fn outcome(setting: &Setting, seed: u64) -> Outcome {
    let task = Task::new(setting);
    let oak = Oak::new(Wind::DRONES);
    let practice = practise(&oak, &task.reward, &task.lessons, seed);
    let learned = Policy::greedy(&practice.learner.values);
    Outcome(swarm::fly(&oak, &learned, task.bonus(), seed).class as u8)
}

/// What the reward asks for: planned, flown by an ideal swarm, and not practised. The figures of
/// [`EARLY_FIGURES`], in this order, and the picture `asked`, as in the report of a [`run`].
pub(super) fn ask(setting: &Setting, seed: u64) -> (Vec<Value>, Vec<Picture>) {
    let task = Task::new(setting);
    let oak = Oak::new(Wind::DRONES);
    let foreseen = foresee(&oak, &Model::new(&oak, &task.reward), &task, seed);
    (early_values(&foreseen), vec![asked_alone(&oak, &foreseen)])
}

/// A setting of the knobs, read.
struct Task {
    reward: Reward,
    lessons: Lessons,
    far: &'static Foresight,
}

impl Task {
    fn new(setting: &Setting) -> Task {
        let at = |knob: usize| {
            let spec = &KNOBS[knob];
            usize::from(setting.0.get(knob).copied().unwrap_or(spec.default)).min(spec.values.len() - 1)
        };
        let far = &FORESIGHT[at(2)];
        let reward = Reward {
            air: [1.0, 0.0, -1.0][at(0)],
            shaping: [Shaping::None, Shaping::Bonus(100_000.0), Shaping::Potential(100_000.0)][at(1)],
            gamma: far.gamma,
            fence: at(4) == 1,
            ..Reward::COMIC
        };
        let lessons = Lessons {
            epsilon: [0.1, 0.3, 0.0][at(3)],
            start: [0.0, 0.0, reward.rescue][at(3)],
            ladder: at(5) == 1,
            episodes: [300, 1000, 3000][at(6)],
        };
        Task { reward, lessons, far }
    }

    fn bonus(&self) -> bool {
        matches!(self.reward.shaping, Shaping::Bonus(_))
    }
}

fn measure(oak: &Oak, task: &Task, seed: u64) -> Measured {
    let practice = practise(oak, &task.reward, &task.lessons, seed);
    let learned = Policy::greedy(&practice.learner.values);
    let model = Model::new(oak, &task.reward);
    Measured {
        foreseen: foresee(oak, &model, task, seed),
        worth: model.worth(&learned)[PAD.index()],
        learned: swarm::fly(oak, &learned, task.bonus(), seed),
        practice,
    }
}

fn foresee(oak: &Oak, model: &Model, task: &Task, seed: u64) -> Foreseen {
    let asked = model.optimal().policy;
    let rescue = Model::new(oak, &Reward::COMIC).optimal().policy;
    let without = Model::new(oak, &Reward { rescue: 0.0, ..task.reward });
    let on_pad = |policy: &Policy| model.worth(policy)[PAD.index()];
    Foreseen {
        reward: task.reward,
        asked_worth: on_pad(&asked),
        rescue_worth: on_pad(&rescue),
        worth_without: without.worth(&without.optimal().policy)[PAD.index()],
        asked: swarm::fly(oak, &asked, task.bonus(), seed),
        phi_pad: task.reward.potential(oak, PAD),
        pad_distance: oak.distance(PAD),
        far: task.far,
    }
}

impl Measured {
    /// The greatest value of a key that stays on the pad: all but up.
    fn waiting(&self) -> f64 {
        let keys = Key::ALL.into_iter().zip(self.practice.learner.values[PAD.index()]);
        keys.filter(|&(key, _)| key != Key::Up).fold(f64::MIN, |greatest, (_, value)| greatest.max(value))
    }

    fn ended(&self, how: Option<Ending>) -> u32 {
        self.practice.ends.iter().filter(|&&end| end == how).count() as u32
    }

    fn late(&self, how: Ending) -> u32 {
        self.practice.ends.iter().rev().take(100).filter(|&&end| end == Some(how)).count() as u32
    }

    fn first_rescue(&self) -> u32 {
        let ends = &self.practice.ends;
        let first = ends.iter().position(|&end| end == Some(Ending::Rescued));
        first.unwrap_or(ends.len()) as u32
    }
}

impl Foreseen {
    /// γ to the power of all moves but the last, times the million.
    fn million_worth(&self) -> f64 {
        (1..self.pad_distance).fold(self.reward.rescue, |worth, _| worth * self.reward.gamma)
    }
}

/// Bins of the curve.
const BINS: usize = 50;

fn draw(oak: &Oak, run: &Measured) -> Vec<Picture> {
    let asked = asked_alone(oak, &run.foreseen);
    let learned = alone("A drone by the policy that was learned", &run.learned, oak);
    let flights = [("asked for", &run.foreseen.asked.first), ("learned", &run.learned.first)];
    let described =
        format!("Two flights from the pad in the same wind. {} {}", asked.described, learned.described);
    vec![asked, learned, Picture { rows: oak::side_by_side(&flights), described }, curve(run)]
}

fn asked_alone(oak: &Oak, foreseen: &Foreseen) -> Picture {
    alone("A drone by the best policy for this reward", &foreseen.asked, oak)
}

fn alone(it: &str, swarm: &Swarm, oak: &Oak) -> Picture {
    Picture { rows: oak::widened(&swarm.first.map()), described: in_words(it, swarm, oak) }
}

/// The first drone's flight, and how many of the swarm did what.
fn in_words(it: &str, swarm: &Swarm, oak: &Oak) -> String {
    const DID: [&str; 6] = [
        "brought the cat down",
        "crashed",
        "left",
        "went to and fro until the end",
        "hovered until the end",
        "stayed on the pad",
    ];
    let did: Vec<String> = swarm
        .counts
        .iter()
        .zip(DID)
        .filter(|&(&count, _)| count > 0)
        .map(|(count, did)| format!("{count} {did}"))
        .collect();
    let first = swarm.first.described(it, oak);
    format!("{first} Of {} such drones {}.", swarm::DRONES, did.join(", "))
}

/// How the practice flights ended: a line for each way that occurred, and always one for rescues; a
/// column is the share of a bin, in eighths, rounded.
fn curve(run: &Measured) -> Picture {
    let ends = &run.practice.ends;
    let ways = [
        ("gone", Some(Ending::Away), "left the garden"),
        ("crashed", Some(Ending::Crashed), "crashed"),
        ("cut off", None, "cut off after 200 seconds"),
        ("rescued", Some(Ending::Rescued), "rescued her"),
    ];
    let size = ends.len() / BINS;
    let mut picture = Picture { rows: vec![], described: format!("Of {} practice flights,", ends.len()) };
    for (name, way, clause) in ways {
        let count = run.ended(way);
        if count == 0 && way != Some(Ending::Rescued) {
            continue;
        }
        let line: String = ends
            .chunks(size)
            .map(|bin| {
                let hits = bin.iter().filter(|&&end| end == way).count();
                spark(hits, bin.len())
            })
            .collect();
        picture.rows.push(format!("{name:<8}|{line}|"));
        let tenth = ends.len() / 10;
        let of_tenth = |part: &[Option<Ending>]| part.iter().filter(|&&end| end == way).count();
        picture.described.push_str(&format!(
            " {count} {clause} ({} of the first {tenth}, {} of the last);",
            of_tenth(&ends[..tenth]),
            of_tenth(&ends[ends.len() - tenth..]),
        ));
    }
    picture.described.pop();
    picture.described.push('.');
    picture
}

/// A share as a column of eighths, rounded.
fn spark(part: usize, whole: usize) -> char {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    EIGHTHS[((16 * part + whole) / (2 * whole)).min(8)]
}
