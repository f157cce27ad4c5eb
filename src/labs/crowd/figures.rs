//! What the prose may say about a contest, in numbers. One table holds name, unit, meaning and
//! computation of each figure, so that none can drift from its description.

use super::board::Entry;
use super::metric::Confusion;
use super::photographs::{CATS, PHOTOGRAPHS, Photograph};
use super::teams::Team;
use super::workers::{Kind, WORKERS};
use super::{Contest, Wage};
use crate::labs::{FigureSpec, Unit, Value};

macro_rules! figures {
    ($($name:literal $unit:ident $about:literal $of:expr;)*) => {
        /// The figures of the signature.
        pub const FIGURES: &[FigureSpec] =
            &[$(FigureSpec { name: $name, unit: Unit::$unit, about: $about }),*];

        /// A value for each of [`FIGURES`], in their order.
        pub fn measure(contest: &Contest) -> Vec<Value> {
            let measures: &[fn(&Contest) -> Value] = &[$($of),*];
            measures.iter().map(|measure| measure(contest)).collect()
        }
    };
}

figures! {
    // The winner on the board.
    "winner" Name "Team with the best public score; of equals the earlier registered."
        |c| name(c.winner().team);
    "winner_number" Count "The winner's place in the order of registration, 1 to 10."
        |c| count(c.winner().team.index() + 1);
    "score" Share "The winner's public score by the metric agreed on."
        |c| Value::Real(c.winner().now().public);
    "private_score" Share "The winner's private score by the metric agreed on."
        |c| Value::Real(c.winner().now().private);
    "accuracy" Share "Share of the public photographs that the winner answers rightly."
        |c| Value::Real(c.winner().public.counts.accuracy());
    "private_accuracy" Share "Share of the private photographs that the winner answers rightly."
        |c| Value::Real(private(c).accuracy());
    "baseline" Share "Share of the photographs of each set that always saying NO CAT answers rightly."
        |_| baseline();

    // The winner's private confusion matrix.
    "photographs" Count "Photographs in each of the three sets."
        |_| count(PHOTOGRAPHS);
    "cats" Count "Photographs of each set on which she is."
        |_| count(CATS);
    "empties" Count "Photographs of each set on which she is not."
        |_| count(PHOTOGRAPHS - CATS);
    "hidden" Count "Private photographs on which she is, but behind leaves."
        |c| count(c.private.iter().filter(|photograph| photograph.hidden).count());
    "found" Count "Private photographs on which she is and the winner says CAT."
        |c| count(private(c).found);
    "missed" Count "Private photographs on which she is and the winner says NO CAT."
        |c| count(private(c).missed);
    "alarms" Count "Private photographs on which she is not and the winner says CAT."
        |c| count(private(c).alarms);
    "says_cat" Count "Private photographs on which the winner says CAT, rightly or not."
        |c| count(private(c).found + private(c).alarms);
    "alarms_bag" Count "The winner's private false alarms with a carrier bag in view."
        |c| alarms(c, |photograph| photograph.bag);
    "alarms_squirrel" Count "The winner's private false alarms with a squirrel and no bag in view."
        |c| alarms(c, |photograph| photograph.squirrel && !photograph.bag);
    "alarms_empty" Count "The winner's private false alarms with neither bag nor squirrel in view."
        |c| alarms(c, |photograph| !photograph.squirrel && !photograph.bag);
    "precision" Share "Share of the winner's private alarms on which she is; 0 without an alarm."
        |c| Value::Real(private(c).precision());
    "recall" Share "Share of the private photographs of her that the winner finds."
        |c| Value::Real(private(c).recall());
    "balanced" Share "The winner's private balanced accuracy, the mean of recall and specificity."
        |c| Value::Real(private(c).balanced());
    "price" Count "The winner's private false alarms for each cat it finds, (1 − p) / p of its precision p, rounded; 0 if it finds none."
        |c| price(private(c));

    // Others on the same board.
    "second" Name "Team in second place on the board."
        |c| name(c.board[1].team);
    "second_score" Share "Public score of the second by the metric agreed on."
        |c| Value::Real(c.board[1].now().public);
    "last" Name "Team in the last place on the board."
        |c| name(c.board[c.board.len() - 1].team);
    "alchemist_place" Count "Place of TheAlchemist, who looks at no photograph, on the board, 1 to 10."
        |c| place(c, Team::TheAlchemist);
    "best_team" Name "Team with the best public balanced accuracy on the same board; of equals the earlier registered."
        |c| name(best(c).team);
    "best_place" Count "Place on the board of the team with the best public balanced accuracy, 1 to 10."
        |c| count(c.best_place() + 1);
    "best_accuracy" Share "Public accuracy of the team with the best public balanced accuracy."
        |c| Value::Real(best(c).public.counts.accuracy());
    "best_balanced" Share "Private balanced accuracy of the team with the best public balanced accuracy."
        |c| Value::Real(best(c).private.counts.balanced());
    "best_found" Count "Private photographs of her on which the team with the best public balanced accuracy says CAT."
        |c| count(best(c).private.counts.found);
    "best_missed" Count "Private photographs of her on which the team with the best public balanced accuracy says NO CAT."
        |c| count(best(c).private.counts.missed);
    "best_alarms" Count "Private false alarms of the team with the best public balanced accuracy."
        |c| count(best(c).private.counts.alarms);
    "best_precision" Share "Share of that team's private alarms on which she is; 0 without an alarm."
        |c| Value::Real(best(c).private.counts.precision());
    "best_recall" Share "Share of the private photographs of her that that team finds."
        |c| Value::Real(best(c).private.counts.recall());
    "best_price" Count "That team's private false alarms for each cat it finds, rounded; 0 if it finds none."
        |c| price(&best(c).private.counts);
    "old_winner" Name "Team that wins by plain accuracy on the same labels with one submission each."
        |c| name(c.by_accuracy.team);
    "old_accuracy" Share "Public accuracy of the winner by plain accuracy."
        |c| Value::Real(c.by_accuracy.public.counts.accuracy());
    "old_found" Count "Private photographs of her that the winner by plain accuracy finds."
        |c| count(c.by_accuracy.private.counts.found);
    "old_balanced" Share "Private balanced accuracy of the winner by plain accuracy."
        |c| Value::Real(c.by_accuracy.private.counts.balanced());
    "old_place" Count "Place on this board of the team that wins by plain accuracy, 1 to 10."
        |c| place(c, c.by_accuracy.team);

    // Submitting until the number goes up.
    "submissions" Count "Submissions of each team."
        |c| count(c.knobs.submissions);
    "submissions_all" Count "Submissions of all ten teams together."
        |c| count(c.knobs.submissions * Team::ALL.len() as u32);
    "exceptions" Count "Further submissions of the winner that the board showed."
        |c| count(c.winner().steps.len() - 1);
    "first_score" Share "Public score of the winner's first submission, by the metric."
        |c| Value::Real(c.winner().first().public);
    "first_private" Share "Private score of the winner's first submission, by the metric."
        |c| Value::Real(c.winner().first().private);
    "public_rise" Share "By how much the winner's public score has risen since its first submission."
        |c| Value::Real(c.winner().now().public - c.winner().first().public);
    "private_rise" Share "By how much the winner's private score has risen since its first submission; 0 if it fell."
        |c| Value::Real((c.winner().now().private - c.winner().first().private).max(0.0));
    "private_fall" Share "By how much the winner's private score has fallen since its first submission; 0 if it rose."
        |c| Value::Real((c.winner().first().private - c.winner().now().private).max(0.0));
    "gap" Share "By how much the winner's public score exceeds its private score; 0 if it does not."
        |c| Value::Real((c.winner().now().public - c.winner().now().private).max(0.0));

    // The labels.
    "labels_asked" Count "Answers paid for: a thousand photographs times the workers who see each."
        |c| count(labels_asked(c));
    "labels_each" Count "Workers who see each photograph."
        |c| count(c.knobs.redundancy);
    "labels_found" Count "Training photographs on which she is and the crowd's label is CAT."
        |c| count(c.label_counts().found);
    "labels_missed" Count "Training photographs on which she is and the crowd's label is NO CAT."
        |c| count(c.label_counts().missed);
    "labels_alarms" Count "Training photographs on which she is not and the crowd's label is CAT."
        |c| count(c.label_counts().alarms);
    "labels_cat" Count "Training photographs whose label by the crowd is CAT, rightly or not."
        |c| count(c.label_counts().found + c.label_counts().alarms);
    "labels_accuracy" Share "Share of the crowd's labels that are right."
        |c| Value::Real(c.label_counts().accuracy());
    "labels_recall" Share "Share of the training photographs of her that the crowd labels CAT."
        |c| Value::Real(c.label_counts().recall());
    "labels_precision" Share "Share of the crowd's CAT labels on which she is; 0 without one."
        |c| Value::Real(c.label_counts().precision());
    "labels_balanced" Share "Balanced accuracy of the crowd's labels."
        |c| Value::Real(c.label_counts().balanced());
    "squirrels" Count "Training photographs of a squirrel, without her and without a bag."
        |c| count(c.training.iter().filter(|photograph| only_squirrel(photograph)).count());
    "labels_squirrel" Count "Training photographs of a squirrel, without her and without a bag, that the crowd labels CAT."
        |c| labelled_cat(c, only_squirrel);
    "labels_bag" Count "Training photographs of a carrier bag that the crowd labels CAT."
        |c| labelled_cat(c, |photograph| photograph.bag);
    "truth_balanced" Share "Private balanced accuracy of MicroSoftmax by the same metric, had it been given the truth instead of the labels."
        |c| Value::Real(c.taught_truth.private.counts.balanced());
    "truth_found" Count "Private photographs of her that MicroSoftmax finds by the same metric, had it been given the truth instead of the labels."
        |c| count(c.taught_truth.private.counts.found);

    // The workers and their pay.
    "workers" Count "Workers hired."
        |_| count(WORKERS);
    "diligent" Count "Workers hired who look and say what they see."
        |c| count(c.crowd.count(Kind::Diligent));
    "idle" Count "Workers hired who say NO CAT without looking."
        |c| count(c.crowd.count(Kind::Idle));
    "guessing" Count "Workers hired who toss a coin."
        |c| count(c.crowd.count(Kind::Random));
    "vandals" Count "Workers hired who look and say the opposite."
        |c| count(c.crowd.count(Kind::Vandal));
    "dismissed" Count "Workers dismissed since they agreed with the player on fewer than 7 of 10 gold photographs."
        |c| count(c.crowd.dismissed.iter().filter(|&&gone| gone).count());
    "dismissed_vandals" Count "Vandals among the dismissed."
        |c| dismissed(c, Kind::Vandal);
    "dismissed_diligent" Count "Diligent workers among the dismissed."
        |c| dismissed(c, Kind::Diligent);
    "gold" Count "Gold photographs that the player labelled, 10 or 0."
        |c| count(c.gold.map_or(0, |gold| gold.len()));
    "gold_agreed" Count "Gold photographs that the player labelled rightly; 0 if none were labelled."
        |c| count(gold_agreed(c));
    "gold_wrong" Count "Gold photographs that the player labelled wrongly; 0 if none were labelled."
        |c| count(c.gold.map_or(0, |gold| gold.len()) - gold_agreed(c));
    "wage" Count "Pay of one label, in cents."
        |c| count(c.knobs.wage.cents());
    "cost_cents" Count "Pay of all the labels asked, in cents."
        |c| count(c.knobs.wage.cents() * labels_asked(c));
    "cost" Count "Pay of all the labels asked, in dollars."
        |c| count(c.knobs.wage.cents() * labels_asked(c) / 100);
    "cost_million" Count "Pay at the same rate for a million photographs, in dollars."
        |c| count(c.knobs.wage.cents() * c.knobs.redundancy * 10_000);
    "cost_fair" Count "What the same labels would pay at 25 cents each, in dollars."
        |c| count(Wage::Fair.cents() * labels_asked(c) / 100);
}

