//! Proof: every state of a story is explored, and what holds of all of them is said.
//!
//! [`prove`] explores control ([`explore`]), decides verdicts and claims on the graph that is kept,
//! and solves the odds of the endings. The world may answer whatever is possible, so what must never
//! happen is proved for it too; what can happen is *allowed*, not promised: [`shown`] looks for games in
//! which it really does, [`cover`] for games that show every paragraph. But for that no experiment is run, and nothing is read or written here.

mod chain;
mod claims;
mod components;
mod course;
pub mod cover;
mod examples;
pub mod explore;
mod follow;
pub mod graph;
pub mod odds;
pub mod pack;
mod pages;
mod program;
mod questions;
pub mod reading;
pub mod shown;
mod slices;
mod table;
mod texts;
pub mod turns;
mod verdicts;
mod visits;
mod what_if;
mod witnesses;

use crate::engine::Move;
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{Go, Part, SceneId, Segment, Story, Text, Way};
pub use claims::Tally;
use components::Components;
use course::Steps;
pub use course::{Course, Phase};
pub use examples::EXAMPLES;
use explore::Later;
pub use explore::{Budget, Ended, Progress};
use graph::{Graph, Node, Reversed};
use odds::{Longest, Odds, Weights};
use pack::{Control, Reduce};
use std::sync::atomic::AtomicBool;
pub use texts::TextBudget;
pub use verdicts::Reached;
pub use what_if::{what_if, what_if_until};

/// How to prove.
pub struct Options<'o> {
    /// How far to go.
    pub budget: Budget,
    /// How many threads; the report is the same at any number.
    pub threads: usize,
    /// How states are made small.
    pub reduce: Reduce,
    /// How far questions about texts are followed; `None` leaves them out.
    pub texts: Option<TextBudget>,
    /// How the world answers, for odds.
    pub weights: Weights,
    /// Set to stop, which it then does in a moment, whatever it is busy with.
    pub stop: &'o AtomicBool,
    /// Told now and then what it is busy with, and how far it has come.
    pub progress: &'o (dyn Fn(Phase) + Sync),
}

/// What was found out about a story.
#[derive(Debug)]
pub struct Proof {
    /// All complaints, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// What is reached.
    pub reached: Reached,
    /// The first state of each ending.
    pub endings: Vec<Option<Node>>,
    /// The random player's odds; `None` where not every state was looked at.
    pub odds: Option<Odds>,
    /// The longest game; `None` where not every state was looked at.
    pub longest: Option<Longest>,
    /// What became of the claims.
    pub claims: Tally,
    /// Pairs of a state and a value of the facts that a text asks for, of all that were followed; a state may have many.
    pub pairs: u64,
    /// What was not finished, after states were looked at, since somebody asked to stop.
    pub cut: Vec<Phase>,
    /// The story's control.
    pub control: Control,
    /// Its states and moves.
    pub graph: Graph,
    reversed: Reversed,
    components: Components,
    /// From which states an ending can be reached.
    ends: Vec<bool>,
    /// The probability of each move of the graph.
    chances: Vec<f64>,
    /// How many witnesses may still be given.
    allowance: witnesses::Allowance,
}

impl Proof {
    /// Whether every state was looked at, and all that is said of them was decided; else nothing is claimed
    /// of the rest.
    pub fn is_complete(&self) -> bool {
        self.graph.ended == Ended::Complete && self.cut.is_empty()
    }

    /// Whether all was decided besides: every part of a text, every claim, and the odds. What was not is told.
    pub fn is_decided(&self) -> bool {
        let open = |told: &Diagnostic| told.code == Code::NotDecided;
        self.is_complete()
            && !self.diagnostics.iter().any(open)
            && self.odds.as_ref().is_none_or(Odds::is_settled)
    }

    /// The odds, where they are settled.
    pub fn settled_odds(&self) -> Option<&Odds> {
        self.odds.as_ref().filter(|odds| odds.is_settled())
    }

    /// Bytes held while texts are looked at and odds solved.
    fn bytes(&self) -> usize {
        self.graph.held() + self.graph.bytes_of(ORDERED) + SOLVING * self.graph.len()
    }

    /// The scene of a state.
    pub fn scene(&self, node: Node) -> SceneId {
        SceneId(self.control.story.layout.scene.get(self.graph.key(node)))
    }

    /// A list of moves as it is shown: ids of choices, and answers as `crowd: GoodDetector`.
    pub fn names(&self, story: &Story, path: &[(Node, Move)]) -> Vec<String> {
        path.iter().map(|(node, by)| self.name(story, *node, *by)).collect()
    }

