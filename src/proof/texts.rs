//! Questions about texts and ranges: is every part of a text shown by some playthrough, was every
//! figure measured before it is shown, does a fact that only prose reads stay in its range.
//!
//! A figure asked in a condition may answer either way, once it was measured. Which variant `in_turn` or `one_of` shows is
//! not looked at: every variant counts as shown where its list is. Reasons of locks are not looked at.

use super::graph::{Graph, Node, Token};
use super::slices::{self, Found, Slice, Words};
use super::{Course, Phase, Proof, pack};
use crate::engine;
use crate::labs::Lab;
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{
    ChoiceId, Condition, Effect, Effects, FactId, FactKind, Part, Quantity, SceneId, Segment, Span, Story,
    Text, Way,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How far the questions about texts are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextBudget {
    /// Most values that the facts of one question may have together, at most 16,384.
    pub values: usize,
    /// Most random walks for the questions over facts with more.
    pub walks: usize,
}

impl Default for TextBudget {
    fn default() -> TextBudget {
        TextBudget { values: slices::MOST_VALUES, walks: 100_000 }
    }
}

/// Most moves of such a walk.
const LONGEST_WALK: usize = 300;

/// Where a text is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    Scene(SceneId),
    Reply(ChoiceId),
    /// Where the choice is on offer, open or not.
    Label(ChoiceId),
    Status,
    Card,
}

enum Asks {
    /// Is this ever shown?
    Shown,
    /// Has this lab always run?
    Measured(Lab),
    /// Does this fact stay in its range?
    InRange(FactId),
}

struct Question<'s> {
    site: Site,
    path: Vec<(&'s Condition, bool)>,
    /// A flag that must be so.
    flag: Option<(FactId, bool)>,
    asks: Asks,
    span: Span,
}

/// Answers all questions about texts and ranges of a story whose control is explored; and what was cut off
/// where somebody asked to stop.
pub(super) fn check(
    story: &Story,
    proof: &Proof,
    budget: TextBudget,
    threads: usize,
    course: &Course,
) -> (Vec<Diagnostic>, Option<Phase>) {
    let graph = &proof.graph;
    let mut asked = Vec::new();
    collect(story, &mut asked);
    let all = asked.len();
    course.tell(Phase::Following(0.0));
    let labels = Labels::of(proof, &asked, course);
    let owners = slices::owners(story);
    // Questions over the same facts share a slice.
    let mut groups: BTreeMap<(Vec<bool>, bool), Vec<Question>> = BTreeMap::new();
    for question in asked {
        let mut facts = vec![false; story.facts.len()];
        for (condition, _) in &question.path {
            pack::reads(story, condition, &mut |fact| facts[fact.index()] = true);
        }
        question.flag.iter().for_each(|(fact, _)| facts[fact.index()] = true);
        if let Asks::InRange(fact) = question.asks {
            facts[fact.index()] = true;
        }
        pack::close(story, &mut facts);
        let asks_figure = question.path.iter().any(|(condition, _)| reads_figure(condition));
        let labs = asks_figure || matches!(question.asks, Asks::Measured(_));
        groups.entry((facts, labs)).or_default().push(question);
    }
    let slices: Vec<Slice> = groups
        .keys()
        .take_while(|_| !course.is_stopped())
        .map(|(facts, labs)| {
            let ids = (0..facts.len()).filter(|i| facts[*i]).map(|i| FactId(i as u32));
            Slice::of(story, graph, &owners, ids, *labs, budget.values)
        })
        .collect();
    let scene_of = |node: Node| SceneId(proof.control.story.layout.scene.get(graph.key(node)));
    let (scenes, offered) = (story.scenes.len(), &labels.offered);
    let found =
        slices::propagate(graph, &proof.components, &scene_of, scenes, offered, &slices, threads, course);
    let found = match found {
        Ok(found) => found,
        Err(cut) => return (Vec::new(), Some(cut)),
    };
    let places = Places::of(story, graph, &owners);
    let (mut complaints, mut done) = (Vec::new(), 0);
    for ((slice, found), questions) in slices.iter().zip(&found).zip(groups.values()) {
        let teller =
            Teller { story, proof, slice, places: &places, labels: &labels, owners: &owners, course };
        course.tell(Phase::Texts(done, all));
        let Some(found) = found else {
            let seen = teller.walk(questions, budget.walks);
            if course.is_stopped() {
                return (complaints, Some(Phase::Texts(done, all)));
            }
            done += questions.len();
            for (question, _) in questions.iter().zip(seen).filter(|(_, seen)| !seen) {
                complaints.push(
                    Diagnostic::new(Code::NotDecided, question.span, "this takes too many values to follow")
                        .help("let fewer facts, or smaller ones, decide it"),
                );
            }
            continue;
        };
        for question in questions {
            complaints.extend(teller.answer(question, found));
            if course.is_stopped() {
                return (complaints, Some(Phase::Texts(done, all)));
            }
            done += 1;
        }
    }
    course.tell(Phase::Texts(all, all));
    (complaints, None)
}

