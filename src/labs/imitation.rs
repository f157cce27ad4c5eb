//! The imitation lab: a policy cloned from demonstrations, and how it fares by another light.
//!
//! Behaviour cloning (Pomerleau 1989) by the nearest neighbour (Cover & Hart 1967) of 7 × 7 camera
//! views on the [oak](super::oak), with corrections in flight (DAgger: Ross, Gordon & Bagnell 2011).
//! The order of the outcomes makes the blame checkable: the clone is also flown by the light of its
//! lessons, with nothing else changed.

pub mod cloning;
mod drawing;
pub mod eye;

use self::cloning::{Flight, Move, Rows, Teacher, World};
pub use self::drawing::eyes;
use self::eye::{Light, Sensor};
use super::exercise::Key;
use super::figures::figure_table;
use super::oak::{Ending, PAD, Trail};
use super::{Inputs, Knob, Named, Outcome, Picture, Report, Setting, Signature, Value};

/// What a story may know of this lab.
pub static SIGNATURE: Signature =
    Signature { name: "imitation", knobs: KNOBS, outcomes: OUTCOMES, figures: FIGURES, pictures: PICTURES };

static KNOBS: &[Knob] = &[
    Knob {
        name: "flown",
        values: &["12", "10", "8", "5", "2", "0"],
        default: 5,
        about: "Light when the clone flies, in twelfths of day: 12 until 17:30, 10 at 18:00, 8 at \
                18:30, 5 at 19:00, 2 at 19:30, 0 from 20:00 to dawn",
    },
    Knob {
        name: "recorded",
        values: &["12", "10", "8", "5", "2", "0", "12+5", "12+2", "12+0"],
        default: 0,
        about: "Light when the demonstrations were flown; two: half of them by each",
    },
    Knob {
        name: "demos",
        values: &["0", "1", "3", "7", "10", "20"],
        default: 4,
        about: "Demonstrations by students, beside your own flights; one at least if you have none",
    },
    Knob {
        name: "teacher",
        values: &["Steady", "Wobbly", "Reckless"],
        default: 1,
        about: "Who flies the demonstrations: keys pressed at random 0, 15 or 35 per cent",
    },
    Knob {
        name: "sensor",
        values: &["Camera", "Thermal"],
        default: 0,
        about: "What the drone sees by: daylight, or heat",
    },
    Knob {
        name: "rounds",
        values: &["0", "1", "3", "5"],
        default: 0,
        about: "Rounds of corrections in flight, two flights each",
    },
];

static OUTCOMES: &[Named] = &[
    Named { name: "Cloned", about: "The clone brings her down in 12 of 20 flights or more" },
    Named {
        name: "Interactive",
        about: "It brings her down in 12 of 20 or more, but only since it was corrected in flight",
    },
    Named {
        name: "BadTeacher",
        about: "It fails, and fewer than half of the demonstrations brought her down",
    },
    Named {
        name: "DistributionShift",
        about: "It fails, but by the light of its lessons it brings her down in 12 of 20 or more",
    },
    Named { name: "Drift", about: "It fails, even by the light of its lessons, and the lessons were good" },
];

static PICTURES: &[Named] = &[
    Named { name: "iid", about: "The first flight by the light of the lessons" },
    Named { name: "deployed", about: "The same flight at the hour of deployment" },
    Named { name: "side_by_side", about: "Both; and the flight before corrections, if there were any" },
    Named { name: "eyes", about: "What the camera sees from one place, by the light of the lessons and now" },
    Named { name: "hours", about: "Flights of 20 that would bring her down, by the half hour" },
    Named { name: "wobble", about: "Your first flight (a student's if you made none) beside the clone's" },
];

/// Names of the pictures that need no experiment.
pub(super) static EARLY_PICTURES: &[&str] = &["eyes"];

