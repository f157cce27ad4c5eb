//! Questions about texts and ranges: is every part of a text shown by some playthrough, was every
//! figure measured before it is shown, does a fact that only prose reads stay in its range.
//!
//! A figure asked in a condition may answer either way, once it was measured. Every variant of `one_of` counts as shown
//! where its list is, and of `in_turn`, if its scene is entered so often (`visits`).
//!
//! Where not every state was looked at, figures and ranges are asked for alone: what is not shown may be shown by the rest.

use super::follow::{self, Followed, Found, Groups};
use super::graph::{Graph, NOWHERE, Node, Token};
use super::pages::{self, Fresh, Pages};
use super::questions::{self, Asks, Question, Site, first_span};
use super::slices::{self, Means, Slice, TooMuch, Words};
use super::{Course, Phase, Proof, Steps, pack, visits};
use crate::engine;
use crate::labs::Lab;
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{ChoiceId, Condition, FactId, FactKind, PageId, SceneId, Span, Story, Way};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How far the questions about texts are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextBudget {
    /// Most values that the facts of one question may have together, at most 16,384.
    pub values: usize,
    /// Most walks for the questions over facts with more.
    pub walks: usize,
}

impl Default for TextBudget {
    fn default() -> TextBudget {
        TextBudget { values: slices::MOST_VALUES, walks: 100_000 }
    }
}

/// Walks that all questions begin with, and moves of the graph for each: a small story is quicker followed.
const FIRST_WALKS: usize = 4_000;
const WALK_MOVES: usize = 16;
/// Most moves of a walk.
const LONGEST_WALK: usize = 300;
/// Steps of a look at a value, or of a move of a walk.
const LOOK_STEPS: usize = 8;

/// What became of all questions.
#[derive(Default)]
pub(super) struct Answered {
    pub diagnostics: Vec<Diagnostic>,
    /// Pairs of a state and a value that were followed.
    pub pairs: u64,
    /// What was cut off where somebody asked to stop.
    pub cut: Option<Phase>,
}