/// Where in the scripts texts are told.
pub(super) struct Places {
    /// For each automatic scene, the scripts that pass it, and how far they have got then.
    pub(super) passed: HashMap<SceneId, Vec<(u32, usize)>>,
    /// For each choice, the scripts that begin with it.
    pub(super) chosen: HashMap<ChoiceId, Vec<u32>>,
}

impl Places {
    pub(super) fn of(story: &Story, graph: &Graph, owners: &[SceneId]) -> Places {
        let mut places = Places { passed: HashMap::new(), chosen: HashMap::new() };
        for (i, script) in graph.scripts.iter().enumerate() {
            for (at, token) in script.iter().enumerate() {
                match token {
                    Token::Choose(choice) => places.chosen.entry(*choice).or_default().push(i as u32),
                    Token::Arm(arm) => {
                        let owner = owners[arm.index()];
                        if matches!(story.scene(owner).way, Way::Auto(_)) {
                            places.passed.entry(owner).or_default().push((i as u32, at));
                        }
                    }
                    Token::World(_) | Token::Event(_) => {}
                }
            }
        }
        places
    }
}

/// In which states choices are on offer whose labels are asked about: each is a group of states.
struct Labels {
    groups: HashMap<ChoiceId, u32>,
    offered: slices::Groups,
}

impl Labels {
    fn of(proof: &Proof, asked: &[Question], course: &Course) -> Labels {
        let mut groups = HashMap::new();
        for question in asked {
            if let Site::Label(choice) = question.site {
                let next = groups.len() as u32;
                groups.entry(choice).or_insert(next);
            }
        }
        let mut offered = slices::Groups { count: groups.len(), ..slices::Groups::default() };
        // What is on offer is decided by control, so its state tells.
        for node in proof.graph.nodes().filter(|_| !groups.is_empty()) {
            if node % 4096 == 0 && course.is_stopped() {
                break;
            }
            engine::offers(&proof.control.story, proof.graph.key(node), |choice, _| {
                if let Some(group) = groups.get(&choice) {
                    offered.of.entry(node).or_default().push(*group);
                }
            });
        }
        Labels { groups, offered }
    }

    fn told_in(&self, choice: ChoiceId, node: Node) -> bool {
        let group = self.groups.get(&choice);
        group.is_some_and(|group| self.offered.of.get(&node).is_some_and(|here| here.contains(group)))
    }
}

struct Teller<'t> {
    story: &'t Story,
    proof: &'t Proof,
    slice: &'t Slice,
    places: &'t Places,
    labels: &'t Labels,
    owners: &'t [SceneId],
    course: &'t Course<'t>,
}

