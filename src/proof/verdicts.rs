//! Verdicts on control: what is never reached, where it is stuck, what can never end, what claims fail;
//! and facts that nothing reads or changes. Each is a diagnostic with the shortest list of moves.

use super::graph::{Fault, NOWHERE, Node, Token};
use super::{Course, Phase, Proof, Steps, Tally, claims, slices, texts};
use crate::engine::{self, Move, Refused};
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{
    Binding, Choice, ChoiceId, Effect, Effects, FactId, FactKind, Part, Quantified, Quantity, SceneId,
    Segment, Story, Text, Way,
};
use std::borrow::Cow;
use std::collections::HashSet;

/// What some playthrough gets to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Scenes, those that are passed at once included.
    pub scenes: Vec<bool>,
    /// Choices that are taken.
    pub choices: Vec<bool>,
    /// Arms.
    pub arms: Vec<bool>,
    /// Events.
    pub events: Vec<bool>,
    /// Endings.
    pub endings: Vec<bool>,
}

/// Collects what is reached.
pub(super) fn reached(story: &Story, proof: &Proof) -> Reached {
    let graph = &proof.graph;
    let owners = slices::owners(story);
    let mut reached = Reached {
        scenes: vec![false; story.scenes.len()],
        choices: vec![false; story.choices.len()],
        arms: vec![false; story.arm_ids().len()],
        events: vec![false; story.events.len()],
        endings: proof.endings.iter().map(Option::is_some).collect(),
    };
    for node in graph.nodes() {
        reached.scenes[proof.scene(node).index()] = true;
    }
    let refused = graph.faults.iter().flat_map(|fault| fault.done.iter().copied());
    for token in graph.scripts.iter().flat_map(|script| script.iter().copied()).chain(refused) {
        match token {
            Token::Choose(choice) => reached.choices[choice.index()] = true,
            Token::Arm(arm) => {
                reached.arms[arm.index()] = true;
                reached.scenes[owners[arm.index()].index()] = true;
            }
            Token::Event(event) => reached.events[event as usize] = true,
            Token::World(_) => {}
        }
    }
    reached
}

/// What control decides.
pub(super) struct Checked {
    pub found: Vec<Diagnostic>,
    pub claims: Tally,
    /// What was cut off where somebody asked to stop.
    pub cut: Option<Phase>,
}

/// Everything that control decides. What needs all states is left out where some were not looked at; claims take at
/// most so many steps.
pub(super) fn check(story: &Story, proof: &Proof, (steps, room): (usize, usize), course: &Course) -> Checked {
    let mut found = Vec::new();
    let mut told = HashSet::new();
    for fault in &proof.graph.faults {
        if told.insert((fault.why, fault.after())) {
            found.push(refused(story, proof, fault));
        }
    }
    found.extend(unused_facts(story));
    let refusing = refusing(proof);
    stuck(story, proof, &refusing, &mut found);
    let mut checked =
        Checked { found, claims: Tally { open: story.claims.len(), ..Tally::default() }, cut: None };
    // Without the order of the states no more can be said.
    if !proof.cut.is_empty() {
        return checked;
    }
    if proof.graph.is_whole() {
        let statically = super::unreached(story);
        never_reached(story, proof, &statically, &mut checked.found);
        if !course.is_stopped() {
            only_choices(story, proof, &refusing, &mut checked.found);
        }
    }
    if !course.is_stopped() {
        traps(story, proof, &refusing, &mut checked.found);
    }
    checked.cut = failing_claims(story, proof, (steps, room), course, &mut checked);
    checked
}

/// Whether a step is refused, and not only told of: a fact that leaves its range stops at the end of it.
fn is_refusal(fault: &Fault) -> bool {
    !matches!(fault.why, Refused::OutOfRange(_))
}

/// The states with a move that is refused. Of faults that are alike only the first is kept, so the states
/// themselves are asked.
fn refusing(proof: &Proof) -> HashSet<Node> {
    let graph = &proof.graph;
    let looked_at = if graph.faults.iter().any(is_refusal) { graph.looked_at() as Node } else { 0 };
    let refuses = |node: &Node| {
        let mut moves = 0;
        engine::moves(&proof.control.story, graph.key(*node), |_| moves += 1);
        moves > graph.edges(*node).len()
    };
    (0..looked_at).filter(refuses).collect()
}

