//! The graph: scenes, ways on, arms, choices, events.

use super::diagnostic::{Code, Diagnostic};
use super::resolve::Resolver;
use super::written::{self, Pairs};
use super::{
    Arm, Arms, Binding, Choice, EndingId, Event, Go, MarkId, PageId, Run, Scene, SceneId, Span, Way,
};
use crate::labs::exercise::Kind;
use std::collections::HashMap;

impl<'a> Resolver<'a> {
    pub(super) fn page_ids(&mut self, names: &[&'a str]) -> Vec<PageId> {
        names
            .iter()
            .filter_map(|name| {
                let id = self.pages.get(name).copied();
                if id.is_none() {
                    let known: Vec<&str> = self.pages.keys().copied().collect();
                    self.fault(
                        Diagnostic::new(
                            Code::UnknownPage,
                            self.span(name),
                            format!("the notebook has no page `{name}`"),
                        )
                        .nearest(name, known),
                    );
                }
                id
            })
            .collect()
    }

    pub(super) fn scenes(&mut self, written: &written::Story<'a>) {
        self.story.scenes.reserve(written.scenes.0.len());
        for (name, scene) in &written.scenes.0 {
            self.labels.clear();
            (self.asks, self.draws) = (0, 0);
            let span = self.span(name);
            let act = scene.act.and_then(|act| {
                let id = self.acts.get(act).copied();
                if id.is_none() {
                    let known: Vec<&str> = self.acts.keys().copied().collect();
                    self.fault(
                        Diagnostic::new(Code::UnknownAct, self.span(act), format!("there is no act `{act}`"))
                            .nearest(act, known),
                    );
                }
                id
            });
            let name_at = self.intern(name);
            let text = self.text(&scene.text, span);
            let pages = self.page_ids(&scene.pages);
            let title = scene.title.as_ref().map_or(name_at, |title| self.prose(title, span));
            let way = self.way(name, scene, written);
            let (asks, draws) = (self.asks, self.draws);
            self.story.scenes.push(Scene {
                name: name_at,
                span,
                title,
                act,
                text,
                pages,
                alone: scene.alone,
                quiet: scene.alone || scene.quiet,
                way,
                asks,
                draws,
            });
        }
        let start = self.story.choices.len() as u32;
        (self.asks, self.draws) = (0, 0);
        self.choices(&written.anywhere);
        self.story.asks |= self.asks;
        self.story.draws |= self.draws;
        self.story.anywhere = Run { start, end: self.story.choices.len() as u32 };
    }

    pub(super) fn way(
        &mut self,
        name: &'a str,
        scene: &written::Scene<'a>,
        written: &written::Story<'a>,
    ) -> Way {
        let span = self.span(name);
        let nowhere = Way::Choices(Run::default());
        match (&scene.choices, &scene.auto, &scene.lab, &scene.exercise, scene.ending) {
            (Some(choices), None, None, None, None) => {
                if choices.is_empty() {
                    self.fault(Diagnostic::new(
                        Code::WayOn,
                        span,
                        format!("the scene `{name}` has an empty list of choices"),
                    ));
                }
                for choice in choices {
                    if !scene.alone && written.anywhere.iter().any(|other| other.id == choice.id) {
                        self.fault(Diagnostic::new(
                            Code::Duplicate,
                            self.span(choice.id),
                            format!("`{}` is also offered anywhere", choice.id),
                        ));
                    }
                }
                Way::Choices(self.choices(choices))
            }
            (None, Some(arms), None, None, None) => Way::Auto(self.arms(arms, span)),
            (None, None, Some(run), None, None) => self.lab_way(run).unwrap_or(nowhere),
            (None, None, None, Some(run), None) => self.exercise_way(run).unwrap_or(nowhere),
            (None, None, None, None, Some(ending)) => self.ending(ending).map_or(nowhere, Way::Ending),
            (None, None, None, None, None) => {
                self.fault(
                    Diagnostic::new(Code::WayOn, span, format!("the scene `{name}` has no way on"))
                        .help("give it `choices`, `auto`, `lab`, `exercise` or `ending`"),
                );
                nowhere
            }
            _ => {
                self.fault(
                    Diagnostic::new(
                        Code::WayOn,
                        span,
                        format!("the scene `{name}` has more than one way on"),
                    )
                    .help("keep one of `choices`, `auto`, `lab`, `exercise` and `ending`"),
                );
                nowhere
            }
        }
    }

    pub(super) fn lab_way(&mut self, run: &written::LabRun<'a>) -> Option<Way> {
        let lab = self.lab(run.run, self.span(run.run))?;
        let signature = lab.signature();
        if self.story.labs[lab as usize].is_empty() {
            self.story.labs[lab as usize] =
                signature.knobs.iter().map(|knob| Binding::Fixed(knob.default)).collect();
        }
        let names: Vec<&'static str> = signature.outcomes.iter().map(|outcome| outcome.name).collect();
        let possible = self.possible(lab);
        let arms = self.outcome_arms(run.run, &run.arms, &names, self.span(run.run), possible);
        Some(Way::Lab { lab, arms })
    }

    pub(super) fn exercise_way(&mut self, run: &written::ExerciseRun<'a>) -> Option<Way> {
        let span = self.span(run.kind);
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == run.kind) else {
            self.fault(
                Diagnostic::new(Code::UnknownLab, span, format!("there is no exercise `{}`", run.kind))
                    .help(format!("there are `{}`", Kind::ALL.map(Kind::name).join("`, `"))),
            );
            return None;
        };
        let arms = self.outcome_arms(run.kind, &run.arms, kind.outcomes(), span, u32::MAX);
        Some(Way::Exercise { kind, arms: arms.into_iter().flatten().collect() })
    }

