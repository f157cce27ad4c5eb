//! What `treed check --json` and `treed odds --json` print, whatever comes out, against the table of `docs/proof.md`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use support::{Home, small};

type Names = BTreeSet<String>;

/// The rows of the table: the fields, and what is said of them.
fn table() -> Vec<(Names, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proof.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, section) = page.split_once("\n## JSON\n").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').splitn(2, " | ").collect();
        (marked(cells[0]), cells[1].to_owned())
    })
    .collect()
}

/// The names in backticks.
fn marked(text: &str) -> Names {
    let is_name = |part: &&str| part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    text.split('`').skip(1).step_by(2).filter(is_name).map(str::to_owned).collect()
}

/// The names in quotes.
fn quoted(text: &str) -> Names {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(of: &Value) -> Names {
    of.as_object().expect("an object").keys().cloned().collect()
}

/// Compares what was printed with the table.
#[track_caller]
fn agrees(report: &Value) {
    let table = table();
    let all: Names = table.iter().flat_map(|(names, _)| names.clone()).collect();
    assert_eq!(keys(report), all);
    let told = |name: &str| &table.iter().find(|(names, _)| names.contains(name)).unwrap().1;
    for list in ["endings", "diagnostics"] {
        for item in report[list].as_array().into_iter().flatten() {
            assert_eq!(keys(item), marked(told(list)), "{list}");
            if list == "endings" && !item["shown"].is_null() {
                assert_eq!(keys(&item["shown"]), quoted(told(list)));
            }
        }
    }
    for object in ["words", "claims"].iter().filter(|name| !report[**name].is_null()) {
        assert_eq!(keys(&report[*object]), quoted(told(object)), "{object}");
    }
    if !report["longest"].is_null() {
        assert!(keys(&report["longest"]).is_subset(&quoted(told("longest"))));
    }
}

#[track_caller]
fn report(story: &str, arguments: &str, code: i32) -> Value {
    let home = Home::with_story(story);
    let ran = home.run(&format!("check story.ron --json --seeds 3 {arguments}"), "").harmless();
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.err, "");
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    agrees(&report);
    report
}

/// A room with a lamp and a counter.
fn room(claims: &str) -> String {
    let story = small(
        "\"n\": Range(from: 0, to: 9999, start: 0)",
        "\"start\": (text: \"{n}\", choices: [
            (id: \"on\", label: \"On\", when: AtMost(\"n\", 9998), then: [Raise(\"n\", 1)]),
            (id: \"again\", label: \"Again\", then: [Put(\"n\", 0)]), (id: \"out\", label: \"Out\", to: \"end\")]),",
    );
    story.replace("scenes: {", &format!("claims: [{claims}], scenes: {{"))
}

#[test]
fn every_field_of_the_table_is_printed_whatever_comes_out() {
    let sound = report(&room("Always(Offers(\"out\"))"), "", 0);
    assert_eq!((&sound["proved"], &sound["sound"]), (&true.into(), &true.into()));
    assert_eq!(sound["claims"]["hold"], 1);
    assert!(sound.as_object().unwrap().values().all(|value| !value.is_null()), "{sound}");
    let failing = report(&room("Never(Offers(\"out\"))"), "", 1);
    assert_eq!(failing["diagnostics"][0]["code"], "T214");
    let spent = report(&room("Never(At(\"end\")), Always(Offers(\"on\"))"), "--budget 500", 3);
    assert_eq!((&spent["proved"], &spent["claims"]["open"]), (&false.into(), &2.into()));
    assert!(spent["moves"].is_null() && spent["states"].as_u64().unwrap() >= 500, "{spent}");
    let faulty = report(&room("Never(At(\"nowhere\"))"), "", 1);
    let known = ["schema", "story", "sound", "proved", "diagnostics"];
    for (name, value) in faulty.as_object().unwrap() {
        assert_eq!(value.is_null(), !known.contains(&name.as_str()), "{name}");
    }
    assert_eq!(faulty["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!((&faulty["proved"], &faulty["sound"]), (&false.into(), &false.into()));
}

#[test]
fn what_is_no_story_is_told_on_standard_error_alone() {
    let home = Home::new();
    home.write("noise.ron", &[0xff, 0xfe, 0]);
    for (name, words) in [("missing.ron", "cannot read"), (".", "cannot read"), ("noise.ron", "noise.ron")] {
        let ran = home.run(&format!("check {name} --json"), "").harmless();
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{name}: {}", ran.err);
        assert!(ran.err.starts_with("treed: ") && ran.err.contains(words), "{}", ran.err);
    }
}

/// Whoever gets four hundred steps on without starting again, which is more likely at each, is out.
fn seldom_left() -> String {
    small(
        "\"n\": Range(from: 0, to: 402, start: 0)",
        "\"start\": (text: \"{n}\", choices: [
            (id: \"up\", label: \"Up\", then: [RaiseToEnd(\"n\", 1)]),
            (id: \"again\", label: \"Again\", weight: 3, then: [Put(\"n\", 0)]),
            (id: \"flee\", label: \"Flee\", weight: 0.000000001, to: \"end\"),
            (id: \"stop\", label: \"Stop\", when: AtLeast(\"n\", 402), to: \"end\")]),",
    )
}

#[test]
fn odds_along_a_playthrough_that_are_not_settled_are_null() {
    let home = Home::with_story(&seldom_left());
    home.run("--story story.ron --new --slot kept", "1\n3\n");
    let ran = home.run("--story story.ron odds kept --json", "").harmless();
    assert_eq!((ran.code, ran.err.as_str()), (3, ""), "{}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let moves = report["moves"].as_array().unwrap();
    let told: Vec<&str> = moves.iter().map(|turn| turn["move"].as_str().unwrap_or("")).collect();
    assert_eq!(told, ["", "up", "flee"]);
    for (i, turn) in moves.iter().enumerate() {
        let is_over = i == 2;
        assert_eq!(turn["odds"]["end"], if is_over { 1.0.into() } else { Value::Null }, "{turn}");
        assert_eq!(turn["never"], if is_over { 0.0.into() } else { Value::Null }, "{turn}");
        assert!(turn["change"].is_null() && turn["turning"] == false, "{turn}");
    }
    let ran = home.run("--story story.ron odds kept", "").harmless();
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    let told = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("the odds after 0 moves are not settled, since a player may go round"), "{told}");
    // Where not every state was looked at, there are none at all.
    let ran = home.run("--story story.ron odds kept --json --budget 100", "").harmless();
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.contains("odds need every state of the story"), "{}", ran.err);
}