fn refused(story: &Story, proof: &Proof, fault: &Fault) -> Diagnostic {
    let witness = proof.witness(story, fault.node, fault.by.map(|by| (fault.node, by)));
    let mut complaint = match fault.why {
        Refused::OutOfRange(fact) => return texts::out_of_range(story, fact, fault.after(), witness),
        Refused::Loop(scene) => Diagnostic::new(
            Code::AutomaticLoop,
            story.scene(scene).span,
            format!(
                "automatic scenes lead on from `{}` without end (more than {} in a row)",
                story.str(story.scene(scene).name),
                crate::text::digits(engine::LONGEST_CHAIN as i64)
            ),
        )
        .help("let one of them wait for a choice, or lead elsewhere"),
        Refused::TooDeep(scene) => Diagnostic::new(
            Code::NothingWaits,
            story.scene(scene).span,
            format!("too many scenes wait when `{}` does", story.str(story.scene(scene).name)),
        )
        .help("raise `depth` at the top of the story"),
        Refused::NothingWaits(scene) => Diagnostic::new(
            Code::NothingWaits,
            story.scene(scene).span,
            format!("`{}` goes back, but nothing waits", story.str(story.scene(scene).name)),
        )
        .help("let scenes lead here with `visit`, or give it a `to`"),
        Refused::NotOffered | Refused::Locked | Refused::NotNow | Refused::Impossible => {
            let place = proof.graph.nodes().next().map_or(story.start, |_| {
                if fault.node == NOWHERE { story.start } else { proof.scene(fault.node) }
            });
            Diagnostic::new(Code::Stuck, story.scene(place).span, "an answer of the world leads nowhere")
        }
    };
    complaint.witness = witness;
    complaint
}

fn stuck(story: &Story, proof: &Proof, refusing: &HashSet<Node>, found: &mut Vec<Diagnostic>) {
    let mut told = vec![false; story.scenes.len()];
    let looked_at = proof.graph.first.len() as Node - 1;
    for node in 0..looked_at.min(proof.graph.len() as Node) {
        let scene = proof.scene(node);
        if proof.graph.edges(node).is_empty()
            && !matches!(story.scene(scene).way, Way::Ending(_))
            && !told[scene.index()]
            && !refusing.contains(&node)
        {
            told[scene.index()] = true;
            let locked = locked_here(proof, node);
            let name = story.str(story.scene(scene).name);
            let mut complaint = Diagnostic::new(
                Code::Stuck,
                story.scene(scene).span,
                format!("stuck in `{name}`: no choice is open"),
            )
            .label(if locked { "only locked choices are shown" } else { "" })
            .help("add a choice that is always open, or an ending");
            complaint.witness = proof.witness(story, node, None);
            found.push(complaint);
        }
    }
}

fn locked_here(proof: &Proof, node: Node) -> bool {
    let mut any = false;
    engine::offers(&proof.control.story, proof.graph.key(node), |_, _| any = true);
    any
}

fn never_reached(story: &Story, proof: &Proof, statically: &[bool], found: &mut Vec<Diagnostic>) {
    let reached = &proof.reached;
    for (i, scene) in story.scenes.iter().enumerate() {
        let is_ending = matches!(scene.way, Way::Ending(_));
        if !reached.scenes[i] && !statically[i] && !is_ending {
            let name = story.str(scene.name);
            found.push(
                Diagnostic::new(
                    Code::SceneNeverReached,
                    scene.span,
                    format!("no playthrough reaches `{name}`, though arrows lead there"),
                )
                .help("look at the conditions on the way to it"),
            );
        }
    }
    let led_to = super::endings_led_to(story, statically.iter().map(|unreached| !unreached));
    for (i, ending) in story.endings.iter().enumerate() {
        if !reached.endings[i] && led_to[i] {
            let name = story.str(ending.name);
            found.push(
                Diagnostic::new(
                    Code::EndingNeverReached,
                    ending.span,
                    format!("no playthrough ends in `{name}`"),
                )
                .help("look at the conditions on the way to it"),
            );
        }
    }
    let shown = shown_choices(story, proof);
    for (i, scene) in story.scenes.iter().enumerate() {
        if reached.scenes[i] {
            never_taken(story, proof, &shown, SceneId(i as u32), &scene.way, found);
        }
    }
    for id in story.anywhere_ids() {
        never_offered(story, proof, &shown, id, found);
    }
    for (event, reached) in story.events.iter().zip(&reached.events) {
        if !reached {
            found.push(
                Diagnostic::new(
                    Code::EventNeverHappens,
                    event.span,
                    format!("`{}` never interrupts", story.str(event.name)),
                )
                .help("look at its `when` and `until`"),
            );
        }
    }
}

