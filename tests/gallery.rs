//! What was found over all games: when, in how many moves, in what time; and what does not count.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};
use support::{Home, kept};
use treed::journal::gallery::{Finished, Gallery, MOST_FINISHED, Reached, Run, Unlocked};
use treed::journal::rarity::Rarity;
use treed::journal::save::Save;
use treed::journal::{Entry, Game};
use treed::story::{Source, load};

const GALLERY: &str = "saves/lamp/gallery.ron";

fn home() -> Home {
    Home::with_story(&kept("lamp.ron"))
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gallery(home: &Home) -> Gallery {
    let (gallery, intact) = Gallery::from_bytes(home.read(GALLERY).as_bytes()).expect("a gallery");
    assert!(intact);
    gallery
}

/// A text with a right checksum.
fn sealed(text: &str) -> String {
    let body = text.split("// checksum ").next().unwrap_or_default();
    format!("{body}// checksum {:016x}\n", xxhash_rust::xxh3::xxh3_64(body.as_bytes()))
}

#[test]
fn first_and_shortest_run_are_kept_apart_with_their_time() {
    let home = home();
    home.plays("--seed 5", "light\nblow\nlight\nstairs\nsleep\n");
    let text = home.read(GALLERY);
    // The first one took two hours and five minutes, three days ago.
    let when = gallery(&home).endings[0].first.when;
    let older = text
        .replace(&format!("when: {when}"), &format!("when: {}", when - 3 * 86_400 - 60))
        .replace("played: Some(0)", "played: Some(7505)")
        .replace("played: 0", "played: 7505");
    home.write(GALLERY, sealed(&older).as_bytes());
    home.plays("--new --seed 6", "light\nstairs\nsleep\n");
    home.plays("--new --seed 7", "leave\n");
    let listed = home.plays("endings", "");
    assert!(listed.starts_with("Endings found: 2 of 2\n[########################] 100 %\n"), "{listed}");
    let listed = flat(&listed);
    assert!(listed.contains("3 games finished; their lengths add up to 9 moves and 2 h 5 min."), "{listed}");
    assert!(
        listed.contains("* Asleep (2 times; first 3 days ago: 5 moves in 2 h 5 min; shortest: 3 moves in less than a minute)"),
        "{listed}"
    );
    assert!(listed.contains("* Home (once, a moment ago: 1 move in less than a minute)"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&home.plays("endings --json", "")).unwrap();
    assert_eq!((&json["found"], &json["of"], &json["games"]), (&2.into(), &2.into(), &3.into()));
    assert_eq!(json["seconds"], 7505);
    let asleep = json["endings"].as_array().unwrap().iter().find(|ending| ending["id"] == "asleep").unwrap();
    assert_eq!(
        asleep["first_run"],
        serde_json::json!({"when": when - 3 * 86_400 - 60, "moves": 5, "seconds": 7505, "seed": 5})
    );
    assert_eq!((&asleep["shortest_run"]["moves"], &asleep["shortest_run"]["seed"]), (&3.into(), &6.into()));
    // For who reads line by line there is no bar.
    let plain = home.plays("endings --plain", "");
    assert!(plain.starts_with("Endings found: 2 of 2\n`treed replay TITLE` plays one again.\n"), "{plain}");
}

/// What the proof computes is compared in `.ci/run`, since that takes a minute.
#[test]
fn the_kept_odds_are_of_the_built_in_story_as_it_is() {
    let story = load(&Source::built_in()).unwrap();
    let rarity = Rarity::of(&story).expect(
        "the story's rules changed: `cargo run --release -- check --write-odds src/journal/odds.ron` works out the odds of its endings anew",
    );
    let odds: Vec<f64> =
        (0..story.endings.len() as u32).map(|i| rarity.odds(treed::story::EndingId(i)).unwrap()).collect();
    assert!((odds.iter().sum::<f64>() - 1.0).abs() < 1e-3, "{odds:?}");
    // Other words keep them, other weights don't.
    let text = Source::built_in().text.into_owned();
    let edited = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        load(&Source::new("edited.ron", text.replacen(from, to, 1).into_bytes()).unwrap()).unwrap()
    };
    assert_eq!(Rarity::of(&edited("title: \"", "title: \"Once: ")), Some(rarity));
    assert_eq!(Rarity::of(&edited("weight: ", "weight: 1")), None);
}

#[test]
fn an_ending_that_was_found_says_how_rare_it_is() {
    let home = Home::new();
    let story = load(&Source::built_in()).unwrap();
    let script = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playthroughs/baseline.play"),
    )
    .unwrap();
    home.run("--new --seed 7", &script).fine();
    let number = story.endings.iter().position(|ending| story.str(ending.name) == "baseline").unwrap();
    let odds = Rarity::of(&story).unwrap().odds(treed::story::EndingId(number as u32)).unwrap();
    let listed = flat(&home.run("endings", "").fine()).replace('\u{A0}', " ");
    let (title, said) = (story.str(story.endings[number].title), treed::text::one_in(odds));
    assert!(listed.contains(&format!("Rarest found: {title}, {said} for a player")), "{listed}");
    assert!(listed.contains(&format!("less than a minute; odds {said})")), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&home.run("endings --json", "").fine()).unwrap();
    assert_eq!(json["endings"][number]["odds"], odds);
}