/// Answers all questions about texts and ranges of a story whose control is explored, in about so many steps and at most so
/// many bytes. Half of the bytes are for following values, a quarter for the values themselves, and one for what is
/// found of them.
pub(super) fn check(
    story: &Story,
    proof: &Proof,
    budget: TextBudget,
    (steps, bytes): (usize, usize),
    threads: usize,
    course: &Course,
) -> Answered {
    let graph = &proof.graph;
    let mut asked = questions::of(story);
    if !graph.is_whole() {
        asked.retain(|question| !matches!(question.asks, Asks::Shown));
    }
    let all = asked.len();
    course.tell(Phase::Following(0.0));
    let owners = slices::owners(story);
    let mut groups_of_states = Groups::default();
    let labels = Labels::of(story, proof, &asked, &mut groups_of_states, course);
    let asked_pages: BTreeSet<PageId> = asked.iter().filter_map(|question| question.site.page()).collect();
    let pages = Pages::of(story, proof, &owners, &asked_pages, &mut groups_of_states, course);
    groups_of_states.arrange(graph.len());
    let states = &groups_of_states;
    let places = Places::of(story, graph, &owners);
    // Walks and witnesses are counted by themselves, so that nothing is left open for their sake.
    let walking = Steps::new(steps / 2);
    let searching = Means { steps: Steps::new(steps / 2), bytes: bytes / 2 };
    let teller = |slice, means| {
        let (places, labels, pages, searching) = (&places, &labels, &pages, &searching);
        Teller { story, proof, slice, places, labels, pages, states, means, searching, course }
    };
    // Most parts are soon shown by some walk; what is left is followed.
    let every = (0..story.facts.len()).map(|i| FactId(i as u32));
    let mut nothing = Means { steps: Steps::new(0), bytes: 0 };
    let whole = Slice::of(story, graph, &owners, every, true, 0, &mut nothing);
    let walks = budget.walks.min(FIRST_WALKS).min(graph.transitions() / WALK_MOVES);
    let shown = teller(&whole, &nothing).walk(&asked, walks, &walking);
    let asked: Vec<Question> =
        asked.into_iter().zip(shown).filter(|(_, shown)| !shown).map(|(question, _)| question).collect();
    let mut done = all - asked.len();
    // Questions over the same facts share a slice.
    let needs = pack::Needs::of(story);
    let mut groups: BTreeMap<(Vec<FactId>, bool), Vec<Question>> = BTreeMap::new();
    for question in asked {
        groups.entry(reads(story, &needs, &question)).or_default().push(question);
    }
    let mut means = Means { steps: Steps::new(steps), bytes: bytes / 4 };
    let mut slices: Vec<Slice> = Vec::new();
    for (facts, labs) in groups.keys() {
        if course.is_stopped() || means.steps.are_spent() || means.bytes == 0 {
            break;
        }
        let facts = facts.iter().copied();
        slices.push(Slice::of(story, graph, &owners, facts, *labs, budget.values, &mut means));
    }
    // There were no means for the slices of the others.
    let why = if means.bytes == 0 { TooMuch::Bytes } else { TooMuch::Steps };
    let scene_of = |node: Node| SceneId(proof.control.story.layout.scene.get(graph.key(node)));
    let ground = follow::Ground {
        graph,
        components: &proof.components,
        scene_of: &scene_of,
        scenes: story.scenes.len(),
        groups: states,
    };
    let limits = follow::Limits {
        steps: means.steps.left(),
        bytes: (bytes / 2).saturating_sub(states.bytes()),
        kept: bytes / 4,
    };
    let Followed { found, pairs, steps: taken } =
        match follow::follow(&ground, &slices, limits, threads, course) {
            Ok(followed) => followed,
            Err(cut) => return Answered { cut: Some(cut), ..Answered::default() },
        };
    means.steps.take(taken);
    // What following took is free again.
    means.bytes = bytes / 2;
    let mut answered = Answered { pairs, diagnostics: pages::never_kept(story), cut: None };
    if graph.is_whole() {
        answered.diagnostics.extend(labels.never_locked(story, proof));
        answered.diagnostics.extend(visits::never_told(story, proof, &owners, &means.steps, course));
    }
    for questions in groups.values().skip(slices.len()).filter(|_| graph.is_whole()) {
        answered.diagnostics.extend(questions.iter().map(|question| undecided(question, why)));
    }
    for ((slice, found), questions) in slices.iter().zip(&found).zip(groups.values()) {
        let teller = teller(slice, &means);
        course.tell(Phase::Texts(done, all));
        let found = match found {
            Ok(found) => found,
            // Nothing is claimed of what was not looked at, so not that it is open either.
            Err(_) if !graph.is_whole() => {
                done += questions.len();
                continue;
            }
            Err(why) => {
                let seen = teller.walk(questions, budget.walks, &walking);
                if course.is_stopped() {
                    return Answered { cut: Some(Phase::Texts(done, all)), ..answered };
                }
                let open = questions.iter().zip(seen).filter(|(_, seen)| !seen);
                answered.diagnostics.extend(open.map(|(question, _)| undecided(question, *why)));
                done += questions.len();
                continue;
            }
        };
        for question in questions {
            let mut told = teller.answer(question, found);
            if course.is_stopped() {
                return Answered { cut: Some(Phase::Texts(done, all)), ..answered };
            }
            if means.steps.are_spent() {
                // What was found wrong before is so, but that nothing was found says nothing.
                if matches!(question.asks, Asks::Shown) {
                    told.clear();
                }
                told.extend(graph.is_whole().then(|| undecided(question, TooMuch::Steps)));
            }
            answered.diagnostics.extend(told);
            done += 1;
        }
    }
    course.tell(Phase::Texts(all, all));
    answered
}

/// The facts that decide a question, and whether it hangs on which labs have run.
fn reads(story: &Story, needs: &pack::Needs, question: &Question) -> (Vec<FactId>, bool) {
    let mut facts = vec![false; story.facts.len()];
    for (condition, _) in &question.path {
        pack::reads(story, condition, &mut |fact| facts[fact.index()] = true);
    }
    question.flag.iter().for_each(|(fact, _)| facts[fact.index()] = true);
    if let Asks::InRange(fact) = question.asks {
        facts[fact.index()] = true;
    }
    needs.close(&mut facts);
    let facts = (0..facts.len()).filter(|i| facts[*i]).map(|i| FactId(i as u32)).collect();
    let asks_figure = question.path.iter().any(|(condition, _)| reads_figure(condition));
    (facts, asks_figure || matches!(question.asks, Asks::Measured(_)))
}

/// What is said of a part of a text that would take more steps.
pub(super) fn too_many_steps(span: Span) -> Diagnostic {
    open(span, TooMuch::Steps)
}

