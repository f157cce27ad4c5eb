//! Many runs: the same at any number of threads, counted rightly, and nothing impossible among them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which may fail so")]

use std::num::NonZero;
use std::sync::Mutex;
use treed::cli::lab::{Order, order, table, write_odds};
use treed::labs::exercise::fly::{Flight, FlightEnd};
use treed::labs::odds::{ByHand, Odds, Unusable, case};
use treed::labs::player::{self, Hands};
use treed::labs::random::Stream;
use treed::labs::sweep::{Case, Seeds, differ, each, tally, wilson};
use treed::labs::{Lab, Setting, VERSION};

fn threads(n: usize) -> NonZero<usize> {
    NonZero::new(n).unwrap()
}

#[test]
fn answers_come_in_the_order_of_the_jobs() {
    for n_threads in [1, 2, 3, 16] {
        let answers = each(100, threads(n_threads), |at| at * at);
        assert_eq!(answers, (0..100).map(|at| at * at).collect::<Vec<usize>>());
        assert_eq!(each(0, threads(n_threads), |at| at), Vec::<usize>::new());
    }
    let done = Mutex::new(0);
    each(30, threads(2), |_| *done.lock().unwrap() += 1);
    assert_eq!(*done.lock().unwrap(), 30);
}

#[test]
fn a_sweep_is_the_same_on_one_thread_and_on_two() {
    for (lab, flags) in [
        (Lab::Drones, "--sweep explore --seeds 20 --figure nearest --figure worth"),
        (Lab::Imitation, "--sweep flown --seeds 4 --figure deployed --seed 18446744073709551613"),
        (Lab::Crowd, "--sweep metric --seeds 3 --figure recall"),
        (Lab::Drones, "--seeds 7"),
    ] {
        let order = order(lab, flags).unwrap();
        let one = table(&order, threads(1)).unwrap();
        assert_eq!(one, table(&order, threads(2)).unwrap(), "{flags}");
        assert_eq!(one, table(&order, threads(5)).unwrap(), "{flags}");
        let runs: u32 = one.tallies.iter().flat_map(|tally| &tally.counts).sum();
        assert_eq!(runs, order.sweep.unwrap().seeds * one.tallies.len() as u32);
    }
    assert_eq!(table(&order(Lab::Drones, "").unwrap(), threads(1)), None);
}

