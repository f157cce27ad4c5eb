//! The clone: pins and laws.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

mod labs_support;

use labs_support::{count, outcome, real, run, setting};
use treed::labs::exercise::Key;
use treed::labs::exercise::fly::{Corrections, CorrectionsEnd, Flight, FlightEnd};
use treed::labs::imitation::cloning::{self, Rows, Teacher, World};
use treed::labs::imitation::eye::{Light, Sensor, View, ideal, see};
use treed::labs::imitation::eyes;
use treed::labs::oak::{CELLS, Cell, Ending, PAD, Step};
use treed::labs::random::Stream;
use treed::labs::{Inputs, Lab};

#[test]
fn imitation_pins() {
    let lab = Lab::Imitation;
    let pins = [
        (20, 0, 280, 18, 601),
        (20, 0, 289, 12, 578),
        (18, 0, 234, 14, 558),
        (18, 0, 273, 20, 533),
        (18, 0, 281, 15, 553),
    ];
    for (seed, (iid, deployed, rows, corrected, all_rows)) in pins.into_iter().enumerate() {
        let report = run(lab, "", seed as u64);
        assert_eq!(outcome(lab, &report), "DistributionShift");
        assert_eq!(count(lab, &report, "iid"), iid);
        assert_eq!(count(lab, &report, "deployed"), deployed);
        assert_eq!(count(lab, &report, "rows"), rows);
        let report = run(lab, "rounds=5", seed as u64);
        assert_eq!(outcome(lab, &report), "Interactive");
        assert_eq!(count(lab, &report, "deployed"), corrected);
        assert_eq!(count(lab, &report, "before"), deployed);
        assert_eq!(count(lab, &report, "rows"), all_rows);
    }
}

#[test]
fn cloned_from_every_place_it_is_the_expert_wherever_a_view_means_one_key() {
    let world = World::new();
    for (light, sensor) in
        [(Light::DAY, Sensor::Camera), (Light::NIGHT, Sensor::Camera), (Light::DAY, Sensor::Thermal)]
    {
        let mut rows = Rows::default();
        let views: Vec<(View, Key)> = world
            .oak
            .states()
            .iter()
            .map(|&cell| (ideal(cell, light, sensor), world.expert.key(cell)))
            .collect();
        for (&cell, &(view, key)) in world.oak.states().iter().zip(&views) {
            rows.push(view, key, cell);
        }
        let mut clear = 0;
        for &(view, key) in &views {
            if views.iter().all(|&(other, other_key)| other != view || other_key == key) {
                clear += 1;
                assert_eq!(rows.nearest(&view).key, key);
            }
        }
        assert!(clear > 50, "{clear} places are told by their view");
    }
}

/// The groups of the search are there for its speed alone.
#[test]
fn the_nearest_row_is_the_one_that_looking_at_every_row_finds() {
    let world = World::new();
    let mut rows = Rows::default();
    let mut plain: Vec<(View, Key, Cell)> = vec![];
    let mut noise = Stream::new(9, "test", "views", 0);
    for light in Light::ALL {
        for &cell in world.oak.states().iter().step_by(3) {
            let view = see(cell, light, Sensor::Camera, &mut noise);
            for copies in 0..1 + noise.below(2) {
                let key = Key::ALL[(copies + noise.below(4)) as usize];
                rows.push(view, key, cell);
                plain.push((view, key, cell));
            }
        }
    }
    for light in [Light(12), Light(9), Light(4), Light(0)] {
        for &cell in world.oak.states() {
            let view = see(cell, light, Sensor::Camera, &mut noise);
            let squared = |other: &View| -> u32 {
                view.iter().zip(other).map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum()
            };
            let first = plain.iter().min_by_key(|(other, _, _)| squared(other)).expect("rows");
            let found = rows.nearest(&view);
            assert_eq!((found.key, found.cell, found.squared), (first.1, first.2, squared(&first.0)));
        }
    }
    for (view, _, _) in &plain {
        let found = rows.nearest(view);
        let first = plain.iter().find(|(other, _, _)| other == view).expect("itself");
        assert_eq!((found.key, found.squared), (first.1, 0));
    }
}

#[test]
fn by_the_light_of_its_lessons_there_is_no_gap() {
    let lab = Lab::Imitation;
    for turned in ["flown=12", "flown=0 recorded=0", "flown=12 recorded=12+0", "flown=0 sensor=Thermal"] {
        let report = run(lab, turned, 21);
        assert_eq!(count(lab, &report, "iid"), count(lab, &report, "deployed"), "{turned}");
        assert_eq!(count(lab, &report, "iid"), count(lab, &report, "before"), "{turned}");
        assert_eq!(real(lab, &report, "near"), real(lab, &report, "far"), "{turned}");
        assert_eq!(report.pictures[0].rows, report.pictures[1].rows, "{turned}");
    }
}

#[test]
fn heat_knows_no_hour() {
    let lab = Lab::Imitation;
    let day = run(lab, "flown=12 recorded=12 sensor=Thermal rounds=1", 5);
    let night = run(lab, "flown=0 recorded=5 sensor=Thermal rounds=1", 5);
    for (spec, (one, other)) in lab.signature().figures.iter().zip(day.figures.iter().zip(&night.figures)) {
        assert!(one == other || spec.name.ends_with("light"), "{}", spec.name);
    }
}

#[test]
fn the_hours_agree_with_flights_at_the_hour() {
    let lab = Lab::Imitation;
    let night = run(lab, "demos=3", 13);
    for (light, name) in [("12", "at_1730"), ("10", "at_1800"), ("5", "at_1900"), ("2", "at_1930")] {
        let there = run(lab, &format!("demos=3 flown={light}"), 13);
        assert_eq!(count(lab, &there, "deployed"), count(lab, &night, name), "light {light}");
    }
}

