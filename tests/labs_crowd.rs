//! The crowd: exact figures for some seeds, laws for all.

use proptest::prelude::*;
use treed::labs::crowd::aggregation::{Aggregation, Answers, Vote, dawid_skene, majority};
use treed::labs::crowd::board::Step;
use treed::labs::crowd::metric::{Confusion, Metric};
use treed::labs::crowd::photographs::{self, Photograph, Set};
use treed::labs::crowd::workers::{Instructions, Wage};
use treed::labs::crowd::{Class, Contest, Knobs, SIGNATURE, conduct, possible, run};
use treed::labs::random::Stream;
use treed::labs::{Inputs, Lab, Report, Setting, Unit, Value};

/// The comic's setting.
const COMIC: Knobs = Knobs {
    metric: Metric::Accuracy,
    wage: Wage::Nickel,
    redundancy: 3,
    instructions: Instructions::Terse,
    aggregation: Aggregation::Majority,
    submissions: 1,
    ladder: false,
};
const BALANCED: Knobs = Knobs { metric: Metric::Balanced, ..COMIC };
const UNDERPAID: Knobs = Knobs { wage: Wage::Cent, ..BALANCED };
const UNDERPAID_MODELLED: Knobs = Knobs { aggregation: Aggregation::DawidSkene, ..UNDERPAID };

/// Four draws below 1000 of seed 7's training photographs.
const PHOTOS_0: [u32; 4] = [393, 342, 933, 45];

const METRICS: [Metric; 4] = [Metric::Accuracy, Metric::Balanced, Metric::F1, Metric::Recall];

fn truth(seed: u64) -> [bool; 10] {
    photographs::gold(seed).map(|photograph| photograph.cat)
}

fn found_and_alarms(counts: Confusion) -> [u32; 2] {
    [counts.found, counts.alarms]
}

fn winner(contest: &Contest) -> usize {
    contest.winner().team.index() + 1
}

fn figure(report: &Report, name: &str) -> Value {
    let place = SIGNATURE.figures.iter().position(|figure| figure.name == name);
    report.figures[place.unwrap_or_else(|| unreachable!("no figure `{name}`"))]
}

fn picture(report: &Report, name: &str) -> String {
    let place = SIGNATURE.pictures.iter().position(|picture| picture.name == name);
    report.pictures[place.unwrap_or_else(|| unreachable!("no picture `{name}`"))].rows.join("\n")
}

// Exact figures.

/// Section 9 of the specification: winner, its public tp and fp, the labels' tp and fp; then, by
/// balanced accuracy, winner and its private tp and fp.
#[test]
fn five_seeds_as_specified() {
    #[rustfmt::skip]
    let pins = [
        (1, [0, 0],   [29, 160], 4, [42, 128]),
        (1, [0, 0],   [23, 102], 9, [41, 151]),
        (1, [0, 0],   [25, 122], 8, [42, 93]),
        (1, [0, 0],   [29, 129], 3, [44, 154]),
        (8, [17, 12], [28, 127], 9, [44, 112]),
    ];
    for (seed, pin) in (0..).zip(pins) {
        let (comic, balanced) = (conduct(COMIC, None, seed), conduct(BALANCED, None, seed));
        let measured = (
            winner(&comic),
            found_and_alarms(comic.winner().public.counts),
            found_and_alarms(comic.label_counts()),
            winner(&balanced),
            found_and_alarms(balanced.winner().private.counts),
        );
        assert_eq!(measured, pin, "seed {seed}");
    }
}

/// The second table of section 9, gold ten of ten: with Dawid and Skene, winner, its private tp and
/// fp, the labels' tp and fp; by majority, winner, its private tp and fp, workers dismissed.
#[test]
fn five_seeds_with_gold_as_specified() {
    #[rustfmt::skip]
    let pins = [
        (3, [42, 135], [31, 122], 3, [42, 138], 24),
        (2, [41, 132], [27, 99],  3, [40, 127], 26),
        (8, [43, 81],  [29, 84],  2, [43, 140], 25),
        (3, [44, 154], [36, 93],  7, [44, 154], 22),
        (5, [44, 128], [37, 95],  8, [44, 146], 21),
    ];
    for (seed, pin) in (0..).zip(pins) {
        let modelled = conduct(UNDERPAID_MODELLED, Some(truth(seed)), seed);
        let counted = conduct(UNDERPAID, Some(truth(seed)), seed);
        let measured = (
            winner(&modelled),
            found_and_alarms(modelled.winner().private.counts),
            found_and_alarms(modelled.label_counts()),
            winner(&counted),
            found_and_alarms(counted.winner().private.counts),
            counted.crowd.dismissed.iter().filter(|&&gone| gone).count(),
        );
        assert_eq!(measured, pin, "seed {seed}");
    }
}

