//! Claims: what an author promises, decided on the explored graph.
//!
//! A promise is a set of states, built bottom up as in Clarke, Emerson and Sistla (1986): `And`, `Or`,
//! `Not` are set operations; `CanReach(x)` is EF x, one reverse sweep; `Within(n, x)` is EF x with at
//! most n choices on the way (answers of the world are free), a reverse search with costs 0 and 1.
//! `Likely(x, p)` reads the graph as a Markov decision process: the player picks the best choice, and
//! the best end of what is done by hand, the world draws by its weights. It goes through the strongly connected
//! components backwards. Where the best chance is 0 or 1 is decided by the graph alone (de Alfaro 1997; Baier
//! and Katoen 2008, ch. 10); elsewhere a component is solved by policy iteration (Howard 1960), each policy directly, or where
//! that is too much by value iteration (Bellman 1957) from below; a bound from above is proved in either case. A claim
//! that hangs on what is not known closely enough is undecided, neither true nor false.
//!
//! `AtStart`, `Always` and `Never` are about the states in which the player chooses.
//!
//! Where not every state was looked at, each set is kept twice: the states in which a promise holds whatever follows
//! from those at the edge, and those in which it may hold (Bruns and Godefroid 1999). So a claim that fails on such a part
//! fails, and `AtStart` may hold; what hangs on the rest is open.

use super::chain::Sparse;
use super::components::Components;
use super::graph::{Graph, Node, Reversed};
use super::{Course, Steps};
use crate::engine::Move;
use crate::story::{Claim, Promise, Quantified, SceneId, Story, Way};
use std::collections::{HashMap, HashSet, VecDeque};

/// Most policies that are tried in one component.
const POLICIES: usize = 100;
/// Bytes that solving a policy takes for each state, and for each move that comes to be between two of them.
const POLICY_BYTES: usize = 240;
const MOVE_BYTES: usize = 64;
/// Most rounds of value iteration from below.
const ROUNDS: usize = 10_000;
/// Most rounds in which a guess becomes a bound from above.
const TRIES: usize = 1000;
/// How much chances may be off where each was solved to the end, besides what is known of it.
const EXACT: f64 = 1e-12;
/// How closely they are to be known elsewhere, if that can be shown; else one of those after it.
const CLOSE: f64 = 1e-9;
const FAR: [f64; 2] = [1e-6, 1e-3];

/// A first state in which the player chooses, and what the world does before.
type Start = (Node, Vec<(Node, Move)>);

/// What became of a claim.
pub(super) enum Judged {
    /// It holds.
    Holds,
    /// A state in which it fails, and the moves of the world that lead to it if it is a first one.
    Fails(Node, Option<Vec<(Node, Move)>>),
    /// It hangs on a chance that is not known closely enough, or on states that were not looked at.
    Undecided,
    /// There were too few steps to decide it.
    Spent,
}

/// What became of all claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// They fail.
    pub fail: usize,
    /// They hold; where not every state was looked at, whatever the rest is like.
    pub hold: usize,
    /// They hang on states that were not looked at, or on a chance that is not known closely enough, or were not come
    /// to.
    pub open: usize,
}

/// The best player's chances, state by state.
struct Best {
    /// At least so much.
    least: Vec<f64>,
    /// At most so much more.
    off: Vec<f64>,
    /// Whether it is more than 0.
    can: Vec<bool>,
    /// Whether it is 1.
    sure: Vec<bool>,
}

impl Best {
    /// Whether a chance is so high: surely, or as far as is known.
    fn is(&self, i: usize, p: f64, surely: bool) -> bool {
        if p <= 0.0 || (self.sure[i] && p <= 1.0) {
            true
        } else if p >= 1.0 || !self.can[i] {
            false
        } else {
            self.least[i] >= p || (!surely && self.least[i] + self.off[i] + EXACT >= p)
        }
    }
}