/// What is said of a question that is left open.
fn undecided(question: &Question, why: TooMuch) -> Diagnostic {
    open(question.span, why)
}

fn open(span: Span, why: TooMuch) -> Diagnostic {
    let (message, help) = match why {
        TooMuch::Values => {
            ("this takes too many values to follow", "let fewer facts, or smaller ones, decide it")
        }
        TooMuch::Steps => (
            "this takes too many steps to decide",
            "let fewer facts, or smaller ones, decide it, or allow more with `--steps`",
        ),
        TooMuch::Bytes => (
            "this takes too much memory to decide",
            "let fewer facts, or smaller ones, decide it, or allow more with `--memory`",
        ),
    };
    Diagnostic::new(Code::NotDecided, span, message).help(help)
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
    fn of(story: &Story, proof: &Proof, asked: &[Question], states: &mut Groups, course: &Course) -> Labels {
        let mut labels = Labels { groups: HashMap::new(), locked: HashSet::new() };
        for question in asked {
            if let Site::Label(_) | Site::Reason(_) = question.site {
                labels.groups.entry(question.site).or_insert_with(|| states.add());
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
                    states.put(node, *group);
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

/// The questions of a walk by where they are asked; those that are answered are taken out.
#[derive(Default)]
struct Stops {
    /// How far the script has got then.
    scripts: HashMap<u32, Vec<(usize, usize)>>,
    scenes: HashMap<SceneId, Vec<usize>>,
    groups: HashMap<u32, Vec<usize>>,
    elsewhere: Vec<usize>,
}

struct Teller<'t> {
    story: &'t Story,
    proof: &'t Proof,
    slice: &'t Slice,
    places: &'t Places,
    labels: &'t Labels,
    pages: &'t Pages<'t>,
    states: &'t Groups,
    means: &'t Means,
    /// What witnesses may take.
    searching: &'t Means,
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
                group.is_some_and(|group| self.states.of(node).contains(group))
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
        self.slice.run(tokens, &mut words, &mut Vec::new());
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
        let accepts = |value: &Words| self.means.steps.take(LOOK_STEPS) && accept(value);
        self.any_of(site, found, accepts) && !self.means.steps.are_spent()
    }

    fn any_of(&self, site: Site, found: &Found, mut accept: impl FnMut(&Words) -> bool) -> bool {
        let scenes = match site {
            Site::Scene(at) => at.index()..at.index() + 1,
            Site::Screen | Site::Card => 0..found.by_scene.len(),
            _ => 0..0,
        };
        self.means.steps.take(scenes.len());
        for scene in scenes {
            if self.told_in(site, SceneId(scene as u32))
                && found.by_scene.values(scene).any(|value| accept(self.slice.value(value)))
            {
                return true;
            }
        }
        if let Some(page) = site.page() {
            let told = self.pages.told(page, self.slice, found, self.means);
            return match site {
                Site::Page(_) => !told.is_empty() && accept(self.slice.value(0)),
                _ => told.iter().any(|value| accept(self.slice.value(*value))),
            };
        }
        if let Some(group) = self.labels.groups.get(&site)
            && found.by_group.values(*group as usize).any(|value| accept(self.slice.value(value)))
        {
            return true;
        }
        let told = self.told_by(site);
        told.into_iter()
            .any(|(script, far)| before(found, script).any(|value| accept(&self.after(script, far, value))))
    }

    /// Which parts of texts are shown on walks over the graph. What one walk shows is shown by a playthrough; that none
    /// shows it says nothing. Every other walk takes what was taken least so far.
    fn walk(&self, questions: &[Question], walks: usize, steps: &Steps) -> Vec<bool> {
        let graph = &self.proof.graph;
        let mut seen = vec![false; questions.len()];
        let (mut stops, mut left) = self.stops(questions);
        // Dice that are the same in every run (SplitMix64; Steele, Lea and Flood 2014).
        let mut state = 0u64;
        let mut dice = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as usize
        };
        let mut taken = vec![0u32; graph.scripts.len()];
        for walk in 0..walks {
            if left == 0 || steps.are_spent() || self.course.is_stopped() {
                break;
            }
            let (mut node, mut script, mut value) = (0, 0, self.slice.start());
            let (mut from, mut fresh) = (NOWHERE, Fresh::default());
            for _ in 0..LONGEST_WALK {
                let mut looks = 1;
                // Whether it is still open.
                let mut look = |i: usize, value: &Words| {
                    looks += 1;
                    if !seen[i] && self.is_shown(&questions[i], value) {
                        seen[i] = true;
                        left -= 1;
                    }
                    !seen[i]
                };
                self.pages.follow(&mut fresh, from, script, node);
                if let Some(here) = stops.scripts.get_mut(&script) {
                    here.retain(|(i, far)| {
                        let mut words = value.clone();
                        self.slice.run(&graph.scripts[script as usize][..*far], &mut words, &mut Vec::new());
                        look(*i, &words)
                    });
                }
                self.slice.run(&graph.scripts[script as usize], &mut value, &mut Vec::new());
                let scene = self.proof.scene(node);
                if let Some(here) = stops.scenes.get_mut(&scene) {
                    here.retain(|i| look(*i, &value));
                }
                for group in self.states.of(node) {
                    if let Some(here) = stops.groups.get_mut(group) {
                        here.retain(|i| look(*i, &value));
                    }
                }
                stops.elsewhere.retain(|i| {
                    let site = questions[*i].site;
                    let at_first = matches!(site, Site::Page(_));
                    let value = if at_first { self.slice.value(0) } else { &value };
                    !self.told_at(site, node, &fresh) || look(*i, value)
                });
                let edges = graph.edges(node);
                let others = stops.elsewhere.len() + edges.len();
                if edges.is_empty() || !steps.take(LOOK_STEPS * looks + others) {
                    break;
                }
                let first = dice() % edges.len();
                let turned = edges[first..].iter().chain(&edges[..first]);
                let least = turned.min_by_key(|edge| taken[edge.script as usize]);
                let edge = least.filter(|_| walk % 2 == 1).unwrap_or(&edges[first]);
                taken[edge.script as usize] += 1;
                (from, node, script) = (node, edge.to, edge.script);
            }
        }
        seen
    }

    /// Where on a walk it is asked whether parts are shown, and how many are asked about.
    fn stops(&self, questions: &[Question]) -> (Stops, usize) {
        let (mut stops, mut count) = (Stops::default(), 0);
        for (i, question) in questions.iter().enumerate() {
            if !matches!(question.asks, Asks::Shown) {
                continue;
            }
            count += 1;
            for (script, far) in self.told_by(question.site) {
                stops.scripts.entry(script).or_default().push((i, far));
            }
            match question.site {
                Site::Scene(scene) => stops.scenes.entry(scene).or_default().push(i),
                Site::Label(_) | Site::Reason(_) => {
                    if let Some(group) = self.labels.groups.get(&question.site) {
                        stops.groups.entry(*group).or_default().push(i);
                    }
                }
                Site::Reply(_) => {}
                _ => stops.elsewhere.push(i),
            }
        }
        (stops, count)
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
                return self.pages.witness(page, self.slice, accept, self.searching, self.course);
            }
            self.slice.witness(
                &self.proof.graph,
                |node, value| {
                    self.told_at(question.site, node, &Fresh::default()) && missing(self.slice.value(value))
                },
                |script, value| {
                    told.iter().any(|(at, far)| *at == script && missing(&self.after(script, *far, value)))
                },
                self.searching,
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
            self.slice.run(&graph.scripts[script as usize], &mut words, &mut left);
            left.retain(|(left, _)| *left == fact);
            left
        };
        for (_, token) in leaves(0, 0) {
            if told.insert(token) {
                let witness = self.proof.found(self.story, Some(Vec::new()));
                complaints.push(out_of_range(self.story, fact, Some(token), witness));
            }
        }
        for script in 1..graph.scripts.len() as u32 {
            for value in before(found, script) {
                if !self.means.steps.take(LOOK_STEPS) {
                    return complaints;
                }
                for (_, token) in leaves(script, value) {
                    if told.insert(token) {
                        let search = || {
                            self.slice.witness(
                                graph,
                                |_, _| false,
                                |script, value| leaves(script, value).iter().any(|(_, at)| *at == token),
                                self.searching,
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

/// The values before a script. The first script leads to the first value.
fn before(found: &Found, script: u32) -> impl Iterator<Item = u32> + '_ {
    let first = (script == 0).then_some(0);
    let set = (script != 0).then(|| found.by_script.values(script as usize));
    first.into_iter().chain(set.into_iter().flatten())
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
