//! Claims, resolved: what an author promises of a story. Decided in `proof::claims`.

use super::diagnostic::{Code, Diagnostic};
use super::resolve::Resolver;
use super::written;
use super::{ActId, ChoiceId, Condition, EndingId, SceneId, Span, Way};

/// A promise by the author.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Where it was written: its first name.
    pub span: Span,
    /// Of which states.
    pub of: Quantified,
    /// What it says of each.
    pub promise: Promise,
}

/// Which states a claim is about, among those in which the player chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantified {
    /// The first.
    AtStart,
    /// Every one.
    Always,
    /// None.
    Never,
}

/// What a claim says of a state.
#[derive(Clone, Debug)]
pub enum Promise {
    /// Every one.
    And(Vec<Promise>),
    /// At least one.
    Or(Vec<Promise>),
    /// The opposite.
    Not(Box<Promise>),
    /// In this scene.
    At(SceneId),
    /// In this act.
    Act(ActId),
    /// At one of these endings.
    Ending(Vec<EndingId>),
    /// One of these choices is on offer, and open.
    Offers(Vec<ChoiceId>),
    /// The facts are so.
    Fact(Condition),
    /// Some list of moves leads there (EF of CTL).
    CanReach(Box<Promise>),
    /// Some list of moves with at most so many choices leads there.
    Within(u32, Box<Promise>),
    /// The best player gets there with at least this probability.
    Likely(Box<Promise>, f64),
}

impl Promise {
    /// Every condition on facts in it.
    pub fn conditions<'p>(&'p self, each: &mut impl FnMut(&'p Condition)) {
        match self {
            Promise::And(all) | Promise::Or(all) => all.iter().for_each(|inner| inner.conditions(each)),
            Promise::Not(inner)
            | Promise::CanReach(inner)
            | Promise::Within(_, inner)
            | Promise::Likely(inner, _) => inner.conditions(each),
            Promise::Fact(condition) => each(condition),
            Promise::At(_) | Promise::Act(_) | Promise::Ending(_) | Promise::Offers(_) => {}
        }
    }
}

impl<'a> Resolver<'a> {
    pub(super) fn claims(&mut self, written: &written::Story<'a>) {
        for claim in &written.claims {
            let (of, promise) = match claim {
                written::Claim::AtStart(promise) => (Quantified::AtStart, promise),
                written::Claim::Always(promise) => (Quantified::Always, promise),
                written::Claim::Never(promise) => (Quantified::Never, promise),
            };
            let span = name_in(promise).map(|name| self.span(name)).unwrap_or_default();
            let promise = self.promise(promise, span);
            self.story.claims.push(Claim { span, of, promise });
        }
    }