#[test]
fn a_check_writes_the_odds_that_it_reports() {
    let home = home();
    let report = home.run("check story.ron --json --write-odds odds.ron", "").fine();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let story = support::story(&kept("lamp.ron"));
    let rarity = Rarity::read(&story, &home.read("odds.ron")).expect("it is of this story");
    for i in 0..2 {
        let odds = report["endings"][i]["odds"].as_f64().unwrap();
        assert!((rarity.odds(treed::story::EndingId(i as u32)).unwrap() / odds - 1.0).abs() < 1e-6);
    }
    // The kept ones are of another story: none are shown.
    home.plays("--seed 5", "leave\n");
    assert!(!home.plays("endings", "").contains("odds"));
    let spent = home.run("check story.ron --budget 2 --write-odds none.ron", "");
    assert!(spent.code == 3 && spent.err.contains("no odds were written"), "{spent:?}");
    assert!(!home.path("none.ron").exists());
}

#[test]
fn nothing_found_yet() {
    let home = home();
    let listed = home.plays("endings", "");
    assert_eq!(
        listed,
        "Endings found: 0 of 2\n[........................] 0 %\n\n? There is a door.\n? There is an attic.\n"
    );
}

#[test]
fn the_time_of_a_game_is_that_of_all_its_sittings() {
    let home = home();
    home.plays("", "light\nstairs\n");
    let path = "saves/lamp/autosave.ron";
    let text = home.read(path);
    home.write(path, sealed(&text.replace("played: 0", "played: 1234")).as_bytes());
    home.plays("", "sleep\n");
    let played = gallery(&home).endings[0].first.played.expect("it is kept");
    assert!((1234..1300).contains(&played.as_secs()), "{played:?}");
    assert!(flat(&home.plays("endings", "")).contains("3 moves in 20 min"));
}

#[test]
fn the_same_game_undone_and_made_again_counts_once() {
    let home = home();
    home.plays("--seed 3", "light\nstairs\nsleep\nundo\nredo\nundo\nsleep\n");
    home.plays("", "undo\nsleep\n");
    assert_eq!((gallery(&home).endings[0].times, gallery(&home).finished.len()), (1, 1));
    // Another way to the same ending, or the same way in another game, is another run.
    home.plays("", "undo\ndown\nstairs\nsleep\n");
    home.plays("--new --seed 4", "light\nstairs\nsleep\n");
    assert_eq!((gallery(&home).endings[0].times, gallery(&home).finished.len()), (3, 3));
}

#[test]
fn an_ending_counts_when_it_is_reached_and_undo_does_not_take_it_back() {
    let home = home();
    home.plays("", "leave\nundo\nendings\n? Endings found: 1 of 2\n");
    assert!(home.plays("endings", "").starts_with("Endings found: 1 of 2"));
}