/// Choices that are shown somewhere, open or locked. Asked only for a story with a lock that is never
/// opened, since it takes a look at every state.
fn shown_choices(story: &Story, proof: &Proof) -> Vec<bool> {
    let mut shown = vec![false; story.choices.len()];
    let is_asked = |(choice, taken): (&Choice, &bool)| choice.locked.is_some() && !taken;
    if story.choices.iter().zip(&proof.reached.choices).any(is_asked) {
        for node in proof.graph.nodes() {
            engine::offers(&proof.control.story, proof.graph.key(node), |choice, _| {
                shown[choice.index()] = true;
            });
        }
    }
    shown
}

fn never_taken(
    story: &Story,
    proof: &Proof,
    shown: &[bool],
    scene: SceneId,
    way: &Way,
    found: &mut Vec<Diagnostic>,
) {
    let reached = &proof.reached;
    let mut look_at = |arms: crate::story::Arms, forced: bool| {
        // Where no arm of an outcome is taken, the outcome never comes; its arms may be there since the
        // format asks for them.
        if forced && arms.ids().all(|arm| !reached.arms[arm.index()]) {
            return;
        }
        for arm in arms.ids().filter(|arm| !reached.arms[arm.index()]) {
            found.push(
                Diagnostic::new(
                    Code::ArmNeverTaken,
                    story.arm(arm).span,
                    format!("no playthrough takes this arm of `{}`", story.str(story.scene(scene).name)),
                )
                .help(if story.arm(arm).when.is_some() {
                    "its condition never holds when it is asked"
                } else {
                    "one of those before it always holds: drop the last condition among them"
                }),
            );
        }
    };
    match way {
        Way::Choices(own) => {
            own.range().for_each(|i| never_offered(story, proof, shown, ChoiceId(i as u32), found));
        }
        Way::Auto(arms) => look_at(*arms, false),
        Way::Lab { arms, .. } => arms.iter().flatten().for_each(|arms| look_at(*arms, true)),
        Way::Exercise { arms, .. } => arms.iter().for_each(|arms| look_at(*arms, false)),
        Way::Ending(_) => {}
    }
}

fn never_offered(story: &Story, proof: &Proof, shown: &[bool], id: ChoiceId, found: &mut Vec<Diagnostic>) {
    if proof.reached.choices[id.index()] {
        return;
    }
    let choice = story.choice(id);
    let name = story.str(choice.id);
    found.push(if choice.locked.is_some() && shown[id.index()] {
        Diagnostic::new(Code::NeverUnlocked, choice.span, format!("nothing ever unlocks `{name}`"))
            .help("look at its `locked: (unless: ..)`")
    } else {
        Diagnostic::new(Code::ChoiceNeverOffered, choice.span, format!("`{name}` is never on offer"))
            .help("look at its `when`")
    });
}

