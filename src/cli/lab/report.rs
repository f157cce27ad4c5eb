//! One run, written down.

use super::flags::{Form, Order};
use crate::labs::{Report, Unit, VERSION, Value};
use crate::shell::render;
use crate::shell::terminal::Style;
use crate::text::digits;
use serde_json::{Map, json};

/// The report of a single run, in the form that was asked for.
pub fn report(order: &Order, style: Style) -> String {
    let report = order.case.run(order.seed);
    match order.form {
        Form::Text => text(order, &report, style),
        Form::Json => format!("{}\n", as_json(order, &report)),
        Form::Csv => csv(order, &report),
    }
}

/// Knob by knob: `metric Accuracy, wage Nickel`.
pub fn knobs(order: &Order, but: Option<usize>) -> String {
    let knobs = order.case.lab.signature().knobs.iter().zip(&order.case.setting.0).enumerate();
    let named = knobs
        .filter(|(at, _)| Some(*at) != but)
        .map(|(_, (knob, &value))| format!("{} {}", knob.name, knob.values[usize::from(value)]));
    named.collect::<Vec<String>>().join(", ")
}

/// What is done by hand, as a sentence; nothing if nothing is.
pub fn by_hand(order: &Order) -> String {
    let hands = &order.case.hands;
    let mut said = Vec::new();
    if let Some(errs) = hands.gold {
        said.push(match errs {
            0.0 => "Ten gold photographs are labelled, all of them rightly.".to_owned(),
            errs => format!("Ten gold photographs are labelled, each wrongly with probability {errs}."),
        });
    }
    if !hands.flights.is_empty() {
        let flights =
            hands.flights.iter().map(|keys| keys.iter().map(|key| key.letter()).collect::<String>());
        said.push(format!("Flown by hand: {}.", flights.collect::<Vec<String>>().join(", ")));
    }
    if hands.flown > 0 {
        said.push(format!("Flown by hand, with 15 % of slips: {} of the demonstrations.", hands.flown));
    }
    said.join(" ")
}

fn shown<'a>(order: &'a Order, report: &'a Report) -> impl Iterator<Item = (usize, Value)> + 'a {
    let all = report.figures.iter().copied().enumerate();
    all.filter(|(at, _)| order.figures.is_empty() || order.figures.contains(at))
}

fn text(order: &Order, report: &Report, style: Style) -> String {
    let signature = order.case.lab.signature();
    let outcome = &signature.outcomes[usize::from(report.outcome.0)];
    let mut out = String::new();
    render::head(signature.name, &format!("seed {}", order.seed), style, &mut out);
    render::wrap(&format!("{}.", knobs(order, None)), "", "", style.width, &mut out);
    let by_hand = by_hand(order);
    if !by_hand.is_empty() {
        render::wrap(&by_hand, "", "", style.width, &mut out);
    }
    out.push('\n');
    let about = outcome.about.trim_end_matches('.');
    render::wrap(&format!("{}: {about}.", outcome.name), "", "", style.width, &mut out);
    out.push('\n');
    let rows: Vec<(&str, String, &str)> = shown(order, report)
        .map(|(at, value)| {
            let spec = &signature.figures[at];
            let (value, unit) = written(value, spec.unit);
            (spec.name, value, unit)
        })
        .collect();
    let widest = |length: fn(&(&str, String, &str)) -> usize| rows.iter().map(length).max().unwrap_or(0);
    let (names, values) = (widest(|row| row.0.len()), widest(|row| row.1.chars().count()));
    for (name, value, unit) in &rows {
        let line = format!("{name:<names$}  {value:>values$} {unit}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if order.figures.is_empty() {
        for (named, picture) in signature.pictures.iter().zip(&report.pictures) {
            let about = named.about.trim_end_matches('.');
            out.push('\n');
            render::wrap(&format!("{}: {about}.", named.name), "", "", style.width, &mut out);
            render::drawn(picture, style, &mut out);
        }
    }
    out
}

/// A value with the digits that its unit deserves, and the unit.
pub fn written(value: Value, unit: Unit) -> (String, &'static str) {
    let written = match (value, unit) {
        (Value::Name(name), _) => name.to_owned(),
        (Value::Whole(whole), _) => digits(whole),
        (Value::Real(real), Unit::Share) => format!("{:.1}", 100.0 * real),
        (Value::Real(real), Unit::Points) if real.abs() >= 1000.0 => digits(real.round() as i64),
        (Value::Real(real), Unit::Points) => format!("{real:.2}"),
        (Value::Real(real), _) => format!("{real:.1}"),
    };
    let unit = match unit {
        Unit::Share => "%",
        Unit::Points => "points",
        Unit::Levels => "levels",
        Unit::Moves => "moves",
        Unit::Count | Unit::Name => "",
    };
    (written, unit)
}

/// What a figure is measured in, for programs.
pub fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Points => "points",
        Unit::Levels => "levels",
        Unit::Moves => "moves",
        Unit::Name => "name",
    }
}

/// The setting, by names.
pub fn setting_json(order: &Order) -> Map<String, serde_json::Value> {
    let knobs = order.case.lab.signature().knobs.iter().zip(&order.case.setting.0);
    knobs.map(|(knob, &value)| (knob.name.to_owned(), json!(knob.values[usize::from(value)]))).collect()
}

/// What is done by hand, by names.
pub fn hands_json(order: &Order) -> serde_json::Value {
    let hands = &order.case.hands;
    let flights: Vec<String> =
        hands.flights.iter().map(|keys| keys.iter().map(|key| key.letter()).collect()).collect();
    json!({"gold_errors": hands.gold, "flights": flights, "flown_by_hand": hands.flown})
}

fn as_json(order: &Order, report: &Report) -> serde_json::Value {
    let signature = order.case.lab.signature();
    let figures: Vec<serde_json::Value> = shown(order, report)
        .map(|(at, value)| {
            let spec = &signature.figures[at];
            let value = match value {
                Value::Whole(whole) => json!(whole),
                Value::Real(real) => json!(real),
                Value::Name(name) => json!(name),
            };
            json!({"name": spec.name, "unit": unit_name(spec.unit), "value": value, "about": spec.about})
        })
        .collect();
    let pictures = signature.pictures.iter().zip(&report.pictures);
    let pictures: Vec<serde_json::Value> = pictures
        .map(|(named, picture)| {
            json!({"name": named.name, "about": named.about, "rows": picture.rows, "described": picture.described})
        })
        .collect();
    json!({
        "schema": 1,
        "labs_version": VERSION,
        "lab": signature.name,
        "seed": order.seed,
        "setting": setting_json(order),
        "by_hand": hands_json(order),
        "outcome": signature.outcomes[usize::from(report.outcome.0)].name,
        "figures": figures,
        "pictures": pictures,
    })
}

fn csv(order: &Order, report: &Report) -> String {
    let signature = order.case.lab.signature();
    let outcome = signature.outcomes[usize::from(report.outcome.0)].name;
    let mut out = format!("name,unit,value\noutcome,name,{outcome}\n");
    for (at, value) in shown(order, report) {
        let spec = &signature.figures[at];
        let value = match value {
            Value::Whole(whole) => whole.to_string(),
            Value::Real(real) => real.to_string(),
            Value::Name(name) => name.to_owned(),
        };
        out.push_str(&format!("{},{},{value}\n", spec.name, unit_name(spec.unit)));
    }
    out
}
