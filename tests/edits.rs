//! Saves outlive edits of the story and versions of the program: what still fits is played, what does
//! not is told in plain words, and the file as it was is kept.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{Home, kept};
use treed::journal::gallery::Gallery;
use treed::journal::save::{FORMAT, Save};
use treed::journal::{Entry, Game};

/// A home in which the lamp was played, and then the story was edited.
#[track_caller]
fn edited(script: &str, edits: &[(&str, &str)]) -> Home {
    let home = Home::with_story(&kept("lamp.ron"));
    home.plays("--seed 3", script);
    edit(&home, edits);
    home
}

#[track_caller]
fn edit(home: &Home, edits: &[(&str, &str)]) {
    let mut text = home.read("story.ron");
    for (from, to) in edits {
        assert!(text.contains(from), "`{from}` is in the story");
        text = text.replace(from, to);
    }
    home.write("story.ron", text.as_bytes());
}

#[track_caller]
fn moves(home: &Home, slot: &str) -> String {
    let text = home.read(&format!("saves/lamp/{slot}.ron"));
    let save = Save::from_bytes(text.as_bytes()).expect("the save is whole");
    let ids = save.moves.into_iter().map(|entry| match entry {
        Entry::Choose(id) => id,
        other => format!("{other:?}"),
    });
    ids.collect::<Vec<_>>().join(" ")
}

/// What the program says, in one line.
#[track_caller]
fn plays(home: &Home, script: &str) -> String {
    home.plays("--plain", script).split_whitespace().collect::<Vec<_>>().join(" ")
}

const PLAYED: &str = "light\nstairs\ndown\nblow\n";

/// The edited story plays on from this place, and says this; the save as it was is kept.
#[track_caller]
fn stops(edits: &[(&str, &str)], still: &str, says: &[&str]) {
    let home = edited(PLAYED, edits);
    let before = home.read("saves/lamp/autosave.ron");
    let out = plays(&home, "look\n");
    assert!(out.contains("The story has changed since this was saved. "), "{out}");
    for words in says {
        assert!(out.contains(words), "no `{words}` in {out}");
    }
    assert!(out.contains("The save as it was is kept as `autosave-before-the-edit`."), "{out}");
    assert_eq!(home.read("saves/lamp/autosave-before-the-edit.ron"), before);
    assert_eq!(moves(&home, "autosave"), still);
    // It is told once: the slot fits the story now.
    let out = plays(&home, "look\n");
    assert!(!out.contains("has changed"), "{out}");
    // The story as it was plays the kept save to its end.
    home.write("story.ron", kept("lamp.ron").as_bytes());
    let out = home.plays("load autosave-before-the-edit --plain", "look\n");
    assert!(!out.contains("has changed"), "{out}");
    assert_eq!(moves(&home, "autosave"), "light stairs down blow");
}

/// The edited story plays all moves and asks nothing of the player.
#[track_caller]
fn goes_on(edits: &[(&str, &str)], says: Option<&str>) -> Home {
    let home = edited(PLAYED, edits);
    let out = plays(&home, "look\n");
    match says {
        Some(words) => assert!(out.contains(words), "no `{words}` in {out}"),
        None => assert!(!out.contains("has changed"), "{out}"),
    }
    assert_eq!(moves(&home, "autosave"), "light stairs down blow");
    assert!(!home.path("saves/lamp/autosave-before-the-edit.ron").exists());
    home
}

#[test]
fn a_scene_that_was_renamed() {
    goes_on(&[("\"attic\"", "\"loft\"")], None);
}

#[test]
fn a_scene_whose_title_was_changed() {
    goes_on(
        &[("title: \"The hall\"", "title: \"The corridor\"")],
        Some(
            "The same moves, which led to \u{201C}The hall, 2 matches\u{201D}, now lead to \u{201C}The corridor, 2 matches\u{201D}.",
        ),
    );
}

#[test]
fn a_scene_that_was_removed() {
    let text = kept("lamp.ron");
    let from = text.find("\"attic\": (").unwrap();
    let to = text.find("\"home\": (text").unwrap();
    stops(
        &[
            (&text[from..to], ""),
            (
                "                (id: \"stairs\", label: \"Climb the stairs\", locked: (unless: Is(\"lit\"), reason: \"It is too dark.\"), to: \"attic\"),\n",
                "                (id: \"bed\", label: \"Go to bed\", to: \"asleep\"),\n",
            ),
        ],
        "light",
        &[
            "1 of its 4 moves can still be made, up to \u{201C}The hall, 2 matches\u{201D};",
            "there the choice `stairs` is no longer in the story.",
        ],
    );
}

#[test]
fn a_choice_that_leads_elsewhere() {
    stops(
        &[("reason: \"It is too dark.\"), to: \"attic\"", "reason: \"It is too dark.\"), to: \"asleep\"")],
        "light stairs",
        &[
            "2 of its 4 moves can still be made, up to \u{201C}Asleep,",
            "there the choice `down` is not to be found any more.",
        ],
    );
}