#[test]
fn roads_are_counted_over_all_finished_games() {
    let acts = kept("lamp.ron")
        .replace("start: \"hall\",", "start: \"hall\", acts: [\"indoors\", \"upstairs\", \"outside\"],")
        .replace("\"hall\": (", "\"hall\": (act: \"indoors\",")
        .replace("\"attic\": (", "\"attic\": (act: \"upstairs\",")
        .replace("\"home\": (text", "\"home\": (act: \"outside\", text");
    let home = Home::with_story(&acts);
    home.plays("--new", "leave\n");
    home.plays("--new", "light\nstairs\nsleep\n");
    home.plays("--new", "light\nstairs\ndown\nleave\n");
    home.plays("--new", "light\n");
    let listed = flat(&home.plays("endings", ""));
    assert!(listed.contains("3 games finished; their lengths add up to 8 moves"), "{listed}");
    // The act in which every game begins is no road.
    assert!(listed.contains("Roads taken: upstairs 2, outside 2."), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&home.plays("endings --json", "")).unwrap();
    assert_eq!(json["roads"], serde_json::json!({"indoors": 3, "outside": 2, "upstairs": 2}));
}

#[test]
fn watching_somebody_s_run_unlocks_nothing() {
    let other = home();
    other.plays("", "light\nstairs\nsleep\n");
    let home = home();
    home.write("theirs.ron", other.read("saves/lamp/autosave.ron").as_bytes());
    let shown = home.plays("replay theirs.ron --instant", "");
    assert!(shown.contains("You sleep well."), "{shown}");
    home.plays("replay theirs.ron --verify", "");
    assert!(home.plays("endings", "").starts_with("Endings found: 0 of 2"));
    home.play("notebook dust", "").fails_saying(&["still blank"]);
    assert!(!home.path(GALLERY).exists());
}

#[test]
fn an_edited_story_has_the_same_gallery_and_another_story_its_own() {
    let home = home();
    home.plays("", "light\nstairs\nsleep\n");
    let other = kept("lamp.ron").replace("id: \"lamp\"", "id: \"torch\"");
    home.write("other.ron", other.as_bytes());
    assert!(home.run("--story other.ron endings", "").fine().starts_with("Endings found: 0 of 2"));
    let edited = kept("lamp.ron")
        .replace("version: \"1\"", "version: \"2\"")
        .replace("Dust is small.", "Dust is old.");
    home.write("story.ron", edited.as_bytes());
    assert!(home.plays("endings", "").starts_with("Endings found: 1 of 2"));
    assert!(home.plays("notebook dust", "").contains("Dust is old."));
}

#[test]
fn a_damaged_gallery_is_named_kept_and_the_game_goes_on_beside_it() {
    let home = home();
    home.plays("", "light\n");
    for (damaged, why) in [
        (&b"half a gall"[..], "it is damaged, or cut off, at line 1"),
        (&b""[..], "it is empty"),
        (&[0xff, 0xfe, 0][..], "it is not text"),
        (&b"Gallery(format: 7, more: 1)"[..], "it was written by a newer treed"),
    ] {
        home.write(GALLERY, damaged);
        home.play("endings", "").fails_saying(&["gallery.ron", why, "keeps the file aside"]);
        assert_eq!(std::fs::read(home.path(GALLERY)).unwrap(), damaged, "a list changes nothing");
        let out = flat(&home.plays("--plain", "look\n"));
        assert!(out.contains("gallery.ron cannot be read"), "{out}");
        assert!(out.contains(why) && out.contains("a new one is begun beside it"), "{out}");
        let kept = out.split("It is kept as ").nth(1).unwrap().split(';').next().unwrap().replace(' ', "");
        assert_eq!(std::fs::read(&kept).unwrap(), damaged, "{kept}");
    }
}

