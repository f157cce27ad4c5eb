//! Conditions and effects: from names and literals to raw values.

use super::diagnostic::{Code, Diagnostic};
use super::resolve::Resolver;
use super::written::{Condition as C, Effect as E, Literal};
use super::{Condition, Conditions, Effect, Effects, FactId, FactKind, Run};
use smallvec::SmallVec;

impl<'a> Resolver<'a> {
    /// A condition; `prose` allows figures. What cannot be resolved becomes `Any([])`, after a complaint.
    pub(super) fn condition(&mut self, condition: &C<'a>, prose: bool) -> Condition {
        let never = Condition::Any(Conditions::default());
        match condition {
            C::Is(name) => {
                let Some(fact) = self.asked(name) else { return never };
                if !matches!(self.story.fact(fact).kind, FactKind::Flag) {
                    self.wrong_kind(name, "is no flag", "a number is asked with `AtLeast`, `AtMost` or `Equals`, a name with `Equals` or `In`");
                }
                Condition::Between(fact, 1, 1)
            }
            C::Not(inner) => Condition::Not(Box::new(self.condition(inner, prose))),
            C::All(all) => Condition::All(all.iter().map(|inner| self.condition(inner, prose)).collect()),
            C::Any(any) => Condition::Any(any.iter().map(|inner| self.condition(inner, prose)).collect()),
            C::AtLeast(name, least) => self.number_range(name, *least, i32::MAX).unwrap_or(never),
            C::AtMost(name, most) => self.number_range(name, i32::MIN, *most).unwrap_or(never),
            C::Equals(name, value) => {
                let Some(fact) = self.asked(name) else { return never };
                self.equals(fact, name, value).unwrap_or(never)
            }
            C::In(name, values) => {
                let Some(fact) = self.asked(name) else { return never };
                Condition::Any(values.iter().filter_map(|value| self.equals(fact, name, value)).collect())
            }
            C::Figure(name, compare, number) => {
                self.figures_only_in_prose(name, prose);
                match self.figure(name, self.span(name)) {
                    Some(figure) => Condition::Figure(figure, *compare, *number),
                    None => never,
                }
            }
            C::FigureIs(name, value) => {
                self.figures_only_in_prose(name, prose);
                match self.figure(name, self.span(name)) {
                    Some(figure) => Condition::FigureIs(figure, self.intern(value)),
                    None => never,
                }
            }
        }
    }

    /// The fact that a condition asks for.
    fn asked(&mut self, name: &'a str) -> Option<FactId> {
        let fact = self.fact(name)?;
        self.story.facts[fact.index()].asked = true;
        Some(fact)
    }

    fn figures_only_in_prose(&mut self, name: &'a str, prose: bool) {
        if !prose {
            self.fault(
                Diagnostic::new(Code::FigureDecides, self.span(name), "only prose may ask for a figure")
                    .help("let an arm of the lab's outcome set a fact, and ask for that"),
            );
        }
    }

    fn wrong_kind(&mut self, name: &'a str, what: &str, help: &str) {
        self.fault(Diagnostic::new(Code::WrongKind, self.span(name), format!("`{name}` {what}")).help(help));
    }

    fn number_range(&mut self, name: &'a str, least: i32, most: i32) -> Option<Condition> {
        let fact = self.asked(name)?;
        let FactKind::Range { from, to } = self.story.fact(fact).kind else {
            self.wrong_kind(name, "is no range", "a flag is asked with `Is`, a name with `Equals` or `In`");
            return None;
        };
        let (low, high) = (least.max(from), most.min(to));
        if low > high {
            return Some(Condition::Any(Conditions::default()));
        }
        Some(Condition::Between(fact, low.abs_diff(from), high.abs_diff(from)))
    }

    fn equals(&mut self, fact: FactId, name: &'a str, value: &Literal<'a>) -> Option<Condition> {
        match &self.story.fact(fact).kind {
            FactKind::Steps { of, by_base } => {
                let of = *of;
                let Literal::Name(wanted) = value else {
                    self.wrong_kind(name, "has names for values", "put the value in quotes");
                    return None;
                };
                let hits: Vec<u32> = (0..by_base.len() as u32)
                    .filter(|i| self.story.str(by_base[*i as usize]) == *wanted)
                    .collect();
                if hits.is_empty() {
                    let known: Vec<String> =
                        by_base.iter().map(|known| self.story.str(*known).to_owned()).collect();
                    self.fault(
                        Diagnostic::new(
                            Code::UnknownValue,
                            self.span(wanted),
                            format!("`{name}` is never `{wanted}`"),
                        )
                        .nearest(wanted, known.iter().map(String::as_str)),
                    );
                    return None;
                }
                let mut ranges: Vec<(u32, u32)> = Vec::new();
                for hit in hits {
                    match ranges.last_mut() {
                        Some((_, high)) if *high + 1 == hit => *high = hit,
                        _ => ranges.push((hit, hit)),
                    }
                }
                let mut between: Vec<Condition> =
                    ranges.into_iter().map(|(low, high)| Condition::Between(of, low, high)).collect();
                if between.len() == 1 {
                    between.pop()
                } else {
                    Some(Condition::Any(between.into_iter().collect()))
                }
            }
            FactKind::Flag => {
                self.wrong_kind(name, "is a flag", "ask `Is` or `Not(Is(..))`");
                None
            }
            FactKind::Range { .. } | FactKind::OneOf(_) => {
                self.raw(fact, name, value).map(|raw| Condition::Between(fact, raw, raw))
            }
        }
    }

