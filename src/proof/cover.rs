//! Games that show every paragraph.
//!
//! For a paragraph (or picture) that no game has shown yet, the list of moves is looked for along which the
//! experiments are *likeliest* to answer as they must: shortest paths (Dijkstra 1959) over the kept graph, each
//! state with the values of the facts that the text asks for (`slices`) and how often its scene was entered,
//! where a move costs a little and an answer of the world the negative logarithm of its share of seeds in
//! `labs/odds.ron`. That list is played for real, at the first seed below [`Limits::seeds`] at which the
//! experiments do answer so *and* the paragraph stands on a screen then. Where there is none, the answer at which
//! the games got stuck is held to be less likely, and another list is looked for, up to 32 of them. From there a
//! curious player ([`curious`]) goes on to an ending, and all that the game shows counts.
//!
//! What it doesn't find may still be shown by some game: by a seed beyond the bound, by what is done by hand in a
//! way that is not kept, or on a list of more answers in a row than the rounds try.

use super::Proof;
use super::course::Steps;
use super::graph::{Node, Token};
use super::pack;
use super::shown::{Limits, Player};
use super::slices::{self, Means, Slice, Words};
use super::texts::{Places, can_be, reads_figure};
use crate::engine::{self, Move};
use crate::journal::coverage::Coverage;
use crate::journal::curious::{self, Curious};
use crate::journal::{Entry, Game, Unmade, pages_of};
use crate::labs::odds::ByHand;
use crate::labs::{Lab, Setting};
use crate::story::{ChoiceId, Condition, FactId, PageId, Part, SceneId, Story, Text, Way};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many lists of moves are tried for one paragraph.
const ROUNDS: usize = 32;
/// How many of them may be played and not show it.
const MOST_VAIN: usize = 24;
/// Answers that may be asked for along one list; a game that is played counts as forty.
pub const RUNS: usize = 6000;
/// Most places that are looked at in one search.
const MOST_PLACES: usize = 6_000_000;
/// Steps and bytes for finding the values of the facts that a text asks for.
const SLICE_STEPS: usize = 500_000_000;
const SLICE_BYTES: usize = 1 << 28;
/// Costs are thousandths of a nat. What a move costs: among lists that are as likely the shorter.
const MOVE: u32 = 10;
/// What an answer costs that was counted at no seed.
const NEVER: u32 = 12_000;
/// The least share of an answer after work by hand, since hands differ.
const OTHER_HANDS: f64 = 0.05;
/// The share of an answer that was not counted.
const UNKNOWN: f64 = 0.5;
/// What is added for an answer at which all games got stuck.
const STUCK: u32 = 2_000;
/// What is added for each answer on a list that did not show what it should.
const VAIN: u32 = 1_500;

/// A game that was found: its seed and its moves.
pub type Found = (u32, Vec<Entry>);

/// Where a text is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    Scene(SceneId),
    Reply(ChoiceId),
    /// Where the choice is on offer.
    Label(ChoiceId),
    /// Where it is locked.
    Reason(ChoiceId),
    Status,
    Card,
    /// What a page says of the playthrough, when it is taught.
    Here(PageId),
    /// What it says in general then: as things are at the beginning.
    Page(PageId),
}

/// What must be counted on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    Nothing,
    /// How often a scene was entered.
    Visits(SceneId),
    /// Whether a page was taught since the player's last move.
    Taught(PageId),
}

/// A paragraph that is to be shown.
struct Target<'s> {
    part: &'s Part,
    site: Site,
    path: Vec<(&'s Condition, bool)>,
    /// Told at this visit of its scene, counted from 1; the last of a list at each later one too.
    visit: Option<(u8, bool)>,
}

