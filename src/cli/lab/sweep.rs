//! Many runs: how far they have got, and a table with bars of what came of them.

use super::flags::{Form, Order, Sweep};
use super::report::{by_hand, hands_json, knobs, setting_json, unit_name, written};
use crate::labs::sweep::{Case, Tally, tally, wilson};
use crate::labs::{Unit, VERSION, Value};
use crate::shell::render;
use crate::shell::terminal::{Style, redraws_on_stderr};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A bar on standard error, for who waits at a terminal longer than a second.
#[derive(Debug)]
pub struct Progress {
    wanted: bool,
    since: Instant,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

/// How long nobody minds to wait.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// A bar, if standard error is a terminal and may be drawn on.
    pub fn on_stderr() -> Progress {
        Progress {
            wanted: redraws_on_stderr(),
            since: Instant::now(),
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// One run of so many is done. Called from any thread.
    pub fn tick(&self, all: u64) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.wanted && self.since.elapsed() > PATIENCE {
            self.bar.get_or_init(|| bar(all)).set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(all: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos} of {len} runs, {eta} to go") {
        Ok(style) => bar.with_style(style.progress_chars("█▉▊▋▌▍▎▏ ")),
        Err(_) => bar,
    }
}

/// What came of a sweep: a tally for each value of the knob, or one.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// What was asked for.
    pub sweep: Sweep,
    /// By value of the knob.
    pub tallies: Vec<Tally>,
}

/// Runs a sweep.
pub fn run(order: &Order, sweep: Sweep, threads: NonZero<usize>, progress: &Progress) -> Swept {
    let cases = cases(order, sweep);
    let all = cases.len() as u64 * u64::from(sweep.seeds);
    let tallies = tally(&cases, order.seeds(sweep), &order.figures, threads, || progress.tick(all));
    progress.clear();
    Swept { sweep, tallies }
}

/// The same without a bar, for tests.
pub fn table(order: &Order, threads: NonZero<usize>) -> Option<Swept> {
    let progress = Progress { wanted: false, ..Progress::on_stderr() };
    order.sweep.map(|sweep| run(order, sweep, threads, &progress))
}

fn cases(order: &Order, sweep: Sweep) -> Vec<Case> {
    let Some(knob) = sweep.knob else { return vec![order.case.clone()] };
    let values = 0..order.case.lab.signature().knobs[knob].values.len();
    let turned = values.map(|value| {
        let mut case = order.case.clone();
        case.setting.0[knob] = value as u8;
        case
    });
    turned.collect()
}

/// A sweep in the form that was asked for.
pub fn print(order: &Order, swept: &Swept, style: Style) -> String {
    match order.form {
        Form::Text => text(order, swept, style),
        Form::Json => format!("{}\n", as_json(order, swept)),
        Form::Csv => csv(order, swept),
    }
}

/// What a tally is of: a value of the knob, or nothing in particular.
fn values(order: &Order, swept: &Swept) -> Vec<&'static str> {
    match swept.sweep.knob {
        Some(knob) => order.case.lab.signature().knobs[knob].values.to_vec(),
        None => vec![""],
    }
}

/// Columns of a bar.
const BAR: usize = 8;