#[test]
fn a_choice_that_was_reworded() {
    let home = goes_on(&[("Climb the stairs", "Go up, if you dare"), ("words: [\"match\"], ", "")], None);
    plays(&home, "undo\nundo\nlog\n? Go up, if you dare\n");
}

#[test]
fn a_choice_that_is_locked_now() {
    stops(
        &[(
            "unless: Is(\"lit\"), reason: \"It is too dark.\"",
            "unless: Not(Is(\"lit\")), reason: \"It dazzles.\"",
        )],
        "light",
        &["there the choice `stairs` is locked now."],
    );
}

#[test]
fn a_choice_that_is_hidden_now() {
    stops(
        &[(
            "(id: \"light\", label: \"Light the lamp\", words: [\"match\"], when: Not(Is(\"lit\"))",
            "(id: \"light\", label: \"Light the lamp\", words: [\"match\"], when: Is(\"lit\")",
        )],
        "",
        &["Of its 4 moves not even the first can be made: the choice `light` is not on offer any more."],
    );
}

#[test]
fn a_fact_that_was_added() {
    goes_on(
        &[
            (
                "facts: { \"lit\": Flag,",
                "facts: { \"brave\": Flag, \"lit\": Flag, \"steps\": Range(from: 0, to: 9, start: 4),",
            ),
            ("then: [Clear(\"lit\")]", "then: [Clear(\"lit\"), Set(\"brave\"), RaiseToEnd(\"steps\", 1)]"),
            ("The lamp is {lit|lit|out}.", "The lamp is {lit|lit|out}. {steps:words} steps."),
        ],
        None,
    );
}

#[test]
fn a_fact_that_now_begins_elsewhere_changes_where_the_moves_lead_and_is_told() {
    goes_on(
        &[("Range(from: 0, to: 3, start: 3)", "Range(from: 0, to: 3, start: 2)")],
        Some(
            "which led to \u{201C}The hall, 2 matches\u{201D}, now lead to \u{201C}The hall, one match\u{201D}.",
        ),
    );
}

/// The edit by which a story in ink plays another branch without a word: what is kept there is a place
/// in a list.
#[test]
fn a_choice_inserted_above_the_one_that_was_taken() {
    goes_on(
        &[
            ("(id: \"light\"", "(id: \"candle\", label: \"Light a candle\", to: \"home\"),\n (id: \"light\""),
            (
                "(id: \"down\"",
                "(id: \"jump\", label: \"Jump out of the window\", to: \"home\"),\n (id: \"down\"",
            ),
        ],
        None,
    );
}

#[test]
fn choices_in_another_order() {
    let text = kept("lamp.ron");
    let line = |id: &str| text.lines().find(|line| line.contains(id)).unwrap().to_owned();
    let (down, sleep) = (line("(id: \"down\""), line("(id: \"sleep\""));
    goes_on(&[(&format!("{down}\n{sleep}"), &format!("{sleep}\n{down}"))], None);
}

#[test]
fn names_that_were_changed_with_an_alias() {
    let home = goes_on(
        &[
            ("\"attic\"", "\"loft\""),
            ("(id: \"stairs\"", "(id: \"ladder\""),
            ("(id: \"down\"", "(id: \"climb-down\""),
            (
                "start: \"hall\",",
                "start: \"hall\", aliases: (scenes: {\"attic\": \"loft\"}, choices: {\"stairs\": \"ladder\", \"down\": \"climb-down\"}),",
            ),
        ],
        None,
    );
    plays(&home, "log\n? 4 moves\nundo\nundo\nredo\nredo\nlog\n? 3 Go down\n");
}

#[test]
fn an_alias_of_something_that_is_not_there_is_a_fault() {
    let home = Home::with_story(&kept("lamp.ron"));
    for (aliases, says) in [
        ("endings: {\"old\": \"hoem\"}", "there is no ending `hoem`"),
        ("pages: {\"old\": \"dusk\"}", "the notebook has no page `dusk`"),
        ("endings: {\"home\": \"asleep\"}", "`home` is still an ending, so it cannot be an old name"),
        (
            "pages: {\"dust\": \"dust\"}",
            "`dust` is still a page of the notebook, so it cannot be an old name",
        ),
        ("scenes: {\"hall\": \"attic\"}", "`hall` is still a scene, so it cannot be an old name"),
    ] {
        let text =
            kept("lamp.ron").replace("start: \"hall\",", &format!("start: \"hall\", aliases: ({aliases}),"));
        home.write("bad.ron", text.as_bytes());
        home.run("check bad.ron", "").fails_saying(&[says]);
    }
}