/// Looks for games that show what was not shown yet, and adds to it. `tell` is told how many are shown.
///
/// # Errors
/// Where the story cannot be played on.
pub fn games<'s>(
    story: &'s Story,
    proof: &Proof,
    shown: &mut Coverage<'s>,
    limits: Limits,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(usize),
) -> Result<Vec<Found>, Unmade> {
    let owners = slices::owners(story);
    let search = Search {
        story,
        proof,
        places: Places::of(story, &proof.graph, &owners),
        player: Player::new(story, proof, limits, stop),
        owners,
    };
    let mut found = Vec::new();
    let mut player = Curious::new(story);
    // Targets that ask for the same are looked for together.
    let needs = pack::Needs::of(story);
    let mut groups: BTreeMap<(Vec<bool>, bool, Counted), Vec<Target>> = BTreeMap::new();
    for target in targets(story).into_iter().filter(|target| !shown.has(target.part)) {
        groups.entry(asked(story, &needs, &target)).or_default().push(target);
    }
    for ((facts, labs, counted), mut targets) in groups {
        targets.retain(|target| !shown.has(target.part));
        if targets.is_empty() {
            continue;
        }
        let ids = (0..facts.len()).filter(|i| facts[*i]).map(|i| FactId(i as u32));
        let mut means = Means { steps: Steps::new(SLICE_STEPS), bytes: SLICE_BYTES };
        let slice =
            Slice::of(story, &proof.graph, &search.owners, ids, labs, slices::MOST_VALUES, &mut means);
        // Too many values to follow: any way to the text is tried.
        let slice = if slice.too_much.is_some() {
            targets.iter_mut().for_each(|target| target.path.clear());
            Slice::of(story, &proof.graph, &search.owners, [], false, slices::MOST_VALUES, &mut means)
        } else {
            slice
        };
        let all: Vec<&Target> = targets.iter().collect();
        let mut ways = search.likeliest(&slice, counted, &all, &HashMap::new());
        // The rarest first: a game to it shows much of what is common.
        let mut order: Vec<usize> = (0..targets.len()).collect();
        order.sort_by_key(|i| Reverse(ways[*i].as_ref().map_or(0, |(cost, _)| *cost)));
        for i in order {
            if stop.load(Ordering::Relaxed) {
                return Ok(found);
            }
            if shown.has(targets[i].part) {
                continue;
            }
            let Some((_, way)) = ways[i].take() else { continue };
            let Some((seed, entries)) = search.play(&slice, counted, &targets[i], way) else { continue };
            let (game, _) = Game::replay(story, seed, &entries)?;
            let game = player.go_on(game, curious::LONGEST)?;
            shown.play(seed, game.entries()).map_err(|(_, why)| why)?;
            found.push((seed, game.entries().to_vec()));
            tell(shown.count());
        }
    }
    Ok(found)
}

/// The facts that decide whether a paragraph is told, whether experiments do, and what must be counted.
fn asked(story: &Story, needs: &pack::Needs, target: &Target) -> (Vec<bool>, bool, Counted) {
    let mut facts = vec![false; story.facts.len()];
    for (condition, _) in &target.path {
        pack::reads(story, condition, &mut |fact| facts[fact.index()] = true);
    }
    needs.close(&mut facts);
    let labs = target.path.iter().any(|(condition, _)| reads_figure(condition));
    let counted = match target.site {
        Site::Here(page) | Site::Page(page) => Counted::Taught(page),
        _ if target.visit.is_none() => Counted::Nothing,
        Site::Scene(scene) => Counted::Visits(scene),
        Site::Reply(choice) | Site::Label(choice) | Site::Reason(choice) => {
            story.home(choice).map_or(Counted::Nothing, Counted::Visits)
        }
        Site::Status | Site::Card => Counted::Nothing,
    };
    (facts, labs, counted)
}

/// A state, the number of a slice's value in it, what was counted, and what was done by hand.
type Place = (Node, u32, u8, Hands);
/// Whether anything was done by hand, and whether since the last experiment: experiments answer otherwise then.
type Hands = (bool, bool);
/// Where a place was come to from, and by which script.
type From = Option<(Place, u32)>;
/// What a list of moves costs, and the list.
type List = (u32, Vec<(Node, Move)>);
/// What is added to the cost of answers.
type Doubts = HashMap<Answer, u32>;
/// An experiment at a setting, its answer, and what was done by hand before.
type Answer = (Lab, Setting, u8, Hands);

struct Search<'p> {
    story: &'p Story,
    proof: &'p Proof,
    owners: Vec<SceneId>,
    places: Places,
    player: Player<'p>,
}