impl Teller<'_> {
    /// How far a script has got when it tells the text at a site, if it does.
    fn told_by(&self, site: Site) -> Vec<(u32, usize)> {
        match site {
            Site::Scene(scene) => self.places.passed.get(&scene).cloned().unwrap_or_default(),
            Site::Reply(choice) => {
                self.places.chosen.get(&choice).into_iter().flatten().map(|script| (*script, 1)).collect()
            }
            Site::Label(_) | Site::Status | Site::Card => Vec::new(),
        }
    }

    /// Whether the text at a site is told in a state.
    fn told_at(&self, site: Site, node: Node) -> bool {
        match site {
            Site::Label(choice) => self.labels.told_in(choice, node),
            _ => self.told_in(site, self.proof.scene(node)),
        }
    }

    /// Whether the text at a site is told in every state of a scene.
    fn told_in(&self, site: Site, scene: SceneId) -> bool {
        let way = &self.story.scene(scene).way;
        match site {
            Site::Scene(at) => at == scene,
            Site::Status => true,
            Site::Card => matches!(way, Way::Ending(_)),
            Site::Reply(_) | Site::Label(_) => false,
        }
    }

    fn after(&self, script: u32, far: usize, value: u32) -> Words {
        // The first script leads to the first value.
        let mut words = if script == 0 { self.slice.start() } else { self.slice.value(value).clone() };
        let tokens = &self.proof.graph.scripts[script as usize][..far];
        self.slice.run(tokens, &mut words, self.owners, &mut Vec::new());
        words
    }

    fn is_shown(&self, question: &Question, value: &Words) -> bool {
        question.path.iter().all(|(condition, side)| can_be(&self.slice.story, condition, *side, value))
            && question
                .flag
                .is_none_or(|(fact, side)| self.slice.story.fact(fact).slot.get(value) == u32::from(side))
    }

    fn answer(&self, question: &Question, found: &Found) -> Vec<Diagnostic> {
        match question.asks {
            Asks::Shown => self.shown(question, found).into_iter().collect(),
            Asks::Measured(lab) => self.measured(question, lab, found).into_iter().collect(),
            Asks::InRange(fact) => self.in_range(fact, found),
        }
    }

    /// Whether the text at a site is told with some value that is accepted.
    fn any(&self, site: Site, found: &Found, mut accept: impl FnMut(&Words) -> bool) -> bool {
        for (i, values) in found.by_scene.iter().enumerate() {
            if self.told_in(site, SceneId(i as u32)) {
                for value in values {
                    if accept(self.slice.value(*value)) {
                        return true;
                    }
                }
            }
        }
        if let Site::Label(choice) = site
            && let Some(group) = self.labels.groups.get(&choice)
            && found.by_group[*group as usize].iter().any(|value| accept(self.slice.value(*value)))
        {
            return true;
        }
        for (script, far) in self.told_by(site) {
            let first = [0];
            let values: &[u32] = if script == 0 { &first } else { &found.by_script[script as usize] };
            for value in values {
                if accept(&self.after(script, far, *value)) {
                    return true;
                }
            }
        }
        false
    }

    /// Where there are too many values to follow: which parts of texts are shown on random walks. What one
    /// walk shows is shown by a playthrough; what none shows stays undecided.
    fn walk(&self, questions: &[Question], walks: usize) -> Vec<bool> {
        let graph = &self.proof.graph;
        let asks_parts = |question: &&Question| matches!(question.asks, Asks::Shown);
        let mut seen = vec![false; questions.len()];
        let mut left = questions.iter().filter(asks_parts).count();
        let mut by_script: HashMap<u32, Vec<(usize, usize)>> = HashMap::new();
        for (i, question) in questions.iter().enumerate() {
            for (script, far) in self.told_by(question.site) {
                by_script.entry(script).or_default().push((i, far));
            }
        }
        // Dice that are the same in every run (SplitMix64; Steele, Lea and Flood 2014).
        let mut state = 0u64;
        let mut below = |n: usize| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as usize % n
        };
        for _ in 0..walks {
            if left == 0 || self.course.is_stopped() {
                break;
            }
            let mut look = |i: usize, value: &Words| {
                let question = &questions[i];
                if !seen[i] && matches!(question.asks, Asks::Shown) && self.is_shown(question, value) {
                    seen[i] = true;
                    left -= 1;
                }
            };
            let (mut node, mut script, mut value) = (0, 0, self.slice.start());
            for _ in 0..LONGEST_WALK {
                for (i, far) in by_script.get(&script).into_iter().flatten() {
                    let mut words = value.clone();
                    self.slice.run(
                        &graph.scripts[script as usize][..*far],
                        &mut words,
                        self.owners,
                        &mut Vec::new(),
                    );
                    look(*i, &words);
                }
                self.slice.run(&graph.scripts[script as usize], &mut value, self.owners, &mut Vec::new());
                for (i, question) in questions.iter().enumerate() {
                    if self.told_at(question.site, node) {
                        look(i, &value);
                    }
                }
                let edges = graph.edges(node);
                if edges.is_empty() {
                    break;
                }
                let edge = edges[below(edges.len())];
                (node, script) = (edge.to, edge.script);
            }
        }
        seen
    }

    fn shown(&self, question: &Question, found: &Found) -> Option<Diagnostic> {
        if self.any(question.site, found, |value| self.is_shown(question, value)) {
            return None;
        }
        // What stands in a part that is never shown itself is not told of again.
        let around = match question.flag {
            Some(_) => &question.path[..],
            None => &question.path[..question.path.len().saturating_sub(1)],
        };
        let reached = self.any(question.site, found, |value| {
            around.iter().all(|(condition, side)| can_be(&self.slice.story, condition, *side, value))
        });
        reached.then(|| {
            Diagnostic::new(Code::TextNeverShown, question.span, "no playthrough shows this part of the text")
                .help("its condition never holds here: change it, or delete the part")
        })
    }

    fn measured(&self, question: &Question, lab: Lab, found: &Found) -> Option<Diagnostic> {
        let missing = |value: &Words| {
            value.last().is_some_and(|ran| ran >> lab as u8 & 1 == 0) && self.is_shown(question, value)
        };
        if !self.any(question.site, found, missing) {
            return None;
        }
        let told: HashSet<(u32, usize)> = self.told_by(question.site).into_iter().collect();
        let begins = told.iter().any(|(script, far)| *script == 0 && missing(&self.after(0, *far, 0)));
        let search = || {
            if begins {
                return Some(Vec::new());
            }
            self.slice.witness(
                &self.proof.graph,
                |node, value| self.told_at(question.site, node) && missing(self.slice.value(value)),
                |script, value| {
                    told.iter().any(|(at, far)| *at == script && missing(&self.after(script, *far, value)))
                },
                self.course,
            )
        };
        let witness = self.proof.allowance.search().then(search).flatten();
        let name = lab.signature().name;
        let mut complaint = Diagnostic::new(
            Code::NotMeasured,
            question.span,
            format!("a figure of `{name}` is shown, but its experiment may not have run"),
        )
        .help(format!("show it only after a scene with `lab: (run: \"{name}\", ..)`"));
        complaint.witness = self.proof.found(self.story, witness);
        Some(complaint)
    }

    fn in_range(&self, fact: FactId, found: &Found) -> Vec<Diagnostic> {
        let graph = &self.proof.graph;
        let mut complaints = Vec::new();
        let mut told = HashSet::new();
        let leaves = |script: u32, value: u32| {
            let mut left = Vec::new();
            // The first script leads to the first value.
            let mut words = if script == 0 { self.slice.start() } else { self.slice.value(value).clone() };
            self.slice.run(&graph.scripts[script as usize], &mut words, self.owners, &mut left);
            left.retain(|(left, _)| *left == fact);
            left
        };
        for (_, token) in leaves(0, 0) {
            if told.insert(token) {
                let witness = self.proof.found(self.story, Some(Vec::new()));
                complaints.push(out_of_range(self.story, fact, Some(token), witness));
            }
        }
        for (script, values) in found.by_script.iter().enumerate().skip(1) {
            for value in values {
                for (_, token) in leaves(script as u32, *value) {
                    if told.insert(token) {
                        let search = || {
                            self.slice.witness(
                                graph,
                                |_, _| false,
                                |script, value| leaves(script, value).iter().any(|(_, at)| *at == token),
                                self.course,
                            )
                        };
                        let path = self.proof.allowance.search().then(search).flatten();
                        let witness = self.proof.found(self.story, path);
                        complaints.push(out_of_range(self.story, fact, Some(token), witness));
                    }
                }
            }
        }
        complaints
    }
}

