//! Every file of `tests/playthroughs` is played through the program, in a pipe, with saves of its own.
//!
//! A file is a script as a player could pipe it in: ids of choices or words, `? words` that the last
//! screen must say. Its head says `# purpose` in the first line, and may say `# seed: N` and
//! `# ending: ID`, the ending that must have been reached.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;
use support::Home;
use treed::journal::coverage::Coverage;
use treed::journal::kept;

/// All files, in order.
fn scripts() -> Vec<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playthroughs");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of playthroughs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "play"))
        .collect();
    found.sort();
    found
}

/// The rest of the line that begins so.
fn head<'s>(script: &'s str, key: &str) -> Option<&'s str> {
    script.lines().find_map(|line| line.strip_prefix(&format!("# {key}: "))).map(str::trim)
}

/// What is wrong with a playthrough; `None` where nothing is.
fn trouble(script: &str) -> Option<String> {
    let first = script.lines().next().unwrap_or_default();
    if !first.starts_with("# ") || first.starts_with("# seed") || first.starts_with("# ending") {
        return Some("the first line must say what it is for: `# ...`".to_owned());
    }
    let home = Home::new();
    let seed = head(script, "seed").unwrap_or("1");
    let ran = home.run(&format!("--new --plain --seed {seed}"), script);
    if ran.code != 0 || !ran.err.is_empty() {
        return Some(format!("exit code {}: {}", ran.code, ran.err));
    }
    let json: serde_json::Value = serde_json::from_str(&home.run("endings --json", "").fine()).expect("JSON");
    let reached: Vec<&str> = json["endings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|ending| ending["reached"] == true)
        .filter_map(|ending| ending["id"].as_str())
        .collect();
    match head(script, "ending") {
        Some(wanted) if !reached.contains(&wanted) => {
            Some(format!("`{wanted}` was not reached, but {reached:?}"))
        }
        _ => None,
    }
}

#[test]
fn every_playthrough_plays_to_its_end() {
    let scripts = scripts();
    assert!(!scripts.is_empty());
    // Two at a time: each is a run of the program of its own.
    let next = std::sync::atomic::AtomicUsize::new(0);
    let troubles = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = scripts.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let script = std::fs::read_to_string(path).expect("a script");
                    if let Some(why) = trouble(&script) {
                        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                        troubles.lock().expect("no thread has panicked").push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let mut troubles = troubles.into_inner().expect("no thread has panicked");
    troubles.sort();
    assert!(
        troubles.is_empty(),
        "{} of {} fail:\n\n{}",
        troubles.len(),
        scripts.len(),
        troubles.join("\n\n")
    );
}

/// Where the games are kept that show the whole story together.
const GAMES: &str = "tests/coverage.txt";
/// What makes them anew.
const ANEW: &str = "if the story has changed: cargo run --release -- coverage --write tests/coverage.txt";

#[test]
fn every_paragraph_of_the_story_is_shown_by_a_kept_game() {
    let story = treed::story::load(&treed::story::Source::built_in()).expect("the story is sound");
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(GAMES));
    let games = kept::read(&text.expect("the list of games")).expect("a list of games");
    // Each game is played for real, the experiments included.
    let play = |from: usize| {
        let mut shown = Coverage::new(&story);
        for (i, game) in games.iter().enumerate().skip(from).step_by(2) {
            if let Err((at, why)) = game.play(&story, &mut |screen| shown.look(screen)) {
                panic!("{GAMES}: game {}: move {} cannot be made: {why}; {ANEW}", i + 1, at + 1);
            }
        }
        shown
    };
    let shown = std::thread::scope(|scope| {
        let others = scope.spawn(|| play(1));
        let mut shown = play(0);
        shown.join(&others.join().expect("no thread has panicked"));
        shown
    });
    let pieces = shown.pieces();
    let all = pieces.len();
    let missing: Vec<_> = pieces.into_iter().filter(|piece| !piece.shown).collect();
    println!("{} kept games show {} of {all} paragraphs and pictures", games.len(), all - missing.len());
    assert!(missing.is_empty(), "{} are shown by no kept game: {missing:#?}\n{ANEW}", missing.len());
}

#[test]
fn a_playthrough_that_goes_wrong_is_told() {
    let why = |script: &str| trouble(script).expect("something is wrong");
    assert!(why("1\n").contains("what it is for"));
    assert!(why("# nothing\nno-such-choice-anywhere\n").contains("line 2"));
    assert!(why("# nothing\n? words that no screen says\n").contains("line 2: the last screen does not say"));
    assert!(why("# nothing\n# ending: early_stopping\nlook\n").contains("was not reached"));
}

#[test]
fn every_ending_of_the_story_has_a_playthrough() {
    let story = treed::story::load(&treed::story::Source::built_in()).expect("the story is sound");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/playthroughs");
    let kept: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of playthroughs")
        .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a playthrough"))
        .collect();
    for ending in &story.endings {
        let line = format!("# ending: {}", story.str(ending.name));
        assert!(
            kept.iter().any(|play| play.lines().any(|found| found.trim() == line)),
            "no playthrough has `{line}`"
        );
    }
}

#[test]
fn a_script_names_a_choice_by_its_id_whatever_other_labels_say() {
    let story = support::small(
        "",
        r#""start": (text: "A hall.", choices: [
            (id: "phone", label: "Ring somebody", to: "end"),
            (id: "away", label: "Put the phone away", to: "start"),
        ]),"#,
    );
    let out = Home::with_story(&story).plays("--new --plain", "phone\n");
    assert!(out.contains("It is over."), "{out}");
}