#[test]
fn a_gallery_that_is_damaged_while_one_plays_costs_nothing_that_is_found_now() {
    use std::io::{BufRead, Write};
    let home = home();
    let mut command = home.command();
    command.args(["--story", "story.ron", "--plain"]);
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().map(|line| line.unwrap()).any(|line| line == "3. Go home"));
    home.write(GALLERY, b"Gallery(format: 1, story: \"lamp\", endings: [");
    writeln!(stdin, "leave").unwrap();
    drop(stdin);
    let out = lines.map(|line| line.unwrap()).collect::<Vec<_>>().join(" ");
    assert!(child.wait().unwrap().success());
    assert!(out.contains("cannot be read: it is damaged, or cut off"), "{out}");
    assert!(home.read("saves/lamp/gallery-damaged-1.txt").ends_with("endings: ["));
    assert!(home.plays("endings", "").starts_with("Endings found: 1 of 2"));
}

#[test]
fn a_gallery_that_was_changed_by_hand_is_taken_as_it_reads_and_a_copy_is_kept() {
    let home = home();
    home.plays("", "light\nstairs\nsleep\n");
    let changed = home.read(GALLERY).replace("times: 1", "times: 999");
    home.write(GALLERY, changed.as_bytes());
    let out = flat(&home.plays("--new --plain", "leave\n"));
    assert!(out.contains("was changed outside treed (its checksum is wrong)"), "{out}");
    assert_eq!(home.read("saves/lamp/gallery-changed-1.txt"), changed);
    assert_eq!(gallery(&home).reached("asleep").unwrap().times, 999);
    let out = flat(&home.plays("--new --plain", "look\n"));
    assert!(!out.contains("changed outside"), "said once: {out}");
}

/// A gallery of so many finished games.
fn large(games: u32) -> Gallery {
    let moves: Vec<Entry> =
        ["light", "blow"].repeat(20).into_iter().map(|id| Entry::Choose(id.to_owned())).collect();
    let run =
        |when| Run { when, played: Some(Duration::from_secs(900)), turns: 40, seed: 1, moves: moves.clone() };
    let reached = |id: &str| Reached { id: id.to_owned(), times: games / 2, first: run(1), shortest: run(2) };
    Gallery {
        endings: vec![reached("asleep"), reached("home")],
        pages: vec![Unlocked { id: "dust".to_owned(), here: vec!["You have 2 matches left.".to_owned()] }],
        finished: (0..games)
            .map(|n| Finished {
                ending: if n % 2 == 0 { "asleep" } else { "home" }.to_owned(),
                when: 1_700_000_000 + u64::from(n),
                turns: 40,
                played: Duration::from_secs(900),
                roads: vec!["upstairs".to_owned()],
                mark: u64::from(n),
            })
            .collect(),
    }
}

#[test]
fn fifty_slots_and_a_thousand_runs_are_listed_and_added_to() {
    let home = home();
    home.plays("", "light\nstairs\n");
    let save = home.read("saves/lamp/autosave.ron");
    for n in 0..50 {
        home.write(&format!("saves/lamp/slot-{n}.ron"), save.as_bytes());
    }
    let story = support::story(&kept("lamp.ron"));
    home.write(GALLERY, large(1000).to_text(&story).as_bytes());
    assert_eq!(home.plays("saves", "").lines().count(), 51);
    let listed = flat(&home.plays("endings", ""));
    assert!(
        listed.contains("1,000 games finished; their lengths add up to 40,000 moves and 250 h."),
        "{listed}"
    );
    assert!(listed.contains("* Asleep (500 times; first"), "{listed}");
    home.plays("", "sleep\n");
    assert_eq!(gallery(&home).finished.len(), 1001);
    assert_eq!(gallery(&home).reached("asleep").unwrap().shortest.turns, 3);
}

