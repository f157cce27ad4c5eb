//! Shown: what the graph allows, done for real.
//!
//! A list of moves in the graph is *shown* by a seed below [`Limits::seeds`], and kept ways of doing what
//! is done by hand ([`Sample`]), for which the experiments really answer so. The search looks for an
//! ending seed by seed: breadth first along the graph, but only where the ending is still near enough
//! (its distance backwards is known, as in A*: Hart, Nilsson and Raphael 1968), with the world
//! answering as it does at this seed. First all lists as short as the graph allows, at every seed; then those
//! one move longer, and so on, up to [`Limits::detour`] moves longer. So the list that is found is the
//! shortest one that can be shown, with the smallest of its seeds, unless the bound of experiments
//! was spent; then a longer one is looked for, of answers that are not rare. It is then played by the journal, which runs every experiment again, and has to end there.
//!
//! Answers are kept. An outcome that `labs/odds.ron` counted not once at a setting, over the same seeds, is
//! not tried.

use super::Proof;
use super::graph::{NOWHERE, Node};
use crate::engine::{self, Move};
use crate::journal::coverage::Coverage;
use crate::journal::{self, Entry, Game};
use crate::labs::exercise::Kind;
use crate::labs::odds::{ByHand, Odds};
use crate::labs::player::Sample;
use crate::labs::{Inputs, Lab, Setting};
use crate::story::diagnostic::{Code, Diagnostic, Played};
use crate::story::{EndingId, Part, Story, Way};
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Most states that are looked at for one seed and one length.
const MOST_STATES: usize = 50_000;

/// A game of more moves is not played.
const LONGEST: usize = 2000;
/// All endings together, or all complaints, may ask for the answers of so many.
const IN_ALL: usize = 30;
/// An answer is rare if it comes to fewer than one seed in so many.
const RARE: u32 = 2;
/// Seeds that are tried for answers that are not rare.
const COMMON_SEEDS: u32 = 8;
/// A game that is played to see what it shows counts as so many answers that are asked for.
const PLAYED: usize = 40;
/// More endings, or complaints, than these are not played to.
pub const MOST: usize = 1000;

/// How long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seeds from 0 on.
    pub seeds: u32,
    /// How many moves longer than the shortest allowed list.
    pub detour: u32,
    /// Most answers of experiments that are asked for, for one ending or witness.
    pub runs: usize,
    /// How many threads; what is found is the same at any number.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { seeds: 300, detour: 12, runs: 1000, threads: 1 }
    }
}

/// A game that shows something.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Its seed.
    pub seed: u32,
    /// Its moves.
    pub entries: Vec<Entry>,
    /// How many moves of the graph that is: what is typed in an exercise counts as one.
    pub moves: usize,
}

/// What was shown of a story.
#[derive(Clone, Debug, Default)]
pub struct Showing {
    /// For each ending, the game that shows it.
    pub endings: Vec<Option<Shown>>,
    /// Experiments that were run.
    pub runs: usize,
    /// Endings that are allowed and were not shown.
    pub diagnostics: Vec<Diagnostic>,
}

/// Looks for a game to every ending that is allowed. `done` is told how many endings were tried.
pub fn endings(
    story: &Story,
    proof: &Proof,
    limits: Limits,
    stop: &AtomicBool,
    done: &mut dyn FnMut(usize),
) -> Showing {
    let player = Player::new(story, proof, limits, stop);
    let mut goals: Vec<Vec<Node>> = vec![Vec::new(); story.endings.len()];
    for node in proof.graph.nodes() {
        if let Way::Ending(ending) = player.way(node)
            && ending.index() < MOST
        {
            goals[ending.index()].push(node);
        }
    }
    let tried = goals.len().min(MOST);
    let play =
        |i: usize, asked: &mut usize| player.ending(EndingId(i as u32), &goals[i], proof.endings[i]?, asked);
    let (found, played) = player.shared(tried, &play, done);
    let mut showing = Showing { endings: found, ..Showing::default() };
    showing.endings.resize(goals.len(), None);
    for (i, ending) in story.endings.iter().enumerate().take(tried) {
        let Some(first) = proof.endings[i] else { continue };
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let path = proof.graph.path(first);
        // Where the world is not asked, the graph says it all, however long the game is.
        if showing.endings[i].is_none() && path.iter().any(|(_, by)| matches!(by, Move::World(_))) {
            let length = proof.graph.depth(first);
            let why = if length > LONGEST {
                format!("its shortest game has {length} moves; more than {LONGEST} are not played")
            } else if i >= played {
                "not looked for: what experiments may be asked was spent on the endings before".to_owned()
            } else {
                format!("seeds 0 to {}", limits.seeds.saturating_sub(1))
            };
            let name = story.str(ending.name);
            let mut complaint = Diagnostic::new(
                Code::EndingNotShown,
                ending.span,
                format!("`{name}` is allowed, but no game was found in which the experiments lead there"),
            )
            .label(why)
            .help("ask less of the experiments on the way, or let another way lead there")
            .witness(proof.names(story, &path));
            complaint.played = Some(Played::Nowhere);
            showing.diagnostics.push(complaint);
        }
    }
    showing.runs = player.runs.load(Ordering::Relaxed);
    showing
}

