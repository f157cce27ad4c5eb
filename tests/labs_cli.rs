//! `treed lab`, through the program.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

use serde_json::Value;
use std::io::Read;
use std::process::{Command, Output, Stdio};

fn treed(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_treed"));
    command.args(line.split_whitespace()).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

#[track_caller]
fn run(line: &str) -> Output {
    treed(line).output().expect("the program runs")
}

/// What it prints; it must succeed and complain of nothing.
#[track_caller]
fn prints(line: &str) -> String {
    let output = run(line);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{line}: {:?} {errors}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What it complains of, with exit code 2 and nothing on standard output.
#[track_caller]
fn refuses(line: &str) -> String {
    let output = run(line);
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert!(output.stdout.is_empty(), "{line}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[track_caller]
fn json(line: &str) -> Value {
    serde_json::from_str(&prints(line)).expect("JSON")
}

#[test]
fn reports_in_full() {
    insta::assert_snapshot!("lab_drones", prints("lab drones --seed 7"));
    insta::assert_snapshot!("lab_drones_plain", prints("lab drones --seed 7 --plain"));
    insta::assert_snapshot!("lab_crowd", prints("lab crowd --seed 7 --metric Balanced --gold perfect"));
    insta::assert_snapshot!("lab_imitation", prints("lab imitation --seed 7 --rounds 1 --flown-by-hand 1"));
}

#[test]
fn sweeps_in_full() {
    insta::assert_snapshot!("sweep_drones", prints("lab drones --sweep shaping --seeds 40 --figure worth"));
    insta::assert_snapshot!("sweep_drones_plain", prints("lab drones --sweep none --seeds 40 --plain"));
    insta::assert_snapshot!("sweep_crowd", prints("lab crowd --sweep instructions --seeds 4"));
    insta::assert_snapshot!("sweep_csv", prints("lab imitation --sweep sensor --seeds 4 --csv"));
}

#[test]
fn help_names_every_knob_with_its_values_and_default() {
    for (lab, lines) in [("crowd", "crowd_help"), ("drones", "drones_help"), ("imitation", "imitation_help")]
    {
        insta::assert_snapshot!(lines, prints(&format!("lab {lab} --help")));
    }
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for line in [
        "lab crowd --seed 3 --submissions 500",
        "lab crowd --sweep instructions --seeds 2",
        "lab imitation --sweep recorded --seeds 2 --figure wobble_deployed",
        "lab drones --sweep gamma --seeds 9 --seed 99990",
    ] {
        for row in prints(line).lines() {
            assert!(row.chars().count() <= 80, "{line}: {row}");
            assert_eq!(row, row.trim_end(), "{line}");
        }
    }
}

#[test]
fn what_is_not_allowed_is_refused_with_what_is() {
    for (line, says) in [
        ("lab crowd --wage Dime", "[possible values: Cent, Nickel, Fair]"),
        ("lab crowd --wage cent", "[possible values: Cent, Nickel, Fair]"),
        ("lab crowd --wage", "[possible values: Cent, Nickel, Fair]"),
        ("lab drones --air 1", "[possible values: +1, 0, -1]"),
        ("lab drones --gamma 0.999", "[possible values: 0.5, 0.99, 0.9999999]"),
        ("lab imitation --recorded 12+12", "[possible values: 12, 10, 8, 5, 2, 0, 12+5, 12+2, 12+0]"),
        (
            "lab imitation --sweep wage",
            "[possible values: flown, recorded, demos, teacher, sensor, rounds, none]",
        ),
        ("lab crowd --gold silver", "[possible values: perfect, careless, coin, none]"),
        ("lab drones --gold perfect", "unexpected argument '--gold'"),
        ("lab drones --figure cats", "[possible values: episodes, crashes,"),
        ("lab drones --seeds 0", "0 is not in 1..=1000000"),
        ("lab drones --seeds 1000001", "1000001 is not in 1..=1000000"),
        ("lab drones --seed -1", "unexpected argument"),
        ("lab drones --seed 18446744073709551616", "number too large"),
        ("lab drones --threads 0", "0 is not in 1..=1024"),
        ("lab drones --json --csv", "cannot be used with"),
        ("lab imitation --flight sideways", "`sideways` is no move; say up, down, left, right or hover"),
        ("lab imitation --flight 81u", "The battery is good for 80 more moves only"),
        ("lab imitation --flight 7", "A number needs its move"),
        ("lab oak", "unrecognized subcommand"),
        ("lab", "Usage: treed lab"),
    ] {
        let refusal = refuses(line);
        assert!(refusal.contains(says), "{line}: {refusal}");
    }
}

#[test]
fn a_minus_is_a_value() {
    assert!(prints("lab drones --air -1 --figure crashes").contains("\nGrounded: "));
}

#[test]
fn any_seed_will_do_and_gives_the_same_again() {
    for seed in ["0", "33554432", "18446744073709551615"] {
        let line = format!("lab drones --seed {seed} --episodes 300");
        assert_eq!(prints(&line), prints(&line));
    }
}

#[test]
fn a_report_as_json() {
    let report = json("lab crowd --seed 7 --json");
    assert_eq!(report["schema"], 1);
    assert_eq!(report["labs_version"], treed::labs::VERSION);
    assert_eq!(report["lab"], "crowd");
    assert_eq!(report["seed"], 7);
    assert_eq!(report["outcome"], "MajorityClass");
    assert_eq!(report["setting"]["wage"], "Nickel");
    assert_eq!(report["by_hand"]["gold_errors"], Value::Null);
    let figures = report["figures"].as_array().expect("a list");
    assert_eq!(figures.len(), treed::labs::crowd::SIGNATURE.figures.len());
    let winner = figures.iter().find(|figure| figure["name"] == "winner").expect("a winner");
    assert_eq!((&winner["value"], &winner["unit"]), (&"TheAlchemist".into(), &"name".into()));
    let pictures = report["pictures"].as_array().expect("a list");
    assert_eq!(pictures[0]["rows"][2], " 1  TheAlchemist     94.7 %     0 of 53              0");

    let one = json("lab crowd --seed 7 --json --figure cats");
    assert_eq!(one["figures"].as_array().map(Vec::len), Some(1));
    let flown = json("lab imitation --json --flight 3u --demos 0");
    assert_eq!(flown["by_hand"]["flights"][0], "uuu");
    assert_eq!(flown["outcome"], "BadTeacher");
}

#[test]
fn a_sweep_as_json() {
    let swept = json("lab drones --sweep explore --seeds 10 --seed 5 --json --figure nearest");
    assert_eq!(
        (&swept["schema"], &swept["sweep"], &swept["from"], &swept["seeds"]),
        (&1.into(), &"explore".into(), &5.into(), &10.into())
    );
    let rows = swept["rows"].as_array().expect("a list");
    let values: Vec<&str> = rows.iter().filter_map(|row| row["value"].as_str()).collect();
    assert_eq!(values, ["careful", "wilder", "Optimistic"]);
    for row in rows {
        let outcomes = row["outcomes"].as_array().expect("a list");
        assert_eq!(outcomes.iter().filter_map(|outcome| outcome["count"].as_u64()).sum::<u64>(), 10);
        for outcome in outcomes {
            let number = |name: &str| outcome[name].as_f64().expect("a number");
            assert!(number("low") <= number("share") && number("share") <= number("high"));
        }
        assert_eq!(row["figures"][0]["name"], "nearest");
    }
    assert_eq!(rows[2]["outcomes"][0]["first_seed"], 5);
    assert_eq!(json("lab drones --seeds 2 --json")["rows"][0]["value"], Value::Null);
}

#[test]
fn threads_change_nothing_that_is_printed() {
    let one = prints("lab drones --sweep start --seeds 30 --threads 1");
    assert_eq!(one, prints("lab drones --sweep start --seeds 30 --threads 2"));
    assert_eq!(one, prints("lab drones --sweep start --seeds 30 --threads 7"));
}

/// Who reads one line has what they wanted.
#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = treed("lab crowd --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let status = child.wait().expect("it ends");
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("UTF-8");
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn odds_are_written_in_pieces() {
    let folder = tempfile::tempdir().expect("a folder");
    let story = folder.path().join("small.ron");
    let text = "#![enable(implicit_some)]\nStory(id: \"s\", title: \"S\", version: \"1\", start: \"a\", facts: {\"fence\": Flag}, \
        labs: {\"drones\": {\"fence\": \"fence\"}}, scenes: {\"a\": (text: \"A.\", choices: [(id: \"no\", label: \"No fence\", to: \"l\"), \
        (id: \"yes\", label: \"A fence\", then: [Set(\"fence\")], to: \"l\")]), \
        \"l\": (text: \"L.\", lab: (run: \"drones\", arms: {\
        \"Rescued\": [(to: \"b\")], \"Crashed\": [(to: \"b\")], \"Fled\": [(to: \"b\")], \"Hovering\": [(to: \"b\")], \
        \"Grounded\": [(to: \"b\")]})), \"b\": (text: \"B.\", ending: \"b\")}, endings: {\"b\": (title: \"B\", hint: \"Wait.\")})";
    std::fs::write(&story, text).expect("a file");
    let odds = folder.path().join("odds.ron");
    let line = format!("--story {} lab odds --seeds 5 --write {}", story.display(), odds.display());
    let said = prints(&line);
    assert!(said.ends_with("odds.ron: 2 settings, 5 seeds each.\n"), "{said}");
    let first = std::fs::read_to_string(&odds).expect("a file");
    assert!(first.contains("([0, 0, 1, 0, 0, 0, 1], [0, 0, 5, 0, 0, 0])"), "{first}");
    // A row is missing: only that is measured; a damaged file is measured anew.
    std::fs::write(&odds, first.replace("        ([0, 0, 1, 0, 0, 0, 1], [0, 0, 5, 0, 0, 0]),\n", ""))
        .expect("a file");
    prints(&line);
    assert_eq!(std::fs::read_to_string(&odds).expect("a file"), first);
    std::fs::write(&odds, "Odds(").expect("a file");
    prints(&line);
    assert_eq!(std::fs::read_to_string(&odds).expect("a file"), first);
}

#[test]
fn tables_are_measured_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tables.md");
    let heading = "| drones, per cent of 20 runs | Rescued | Crashed | Fled | Orbiting | Hovering | Grounded |\n\
        | --- | --- | --- | --- | --- | --- | --- |\n";
    let text = format!(
        "Words.\n\n{heading}| **the comic** | · | · | 100 | · | · | · |\n| `--air -1` | · | · | · | · | · | 95 |\n\nMore.\n"
    );
    std::fs::write(&file, &text).expect("a file");
    let line = format!("lab tables {}", file.display());
    assert!(prints(&line).ends_with("1 rows measured: 1 equal, 0 differ.\n"));
    let all = prints(&format!("{line} --all"));
    assert!(all.contains(":6: drones [0, 0, 0, 0, 0, 20] of 20, within chance"), "{all}");
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), text);
    prints(&format!("{line} --all --write"));
    let written = std::fs::read_to_string(&file).expect("a file");
    assert_eq!(written, text.replace("| 95 |", "| 100 |"));

    let check = |content: &str| {
        std::fs::write(&file, content).expect("a file");
        let output = run(&line);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), errors)
    };
    let wrong = check(&text.replace("| 100 |", "| · |"));
    assert_eq!(wrong, (Some(1), String::new()));
    for (content, says) in [
        ("Nothing.\n".to_owned(), "it has no table of outcomes to measure"),
        (format!("{heading}| **`--air 7`** | · | · | · | · | · | 95 |\n"), "[possible values: +1, 0, -1]"),
        (format!("{heading}| **the comic** | · | 95 |\n"), "another number of cells"),
        (format!("{heading}| **the comic** | · | · | 101 | · | · | · |\n"), "neither per cent nor"),
    ] {
        let (code, errors) = check(&content);
        assert!(code == Some(1) && errors.contains(says), "{content}: {errors}");
    }
    assert_eq!(run("lab tables /nowhere/at/all.md").status.code(), Some(1));
}