impl Search<'_> {
    /// A game that shows a paragraph, beginning with this list of moves or, where no seed takes it, others.
    fn play(
        &self,
        slice: &Slice,
        counted: Counted,
        target: &Target,
        mut way: Vec<(Node, Move)>,
    ) -> Option<Found> {
        let mut doubts = Doubts::new();
        let mut vain = 0;
        for _ in 0..ROUNDS {
            let far = match self.player.real(&way, target.part) {
                Ok(found) => return Some(found),
                Err(far) => far,
            };
            let answers = self.answers(&way);
            match answers.iter().find(|(at, _)| *at == far).map(|(_, answer)| answer.clone()) {
                Some(stuck) => *doubts.entry(stuck).or_default() += STUCK,
                // Seen, but not the paragraph: figures or variants were others.
                None if answers.is_empty() => return None,
                None => {
                    vain += 1;
                    if vain > MOST_VAIN {
                        return None;
                    }
                    let read = target.labs();
                    for (_, answer) in
                        answers.into_iter().filter(|(_, it)| read.is_empty() || read.contains(&it.0))
                    {
                        *doubts.entry(answer).or_default() += VAIN;
                    }
                }
            }
            way = self.likeliest(slice, counted, &[target], &doubts).pop()??.1;
        }
        None
    }

    /// The experiments on a list of moves, each with its index.
    fn answers(&self, way: &[(Node, Move)]) -> Vec<(usize, Answer)> {
        let mut hands = (false, false);
        let mut answers = Vec::new();
        for (i, (node, by)) in way.iter().enumerate() {
            answers.extend(self.answer(*node, *by, hands).map(|answer| (i, answer)));
            hands = self.hands(hands, *node, *by);
        }
        answers
    }

    /// What was done by hand after a move.
    fn hands(&self, before: Hands, node: Node, by: Move) -> Hands {
        match (self.player.way(node), by) {
            (Way::Lab { .. }, _) => (before.0, false),
            (Way::Exercise { kind, .. }, Move::World(outcome))
                if usize::from(outcome) + 1 < kind.outcomes().len() =>
            {
                (true, true)
            }
            _ => before,
        }
    }

    /// The experiment and setting that a move is the answer to.
    fn answer(&self, node: Node, by: Move, hands: Hands) -> Option<Answer> {
        match (self.player.way(node), by) {
            (Way::Lab { lab, .. }, Move::World(outcome)) => {
                let setting = engine::setting_of(&self.proof.control.story, self.proof.graph.key(node), *lab);
                Some((*lab, setting, outcome, hands))
            }
            _ => None,
        }
    }

    fn cost(&self, node: Node, by: Move, hands: Hands, doubts: &Doubts) -> u32 {
        let Some(answer) = self.answer(node, by, hands) else { return MOVE };
        let (lab, setting, outcome, _) = &answer;
        let share = |by_hand: ByHand| {
            let odds = self.player.measured.as_ref()?;
            let count = *odds.counts(*lab, setting, by_hand)?.get(usize::from(*outcome))?;
            Some(f64::from(count) / f64::from(odds.seeds.max(1)))
        };
        // Hands may be better or worse than those that were counted.
        let share = match hands.0 {
            true => [share(ByHand::No), share(ByHand::Yes)]
                .into_iter()
                .flatten()
                .max_by(f64::total_cmp)
                .map(|share| share.max(OTHER_HANDS)),
            false => share(ByHand::No),
        };
        let nats = match share.unwrap_or(UNKNOWN) {
            0.0 => NEVER,
            share => (-1000.0 * share.ln()) as u32,
        };
        MOVE + nats + doubts.get(&answer).copied().unwrap_or(0)
    }

    /// For each paragraph the list of moves to it that costs least; `None` where none was found.
    fn likeliest(
        &self,
        slice: &Slice,
        counted: Counted,
        targets: &[&Target],
        doubts: &Doubts,
    ) -> Vec<Option<List>> {
        let graph = &self.proof.graph;
        let mut ways: Vec<Option<List>> = targets.iter().map(|_| None).collect();
        let mut left = targets.len();
        let mut by_scene: HashMap<SceneId, Vec<usize>> = HashMap::new();
        let mut by_choice: HashMap<ChoiceId, Vec<usize>> = HashMap::new();
        let mut anywhere = Vec::new();
        // Scripts that tell a text on the way, and how far they have got then.
        let mut by_script: HashMap<u32, Vec<(usize, usize)>> = HashMap::new();
        for (i, target) in targets.iter().enumerate() {
            match target.site {
                Site::Scene(scene) => {
                    by_scene.entry(scene).or_default().push(i);
                    for (script, far) in self.places.passed.get(&scene).into_iter().flatten() {
                        by_script.entry(*script).or_default().push((i, *far));
                    }
                }
                Site::Reply(choice) => {
                    for script in self.places.chosen.get(&choice).into_iter().flatten() {
                        by_script.entry(*script).or_default().push((i, 1));
                    }
                }
                Site::Label(choice) | Site::Reason(choice) => by_choice.entry(choice).or_default().push(i),
                Site::Status | Site::Card | Site::Here(_) | Site::Page(_) => anywhere.push(i),
            }
        }
        let begun: Place = (0, 0, self.count(counted, 0, 0, 0), (false, false));
        let mut known: HashMap<Place, (u32, From)> = HashMap::from([(begun, (0, None))]);
        let mut todo = BinaryHeap::from([Reverse((0u32, begun))]);
        while let Some(Reverse((cost, place))) = todo.pop() {
            if left == 0 || known.len() > MOST_PLACES || self.player.is_stopped() {
                break;
            }
            if known.get(&place).is_none_or(|(least, _)| *least < cost) {
                continue;
            }
            let (node, number, count, hands) = place;
            let value = slice.value(number);
            let mut find = |i: usize, cost: u32, last: Option<u32>, known: &HashMap<Place, (u32, From)>| {
                if ways[i].is_none() {
                    ways[i] = Some((cost, self.back(known, place, last)));
                    left -= 1;
                }
            };
            let here = by_scene.get(&self.proof.scene(node)).into_iter().flatten();
            for i in here.chain(&anywhere) {
                let is_here = match targets[*i].site {
                    Site::Card => matches!(self.player.way(node), Way::Ending(_)),
                    Site::Here(_) | Site::Page(_) => count > 0,
                    _ => true,
                };
                if is_here && targets[*i].is_told(slice, value, count) {
                    find(*i, cost, None, &known);
                }
            }
            if !by_choice.is_empty() {
                engine::offers(&self.proof.control.story, graph.key(node), |choice, open| {
                    for i in by_choice.get(&choice).into_iter().flatten() {
                        let is_here = !open || matches!(targets[*i].site, Site::Label(_));
                        if is_here && targets[*i].is_told(slice, value, count) {
                            find(*i, cost, None, &known);
                        }
                    }
                });
            }
            if place == begun {
                for (i, far) in by_script.get(&0).into_iter().flatten() {
                    let mut words = slice.start();
                    slice.run(&graph.scripts[0][..*far], &mut words, &mut Vec::new());
                    if targets[*i].is_told(slice, &words, count) {
                        find(*i, cost, None, &known);
                    }
                }
            }
            for edge in graph.edges(node) {
                let Some(by) = graph.move_of(edge.script) else { continue };
                let cost = cost + self.cost(node, by, hands, doubts);
                for (i, far) in by_script.get(&edge.script).into_iter().flatten() {
                    let mut words = value.clone();
                    let done = &graph.scripts[edge.script as usize][..*far];
                    slice.run(done, &mut words, &mut Vec::new());
                    // A scene that is passed has been entered once more.
                    let passed = u8::from(matches!(targets[*i].site, Site::Scene(_)));
                    if targets[*i].is_told(slice, &words, count.saturating_add(passed)) {
                        find(*i, cost, Some(edge.script), &known);
                    }
                }
                let count = self.count(counted, count, edge.script, edge.to);
                let hands = self.hands(hands, node, by);
                let next: Place = (edge.to, slice.step(edge.script, number), count, hands);
                let better = known.get(&next).is_none_or(|(least, _)| cost < *least);
                if better {
                    known.insert(next, (cost, Some((place, edge.script))));
                    todo.push(Reverse((cost, next)));
                }
            }
        }
        ways
    }

    /// The list of moves to a place, and the one that it ends with.
    fn back(
        &self,
        known: &HashMap<Place, (u32, From)>,
        place: Place,
        last: Option<u32>,
    ) -> Vec<(Node, Move)> {
        let graph = &self.proof.graph;
        let by = |node: Node, script: u32| graph.move_of(script).map(|by| (node, by));
        let mut list: Vec<_> = last.and_then(|script| by(place.0, script)).into_iter().collect();
        let mut at = place;
        while let Some((_, Some((before, script)))) = known.get(&at) {
            list.extend(by(before.0, *script));
            at = *before;
        }
        list.reverse();
        list
    }

    /// What is counted after a step that leads to a state.
    fn count(&self, counted: Counted, before: u8, script: u32, to: Node) -> u8 {
        let passed = self.proof.graph.scripts[script as usize].iter().filter_map(|token| match token {
            Token::Arm(arm) => {
                let owner = self.owners[arm.index()];
                matches!(self.story.scene(owner).way, Way::Auto(_)).then_some(owner)
            }
            _ => None,
        });
        let mut entered = passed.chain([self.proof.scene(to)]);
        match counted {
            Counted::Nothing => 0,
            Counted::Visits(scene) => {
                let more = entered.filter(|at| *at == scene).count() as u8;
                before.saturating_add(more).min(MOST_VISITS)
            }
            Counted::Taught(page) => {
                let goes_on = matches!(self.proof.graph.move_of(script), Some(Move::World(_)));
                let taught = entered.any(|scene| pages_of(self.story, scene).any(|it| it == page));
                u8::from(taught || before > 0 && goes_on)
            }
        }
    }
}