    /// The raw value of a literal.
    pub(super) fn raw(&mut self, fact: FactId, name: &'a str, value: &Literal<'a>) -> Option<u32> {
        match (&self.story.fact(fact).kind, value) {
            (FactKind::Range { from, to }, Literal::Number(number)) => {
                if (i64::from(*from)..=i64::from(*to)).contains(number) {
                    return u32::try_from(number - i64::from(*from)).ok();
                }
                let (from, to) = (*from, *to);
                self.fault(
                    Diagnostic::new(
                        Code::UnknownValue,
                        self.span(name),
                        format!("`{name}` is never {number}"),
                    )
                    .help(format!("it lies between {from} and {to}")),
                );
                None
            }
            (FactKind::OneOf(names), Literal::Name(wanted)) => {
                let found = names.iter().position(|known| self.story.str(*known) == *wanted);
                if found.is_none() {
                    let known: Vec<String> =
                        names.iter().map(|known| self.story.str(*known).to_owned()).collect();
                    self.fault(
                        Diagnostic::new(
                            Code::UnknownValue,
                            self.span(wanted),
                            format!("`{name}` is never `{wanted}`"),
                        )
                        .nearest(wanted, known.iter().map(String::as_str)),
                    );
                }
                found.map(|i| i as u32)
            }
            (FactKind::Flag, _) => {
                self.wrong_kind(name, "is a flag", "write `Set` or `Clear`");
                None
            }
            (FactKind::Steps { .. }, _) => {
                self.wrong_kind(name, "is computed", "change the fact that it is computed from");
                None
            }
            (FactKind::Range { .. }, Literal::Name(_)) => {
                self.wrong_kind(name, "is a number", "write the value without quotes");
                None
            }
            (FactKind::OneOf(_), Literal::Number(_)) => {
                self.wrong_kind(name, "has names for values", "put the value in quotes");
                None
            }
        }
    }

    pub(super) fn effects(&mut self, effects: &[E<'a>]) -> Effects {
        let mut list: SmallVec<[Effect; 8]> =
            effects.iter().filter_map(|effect| self.effect(effect)).collect();
        // Those under a condition stand right before.
        let start = self.story.effects.len() as u32;
        self.story.effects.extend(list.drain(..));
        Effects(Run { start, end: self.story.effects.len() as u32 })
    }

    fn effect(&mut self, effect: &E<'a>) -> Option<Effect> {
        match effect {
            E::Set(name) => self.flag(name).map(|fact| Effect::Put(fact, 1)),
            E::Clear(name) => self.flag(name).map(|fact| Effect::Put(fact, 0)),
            E::Put(name, value) => {
                let fact = self.fact(name)?;
                self.raw(fact, name, value).map(|raw| Effect::Put(fact, raw))
            }
            E::Copy(to_name, from_name) => {
                let (to, from) = (self.fact(to_name)?, self.fact(from_name)?);
                let offset = match (&self.story.fact(to).kind, &self.story.fact(from).kind) {
                    (FactKind::Flag, FactKind::Flag) => 0,
                    (FactKind::Range { from: to_least, .. }, FactKind::Range { from: from_least, .. }) => {
                        i64::from(*from_least) - i64::from(*to_least)
                    }
                    (FactKind::OneOf(a), FactKind::OneOf(b))
                        if a.len() == b.len()
                            && a.iter().zip(b).all(|(a, b)| self.story.str(*a) == self.story.str(*b)) =>
                    {
                        0
                    }
                    _ => {
                        self.wrong_kind(
                            to_name,
                            &format!("is not of the same kind as `{from_name}`"),
                            "copy between two flags, two ranges, or two facts with the same names",
                        );
                        return None;
                    }
                };
                Some(Effect::Copy { to, from, offset })
            }
            E::Raise(name, by) => self.add(name, i64::from(*by), false),
            E::Lower(name, by) => self.add(name, -i64::from(*by), false),
            E::RaiseToEnd(name, by) => self.add(name, i64::from(*by), true),
            E::LowerToEnd(name, by) => self.add(name, -i64::from(*by), true),
            E::When(when, then) => {
                let when = self.condition(when, false);
                Some(Effect::When(when, self.effects(then)))
            }
        }
    }

    fn flag(&mut self, name: &'a str) -> Option<FactId> {
        let fact = self.fact(name)?;
        if matches!(self.story.fact(fact).kind, FactKind::Flag) {
            return Some(fact);
        }
        self.wrong_kind(name, "is no flag", "write `Put`");
        None
    }

    fn add(&mut self, name: &'a str, amount: i64, saturate: bool) -> Option<Effect> {
        let fact = self.fact(name)?;
        if matches!(self.story.fact(fact).kind, FactKind::Range { .. }) {
            return Some(Effect::Add { fact, amount, saturate });
        }
        self.wrong_kind(name, "is no range", "only a range can be raised or lowered");
        None
    }
}