/// What claims are decided on.
pub(super) struct Ground<'g> {
    /// The story over its control facts.
    pub control: &'g Story,
    /// Its graph.
    pub graph: &'g Graph,
    /// The graph backwards.
    pub reversed: &'g Reversed,
    /// Its components.
    pub components: &'g Components,
    /// The probability of each of its moves.
    pub chances: &'g [f64],
    /// What is left to be done for all claims; what is found once they are spent means nothing.
    pub steps: Steps,
    /// Bytes that solving parts of it may take, beside what [`bytes`] counts.
    pub room: usize,
    /// What is found once it is stopped means nothing.
    pub course: &'g Course<'g>,
}

impl Ground<'_> {
    /// Decides a claim.
    pub fn judge(&self, claim: &Claim) -> Judged {
        if self.steps.are_spent() {
            return Judged::Spent;
        }
        // What holds surely is less than what may hold; mostly they are the same.
        let wanted = claim.of != Quantified::Never;
        let broken = |surely: bool| {
            let holds = self.set(&claim.promise, surely);
            self.steps.take(self.graph.len());
            if claim.of == Quantified::AtStart {
                let first = self.starts().0.into_iter().find(|(node, _)| !holds[*node as usize]);
                return first.map(|(node, path)| (node, Some(path)));
            }
            let breaks = |node: &Node| self.player_chooses(*node) && holds[*node as usize] != wanted;
            self.graph.nodes().find(breaks).map(|node| (node, None))
        };
        let mut first = broken(wanted);
        // So it is where all is known; but chances are not, nor what follows from states that were not looked at.
        if first.is_some() && (is_likely(&claim.promise) || !self.graph.is_whole()) {
            first = broken(!wanted);
            if first.is_none() && !self.steps.are_spent() {
                return Judged::Undecided;
            }
        }
        match first {
            _ if self.steps.are_spent() => Judged::Spent,
            Some((node, path)) => Judged::Fails(node, path),
            // There only the beginning can be known to hold.
            None if self.graph.is_whole() || (claim.of == Quantified::AtStart && self.starts().1) => {
                Judged::Holds
            }
            None => Judged::Undecided,
        }
    }

    fn scene(&self, node: Node) -> SceneId {
        SceneId(self.control.layout.scene.get(self.graph.key(node)))
    }

    fn player_chooses(&self, node: Node) -> bool {
        matches!(self.control.scene(self.scene(node)).way, Way::Choices(_))
    }

    /// Whether anything may follow from a state, since it was found and not looked at.
    fn is_open(&self, node: Node) -> bool {
        node as usize >= self.graph.looked_at()
            && !matches!(self.control.scene(self.scene(node)).way, Way::Ending(_))
    }

    /// The first states in which the player chooses: one, but where the world answers before; with its answers.
    /// And whether these are all.
    fn starts(&self) -> (Vec<Start>, bool) {
        let (mut found, mut all) = (Vec::new(), true);
        let mut seen = HashSet::from([0]);
        let mut todo = VecDeque::from([(0, Vec::new())]);
        while let Some((node, path)) = todo.pop_front() {
            if self.player_chooses(node) {
                found.push((node, path));
                continue;
            }
            all &= !self.is_open(node);
            for edge in self.graph.edges(node).iter().filter(|edge| seen.insert(edge.to)) {
                let by = self.graph.move_of(edge.script).map(|by| (node, by));
                todo.push_back((edge.to, path.iter().copied().chain(by).collect()));
            }
        }
        (found, all)
    }

    fn each(&self, holds: impl Fn(Node) -> bool) -> Vec<bool> {
        self.graph.nodes().map(holds).collect()
    }

    /// The states in which a promise holds: surely, or as far as is known.
    fn set(&self, promise: &Promise, surely: bool) -> Vec<bool> {
        if !self.steps.take(self.graph.len()) {
            return vec![false; self.graph.len()];
        }
        match promise {
            Promise::And(all) => self.fold(all, surely, true, |a, b| a && b),
            Promise::Or(all) => self.fold(all, surely, false, |a, b| a || b),
            Promise::Not(inner) => self.set(inner, !surely).into_iter().map(|holds| !holds).collect(),
            Promise::At(scene) => self.each(|node| self.scene(node) == *scene),
            Promise::Act(act) => self.each(|node| self.control.scene(self.scene(node)).act == Some(*act)),
            Promise::Ending(endings) => self.each(|node| match self.control.scene(self.scene(node)).way {
                Way::Ending(ending) => endings.contains(&ending),
                _ => false,
            }),
            Promise::Offers(choices) => self.each(|node| {
                let may_offer = !surely && self.is_open(node) && self.player_chooses(node);
                may_offer
                    || self.graph.edges(node).iter().any(|edge| match self.graph.move_of(edge.script) {
                        Some(Move::Choose(choice)) => choices.contains(&choice),
                        _ => false,
                    })
            }),
            Promise::Fact(condition) => {
                self.each(|node| crate::engine::holds(self.control, condition, self.graph.key(node)))
            }
            Promise::CanReach(inner) => {
                self.steps.take(self.graph.transitions());
                let there = self.ahead(inner, surely);
                self.reversed.sweep(self.graph.nodes().filter(|node| there[*node as usize]))
            }
            Promise::Within(most, inner) => {
                self.steps.take(self.graph.transitions());
                self.within(*most, &self.ahead(inner, surely))
            }
            Promise::Likely(inner, p) => {
                self.steps.take(2 * self.graph.transitions());
                let best = self.best(&self.ahead(inner, surely));
                self.each(|node| best.is(node as usize, *p, surely))
            }
        }
    }

    /// The states in which a promise holds, or from which it surely is, or may be, come to through what was not
    /// looked at.
    fn ahead(&self, promise: &Promise, surely: bool) -> Vec<bool> {
        let mut there = self.set(promise, surely);
        let open = self.graph.frontier().filter(|node| !surely && self.is_open(*node));
        open.for_each(|node| there[node as usize] = true);
        there
    }

    fn fold(
        &self,
        all: &[Promise],
        surely: bool,
        start: bool,
        with: impl Fn(bool, bool) -> bool,
    ) -> Vec<bool> {
        let mut holds = vec![start; self.graph.len()];
        for inner in all {
            holds.iter_mut().zip(self.set(inner, surely)).for_each(|(a, b)| *a = with(*a, b));
        }
        holds
    }

    /// States from which some are reached in at most so many choices.
    fn within(&self, most: u32, there: &[bool]) -> Vec<bool> {
        let mut cost = vec![u32::MAX; self.graph.len()];
        let mut todo = VecDeque::new();
        for node in self.graph.nodes().filter(|node| there[*node as usize]) {
            cost[node as usize] = 0;
            todo.push_back((node, 0));
        }
        while let Some((node, at)) = todo.pop_front() {
            if at > cost[node as usize] {
                continue;
            }
            for before in self.reversed.before(node) {
                let chosen = self.player_chooses(*before);
                let next = at + u32::from(chosen);
                if next <= most && next < cost[*before as usize] {
                    cost[*before as usize] = next;
                    if chosen {
                        todo.push_back((*before, next));
                    } else {
                        todo.push_front((*before, next));
                    }
                }
            }
        }
        cost.into_iter().map(|cost| cost != u32::MAX).collect()
    }

    fn is_drawn(&self, node: Node) -> bool {
        matches!(self.control.scene(self.scene(node)).way, Way::Lab { .. })
    }

    /// Where a state leads, and how likely where the world draws; not to where it never draws. Of choices each is
    /// as likely as the player likes.
    fn leads(&self, node: Node) -> impl Iterator<Item = (Node, f64)> + Clone + '_ {
        let drawn = self.is_drawn(node);
        let chances = &self.chances[self.graph.edge_range(node)];
        let edges = self.graph.edges(node).iter().zip(chances);
        edges
            .filter(move |(_, p)| !drawn || **p > 0.0)
            .map(move |(edge, p)| (edge.to, if drawn { *p } else { 1.0 }))
    }

    /// The members of a component that can be led to `to` within some states, nearest last; they are added to it.
    fn attract(&self, members: &[Node], within: impl Fn(Node) -> bool, to: &mut [bool]) -> Vec<Node> {
        let leads = |node: Node, to: &[bool]| self.leads(node).any(|(next, _)| to[next as usize]);
        let mut added = Vec::new();
        for node in members {
            if !to[*node as usize] && within(*node) && leads(*node, to) {
                added.push(*node);
            }
        }
        added.iter().for_each(|node| to[*node as usize] = true);
        let mut next = 0;
        while let Some(node) = added.get(next).copied() {
            next += 1;
            for before in self.reversed.before(node).iter().copied() {
                let inside = self.components.of(before) == self.components.of(node);
                if inside && !to[before as usize] && within(before) && leads(before, to) {
                    to[before as usize] = true;
                    added.push(before);
                }
            }
        }
        added
    }

    /// The best player's probability of getting to some states.
    fn best(&self, there: &[bool]) -> Best {
        let mut best = Best {
            least: there.iter().map(|there| f64::from(u8::from(*there))).collect(),
            off: vec![0.0; there.len()],
            can: there.to_vec(),
            sure: there.to_vec(),
        };
        // Backwards: what a component leads to is known when it comes to it.
        for component in (0..self.components.len()).rev() {
            let members = self.components.members(component);
            if self.steps.are_spent()
                || ((component % 4096 == 0 || members.len() > 64) && self.course.is_stopped())
            {
                break;
            }
            let can = self.attract(members, |_| true, &mut best.can);
            // From here it is sure where the player can go on so that nothing but such states comes, and always with a
            // way there: the largest such set.
            let mut tried = can.clone();
            let mut within: HashSet<Node> = tried.iter().copied().collect();
            while !tried.is_empty() && !self.course.is_stopped() && self.steps.take(4 * tried.len()) {
                let Best { sure, .. } = &mut best;
                let stays = |node: Node, sure: &[bool]| {
                    within.contains(&node)
                        && (!self.is_drawn(node)
                            || self.leads(node).all(|(to, _)| sure[to as usize] || within.contains(&to)))
                };
                let known: Vec<Node> = tried.iter().copied().filter(|node| stays(*node, sure)).collect();
                let stays: HashSet<Node> = known.into_iter().collect();
                let found = self.attract(members, |node| stays.contains(&node), sure);
                if found.len() == tried.len() {
                    break;
                }
                found.iter().for_each(|node| sure[*node as usize] = false);
                within = found.iter().copied().collect();
                tried = found;
            }
            tried.iter().for_each(|node| best.least[*node as usize] = 1.0);
            let open: Vec<Node> = can.into_iter().filter(|node| !best.sure[*node as usize]).collect();
            if open.is_empty() {
                continue;
            }
            let inside = |to: Node| self.components.of(to) == component;
            let more = open.iter().flat_map(|node| self.leads(*node)).filter(|(to, _)| !inside(*to));
            let from = more.map(|(to, _)| best.off[to as usize]).fold(0.0, f64::max);
            let own = self.solve(&open, &mut best);
            for node in open {
                let i = node as usize;
                best.least[i] = best.least[i].min(1.0f64.next_down());
                best.off[i] = from + own;
            }
        }
        best
    }

    /// The open states of a component; how much more than what was found their chances may be.
    fn solve(&self, open: &[Node], best: &mut Best) -> f64 {
        let room = self.room.saturating_sub(open.len() * POLICY_BYTES) / MOVE_BYTES;
        let by_policies = (room > 0).then(|| self.by_policies(open, best, room)).flatten();
        by_policies.unwrap_or_else(|| self.by_values(open, &mut best.least))
    }

    /// Policy iteration on the open states of a component, those nearest to what is known first: the chances are at least
    /// what the last policy comes to. How much more they may be; `None` where that cannot be told. A better policy may be
    /// better by less than its digits, so that it is none is shown, not believed.
    fn by_policies(&self, open: &[Node], best: &mut Best, room: usize) -> Option<f64> {
        let index: HashMap<Node, usize> = open.iter().enumerate().map(|(i, node)| (*node, i)).collect();
        // At first each goes to one before it, or to what is known: so it is left in the end.
        let nearest = |(i, node): (usize, &Node)| {
            let near = |to: &Node| match index.get(to) {
                Some(j) => *j < i,
                None => best.can[*to as usize],
            };
            self.leads(*node).map(|(to, _)| to).find(near).unwrap_or(*node)
        };
        let mut policy: Vec<Node> = open.iter().enumerate().map(nearest).collect();
        // Some are left to follow values from round to round.
        let steps = Steps::new(self.steps.left() / 4);
        for _ in 0..POLICIES {
            let mut chain = Sparse::new(open.len());
            let mut values = vec![0.0; open.len()];
            for (i, node) in open.iter().enumerate() {
                let mut add = |to: Node, p: f64| {
                    let inside = index.get(&to).copied();
                    chain.add(i, inside, p);
                    if inside.is_none() {
                        values[i] += p * best.least[to as usize];
                    }
                };
                if self.is_drawn(*node) {
                    self.leads(*node).for_each(|(to, p)| add(to, p));
                } else {
                    add(policy[i], 1.0);
                }
            }
            let left = steps.left();
            let solved = chain.solved(&steps, room);
            self.steps.take(left - steps.left());
            let chain = solved?;
            chain.values(&mut values);
            for (node, value) in open.iter().zip(&values) {
                best.least[*node as usize] = *value;
            }
            let mut changed = false;
            for (i, node) in open.iter().enumerate().filter(|(_, node)| !self.is_drawn(**node)) {
                for (to, _) in self.leads(*node) {
                    if best.least[to as usize] > best.least[policy[i] as usize] * (1.0 + 1e-13) {
                        policy[i] = to;
                        changed = true;
                    }
                }
            }
            if !changed {
                // What each draw still to come may be off by, more than enough.
                let widest = open.iter().map(|node| self.graph.edges(*node).len()).max().unwrap_or(0);
                let off = 2.0 * rounding(widest);
                let mut draws: Vec<f64> =
                    open.iter().map(|node| f64::from(u8::from(self.is_drawn(*node)))).collect();
                chain.values(&mut draws);
                // Another choice may be better by what the last policy was not changed for.
                return [1.0, 32.0, 1024.0].iter().find_map(|times| {
                    let guess = |i: usize| times * off * (1.0 + draws[i]);
                    self.bound(open, &mut best.least, guess)
                });
            }
            if self.course.is_stopped() {
                break;
            }
        }
        None
    }

    /// Optimistic value iteration on the open states of a component (Hartmanns and Kaminski 2020); how much more the
    /// chances may be.
    ///
    /// Bellman's equations are followed from below until little changes, from values that are known to be no more than the
    /// chances. Then it is guessed that no chance is much more.
    fn by_values(&self, open: &[Node], best: &mut [f64]) -> f64 {
        let mut rounds = 0;
        for small in [1e-12, 1e-15] {
            let has_settled = self.raise(open, best, small, &mut rounds);
            if let Some(off) = self.bound(open, best, |_| CLOSE) {
                return off;
            }
            if !has_settled {
                break;
            }
        }
        // What is known less closely decides some claims, too.
        FAR.iter().find_map(|guess| self.bound(open, best, |_| *guess)).unwrap_or(1.0)
    }

    /// Follows the equations from below until no value grows by more than a small part of itself in a round; false
    /// where that takes too long.
    fn raise(&self, open: &[Node], best: &mut [f64], small: f64, rounds: &mut usize) -> bool {
        let moves: usize = open.iter().map(|node| self.graph.edges(*node).len()).sum();
        while *rounds < ROUNDS && !self.course.is_stopped() && self.steps.take(moves) {
            *rounds += 1;
            let mut grown = 0.0f64;
            for node in open {
                let value = self.value(*node, best, Side::Below);
                let i = *node as usize;
                // Of itself: chances that are small at first may grow for long.
                if value > best[i] {
                    grown = grown.max((value - best[i]) / value);
                    best[i] = value;
                }
            }
            if grown < small {
                return true;
            }
        }
        false
    }

    /// How much more than these values the chances may be, if it is guessed well how much that is. The equations are
    /// followed from the guess. Once no value grows by them in a whole round, these are a bound from above, since the
    /// chances are the least that the equations do not let grow (Park 1969). First values only rise, since around a
    /// circle of choices a higher one would go for ever; then they fall, too, from the ways out on.
    fn bound(&self, open: &[Node], best: &mut [f64], guess: impl Fn(usize) -> f64) -> Option<f64> {
        let moves: usize = open.iter().map(|node| self.graph.edges(*node).len()).sum();
        let below: Vec<f64> = open.iter().map(|node| best[*node as usize]).collect();
        let mut is_bound = false;
        for (falls, tries) in [(false, TRIES / 10), (true, TRIES)] {
            for (i, node) in open.iter().enumerate() {
                best[*node as usize] = (below[i] + guess(i)).min(1.0);
            }
            for _ in 0..tries {
                if is_bound || self.course.is_stopped() || !self.steps.take(moves) {
                    break;
                }
                let mut grows = false;
                for node in open {
                    let value = self.value(*node, best, Side::Above);
                    let old = &mut best[*node as usize];
                    grows |= value > *old;
                    *old = if falls { value } else { value.max(*old) };
                }
                // What falls later in the round lets none of the others grow.
                is_bound = !grows;
            }
            if is_bound {
                break;
            }
        }
        let mut off = 0.0f64;
        for (node, below) in open.iter().zip(below) {
            off = off.max(std::mem::replace(&mut best[*node as usize], below) - below);
        }
        is_bound.then_some(off)
    }

    /// What Bellman's equation makes of the values that a state leads to, rounded to one side.
    fn value(&self, node: Node, of: &[f64], side: Side) -> f64 {
        let leads = self.leads(node).map(|(to, p)| (of[to as usize], p));
        if !self.is_drawn(node) {
            return leads.map(|(value, _)| value).fold(0.0, f64::max);
        }
        let (mut sum, mut least, mut most, mut count) = (0.0, 1.0f64, 0.0f64, 0);
        for (value, p) in leads {
            sum += p * value;
            (least, most) = (least.min(value), most.max(value));
            count += 1;
        }
        // A mean lies between its values.
        match side {
            Side::Below => (sum * (1.0 - rounding(count))).max(least),
            Side::Above => (sum * (1.0 + rounding(count))).min(most),
        }
    }
}