#[test]
fn the_comic_on_seed_7() {
    let report = run(&Lab::Crowd.default_setting(), &Inputs::default(), 7);
    assert_eq!(report.outcome.0, Class::MajorityClass as u8);
    assert_eq!(
        picture(&report, "leaderboard"),
        [
            "                              ------ in private ------",
            "    team             public   cats found   false alarms",
            " 1  TheAlchemist     94.7 %     0 of 53              0",
            " 2  RedditBro95      94.6 %     0 of 53              0",
            " 3  ClosedAI         91.9 %    39 of 53             61",
            " 4  RealAdaLambda    91.1 %    42 of 53             67",
            " 5  HyperNoobz       90.6 %    31 of 53             55",
        ]
        .join("\n")
    );
    assert_eq!(
        picture(&report, "confusion"),
        [
            "                 she is there   she is not",
            " says CAT                   0            0",
            " says NO CAT               53          947"
        ]
        .join("\n")
    );
    assert_eq!(
        picture(&report, "photo_cat"),
        [
            "                ..  ..",
            "      ....  ......    ..",
            "    ....  ....@@@@  ....",
            "    ..  ..    ##@@  ..",
            "    ..  ........",
            "    ........  ..",
            "      ::..  ..  ....",
            "        ..    ..",
        ]
        .join("\n")
    );
    assert_eq!(
        picture(&report, "photo_squirrel"),
        [
            "",
            "        ....  ....",
            "  ......@@....  ..",
            "  ..  ..##  ......::..",
            "  ..    ....  ......",
            "  ..........  ......",
            "      ......",
            "",
        ]
        .join("\n")
    );
    let shown: Vec<String> = report
        .pictures
        .iter()
        .zip(SIGNATURE.pictures)
        .map(|(picture, named)| format!("{}: {}", named.name, picture.described))
        .collect();
    insta::assert_snapshot!("comic_on_seed_7_in_words", shown.join("\n"));
    insta::assert_snapshot!("comic_on_seed_7_figures", figures(&report));
}

#[test]
fn five_hundred_submissions_on_seed_7() {
    let report = run(&Setting(vec![0, 1, 1, 0, 0, 2, 0]), &Inputs::default(), 7);
    assert_eq!(report.outcome.0, Class::LeaderboardOverfit as u8);
    insta::assert_snapshot!("overfit_on_seed_7_figures", figures(&report));
    insta::assert_snapshot!("overfit_on_seed_7_climb", picture(&report, "climb"));
}

/// One figure a line, all digits.
fn figures(report: &Report) -> String {
    let lines = SIGNATURE.figures.iter().zip(&report.figures);
    lines.map(|(spec, value)| format!("{}: {value:?}\n", spec.name)).collect()
}

// Laws of the photographs.

/// The first draws of a stream, for ever; other components and indices draw others.
#[test]
fn streams_are_pinned() {
    let draws = |component, index| {
        let mut stream = Stream::new(7, "crowd", component, index);
        [0; 4].map(|_| stream.below(1000))
    };
    assert_eq!(draws("photos", 0), PHOTOS_0);
    assert_ne!(draws("photos", 1), PHOTOS_0);
    assert_ne!(draws("pen", 0), PHOTOS_0);
    let mut stream = Stream::new(7, "test", "bell", 0);
    let bells: Vec<f64> = (0..100_000).map(|_| stream.bell()).collect();
    let mean = bells.iter().sum::<f64>() / 1e5;
    let variance = bells.iter().map(|bell| bell * bell).sum::<f64>() / 1e5;
    assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    assert!(bells.iter().all(|bell| bell.abs() < 4.9));
}

#[test]
fn silence_is_right_on_947_of_1000() {
    for seed in 0..20 {
        for set in [Set::Training, Set::Public, Set::Private] {
            let truth: Vec<bool> = photographs::set(seed, set).iter().map(|p| p.cat).collect();
            let silence = Confusion::of(&[false; 1000], &truth);
            assert_eq!(silence, Confusion { found: 0, alarms: 0, missed: 53, quiet: 947 });
            assert_eq!(silence.accuracy(), 0.947);
            assert_eq!(silence.balanced(), 0.5);
            assert_eq!(Confusion::of(&[true; 1000], &truth).balanced(), 0.5);
        }
    }
}

