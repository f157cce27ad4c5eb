//! The oak and the drones: pins and laws.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which may fail so")]

mod labs_support;

use labs_support::{count, figure, outcome, real, run};
use treed::labs::drones::learning::{Learner, Lessons, practise};
use treed::labs::drones::planning::{Model, Policy, Reward, Shaping};
use treed::labs::exercise::Key;
use treed::labs::oak::{CAT, GAP, NO_WAY, Oak, PAD, Step, Wind, still};
use treed::labs::random::Stream;
use treed::labs::{Lab, Value};

// ---- The oak ----

#[test]
fn the_oak_is_as_drawn() {
    let oak = Oak::new(Wind::DRONES);
    assert_eq!(oak.states().len(), 142);
    assert_eq!(oak.distance(PAD), 23);
    assert_eq!(oak.distance(GAP), 9);
    assert_eq!(oak.distance(CAT), 0);
    let farthest = oak.states().iter().map(|&cell| oak.distance(cell)).max();
    assert_eq!(farthest, Some(48));
}

#[test]
fn neighbours_are_as_far_from_the_cat_as_a_move() {
    let oak = Oak::new(Wind::CALM);
    for &from in oak.states() {
        for key in Key::ALL {
            if let Step::At(to) = still(from, key) {
                assert_ne!(oak.distance(to), NO_WAY);
                // The pad can only be left upwards, but landed on.
                assert!(oak.distance(from).abs_diff(oak.distance(to)) <= 1, "{from:?} {key:?}");
            }
        }
    }
}

#[test]
fn the_last_ten_moves_are_a_corridor() {
    let oak = Oak::new(Wind::CALM);
    for distance in 1..=10 {
        let at = oak.states().iter().filter(|&&cell| oak.distance(cell) == distance);
        assert_eq!(at.count(), 1, "{distance} moves away");
    }
}

#[test]
fn probabilities_sum_to_one_and_agree_with_flights() {
    for wind in [Wind::DRONES, Wind::IMITATION] {
        let oak = Oak::new(wind);
        let mut gusts = Stream::new(1, "test", "gusts", 0);
        for &from in oak.states() {
            for key in Key::ALL {
                let ways = oak.outcomes(from, key);
                let sum: f64 = ways.iter().map(|(probability, _)| probability).sum();
                assert!((sum - 1.0).abs() < 1e-12);
                let flights = 400;
                let ends: Vec<Step> = (0..flights).map(|_| oak.fly(from, key, &mut gusts).to).collect();
                assert!(ends.iter().all(|end| ways.iter().any(|(_, way)| way == end)));
                for &(_, way) in &ways {
                    let expected: f64 = ways.iter().filter(|other| other.1 == way).map(|other| other.0).sum();
                    let seen = ends.iter().filter(|&&end| end == way).count();
                    let off = seen as f64 / f64::from(flights) - expected;
                    assert!(off.abs() < 0.13, "{from:?} {key:?}: off by {off}");
                }
            }
        }
    }
}

#[test]
fn no_wind_in_the_shelter() {
    let oak = Oak::new(Wind::IMITATION);
    for &from in oak.states() {
        for key in Key::ALL {
            if let Step::At(to) = still(from, key)
                && to.sheltered()
            {
                assert_eq!(oak.outcomes(from, key), [(1.0, Step::At(to))]);
            }
        }
    }
}

// ---- The drones ----

#[test]
fn drones_pins() {
    let lab = Lab::Drones;
    let comic = [
        (28, 972, 99.944506),
        (16, 984, 99.925432),
        (53, 946, 99.944506),
        (41, 958, 99.660209),
        (43, 957, 99.749856),
    ];
    for (seed, (crashes, away, worth)) in comic.into_iter().enumerate() {
        let report = run(lab, "", seed as u64);
        assert_eq!(outcome(lab, &report), "Fled");
        assert_eq!(count(lab, &report, "crashes"), crashes);
        assert_eq!(count(lab, &report, "away"), away);
        assert!((real(lab, &report, "worth") - worth).abs() < 5e-7);
    }
    let potential = [(40, 125), (27, 141), (13, 135), (20, 139), (31, 128)];
    for (seed, (first_rescue, crashes)) in potential.into_iter().enumerate() {
        let report = run(lab, "shaping=Potential episodes=300", seed as u64);
        assert_eq!(outcome(lab, &report), "Rescued");
        assert_eq!(count(lab, &report, "first_rescue"), first_rescue);
        assert_eq!(count(lab, &report, "crashes"), crashes);
    }
}