fn text(order: &Order, swept: &Swept, style: Style) -> String {
    let signature = order.case.lab.signature();
    let Sweep { knob, seeds } = swept.sweep;
    let title = knob.map_or("", |knob| signature.knobs[knob].name);
    let mut out = String::new();
    let from = order.seed;
    let last = order.seeds(swept.sweep).nth(seeds - 1);
    let what =
        if title.is_empty() { signature.name.to_owned() } else { format!("{} by {title}", signature.name) };
    let runs = match seeds {
        1 => format!("seed {from}"),
        _ => format!("seeds {from} to {last}"),
    };
    render::head(&what, &runs, style, &mut out);
    render::wrap(&format!("{}.", knobs(order, knob)), "", "", style.width, &mut out);
    let hands = by_hand(order);
    if !hands.is_empty() {
        render::wrap(&hands, "", "", style.width, &mut out);
    }
    out.push('\n');
    let values = values(order, swept);
    let left = values.iter().map(|value| value.len()).chain([title.len()]).max().unwrap_or(0);
    let outcomes = signature.outcomes.iter().map(|named| named.name.len()).max().unwrap_or(0).max(7);
    let count = seeds.to_string().len().max(4);
    // The gaps, the share, its interval, and a seed of five digits.
    let bars = !style.plain && left + outcomes + count + BAR + 37 <= style.width;
    let bar_title = if bars { format!("{:BAR$}  ", "") } else { String::new() };
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(format!(
        "{title:<left$}  {:<outcomes$}  {:>count$} {:>7}  {:<14}  {bar_title}first",
        "outcome", "runs", "share", "95 % interval"
    ));
    for (value, tally) in values.iter().zip(&swept.tallies) {
        let mut value = *value;
        for (at, &hits) in tally.counts.iter().enumerate().filter(|&(_, &hits)| hits > 0) {
            let (low, high) = wilson(hits, seeds);
            let share = f64::from(hits) / f64::from(seeds);
            let bar = if bars { format!("{:<BAR$}  ", drawn_bar(share)) } else { String::new() };
            line(format!(
                "{value:<left$}  {:<outcomes$}  {hits:>count$} {:>5.1} %  {:>5.1} to {:>5.1}  {bar}{}",
                signature.outcomes[at].name,
                100.0 * share,
                100.0 * low,
                100.0 * high,
                tally.first[at].map_or(String::new(), |seed| seed.to_string()),
            ));
            value = "";
        }
    }
    if !order.figures.is_empty() {
        let names =
            order.figures.iter().map(|&at| signature.figures[at].name.len()).max().unwrap_or(0).max(6);
        line(String::new());
        line(format!("{title:<left$}  {:<names$}  {:>11} {:>11} {:>11}", "figure", "5 %", "50 %", "95 %"));
        for (value, tally) in values.iter().zip(&swept.tallies) {
            let mut value = *value;
            for (&at, spread) in order.figures.iter().zip(&tally.figures) {
                let spec = &signature.figures[at];
                let [low, middle, high] = spread.map(|x| {
                    let exact = if x.fract() == 0.0 && matches!(spec.unit, Unit::Count | Unit::Moves) {
                        Value::Whole(x as i64)
                    } else {
                        Value::Real(x)
                    };
                    written(exact, spec.unit)
                });
                line(format!(
                    "{value:<left$}  {:<names$}  {:>11} {:>11} {:>11} {}",
                    spec.name, low.0, middle.0, high.0, middle.1
                ));
                value = "";
            }
        }
    }
    out
}

/// A share in eighths of a column, rounded; something of everything that occurred.
fn drawn_bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = ((share * (8 * BAR) as f64).round() as usize).max(1);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn as_json(order: &Order, swept: &Swept) -> serde_json::Value {
    let signature = order.case.lab.signature();
    let seeds = swept.sweep.seeds;
    let rows: Vec<serde_json::Value> = values(order, swept)
        .iter()
        .zip(&swept.tallies)
        .map(|(value, tally)| {
            let outcomes = signature.outcomes.iter().enumerate().map(|(at, named)| {
                let count = tally.counts[at];
                let (low, high) = wilson(count, seeds);
                json!({
                    "name": named.name,
                    "count": count,
                    "share": f64::from(count) / f64::from(seeds),
                    "low": low,
                    "high": high,
                    "first_seed": tally.first[at],
                })
            });
            let figures = order.figures.iter().zip(&tally.figures).map(|(&at, spread)| {
                let spec = &signature.figures[at];
                json!({"name": spec.name, "unit": unit_name(spec.unit), "p5": spread[0], "p50": spread[1], "p95": spread[2]})
            });
            json!({
                "value": swept.sweep.knob.map(|_| value),
                "outcomes": outcomes.collect::<Vec<_>>(),
                "figures": figures.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "schema": 1,
        "labs_version": VERSION,
        "lab": signature.name,
        "sweep": swept.sweep.knob.map(|knob| signature.knobs[knob].name),
        "from": order.seed,
        "seeds": seeds,
        "setting": setting_json(order),
        "by_hand": hands_json(order),
        "rows": rows,
    })
}

fn csv(order: &Order, swept: &Swept) -> String {
    let signature = order.case.lab.signature();
    let seeds = swept.sweep.seeds;
    let knob = swept.sweep.knob.map_or("none", |knob| signature.knobs[knob].name);
    let mut out = "lab,knob,value,outcome,count,runs,share,low,high,first_seed\n".to_owned();
    for (value, tally) in values(order, swept).iter().zip(&swept.tallies) {
        for (named, (&count, first)) in signature.outcomes.iter().zip(tally.counts.iter().zip(&tally.first)) {
            let (low, high) = wilson(count, seeds);
            let share = f64::from(count) / f64::from(seeds);
            let first = first.map_or(String::new(), |seed| seed.to_string());
            out.push_str(&format!(
                "{},{knob},{value},{},{count},{seeds},{share},{low},{high},{first}\n",
                signature.name, named.name
            ));
        }
    }
    out
}
