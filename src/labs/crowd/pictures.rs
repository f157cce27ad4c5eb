//! What the prose may show of a contest, in characters, each with its description in words.

use super::Contest;
use super::board::Entry;
use super::metric::{Confusion, Metric};
use super::photographs::{CATS, Photograph, WIDTH};
use crate::labs::{Named, Picture};

/// Entries on the short boards.
const SHOWN: usize = 5;
/// Columns of a curve.
const CURVE: usize = 50;

/// The pictures of the signature.
pub const PICTURES: &[Named] = &[
    Named {
        name: "leaderboard",
        about: "The first five of the board, with the two private columns nobody looks at.",
    },
    Named { name: "public_board", about: "The first five as announced, without the private columns." },
    Named { name: "whole_board", about: "All ten, with the private columns." },
    Named { name: "confusion", about: "The winner's answers to the private photographs, counted." },
    Named {
        name: "best_confusion",
        about: "The private answers of the team with the best public balanced accuracy, counted.",
    },
    Named { name: "label_confusion", about: "The crowd's labels of the training photographs, counted." },
    Named { name: "climb", about: "The winner's public and private score, submission by submission." },
    Named { name: "photo_cat", about: "A photograph that clearly shows her." },
    Named { name: "photo_squirrel", about: "A photograph that clearly shows a squirrel." },
    Named {
        name: "look_here",
        about: "The first private photograph on which the winner says CAT, the brightest patch in \
                brackets; she may or may not be there.",
    },
];

/// A picture for each of [`PICTURES`], in their order.
pub fn draw(contest: &Contest) -> Vec<Picture> {
    let best = &contest.board[contest.best_place()];
    vec![
        board(contest, SHOWN, true),
        board(contest, SHOWN, false),
        board(contest, contest.board.len(), true),
        answers(contest.winner()),
        answers(best),
        confusion(&contest.label_counts(), "labelled", "The crowd's labels of the training photographs"),
        climb(contest),
        photo_cat(&contest.gold_photographs),
        photo_squirrel(&contest.gold_photographs),
        look_here(contest, contest.winner()),
    ]
}

/// Names of the pictures that need no experiment.
pub const EARLY_PICTURES: &[&str] = &["photo_cat", "photo_squirrel"];

/// A picture for each of [`EARLY_PICTURES`], in their order.
pub fn early(gold: &[Photograph]) -> Vec<Picture> {
    vec![photo_cat(gold), photo_squirrel(gold)]
}

/// The first `n` entries, with or without what they are worth on the private photographs.
fn board(contest: &Contest, n: usize, private: bool) -> Picture {
    let shown = &contest.board[..n];
    let mut rows = vec!["    team             public".to_string()];
    if private {
        rows[0] += "   cats found   false alarms";
        rows.insert(0, format!("{:27}   ------ in private ------", ""));
    }
    let mut sentences = Vec::new();
    for (place, entry) in (1..).zip(shown) {
        let (team, score) = (entry.team.name(), per_cent(entry.now().public));
        let Confusion { found, alarms, .. } = entry.private.counts;
        let mut row = format!("{place:2}  {team:<15} {score:>7}");
        let mut sentence = format!("{place}. {team}: {score}");
        if private {
            row += &format!("    {found:2} of {CATS}            {alarms:3}");
            sentence += &format!(", found {found} of {CATS}, {}", false_alarms(alarms));
        }
        rows.push(row);
        sentences.push(sentence);
    }
    let what =
        if private { "with cats found and false alarms on the private photographs" } else { "as announced" };
    let metric = metric_name(contest.knobs.metric);
    let described = format!("The leaderboard by {metric}, {what}. {}.", sentences.join(". "));
    Picture { rows, described }
}

fn answers(entry: &Entry) -> Picture {
    let whose = format!("{} on the private photographs", entry.team.name());
    confusion(&entry.private.counts, "says", &whose)
}

fn confusion(counts: &Confusion, verb: &str, whose: &str) -> Picture {
    let Confusion { found, alarms, missed, quiet } = *counts;
    let [cat, no_cat] = ["CAT", "NO CAT"].map(|label| format!("{verb} {label}"));
    let width = no_cat.len();
    Picture {
        rows: vec![
            format!(" {:width$}     she is there   she is not", ""),
            format!(" {cat:width$} {found:>16} {alarms:>12}"),
            format!(" {no_cat:width$} {missed:>16} {quiet:>12}"),
        ],
        described: format!(
            "{whose}. Where she is: {verb} CAT {found} times, NO CAT {missed} times. \
             Where she is not: {verb} CAT {alarms} times, NO CAT {quiet} times."
        ),
    }
}