/// For each complaint with a witness that hangs on the world (with `every`, for each with a witness), a game that
/// shows it, where one was found. `done` is told which one is tried.
pub fn witnesses(
    story: &Story,
    proof: &Proof,
    complaints: &[Diagnostic],
    every: bool,
    limits: Limits,
    stop: &AtomicBool,
    done: &mut dyn FnMut(usize),
) -> Vec<Option<Shown>> {
    let player = Player::new(story, proof, limits, stop);
    let wanted = |complaint: &Diagnostic| {
        is_tried(complaint) || (every && complaint.witness.as_ref().is_some_and(|it| it.len() <= LONGEST))
    };
    let tried: Vec<usize> = (0..complaints.len().min(MOST)).filter(|i| wanted(&complaints[*i])).collect();
    let play = |i: usize, asked: &mut usize| {
        let names = complaints[tried[i]].witness.as_ref()?;
        player.along(&proof.path_named(story, names)?, asked)
    };
    let (found, _) = player.shared(tried.len(), &play, &mut |i| done(tried[i]));
    let mut shown = vec![None; complaints.len()];
    for (i, found) in tried.into_iter().zip(found) {
        shown[i] = found;
    }
    shown
}

/// Whether a witness hangs on the world, whose answers are named with whose they are, and is not too long.
pub fn is_tried(complaint: &Diagnostic) -> bool {
    let names = complaint.witness.as_deref().unwrap_or(&[]);
    names.len() <= LONGEST && names.iter().any(|name| name.contains(": "))
}

impl Proof {
    /// The moves of a witness, from their names. The last may be one that is refused and is left out then.
    fn path_named(&self, story: &Story, names: &[String]) -> Option<Vec<(Node, Move)>> {
        let mut path = Vec::new();
        let mut at: Node = 0;
        for (i, name) in names.iter().enumerate() {
            let edge = self.graph.edges(at).iter().find(|edge| {
                self.graph.move_of(edge.script).is_some_and(|by| self.name(story, at, by) == *name)
            });
            match edge {
                Some(edge) => {
                    path.push((at, self.graph.move_of(edge.script)?));
                    at = edge.to;
                }
                None if i + 1 == names.len() => break,
                None => return None,
            }
        }
        Some(path)
    }
}

/// What was done by hand: ordinals and ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Hand {
    gold: Option<Sample>,
    flights: SmallVec<[(u32, Sample); 2]>,
    corrections: Option<Sample>,
    begun: [u32; 3],
}

impl Hand {
    /// What of it a lab looks at.
    fn given(&self, lab: Lab) -> Hand {
        let mut given = Hand::default();
        match lab {
            Lab::Crowd => given.gold = self.gold,
            Lab::Drones => {}
            Lab::Imitation => {
                given.flights.clone_from(&self.flights);
                given.corrections = self.corrections;
            }
        }
        given
    }

    fn inputs(&self, seed: u32) -> Inputs {
        let mut inputs = Inputs::default();
        let mut give = |kind: Kind, sample: Sample, n: u32| {
            if let Some((session, _)) = sample.perform(kind, seed.into(), n) {
                session.give(&mut inputs);
            }
        };
        self.gold.into_iter().for_each(|sample| give(Kind::Label, sample, 0));
        self.flights.iter().for_each(|(n, sample)| give(Kind::Fly, *sample, *n));
        self.corrections.into_iter().for_each(|sample| give(Kind::Correct, sample, 0));
        inputs
    }