/// Keys that bring the drone to the cat in an exercise, one at a time, by the expert.
fn flown_by_the_expert(seed: u64, n: u32) -> Flight {
    let world = World::new();
    let mut flight = Flight::begin(seed, n);
    let mut gusts = Stream::new(seed, "imitate", "demowind", 1000 + u64::from(n));
    let mut cell = PAD;
    while flight.end().is_none() {
        let key = world.expert.key(cell);
        flight.read(&key.letter().to_string()).expect("a key");
        if let Step::At(next) = world.oak.fly(cell, key, &mut gusts).to {
            cell = next;
        }
    }
    flight
}

#[test]
fn what_was_flown_by_hand_is_what_the_clone_learns() {
    let lab = Lab::Imitation;
    let flight = flown_by_the_expert(3, 4);
    assert_eq!(flight.end(), Some(FlightEnd::Rescued));
    let (trail, rows) =
        cloning::own_demonstration(&World::new(), flight.keys(), (Light::DAY, Sensor::Camera), 3, 4);
    assert_eq!(trail.ending(), Some(Ending::Rescued));
    assert_eq!(rows.len(), flight.keys().len());

    let keys = flight.keys().to_vec();
    let inputs = Inputs { flights: vec![(4, keys.clone())], ..Inputs::default() };
    let report = lab.run(&setting(lab, "demos=0 flown=12"), &inputs, 3);
    assert_eq!(count(lab, &report, "demonstrations"), 1);
    assert_eq!(count(lab, &report, "own_flights"), 1);
    assert_eq!(count(lab, &report, "own_rescued"), 1);
    assert_eq!(count(lab, &report, "own_keys"), keys.len() as i64);
    assert_eq!(count(lab, &report, "rows"), keys.len() as i64);
    assert_eq!(real(lab, &report, "wobble_own"), keys.len() as f64 - 23.0);

    let with_students = lab.run(&setting(lab, "demos=7 flown=12"), &inputs, 3);
    assert_eq!(count(lab, &with_students, "demonstrations"), 8);
    let students_alone = run(lab, "demos=7 flown=12", 3);
    assert_eq!(count(lab, &with_students, "rows"), count(lab, &students_alone, "rows") + keys.len() as i64);
    assert_eq!(count(lab, &run(lab, "demos=0", 3), "demonstrations"), 1);
}

#[test]
fn own_corrections_take_the_place_of_the_first_round() {
    let lab = Lab::Imitation;
    let world = World::new();
    let mut corrections = Corrections::begin(8);
    let mut flown = [vec![], vec![]];
    for (index, keys) in flown.iter_mut().enumerate() {
        let mut gusts = Stream::new(8, "imitate", "dagwind", index as u64);
        let mut cell = PAD;
        loop {
            let key = world.expert.key(cell);
            keys.push(key);
            corrections.read(&key.letter().to_string()).expect("a key");
            match world.oak.fly(cell, key, &mut gusts).to {
                Step::At(next) => cell = next,
                Step::End(_) => break,
            }
        }
    }
    assert_eq!(corrections.end(), Some(CorrectionsEnd::Done));
    assert_eq!(corrections.keys(), flown);
    let inputs = Inputs { corrections: Some(flown.clone()), ..Inputs::default() };
    let keys = (flown[0].len() + flown[1].len()) as i64;
    let report = lab.run(&setting(lab, "rounds=1"), &inputs, 8);
    assert_eq!(count(lab, &report, "own_corrections"), keys);
    assert_eq!(count(lab, &report, "corrections"), keys);
    // A steady student presses the same keys in the same wind.
    let student = run(lab, "rounds=1 teacher=Steady", 8);
    let own = lab.run(&setting(lab, "rounds=1 teacher=Steady"), &inputs, 8);
    assert_eq!(count(lab, &student, "deployed"), count(lab, &own, "deployed"));
    assert_eq!(
        lab.run(&setting(lab, "rounds=0"), &inputs, 8),
        run(lab, "rounds=0", 8),
        "without rounds nobody corrects"
    );
}

#[test]
fn a_steady_teacher_wobbles_only_with_the_wind() {
    let world = World::new();
    let eye = (Light::DAY, Sensor::Camera);
    let mut rescued = 0;
    for n in 0..50 {
        let (trail, _) = cloning::demonstrate(&world, Teacher::Steady, eye, 1, n);
        rescued += u32::from(trail.ending() == Some(Ending::Rescued));
    }
    assert_eq!(rescued, 50);
}

#[test]
fn two_pictures_from_one_place_need_no_run() {
    let picture = eyes(Light::DAY, Light::NIGHT, 7);
    assert_eq!(picture, run(Lab::Imitation, "", 7).pictures[3]);
    assert!(picture.described.contains("By day, from bright to dark: sky 230"));
    assert!(
        picture.described.contains("By night, from bright to dark: grass 90, wood 60, leaves 40, sky 10")
    );
}

#[test]
fn streams_do_not_shift_each_other() {
    // A student more: the others press the same keys.
    let world = World::new();
    let eye = (Light::DAY, Sensor::Camera);
    let first = cloning::demonstrate(&world, Teacher::Wobbly, eye, 4, 2).0;
    cloning::demonstrate(&world, Teacher::Wobbly, eye, 4, 3);
    assert_eq!(first, cloning::demonstrate(&world, Teacher::Wobbly, eye, 4, 2).0);
    assert_eq!(CELLS, 220);
}