/// A complaint about a fact that leaves its range.
pub(super) fn out_of_range(
    story: &Story,
    fact: FactId,
    after: Option<Token>,
    witness: Option<Vec<String>>,
) -> Diagnostic {
    let name = story.str(story.fact(fact).name);
    let span = match after {
        Some(Token::Choose(choice)) => story.choice(choice).span,
        Some(Token::Arm(arm)) => story.arm(arm).span,
        _ => story.fact(fact).span,
    };
    let help = match story.fact(fact).kind {
        FactKind::Range { from, to } => {
            format!(
                "it lies between {from} and {to}: widen it, use `RaiseToEnd` or `LowerToEnd`, or add a condition"
            )
        }
        _ => "add a condition".to_owned(),
    };
    let mut complaint =
        Diagnostic::new(Code::OutOfRange, span, format!("`{name}` would leave its range here"))
            .help(help)
            .other(story.fact(fact).span, "declared here");
    complaint.witness = witness;
    complaint
}

/// Whether a condition asks for a figure.
pub(super) fn reads_figure(condition: &Condition) -> bool {
    match condition {
        Condition::Between(..) => false,
        Condition::Not(inner) => reads_figure(inner),
        Condition::All(all) | Condition::Any(all) => all.iter().any(reads_figure),
        Condition::Figure(..) | Condition::FigureIs(..) => true,
    }
}

/// Whether a condition can be so; figures can be both ways, but false before their experiment.
pub(super) fn can_be(story: &Story, condition: &Condition, wanted: bool, words: &[u64]) -> bool {
    match condition {
        Condition::Between(..) => engine::holds(story, condition, words) == wanted,
        Condition::Not(inner) => can_be(story, inner, !wanted, words),
        Condition::All(all) if wanted => all.iter().all(|inner| can_be(story, inner, true, words)),
        Condition::All(all) => all.iter().any(|inner| can_be(story, inner, false, words)),
        Condition::Any(any) if wanted => any.iter().any(|inner| can_be(story, inner, true, words)),
        Condition::Any(any) => any.iter().all(|inner| can_be(story, inner, false, words)),
        Condition::Figure(figure, ..) | Condition::FigureIs(figure, _) => {
            let ran = words.last().is_some_and(|ran| ran >> figure.lab as u8 & 1 == 1);
            !wanted || figure.early || ran
        }
    }
}

