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
use treed::journal::curious;
use treed::journal::save::Save;

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
    played(script).err()
}

/// The save that a playthrough leaves, or what is wrong with it.
fn played(script: &str) -> Result<Save, String> {
    let first = script.lines().next().unwrap_or_default();
    if !first.starts_with("# ") || first.starts_with("# seed") || first.starts_with("# ending") {
        return Err("the first line must say what it is for: `# ...`".to_owned());
    }
    let home = Home::new();
    let seed = head(script, "seed").unwrap_or("1");
    let ran = home.run(&format!("--new --plain --seed {seed}"), script);
    if ran.code != 0 || !ran.err.is_empty() {
        return Err(format!("exit code {}: {}", ran.code, ran.err));
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
            Err(format!("`{wanted}` was not reached, but {reached:?}"))
        }
        _ => {
            let bytes =
                std::fs::read(home.path("saves/treed/autosave.ron")).map_err(|why| why.to_string())?;
            Save::from_bytes(&bytes).map_err(|bad| bad.to_string())
        }
    }
}

#[test]
fn every_playthrough_plays_to_its_end() {
    let scripts = scripts();
    assert!(!scripts.is_empty());
    // Two at a time: each is a run of the program of its own.
    let next = std::sync::atomic::AtomicUsize::new(0);
    let troubles = std::sync::Mutex::new(Vec::new());
    let saves = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = scripts.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let script = std::fs::read_to_string(path).expect("a script");
                    match played(&script) {
                        Ok(save) => saves.lock().expect("no thread has panicked").push(save),
                        Err(why) => {
                            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                            troubles.lock().expect("no thread has panicked").push(format!("{name}: {why}"));
                        }
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
    // Of the story's texts, what they show together; `treed coverage` lists the rest.
    let story = treed::story::load(&treed::story::Source::built_in()).expect("the story is sound");
    let mut coverage = Coverage::new(&story);
    let saves = saves.into_inner().expect("no thread has panicked");
    let kept: Vec<_> = saves.into_iter().map(|save| (save.seed, save.moves)).collect();
    for (seed, moves) in &kept {
        coverage.play(*seed, moves).expect("what was played can be played again");
    }
    let count = |coverage: &Coverage<'_>| {
        let pieces = coverage.pieces();
        (pieces.iter().filter(|piece| piece.shown).count(), pieces.len())
    };
    let (shown, all) = count(&coverage);
    println!("{} playthroughs show {shown} of {all} paragraphs and pictures", kept.len());
    // What the kept ones do not show, generated ones do.
    let whole = std::env::var("TREED_CURIOUS").ok().and_then(|games| games.parse().ok());
    let games = whole.unwrap_or(500);
    coverage.join(curious::explore(&story, &kept, games, &|| {}).expect("the story can be played on"));
    let (shown, all) = count(&coverage);
    println!("with {games} curious games {shown} of {all}");
    // What is left hangs on outcomes that hardly ever come; `treed coverage --all` lists it.
    let enough = if whole.is_some() { 97 } else { 70 };
    let missing: Vec<_> = coverage.pieces().into_iter().filter(|piece| !piece.shown).collect();
    assert!(shown * 100 >= all * enough, "{} are shown by no game: {missing:#?}", missing.len());
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