#[test]
fn an_ending_and_a_page_that_were_renamed_stay_in_the_gallery() {
    let home = edited(
        "light\nstairs\nsleep\n",
        &[
            ("ending: \"asleep\"", "ending: \"dreaming\""),
            ("\"asleep\": (title: \"Asleep\"", "\"dreaming\": (title: \"Dreaming\""),
            ("pages: [\"dust\"]", "pages: [\"motes\"]"),
            ("\"dust\": (title: \"Dust\"", "\"motes\": (title: \"Motes\""),
        ],
    );
    // Without an alias they are not lost: the gallery says that it has them.
    let out = home.plays("endings", "").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.starts_with("Endings found: 0 of 2"), "{out}");
    assert!(
        out.ends_with(
            "Also found, and not in this version of the story: `asleep`. They stay in your gallery."
        ),
        "{out}"
    );
    home.plays("--new", "leave\n");
    edit(
        &home,
        &[(
            "start: \"hall\",",
            "start: \"hall\", aliases: (endings: {\"asleep\": \"dreaming\"}, pages: {\"dust\": \"motes\"}),",
        )],
    );
    let out = home.plays("endings", "");
    assert!(out.starts_with("Endings found: 2 of 2"), "{out}");
    assert!(!out.contains("Also found"), "{out}");
    assert!(home.plays("notebook motes", "").contains("You have 2 matches left."));
    assert!(home.plays("replay dreaming --instant", "").contains("You sleep well."));
    // Found again under the new name it is one ending.
    home.plays("--new --seed 9", "light\nblow\nlight\nstairs\nsleep\n");
    let gallery = Gallery::from_bytes(home.read("saves/lamp/gallery.ron").as_bytes()).unwrap().0;
    assert_eq!(gallery.reached("dreaming").map(|reached| (reached.times, reached.first.turns)), Some((2, 3)));
    assert_eq!(gallery.reached("asleep"), None);
}

#[test]
fn a_save_that_is_loaded_beside_the_game_stays_as_it_was_without_a_copy() {
    let home = edited("light\nstairs\nsave far\ndown\n", &[("(id: \"stairs\"", "(id: \"ladder\"")]);
    let before = home.read("saves/lamp/far.ron");
    let out = plays(&home, "load far\n? the lamp is lit\n");
    assert!(out.contains("The save `far` stays as it was."), "{out}");
    assert_eq!(home.read("saves/lamp/far.ron"), before);
    assert!(!home.path("saves/lamp/far-before-the-edit.ron").exists());
}

/// Keys before one that does not fit were flown once, and the flight went on without them in the list.
#[test]
fn a_move_that_can_be_made_in_part_is_not_made_at_all() {
    let story = support::story(&kept("labs.ron"));
    let fly = [Entry::Choose("fly".to_owned())];
    let whole = Game::replay(&story, 9, &fly).unwrap().0;
    let keys = format!("{}?", "l".repeat(200));
    let entries = [fly[0].clone(), Entry::Type(keys)];
    let (mut game, stopped) = Game::replay(&story, 9, &entries).unwrap();
    assert_eq!(stopped.map(|(at, _)| at), Some(1));
    game.go_on().unwrap();
    assert_eq!(game.entries(), whole.entries());
    let style = treed::shell::terminal::Style { width: 60, color: false, plain: true, pictures: false };
    assert_eq!(treed::shell::told(&game, style), treed::shell::told(&whole, style));
}

#[test]
fn every_format_that_was_ever_written_loads_for_ever() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/saves");
    let kept_save =
        |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    for format in 1..=FORMAT {
        let home = Home::with_story(&kept("lamp.ron"));
        home.write("saves/lamp/autosave.ron", &kept_save(&format!("format-{format}.ron")));
        home.write("saves/lamp/gallery.ron", &kept_save(&format!("format-{format}-gallery.ron")));
        let out = plays(&home, "? two matches left\nlog\n? Seed 77. 2 moves.\nredo\n? the lamp is lit\n");
        assert!(!out.contains("changed"), "{out}");
        let listed = home.plays("endings", "");
        assert!(listed.starts_with("Endings found: 1 of 2"), "{listed}");
        assert!(home.plays("notebook dust", "").contains("You have 2 matches left."));
        assert!(home.plays("replay asleep --instant", "").contains("You sleep well."));
        // One with an experiment's figures and with keys that were typed.
        let save = Save::from_bytes(&kept_save(&format!("format-{format}-labs.ron"))).expect("a save");
        assert!(save.intact);
        let story = support::story(&kept("labs.ron"));
        let (game, stopped) = Game::replay(&story, save.seed, &save.moves).unwrap();
        assert_eq!(stopped, None);
        assert!(game.session().is_some(), "in the middle of a flight");
        assert_eq!(game.entries().len(), 6);
    }
    // The first galleries kept neither the time played nor the list of finished games.
    let first = Gallery::from_bytes(&kept_save("format-1-gallery-first.ron")).expect("a gallery").0;
    let asleep = first.reached("asleep").unwrap();
    assert_eq!((asleep.times, asleep.first.turns, asleep.first.played), (1, 3, None));
}