#[test]
fn the_list_of_finished_games_is_bounded_and_what_endings_count_is_not() {
    let story = support::story(&kept("lamp.ron"));
    let mut gallery = large(MOST_FINISHED as u32);
    let mut game = Game::new(&story, 1).unwrap();
    for id in ["light", "stairs", "sleep"] {
        game.choose(story.choice_named(game.scene(), id).unwrap()).unwrap();
    }
    assert!(gallery.keep(&game, 5, Duration::ZERO));
    assert_eq!(gallery.finished.len(), MOST_FINISHED);
    assert_eq!(gallery.reached("asleep").unwrap().times, MOST_FINISHED as u32 / 2 + 1);
    let text = gallery.to_text(&story);
    assert!(text.len() < treed::journal::save::MOST_BYTES / 8, "{} bytes", text.len());
    let from = Instant::now();
    let (again, intact) = Gallery::from_bytes(text.as_bytes()).unwrap();
    println!("{} bytes read in {:?}", text.len(), from.elapsed());
    assert!(intact && again == gallery);
}

#[test]
fn a_save_and_a_gallery_say_what_they_were_given() {
    let story = support::story(&kept("lamp.ron"));
    let gallery = large(3);
    assert_eq!(Gallery::from_bytes(gallery.to_text(&story).as_bytes()).unwrap(), (gallery, true));
    let mut game = Game::new(&story, 1).unwrap();
    game.choose(story.choice_named(game.scene(), "light").unwrap()).unwrap();
    let save = Save::of(&game, "The hall, 2 matches".to_owned(), Duration::from_secs(5), 6);
    assert_eq!(Save::from_bytes(save.to_text().as_bytes()), Ok(save));
}

/// A story that unlocks a page at once, and asks in texts of no scene what is known before an experiment.
const LIGHT: &str = r#"#![enable(implicit_some)]
Story(
    id: "light", title: "Light", version: "1", start: "hall", facts: { "lamp": Flag },
    cover: "{crowd?photographs} photographs, a dark house.", status: "{crowd?photographs} photographs", credits: "{crowd?photographs} photographs.",
    scenes: {
        "hall": (text: "A hall.", pages: ["light"], choices: [
            (id: "take", label: "Take the lamp and go down", then: [Set("lamp")], to: "cellar"),
            (id: "leave", label: "Leave", to: "street"),
        ]),
        "cellar": (text: "A cellar.", choices: [(id: "up", label: "Go up", to: "hall"), (id: "hatch", label: "Climb out", to: "street")]),
        "street": (text: "The street.", ending: "out"),
    },
    endings: { "out": (title: "Out", hint: "There is a door.") },
    notebook: { "light": (
        title: "Light", text: "It shows what is there, in {crowd?photographs} photographs too.",
        here: "You have {lamp|a lamp|no lamp}, and {crowd?photographs} photographs.", reference: "Somebody (1900): Something.",
    ) },
)"#;

#[test]
fn a_page_of_the_first_scene_is_there_at_once_and_late_ones_tell_of_their_time() {
    let home = Home::with_story(LIGHT);
    let gallery = "saves/light/gallery.ron";
    let out = flat(&home.plays("--plain", "notebook light\ncredits\n"));
    assert!(out.contains("New in your notebook: Light"), "{out}");
    assert!(out.contains("You have no lamp, and "), "{out}");
    assert!(!out.contains("not measured"), "{out}");
    let listed = flat(&home.plays("notebook light", ""));
    assert!(listed.contains("You have no lamp") && !listed.contains("not measured"), "{listed}");
    // What was lost meanwhile is found again by the next move, and told as it was.
    std::fs::remove_file(home.path(gallery)).unwrap();
    let out = flat(&home.plays("--plain", "take\n"));
    assert!(out.contains("New in your notebook: Light"), "{out}");
    assert!(flat(&home.plays("notebook light", "")).contains("You have no lamp"));
    home.plays("--plain", "up\n");
    assert!(flat(&home.plays("notebook light", "")).contains("You have a lamp"));
    // The proof says the same of each of these texts.
    let checked = home.run("check story.ron --allowed-only", "").fine();
    assert!(checked.contains("0 errors, 0 warnings"), "{checked}");
}