/// Everything a run measured; the figures are taken from it.
#[derive(Debug)]
struct Measured {
    task: Task,
    world: World,
    lessons: Vec<Lesson>,
    lesson_rows: usize,
    rows: usize,
    own_corrections: usize,
    iid: Vec<Flight>,
    before: Vec<Flight>,
    deployed: Vec<Flight>,
    shadow: Vec<Flight>,
    hours: [u32; 6],
    seed: u64,
}

/// A setting of the knobs, read.
#[derive(Clone, Debug)]
struct Task {
    flown: Light,
    recorded: (Light, Light),
    students: u32,
    teacher: Teacher,
    sensor: Sensor,
    rounds: u32,
}

/// A demonstration.
#[derive(Clone, Debug)]
struct Lesson {
    own: bool,
    trail: Trail,
}

figure_table! { run: Measured;
    "iid" Count rescued(&run.iid), "of 20 flights by the light of the lessons, by the demonstrations alone: those that brought her down";
    "deployed" Count rescued(&run.deployed), "of 20 flights at the hour of deployment: those that brought her down";
    "before" Count rescued(&run.before), "the same before any correction";
    "flights" Count cloning::FLIGHTS, "flights of each test: 20";
    "pass" Count PASS, "flights of 20 that count as passing: 12";
    "demonstrations" Count run.lessons.len() as u32, "demonstrations, the player's own included";
    "demonstrations_rescued" Count run.lessons_rescued(false), "demonstrations that brought her down";
    "rows" Count run.rows as u32, "pictures with a key that the clone knows by heart, corrections included";
    "lesson_rows" Count run.lesson_rows as u32, "pictures with a key from demonstrations";
    "corrections" Count (run.rows - run.lesson_rows) as u32, "pictures with a key from corrections in flight";
    "near" Levels distance(&run.iid), "distance of a view to the nearest recorded one by the light of the lessons, root mean square per pixel; mean over moves, then over flights";
    "far" Levels distance(&run.deployed), "the same at the hour of deployment, corrections included";
    "far_before" Levels distance(&run.before), "the same at the hour of deployment, before any correction";
    "inside" Share inside(&run.deployed), "share of the moves at deployment that were copied from a picture taken inside the crown";
    "inside_lessons" Share inside(&run.iid), "the same by the light of the lessons";
    "wobble_teacher" Moves run.wobble_of_lessons(false), "moves beyond the fewest possible, mean of the demonstrations that brought her down; 0 if none did";
    "wobble_clone" Moves run.wobble(run.iid.iter().map(|flight| &flight.trail)), "the same for the clone by the light of the lessons";
    "wobble_deployed" Moves run.wobble(run.deployed.iter().map(|flight| &flight.trail)), "the same for the clone at the hour of deployment";
    "wobble_own" Moves run.wobble_of_lessons(true), "the same for the player's own flights";
    "away" Count ended(&run.deployed, Some(Ending::Away)), "of the 20 flights at deployment: left the garden";
    "stuck" Count ended(&run.deployed, None), "of the 20 flights at deployment: still in the air after 80 moves";
    "crashed" Count ended(&run.deployed, Some(Ending::Crashed)), "of the 20 flights at deployment: crashed";
    "teacher_errs" Share run.errs(&run.shadow), "share of the clone's moves that differ from the expert's on the expert's own path, by the light of the lessons";
    "own_errs" Share run.errs(&run.iid), "the same on the clone's own path, by the light of the lessons";
    "deployed_errs" Share run.errs(&run.deployed), "the same on the clone's own path at the hour of deployment";
    "own_flights" Count run.own().count() as u32, "the player's own flights among the demonstrations";
    "own_rescued" Count run.lessons_rescued(true), "the player's own flights that brought her down";
    "own_keys" Count run.own().map(|lesson| lesson.trail.moves() as u32).sum::<u32>(), "keys of the player's own flights";
    "own_corrections" Count run.own_corrections as u32, "keys of the player's own corrections";
    "at_1730" Count run.hours[0], "of 20 flights: would bring her down until 17:30 (light 12)";
    "at_1800" Count run.hours[1], "of 20 flights: would bring her down at 18:00 (light 10)";
    "at_1830" Count run.hours[2], "of 20 flights: would bring her down at 18:30 (light 8)";
    "at_1900" Count run.hours[3], "of 20 flights: would bring her down at 19:00, sunset (light 5)";
    "at_1930" Count run.hours[4], "of 20 flights: would bring her down at 19:30 (light 2)";
    "at_2000" Count run.hours[5], "of 20 flights: would bring her down from 20:00 to dawn (light 0)";
    "habit" Name habit(&run.deployed).0.name(), "the key the clone pressed most at deployment: hover, up, down, left or right";
    "habit_share" Share habit(&run.deployed).1, "share of its keys at deployment that were that key";
    "seconds" Count seconds(&run.deployed), "seconds a rescue at deployment took, median; 0 if there was none";
    early known: Task = &run.task;
    "light" Count u32::from(known.flown.0), "light at deployment, in twelfths of day";
    "lesson_light" Count u32::from(known.recorded.0.0), "light of the first demonstrations, in twelfths of day";
}