    fn name(&self, story: &Story, node: Node, by: Move) -> String {
        let named = |of: &str, names: &[&str], outcome: u8| {
            format!("{of}: {}", names.get(usize::from(outcome)).copied().unwrap_or("?"))
        };
        match (by, &story.scene(self.scene(node)).way) {
            (Move::Choose(choice), _) => story.str(story.choice(choice).id).to_owned(),
            (Move::World(outcome), Way::Lab { lab, .. }) => {
                let names: Vec<&str> = lab.signature().outcomes.iter().map(|outcome| outcome.name).collect();
                named(lab.signature().name, &names, outcome)
            }
            (Move::World(outcome), Way::Exercise { kind, .. }) => {
                named(kind.name(), kind.outcomes(), outcome)
            }
            (Move::World(_) | Move::Type, _) => String::new(),
        }
    }
}

/// What is worked out on the graph before anything is decided.
#[derive(Default)]
struct Ordered {
    reversed: Reversed,
    components: Components,
    /// From which states an ending can be reached.
    ends: Vec<bool>,
    /// The probability of each move.
    chances: Vec<f64>,
}

impl Ordered {
    /// `None` where somebody asked to stop.
    fn of(control: &Control, graph: &Graph, weights: &Weights, course: &Course) -> Option<Ordered> {
        let going = || (!course.is_stopped()).then_some(());
        course.tell(Phase::Graph);
        going()?;
        let reversed = graph.reversed(course)?;
        let components = Components::new(graph, course)?;
        let is_end = |node: &Node| {
            let scene = SceneId(control.story.layout.scene.get(graph.key(*node)));
            matches!(control.story.scene(scene).way, Way::Ending(_))
        };
        let ends = reversed.sweep(graph.nodes().filter(is_end));
        going()?;
        let chances = weights.chances(&control.story, graph, course)?;
        Some(Ordered { reversed, components, ends, chances })
    }
}

/// States and moves together that are judged in about a second; and steps that take as long.
const SOON: usize = 1 << 25;
const SOON_STEPS: usize = 1 << 27;
/// What is worked out on the graph, for each state: what is put in order and kept (17), with what that takes for
/// a while (20); then the odds or the longest game (13) while claims are decided, or traps looked for (12). For
/// each move: where it comes from (4), and its chance (8).
const ORDERED: Later = Later { state: 17, edge: 12 };
const ORDERING: usize = 20;
const SOLVING: usize = 13;
const JUDGING: usize = 12;

/// Bytes that deciding any of the claims takes for each state.
fn claims_bytes(story: &Story) -> usize {
    story.claims.iter().map(|claim| claims::bytes(&claim.promise)).max().unwrap_or(0)
}

fn later(story: &Story) -> Later {
    let more = ORDERING.max(SOLVING + claims_bytes(story).max(JUDGING));
    Later { state: ORDERED.state + more, ..ORDERED }
}

/// Proves a story.
pub fn prove(story: &Story, options: Options<'_>) -> Proof {
    let course = Course { stop: options.stop, progress: options.progress };
    let control = Control::of(story, options.reduce);
    let mut exploring = |now: Progress| course.tell(Phase::States(now));
    let later = later(story);
    let graph =
        explore::explore(&control, options.budget, later, options.threads, options.stop, &mut exploring);
    // Who stops the search wants to know what it has found: that is judged if it takes no more than a moment.
    let (go_on, is_soon) = (AtomicBool::new(false), graph.len() + graph.transitions() <= SOON);
    let is_stopped = graph.ended == Ended::Interrupted && is_soon;
    let judging = if is_stopped { Course { stop: &go_on, ..course } } else { course };
    let steps = if is_stopped { options.budget.steps.min(SOON_STEPS) } else { options.budget.steps };
    let endings = odds::endings(&control, &graph);
    let ordered = Ordered::of(&control, &graph, &options.weights, &judging);
    let was_ordered = ordered.is_some();
    let Ordered { reversed, components, ends, chances } = ordered.unwrap_or_default();
    let mut proof = Proof {
        diagnostics: check(story),
        reached: Reached::default(),
        endings,
        odds: None,
        longest: None,
        claims: Tally::default(),
        pairs: 0,
        cut: Vec::new(),
        control,
        graph,
        reversed,
        components,
        ends,
        chances,
        allowance: witnesses::Allowance::default(),
    };
    proof.reached = verdicts::reached(story, &proof);
    if !was_ordered {
        proof.cut.push(Phase::Graph);
    }
    let whole = proof.is_complete() && !proof.graph.is_empty();
    let check = || {
        let mut pairs = 0;
        let left = options.budget.bytes.saturating_sub(proof.bytes());
        let deciding = claims_bytes(story) * proof.graph.len();
        let mut found = verdicts::check(story, &proof, (steps, left.saturating_sub(deciding)), &judging);
        let judged = was_ordered && found.cut.is_none() && !proof.graph.is_empty();
        if let Some(budget) = options.texts.filter(|_| judged) {
            let answered = texts::check(story, &proof, budget, (steps, left), options.threads, &course);
            found.found.extend(answered.diagnostics);
            found.cut = answered.cut;
            pairs = answered.pairs;
        }
        (found, pairs)
    };
    let coverage = options.weights.coverage();
    let solve = || {
        whole.then(|| -> Result<(Odds, Longest), Phase> {
            let odds = odds::solve(&proof, coverage, options.budget.steps, &course)?;
            Ok((odds, odds::longest(&proof, &course).ok_or(Phase::Longest)?))
        })
    };
    let ((mut found, pairs), solved) =
        if options.threads < 2 { (check(), solve()) } else { both(check, solve) };
    proof.cut.extend(found.cut);
    proof.claims = found.claims;
    proof.pairs = pairs;
    match solved.transpose() {
        Ok(solved) => (proof.odds, proof.longest) = solved.unzip(),
        Err(cut) => proof.cut.push(cut),
    }
    proof.diagnostics.append(&mut found.found);
    proof.diagnostics.sort_by(|a, b| a.span.cmp(&b.span).then(a.code.cmp(&b.code)));
    proof.diagnostics.dedup();
    proof
}