fn collect<'s>(story: &'s Story, asked: &mut Vec<Question<'s>>) {
    for (i, scene) in story.scenes.iter().enumerate() {
        collect_text(story, scene.text, Site::Scene(SceneId(i as u32)), &mut Vec::new(), asked);
    }
    for (i, choice) in story.choices.iter().enumerate() {
        let id = ChoiceId(i as u32);
        collect_text(story, choice.label, Site::Label(id), &mut Vec::new(), asked);
        collect_text(story, choice.reply, Site::Reply(id), &mut Vec::new(), asked);
    }
    collect_text(story, story.status, Site::Status, &mut Vec::new(), asked);
    collect_text(story, story.card, Site::Card, &mut Vec::new(), asked);
    let control = pack::control_facts(story);
    let mut checked = HashSet::new();
    for list in story.lists_of_effects() {
        may_leave(story, list, &mut checked);
    }
    let mut checked: Vec<FactId> = checked.into_iter().filter(|fact| !control[fact.index()]).collect();
    checked.sort_unstable();
    for fact in checked {
        let span = story.fact(fact).span;
        asked.push(Question {
            site: Site::Status,
            path: Vec::new(),
            flag: None,
            asks: Asks::InRange(fact),
            span,
        });
    }
}

/// Facts that some effect could lead out of their range.
fn may_leave(story: &Story, effects: Effects, found: &mut HashSet<FactId>) {
    for effect in story.effects(effects) {
        match effect {
            Effect::Add { fact, saturate: false, .. } => {
                found.insert(*fact);
            }
            Effect::Copy { to, from, offset } => {
                if *offset < 0
                    || i64::from(story.fact(*from).size()) + offset > i64::from(story.fact(*to).size())
                {
                    found.insert(*to);
                }
            }
            Effect::When(_, then) => may_leave(story, *then, found),
            Effect::Put(..) | Effect::Add { .. } => {}
        }
    }
}

fn collect_text<'s>(
    story: &'s Story,
    text: Text,
    site: Site,
    path: &mut Vec<(&'s Condition, bool)>,
    asked: &mut Vec<Question<'s>>,
) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { segments, span, .. } => {
                for segment in story.segments(*segments) {
                    let mut ask = |flag, asks| {
                        asked.push(Question { site, path: path.clone(), flag, asks, span: *span });
                    };
                    match segment {
                        Segment::Figure(figure, _) | Segment::Plural(Quantity::Figure(figure), ..)
                            if !figure.early =>
                        {
                            ask(None, Asks::Measured(figure.lab));
                        }
                        Segment::Either(fact, yes, no) => {
                            for (side, text) in [(true, yes), (false, no)] {
                                if !story.str(*text).is_empty() {
                                    ask(Some((*fact, side)), Asks::Shown);
                                }
                            }
                        }
                        Segment::Literal(_)
                        | Segment::Fact(..)
                        | Segment::Each(..)
                        | Segment::Plural(..)
                        | Segment::Figure(..) => {}
                    }
                }
            }
            Part::LabPicture { lab, early: false, span, .. } => {
                let path = path.clone();
                asked.push(Question { site, path, flag: None, asks: Asks::Measured(*lab), span: *span });
            }
            Part::When { when, text, otherwise, span } => {
                for (side, text) in [(true, *text), (false, *otherwise)] {
                    if !text.is_empty() {
                        path.push((when, side));
                        let span = first_span(story, text).unwrap_or(*span);
                        asked.push(Question {
                            site,
                            path: path.clone(),
                            flag: None,
                            asks: Asks::Shown,
                            span,
                        });
                        collect_text(story, text, site, path, asked);
                        path.pop();
                    }
                }
            }
            Part::OneOf { variants, .. } => {
                for variant in story.variants(*variants) {
                    collect_text(story, *variant, site, path, asked);
                }
            }
            Part::Picture { .. } | Part::LabPicture { .. } => {}
        }
    }
}

fn first_span(story: &Story, text: Text) -> Option<Span> {
    story.parts(text).first().map(|part| match part {
        Part::Paragraph { span, .. }
        | Part::Picture { span, .. }
        | Part::LabPicture { span, .. }
        | Part::When { span, .. }
        | Part::OneOf { span, .. } => *span,
    })
}