/// The outcomes that this lab can give at a setting, whatever the seed and the inputs; true by
/// definition only. No `Interactive` without rounds. No `DistributionShift` if the test at
/// deployment is the test by the light of the lessons: no rounds, and the same light or a camera
/// that needs none.
pub fn possible(setting: &Setting) -> u32 {
    if setting.0.len() != KNOBS.len() {
        return 0;
    }
    let (flown, recorded) = (setting.0[0].min(5), setting.0[1]);
    let lesson = if recorded > 5 { 0 } else { recorded };
    let mut all = (1 << OUTCOMES.len()) - 1;
    if setting.0[5] == 0 {
        all &= !(1 << 1);
        if setting.0[4] != 0 || flown == lesson {
            all &= !(1 << 3);
        }
    }
    all
}

/// Flights of twenty that make a clone pass.
const PASS: u32 = 12;

/// Records demonstrations, clones them, corrects the clone, and tests it by two lights. The player's
/// own flights are the first demonstrations, by the (first) light of the lessons; students follow.
/// Where lessons were flown by two lights, the first half (rounded up) of all demonstrations were by
/// the first. The player's corrections replace the students' in the first round, if there is one.
/// Indices beyond a knob's values count as its last, missing ones as the default.
pub fn run(setting: &Setting, inputs: &Inputs, seed: u64) -> Report {
    let run = measure(Task::new(setting), inputs, seed, Tests::All);
    Report {
        outcome: Outcome(run.class() as u8),
        figures: figure_values(&run),
        pictures: drawing::draw(&run),
    }
}

/// The outcome of a [`run`]: only what decides it is flown.
pub(super) fn outcome(setting: &Setting, inputs: &Inputs, seed: u64) -> Outcome {
    Outcome(measure(Task::new(setting), inputs, seed, Tests::Deciding).class() as u8)
}

/// Which tests a clone is put to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    /// Those that decide what became of it. The others are left empty.
    Deciding,
    /// And those that are told of.
    All,
}

/// What the drone would see, by two lights. The figures of [`EARLY_FIGURES`], in this order, and the
/// picture `eyes`, as in the report of a [`run`].
pub(super) fn ask(setting: &Setting, seed: u64) -> (Vec<Value>, Vec<Picture>) {
    let task = Task::new(setting);
    (early_values(&task), vec![drawing::patches((task.recorded.0, task.flown), task.sensor, seed)])
}

/// What became of the clone; in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Cloned,
    Interactive,
    BadTeacher,
    DistributionShift,
    Drift,
}