#[test]
fn what_the_rewards_ask_for() {
    let lab = Lab::Drones;
    let rows = [
        ("", "Rescued", 786_881.6, 786_881.6, 0.05),
        ("gamma=0.5", "Rescued", 2.10, 2.10, 0.005),
        ("gamma=0.9999999", "Fled", 10_000_000.0, 1_000_021.0, 0.5),
        ("shaping=Bonus", "Orbiting", 4_715_804.0, 1_829_846.0, 0.5),
        ("shaping=Bonus gamma=0.5", "Rescued", 21_652.0, 21_630.0, 0.5),
        ("shaping=Potential", "Rescued", 782_714.9, 782_714.9, 0.05),
        ("air=-1", "Rescued", 786_839.0, 786_839.0, 0.5),
        ("gamma=0.9999999 fence=yes", "Hovering", 10_000_000.0, 1_000_021.0, 0.5),
    ];
    for (turned, asked, best, rescue, within) in rows {
        let report = run(lab, turned, 0);
        assert_eq!(figure(lab, &report, "asked"), Value::Name(asked), "{turned}");
        assert!((real(lab, &report, "asked_worth") - best).abs() < within, "{turned}");
        assert!((real(lab, &report, "rescue_worth") - rescue).abs() < within, "{turned}");
        assert!(real(lab, &report, "margin") >= 0.0, "{turned}");
        assert!(real(lab, &report, "worth") <= real(lab, &report, "asked_worth") + 1e-6, "{turned}");
    }
    // At one half the reward asks for the rescue, by a seventh of a point over any other plan.
    let impatient = run(lab, "gamma=0.5", 0);
    let near = |name, value: f64| {
        let measured = real(lab, &impatient, name);
        assert!((measured - value).abs() < 0.005, "{name} is {measured}");
    };
    near("million_margin", 0.15);
    near("over_leaving", 0.10);
    near("million_worth", 0.24);
}

/// The learned policy is the same whether the pad pays for waiting nothing or the air nothing: a
/// tie, which the order of the actions decides.
#[test]
fn grounded_by_a_tie_or_by_a_loss() {
    let lab = Lab::Drones;
    assert_eq!(real(lab, &run(lab, "air=0", 0), "takeoff"), 0.0);
    let loss = run(lab, "air=-1", 0);
    assert!(real(lab, &loss, "takeoff") < 0.0);
    assert_eq!(real(lab, &loss, "waiting"), 0.0);
    assert_eq!(outcome(lab, &loss), "Grounded");
}

#[test]
fn value_iteration_is_a_fixed_point() {
    let oak = Oak::new(Wind::DRONES);
    let model = Model::new(&oak, &Reward::COMIC);
    let plan = model.optimal();
    assert_eq!(plan.sweeps, 24);
    let largest = plan.values.iter().copied().fold(0.0, f64::max);
    let rows = model.action_values(&plan.values);
    for &cell in oak.states() {
        let best = rows[cell.index()].iter().copied().fold(f64::MIN, f64::max);
        assert!((best - plan.values[cell.index()]).abs() <= 1e-9 * largest);
    }
    for key in Key::ALL {
        let improved = model.improve(Policy::constant(key));
        for &cell in oak.states() {
            let off = improved.values[cell.index()] - plan.values[cell.index()];
            assert!(off.abs() <= 1e-7 * largest, "from {key:?}: off by {off} in {cell:?}");
        }
    }
}

#[test]
fn a_potential_shifts_values_and_keeps_actions() {
    let oak = Oak::new(Wind::DRONES);
    let shaped_reward = Reward { shaping: Shaping::Potential(100_000.0), ..Reward::COMIC };
    let (plain, shaped) = (Model::new(&oak, &Reward::COMIC), Model::new(&oak, &shaped_reward));
    let (plain_plan, shaped_plan) = (plain.optimal(), shaped.optimal());
    let plain_rows = plain.action_values(&plain_plan.values);
    let shaped_rows = shaped.action_values(&shaped_plan.values);
    for &cell in oak.states() {
        let potential = shaped_reward.potential(&oak, cell);
        for key in Key::ALL {
            let off =
                plain_rows[cell.index()][key as usize] - potential - shaped_rows[cell.index()][key as usize];
            assert!(off.abs() < 1e-3, "{cell:?} {key:?}: off by {off}");
        }
        assert_eq!(plain_plan.policy.key(cell), shaped_plan.policy.key(cell));
    }
}

const CAREFUL: Lessons = Lessons { epsilon: 0.1, start: 0.0, ladder: false, episodes: 300 };

#[test]
fn a_potential_of_nothing_changes_no_bit() {
    let oak = Oak::new(Wind::DRONES);
    let nothing = Reward { shaping: Shaping::Potential(0.0), ..Reward::COMIC };
    let plain = practise(&oak, &Reward::COMIC, &CAREFUL, 3);
    let shaped = practise(&oak, &nothing, &CAREFUL, 3);
    assert_eq!(plain.learner.values, shaped.learner.values);
    assert_eq!(plain.ends, shaped.ends);
}

