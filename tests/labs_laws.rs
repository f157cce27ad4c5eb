//! Laws that hold for all labs or none: of the dice, of what can be asked early, of Dawid and Skene on
//! workers that were planted.

mod labs_support;

use treed::labs::crowd::aggregation::{Vote, dawid_skene, majority};
use treed::labs::player::Hands;
use treed::labs::random::Stream;
use treed::labs::{Inputs, Lab, Setting};

/// Over all 2^64 draws: the sum of eight bytes has mean 1020 and variance 43,690 exactly. The constant
/// that `bell` divides by is the specification's, less than the root by five parts in a thousand
/// million: so the variance is 1 to eight digits, and the digits of every pin stay as they were.
#[test]
fn bell_has_mean_0_and_variance_1_over_all_byte_sums() {
    let mut ways = vec![1u128];
    for _ in 0..8 {
        let mut more = vec![0u128; ways.len() + 255];
        for (sum, count) in ways.iter().enumerate() {
            for byte in 0..256 {
                more[sum + byte] += count;
            }
        }
        ways = more;
    }
    assert_eq!(ways.iter().sum::<u128>(), 1 << 64);
    let sums = || (0i128..).zip(&ways).map(|(sum, &count)| (sum - 1020, count as i128));
    assert_eq!(sums().map(|(off, count)| off * count).sum::<i128>(), 0);
    assert_eq!(sums().map(|(off, count)| off * off * count).sum::<i128>(), 43_690 << 64);
    let deviation: f64 = 209.0215290372236;
    assert!((43_690.0 / (deviation * deviation) - 1.0).abs() < 1e-8);
    let largest = 1020.0 / deviation;
    assert!((4.87..4.89).contains(&largest));
}

/// What a lab says before its experiment is what it says after it, and it says all it promises; and the
/// outcome alone is that of the report.
#[test]
fn what_is_known_early_is_what_the_report_says() {
    for lab in Lab::ALL {
        let signature = lab.signature();
        let mut dice = Stream::new(2, "test", "early", 0);
        for seed in 0..12 {
            let chosen = signature.knobs.iter().map(|knob| dice.below(knob.values.len() as u32) as u8);
            let setting = Setting(chosen.collect());
            let (asked, report) = (lab.ask(&setting, seed), lab.run(&setting, &Inputs::default(), seed));
            let outcome = lab.outcome(&setting, &Inputs::default(), seed);
            assert_eq!(outcome, report.outcome, "{lab:?} at {setting:?}, seed {seed}");
            assert_eq!(asked.figures.len(), report.figures.len());
            assert_eq!(asked.pictures.len(), report.pictures.len());
            for (at, (early, value)) in asked.figures.iter().zip(&report.figures).enumerate() {
                let name = signature.figures[at].name;
                assert_eq!(early.is_some(), lab.asks_figure(at), "{name}");
                assert!(early.is_none_or(|early| early == *value), "{name} at {setting:?}");
            }
            for (at, (early, drawn)) in asked.pictures.iter().zip(&report.pictures).enumerate() {
                let name = signature.pictures[at].name;
                assert_eq!(early.is_some(), lab.asks_picture(at), "{name}");
                assert!(early.as_ref().is_none_or(|early| early == drawn), "{name} at {setting:?}");
            }
        }
    }
}

/// Also after something was done by hand.
#[test]
fn the_outcome_alone_is_that_of_the_report() {
    for lab in [Lab::Crowd, Lab::Imitation] {
        let knobs = lab.signature().knobs;
        let mut dice = Stream::new(3, "test", "outcome", 0);
        for seed in 0..12 {
            let setting =
                Setting(knobs.iter().map(|knob| dice.below(knob.values.len() as u32) as u8).collect());
            let hands = Hands { gold: Some(0.2), flown: 1 + dice.below(3), ..Hands::default() };
            let inputs = hands.inputs(seed);
            let report = lab.run(&setting, &inputs, seed);
            assert_eq!(
                lab.outcome(&setting, &inputs, seed),
                report.outcome,
                "{lab:?} at {setting:?}, seed {seed}"
            );
        }
    }
}

#[test]
fn early_figures_are_those_a_story_was_promised() {
    let early = |lab: Lab| -> Vec<&str> {
        let figures = lab.signature().figures.iter().enumerate();
        figures.filter(|&(at, _)| lab.asks_figure(at)).map(|(_, spec)| spec.name).collect()
    };
    assert_eq!(early(Lab::Crowd), ["baseline", "photographs", "cats", "empties"]);
    assert_eq!(early(Lab::Imitation), ["light", "lesson_light"]);
    let drones = early(Lab::Drones);
    for name in
        "asked_worth rescue_worth margin million_margin leave_worth over_leaving phi_pad asked asked_rescued \
         asked_crashed asked_fled asked_orbiting asked_hovering asked_grounded asked_seconds asked_pace \
         asked_closer horizon horizon_days half_life pad_distance"
            .split_whitespace()
    {
        assert!(drones.contains(&name), "{name}");
    }
    assert!(!drones.contains(&"worth") && !drones.contains(&"crashes"));
}

/// Of the items, how many labels are right by the model and by majority; and the model's largest
/// error of a worker's P(CAT | CAT) and P(CAT | NO CAT).
fn planted(n_items: usize, seed: u64) -> (usize, usize, f64) {
    let n_workers = 20;
    let mut stream = Stream::new(seed, "test", "planted", 0);
    let rates: Vec<[f64; 2]> = (0..n_workers)
        .map(|worker| {
            let (recall, false_alarm) = (0.7 + 0.25 * stream.unit(), 0.3 * stream.unit());
            // Three of them lie.
            if worker < 3 { [false_alarm, recall] } else { [recall, false_alarm] }
        })
        .collect();
    let truth: Vec<bool> = (0..n_items).map(|_| stream.chance(0.4)).collect();
    let votes: Vec<Vec<Vote>> = truth
        .iter()
        .map(|&truth| {
            let mut workers: Vec<usize> = (0..n_workers).collect();
            stream.shuffle(&mut workers);
            let vote = |&worker: &usize| {
                let cat = stream.chance(rates[worker][usize::from(!truth)]);
                Vote { worker, cat }
            };
            workers[..5].iter().map(vote).collect()
        })
        .collect();

    let beliefs = dawid_skene(&votes, n_workers, None);
    let mut largest = 0.0f64;
    for (worker, rates) in rates.iter().enumerate() {
        largest = largest.max((beliefs.recall[worker] - rates[0]).abs());
        largest = largest.max((beliefs.false_alarm[worker] - rates[1]).abs());
    }
    let right = |labels: &[bool]| labels.iter().zip(&truth).filter(|(a, b)| a == b).count();
    let modelled: Vec<bool> = beliefs.cat.iter().map(|&cat| cat > 0.5).collect();
    (right(&modelled), right(&majority(&votes)), largest)
}

/// Dawid & Skene find planted error rates, better with more items, and right labels where a majority
/// does not.
#[test]
fn planted_workers_are_found_out() {
    for seed in 0..5 {
        for (n_items, error) in [(200, 0.35), (2000, 0.10), (20_000, 0.04)] {
            let (modelled, counted, largest) = planted(n_items, seed);
            assert!(largest < error, "seed {seed}, {n_items} items: off by {largest}");
            assert!(100 * modelled >= 90 * n_items, "seed {seed}: {modelled} of {n_items}");
            assert!(100 * (modelled - counted) >= 3 * n_items, "seed {seed}: {modelled} and {counted}");
        }
    }
}
