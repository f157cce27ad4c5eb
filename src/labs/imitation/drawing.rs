//! The pictures of the imitation lab.

use super::cloning::{FLIGHTS, Flight, LAB};
use super::eye::{self, Light, SIDE, Sensor};
use super::{Measured, PASS, rescued};
use crate::labs::Picture;
use crate::labs::oak::{self, Cell, Matter, PAD, Trail};
use crate::labs::random::Stream;

/// Where the drone is in [`eyes`]: under the gap in the crown, with trunk, leaves, sky and grass in
/// sight.
fn lookout() -> Cell {
    Cell::at(8, 3).unwrap_or(PAD)
}

/// Two views of the camera from one place by two lights, as the drone sees them; fourteen columns
/// each. The brightest thing in sight is full and the darkest empty, in each view for itself, so
/// what is seen is the contrast and not how dark it is. Needs no run of the lab.
pub fn eyes(light_a: Light, light_b: Light, seed: u64) -> Picture {
    patches((light_a, light_b), Sensor::Camera, seed)
}

/// One picture for each of the signature's, in order.
pub(super) fn draw(run: &Measured) -> Vec<Picture> {
    let lessons = run.task.recorded.0;
    vec![
        alone(run, &run.iid, "by the light of the lessons"),
        alone(run, &run.deployed, "at the hour of deployment"),
        beside(run),
        patches((lessons, run.task.flown), run.task.sensor, run.seed),
        hours(run),
        wobble(run),
    ]
}

/// The flight that is drawn: the first that ended as the verdict on all of them says, so that a policy
/// that fails is not shown succeeding.
fn first(flights: &[Flight]) -> Trail {
    let passed = rescued(flights) >= PASS;
    let typical = flights.iter().find(|flight| flight.rescued() == passed);
    typical.or(flights.first()).map(|flight| flight.trail.clone()).unwrap_or_default()
}

fn in_words(run: &Measured, flights: &[Flight], when: &str) -> String {
    let flight = first(flights).described(&format!("The clone {when}"), &run.world.oak);
    format!("{flight} Of {FLIGHTS} such flights {} bring her down.", rescued(flights))
}

fn alone(run: &Measured, flights: &[Flight], when: &str) -> Picture {
    Picture { rows: oak::widened(&first(flights).map()), described: in_words(run, flights, when) }
}

/// By the light of the lessons, at deployment, and after corrections if there were any.
fn beside(run: &Measured) -> Picture {
    let (lessons, flown) = (run.task.recorded.0.title(), run.task.flown.title());
    let (iid, before, deployed) = (first(&run.iid), first(&run.before), first(&run.deployed));
    let mut panels = vec![(lessons, &iid), (flown, &before)];
    let mut described = format!(
        "{} {}",
        in_words(run, &run.iid, "by the light of its lessons"),
        in_words(run, &run.before, "at the hour of deployment"),
    );
    if run.task.rounds > 0 {
        panels.push(("the same, corrected", &deployed));
        let after = in_words(run, &run.deployed, "after corrections");
        described = format!("{described} {after}");
    }
    Picture { rows: oak::side_by_side(&panels), described }
}

pub(super) fn patches((light_a, light_b): (Light, Light), sensor: Sensor, seed: u64) -> Picture {
    const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
    let patch = |light: Light, index: u64| -> Vec<String> {
        let ideal = eye::ideal(lookout(), light, sensor);
        let darkest = ideal.iter().copied().fold(u8::MAX, u8::min);
        let range = usize::from(ideal.iter().copied().fold(0, u8::max).saturating_sub(darkest)) + 1;
        let mut noise = Stream::new(seed, LAB, "eyes", index);
        let view = eye::see(lookout(), light, sensor, &mut noise);
        let shade = |&level: &u8| {
            let above = usize::from(level.saturating_sub(darkest));
            SHADES[(above * SHADES.len() / range).min(SHADES.len() - 1)]
        };
        view.chunks(SIDE).map(|row| row.iter().map(shade).flat_map(|c| [c, c]).collect()).collect()
    };
    let mut rows = vec![format!("{:<18}{}", light_a.title(), light_b.title())];
    for (a, b) in patch(light_a, 0).iter().zip(patch(light_b, 1)) {
        rows.push(format!("{a}    {b}").trim_end().to_string());
    }
    let described = format!(
        "What the drone sees from under the gap in the crown, in levels of grey from 0 to 255. {} {}",
        tones(light_a, sensor),
        tones(light_b, sensor),
    );
    Picture { rows, described }
}

