//! Runs of labs by the names of knobs and figures, for tests.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]
#![allow(dead_code, reason = "each test binary uses some of them")]

use treed::labs::{Inputs, Lab, Report, Setting, Value};

/// The default setting of a lab with some knobs turned: `"gamma=0.5 explore=Optimistic"`.
#[track_caller]
pub fn setting(lab: Lab, turned: &str) -> Setting {
    let mut setting = lab.default_setting();
    for pair in turned.split_whitespace() {
        let (name, value) = pair.split_once('=').expect("name=value");
        let knobs = lab.signature().knobs;
        let knob = knobs.iter().position(|knob| knob.name == name).expect(name);
        let index = knobs[knob].values.iter().position(|&known| known == value).expect(value);
        setting.0[knob] = index as u8;
    }
    setting
}

#[track_caller]
pub fn run(lab: Lab, turned: &str, seed: u64) -> Report {
    lab.run(&setting(lab, turned), &Inputs::default(), seed)
}

pub fn outcome(lab: Lab, report: &Report) -> &'static str {
    lab.signature().outcomes[usize::from(report.outcome.0)].name
}

#[track_caller]
pub fn figure(lab: Lab, report: &Report, name: &str) -> Value {
    let at = lab.signature().figures.iter().position(|spec| spec.name == name).expect(name);
    report.figures[at]
}

#[track_caller]
pub fn count(lab: Lab, report: &Report, name: &str) -> i64 {
    match figure(lab, report, name) {
        Value::Whole(whole) => whole,
        other => panic!("{name} is {other:?}"),
    }
}

#[track_caller]
pub fn real(lab: Lab, report: &Report, name: &str) -> f64 {
    match figure(lab, report, name) {
        Value::Real(real) => real,
        other => panic!("{name} is {other:?}"),
    }
}

pub fn in_full(lab: Lab, report: &Report) -> String {
    let mut text = format!("{}\n\n", outcome(lab, report));
    for (spec, value) in lab.signature().figures.iter().zip(&report.figures) {
        let value = match value {
            Value::Whole(whole) => whole.to_string(),
            Value::Real(real) => format!("{real:?}"),
            Value::Name(name) => name.to_string(),
        };
        text.push_str(&format!("{} {value}\n", spec.name));
    }
    for (spec, picture) in lab.signature().pictures.iter().zip(&report.pictures) {
        text.push_str(&format!("\n{}\n{}\n{}\n", spec.name, picture.rows.join("\n"), picture.described));
    }
    text
}
