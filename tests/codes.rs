//! Share codes: short, whole, and safe to take from a stranger.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use std::sync::OnceLock;
use support::{Home, bech32m, kept, story};
use treed::engine::Offer;
use treed::journal::code::{self, Bad};
use treed::journal::{Entry, Game};
use treed::labs::random::Stream;
use treed::story::{Source, Story, load};

fn shipped() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| load(&Source::built_in()).unwrap())
}

/// A random game of at most so many moves; with it, log2 of what was on offer at each choice.
fn random(story: &Story, seed: u32, most: usize) -> (Game<'_>, Vec<f64>) {
    let mut dice = Stream::new(seed.into(), "test", "codes", 0);
    let mut pick = |n: usize| ((dice.unit() * n as f64) as usize).min(n - 1);
    let mut game = Game::new(story, seed).unwrap();
    let mut bits = Vec::new();
    while game.turns() < most {
        match game.offer() {
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                bits.push((open.len() as f64).log2());
                game.choose(open[pick(open.len())].choice).unwrap();
            }
            Offer::Exercise(_) => {
                let lines = ["u", "up", "uul", "3 r", "l", "ru", "cat", "no", "c n n", "decline"];
                let line = lines[pick(lines.len())];
                if line == "decline" {
                    game.decline().unwrap();
                } else {
                    // What it does not take changes nothing.
                    let _ = game.type_line(line);
                }
            }
            Offer::World(_) | Offer::End(_) => break,
        }
    }
    (game, bits)
}

/// The kept playthroughs: every ending, with experiments and work by hand; each as far as its lines are ids.
fn kept_games() -> &'static [(u32, Vec<Entry>)] {
    static GAMES: OnceLock<Vec<(u32, Vec<Entry>)>> = OnceLock::new();
    GAMES.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playthroughs");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| played(&std::fs::read_to_string(path).unwrap())).collect()
    })
}

fn played(script: &str) -> (u32, Vec<Entry>) {
    let seed = script.lines().find_map(|line| line.strip_prefix("# seed: ")).unwrap_or("1");
    let mut game = Game::new(shipped(), seed.trim().parse().unwrap()).unwrap();
    let lines =
        script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '?']));
    for line in lines {
        let made = match game.offer() {
            Offer::Choose(_) => shipped().choice_named(game.scene(), line).map(|choice| game.choose(choice)),
            Offer::Exercise(_) if line == "decline" => Some(game.decline()),
            Offer::Exercise(_) => Some(game.type_line(line).map(|_| ())),
            Offer::World(_) | Offer::End(_) => None,
        };
        if !matches!(made, Some(Ok(()))) {
            break;
        }
    }
    (game.seed(), game.entries().to_vec())
}

/// Names and keys; figures and line ends are not in a code.
fn bare(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        match entry {
            Entry::Choose(id) => text.push_str(&format!(" {id}")),
            Entry::Type(keys) => text.push_str(keys),
            Entry::World(outcome, _) => text.push_str(&format!(" ={outcome} ")),
        }
    }
    text
}

fn letters(code: &str) -> usize {
    code.chars().filter(|c| *c != '-').count()
}

fn keys(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| if let Entry::Type(keys) = entry { keys.len() } else { 0 }).sum()
}

