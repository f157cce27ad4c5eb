//! Whole reports, and what every lab promises.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

mod labs_support;

use labs_support::{in_full, run, setting};
use treed::labs::exercise::Key;
use treed::labs::random::Stream;
use treed::labs::{Inputs, Lab, Setting, Unit, Value};

#[test]
fn whole_reports_of_seed_7() {
    for (lab, name, turned) in [
        (Lab::Drones, "drones_comic", ""),
        (Lab::Drones, "drones_bonus", "shaping=Bonus"),
        (Lab::Drones, "drones_potential", "shaping=Potential"),
        (Lab::Imitation, "imitation_comic", ""),
        (Lab::Imitation, "imitation_corrected", "rounds=5"),
        (Lab::Imitation, "imitation_day", "flown=12"),
    ] {
        insta::assert_snapshot!(name, in_full(lab, &run(lab, turned, 7)));
    }
}

#[test]
fn the_default_is_the_comic() {
    let values = |lab: Lab| -> Vec<&str> {
        let knobs = lab.signature().knobs.iter();
        knobs.zip(lab.default_setting().0).map(|(knob, at)| knob.values[usize::from(at)]).collect()
    };
    assert_eq!(values(Lab::Drones), ["+1", "None", "0.99", "careful", "no", "pad", "1000"]);
    assert_eq!(values(Lab::Imitation), ["0", "12", "10", "Wobbly", "Camera", "0"]);
}

#[test]
fn reports_keep_to_their_signature() {
    for lab in [Lab::Drones, Lab::Imitation] {
        let signature = lab.signature();
        let mut dice = Stream::new(6, "test", "knobs", 0);
        for seed in 0..40 {
            let chosen = signature.knobs.iter().map(|knob| dice.below(knob.values.len() as u32) as u8);
            let setting = Setting(chosen.collect());
            let report = lab.run(&setting, &Inputs::default(), seed);
            assert_eq!(report, lab.run(&setting, &Inputs::default(), seed), "{setting:?}");
            assert!(lab.possible(&setting) >> report.outcome.0 & 1 == 1, "{setting:?}");
            assert_eq!(report.figures.len(), signature.figures.len());
            for (spec, value) in signature.figures.iter().zip(&report.figures) {
                let fits = match (spec.unit, value) {
                    (Unit::Count, Value::Whole(whole)) => *whole >= 0,
                    (Unit::Moves, Value::Whole(whole)) => *whole >= 0,
                    (Unit::Share, Value::Real(share)) => (0.0..=1.0).contains(share),
                    (Unit::Levels, Value::Real(levels)) => (0.0..=255.0).contains(levels),
                    (Unit::Points | Unit::Moves, Value::Real(real)) => real.is_finite(),
                    (Unit::Name, Value::Name(name)) => !name.is_empty(),
                    _ => false,
                };
                assert!(fits, "{} is {value:?} at {setting:?}", spec.name);
            }
            assert_eq!(report.pictures.len(), signature.pictures.len());
            for (spec, picture) in signature.pictures.iter().zip(&report.pictures) {
                for row in &picture.rows {
                    assert!(row.chars().count() <= 72, "{}: {row}", spec.name);
                    assert_eq!(row, row.trim_end(), "{}", spec.name);
                }
                assert!(!picture.rows.is_empty() && picture.described.ends_with('.'), "{}", spec.name);
            }
        }
    }
}

#[test]
fn what_is_possible_is_what_the_definition_leaves() {
    let names = |lab: Lab, turned: &str| -> Vec<&str> {
        let possible = lab.possible(&setting(lab, turned));
        let outcomes = lab.signature().outcomes.iter().enumerate();
        outcomes.filter(|(at, _)| possible >> at & 1 == 1).map(|(_, named)| named.name).collect()
    };
    let drones = ["Rescued", "Crashed", "Fled", "Hovering", "Grounded"];
    assert_eq!(names(Lab::Drones, ""), drones);
    assert_eq!(names(Lab::Drones, "fence=yes"), drones);
    assert_eq!(names(Lab::Drones, "shaping=Bonus").len(), 6);
    let imitation = |turned| names(Lab::Imitation, turned);
    assert_eq!(imitation(""), ["Cloned", "BadTeacher", "DistributionShift", "Drift"]);
    assert_eq!(imitation("flown=12"), ["Cloned", "BadTeacher", "Drift"]);
    assert_eq!(imitation("flown=12 recorded=12+0"), ["Cloned", "BadTeacher", "Drift"]);
    assert_eq!(imitation("flown=0 recorded=12+0").len(), 4);
    assert_eq!(imitation("sensor=Thermal"), ["Cloned", "BadTeacher", "Drift"]);
    assert_eq!(imitation("flown=12 rounds=1").len(), 5);
    for lab in [Lab::Drones, Lab::Imitation] {
        assert_eq!(lab.possible(&Setting(vec![])), 0);
    }
}

#[test]
fn a_setting_out_of_range_counts_as_the_last_and_never_panics() {
    for lab in [Lab::Drones, Lab::Imitation] {
        let knobs = lab.signature().knobs;
        let last = Setting(knobs.iter().map(|knob| knob.values.len() as u8 - 1).collect());
        let beyond = Setting(vec![u8::MAX; knobs.len()]);
        let inputs = Inputs {
            flights: vec![(u32::MAX, vec![Key::Hover; 1000]), (0, vec![])],
            corrections: Some([vec![], vec![Key::Up; 1000]]),
            ..Inputs::default()
        };
        assert_eq!(lab.run(&last, &inputs, u64::MAX), lab.run(&beyond, &inputs, u64::MAX));
        assert_eq!(lab.possible(&last), lab.possible(&beyond));
        assert_eq!(
            lab.run(&Setting(vec![]), &Inputs::default(), 1),
            lab.run(&lab.default_setting(), &Inputs::default(), 1)
        );
    }
}
