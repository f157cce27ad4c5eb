//! Flying and correcting by hand.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

use proptest::prelude::*;
use treed::labs::exercise::fly::{BATTERY, Corrections, CorrectionsEnd, Flight, FlightEnd};
use treed::labs::exercise::{Kind, Session};

/// What a line is read as on the pad of a seed and exercise: the keys that were asked for, whether
/// or not the wind let them be flown; or the refusal.
#[track_caller]
fn read(line: &str, expected: &str) {
    // On the pad hovering is always calm, so the keys come first and the wind can be left out.
    let mut flight = Flight::begin(0, 0);
    let heard = match flight.read(line) {
        Ok(accepted) => accepted.keys,
        Err(refusal) => refusal.0,
    };
    assert!(
        heard == expected || (!expected.contains(' ') && expected.starts_with(&heard)),
        "`{line}` was heard as `{heard}`"
    );
}

#[test]
fn lines_of_moves_are_understood() {
    for line in ["3 up", "up 3", "u3", "3u", "uuu", "u u u", "up up up", "up,up,up", "3x up", "up x 3"] {
        read(line, "uuu");
    }
    for line in ["three up", "fly up 3 times", "go 3 up", "UP 3", "↑ ↑ ↑", "climb 3"] {
        read(line, "uuu");
    }
    for line in ["2 hover, u", "hover 2 then up", "wait; wait; u", "hhu", "stay 2, up"] {
        read(line, "hhu");
    }
    // A number that touches a move is that move's: `uuuu 5l d` once flew five up, into the leaves.
    read("uuuu 5l d", "uuuullllld");
    read("h 3l", "hlll");
    read("u3 l", "uuul");
    read("up 3 left 2", "uuull");
    read("3 up 2 left", "uuull");
    read("d l r h", "dlrh");
    read("left", "l");
}

#[test]
fn lines_that_are_no_moves_are_refused_and_fly_nothing() {
    let no_move = |word: &str| {
        format!("`{word}` is no move; say up, down, left, right or hover, such as `3 up` or `uul`.")
    };
    read("", "Say where to fly: up, down, left, right or hover, such as `3 up` or `uul`.");
    read("and then", "Say where to fly: up, down, left, right or hover, such as `3 up` or `uul`.");
    read("3 sideways", &no_move("sideways"));
    read("rescue", &no_move("rescue"));
    read(
        "uu 3 left",
        "`3` could belong to the move before it or to the one after it. Write `up 3, left` or `up, 3 left`.",
    );
    read("5", "A number needs its move: say `3 up`, or `up 3`.");
    read("3 up 2", "A number needs its move: say `3 up`, or `up 3`.");
    read("0 up", "0 up is no move: say how often, from 1.");
    read("81 up", "The battery is good for 80 more moves only; nothing was flown.");
    read("99999999999999999999999 up", "The battery is good for 80 more moves only; nothing was flown.");
    read("40 hover, 41 up", "The battery is good for 80 more moves only; nothing was flown.");
    read("\u{202e}\u{1b}[2J", &no_move("["));
    read(&"u".repeat(1_000_000), "That line is too long; at most 400 bytes are read.");
    read(&"sesquipedalian".repeat(9), &no_move("sesquipedaliansesqui"));
}

#[test]
fn a_move_that_leads_nowhere_says_so() {
    let mut flight = Flight::begin(1, 0);
    let said = |flight: &mut Flight, line: &str| flight.read(line).expect("moves").says.remove(0);
    assert_eq!(
        said(&mut flight, "left"),
        "`left` does nothing on the pad; only `up` leads off it. It cost 1 move of the battery."
    );
    assert_eq!(
        said(&mut flight, "left, 2 right"),
        "That does nothing on the pad; only `up` leads off it. It cost 3 moves of the battery."
    );
    assert_eq!(flight.battery(), BATTERY - 4);
    assert_eq!(flight.read("hover").expect("a move").says, Vec::<String>::new());
}

#[test]
fn the_battery_ends_a_flight() {
    let mut flight = Flight::begin(1, 0);
    let accepted = flight.read("80 wait").expect("eighty moves");
    assert_eq!(accepted.keys, "h".repeat(BATTERY));
    assert_eq!(accepted.says, ["80 moves: the battery is empty, and it comes down hard."]);
    assert_eq!(flight.end(), Some(FlightEnd::Crashed));
    assert!(flight.read("up").is_err());
}