#[test]
fn gold_is_clear() {
    for seed in 0..50 {
        let gold = photographs::gold(seed);
        let count = |such: fn(&Photograph) -> bool| gold.iter().filter(|p| such(p)).count();
        assert_eq!(count(|p| p.cat && !p.hidden && !p.bag && !p.squirrel), 5);
        assert_eq!(count(|p| !p.cat && !p.bag && p.squirrel), 2);
        assert_eq!(count(|p| !p.cat && !p.bag && !p.squirrel), 3);
    }
}

/// One stream per component: what is set elsewhere changes neither photographs nor hiring.
#[test]
fn a_knob_shifts_nothing_that_is_not_its_own() {
    let comic = conduct(COMIC, None, 11);
    let other = Knobs {
        metric: Metric::Recall,
        redundancy: 5,
        instructions: Instructions::Illustrated,
        submissions: 20,
        ladder: true,
        ..COMIC
    };
    let other = conduct(other, Some([true; 10]), 11);
    assert_eq!(comic.training, other.training);
    assert_eq!(comic.private, other.private);
    assert_eq!(comic.gold_photographs, other.gold_photographs);
    assert_eq!(comic.crowd.workers, other.crowd.workers);
}

// Laws of aggregation.

/// Three workers, each right three times of four on both classes, in exact proportions.
#[test]
fn workers_all_alike_are_counted() {
    let mut votes = Vec::new();
    for pattern in 0..8usize {
        let n_cat = pattern.count_ones();
        let times = 3u32.pow(n_cat) + 3u32.pow(3 - n_cat);
        let votes_of =
            |pattern: usize| (0..3).map(|worker| Vote { worker, cat: pattern >> worker & 1 == 1 }).collect();
        votes.extend((0..times).map(|_| -> Vec<Vote> { votes_of(pattern) }));
    }
    let beliefs = dawid_skene(&votes, 3, None);
    let modelled: Vec<bool> = beliefs.cat.iter().map(|&cat| cat > 0.5).collect();
    assert_eq!(modelled, majority(&votes));
    assert!(beliefs.recall.iter().all(|recall| (recall - 0.75).abs() < 0.05));
}