/// Names of the figures that need no experiment.
pub const EARLY_FIGURES: &[&str] = &["baseline", "photographs", "cats", "empties"];

/// A value for each of [`EARLY_FIGURES`], in their order.
pub fn early() -> Vec<Value> {
    vec![baseline(), count(PHOTOGRAPHS), count(CATS), count(PHOTOGRAPHS - CATS)]
}

fn baseline() -> Value {
    Value::Real((PHOTOGRAPHS - CATS) as f64 / PHOTOGRAPHS as f64)
}

fn name(team: Team) -> Value {
    Value::Name(team.name())
}

fn count(count: impl TryInto<i64>) -> Value {
    Value::Whole(count.try_into().unwrap_or(i64::MAX))
}

fn private(contest: &Contest) -> &Confusion {
    &contest.winner().private.counts
}

fn best(contest: &Contest) -> &Entry {
    &contest.board[contest.best_place()]
}

fn place(contest: &Contest, team: Team) -> Value {
    count(contest.board.iter().take_while(|entry| entry.team != team).count() + 1)
}

fn price(counts: &Confusion) -> Value {
    let Confusion { found, alarms, .. } = *counts;
    count((2 * alarms + found).checked_div(2 * found).unwrap_or(0))
}

/// The winner's private false alarms on such photographs.
fn alarms(contest: &Contest, such: fn(&Photograph) -> bool) -> Value {
    let answers = contest.private.iter().zip(&contest.winner().private.says);
    count(answers.filter(|&(photo, &says)| says && !photo.cat && such(photo)).count())
}

/// Such training photographs that the crowd labels CAT.
fn labelled_cat(contest: &Contest, such: fn(&Photograph) -> bool) -> Value {
    let labels = contest.training.iter().zip(&contest.labels);
    count(labels.filter(|&(photo, &label)| label && such(photo)).count())
}

fn only_squirrel(photograph: &Photograph) -> bool {
    photograph.squirrel && !photograph.cat && !photograph.bag
}

fn dismissed(contest: &Contest, kind: Kind) -> Value {
    let workers = contest.crowd.workers.iter().zip(&contest.crowd.dismissed);
    count(workers.filter(|&(&worker, &gone)| gone && worker == kind).count())
}

fn labels_asked(contest: &Contest) -> u32 {
    PHOTOGRAPHS as u32 * contest.knobs.redundancy
}

fn gold_agreed(contest: &Contest) -> usize {
    let truth = contest.gold_photographs.iter().map(|photograph| photograph.cat);
    contest.gold.map_or(0, |gold| gold.into_iter().zip(truth).filter(|(own, cat)| own == cat).count())
}