impl Task {
    fn new(setting: &Setting) -> Task {
        let at = |knob: usize| {
            let spec = &KNOBS[knob];
            let chosen = setting.0.get(knob).copied().unwrap_or(spec.default);
            usize::from(chosen).min(spec.values.len() - 1)
        };
        let recorded = at(1);
        Task {
            flown: Light::ALL[at(0)],
            recorded: match recorded {
                0..=5 => (Light::ALL[recorded], Light::ALL[recorded]),
                _ => (Light::DAY, Light::ALL[recorded - 3]),
            },
            students: [0, 1, 3, 7, 10, 20][at(2)],
            teacher: [Teacher::Steady, Teacher::Wobbly, Teacher::Reckless][at(3)],
            sensor: [Sensor::Camera, Sensor::Thermal][at(4)],
            rounds: [0, 1, 3, 5][at(5)],
        }
    }
}

fn measure(task: Task, inputs: &Inputs, seed: u64, tests: Tests) -> Measured {
    let world = World::new();
    let (lessons, mut known) = teach(&world, &task, inputs, seed);
    let lesson_rows = known.len();
    let sensor = task.sensor;
    let iid = cloning::test(&world, &known, task.recorded.0, sensor, seed);
    let shadow = match tests {
        Tests::All => cloning::shadow(&world, &known, task.recorded.0, sensor, seed),
        Tests::Deciding => Vec::new(),
    };
    let same = sensor == Sensor::Thermal || task.flown == task.recorded.0;
    let before = if same { iid.clone() } else { cloning::test(&world, &known, task.flown, sensor, seed) };

    let mut own_corrections = 0;
    let mut share = 1.0;
    for round in 0..task.rounds {
        let mut rows = Rows::default();
        for flight in 2 * round..2 * round + 2 {
            let eye = (task.flown, sensor);
            let own = match (&inputs.corrections, round) {
                (Some(pair), 0) => Some(&pair[flight as usize]),
                _ => None,
            };
            match own {
                Some(keys) => {
                    let own_rows = cloning::own_correction(&world, keys, eye, seed, flight);
                    own_corrections += own_rows.len();
                    rows.append(own_rows);
                }
                None => rows.append(cloning::correct(&world, &known, task.teacher, share, eye, seed, flight)),
            }
        }
        known.append(rows);
        share /= 2.0;
    }

    let deployed = match task.rounds {
        0 => before.clone(),
        _ => cloning::test(&world, &known, task.flown, sensor, seed),
    };
    let mut hours = [0; 6];
    for (hour, light) in hours.iter_mut().zip(Light::ALL).filter(|_| tests == Tests::All) {
        *hour = if sensor == Sensor::Thermal || light == task.flown {
            rescued(&deployed)
        } else if task.rounds == 0 && light == task.recorded.0 {
            rescued(&iid)
        } else {
            rescued(&cloning::test(&world, &known, light, sensor, seed))
        };
    }
    let rows = known.len();
    Measured {
        task,
        world,
        lessons,
        lesson_rows,
        rows,
        own_corrections,
        iid,
        before,
        deployed,
        shadow,
        hours,
        seed,
    }
}

/// All demonstrations and their rows: the player's, then the students'.
fn teach(world: &World, task: &Task, inputs: &Inputs, seed: u64) -> (Vec<Lesson>, Rows) {
    let own = inputs.flights.len();
    let students = if own == 0 { task.students.max(1) } else { task.students };
    let total = own + students as usize;
    let (mut lessons, mut known) = (Vec::with_capacity(total), Rows::default());
    for (n, keys) in &inputs.flights {
        let eye = (task.recorded.0, task.sensor);
        let (trail, rows) = cloning::own_demonstration(world, keys, eye, seed, *n);
        lessons.push(Lesson { own: true, trail });
        known.append(rows);
    }
    for n in 0..students {
        let first_half = 2 * lessons.len() < total;
        let light = if first_half { task.recorded.0 } else { task.recorded.1 };
        let (trail, rows) = cloning::demonstrate(world, task.teacher, (light, task.sensor), seed, n);
        lessons.push(Lesson { own: false, trail });
        known.append(rows);
    }
    (lessons, known)
}

