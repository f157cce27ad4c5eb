//! Questions about texts and ranges: is every part of a text shown by some playthrough, was every
//! figure measured before it is shown, does a fact that only prose reads stay in its range.
//!
//! A figure asked in a condition may answer either way, once it was measured. Which variant `in_turn` or `one_of` shows is
//! not looked at: every variant counts as shown where its list is.
//!
//! Where not every state was looked at, figures and ranges are asked for alone: what is not shown may be shown by the rest.

use super::graph::{Graph, NOWHERE, Node, Token};
use super::pages::{self, Fresh, Pages};
use super::questions::{self, Asks, Question, Site, first_span};
use super::slices::{self, Found, Slice, Words};
use super::{Course, Phase, Proof, pack};
use crate::engine;
use crate::labs::Lab;
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{ChoiceId, Condition, FactId, FactKind, PageId, SceneId, Story, Way};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
    let mut asked = questions::of(story);
    if !graph.is_whole() {
        asked.retain(|question| !matches!(question.asks, Asks::Shown));
    }
    let all = asked.len();
    course.tell(Phase::Following(0.0));
    let owners = slices::owners(story);
    let mut groups_of_states = slices::Groups::default();
    let labels = Labels::of(story, proof, &asked, &mut groups_of_states, course);
    let asked_pages: BTreeSet<PageId> = asked.iter().filter_map(|question| question.site.page()).collect();
    let pages = Pages::of(story, proof, &owners, &asked_pages, &mut groups_of_states, course);
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
    let (scenes, states) = (story.scenes.len(), &groups_of_states);
    let found =
        slices::propagate(graph, &proof.components, &scene_of, scenes, states, &slices, threads, course);
    let found = match found {
        Ok(found) => found,
        Err(cut) => return (Vec::new(), Some(cut)),
    };
    let places = Places::of(story, graph, &owners);
    let (mut complaints, mut done) = (pages::never_kept(story), 0);
    if graph.is_whole() {
        complaints.extend(labels.never_locked(story, proof));
    }
    for ((slice, found), questions) in slices.iter().zip(&found).zip(groups.values()) {
        let teller = Teller {
            story,
            proof,
            slice,
            places: &places,
            labels: &labels,
            pages: &pages,
            states: &groups_of_states,
            owners: &owners,
            course,
        };
        course.tell(Phase::Texts(done, all));
        let Some(found) = found else {
            if !graph.is_whole() {
                done += questions.len();
                continue;
            }
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

/// In which states choices are on offer whose labels are asked about, and locked whose reasons are: each is a
/// group of states.
struct Labels {
    groups: HashMap<Site, u32>,
    /// The locks whose reason is shown somewhere.
    locked: HashSet<ChoiceId>,
}

impl Labels {
    fn of(
        story: &Story,
        proof: &Proof,
        asked: &[Question],
        states: &mut slices::Groups,
        course: &Course,
    ) -> Labels {
        let mut labels = Labels { groups: HashMap::new(), locked: HashSet::new() };
        for question in asked {
            if let Site::Label(_) | Site::Reason(_) = question.site {
                labels.groups.entry(question.site).or_insert_with(|| {
                    states.count += 1;
                    states.count as u32 - 1
                });
            }
        }
        let any = !labels.groups.is_empty() || story.choices.iter().any(|choice| choice.locked.is_some());
        // What is on offer is decided by control, so its state tells.
        for node in proof.graph.nodes().filter(|_| any) {
            if node % 4096 == 0 && course.is_stopped() {
                break;
            }
            engine::offers(&proof.control.story, proof.graph.key(node), |choice, open| {
                let told = [Some(Site::Label(choice)), (!open).then_some(Site::Reason(choice))];
                for group in told.into_iter().flatten().filter_map(|site| labels.groups.get(&site)) {
                    states.of.entry(node).or_default().push(*group);
                }
                if !open {
                    labels.locked.insert(choice);
                }
            });
        }
        labels
    }

    /// Complaints about locks of choices that are taken, and never locked.
    fn never_locked(&self, story: &Story, proof: &Proof) -> Vec<Diagnostic> {
        let mut complaints = Vec::new();
        for (i, choice) in story.choices.iter().enumerate() {
            let Some((_, reason)) = choice.locked.as_deref() else { continue };
            if proof.reached.choices[i] && !self.locked.contains(&ChoiceId(i as u32)) {
                let name = story.str(choice.id);
                complaints.push(
                    Diagnostic::new(
                        Code::TextNeverShown,
                        first_span(story, *reason).unwrap_or(choice.span),
                        format!("`{name}` is never locked: no playthrough shows this reason"),
                    )
                    .help("drop the lock, or look at its `unless`"),
                );
            }
        }
        complaints
    }
}

struct Teller<'t> {
    story: &'t Story,
    proof: &'t Proof,
    slice: &'t Slice,
    places: &'t Places,
    labels: &'t Labels,
    pages: &'t Pages<'t>,
    states: &'t slices::Groups,
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
            _ => Vec::new(),
        }
    }

    /// Whether the text at a site is told in a state, after what was taught since the player's last move.
    fn told_at(&self, site: Site, node: Node, fresh: &Fresh) -> bool {
        match site {
            Site::Label(_) | Site::Reason(_) => {
                let group = self.labels.groups.get(&site);
                group.is_some_and(|group| self.states.of.get(&node).is_some_and(|here| here.contains(group)))
            }
            Site::Here(page) | Site::Page(page) => self.pages.told_at(fresh, node, page),
            _ => self.told_in(site, self.proof.scene(node)),
        }
    }

    /// Whether the text at a site is told in every state of a scene.
    fn told_in(&self, site: Site, scene: SceneId) -> bool {
        let way = &self.story.scene(scene).way;
        match site {
            Site::Scene(at) => at == scene,
            Site::Screen => !matches!(way, Way::Lab { .. }),
            Site::Card => matches!(way, Way::Ending(_)),
            Site::Reply(_) | Site::Label(_) | Site::Reason(_) | Site::Here(_) | Site::Page(_) => false,
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
        if let Some(page) = site.page() {
            let told = self.pages.told(page, self.slice, found);
            return match site {
                Site::Page(_) => !told.is_empty() && accept(self.slice.value(0)),
                _ => told.iter().any(|value| accept(self.slice.value(*value))),
            };
        }
        if let Some(group) = self.labels.groups.get(&site)
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
            let (mut from, mut fresh) = (NOWHERE, Fresh::default());
            for _ in 0..LONGEST_WALK {
                self.pages.follow(&mut fresh, from, script, node);
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
                    if self.told_at(question.site, node, &fresh) {
                        let at_first = matches!(question.site, Site::Page(_));
                        look(i, if at_first { self.slice.value(0) } else { &value });
                    }
                }
                let edges = graph.edges(node);
                if edges.is_empty() {
                    break;
                }
                let edge = edges[below(edges.len())];
                (from, node, script) = (node, edge.to, edge.script);
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
            let help = match question.site {
                Site::Page(_) => {
                    "a page's `text` is told as things are at the beginning: `here` tells of the playthrough"
                }
                _ => "its condition never holds here: change it, or delete the part",
            };
            Diagnostic::new(Code::TextNeverShown, question.span, "no playthrough shows this part of the text")
                .help(help)
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
            if let Some(page) = question.site.page() {
                let at_first = matches!(question.site, Site::Page(_));
                let accept = |value: u32| missing(self.slice.value(if at_first { 0 } else { value }));
                return self.pages.witness(page, self.slice, accept, self.course);
            }
            self.slice.witness(
                &self.proof.graph,
                |node, value| {
                    self.told_at(question.site, node, &Fresh::default()) && missing(self.slice.value(value))
                },
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
        .help(match question.site {
            Site::Page(_) => {
                "a page's `text` is told as things are at the beginning: show it in `here`".to_owned()
            }
            _ => format!("show it only after a scene with `lab: (run: \"{name}\", ..)`"),
        });
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