fn traps(story: &Story, proof: &Proof, refusing: &HashSet<Node>, found: &mut Vec<Diagnostic>) {
    let graph = &proof.graph;
    if graph.is_empty() {
        return;
    }
    // Of what was not looked at nothing is known: an ending may follow.
    let ends = |node: &Node| proof.ends[*node as usize] || graph.frontier().contains(node);
    let may_end = if graph.is_whole() {
        Cow::Borrowed(&proof.ends)
    } else {
        Cow::Owned(proof.reversed.sweep(graph.nodes().filter(ends)))
    };
    // What leads to a place where it is stuck is told of there.
    let dead: Vec<Node> = graph
        .nodes()
        .filter(|node| graph.edges(*node).is_empty() || refusing.contains(node))
        .filter(|node| !may_end[*node as usize])
        .collect();
    let to_dead = proof.reversed.sweep(dead);
    let trapped = |node: Node| !may_end[node as usize] && !to_dead[node as usize];
    let mut told = vec![false; story.scenes.len()];
    let mut entries = Vec::new();
    if trapped(0) {
        entries.push((Some(Vec::new()), 0));
    }
    for node in graph.nodes().filter(|node| !trapped(*node)) {
        for edge in graph.edges(node).iter().filter(|edge| trapped(edge.to)) {
            let scene = proof.scene(edge.to).index();
            if !std::mem::replace(&mut told[scene], true) {
                let by = graph.move_of(edge.script).map(|by| (node, by));
                entries.push((proof.witness(story, node, by), edge.to));
            }
        }
    }
    for (witness, node) in entries {
        let scene = proof.scene(node);
        let name = story.str(story.scene(scene).name);
        let mut complaint = Diagnostic::new(
            Code::Trap,
            story.scene(scene).span,
            format!("from `{name}` on, no ending can be reached any more"),
        )
        .help("let something lead out of it");
        complaint.witness = witness;
        found.push(complaint);
    }
}

fn only_choices(story: &Story, proof: &Proof, refusing: &HashSet<Node>, found: &mut Vec<Diagnostic>) {
    let mut only = vec![true; story.choices.len()];
    for node in proof.graph.nodes() {
        let edges = proof.graph.edges(node);
        // A move that is refused was on offer, too; what is wrong with it is told as an error.
        if edges.len() > 1 || refusing.contains(&node) {
            for edge in edges {
                if let Some(Move::Choose(choice)) = proof.graph.move_of(edge.script) {
                    only[choice.index()] = false;
                }
            }
        }
    }
    for fault in proof.graph.faults.iter().filter(|fault| is_refusal(fault)) {
        if let Some(Move::Choose(choice)) = fault.by {
            only[choice.index()] = false;
        }
    }
    for (i, choice) in story.choices.iter().enumerate() {
        if only[i] && proof.reached.choices[i] {
            found.push(Diagnostic::new(
                Code::OnlyChoice,
                choice.span,
                format!("`{}` is the only choice whenever it is on offer", story.str(choice.id)),
            ));
        }
    }
}

/// What was cut off where somebody asked to stop.
fn failing_claims(
    story: &Story,
    proof: &Proof,
    (steps, room): (usize, usize),
    course: &Course,
    checked: &mut Checked,
) -> Option<Phase> {
    let Checked { found, claims: tally, .. } = checked;
    let ground = claims::Ground {
        control: &proof.control.story,
        graph: &proof.graph,
        reversed: &proof.reversed,
        components: &proof.components,
        chances: &proof.chances,
        steps: Steps::new(steps),
        room,
        course,
    };
    for (done, claim) in story.claims.iter().enumerate() {
        let now = Phase::Claims(done, story.claims.len());
        course.tell(now);
        let judged = ground.judge(claim);
        if course.is_stopped() {
            return Some(now);
        }
        let mut counts = |of: fn(&mut Tally) -> &mut usize| {
            tally.open -= 1;
            *of(tally) += 1;
        };
        let (node, path) = match judged {
            claims::Judged::Holds => {
                counts(|tally| &mut tally.hold);
                continue;
            }
            // That the rest was not looked at is told of as a whole.
            claims::Judged::Undecided | claims::Judged::Spent if !proof.graph.is_whole() => continue,
            claims::Judged::Spent => {
                let message = "this claim would take too many steps to decide";
                let complaint = Diagnostic::new(Code::NotDecided, claim.span, message);
                found.push(
                    complaint.help("make the story or its claims smaller, or allow more with `--steps`"),
                );
                continue;
            }
            claims::Judged::Undecided => {
                let complaint =
                    Diagnostic::new(Code::NotDecided, claim.span, "this claim is too close to decide");
                found.push(complaint.help("claim a little more or less than this probability, or make the places smaller in which a player can go round and round"));
                continue;
            }
            claims::Judged::Fails(node, path) => {
                counts(|tally| &mut tally.fail);
                (node, path)
            }
        };
        let scene = story.str(story.scene(proof.scene(node)).name);
        let (message, label) = match claim.of {
            Quantified::AtStart => ("does not hold at the start".to_owned(), "claimed of the start"),
            Quantified::Always => (format!("does not hold in `{scene}`"), "claimed of every state"),
            Quantified::Never => (format!("holds in `{scene}`"), "claimed of no state"),
        };
        let message = format!("this claim fails: what it says {message}");
        let mut complaint = Diagnostic::new(Code::ClaimFails, claim.span, message)
            .label(label)
            .help("change the story, or promise less");
        complaint.witness = match path {
            Some(path) => proof.found(story, Some(path)),
            None => proof.witness(story, node, None),
        };
        found.push(complaint);
    }
    let all = Phase::Claims(story.claims.len(), story.claims.len());
    course.tell(all);
    course.is_stopped().then_some(all)
}

