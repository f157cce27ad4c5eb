//! The documents say what the program does: lists of figures are those of the signatures, and every
//! command that is shown prints what is shown. `TREED_BLESS=1 cargo test --test labs_docs` writes both
//! anew; commands of more than forty runs are tried only with `TREED_LAB_SEEDS` (`.ci/run` sets it).
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use treed::cli::lab::{order, read_tables};
use treed::labs::{Lab, Unit};

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).expect("a document")
}

/// Compares a document with what it should be, or makes it so.
#[track_caller]
fn keep(name: &str, now: &str, should: &str) {
    if now != should && std::env::var_os("TREED_BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name), should).expect("written");
        return;
    }
    for (line, (now, should)) in (1..).zip(now.lines().zip(should.lines())) {
        assert_eq!(now, should, "docs/{name}:{line}; TREED_BLESS=1 writes it anew");
    }
    assert_eq!(now.lines().count(), should.lines().count(), "docs/{name}");
}

/// What a lab can say, as tables.
fn figures(lab: Lab) -> String {
    let signature = lab.signature();
    let sentence = |about: &str| {
        let mut about = about.trim_end_matches('.').replace('|', "\\|");
        if let Some(first) = about.get(..1).map(str::to_uppercase) {
            about.replace_range(..1, &first);
        }
        about
    };
    let early = |early: bool| if early { " ·" } else { "" };
    let mut out = String::from("| knob | values | what it sets |\n| --- | --- | --- |\n");
    for knob in signature.knobs {
        let values = knob.values.iter().enumerate().map(|(at, value)| {
            if at == usize::from(knob.default) { format!("**{value}**") } else { (*value).to_owned() }
        });
        let values = values.collect::<Vec<String>>().join(", ");
        out.push_str(&format!("| `{}` | {values} | {} |\n", knob.name, sentence(knob.about)));
    }
    out.push_str("\n| outcome | when |\n| --- | --- |\n");
    for named in signature.outcomes {
        out.push_str(&format!("| `{}` | {} |\n", named.name, sentence(named.about)));
    }
    out.push_str("\n| figure | unit | what was counted or measured |\n| --- | --- | --- |\n");
    for (at, spec) in signature.figures.iter().enumerate() {
        let unit = match spec.unit {
            Unit::Count => "count",
            Unit::Share => "share",
            Unit::Points => "points",
            Unit::Levels => "levels",
            Unit::Moves => "moves",
            Unit::Name => "name",
        };
        let about = sentence(spec.about);
        out.push_str(&format!("| `{}`{} | {unit} | {about} |\n", spec.name, early(lab.asks_figure(at))));
    }
    out.push_str("\n| picture | what it shows |\n| --- | --- |\n");
    for (at, named) in signature.pictures.iter().enumerate() {
        let about = sentence(named.about);
        out.push_str(&format!("| `{}`{} | {about} |\n", named.name, early(lab.asks_picture(at))));
    }
    out
}

/// Two tests may write one document anew, but not at once.
static WRITING: Mutex<()> = Mutex::new(());

#[test]
fn experiments_lists_every_knob_outcome_figure_and_picture() {
    let _alone = WRITING.lock();
    let now = document("experiments.md");
    let mut should = now.clone();
    for lab in Lab::ALL {
        let name = lab.signature().name;
        let begin = format!("<!-- signature of {name} -->\n");
        let (before, rest) = should.split_once(&begin).expect("a mark");
        let (_, after) = rest.split_once("<!-- end -->").expect("an end");
        should = format!("{before}{begin}{}<!-- end -->{after}", figures(lab));
    }
    keep("experiments.md", &now, &should);
}

/// The bold rows and the cheap ones can be read, and the comic's drones are counted again here.
#[test]
fn the_tables_of_outcomes_can_be_measured_again() {
    let rows = read_tables(&document("experiments.md")).expect("tables");
    assert_eq!(rows.iter().filter(|row| row.bold).count(), 16);
    assert!(rows.len() >= 60, "{}", rows.len());
    for row in &rows {
        assert_eq!((row.runs, row.kept.iter().sum::<u32>()), (300, 300), "line {}", row.line);
    }
    let comic =
        rows.iter().find(|row| row.order.case.lab == Lab::Drones && row.bold).expect("the comic's drones");
    assert_eq!(comic.measured(|| {}), comic.kept);
}

#[test]
fn commands_print_what_is_shown() {
    let deep = std::env::var_os("TREED_LAB_SEEDS").is_some() || std::env::var_os("TREED_BLESS").is_some();
    for name in ["teaching.md", "experiments.md"] {
        let _alone = WRITING.lock();
        let now = document(name);
        let mut should = String::new();
        let mut n_commands = 0;
        let mut rest = now.as_str();
        while let Some((before, block)) = rest.split_once("```console\n$ treed ") {
            let (block, after) = block.split_once("```").expect("the block ends");
            let (line, shown) = block.split_once('\n').expect("a command");
            let printed = if deep || runs(line) <= 40 { printed(line) } else { shown.to_owned() };
            should.push_str(&format!("{before}```console\n$ treed {line}\n{printed}```"));
            rest = after;
            n_commands += 1;
        }
        should.push_str(rest);
        assert!(n_commands > 0, "docs/{name} shows no command");
        keep(name, &now, &should);
    }
}

/// Runs that a command of `treed lab` makes.
fn runs(line: &str) -> u32 {
    let (flags, _) = line.split_once(" | ").unwrap_or((line, ""));
    let mut words = flags.splitn(3, ' ').skip(1);
    let lab = words.next().and_then(|name| Lab::ALL.into_iter().find(|lab| lab.signature().name == name));
    let lab = lab.unwrap_or_else(|| panic!("`{line}` runs no lab"));
    let order = order(lab, words.next().unwrap_or_default()).expect("flags");
    let values = |knob: usize| lab.signature().knobs[knob].values.len() as u32;
    order.sweep.map_or(1, |sweep| sweep.seeds * sweep.knob.map_or(1, values))
}

/// What a command prints; `| tail -n +5` and `| head -n 5` may follow it.
fn printed(line: &str) -> String {
    let (line, pipe) = line.split_once(" | ").unwrap_or((line, ""));
    let output = Command::new(env!("CARGO_BIN_EXE_treed"))
        .args(line.split_whitespace())
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines: Vec<&str> = text.lines().collect();
    for pipe in pipe.split(" | ").filter(|pipe| !pipe.is_empty()) {
        match pipe.split_once(" -n ") {
            Some(("tail", from)) => {
                let from: usize = from.trim_start_matches('+').parse().expect("a number");
                lines.drain(..(from - 1).min(lines.len()));
            }
            Some(("head", most)) => lines.truncate(most.parse().expect("a number")),
            _ => panic!("`{pipe}` is not known here"),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