/// Votes of eight workers, three an item, and some of their answers to known items.
fn some_votes() -> impl Strategy<Value = (Vec<Vec<Vote>>, Option<Answers>)> {
    let item = (0..8usize, prop::array::uniform3(any::<bool>())).prop_map(|(first, cats)| {
        let vote = |(i, cat)| Vote { worker: (first + 3 * i) % 8, cat };
        cats.into_iter().enumerate().map(vote).collect::<Vec<Vote>>()
    });
    let row = || prop::collection::vec(any::<bool>(), 4);
    let gold = (row(), prop::collection::vec(row(), 8)).prop_map(|(known, said)| Answers { known, said });
    (prop::collection::vec(item, 1..40), prop::option::of(gold))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn swapping_the_classes_swaps_the_beliefs((votes, gold) in some_votes()) {
        let turned: Vec<Vec<Vote>> = votes
            .iter()
            .map(|votes| votes.iter().map(|vote| Vote { cat: !vote.cat, ..*vote }).collect())
            .collect();
        let turn = |row: &Vec<bool>| row.iter().map(|cat| !cat).collect::<Vec<bool>>();
        let turned_gold = gold.as_ref().map(|gold| Answers {
            known: turn(&gold.known),
            said: gold.said.iter().map(turn).collect(),
        });
        let beliefs = dawid_skene(&votes, 8, gold.as_ref());
        let turned = dawid_skene(&turned, 8, turned_gold.as_ref());
        prop_assert!((beliefs.prior + turned.prior - 1.0).abs() < 1e-9);
        for (cat, turned) in beliefs.cat.iter().zip(&turned.cat) {
            prop_assert!((cat + turned - 1.0).abs() < 1e-9);
        }
        for (recall, turned) in beliefs.recall.iter().zip(&turned.false_alarm) {
            prop_assert!((recall + turned - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn renaming_workers_changes_nothing((votes, gold) in some_votes(), by in 1..8usize) {
        let renamed: Vec<Vec<Vote>> = votes
            .iter()
            .map(|votes| {
                let rename = |vote: &Vote| Vote { worker: (vote.worker + by) % 8, ..*vote };
                votes.iter().map(rename).collect()
            })
            .collect();
        let renamed_gold = gold.clone().map(|mut gold| {
            gold.said.rotate_right(by);
            gold
        });
        let mut beliefs = dawid_skene(&votes, 8, gold.as_ref());
        let renamed = dawid_skene(&renamed, 8, renamed_gold.as_ref());
        beliefs.recall.rotate_right(by);
        beliefs.false_alarm.rotate_right(by);
        prop_assert_eq!(beliefs, renamed);
    }

    /// The cut is at least as good as silence on the items that chose it, and as any other cut.
    #[test]
    fn no_cut_is_better(items in prop::collection::vec((0..20u8, any::<bool>()), 0..60)) {
        let scores: Vec<f64> = items.iter().map(|&(score, _)| f64::from(score)).collect();
        let labels: Vec<bool> = items.iter().map(|&(_, label)| label).collect();
        let score = |metric: Metric, cut: f64| {
            let says: Vec<bool> = scores.iter().map(|&score| score > cut).collect();
            metric.score(&Confusion::of(&says, &labels))
        };
        for metric in METRICS {
            let chosen = score(metric, metric.cut(&scores, &labels));
            prop_assert!(chosen >= score(metric, f64::INFINITY));
            for cut in 0..21 {
                prop_assert!(chosen >= score(metric, f64::from(cut) - 0.5));
            }
        }
    }

    #[test]
    fn counts_add_up(items in prop::collection::vec(any::<(bool, bool)>(), 0..60)) {
        let (says, truth): (Vec<bool>, Vec<bool>) = items.iter().copied().unzip();
        let Confusion { found, alarms, missed, quiet } = Confusion::of(&says, &truth);
        prop_assert_eq!((found + alarms + missed + quiet) as usize, items.len());
        for metric in METRICS {
            let score = metric.score(&Confusion::of(&says, &truth));
            prop_assert!((0.0..=1.0).contains(&score));
        }
    }
}

// Laws of the contest.

/// Whoever labels the gold wholly wrong dismisses everybody who can see.
#[test]
fn wrong_gold_spoils_what_right_gold_saves() {
    for seed in 0..8 {
        for knobs in [UNDERPAID, UNDERPAID_MODELLED] {
            let right = conduct(knobs, Some(truth(seed)), seed).class();
            let wrong = conduct(knobs, Some(truth(seed).map(|cat| !cat)), seed).class();
            assert_eq!((right, wrong), (Class::GoodDetector, Class::NoisyLabels), "seed {seed}");
        }
    }
}

#[test]
fn the_board_only_rises() {
    for seed in 0..3 {
        for metric in METRICS {
            for ladder in [false, true] {
                let knobs = Knobs { metric, submissions: 500, ladder, ..COMIC };
                for entry in conduct(knobs, None, seed).board {
                    let rose = |pair: &[Step]| pair[1].public - pair[0].public;
                    let least = if ladder { 0.01 } else { f64::MIN_POSITIVE };
                    assert!(entry.steps.windows(2).all(|pair| rose(pair) >= least));
                    assert!(entry.steps.windows(2).all(|p| p[0].submission < p[1].submission));
                    assert_eq!(entry.now().public, metric.score(&entry.public.counts));
                    assert_eq!(entry.now().private, metric.score(&entry.private.counts));
                }
            }
        }
    }
}

#[test]
fn nothing_rises_with_one_submission() {
    for seed in 0..3 {
        for metric in METRICS {
            for entry in conduct(Knobs { metric, ..COMIC }, None, seed).board {
                assert_eq!(entry.excess(), 0.0);
            }
        }
    }
}

/// A hundred settings, each with its own seed and its own careless player.
#[test]
fn reports_keep_what_the_signature_promises() {
    let mut dice = Stream::new(0, "test", "settings", 0);
    for seed in 0..100 {
        let setting: Vec<u8> =
            SIGNATURE.knobs.iter().map(|knob| dice.below(knob.values.len() as u32) as u8).collect();
        let setting = Setting(setting);
        let gold = dice.chance(0.5).then(|| truth(seed).map(|cat| cat != dice.chance(0.2)));
        let report = run(&setting, &Inputs { gold, ..Inputs::default() }, seed);
        keeps_promises(&setting, &report);
    }
}

fn keeps_promises(setting: &Setting, report: &Report) {
    assert_ne!(possible(setting) & 1 << report.outcome.0, 0, "{setting:?}: {:?}", report.outcome);
    assert_eq!(report.figures.len(), SIGNATURE.figures.len());
    for (spec, &value) in SIGNATURE.figures.iter().zip(&report.figures) {
        let fits = match (spec.unit, value) {
            (Unit::Count, Value::Whole(n)) => n >= 0,
            (Unit::Share, Value::Real(share)) => (0.0..=1.0).contains(&share),
            (Unit::Name, Value::Name(name)) => !name.is_empty(),
            _ => false,
        };
        assert!(fits, "{setting:?}: `{}` is {value:?}", spec.name);
    }
    assert_eq!(report.pictures.len(), SIGNATURE.pictures.len());
    for (named, picture) in SIGNATURE.pictures.iter().zip(&report.pictures) {
        assert!(!picture.rows.is_empty() && !picture.described.is_empty(), "{}", named.name);
        for row in &picture.rows {
            assert!(row.chars().count() <= 72 && row.trim_end() == row, "{}: {row:?}", named.name);
        }
    }
    let whole = |name| match figure(report, name) {
        Value::Whole(n) => n,
        other => unreachable!("`{name}` is {other:?}"),
    };
    assert_eq!(whole("found") + whole("missed"), whole("cats"));
    assert_eq!(whole("found") + whole("alarms"), whole("says_cat"));
    let kinds = whole("alarms_bag") + whole("alarms_squirrel") + whole("alarms_empty");
    assert_eq!(kinds, whole("alarms"));
    let workers = whole("diligent") + whole("idle") + whole("guessing") + whole("vandals");
    assert_eq!(workers, whole("workers"));
    assert_eq!(report.outcome.0, outcome_of_figures(setting, report) as u8, "{setting:?}");
    assert_eq!(whole("gold_agreed") + whole("gold_wrong"), whole("gold"));
}

/// The outcome can be worked out from the figures.
fn outcome_of_figures(setting: &Setting, report: &Report) -> Class {
    let metric = Knobs::of(setting).metric;
    let share = |name| match figure(report, name) {
        Value::Real(share) => share,
        other => unreachable!("`{name}` is {other:?}"),
    };
    let excess = share("public_rise") - (share("private_rise") - share("private_fall"));
    let limit = match metric {
        Metric::Accuracy => 0.010,
        Metric::Balanced => 0.04,
        Metric::F1 => 0.06,
        Metric::Recall => 0.10,
    };
    let says_cat = figure(report, "says_cat");
    match metric {
        _ if excess >= limit => Class::LeaderboardOverfit,
        _ if share("balanced") >= 0.75 => Class::GoodDetector,
        Metric::Accuracy if matches!(says_cat, Value::Whole(..=50)) => Class::MajorityClass,
        Metric::Recall if matches!(says_cat, Value::Whole(900..)) => Class::CryWolf,
        _ => Class::NoisyLabels,
    }
}

/// Where the labels are to blame, they are: the truth would have taught, or they are poor.
#[test]
fn noise_deserves_its_name() {
    let mut n_noisy = 0;
    for seed in 0..20 {
        let contest = conduct(UNDERPAID, None, seed);
        if contest.class() == Class::NoisyLabels {
            n_noisy += 1;
            let teachable = contest.taught_truth.private.counts.balanced() >= 0.75;
            assert!(teachable || contest.label_counts().balanced() < 0.65, "seed {seed}");
        }
    }
    assert!(n_noisy >= 15, "{n_noisy}");
}

#[test]
fn outcomes_are_ruled_out_by_definition_only() {
    let mask = |setting: [u8; 7]| possible(&Setting(setting.to_vec()));
    assert_eq!(mask([0, 1, 1, 0, 0, 0, 0]), 0b11001);
    assert_eq!(mask([0, 1, 1, 0, 0, 1, 0]), 0b11101);
    assert_eq!(mask([1, 1, 1, 0, 0, 0, 0]), 0b11000);
    assert_eq!(mask([2, 1, 1, 0, 0, 2, 1]), 0b11100);
    assert_eq!(mask([3, 1, 1, 0, 0, 0, 0]), 0b11010);
    assert_eq!(possible(&Setting(vec![])), 0);
    assert_eq!(possible(&Setting(vec![0; 8])), 0);
}

#[test]
fn a_strange_setting_is_read_as_the_nearest() {
    let nearest = [
        (vec![9; 7], vec![3, 2, 2, 1, 1, 2, 1]),
        (vec![1], vec![1, 1, 1, 0, 0, 0, 0]),
        (vec![1, 1, 1, 0, 0, 0, 0, 5], vec![1, 1, 1, 0, 0, 0, 0]),
    ];
    for (strange, nearest) in nearest {
        assert_eq!(Knobs::of(&Setting(strange)), Knobs::of(&Setting(nearest)));
    }
}

#[test]
fn figures_have_names_of_their_own() {
    let mut names: Vec<&str> = SIGNATURE.figures.iter().map(|figure| figure.name).collect();
    let n_figures = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), n_figures);
}