#[test]
fn a_tally_counts_what_single_runs_give() {
    let order = order(Lab::Drones, "--seeds 25 --figure crashes --shaping Bonus").unwrap();
    let tally = table(&order, threads(2)).unwrap().tallies.swap_remove(0);
    let at = order.figures[0];
    let mut counts = vec![0; 6];
    let mut crashes = Vec::new();
    for seed in 0..25 {
        let report = order.case.run(seed);
        if counts[usize::from(report.outcome.0)] == 0 {
            assert_eq!(tally.first[usize::from(report.outcome.0)], Some(seed));
        }
        counts[usize::from(report.outcome.0)] += 1;
        match report.figures[at] {
            treed::labs::Value::Whole(n) => crashes.push(n as f64),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tally.counts, counts);
    crashes.sort_by(f64::total_cmp);
    assert_eq!(tally.figures, [[crashes[1], crashes[12], crashes[22]]]);
}

#[test]
fn seeds_go_round() {
    let seeds = Seeds { from: u64::MAX, count: 3 };
    assert_eq!([seeds.nth(0), seeds.nth(1), seeds.nth(2)], [u64::MAX, 0, 1]);
}

/// Newcombe 1998, *Two-sided confidence intervals for the single proportion*, table I, method 3.
#[test]
fn wilsons_intervals_are_those_of_the_literature() {
    for (hits, runs, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let interval = wilson(hits, runs);
        assert!(
            (interval.0 - low).abs() < 5e-5 && (interval.1 - high).abs() < 5e-5,
            "{hits}/{runs}: {interval:?}"
        );
        // Turned round, it is the interval of the misses.
        let misses = wilson(runs - hits, runs);
        assert!((misses.0 + interval.1 - 1.0).abs() < 1e-12 && (misses.1 + interval.0 - 1.0).abs() < 1e-12);
    }
    assert_eq!(wilson(0, 0), (0.0, 1.0));
    assert_eq!(wilson(0, 10).0, 0.0);
    assert_eq!(wilson(10, 10).1, 1.0);
    for runs in 1..60 {
        for hits in 0..=runs {
            let (low, high) = wilson(hits, runs);
            let share = f64::from(hits) / f64::from(runs);
            assert!(0.0 <= low && low <= share && share <= high && high <= 1.0 && low < high);
        }
    }
}

/// 99.7 and 96.3 per cent of 300 could be chance at one in ten thousand, 99.7 and 92 could not.
#[test]
fn counts_differ_when_chance_would_not_have_it_so() {
    assert!(!differ((299, 300), (299, 300)) && !differ((0, 300), (0, 300)));
    assert!(!differ((299, 300), (289, 300)));
    assert!(differ((299, 300), (276, 300)) && differ((276, 300), (299, 300)));
    // z = 3.87 and 3.92 for these two.
    assert!(!differ((150, 300), (197, 300)) && differ((150, 300), (198, 300)));
    assert!(!differ((0, 0), (1, 1)));
}

#[test]
fn a_simulated_player_flies_by_the_rules_of_the_exercise() {
    for seed in 0..20 {
        let keys = player::fly(seed, 3);
        let mut flight = Flight::begin(seed, 3);
        for key in &keys {
            flight.read(&key.letter().to_string()).unwrap();
        }
        assert_eq!(flight.keys(), keys);
        assert!(flight.end().is_some_and(|end| end != FlightEnd::Declined), "seed {seed}");
    }
    let hands = Hands { gold: Some(0.0), flights: vec![vec![]], flown: 2 };
    let inputs = hands.inputs(9);
    assert_eq!(inputs.flights.iter().map(|(n, _)| *n).collect::<Vec<u32>>(), [0, 1, 2]);
    assert_eq!(inputs.flights[2].1, player::fly(9, 2));
    let wrong = (0..300).flat_map(|seed| {
        let truth = player::label(seed, 0.0);
        player::label(seed, 0.3).into_iter().zip(truth).map(|(own, true_one)| own != true_one)
    });
    // 900 are expected, 25 either way.
    assert_eq!(wrong.filter(|&wrong| wrong).count(), 880);
    assert_eq!(Hands::default().inputs(1), treed::labs::Inputs::default());
}

/// What `treed lab odds --write` found that the story can reach.
fn story_settings() -> Vec<(Lab, Setting)> {
    let odds = Odds::built_in().unwrap();
    [(Lab::Crowd, odds.crowd), (Lab::Drones, odds.drones), (Lab::Imitation, odds.imitation)]
        .into_iter()
        .flat_map(|(lab, rows)| rows.into_iter().map(move |(setting, _)| (lab, Setting(setting))))
        .collect()
}

/// Everything that the story can set, five seeds each. With `TREED_LAB_SEEDS=300`, as in `.ci/run`, so many
/// for a tenth of it, drawn by lot.
#[test]
fn nothing_impossible_ever_comes() {
    let many = std::env::var("TREED_LAB_SEEDS").ok().map(|seeds| seeds.parse::<u32>().unwrap());
    let mut dice = Stream::new(3, "test", "tenth", 0);
    let mut cases = Vec::new();
    for (lab, setting) in story_settings() {
        if many.is_none() || dice.chance(0.1) {
            let by_hand = if dice.chance(0.5) { ByHand::Yes } else { ByHand::No };
            cases.push(case(lab, setting, by_hand));
        }
    }
    assert!(cases.len() >= 15, "{}", cases.len());
    let seeds = Seeds { from: 0, count: many.unwrap_or(5) };
    for (case, tally) in cases.iter().zip(tally(&cases, seeds, &[], treed::labs::sweep::all_cores(), || {})) {
        let possible = case.lab.possible(&case.setting);
        for (at, count) in tally.counts.iter().enumerate() {
            assert!(*count == 0 || possible >> at & 1 == 1, "{case:?} gave outcome {at}");
        }
    }
}

#[test]
fn what_the_story_can_reach_is_few_enough_and_measured() {
    let settings = story_settings();
    for lab in Lab::ALL {
        let count = settings.iter().filter(|(of, _)| *of == lab).count();
        assert!((1..=256).contains(&count), "{lab:?}: {count}");
        // The comic's; but its policy flies in the last of the light, and the lab's own default at night.
        let is_there = settings.contains(&(lab, lab.default_setting()));
        assert!(is_there || lab == Lab::Imitation, "{lab:?}: the comic's");
    }
    let contains = |lab, flags| {
        let order: Order = order(lab, flags).unwrap();
        settings.contains(&(lab, order.case.setting))
    };
    assert!(contains(Lab::Drones, "--start ladder --explore wilder --episodes 3000"));
    assert!(!contains(Lab::Drones, "--start ladder") && !contains(Lab::Drones, "--air -1 --fence yes"));
    assert!(contains(Lab::Crowd, "--wage Cent --redundancy 5 --submissions 500 --ladder yes"));
    assert!(!contains(Lab::Crowd, "--ladder yes"));
    assert!(contains(Lab::Imitation, "--flown 5") && contains(Lab::Imitation, "--flown 12"));
}

#[test]
fn odds_are_written_read_and_gone_on_with() {
    let settings: Vec<(Lab, Setting)> =
        Lab::ALL.into_iter().map(|lab| (lab, lab.default_setting())).collect();
    let text = write_odds(&settings, 3);
    let odds = Odds::read(&text).unwrap();
    assert_eq!((odds.seeds, odds.labs_version), (3, VERSION));
    assert_eq!(odds.write(), text);
    assert_eq!(odds.counts(Lab::Drones, &settings[1].1, ByHand::No), Some([0, 0, 3, 0, 0, 0].as_slice()));
    let by_hand = odds.counts(Lab::Imitation, &settings[2].1, ByHand::Yes).unwrap();
    assert_eq!(by_hand.iter().sum::<u32>(), 3);
    assert_eq!(odds.counts(Lab::Drones, &Setting(vec![9]), ByHand::No), None);
    assert_eq!(odds.missing(&settings), []);

    // One at a time comes to the same, in any order.
    let mut slow = Odds::none(3);
    let backwards: Vec<(Lab, Setting)> = settings.iter().rev().cloned().collect();
    let mut steps = 0;
    while slow.measure(&backwards, 1, threads(1), || {}) > 0 {
        slow = Odds::read(&slow.write()).unwrap();
        steps += 1;
    }
    assert_eq!((slow.write(), steps), (text.clone(), 4));
    slow.keep_only(&settings[..1]);
    assert_eq!(slow.missing(&settings).len(), 3);

    let old = text.replace("labs_version: 1", "labs_version: 0");
    assert!(matches!(Odds::read(&old), Err(Unusable::OldLabs(0))));
    assert!(matches!(Odds::read("Odds(seeds: 300)"), Err(Unusable::Format(_))));
    assert!(matches!(Odds::read("[["), Err(Unusable::Format(_))));
    Odds::built_in().unwrap();
}

#[test]
fn cases_by_hand_differ_where_there_are_hands() {
    let hands = |lab: Lab| case(lab, lab.default_setting(), ByHand::Yes);
    assert_eq!(hands(Lab::Crowd).hands.gold, Some(0.0));
    assert_eq!(hands(Lab::Imitation).hands.flown, 1);
    let drones: Case = hands(Lab::Drones);
    assert_eq!(drones.hands, Hands::default());
}