/// The things in sight from bright to dark, with their levels.
fn tones(light: Light, sensor: Sensor) -> String {
    let level = |matter| eye::level(matter, light, sensor);
    let mut things = [
        ("sky", level(Matter::Air)),
        ("leaves", level(Matter::Leaves)),
        ("wood", level(Matter::Wood)),
        ("grass", level(Matter::Grass)),
    ];
    things.sort_by_key(|&(_, level)| std::cmp::Reverse(level));
    let [brightest, second, third, darkest] = things.map(|(name, level)| format!("{name} {level}"));
    let when = match light.title() {
        by @ ("by day" | "by night") => by.replacen('b', "B", 1),
        "sunset" => "At sunset".to_string(),
        hour => format!("At {hour}"),
    };
    format!("{when}, from bright to dark: {brightest}, {second}, {third}, {darkest}.")
}

/// Flights of twenty that would bring her down, by the half hour.
fn hours(run: &Measured) -> Picture {
    const HOURS: [(&str, usize); 8] = [
        ("17:00", 0),
        ("17:30", 0),
        ("18:00", 1),
        ("18:30", 2),
        ("19:00", 3),
        ("19:30", 4),
        ("20:00", 5),
        ("20:30", 5),
    ];
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let mut rows = [const { String::new() }; 3];
    let mut spoken = vec![];
    for (hour, at) in HOURS {
        let count = run.hours[at];
        let eighths = (16 * count + FLIGHTS) / (2 * FLIGHTS);
        let bar: String = std::iter::repeat_n(EIGHTHS[eighths.min(8) as usize], 5).collect();
        rows[0].push_str(&format!("{bar:<8}"));
        rows[1].push_str(&format!("{hour:<8}"));
        rows[2].push_str(&format!("{:<8}", format!("{count:>3}")));
        spoken.push(format!("{count} at {hour}"));
    }
    Picture {
        rows: rows.iter().map(|row| row.trim_end().to_string()).collect(),
        described: format!(
            "Of {FLIGHTS} flights of this clone so many would bring her down: {}.",
            spoken.join(", ")
        ),
    }
}

/// The first of the player's flights, or a student's, beside the clone's first that brought her
/// down: at deployment if one did, else by the light of the lessons.
fn wobble(run: &Measured) -> Picture {
    let lesson = run.lessons.first();
    let teacher = lesson.map(|lesson| lesson.trail.clone()).unwrap_or_default();
    let own = lesson.is_some_and(|lesson| lesson.own);
    let mut flights = run.deployed.iter().chain(&run.iid).chain(&run.iid[..1.min(run.iid.len())]);
    let clone = flights
        .clone()
        .find(|flight| flight.rescued())
        .or_else(|| flights.next_back())
        .map(|flight| flight.trail.clone())
        .unwrap_or_default();
    let (title, it) = if own { ("you", "Your flight") } else { ("a student", "A student's flight") };
    Picture {
        rows: oak::side_by_side(&[(title, &teacher), ("the clone", &clone)]),
        described: format!(
            "{} {} The fewest moves possible are {}.",
            teacher.described(it, &run.world.oak),
            clone.described("The clone's flight", &run.world.oak),
            run.world.oak.distance(PAD),
        ),
    }
}