/// Does two things at once.
fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        match other.join() {
            Ok(other) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// For each scene whether no arrow leads to it.
fn unreached(story: &Story) -> Vec<bool> {
    reached(story).into_iter().map(|reached| !reached).collect()
}

/// Complaints about what no arrow of the graph leads to. Conditions are not looked at, so a scene that is
/// not complained of may still never be reached.
pub fn check(story: &Story) -> Vec<Diagnostic> {
    let reached = reached(story);
    let mut found = Vec::new();
    for (scene, reached) in story.scenes.iter().zip(&reached) {
        if !reached {
            found.push(
                Diagnostic::new(
                    Code::UnreachableScene,
                    scene.span,
                    format!("no choice, arm or event leads to `{}`", story.str(scene.name)),
                )
                .help("let something lead there, or delete it"),
            );
        }
    }
    let led_to = endings_led_to(story, reached.iter().copied());
    for (i, ending) in story.endings.iter().enumerate() {
        if !led_to[i] {
            found.push(
                Diagnostic::new(
                    Code::UnreachableEnding,
                    ending.span,
                    format!("no scene that can be reached ends in `{}`", story.str(ending.name)),
                )
                .help(format!("give a scene `ending: \"{}\"`", story.str(ending.name))),
            );
        }
    }
    found
}

/// For each ending whether one of these scenes ends so.
fn endings_led_to(story: &Story, of: impl Iterator<Item = bool>) -> Vec<bool> {
    let mut led_to = vec![false; story.endings.len()];
    for (scene, counts) in story.scenes.iter().zip(of) {
        if let Way::Ending(id) = scene.way {
            led_to[id.index()] |= counts;
        }
    }
    led_to
}

/// Whether some arrow leads to each scene.
fn reached(story: &Story) -> Vec<bool> {
    let mut reached = vec![false; story.scenes.len()];
    let mut todo = vec![story.start];
    todo.extend(story.events.iter().map(|event| event.visit));
    for scene in &todo {
        reached[scene.index()] = true;
    }
    while let Some(scene) = todo.pop() {
        crate::story::ways(story, scene, |go| {
            if let Go::To(next) | Go::Visit(next) = go
                && !std::mem::replace(&mut reached[next.index()], true)
            {
                todo.push(next);
            }
        });
    }
    reached
}

/// Words of prose, labels and notebook; of a value in prose, its texts count and the value itself does not.
pub fn words(story: &Story) -> usize {
    let mut count = 0;
    for i in 0..story.scenes.len() as u32 {
        count += words_of(story, story.scene(SceneId(i)).text);
    }
    for choice in &story.choices {
        count += words_of(story, choice.label) + words_of(story, choice.reply);
    }
    for page in &story.pages {
        count += words_of(story, page.text) + words_of(story, page.here);
    }
    count + words_of(story, story.card) + words_of(story, story.credits)
}

/// Words of a text, all of its variants.
fn words_of(story: &Story, text: Text) -> usize {
    let in_str = |text: &str| text.split_whitespace().count();
    story
        .parts(text)
        .iter()
        .map(|part| match part {
            Part::Paragraph { segments, .. } => story
                .segments(*segments)
                .iter()
                .map(|segment| match segment {
                    Segment::Literal(text) => in_str(story.str(*text)),
                    Segment::Either(_, a, b) | Segment::Plural(_, a, b) => {
                        in_str(story.str(*a)) + in_str(story.str(*b))
                    }
                    Segment::Each(_, texts) => texts.iter().map(|text| in_str(story.str(*text))).sum(),
                    Segment::Fact(..) | Segment::Figure(..) => 0,
                })
                .sum(),
            Part::When { text, otherwise, .. } => words_of(story, *text) + words_of(story, *otherwise),
            Part::OneOf { variants, .. } => {
                story.variants(*variants).iter().map(|text| words_of(story, *text)).sum()
            }
            Part::Picture { .. } | Part::LabPicture { .. } => 0,
        })
        .sum()
}