#[test]
fn a_gust_stops_the_rest_of_a_line() {
    let stopped = (0..200).find_map(|n| {
        let mut flight = Flight::begin(2, n);
        let accepted = flight.read("3 up, 9 left").expect("moves");
        (accepted.keys.len() < 12 && flight.end().is_none()).then_some((flight, accepted))
    });
    let (flight, accepted) = stopped.expect("a gust in two hundred flights");
    assert_eq!(flight.keys().len(), accepted.keys.len());
    assert!(accepted.says[0].starts_with("A gust "), "{accepted:?}");
    assert!(accepted.says[0].ends_with("of your line are not flown."), "{accepted:?}");
}

/// The picture's words are enough to fly by.
#[test]
fn it_can_be_flown_unseen() {
    let mut rescued = 0;
    for n in 0..20 {
        let mut flight = Flight::begin(5, n);
        while flight.end().is_none() {
            let described = flight.picture().described;
            let (_, way) = described.split_once("A shortest way: ").expect("a way");
            let (way, _) = way.split_once('.').expect("a sentence");
            flight.read(way).expect("its own words");
        }
        rescued += u32::from(flight.end() == Some(FlightEnd::Rescued));
    }
    assert!(rescued >= 12, "{rescued} of 20");
}

#[test]
fn the_exercise_in_pictures() {
    let mut flight = Flight::begin(7, 0);
    let mut shown = String::new();
    let show = |flight: &Flight| {
        let picture = flight.picture();
        format!("{}\n{}\n\n", picture.rows.join("\n"), picture.described)
    };
    shown.push_str(&show(&flight));
    for line in ["3 up", "9 left", "9 left", "d"] {
        if let Ok(accepted) = flight.read(line) {
            shown.push_str(&format!("> {line}\n{}\n{}\n", accepted.keys, accepted.says.join(" ")));
            shown.push_str(&show(&flight));
        }
    }
    insta::assert_snapshot!("flight_by_hand", shown);
}

#[test]
fn handing_back_the_stick_and_correcting_twice() {
    let mut flight = Flight::begin(1, 0);
    flight.decline();
    assert_eq!(flight.end(), Some(FlightEnd::Declined));
    let mut corrections = Corrections::begin(1);
    let first = corrections.read("u, 19 right").expect("moves");
    assert!(!first.says.is_empty());
    while corrections.ends()[0].is_none() {
        corrections.read("19 right").expect("moves");
    }
    assert_eq!(corrections.end(), None);
    assert!(corrections.picture().described.starts_with("The second of two flights."));
    corrections.decline();
    assert_eq!(corrections.end(), Some(CorrectionsEnd::Declined));
    assert!(corrections.read("up").is_err());

    assert_eq!(Kind::Fly.outcomes(), ["Rescued", "Crashed", "Away", "Declined"]);
    assert_eq!(Kind::Correct.outcomes(), ["Done", "Declined"]);
    assert_eq!(FlightEnd::Declined as u8, 3);
    assert_eq!(CorrectionsEnd::Declined as u8, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is typed: no panic, at most a battery of keys, and what was recorded, typed again,
    /// does the same.
    #[test]
    fn what_is_recorded_replays(
        seed in 0u64..1000,
        correct in any::<bool>(),
        lines in prop::collection::vec("([0-9]{0,3} ?(up|left|l|u|d|r|h|right|wait)[ ,]?){1,6}|\\PC{0,30}", 0..12),
    ) {
        let begin = || match correct {
            true => Session::Correct(Box::new(Corrections::begin(seed))),
            false => Session::Fly(Box::new(Flight::begin(seed, 2)), 2),
        };
        let (mut played, mut replayed) = (begin(), begin());
        let mut keys = 0;
        for line in &lines {
            let before = played.picture();
            match played.accept(line) {
                Ok(accepted) => {
                    keys += accepted.keys.len();
                    let again = replayed.accept(&accepted.keys);
                    prop_assert_eq!(again.map(|again| again.keys), Ok(accepted.keys));
                }
                Err(_) => prop_assert_eq!(played.picture(), before),
            }
            prop_assert_eq!(played.picture(), replayed.picture());
            prop_assert_eq!(played.outcome(), replayed.outcome());
        }
        prop_assert!(keys <= 2 * BATTERY);
    }
}
