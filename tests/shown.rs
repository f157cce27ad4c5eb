//! What the graph allows is done for real: games to endings, files that replay to them, and what is said
//! where there are none.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;
use support::{Home, kept};
use treed::journal::Game;
use treed::proof::odds::Weights;
use treed::proof::pack::Reduce;
use treed::proof::shown::{self, Limits, Showing};
use treed::proof::{Budget, Options, Proof, prove};
use treed::story::Story;

/// Endings that the experiments of the first seeds lead to.
const SHOWN: [&str; 6] = ["down", "crash", "away", "bowed", "taught", "home"];

fn proved(story: &Story) -> Proof {
    prove(
        story,
        Options {
            budget: Budget::default(),
            threads: 1,
            reduce: Reduce::default(),
            texts: Some(Default::default()),
            weights: Weights::uniform(),
            stop: &false.into(),
            progress: &|_| {},
        },
    )
}

fn shown_with(story: &Story, proof: &Proof, threads: usize) -> Showing {
    let limits = Limits { seeds: 5, threads, ..Limits::default() };
    shown::endings(story, proof, limits, &false.into(), &mut |_| {})
}

fn garden() -> Home {
    Home::with_story(&kept("garden.ron"))
}

#[test]
fn every_file_that_is_written_replays_to_the_ending_it_is_named_after() {
    let home = garden();
    let printed = home.run("check story.ron --seeds 5 --walkthroughs --write games", "");
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    let scripts: Vec<&str> = printed.out.split("\n\n").collect();
    for ending in SHOWN {
        let file = format!("games/{ending}.ron");
        assert!(home.plays(&format!("replay {file} --verify"), "").contains(", 0 differ"));
        let last = home.plays(&format!("replay {file} --instant"), "");
        let story = support::story(&kept("garden.ron"));
        let save = treed::journal::save::Save::from_bytes(home.read(&file).as_bytes()).unwrap();
        let (game, stopped) = save.game(&story).unwrap();
        assert_eq!(stopped, None);
        let reached = game.ending().map(|id| story.str(story.endings[id.index()].name).to_owned());
        assert_eq!(reached.as_deref(), Some(ending), "{last}");
        // The script that is printed plays there too.
        let script = scripts.iter().find(|script| script.contains(&format!("# ending: {ending}"))).unwrap();
        let seed = script.lines().find_map(|line| line.strip_prefix("# seed: ")).unwrap();
        let fresh = garden();
        fresh.plays(&format!("--new --plain --seed {seed}"), script);
        let listed: Value = serde_json::from_str(&fresh.plays("endings --json", "")).unwrap();
        let reached = |it: &&Value| it["reached"] == true;
        let reached: Vec<&Value> = listed["endings"].as_array().unwrap().iter().filter(reached).collect();
        assert_eq!(reached.len(), 1);
        assert_eq!(reached[0]["id"], ending);
    }
    assert!(!home.path("games/sat.ron").exists());
}