#[test]
fn a_game_is_the_same_game_from_its_code_with_its_figures_measured_again() {
    let story = shipped();
    let (mut experiments, mut typed, mut longest) = (0, 0, 0);
    let random: Vec<_> = (0..12).map(|seed| (seed, random(story, seed, 60).0.entries().to_vec())).collect();
    for (seed, entries) in kept_games().iter().chain(&random) {
        let (game, stopped) = Game::replay(story, *seed, entries).unwrap();
        assert_eq!(stopped, None);
        let seed = *seed;
        let code = code::encode(story, seed, game.entries()).unwrap();
        let mut shared = code::decode(story, &code).unwrap();
        assert_eq!((shared.seed, shared.other_labs), (seed, false));
        assert_eq!(bare(&shared.entries), bare(game.entries()), "{code}");
        assert_eq!(code::measure(story, &mut shared).unwrap().unlike, 0);
        let (again, stopped) = Game::replay(story, seed, &shared.entries).unwrap();
        assert_eq!((stopped, again.state()), (None, game.state()));
        let figures = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|entry| matches!(entry, Entry::World(..))).cloned().collect()
        };
        assert_eq!(figures(&shared.entries), figures(game.entries()), "figure for figure");
        experiments += figures(&shared.entries).len();
        typed += keys(game.entries());
        longest = longest.max(letters(&code));
        // Case and groups do not matter.
        assert_eq!(code::decode(story, &code.to_uppercase().replace('-', " ")).unwrap().seed, seed);
    }
    println!("longest code of a kept playthrough: {longest} characters");
    assert!(experiments > 20 && typed > 20, "{experiments} experiments, {typed} keys");
}

#[test]
fn where_an_experiment_answers_differently_the_recorded_outcome_leads_without_figures() {
    let story = shipped();
    let mut tried = 0;
    for (seed, entries) in kept_games() {
        let code = code::encode(story, *seed, entries).unwrap();
        // The same moves of another seed: its experiments would have answered otherwise, sooner or later.
        let mut shared = code::decode(story, &code).unwrap();
        shared.seed = seed + 1000;
        if keys(entries) > 0 {
            continue;
        }
        let unlike = code::measure(story, &mut shared).unwrap().unlike;
        let without = shared
            .entries
            .iter()
            .filter(|entry| matches!(entry, Entry::World(name, figures) if figures.is_empty() && name != "Declined"))
            .count();
        assert_eq!((unlike, bare(&shared.entries)), (without, bare(entries)));
        tried += unlike;
    }
    assert!(tried > 0, "some experiment answers otherwise at another seed");
}

#[test]
fn forty_choices_of_four_and_five_outcomes_take_at_most_forty_characters() {
    let story = shipped();
    let mut longest = 0;
    for seed in 100..140 {
        let (game, bits) = random(story, seed, 40);
        let code = code::encode(story, seed, game.entries()).unwrap();
        let outcomes = game.entries().iter().filter(|entry| matches!(entry, Entry::World(..))).count();
        // What the choices decided, three bits an outcome, .52 characters a key, and 62 bits of head (up to
        // 72 for a game that was left), and six characters of checksum.
        let head = if game.ending().is_some() { 62.0 } else { 72.0 };
        let bits = bits.iter().sum::<f64>() + 3.0 * outcomes as f64 + head;
        let bound = bits / 5.0 + 0.52 * keys(game.entries()) as f64 + 7.0;
        assert!(letters(&code) as f64 <= bound.max(20.0), "{} > {bound}: {code}", letters(&code));
        longest = longest.max(letters(&code));
    }
    println!("longest code of 40 random games of at most 40 moves: {longest} characters");
    // The promise itself: forty choices among four each, at the largest seed.
    let four = four();
    let seed = treed::journal::SEEDS - 1;
    let entries: Vec<Entry> =
        (0..40).map(|i| Entry::Choose(["a", "b", "c", "d"][(i * 7 + 3) % 4].to_owned())).collect();
    let code = code::encode(&four, seed, &entries).unwrap();
    println!("forty choices of four, left without an ending: {} characters", letters(&code));
    // Five outcomes among eight would be fifteen bits more, three characters.
    assert!(letters(&code) + 3 <= 40, "{}: {code}", letters(&code));
    assert_eq!(bare(&code::decode(&four, &code).unwrap().entries), bare(&entries));
}