    pub(super) fn outcome_arms(
        &mut self,
        of: &str,
        written: &Pairs<'a, Vec<written::Arm<'a>>>,
        names: &[&'static str],
        span: Span,
        possible: u32,
    ) -> Vec<Option<Arms>> {
        for (i, (name, _)) in written.0.iter().enumerate() {
            if !names.contains(name) {
                self.fault(
                    Diagnostic::new(
                        Code::UnknownLab,
                        self.span(name),
                        format!("`{of}` never ends in `{name}`"),
                    )
                    .nearest(name, names.iter().copied())
                    .label(""),
                );
            }
            if written.0[..i].iter().any(|(other, _)| other == name) {
                self.fault(Diagnostic::new(
                    Code::Duplicate,
                    self.span(name),
                    format!("two lists of arms for `{name}`"),
                ));
            }
        }
        let mut all = Vec::new();
        for (i, name) in names.iter().enumerate() {
            match written.0.iter().find(|(written, _)| written == name) {
                Some((at, arms)) => {
                    let arms = self.arms(arms, self.span(at));
                    all.push(Some(arms));
                }
                None if possible >> i & 1 == 1 => {
                    self.fault(
                        Diagnostic::new(
                            Code::MissingArms,
                            span,
                            format!("no arms for the outcome `{name}` of `{of}`"),
                        )
                        .help(format!("add `\"{name}\": [(to: \"..\")]`")),
                    );
                    all.push(None);
                }
                None => all.push(None),
            }
        }
        all
    }

    pub(super) fn arms(&mut self, arms: &[written::Arm<'a>], place: Span) -> Arms {
        let mut list = Vec::with_capacity(arms.len());
        for (i, arm) in arms.iter().enumerate() {
            let span = arm.to.or(arm.visit).map_or(place, |name| self.span(name));
            let last = i + 1 == arms.len();
            if arm.when.is_none() != last {
                let (message, help) = if last {
                    (
                        "the last arm has a condition, so nothing may hold",
                        "add an arm without `when` at the end",
                    )
                } else {
                    (
                        "an arm without a condition hides those after it",
                        "give it a `when`, or move it to the end",
                    )
                };
                self.fault(Diagnostic::new(Code::OpenArms, span, message).help(help));
            }
            let when = arm.when.as_ref().map(|when| self.condition(when, false));
            let then = self.effects(&arm.then);
            let go = self.go(arm.to, arm.visit, arm.back, span);
            if go == Some(Go::Stay) {
                self.fault(
                    Diagnostic::new(Code::TwoTargets, span, "an arm leads nowhere")
                        .help("write `to`, `visit` or `back: true`"),
                );
            }
            list.push(Arm { when, then, go: go.unwrap_or(Go::Stay), span });
        }
        if arms.is_empty() {
            self.fault(
                Diagnostic::new(Code::OpenArms, place, "an empty list of arms")
                    .help("write `[(to: \"..\")]`"),
            );
        }
        let start = self.story.arms.len() as u32;
        self.story.arms.append(&mut list);
        Arms(Run { start, end: self.story.arms.len() as u32 })
    }

    pub(super) fn choices(&mut self, choices: &[written::Choice<'a>]) -> Run {
        let mut list = Vec::with_capacity(choices.len());
        let mut seen: HashMap<&str, &'a str> = HashMap::with_capacity(choices.len());
        for choice in choices {
            let span = self.span(choice.id);
            self.check_name(choice.id);
            let first = *seen.entry(choice.id).or_insert(choice.id);
            if !std::ptr::eq(first, choice.id) {
                self.fault(
                    Diagnostic::new(
                        Code::Duplicate,
                        span,
                        format!("two choices of one scene have the id `{}`", choice.id),
                    )
                    .help("saves tell them apart by it: rename one")
                    .other(self.span(first), "the other"),
                );
            }
            let once = choice.once.then(|| {
                self.marks += 1;
                MarkId(self.marks - 1)
            });
            let weight = choice.weight.unwrap_or(1.0);
            if !(weight.is_finite() && weight >= 0.0) {
                self.fault(Diagnostic::new(Code::BadRange, span, "a weight is a number, zero or more"));
            }
            if choice.label.0.trim().is_empty() {
                self.fault(
                    Diagnostic::new(
                        Code::EmptyLabel,
                        span,
                        format!("the choice `{}` has an empty label", choice.id),
                    )
                    .help("say what the player would do; `label` stands after the choice's number"),
                );
            }
            let choice = Choice {
                id: self.intern(choice.id),
                span,
                label: self.line(&choice.label, span),
                words: choice.words.iter().map(|word| self.prose(word, span)).collect(),
                when: choice.when.as_ref().map(|when| self.condition(when, false)),
                locked: choice.locked.as_ref().map(|lock| {
                    Box::new((self.condition(&lock.unless, false), self.line(&lock.reason, span)))
                }),
                once,
                then: self.effects(&choice.then),
                reply: self.text(&choice.reply, span),
                go: self.go(choice.to, choice.visit, choice.back, span).unwrap_or(Go::Stay),
                weight,
            };
            list.push(choice);
        }
        let start = self.story.choices.len() as u32;
        self.story.choices.append(&mut list);
        Run { start, end: self.story.choices.len() as u32 }
    }

    pub(super) fn go(
        &mut self,
        to: Option<&'a str>,
        visit: Option<&'a str>,
        back: bool,
        span: Span,
    ) -> Option<Go> {
        match (to, visit, back) {
            (Some(to), None, false) => self.scene(to).map(Go::To),
            (None, Some(visit), false) => self.scene(visit).map(Go::Visit),
            (None, None, true) => Some(Go::Back),
            (None, None, false) => Some(Go::Stay),
            _ => {
                self.fault(
                    Diagnostic::new(Code::TwoTargets, span, "more than one of `to`, `visit` and `back`")
                        .help("keep one of them"),
                );
                None
            }
        }
    }

    pub(super) fn events(&mut self, written: &written::Story<'a>) {
        for (name, event) in &written.events.0 {
            let span = self.span(name);
            let when = self.condition(&event.when, false);
            let until = event.until.as_ref().map(|until| self.condition(until, false));
            let Some(visit) = self.scene(event.visit) else { continue };
            let once = event.once.then(|| {
                self.marks += 1;
                MarkId(self.marks - 1)
            });
            let name = self.intern(name);
            self.story.events.push(Event { name, span, when, until, once, visit });
        }
    }

    pub(super) fn scene(&mut self, name: &'a str) -> Option<SceneId> {
        let id = self.scenes.get(name).copied();
        if id.is_none() {
            let fault =
                Diagnostic::new(Code::UnknownScene, self.span(name), format!("there is no scene `{name}`"))
                    .nearest(name, self.scenes.keys().copied());
            self.fault(fault);
        }
        id
    }

    pub(super) fn ending(&mut self, name: &'a str) -> Option<EndingId> {
        let id = self.endings.get(name).copied();
        if id.is_none() {
            let known: Vec<&str> = self.endings.keys().copied().collect();
            let fault =
                Diagnostic::new(Code::UnknownEnding, self.span(name), format!("there is no ending `{name}`"))
                    .nearest(name, known);
            self.fault(fault);
        }
        id
    }
}