#[test]
fn an_ending_that_no_experiment_leads_to_is_a_warning_or_an_error_if_asked() {
    let home = garden();
    let warned = home.run("check story.ron --seeds 3", "");
    assert_eq!(warned.code, 0);
    assert!(warned.err.contains("warning[T219]: `sat` is allowed, but no game was found"), "{}", warned.err);
    assert!(warned.err.contains("allowed by 2 moves: send, drones: Grounded (but the experiments"));
    assert!(warned.out.contains("6 of 7 endings that are allowed are shown"), "{}", warned.out);
    assert_eq!(home.run("check story.ron --seeds 3 --deny-unshown", "").code, 1);
    let allowed = home.run("check story.ron --allowed-only --deny-warnings", "");
    assert_eq!((allowed.code, allowed.err.as_str()), (0, ""));
    assert!(!allowed.out.contains("shown by a real game"));
    let json: Value = serde_json::from_str(&home.run("check story.ron --seeds 3 --json", "").out).unwrap();
    assert_eq!(json["schema"], 3);
    let ending = |id: &str| json["endings"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
    assert_eq!(ending("sat")["allowed"], true);
    assert_eq!(ending("sat")["shown"], Value::Null);
    // The drones never bring her down for nothing: the receipt must be kept first.
    assert_eq!(ending("down")["shortest"].as_array().unwrap().len(), 2);
    assert_eq!(ending("down")["shown"]["moves"], 3);
    assert!(json["experiments"].as_u64().unwrap() > 3);
}

#[test]
fn the_same_games_are_found_at_any_number_of_threads_and_really_end_so() {
    let story = support::story(&kept("garden.ron"));
    let proof = proved(&story);
    let [one, two, five] = [1, 2, 5].map(|threads| shown_with(&story, &proof, threads));
    assert_eq!(one.endings, two.endings);
    assert_eq!(one.endings, five.endings);
    assert_eq!((one.runs, one.runs), (two.runs, five.runs), "no experiment is run twice");
    for (i, shown) in one.endings.iter().enumerate() {
        let name = story.str(story.endings[i].name);
        assert_eq!(shown.is_some(), SHOWN.contains(&name), "{name}");
        let Some(shown) = shown else { continue };
        // Played anew, move by move, with the experiments run again.
        let mut game = Game::new(&story, shown.seed).unwrap();
        for entry in &shown.entries[game.entries().len()..] {
            if let Some(measured) = game.measure() {
                assert_eq!(&measured, entry, "{name}");
            }
            game.follow(entry).unwrap();
        }
        assert_eq!(game.ending().map(|id| id.index()), Some(i), "{name}");
    }
}

#[test]
fn what_all_endings_ask_of_experiments_is_bounded() {
    // Each ending is one choice and one flight away, whatever the flight brings.
    let each = |of: &dyn Fn(usize) -> String| (0..40).map(of).collect::<Vec<_>>().concat();
    let outcomes = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"];
    let arms = each(&|i| format!(r#"(when: Equals("n", {i}), to: "e{i}"),"#));
    let last = r#"(to: "e0")"#;
    let arms: String = outcomes.map(|outcome| format!(r#""{outcome}": [{arms} {last}],"#)).concat();
    let text = format!(
        r#"#![enable(implicit_some)]
Story(id: "m", title: "M", version: "1", start: "s", facts: {{"n": Range(from: 0, to: 39, start: 0)}},
  scenes: {{"s": (text: "S.", choices: [{}]), "fly": (text: "F.", lab: (run: "drones", arms: {{{arms}}})), {}}},
  endings: {{{}}})"#,
        each(&|i| format!(r#"(id: "c{i}", label: "C", then: [Put("n", {i})], to: "fly"),"#)),
        each(&|i| format!(r#""e{i}": (text: "E.", ending: "e{i}"),"#)),
        each(&|i| format!(r#""e{i}": (title: "E", hint: "h"),"#)),
    );
    let story = support::story(&text);
    let proof = proved(&story);
    for threads in [1, 2, 3] {
        let limits = Limits { seeds: 5, threads, runs: 1, ..Limits::default() };
        let found = shown::endings(&story, &proof, limits, &false.into(), &mut |_| {});
        let shown: Vec<bool> = found.endings.iter().map(Option::is_some).collect();
        // One answer each, as many as thirty endings may ask for.
        assert!(shown[..30].iter().all(|shown| *shown) && !shown[30..].contains(&true), "{shown:?}");
        assert_eq!(found.diagnostics.len(), 10);
        assert!(
            found.diagnostics.iter().all(|it| it.label.contains("not looked for")),
            "{:?}",
            found.diagnostics
        );
        let found = shown_with(&story, &proof, threads);
        assert!(found.endings.iter().all(Option::is_some));
    }
}

#[test]
fn a_fault_says_whether_a_real_game_shows_it() {
    let faulty = |outcome: &str| {
        let arms: Vec<String> = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"]
            .iter()
            .map(|name| format!("\"{name}\": [(to: \"{}\")]", if *name == outcome { "hole" } else { "end" }))
            .collect();
        let scenes = format!(
            r#""start": (text: "S.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "end")]),
               "fly": (text: "F.", lab: (run: "drones", arms: {{ {} }})),
               "hole": (text: "H.", choices: [(id: "up", label: "Up", when: Is("never"), to: "end")]),"#,
            arms.join(", ")
        );
        let home = Home::with_story(&support::small(r#""never": Flag"#, &scenes));
        let ran = home.run("check story.ron --seeds 2", "");
        assert_eq!(ran.code, 1);
        let json: Value =
            serde_json::from_str(&home.run("check story.ron --seeds 2 --json", "").out).unwrap();
        let stuck = json["diagnostics"].as_array().unwrap().iter().find(|it| it["name"] == "stuck").unwrap();
        (ran.err, stuck["shown"].clone())
    };
    let (told, seed) = faulty("Fled");
    assert!(told.contains("shown by 2 moves: fly, drones: Fled (so it goes with seed 0)"), "{told}");
    assert_eq!(seed, 0);
    let (told, seed) = faulty("Grounded");
    assert!(told.contains("error[T208]: stuck in `hole`"), "{told}");
    assert!(told.contains("allowed by 2 moves: fly, drones: Grounded (but the experiments"), "{told}");
    assert_eq!(seed, Value::Null);
}

#[test]
fn moves_that_show_a_fault_are_written_as_files_that_replay() {
    let scenes = r#""start": (text: "S.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "dig", label: "Dig", to: "pit"), (id: "stop", label: "Stop", to: "end")]),
           "fly": (text: "F.", lab: (run: "drones", arms: { "Fled": [(to: "hole")], "Grounded": [(to: "cave")], "Rescued": [(to: "end")], "Crashed": [(to: "end")], "Orbiting": [(to: "end")], "Hovering": [(to: "end")] })),
           "hole": (text: "This is the hole.", choices: [(id: "up", label: "Up", when: Is("never"), to: "end")]),
           "cave": (text: "This is the cave.", choices: [(id: "up", label: "Up", when: Is("never"), to: "end")]),
           "pit": (text: "This is the pit.", choices: [(id: "up", label: "Up", when: Is("never"), to: "end")]),"#;
    let home = Home::with_story(&support::small(r#""never": Flag"#, scenes));
    let ran = home.run("check story.ron --seeds 2 --walkthroughs --write games", "");
    assert_eq!(ran.code, 1);
    let files: Vec<&str> = ran.out.split('`').filter_map(|it| it.strip_prefix("treed replay ")).collect();
    assert!(files.iter().all(|file| home.path(file).is_file()), "{}", ran.out);
    let stuck = |at: &str| {
        let (_, told) = ran.out.split_once(&format!("stuck in `{at}`"))?;
        let (_, told) = told.split_once("`treed replay ")?;
        Some(home.plays(&format!("replay {} --instant", told.split_once('`')?.0), ""))
    };
    // With the world's answer, with choices alone; a fault that no game shows has no file.
    assert!(stuck("hole").unwrap().contains("This is the hole."), "{}", ran.out);
    assert!(stuck("pit").unwrap().contains("This is the pit."), "{}", ran.out);
    assert!(!ran.out.contains("stuck in `cave`"), "{}", ran.out);
}

/// Writes the games of the garden into its home.
fn with_games() -> Home {
    let home = garden();
    assert_eq!(home.run("check story.ron --seeds 5 --walkthroughs --write games", "").code, 0);
    home
}

#[test]
fn the_odds_along_a_playthrough_begin_as_proved_and_end_in_its_ending() {
    let home = with_games();
    let checked: Value =
        serde_json::from_str(&home.run("check story.ron --allowed-only --json", "").out).unwrap();
    for ending in SHOWN {
        let told = home.plays(&format!("odds games/{ending}.ron --json"), "");
        let json: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(json["schema"], 1);
        let moves = json["moves"].as_array().unwrap();
        for proved in checked["endings"].as_array().unwrap() {
            let first = moves[0]["odds"][proved["id"].as_str().unwrap()].as_f64().unwrap();
            assert!((first - proved["odds"].as_f64().unwrap()).abs() < 1e-8);
        }
        let last = moves.last().unwrap();
        assert!((last["odds"][ending].as_f64().unwrap() - 1.0).abs() < 1e-12);
        // The change of a move is the total variation distance, and the largest are marked.
        let change = |it: &Value| it["change"].as_f64().unwrap();
        for pair in moves.windows(2) {
            let sum: f64 = pair[0]["odds"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(id, odds)| (odds.as_f64().unwrap() - pair[1]["odds"][id].as_f64().unwrap()).abs())
                .sum();
            assert!((change(&pair[1]) - sum / 2.0).abs() < 1e-12);
        }
        let marked: Vec<f64> = moves.iter().filter(|it| it["turning"] == true).map(change).collect();
        let others = moves.iter().filter(|it| it["turning"] == false).map(change).fold(0.0, f64::max);
        assert!(!marked.is_empty() && marked.len() <= 3);
        assert!(marked.iter().all(|marked| *marked >= others.max(0.05)), "{ending}: {marked:?} {others}");
    }
    let drawn = home.plays("odds games/taught.ron", "");
    assert!(drawn.contains("*  2 fly: Rescued") && drawn.contains("Turning points: moves"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
    let plain = home.plays("odds games/taught.ron --plain", "");
    assert!(
        plain.contains("4. imitation: Cloned: changes") && plain.contains("Likeliest: taught 100.0 %."),
        "{plain}"
    );
    let cut = home.play("odds games/taught.ron --budget 2", "");
    assert_eq!((cut.code, cut.out.as_str()), (3, ""));
    assert!(cut.err.contains("odds need every state"), "{}", cut.err);
}

#[test]
fn coverage_names_what_no_playthrough_shows() {
    let home = with_games();
    let told = home.plays("coverage games", "");
    assert!(told.contains("story.ron:9: scene `gate`: You wear a hood."), "{told}");
    assert!(told.contains("scene `sat`: They sit."), "{told}");
    assert!(told.ends_with("6 playthroughs show 22 of 24 paragraphs and pictures (91.7 %).\n"), "{told}");
    // A game that puts on the hood shows one more, and the second variant of the bird is shown only by who comes again.
    home.plays("--new --slot hooded --seed 1", "hood\n");
    let json: Value = serde_json::from_str(&home.plays("coverage games hooded --json", "")).unwrap();
    assert_eq!((&json["pieces"], &json["shown"]), (&24.into(), &23.into()));
    let json: Value = serde_json::from_str(&home.plays("coverage games/home.ron --json", "")).unwrap();
    let missing = json["missing"].as_array().unwrap();
    assert!(missing.iter().any(|it| it["begins"].as_str().unwrap().contains("sings again")), "{json}");
    // Who takes what was taken least comes by nearly all of it alone.
    let told = home.plays("coverage --games 20", "");
    assert!(told.ends_with("20 playthroughs show 23 of 24 paragraphs and pictures (95.8 %).\n"), "{told}");
}

#[test]
fn games_are_found_for_what_is_not_shown_and_kept_by_the_players_moves() {
    let home = garden();
    let told = home.plays("coverage --write games.txt --seeds 5", "");
    // At the first five seeds the drones never sit down.
    assert!(told.contains("scene `sat`: They sit."), "{told}");
    assert!(told.contains("show 23 of 24 paragraphs and pictures (95.8 %)."), "{told}");
    assert!(told.ends_with("games.txt is written: 6 games.\n"), "{told}");
    let list = home.read("games.txt");
    assert_eq!(list.lines().filter(|line| !line.starts_with('#')).count(), 6, "{list}");
    assert!(!list.contains("Fled"), "the world's answers are not kept: {list}");
    // Played from the list alone, the experiments answer the same again.
    let json: Value = serde_json::from_str(&home.plays("coverage games.txt --json", "")).unwrap();
    assert_eq!((&json["playthroughs"], &json["shown"]), (&6.into(), &23.into()));
    // What it holds is kept; other seeds show the rest.
    let told = home.plays("coverage --write games.txt --deny-missing", "");
    assert!(told.contains("show 24 of 24 paragraphs and pictures (100.0 %)."), "{told}");
    assert_eq!(home.play("coverage games.txt --deny-missing", "").code, 0);
}

#[test]
fn a_list_of_games_that_the_story_has_left_behind_is_told_and_mended() {
    let home = garden();
    home.plays("coverage --write games.txt", "");
    let list = home.read("games.txt");
    home.write("games.txt", list.replacen("hood", "hud", 1).as_bytes());
    let told = home.play("coverage games.txt", "");
    assert_eq!(told.code, 1);
    assert!(
        told.err.contains("`hud` is not on offer here; `--write` makes such a list anew"),
        "{}",
        told.err
    );
    home.plays("coverage --write games.txt --deny-missing", "");
    assert_eq!(home.play("coverage games.txt --deny-missing", "").code, 0);
    home.write("games.txt", format!("{list}no seed here\n").as_bytes());
    let told = home.play("coverage games.txt", "");
    assert!(told.err.contains("is no game: it needs a seed"), "{}", told.err);
    // What is no list is left alone.
    let told = home.play("coverage --write story.ron", "");
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    assert!(told.err.contains("is no list of games; name another file"), "{}", told.err);
}
