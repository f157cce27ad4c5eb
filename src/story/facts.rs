//! Facts: what is declared, what sets the labs' knobs, and where everything lies in a state.

use super::diagnostic::{Code, Diagnostic};
use super::resolve::Resolver;
use super::{Binding, Fact, FactId, FactKind, Slot, Span, Str, written};
use crate::labs::Lab;
use std::collections::HashSet;

/// Most values of one fact.
const MOST_VALUES: u64 = 1 << 16;
/// Most once-only marks of a story.
const MOST_MARKS: usize = 4096;

impl<'a> Resolver<'a> {
    pub(super) fn declare_facts(&mut self, written: &written::Story<'a>) {
        self.facts = self.declare_all("facts", written.facts.0.iter().map(|(name, _)| *name), FactId);
        for (name, fact) in &written.facts.0 {
            let span = self.span(name);
            let (kind, start) = match fact {
                written::Fact::Flag => (FactKind::Flag, 0),
                written::Fact::Range { from, to, start } => self.range(*from, *to, *start, span),
                written::Fact::OneOf(values) => {
                    if values.is_empty() {
                        self.fault(Diagnostic::new(
                            Code::BadRange,
                            span,
                            format!("`{name}` can have no value"),
                        ));
                    }
                    if values.len() as u64 > MOST_VALUES {
                        self.fault(Diagnostic::new(
                            Code::BadRange,
                            span,
                            format!("a fact may have at most {MOST_VALUES} values"),
                        ));
                    }
                    let mut seen = HashSet::with_capacity(values.len());
                    for value in values {
                        if !seen.insert(*value) {
                            self.fault(Diagnostic::new(
                                Code::Duplicate,
                                self.span(value),
                                format!("`{name}` has the value `{value}` twice"),
                            ));
                        }
                    }
                    (FactKind::OneOf(values.iter().map(|value| self.intern(value)).collect()), 0)
                }
                // Filled in below, when all facts are known.
                written::Fact::Steps { .. } => (FactKind::Flag, 0),
            };
            let name = self.intern(name);
            let mut fact = Fact { name, span, kind, slot: Slot::default(), start, most: 0, asked: false };
            if !matches!(fact.kind, FactKind::Steps { .. }) {
                fact.most = fact.size().saturating_sub(1);
            }
            self.story.facts.push(fact);
        }
        for (i, (name, fact)) in written.facts.0.iter().enumerate() {
            if let written::Fact::Steps { of, at } = fact
                && let Some(kind) = self.steps(name, of, at)
            {
                self.story.facts[i].kind = kind;
            }
        }
    }

    pub(super) fn range(&mut self, from: i32, to: i32, start: i32, span: Span) -> (FactKind, u32) {
        if from > to || start < from || start > to {
            self.fault(
                Diagnostic::new(
                    Code::BadRange,
                    span,
                    format!("the start {start} does not lie between {from} and {to}"),
                )
                .help("write `Range(from: least, to: greatest, start: between)`"),
            );
            // As far as it goes, so that what it can be is not complained of as well.
            let (from, to) = (from.min(to), from.max(to));
            if u64::from(to.abs_diff(from)) < MOST_VALUES {
                return (FactKind::Range { from, to }, 0);
            }
            return (FactKind::Range { from: 0, to: 0 }, 0);
        }
        if u64::from(to.abs_diff(from)) >= MOST_VALUES {
            self.fault(Diagnostic::new(
                Code::BadRange,
                span,
                format!("a range may hold at most {MOST_VALUES} values"),
            ));
            return (FactKind::Range { from: 0, to: 0 }, 0);
        }
        (FactKind::Range { from, to }, start.abs_diff(from))
    }