/// Visits that are told apart.
const MOST_VISITS: u8 = 8;

impl Target<'_> {
    /// The labs whose figures decide whether it is told.
    fn labs(&self) -> Vec<Lab> {
        fn read(condition: &Condition, labs: &mut Vec<Lab>) {
            match condition {
                Condition::Between(..) => {}
                Condition::Not(inner) => read(inner, labs),
                Condition::All(all) | Condition::Any(all) => all.iter().for_each(|inner| read(inner, labs)),
                Condition::Figure(figure, ..) | Condition::FigureIs(figure, _) => labs.push(figure.lab),
            }
        }
        let mut labs = Vec::new();
        self.path.iter().for_each(|(condition, _)| read(condition, &mut labs));
        labs
    }

    fn is_told(&self, slice: &Slice, value: &Words, count: u8) -> bool {
        let visited = |(visit, last): (u8, bool)| match self.site {
            Site::Status | Site::Card | Site::Here(_) | Site::Page(_) => true,
            // Offered anywhere: nothing was counted.
            _ if count == 0 => true,
            _ => count == visit.min(MOST_VISITS) || last && count > visit,
        };
        let value = if matches!(self.site, Site::Page(_)) { slice.value(0) } else { value };
        self.visit.is_none_or(visited)
            && self.path.iter().all(|(condition, side)| can_be(&slice.story, condition, *side, value))
    }
}