/// Four choices, over and over.
fn four() -> Story {
    let choices: String = ["a", "b", "c", "d"]
        .map(|id| format!("(id: \"{id}\", label: \"Way {id}\", then: [RaiseToEnd(\"n\", 1)]),"))
        .concat();
    story(&support::small(
        "\"n\": Range(from: 0, to: 60, start: 0)",
        &format!(
            "\"start\": (text: \"Four ways.\", choices: [{choices} (id: \"end\", label: \"Stop\", when: AtLeast(\"n\", 50), to: \"end\")]),"
        ),
    ))
}

#[test]
fn each_key_flown_or_labelled_adds_at_most_52_hundredths_of_a_character() {
    let story = shipped();
    let (mut more, mut games) = (f64::MIN, 0);
    for (seed, entries) in kept_games() {
        let Some(first) = entries.iter().position(|entry| matches!(entry, Entry::Type(_))) else { continue };
        let lines = entries[first..].iter().take_while(|entry| matches!(entry, Entry::Type(_))).count();
        let without = letters(&code::encode(story, *seed, &entries[..first]).unwrap());
        let with = letters(&code::encode(story, *seed, &entries[..first + lines]).unwrap());
        more = more.max((with - without) as f64 - 0.52 * keys(&entries[first..first + lines]) as f64);
        games += 1;
    }
    // How long a game is that was left takes up to a character more, and each is rounded up.
    assert!(games > 2 && more <= 2.0, "{games} games, {more} more");
}

#[test]
fn a_game_too_long_for_a_code_is_told_to_go_as_a_file() {
    let four = four();
    let list = |n: usize| vec![Entry::Choose("b".into()); n];
    let why = code::encode(&four, 1, &list(2900)).unwrap_err().to_string();
    assert!(why.contains("more than 1023 characters") && why.contains("send the save's file"), "{why}");
    let code = code::encode(&four, 1, &list(2100)).unwrap();
    assert!((900..=1023).contains(&letters(&code)), "{}", letters(&code));
    assert_eq!(code::decode(&four, &code).unwrap().entries.len(), 2100);
    assert_eq!(code::decode(&four, &"q".repeat(2000)), Err(Bad::TooLong));
}