    fn promise(&mut self, promise: &written::Promise<'a>, place: Span) -> Promise {
        match promise {
            written::Promise::And(all) => {
                Promise::And(all.iter().map(|inner| self.promise(inner, place)).collect())
            }
            written::Promise::Or(all) => {
                Promise::Or(all.iter().map(|inner| self.promise(inner, place)).collect())
            }
            written::Promise::Not(inner) => Promise::Not(Box::new(self.promise(inner, place))),
            written::Promise::If(first, then) => Promise::Or(vec![
                Promise::Not(Box::new(self.promise(first, place))),
                self.promise(then, place),
            ]),
            written::Promise::At(name) => {
                let scene = self.scene(name).unwrap_or_default();
                if self.story.scenes.get(scene.index()).is_some_and(|scene| matches!(scene.way, Way::Auto(_)))
                {
                    self.fault(
                        Diagnostic::new(
                            Code::BadClaim,
                            self.span(name),
                            format!("`{name}` is passed at once, so nobody is ever at it"),
                        )
                        .help("name a scene in which something is chosen, measured, done or ended"),
                    );
                }
                Promise::At(scene)
            }
            written::Promise::Act(name) => match self.acts.get(name) {
                Some(act) => Promise::Act(*act),
                None => {
                    let known: Vec<&str> = self.acts.keys().copied().collect();
                    let fault = Diagnostic::new(
                        Code::UnknownAct,
                        self.span(name),
                        format!("there is no act `{name}`"),
                    );
                    self.fault(fault.nearest(name, known));
                    Promise::Or(Vec::new())
                }
            },
            written::Promise::Ending(name) => {
                let span = self.span(name);
                self.endings_named(name, span)
            }
            written::Promise::Offers(name) => {
                let choices = self.story.choices.iter().enumerate();
                let found: Vec<ChoiceId> = choices
                    .filter(|(_, choice)| self.story.str(choice.id) == *name)
                    .map(|(i, _)| ChoiceId(i as u32))
                    .collect();
                if found.is_empty() {
                    let known: Vec<String> = self
                        .story
                        .choices
                        .iter()
                        .map(|choice| self.story.str(choice.id).to_owned())
                        .collect();
                    let fault = Diagnostic::new(
                        Code::UnknownChoice,
                        self.span(name),
                        format!("no scene has a choice `{name}`"),
                    );
                    self.fault(fault.nearest(name, known.iter().map(String::as_str)));
                }
                Promise::Offers(found)
            }
            written::Promise::Fact(condition) => Promise::Fact(self.condition(condition, false)),
            written::Promise::CanReach(inner) => Promise::CanReach(Box::new(self.promise(inner, place))),
            written::Promise::Within(n, inner) => Promise::Within(*n, Box::new(self.promise(inner, place))),
            written::Promise::Likely(inner, p) => {
                if !(0.0..=1.0).contains(p) {
                    self.fault(
                        Diagnostic::new(Code::BadClaim, place, format!("{p} is no probability"))
                            .help("write a number from 0 to 1"),
                    );
                }
                Promise::Likely(Box::new(self.promise(inner, place)), *p)
            }
        }
    }

    /// An ending by its name, else all with a tag; `good: true` counts as the tag `good`.
    fn endings_named(&mut self, name: &'a str, span: Span) -> Promise {
        if let Some(ending) = self.endings.get(name) {
            return Promise::Ending(vec![*ending]);
        }
        let tagged = |ending: &super::Ending| {
            (name == "good" && ending.good) || ending.tags.iter().any(|tag| self.story.str(*tag) == name)
        };
        let endings = self.story.endings.iter().enumerate();
        let found: Vec<EndingId> =
            endings.filter(|(_, ending)| tagged(ending)).map(|(i, _)| EndingId(i as u32)).collect();
        if found.is_empty() {
            let mut known: Vec<String> = self.endings.keys().map(|name| (*name).to_owned()).collect();
            let tags = self.story.endings.iter().flat_map(|ending| &ending.tags);
            known.extend(tags.map(|tag| self.story.str(*tag).to_owned()));
            self.fault(
                Diagnostic::new(Code::UnknownEnding, span, format!("no ending has the name or tag `{name}`"))
                    .nearest(name, known.iter().map(String::as_str)),
            );
        }
        Promise::Ending(found)
    }
}

/// The first name in a promise.
fn name_in<'a>(promise: &written::Promise<'a>) -> Option<&'a str> {
    match promise {
        written::Promise::And(all) | written::Promise::Or(all) => all.iter().find_map(name_in),
        written::Promise::Not(inner)
        | written::Promise::CanReach(inner)
        | written::Promise::Within(_, inner)
        | written::Promise::Likely(inner, _) => name_in(inner),
        written::Promise::If(first, then) => name_in(first).or_else(|| name_in(then)),
        written::Promise::At(name)
        | written::Promise::Act(name)
        | written::Promise::Ending(name)
        | written::Promise::Offers(name) => Some(name),
        written::Promise::Fact(condition) => name_in_condition(condition),
    }
}

fn name_in_condition<'a>(condition: &written::Condition<'a>) -> Option<&'a str> {
    use written::Condition as C;
    match condition {
        C::Is(name)
        | C::AtLeast(name, _)
        | C::AtMost(name, _)
        | C::Equals(name, _)
        | C::In(name, _)
        | C::Figure(name, ..)
        | C::FigureIs(name, _) => Some(name),
        C::Not(inner) => name_in_condition(inner),
        C::All(all) | C::Any(all) => all.iter().find_map(name_in_condition),
    }
}