/// Every paragraph and picture of a story, with what it takes to be told.
fn targets(story: &Story) -> Vec<Target<'_>> {
    let mut targets = Vec::new();
    let mut add = |text: Text, site: Site| collect(story, text, site, &mut Vec::new(), None, &mut targets);
    for i in 0..story.scenes.len() as u32 {
        add(story.scene(SceneId(i)).text, Site::Scene(SceneId(i)));
    }
    for i in 0..story.choices.len() as u32 {
        let choice = story.choice(ChoiceId(i));
        add(choice.label, Site::Label(ChoiceId(i)));
        add(choice.reply, Site::Reply(ChoiceId(i)));
        if let Some((_, reason)) = choice.locked.as_deref() {
            add(*reason, Site::Reason(ChoiceId(i)));
        }
    }
    add(story.status, Site::Status);
    add(story.card, Site::Card);
    for i in 0..story.pages.len() as u32 {
        let page = &story.pages[i as usize];
        add(page.text, Site::Page(PageId(i)));
        add(page.here, Site::Here(PageId(i)));
    }
    targets
}

fn collect<'s>(
    story: &'s Story,
    text: Text,
    site: Site,
    path: &mut Vec<(&'s Condition, bool)>,
    visit: Option<(u8, bool)>,
    targets: &mut Vec<Target<'s>>,
) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { .. } | Part::Picture { .. } | Part::LabPicture { .. } => {
                targets.push(Target { part, site, path: path.clone(), visit });
            }
            Part::When { when, text, otherwise, .. } => {
                for (side, text) in [(true, *text), (false, *otherwise)] {
                    path.push((when, side));
                    collect(story, text, site, path, visit, targets);
                    path.pop();
                }
            }
            Part::OneOf { variants, in_turn, .. } => {
                let variants = story.variants(*variants);
                for (i, text) in variants.iter().enumerate() {
                    let turn = Some((i as u8 + 1, i + 1 == variants.len())).filter(|_| *in_turn);
                    collect(story, *text, site, path, turn.or(visit), targets);
                }
            }
        }
    }
}