#[test]
fn every_single_wrong_character_is_located_and_two_are_never_taken_for_one() {
    let story = story(&kept("lamp.ron"));
    let entries = ["light", "stairs", "sleep"].map(|id| Entry::Choose(id.into()));
    let code = code::encode(&story, 3, &entries).unwrap();
    let typed: Vec<char> = code.chars().collect();
    for at in (0..typed.len()).filter(|at| typed[*at] != '-') {
        let number = typed[..at].iter().filter(|c| **c != '-').count();
        for wrong in "qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1".chars().filter(|c| *c != typed[at]) {
            let mut other = typed.clone();
            other[at] = wrong;
            let other: String = other.into_iter().collect();
            match code::decode(&story, &other) {
                Err(Bad::Slip { place, found, meant }) => {
                    assert_eq!((place.group, place.nth), (number / 4 + 1, number % 4 + 1), "{other}");
                    assert_eq!((found, meant), (wrong, Some(typed[at])));
                }
                result => panic!("{other}: {result:?}"),
            }
        }
        for second in (at + 1..typed.len()).filter(|second| typed[*second] != '-') {
            let mut other = typed.clone();
            other[at] = if typed[at] == 'q' { 'p' } else { 'q' };
            other[second] = if typed[second] == 'z' { 'r' } else { 'z' };
            let other: String = other.into_iter().collect();
            let two = code::decode(&story, &other);
            assert!(matches!(two, Err(Bad::Slips | Bad::Cut(_))), "{other}: {two:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn anything_typed_is_a_code_or_a_reason_without_a_control_character(
        text in prop_oneof!["\\PC{0,60}", "[a-z0-9-]{15,60}", "(?s).{0,40}"]
    ) {
        if let Err(bad) = code::decode(shipped(), &text) {
            prop_assert!(!bad.to_string().chars().any(treed::text::is_hostile), "{bad}");
        }
    }

    /// Digits of any value under a right head: the moves are followed or refused.
    #[test]
    fn a_forged_code_with_a_right_checksum_is_played_or_refused(
        tail in "[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{8,200}"
    ) {
        let story = shipped();
        let real = code::encode(story, 1, &[]).unwrap().replace('-', "");
        let forged = format!("{}{tail}", &real[..7]);
        if let Ok(shared) = code::decode(story, &format!("{forged}{}", bech32m(&forged))) {
            let (_, stopped) = Game::replay(story, shared.seed, &shared.entries).unwrap();
            prop_assert_eq!(stopped, None);
        }
    }
}

#[test]
fn a_code_goes_from_one_machine_to_another() {
    let (mine, yours) = (Home::with_story(&kept("lamp.ron")), Home::with_story(&kept("lamp.ron")));
    let card = mine.plays("--plain --seed 3", "light\nstairs\nsleep\n");
    let code = mine.run("--story story.ron share", "").fine().trim().to_owned();
    assert!(card.contains(&format!("Share code: {code}")), "{card}");
    assert_eq!(mine.run("--story story.ron share asleep", "").fine().trim(), code);
    let out = yours.run(&format!("--story story.ron replay {code}"), "").fine();
    assert!(out.contains("> Light the lamp") && out.contains("You sleep well."), "{out}");
    // Watching finds nothing.
    let json = yours.run("--story story.ron endings --json", "").fine();
    assert!(!json.contains("\"reached\":true"), "{json}");
    // A text may change, the rules may not.
    let text = kept("lamp.ron");
    yours.write("texts.ron", text.replace("You sleep well.", "You sleep badly.").as_bytes());
    assert!(yours.run(&format!("--story texts.ron replay {code}"), "").fine().contains("You sleep badly."));
    let more = text.replace("(id: \"down\"", "(id: \"sneeze\", label: \"Sneeze\"), (id: \"down\"");
    yours.write("rules.ron", more.as_bytes());
    let ran = yours.run(&format!("--story rules.ron replay {code}"), "");
    assert!(ran.code == 1 && ran.err.contains("another version of this story"), "{}", ran.err);
    let ran = yours.run(&format!("replay {code}"), "");
    assert!(ran.code == 1 && ran.err.contains("of another story"), "{}", ran.err);
    let slip = format!("{}{}", if code.starts_with('q') { 'p' } else { 'q' }, &code[1..]);
    let ran = yours.run(&format!("--story story.ron replay {slip}"), "");
    assert!(ran.code == 1 && ran.err.contains("character 1 of group 1"), "{}", ran.err);
}

#[test]
fn a_code_that_is_cut_short_is_told_as_one() {
    let home = Home::with_story(&kept("lamp.ron"));
    home.plays("", "light\nstairs\nsleep\n");
    let code = home.run("--story story.ron share", "").fine().trim().to_owned();
    for kept in (4..code.len() - 1).step_by(3) {
        let cut = code[..kept].trim_end_matches('-');
        let letters = letters(cut);
        if letters < 4 {
            continue;
        }
        for text in [cut.to_owned(), format!("{cut}..."), format!("{cut}…"), format!("code:{cut}")] {
            let ran = home.run(&format!("--story story.ron replay {text}"), "");
            assert_eq!(ran.code, 1, "{text}: {ran:?}");
            // One missing character may look like one that is wrong.
            let told = ran.err.contains("the share code cannot be played: it is cut short");
            assert!(told, "{text}: {}", ran.err);
            assert_eq!(
                ran.err.contains(&format!("it has {letters} characters")),
                letters < 19,
                "{}",
                ran.err
            );
        }
    }
    // What begins otherwise is no code.
    let other = home.run("--story story.ron replay qqqq-qq", "");
    assert!(other.err.contains("is neither a file nor a share code"), "{}", other.err);
}