impl Measured {
    fn class(&self) -> Class {
        if rescued(&self.deployed) >= PASS {
            let corrected = self.task.rounds > 0 && rescued(&self.before) < PASS;
            return if corrected { Class::Interactive } else { Class::Cloned };
        }
        if 2 * (self.lessons_rescued(false) as usize) < self.lessons.len() {
            Class::BadTeacher
        } else if rescued(&self.iid) >= PASS {
            Class::DistributionShift
        } else {
            Class::Drift
        }
    }

    fn own(&self) -> impl Iterator<Item = &Lesson> {
        self.lessons.iter().filter(|lesson| lesson.own)
    }

    fn lessons_rescued(&self, own_only: bool) -> u32 {
        let lessons = self.lessons.iter().filter(|lesson| lesson.own || !own_only);
        lessons.filter(|lesson| lesson.trail.ending() == Some(Ending::Rescued)).count() as u32
    }

    fn wobble_of_lessons(&self, own_only: bool) -> f64 {
        let lessons = self.lessons.iter().filter(|lesson| lesson.own || !own_only);
        self.wobble(lessons.map(|lesson| &lesson.trail))
    }

    /// Mean of the moves beyond the fewest, over the flights that brought her down; 0 if none did.
    fn wobble<'a>(&self, trails: impl Iterator<Item = &'a Trail>) -> f64 {
        let fewest = f64::from(self.world.oak.distance(PAD));
        let (mut sum, mut count) = (0.0, 0.0);
        for trail in trails.filter(|trail| trail.ending() == Some(Ending::Rescued)) {
            sum += trail.moves() as f64 - fewest;
            count += 1.0;
        }
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// Share of moves that the expert would not have made.
    fn errs(&self, flights: &[Flight]) -> f64 {
        share(flights, |noted| noted.nearest.key != self.world.expert.key(noted.from))
    }
}

fn rescued(flights: &[Flight]) -> u32 {
    ended(flights, Some(Ending::Rescued))
}

fn ended(flights: &[Flight], how: Option<Ending>) -> u32 {
    flights.iter().filter(|flight| flight.trail.ending() == how).count() as u32
}

/// Share of all moves for which something holds.
fn share(flights: &[Flight], holds: impl Fn(&Move) -> bool) -> f64 {
    let moves = || flights.iter().flat_map(|flight| &flight.moves);
    let count = moves().filter(|noted| holds(noted)).count();
    count as f64 / moves().count().max(1) as f64
}

fn inside(flights: &[Flight]) -> f64 {
    share(flights, |noted| noted.nearest.cell.in_crown())
}

/// Distance to the nearest recorded view, in levels per pixel: mean over the moves of a flight, then
/// over flights.
fn distance(flights: &[Flight]) -> f64 {
    let mut sum = 0.0;
    for flight in flights {
        let levels: f64 = flight.moves.iter().map(|noted| noted.nearest.levels()).sum();
        sum += levels / flight.moves.len().max(1) as f64;
    }
    sum / flights.len().max(1) as f64
}

/// The key pressed most, the first of equals, and its share of all.
fn habit(flights: &[Flight]) -> (Key, f64) {
    let mut habit = (Key::Hover, -1.0);
    for key in Key::ALL {
        let share = share(flights, |noted| noted.nearest.key == key);
        if share > habit.1 {
            habit = (key, share);
        }
    }
    habit
}

/// Moves of the rescues, median; 0 if there are none.
fn seconds(flights: &[Flight]) -> u32 {
    let rescues = flights.iter().filter(|flight| flight.rescued());
    let mut seconds: Vec<u32> = rescues.map(|flight| flight.trail.moves() as u32).collect();
    seconds.sort_unstable();
    seconds.get(seconds.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}