    pub(super) fn steps(&mut self, name: &'a str, of: &'a str, at: &[(i32, &'a str)]) -> Option<FactKind> {
        let base = self.fact(of)?;
        let FactKind::Range { from, to } = self.story.fact(base).kind else {
            self.fault(Diagnostic::new(
                Code::WrongKind,
                self.span(of),
                format!("`{of}` is no range, so nothing can be computed from its steps"),
            ));
            return None;
        };
        let ascending = at.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if at.first().is_none_or(|(first, _)| *first > from) || !ascending {
            self.fault(
                Diagnostic::new(
                    Code::BadRange,
                    self.span(name),
                    format!("the thresholds of `{name}` must ascend, the first at {from} or below"),
                )
                .help(format!("`{of}` begins at {from}")),
            );
            return None;
        }
        let names: Vec<Str> = at.iter().map(|(_, value)| self.intern(value)).collect();
        let by_base = (from..=to)
            .map(|value| names[at.partition_point(|(threshold, _)| *threshold <= value).saturating_sub(1)])
            .collect();
        Some(FactKind::Steps { of: base, by_base })
    }

    pub(super) fn lab(&mut self, name: &str, span: Span) -> Option<Lab> {
        let found = Lab::ALL.into_iter().find(|lab| lab.signature().name == name);
        if found.is_none() {
            self.fault(
                Diagnostic::new(Code::UnknownLab, span, format!("there is no lab `{name}`"))
                    .help("the labs are `crowd`, `drones` and `imitation`"),
            );
        }
        found
    }

    pub(super) fn bind_labs(&mut self, written: &written::Story<'a>) {
        for (name, knobs) in &written.labs.0 {
            let Some(lab) = self.lab(name, self.span(name)) else { continue };
            let signature = lab.signature();
            if !self.story.labs[lab as usize].is_empty() {
                self.fault(Diagnostic::new(
                    Code::Duplicate,
                    self.span(name),
                    format!("two labs have the name `{name}`"),
                ));
            }
            for (knob, _) in &knobs.0 {
                if !signature.knobs.iter().any(|known| known.name == *knob) {
                    self.fault(
                        Diagnostic::new(
                            Code::UnknownLab,
                            self.span(knob),
                            format!("the lab `{name}` has no knob `{knob}`"),
                        )
                        .nearest(knob, signature.knobs.iter().map(|known| known.name)),
                    );
                }
            }
            let mut bindings = Vec::new();
            for knob in signature.knobs {
                let binding = match knobs.0.iter().find(|(name, _)| *name == knob.name) {
                    None => Binding::Fixed(knob.default),
                    Some((_, value)) => self.bind(knob, value).unwrap_or(Binding::Fixed(knob.default)),
                };
                bindings.push(binding);
            }
            self.story.labs[lab as usize] = bindings;
        }
    }

    pub(super) fn bind(&mut self, knob: &crate::labs::Knob, value: &'a str) -> Option<Binding> {
        let index_of = |name: &str| knob.values.iter().position(|known| *known == name).map(|i| i as u8);
        let span = self.span(value);
        if let Some(fixed) = value.strip_prefix('=') {
            if let Some(index) = index_of(fixed) {
                return Some(Binding::Fixed(index));
            }
            self.fault(
                Diagnostic::new(
                    Code::UnknownValue,
                    span,
                    format!("the knob `{}` has no value `{fixed}`", knob.name),
                )
                .help(format!("it has `{}`", knob.values.join("`, `"))),
            );
            return None;
        }
        let fact = self.fact(value)?;
        let names: Vec<String> = match &self.story.fact(fact).kind {
            FactKind::Flag => vec!["no".to_owned(), "yes".to_owned()],
            FactKind::Range { from, to } => (*from..=*to).map(|n| n.to_string()).collect(),
            FactKind::OneOf(names) | FactKind::Steps { by_base: names, .. } => {
                names.iter().map(|name| self.story.str(*name).to_owned()).collect()
            }
        };
        let table: Vec<Option<u8>> = names.iter().map(|name| index_of(name)).collect();
        for (name, index) in names.iter().zip(&table) {
            // `none` says that nothing was set yet.
            if index.is_none() && name != "none" {
                self.fault(
                    Diagnostic::new(
                        Code::UnknownValue,
                        span,
                        format!("`{value}` can be `{name}`, which the knob `{}` cannot", knob.name),
                    )
                    .help(format!(
                        "it can be `{}`; a value called `none` counts as its default",
                        knob.values.join("`, `")
                    )),
                );
                return None;
            }
        }
        Some(Binding::By(fact, table.into_iter().map(|index| index.unwrap_or(knob.default)).collect()))
    }

    /// The outcomes that are possible at some values of the facts, as bits.
    pub(super) fn possible(&self, lab: Lab) -> u32 {
        let values: Vec<Vec<u8>> = self.story.labs[lab as usize]
            .iter()
            .map(|binding| match binding {
                Binding::Fixed(value) => vec![*value],
                Binding::By(_, table) => {
                    let mut values = table.clone();
                    values.sort_unstable();
                    values.dedup();
                    values
                }
            })
            .collect();
        let Some(first) = values.iter().map(|values| values.first().copied()).collect() else { return 0 };
        // A lab may have thousands of settings: one is turned into the next, as an odometer does.
        let mut setting = crate::labs::Setting(first);
        let mut turned = vec![0; values.len()];
        let mut all = 0;
        loop {
            all |= lab.possible(&setting);
            let Some(wheel) = (0..values.len()).find(|wheel| turned[*wheel] + 1 < values[*wheel].len())
            else {
                return all;
            };
            for (i, values) in values.iter().enumerate().take(wheel + 1) {
                turned[i] = if i == wheel { turned[i] + 1 } else { 0 };
                setting.0[i] = values[turned[i]];
            }
        }
    }

    pub(super) fn fact(&mut self, name: &'a str) -> Option<FactId> {
        let id = self.facts.get(name).copied();
        if id.is_none() {
            let fault =
                Diagnostic::new(Code::UnknownFact, self.span(name), format!("there is no fact `{name}`"))
                    .nearest(name, self.facts.keys().copied());
            self.fault(fault);
        }
        id
    }

    pub(super) fn lay_out(&mut self) {
        if self.marks as usize > MOST_MARKS {
            self.fault(Diagnostic::new(
                Code::TooMuch,
                Span::default(),
                format!("{} choices and events are once-only; at most {MOST_MARKS} may be", self.marks),
            ));
        }
        self.story.lay_out(self.marks as usize);
    }
}