/// Facts that nothing asks for or shows, or that nothing changes. No exploration is needed.
fn unused_facts(story: &Story) -> Vec<Diagnostic> {
    let mut read: Vec<bool> = story.facts.iter().map(|fact| fact.asked).collect();
    let mut written = vec![false; story.facts.len()];
    {
        let mut mark = |fact: FactId| read[fact.index()] = true;
        for binding in story.labs.iter().flatten() {
            if let Binding::By(fact, _) = binding {
                mark(*fact);
            }
        }
        let scenes = story.scenes.iter().map(|scene| scene.text);
        let choices = story.choices.iter().flat_map(|choice| {
            [choice.label, choice.reply]
                .into_iter()
                .chain(choice.locked.as_deref().map(|(_, reason)| *reason))
        });
        let pages = story.pages.iter().flat_map(|page| [page.text, page.here]);
        let others = [story.cover, story.status, story.card, story.credits];
        for text in scenes.chain(choices).chain(pages).chain(others) {
            shown(story, text, &mut mark);
        }
    }
    for list in story.lists_of_effects() {
        uses(story, list, &mut read, &mut written);
    }
    // Who asks for a computed fact asks for what it is computed from, and it changes with that.
    for (i, fact) in story.facts.iter().enumerate() {
        if let FactKind::Steps { of, .. } = fact.kind {
            read[of.index()] |= read[i];
            written[i] = true;
        }
    }
    let mut found = Vec::new();
    for (i, fact) in story.facts.iter().enumerate() {
        let name = story.str(fact.name);
        if !read[i] {
            found.push(
                Diagnostic::new(
                    Code::FactNeverRead,
                    fact.span,
                    format!("nothing asks for `{name}` or shows it"),
                )
                .help("delete it, or let something depend on it"),
            );
        } else if !written[i] {
            found.push(
                Diagnostic::new(Code::FactNeverChanged, fact.span, format!("nothing changes `{name}`"))
                    .help("delete it, or let a choice change it"),
            );
        }
    }
    found
}

fn uses(story: &Story, effects: Effects, read: &mut [bool], written: &mut [bool]) {
    for effect in story.effects(effects) {
        match effect {
            Effect::Put(fact, _) | Effect::Add { fact, .. } => written[fact.index()] = true,
            Effect::Copy { to, from, .. } => {
                written[to.index()] = true;
                read[from.index()] = true;
            }
            Effect::When(_, then) => uses(story, *then, read, written),
        }
    }
}

fn shown(story: &Story, text: Text, mark: &mut impl FnMut(FactId)) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { segments, .. } => {
                for segment in story.segments(*segments) {
                    match segment {
                        Segment::Fact(fact, _)
                        | Segment::Either(fact, ..)
                        | Segment::Each(fact, _)
                        | Segment::Plural(Quantity::Fact(fact), ..) => mark(*fact),
                        Segment::Literal(_) | Segment::Plural(..) | Segment::Figure(..) => {}
                    }
                }
            }
            Part::When { text, otherwise, .. } => {
                shown(story, *text, mark);
                shown(story, *otherwise, mark);
            }
            Part::OneOf { variants, .. } => {
                story.variants(*variants).iter().for_each(|text| shown(story, *text, mark));
            }
            Part::Picture { .. } | Part::LabPicture { .. } => {}
        }
    }
}