    /// The same after one more exercise.
    fn after(&self, kind: Kind, sample: Option<Sample>) -> Hand {
        let mut next = self.clone();
        let n = std::mem::replace(&mut next.begun[kind as usize], self.begun[kind as usize] + 1);
        match (kind, sample) {
            (_, None) => {}
            (Kind::Label, _) => next.gold = sample,
            (Kind::Fly, Some(sample)) => next.flights.push((n, sample)),
            (Kind::Correct, _) => next.corrections = sample,
        }
        next
    }
}

/// A move, and how it is done.
#[derive(Clone, Copy, Debug)]
struct Done {
    by: Move,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    /// A choice; or an experiment, which the journal runs by itself.
    Asked,
    /// The n-th exercise of its kind is handed back.
    Declined,
    /// It is done.
    ByHand(Kind, u32, Sample),
}

/// Each is found out once, by whoever asks first; another who asks meanwhile waits for it alone.
type Answers = HashMap<(Lab, Setting, Hand), Arc<OnceLock<u8>>>;
type Endings = HashMap<(Kind, u32), Vec<(Sample, u8)>>;

/// For each state how many moves are left to a goal, and one more; 0 where none is near. Games have few moves.
struct Near(Vec<u16>);

impl Near {
    fn left(&self, node: Node) -> Option<u32> {
        u32::from(self.0[node as usize]).checked_sub(1)
    }
}

pub(super) struct Player<'p> {
    story: &'p Story,
    proof: &'p Proof,
    limits: Limits,
    stop: &'p AtomicBool,
    /// By seed.
    answers: Vec<Mutex<Answers>>,
    /// By seed: how each sample of an exercise ends.
    ends: Vec<Mutex<Endings>>,
    pub(super) measured: Option<Odds>,
    runs: AtomicUsize,
    /// How many moves of a list the world has agreed to at most, since [`Player::real`] began.
    far: AtomicUsize,
}