/// Two curves over the winner's submissions, on one scale.
fn climb(contest: &Contest) -> Picture {
    let winner = contest.winner();
    let columns = CURVE.min(contest.knobs.submissions as usize);
    // The step that stood on the board at the end of each column's share of submissions.
    let steps: Vec<_> = (0..columns)
        .map(|column| {
            let until = ((column + 1) * contest.knobs.submissions as usize / columns) as u32;
            let standing = winner.steps.iter().take_while(|step| step.submission <= until);
            standing.last().copied().unwrap_or(winner.first())
        })
        .collect();
    let both = || steps.iter().flat_map(|step| [step.public, step.private]);
    let (least, most) = both().fold((1.0f64, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
    let curve = |of: fn(&super::board::Step) -> f64| -> String {
        let bar = |x: f64| {
            let range = if most > least { most - least } else { 1.0 };
            ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][((x - least) / range * 7.0 + 0.5) as usize]
        };
        steps.iter().map(|step| bar(of(step))).collect()
    };
    let (first, now) = (winner.first(), winner.now());
    Picture {
        rows: vec![
            format!("public  {} {}", curve(|step| step.public), per_cent(now.public)),
            format!("private {} {}", curve(|step| step.private), per_cent(now.private)),
        ],
        described: format!(
            "{}: the public score went from {} to {}, the private score from {} to {}, over {}.",
            winner.team.name(),
            per_cent(first.public),
            per_cent(now.public),
            per_cent(first.private),
            per_cent(now.private),
            match contest.knobs.submissions {
                1 => "one submission".to_string(),
                n => format!("{n} submissions"),
            },
        ),
    }
}

fn photo_cat(gold: &[Photograph]) -> Picture {
    example(gold, |photograph| photograph.cat, "She is on this photograph.")
}

fn photo_squirrel(gold: &[Photograph]) -> Picture {
    let truth = "She is not on this photograph; there is a squirrel.";
    example(gold, |photograph| photograph.squirrel, truth)
}

/// The first such gold photograph.
fn example(gold: &[Photograph], such: fn(&Photograph) -> bool, truth: &str) -> Picture {
    let Some(photograph) = gold.iter().find(|photograph| such(photograph)) else {
        return Picture::default();
    };
    let picture = photograph.picture();
    let described = format!("{truth} Taken in {}. {}", photograph.season.name(), picture.described);
    Picture { described, ..picture }
}

/// The photograph with brackets around its brightest block.
fn look_here(contest: &Contest, winner: &Entry) -> Picture {
    let alarm = contest.private.iter().zip(&winner.private.says).find(|&(_, &says)| says);
    let Some((photograph, _)) = alarm else {
        let described = format!("{} says CAT to no photograph.", winner.team.name());
        return Picture { rows: vec!["(no alarm)".to_string()], described };
    };
    let mut picture = photograph.picture();
    let block = photograph.brightest_block();
    let (x, y) = (2 * (block % WIDTH), block / WIDTH);
    for row in &mut picture.rows[y..y + 2] {
        let mut characters: Vec<char> = format!("{row:width$}", width = 2 * WIDTH).chars().collect();
        if let Some(left) = x.checked_sub(1) {
            characters[left] = '[';
        }
        if let Some(right) = characters.get_mut(x + 4) {
            *right = ']';
        }
        *row = characters.into_iter().collect::<String>().trim_end().to_string();
    }
    picture.described = format!("{} says CAT and points at: {}", winner.team.name(), picture.described);
    picture
}

/// As on the board: one decimal.
fn per_cent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn false_alarms(n: u32) -> String {
    match n {
        0 => "no false alarm".to_string(),
        1 => "1 false alarm".to_string(),
        n => format!("{n} false alarms"),
    }
}

fn metric_name(metric: Metric) -> &'static str {
    match metric {
        Metric::Accuracy => "accuracy",
        Metric::Balanced => "balanced accuracy",
        Metric::F1 => "F1",
        Metric::Recall => "recall",
    }
}