/// More than all roundings of a mean of so many values, and of its weights, together.
fn rounding(count: usize) -> f64 {
    (2 * count + 4) as f64 * f64::EPSILON
}

/// To which side a value is rounded.
#[derive(Clone, Copy)]
enum Side {
    Below,
    Above,
}

/// Bytes that deciding a promise takes for each state, at most.
pub(super) fn bytes(promise: &Promise) -> usize {
    match promise {
        Promise::And(all) | Promise::Or(all) => 1 + all.iter().map(bytes).max().unwrap_or(0).max(1),
        Promise::Not(inner) => bytes(inner),
        // Beside the states there: what is reached, and what is still to be looked at.
        Promise::CanReach(inner) => bytes(inner).max(1 + 1 + 4),
        Promise::Within(_, inner) => bytes(inner).max(1 + 4 + 8 + 1),
        // Beside them: two chances and two marks, and for a component lists and tables of its states.
        Promise::Likely(inner, _) => bytes(inner).max(1 + 18 + 60),
        Promise::At(_) | Promise::Act(_) | Promise::Ending(_) | Promise::Offers(_) | Promise::Fact(_) => 1,
    }
}

/// Whether a promise asks for a chance.
fn is_likely(promise: &Promise) -> bool {
    match promise {
        Promise::Likely(..) => true,
        Promise::And(all) | Promise::Or(all) => all.iter().any(is_likely),
        Promise::Not(inner) | Promise::CanReach(inner) | Promise::Within(_, inner) => is_likely(inner),
        Promise::At(_) | Promise::Act(_) | Promise::Ending(_) | Promise::Offers(_) | Promise::Fact(_) => {
            false
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::explore::{Budget, Later, explore};
    use super::super::odds::Weights;
    use super::super::pack::{Control, Reduce};
    use super::*;
    use crate::story::{Source, load};

    /// A walk over so many places by draws: of six answers so many lead up, the others down. Up from the last is won, down from the
    /// first is lost. What is found by value iteration and how much more it may be, from place to place.
    fn walked(places: usize, up: usize) -> (Vec<f64>, f64) {
        let answers = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"];
        let arms = answers.iter().enumerate().map(|(i, answer)| {
            let (ends, way) = if i < up {
                (format!("AtLeast(\"n\", {})", places - 1), "won\"), (then: [Raise(\"n\", 1)]")
            } else {
                ("AtMost(\"n\", 0)".to_owned(), "lost\"), (then: [Lower(\"n\", 1)]")
            };
            format!("\"{answer}\": [(when: {ends}, to: \"{way}, to: \"a\")], ")
        });
        let text = format!(
            r#"#![enable(implicit_some)]
            Story(id: "t", title: "T", version: "1", start: "a", labs: {{"drones": {{"shaping": "=Bonus"}}}},
            facts: {{"n": Range(from: 0, to: {places}, start: {})}},
            scenes: {{"a": (text: "A.", lab: (run: "drones", arms: {{{}}})),
                "won": (text: "W.", ending: "won"), "lost": (text: "L.", ending: "lost")}},
            endings: {{"won": (title: "W", hint: "h"), "lost": (title: "L", hint: "h")}})"#,
            places / 2,
            arms.collect::<String>()
        );
        let story = load(&Source::new("t.ron", text.into_bytes()).unwrap()).unwrap();
        let control = Control::of(&story, Reduce::default());
        let stop = false.into();
        let course = Course { stop: &stop, progress: &|_| {} };
        let graph = explore(&control, Budget::default(), Later::default(), 1, &stop, &mut |_| {});
        let ground = Ground {
            control: &control.story,
            graph: &graph,
            reversed: &graph.reversed(&course).unwrap(),
            components: &Components::new(&graph, &course).unwrap(),
            chances: &Weights::uniform().chances(&control.story, &graph, &course).unwrap(),
            steps: Steps::new(usize::MAX),
            room: usize::MAX,
            course: &course,
        };
        let ends = |name: &str| {
            let scene = |node: &Node| story.str(story.scene(ground.scene(*node)).name) == name;
            graph.nodes().find(scene).unwrap()
        };
        let (won, lost) = (ends("won"), ends("lost"));
        let open: Vec<Node> = graph.nodes().filter(|node| ![won, lost].contains(node)).collect();
        assert_eq!(open.len(), places);
        let mut best = vec![0.0; graph.len()];
        best[won as usize] = 1.0;
        let off = ground.by_values(&open, &mut best);
        let place = |node: &Node| control.story.facts[0].slot.get(graph.key(*node));
        let mut found: Vec<(u32, f64)> =
            open.iter().map(|node| (place(node), best[*node as usize])).collect();
        found.sort_by_key(|(place, _)| *place);
        (found.into_iter().map(|(_, value)| value).collect(), off)
    }

    /// The gambler's ruin, whose chances are known (Feller 1968, ch. XIV).
    #[test]
    fn value_iteration_tells_how_far_off_it_is() {
        for (places, up, most) in [(5, 3, 1.1e-9), (40, 3, 1e-5), (400, 2, 1.1e-9), (400, 3, 1.0)] {
            let (values, off) = walked(places, up);
            let odds = (6 - up) as f64 / up as f64;
            for (i, value) in values.into_iter().enumerate() {
                let (from, all) = ((i + 1) as f64, (places + 1) as f64);
                let truth =
                    if odds == 1.0 { from / all } else { (odds.powf(from) - 1.0) / (odds.powf(all) - 1.0) };
                assert!(
                    value <= truth * (1.0 + 1e-12) && truth <= value + off,
                    "{i} of {places}: {value} {truth}, {off}"
                );
            }
            assert!(off <= most, "{places} {up}: {off}");
        }
    }
}