impl<'p> Player<'p> {
    pub(super) fn new(
        story: &'p Story,
        proof: &'p Proof,
        limits: Limits,
        stop: &'p AtomicBool,
    ) -> Player<'p> {
        Player {
            story,
            proof,
            limits,
            stop,
            answers: (0..limits.seeds).map(|_| Mutex::default()).collect(),
            ends: (0..limits.seeds).map(|_| Mutex::default()).collect(),
            measured: Odds::built_in().ok().filter(|odds| odds.seeds >= limits.seeds),
            runs: AtomicUsize::new(0),
            far: AtomicUsize::new(0),
        }
    }

    /// Whether it was told to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn way(&self, node: Node) -> &'p Way {
        &self.proof.control.story.scene(self.proof.scene(node)).way
    }

    /// Does so many things, shared between the threads; each is done on one of them. `done` is told what this
    /// thread begins. Once those before one have asked for too many answers, it and the others are left out; how many
    /// were done.
    fn shared(
        &self,
        count: usize,
        play: &(dyn Fn(usize, &mut usize) -> Option<Shown> + Sync),
        done: &mut dyn FnMut(usize),
    ) -> (Vec<Option<Shown>>, usize) {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(vec![None; count]);
        let asked: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
        let most = self.limits.runs.saturating_mul(IN_ALL);
        let is_due = |i: usize| {
            let before = asked[..i].iter().map(|asked| asked.load(Ordering::Relaxed));
            before.fold(0, usize::saturating_add) < most
        };
        let work = |done: &mut dyn FnMut(usize)| {
            while !self.is_stopped() {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= count || !is_due(i) {
                    return;
                }
                done(i);
                let mut more = 0;
                let shown = play(i, &mut more);
                asked[i].store(more, Ordering::Relaxed);
                if let Ok(mut found) = found.lock() {
                    found[i] = shown;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.limits.threads.min(count) {
                scope.spawn(|| work(&mut |_| {}));
            }
            work(done);
        });
        // One may have begun before another had asked for so much.
        let played = (0..count).find(|i| !is_due(*i)).unwrap_or(count);
        let mut found = found.into_inner().unwrap_or_default();
        found.iter_mut().skip(played).for_each(|found| *found = None);
        (found, played)
    }

    fn ending(&self, ending: EndingId, goals: &[Node], first: Node, in_all: &mut usize) -> Option<Shown> {
        let least = self.proof.graph.depth(first) as u32;
        if least as usize > LONGEST {
            return None;
        }
        // The shortest list first; where it hangs on answers that hardly ever come and they are looked for in
        // vain, the shortest one of answers that are not rare.
        for (rare, seeds) in [(true, self.limits.seeds), (false, self.limits.seeds.min(COMMON_SEEDS))] {
            let mut asked = 0;
            // Common answers need no patience with seeds, so the longest lists are looked at right away.
            let detour = self.limits.detour;
            let lengths = if rare { least..=least + detour } else { least + 2 * detour..=least + 2 * detour };
            for most in lengths {
                let near = self.near(goals, most);
                let search = |seed: u32, asked: &mut usize| self.search(seed, &near, most, rare, asked);
                let before = asked;
                let found = self.first_seed(seeds, &search, &mut asked);
                *in_all += asked - before;
                if let Some((seed, done)) = found {
                    let game = self.play(seed, &done, &mut |_| {})?;
                    return (game.ending() == Some(ending)).then(|| Shown {
                        seed,
                        entries: game.entries().to_vec(),
                        moves: done.len(),
                    });
                }
                if self.stop.load(Ordering::Relaxed) {
                    return None;
                }
                if asked >= self.limits.runs {
                    break;
                }
            }
        }
        None
    }

    fn along(&self, path: &[(Node, Move)], asked: &mut usize) -> Option<Shown> {
        let search = |seed: u32, asked: &mut usize| {
            let mut done = Vec::new();
            self.follow(seed, path, &Hand::default(), &mut done, asked).then_some(done)
        };
        let (seed, done) = self.first_seed(self.limits.seeds, &search, asked)?;
        let game = self.play(seed, &done, &mut |_| {})?;
        // The world may have answered once more at the end.
        let states = journal::states(self.story, seed, game.entries()).ok()?;
        let to = match path.last() {
            Some((node, by)) => {
                let by = Some(*by);
                let edges = self.proof.graph.edges(*node).iter();
                edges.clone().find(|edge| self.proof.graph.move_of(edge.script) == by)?.to
            }
            None => 0,
        };
        let key = self.proof.graph.key(to);
        states.iter().any(|(state, _)| self.proof.control.key_of(self.story, state) == key).then(|| Shown {
            seed,
            entries: game.entries().to_vec(),
            moves: done.len(),
        })
    }

    /// A game along a path that shows a part of a text, at the smallest seed that has one; else how many moves
    /// the world has agreed to at most.
    pub(super) fn real(&self, path: &[(Node, Move)], part: &Part) -> Result<(u32, Vec<Entry>), usize> {
        self.far.store(0, Ordering::Relaxed);
        let search = |seed: u32, asked: &mut usize| {
            let mut done = Vec::new();
            if !self.follow(seed, path, &Hand::default(), &mut done, asked) {
                return None;
            }
            self.far.fetch_max(done.len(), Ordering::Relaxed);
            *asked += PLAYED;
            let mut shown = Coverage::new(self.story);
            let game = self.play(seed, &done, &mut |game| shown.look(game))?;
            shown.has(part).then(|| game.entries().to_vec())
        };
        self.first_seed(self.limits.seeds, &search, &mut 0).ok_or_else(|| self.far.load(Ordering::Relaxed))
    }

    /// The smallest seed for which a search finds something, tried in batches of a size that does not
    /// depend on the number of threads.
    fn first_seed<T: Send>(
        &self,
        seeds: u32,
        search: &(dyn Fn(u32, &mut usize) -> Option<T> + Sync),
        asked: &mut usize,
    ) -> Option<(u32, T)> {
        let mut from = 0;
        let mut size = 1;
        while from < seeds && *asked < self.limits.runs {
            let to = (from + size).min(seeds);
            let next = AtomicUsize::new(from as usize);
            let found = Mutex::new((Vec::new(), 0));
            let work = || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed) as u32;
                    if seed >= to || self.stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let mut asked = 0;
                    let result = search(seed, &mut asked);
                    if let Ok(mut found) = found.lock() {
                        found.1 += asked;
                        found.0.extend(result.map(|result| (seed, result)));
                    }
                }
            };
            std::thread::scope(|scope| {
                for _ in 1..self.limits.threads.min(size as usize) {
                    scope.spawn(work);
                }
                work();
            });
            let (found, more) = found.into_inner().unwrap_or_default();
            *asked += more;
            if let Some(first) = found.into_iter().min_by_key(|(seed, _)| *seed) {
                return Some(first);
            }
            from = to;
            size = (size * 2).min(16);
        }
        None
    }

    /// How far some states are from where one can be reached within so many moves from the start.
    fn near(&self, goals: &[Node], most: u32) -> Near {
        let graph = &self.proof.graph;
        let within = |node: Node, left: u32| graph.depth(node) as u32 + left <= most;
        let mut near = Near(vec![0; graph.len()]);
        let mut level: Vec<Node> = goals.iter().copied().filter(|node| within(*node, 0)).collect();
        level.iter().for_each(|node| near.0[*node as usize] = 1);
        let mut left = 0;
        while !level.is_empty() {
            left += 1;
            let mut next = Vec::new();
            for before in level.iter().flat_map(|node| self.proof.reversed.before(*node)) {
                if within(*before, left) && near.left(*before).is_none() {
                    near.0[*before as usize] = left as u16 + 1;
                    next.push(*before);
                }
            }
            level = next;
        }
        near
    }

    /// A shortest list of moves to a goal at a seed, of at most so many.
    fn search(&self, seed: u32, near: &Near, most: u32, rare: bool, asked: &mut usize) -> Option<Vec<Done>> {
        struct Place {
            node: Node,
            before: u32,
            depth: u32,
            done: Option<Done>,
            hand: Hand,
        }
        let graph = &self.proof.graph;
        let mut seen = HashSet::from([(0, Hand::default())]);
        let mut places =
            vec![Place { node: 0, before: NOWHERE, depth: 0, done: None, hand: Hand::default() }];
        let mut next = 0;
        let bound = if rare { MOST_STATES } else { 20 * MOST_STATES };
        while next < places.len() && next < bound && !(next.is_multiple_of(1024) && self.is_stopped()) {
            let (node, depth, hand) = (places[next].node, places[next].depth, places[next].hand.clone());
            if near.left(node) == Some(0) {
                let mut list = Vec::new();
                let mut at = next;
                while let Some(done) = places[at].done.take() {
                    list.push(done);
                    at = places[at].before as usize;
                }
                list.reverse();
                return Some(list);
            }
            let leads = |to: Node| near.left(to).is_some_and(|left| depth + 1 + left <= most);
            let mut go = |by: Move, to: Node, how: How, hand: Hand| {
                if leads(to) && seen.insert((to, hand.clone())) {
                    let done = Some(Done { by, how });
                    places.push(Place { node: to, before: next as u32, depth: depth + 1, done, hand });
                }
            };
            let moves = graph
                .edges(node)
                .iter()
                .filter_map(|edge| graph.move_of(edge.script).map(|by| (by, edge.to)))
                .filter(|(_, to)| leads(*to));
            match self.way(node) {
                Way::Lab { lab, .. } => {
                    let wanted: SmallVec<[(Move, Node); 6]> =
                        moves.filter(|(by, _)| rare || self.is_common(node, *lab, &hand, *by)).collect();
                    if let Some(answer) = self.answer(seed, node, *lab, &hand, &wanted, asked) {
                        for (by, to) in wanted.into_iter().filter(|(by, _)| *by == Move::World(answer)) {
                            go(by, to, How::Asked, hand.clone());
                        }
                    }
                }
                Way::Exercise { kind, .. } => {
                    let n = hand.begun[*kind as usize];
                    for (by, to) in moves {
                        let Move::World(outcome) = by else { continue };
                        if usize::from(outcome) + 1 == kind.outcomes().len() {
                            go(by, to, How::Declined, hand.after(*kind, None));
                        }
                        for sample in self.samples(seed, *kind, n, outcome).into_iter().filter(|_| rare) {
                            go(by, to, How::ByHand(*kind, n, sample), hand.after(*kind, Some(sample)));
                        }
                    }
                }
                _ => moves.for_each(|(by, to)| go(by, to, How::Asked, hand.clone())),
            }
            next += 1;
        }
        None
    }

    /// Makes the moves of a path, as far as the world agrees.
    fn follow(
        &self,
        seed: u32,
        path: &[(Node, Move)],
        hand: &Hand,
        done: &mut Vec<Done>,
        asked: &mut usize,
    ) -> bool {
        let length = done.len();
        for (i, (node, by)) in path.iter().enumerate() {
            match (self.way(*node), by) {
                (Way::Exercise { kind, .. }, Move::World(outcome)) => {
                    let n = hand.begun[*kind as usize];
                    let declines = usize::from(*outcome) + 1 == kind.outcomes().len();
                    let ways = declines.then_some((How::Declined, None)).into_iter().chain(
                        self.samples(seed, *kind, n, *outcome)
                            .into_iter()
                            .map(|sample| (How::ByHand(*kind, n, sample), Some(sample))),
                    );
                    for (how, sample) in ways {
                        done.push(Done { by: *by, how });
                        if self.follow(seed, &path[i + 1..], &hand.after(*kind, sample), done, asked) {
                            return true;
                        }
                        done.pop();
                    }
                    done.truncate(length);
                    return false;
                }
                (Way::Lab { lab, .. }, Move::World(outcome))
                    if self.answer(seed, *node, *lab, hand, &[(*by, 0)], asked) != Some(*outcome) =>
                {
                    self.far.fetch_max(done.len(), Ordering::Relaxed);
                    done.truncate(length);
                    return false;
                }
                _ => done.push(Done { by: *by, how: How::Asked }),
            }
        }
        true
    }

    /// Whether an answer came to at least one seed in [`RARE`] when it was measured, with nothing done by
    /// hand; what was not measured may be common.
    fn is_common(&self, node: Node, lab: Lab, hand: &Hand, by: Move) -> bool {
        let setting = engine::setting_of(&self.proof.control.story, self.proof.graph.key(node), lab);
        if hand.given(lab) != Hand::default() {
            return false;
        }
        match (self.measured.as_ref().and_then(|odds| odds.counts(lab, &setting, ByHand::No)), by) {
            (Some(counts), Move::World(outcome)) => counts
                .get(usize::from(outcome))
                .is_some_and(|count| u64::from(*count) * u64::from(RARE) >= u64::from(self.limits.seeds)),
            _ => true,
        }
    }

    /// How the experiment of a state answers, if one of the answers that are wanted is known to come
    /// at all.
    fn answer(
        &self,
        seed: u32,
        node: Node,
        lab: Lab,
        hand: &Hand,
        wanted: &[(Move, Node)],
        asked: &mut usize,
    ) -> Option<u8> {
        let setting = engine::setting_of(&self.proof.control.story, self.proof.graph.key(node), lab);
        let given = hand.given(lab);
        if given == Hand::default()
            && let Some(counts) =
                self.measured.as_ref().and_then(|odds| odds.counts(lab, &setting, ByHand::No))
        {
            let comes = |by: &Move| match by {
                Move::World(outcome) => counts.get(usize::from(*outcome)).is_some_and(|count| *count > 0),
                _ => false,
            };
            if !wanted.iter().any(|(by, _)| comes(by)) {
                return None;
            }
        }
        if wanted.is_empty() {
            return None;
        }
        *asked += 1;
        let key = (lab, setting, given);
        let (of, hand) = (key.1.clone(), key.2.clone());
        let known = Arc::clone(self.answers.get(seed as usize)?.lock().ok()?.entry(key).or_default());
        let run = || {
            self.runs.fetch_add(1, Ordering::Relaxed);
            lab.outcome(&of, &hand.inputs(seed), seed.into()).0
        };
        Some(*known.get_or_init(run))
    }

    /// The kept ways of doing an exercise that end so.
    fn samples(&self, seed: u32, kind: Kind, n: u32, outcome: u8) -> SmallVec<[Sample; 4]> {
        let Some(Ok(mut ends)) = self.ends.get(seed as usize).map(Mutex::lock) else {
            return SmallVec::new();
        };
        let known = ends.entry((kind, n)).or_insert_with(|| {
            let end = |sample: Sample| sample.perform(kind, seed.into(), n)?.0.outcome();
            Sample::ALL.into_iter().filter_map(|sample| Some((sample, end(sample)?))).collect()
        });
        known.iter().filter(|(_, end)| *end == outcome).map(|(sample, _)| *sample).collect()
    }

    /// Plays for real; `look` is shown every screen.
    fn play(&self, seed: u32, done: &[Done], look: &mut dyn FnMut(&Game<'p>)) -> Option<Game<'p>> {
        let mut game = Game::new(self.story, seed).ok()?;
        look(&game);
        for done in done {
            match (done.by, done.how) {
                (Move::Choose(choice), _) => game.choose(choice).ok()?,
                (_, How::ByHand(kind, n, sample)) => {
                    for line in sample.perform(kind, seed.into(), n)?.1 {
                        game.type_line(&line).ok()?;
                        look(&game);
                    }
                }
                (_, How::Declined) => game.decline().ok()?,
                // The journal runs experiments by itself.
                (_, How::Asked) => continue,
            }
            look(&game);
        }
        Some(game)
    }
}