#[test]
fn twice_the_reward_is_the_same_policy_bit_for_bit() {
    let oak = Oak::new(Wind::DRONES);
    for (shaping, twice_shaping) in [
        (Shaping::None, Shaping::None),
        (Shaping::Bonus(100_000.0), Shaping::Bonus(200_000.0)),
        (Shaping::Potential(100_000.0), Shaping::Potential(200_000.0)),
    ] {
        for start in [0.0, 1_000_000.0] {
            let once = Reward { shaping, ..Reward::COMIC };
            let twice = Reward {
                air: 2.0,
                crash: 20_000.0,
                rescue: 2_000_000.0,
                shaping: twice_shaping,
                ..Reward::COMIC
            };
            let lessons = Lessons { start, ..CAREFUL };
            let first = practise(&oak, &once, &lessons, 5);
            let second = practise(&oak, &twice, &Lessons { start: 2.0 * start, ..CAREFUL }, 5);
            assert_eq!(first.ends, second.ends);
            for (row, other) in first.learner.values.iter().zip(&second.learner.values) {
                assert_eq!(row.map(|value| 2.0 * value), *other);
            }
            assert_eq!(Policy::greedy(&first.learner.values), Policy::greedy(&second.learner.values));
        }
    }
}

#[test]
fn the_optimum_teaches_nothing_new_in_a_calm() {
    let oak = Oak::new(Wind::CALM);
    let model = Model::new(&oak, &Reward::COMIC);
    let mut values = model.optimal().values;
    for _ in 0..3000 {
        let rows = model.action_values(&values);
        for &cell in oak.states() {
            values[cell.index()] = rows[cell.index()].iter().copied().fold(f64::MIN, f64::max);
        }
    }
    let optimum = model.action_values(&values);
    for rate in [0.2, 0.7, 1.0] {
        let mut learner = Learner::new(0.0, Reward::COMIC.gamma);
        learner.values = optimum.clone();
        learner.rate = rate;
        let mut dice = Stream::new(2, "test", "walk", 0);
        for &start in oak.states() {
            let mut cell = start;
            for _ in 0..100 {
                let key = Key::ALL[dice.below(5) as usize];
                let to = still(cell, key);
                learner.learn(cell, key, Reward::COMIC.pay(&oak, cell, to), to);
                match to {
                    Step::At(next) => cell = next,
                    Step::End(_) => break,
                }
            }
        }
        for (row, other) in learner.values.iter().zip(&optimum) {
            for (value, other) in row.iter().zip(other) {
                assert!((value - other).abs() < 1e-6, "{value} and {other} at rate {rate}");
            }
        }
    }
}

/// Wiewiora 2003: shaping by a potential is the same as starting from it, step by step.
#[test]
fn shaped_from_nothing_equals_unshaped_from_the_potential() {
    let oak = Oak::new(Wind::DRONES);
    let shaped_reward = Reward { shaping: Shaping::Potential(100_000.0), ..Reward::COMIC };
    let mut shaped = Learner::new(0.0, 0.99);
    let mut plain = Learner::new(0.0, 0.99);
    for &cell in oak.states() {
        plain.values[cell.index()] = [shaped_reward.potential(&oak, cell); 5];
    }
    let mut dice = Stream::new(4, "test", "walk", 0);
    for _ in 0..2000 {
        let mut cell = PAD;
        for _ in 0..200 {
            let key = Key::ALL[dice.below(5) as usize];
            let to = oak.fly(cell, key, &mut dice).to;
            shaped.learn(cell, key, shaped_reward.pay(&oak, cell, to), to);
            plain.learn(cell, key, Reward::COMIC.pay(&oak, cell, to), to);
            let potential = shaped_reward.potential(&oak, cell);
            let (one, other) = (
                shaped.values[cell.index()][key as usize] + potential,
                plain.values[cell.index()][key as usize],
            );
            assert!((one - other).abs() < 1e-6, "{one} and {other}");
            match to {
                Step::At(next) => cell = next,
                Step::End(_) => break,
            }
        }
    }
}

#[test]
fn practice_flights_are_all_accounted_for() {
    let lab = Lab::Drones;
    for turned in ["", "shaping=Bonus", "start=ladder explore=wilder", "fence=yes episodes=300"] {
        let report = run(lab, turned, 11);
        let sum: i64 =
            ["crashes", "away", "rescues", "unfinished"].iter().map(|name| count(lab, &report, name)).sum();
        assert_eq!(sum, count(lab, &report, "episodes"), "{turned}");
        let classes = ["rescued", "crashed", "fled", "orbiting", "hovering", "grounded"];
        let swarm: i64 = classes.iter().map(|name| count(lab, &report, name)).sum();
        assert_eq!(swarm, 20, "{turned}");
    }
}
