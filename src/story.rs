//! A story, resolved: the program that engine, journal, proof and shell read.
//!
//! Names have become small integers and nothing can dangle any more, so that no later part needs
//! checks. All strings lie in one arena and are addressed by [`Str`]; texts are lists of [`Part`]s.
//! Where a thing was written is kept as a [`Span`] for complaints. Nothing here knows of states,
//! terminals or files.

mod claims;
pub mod diagnostic;
mod examples;
mod facts;
mod graph;
mod layout;
pub mod load;
pub mod lookup;
mod prose;
pub(crate) mod read;
mod resolve;
mod rules;
mod tunnels;
pub mod written;

use crate::labs::Lab;
pub use claims::{Claim, Promise, Quantified};
pub use diagnostic::Diagnostic;
pub use layout::Doer;
pub use load::{Source, load};
pub use tunnels::ways;
pub use written::{Color, Compare};

/// Bytes of the source: from, to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after.
    pub end: u32,
}

/// A string in the story's arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Str {
    start: u32,
    end: u32,
}

/// Consecutive entries of one of the story's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// First.
    pub start: u32,
    /// First after.
    pub end: u32,
}

impl Run {
    /// The indices.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
ids! {
    /// Index into [`Story::scenes`].
    SceneId,
    /// Index into [`Story::choices`].
    ChoiceId,
    /// Index into [`Story::facts`].
    FactId,
    /// Index into [`Story::endings`].
    EndingId,
    /// Index into [`Story::pages`].
    PageId,
    /// Index into [`Story::cast`].
    SpeakerId,
    /// Index into [`Story::acts`].
    ActId,
    /// Index of a once-only mark.
    MarkId,
    /// Index of an arm, among all of the story's.
    ArmId,
}

/// The resolved program.
#[derive(Clone, Debug)]
pub struct Story {
    /// The story's own name.
    pub id: Str,
    /// Title.
    pub title: Str,
    /// One line under the title; may be empty.
    pub tagline: Str,
    /// Authors.
    pub authors: Vec<Str>,
    /// The author's version.
    pub version: Str,
    /// Hash of the file's bytes (XXH3, 64 bits): tells an edited story from the one that was saved.
    pub hash: u64,
    /// Picture of the title screen.
    pub cover: Text,
    /// A line at the head of every screen; may be empty.
    pub status: Text,
    /// Shown under every ending.
    pub card: Text,
    /// Where the story comes from.
    pub credits: Text,
    /// First scene.
    pub start: SceneId,
    /// How deep tunnels may nest.
    pub depth: u8,
    /// Acts.
    pub acts: Vec<Str>,
    /// Speakers.
    pub cast: Vec<Speaker>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Scenes.
    pub scenes: Vec<Scene>,
    /// Choices: each scene's own are consecutive, those offered anywhere come last.
    pub choices: Vec<Choice>,
    /// The choices offered anywhere.
    pub anywhere: Run,
    /// Texts that any scene may stand among show figures or pictures asked before an experiment, of these labs
    /// (bits): the status line, the title screen, the card, the credits, choices offered anywhere.
    pub asks: u8,
    /// The same texts show pictures that these labs drew (bits).
    pub draws: u8,
    /// Events in the file's order.
    pub events: Vec<Event>,
    /// Endings.
    pub endings: Vec<Ending>,
    /// Notebook pages.
    pub pages: Vec<Page>,
    /// What sets each lab's knobs, by [`Lab`]; empty where the story says nothing of the lab.
    pub labs: [Vec<Binding>; 3],
    /// Old scene names and what they are now.
    pub scene_aliases: Vec<(Str, Str)>,
    /// Old choice names and what they are now.
    pub choice_aliases: Vec<(Str, Str)>,
    /// Old names of endings, which galleries hold, and what they are now.
    pub ending_aliases: Vec<(Str, Str)>,
    /// Old names of pages, which galleries hold, and what they are now.
    pub page_aliases: Vec<(Str, Str)>,
    /// Promises that the checker proves.
    pub claims: Vec<Claim>,
    /// Where everything lies in a state.
    pub layout: Layout,
    /// Complaints that do not prevent playing.
    pub warnings: Vec<Diagnostic>,
    arms: Vec<Arm>,
    effects: Vec<Effect>,
    parts: Vec<Part>,
    segments: Vec<Segment>,
    variants: Vec<Text>,
    arena: String,
}

/// Where everything lies in a state's words.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Number of 64-bit words.
    pub words: usize,
    /// The scene.
    pub scene: Slot,
    /// How many scenes wait for the end of a tunnel.
    pub level: Slot,
    /// The scenes that wait.
    pub waiting: Vec<Slot>,
    /// Once-only marks.
    pub marks: Vec<Slot>,
}

/// Some bits of a state; never across two words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Which word.
    pub word: u16,
    /// How far left.
    pub shift: u8,
    /// Mask after shifting; 0 for a thing that takes no bits.
    pub mask: u32,
}

impl Slot {
    /// The value in a state.
    #[inline]
    pub fn get(self, words: &[u64]) -> u32 {
        (words[usize::from(self.word)] >> self.shift) as u32 & self.mask
    }

    /// Writes a value that fits the mask.
    #[inline]
    pub fn set(self, words: &mut [u64], value: u32) {
        debug_assert!(value & !self.mask == 0);
        let word = &mut words[usize::from(self.word)];
        *word = *word & !(u64::from(self.mask) << self.shift) | u64::from(value) << self.shift;
    }
}

/// A speaker.
#[derive(Clone, Debug)]
pub struct Speaker {
    /// Name in the file.
    pub key: Str,
    /// As shown.
    pub name: Str,
    /// Colour of the name.
    pub color: Color,
}

/// A fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Name.
    pub name: Str,
    /// Where it was declared.
    pub span: Span,
    /// What it can be.
    pub kind: FactKind,
    /// Where it lies; computed facts lie where their base does.
    pub slot: Slot,
    /// Raw value at the start.
    pub start: u32,
    /// Greatest raw value that effects can give it; 0 for a computed fact.
    pub most: u32,
    /// Whether a condition asks for it; of a computed fact what is left is its base.
    pub asked: bool,
}

/// What a fact can be. A raw value is 0 or 1, the distance from the range's least, or the index of a
/// name.
#[derive(Clone, Debug)]
pub enum FactKind {
    /// False or true.
    Flag,
    /// A number from least to greatest.
    Range {
        /// Least.
        from: i32,
        /// Greatest.
        to: i32,
    },
    /// One of some names.
    OneOf(Vec<Str>),
    /// The name for each raw value of the base: index into names.
    Steps {
        /// The number it is computed from.
        of: FactId,
        /// Name of each raw value of the base.
        by_base: Vec<Str>,
    },
}

impl Fact {
    /// How many raw values there are.
    pub fn size(&self) -> u32 {
        match &self.kind {
            FactKind::Flag => 2,
            FactKind::Range { from, to } => to.abs_diff(*from) + 1,
            FactKind::OneOf(names) => names.len() as u32,
            FactKind::Steps { by_base, .. } => by_base.len() as u32,
        }
    }
}

/// A condition; over raw values, so that only three kinds are left.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The raw value lies in this range, ends included.
    Between(FactId, u32, u32),
    /// The opposite.
    Not(Box<Condition>),
    /// Every one.
    All(Conditions),
    /// At least one.
    Any(Conditions),
    /// A figure compares so (prose only).
    Figure(FigureRef, Compare, f64),
    /// A figure that is a name is this one (prose only).
    FigureIs(FigureRef, Str),
}

/// Several conditions. Boxed twice, so that a condition takes no more than 16 bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions(Box<Box<[Condition]>>);

impl FromIterator<Condition> for Conditions {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Conditions {
        Conditions(Box::new(conditions.into_iter().collect()))
    }
}

impl std::ops::Deref for Conditions {
    type Target = [Condition];
    fn deref(&self) -> &[Condition] {
        &self.0
    }
}

/// A figure of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureRef {
    /// The lab.
    pub lab: Lab,
    /// Index into its signature.
    pub index: u16,
    /// Asked before the experiment, at the knobs as they stand.
    pub early: bool,
}

/// An effect on raw values.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The fact gets this raw value.
    Put(FactId, u32),
    /// The fact gets the value of another, plus an offset between their ranges.
    Copy {
        /// Written.
        to: FactId,
        /// Read.
        from: FactId,
        /// Added to the raw value.
        offset: i64,
    },
    /// A number changes.
    Add {
        /// Written.
        fact: FactId,
        /// How much.
        amount: i64,
        /// Stops at the ends of the range; else leaving it is a fault.
        saturate: bool,
    },
    /// Effects under a condition.
    When(Condition, Effects),
}

/// Consecutive effects, of all of the story's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects(Run);

impl Effects {
    /// Nothing changes.
    pub fn is_empty(self) -> bool {
        self.0.start == self.0.end
    }
}

/// Where a choice, an arm or an event leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// There.
    To(SceneId),
    /// There, and back here.
    Visit(SceneId),
    /// Back from a tunnel.
    Back,
    /// The same scene is entered again.
    Stay,
}

/// A scene. What each step asks for comes first, so that it lies together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Scene {
    /// The way on.
    pub way: Way,
    /// What is told.
    pub text: Text,
    /// No anywhere choices, no events.
    pub alone: bool,
    /// No events.
    pub quiet: bool,
    /// Its text shows figures or pictures asked before an experiment, of these labs (bits).
    pub asks: u8,
    /// Its text shows pictures that these labs drew (bits).
    pub draws: u8,
    /// Name.
    pub name: Str,
    /// Short name for lists; the name where none was given.
    pub title: Str,
    /// Where it was written.
    pub span: Span,
    /// Its act.
    pub act: Option<ActId>,
    /// Pages unlocked.
    pub pages: Vec<PageId>,
}

/// How a scene goes on.
#[derive(Clone, Debug)]
pub enum Way {
    /// The player chooses; indices into [`Story::choices`].
    Choices(Run),
    /// At once.
    Auto(Arms),
    /// An experiment answers; arms by outcome, `None` for one that is never possible.
    Lab {
        /// Which.
        lab: Lab,
        /// By outcome.
        arms: Vec<Option<Arms>>,
    },
    /// The player does something by hand.
    Exercise {
        /// Which.
        kind: crate::labs::exercise::Kind,
        /// By outcome.
        arms: Vec<Arms>,
    },
    /// An ending.
    Ending(EndingId),
}

/// A list of arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arms(Run);

impl Arms {
    /// The arm at a place of the list.
    pub fn id(self, place: usize) -> ArmId {
        ArmId(self.0.start + place as u32)
    }

    /// All of the list.
    pub fn ids(self) -> impl Iterator<Item = ArmId> + use<> {
        (self.0.start..self.0.end).map(ArmId)
    }
}

/// One of a list read in order; the last of a list has no condition.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Taken only then.
    pub when: Option<Condition>,
    /// What changes.
    pub then: Effects,
    /// Where it leads.
    pub go: Go,
    /// Where it was written.
    pub span: Span,
}

/// A choice. What is asked of every choice of a scene comes first, so that it lies together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Choice {
    /// Offered only then.
    pub when: Option<Condition>,
    /// Shown but not open unless; and the reason.
    pub locked: Option<Box<(Condition, Text)>>,
    /// As shown: a text of one paragraph.
    pub label: Text,
    /// Once a playthrough.
    pub once: Option<MarkId>,
    /// What changes.
    pub then: Effects,
    /// Where it leads.
    pub go: Go,
    /// Told before the next scene.
    pub reply: Text,
    /// Stable name, unique in its scene.
    pub id: Str,
    /// Where it was written.
    pub span: Span,
    /// How often the random player takes it.
    pub weight: f64,
    /// Further words.
    pub words: Box<[Str]>,
}

// Thousands of them are read in no order: what is small stays in the caches.
const _: () = {
    assert!(size_of::<Condition>() == 16);
    assert!(size_of::<Effect>() == 24);
    assert!(size_of::<Choice>() == 104);
    assert!(size_of::<Part>() == 40);
};

/// A scene that interrupts.
#[derive(Clone, Debug)]
pub struct Event {
    /// Name.
    pub name: Str,
    /// Where it was written.
    pub span: Span,
    /// Happens then.
    pub when: Condition,
    /// Not any more then.
    pub until: Option<Condition>,
    /// Once a playthrough.
    pub once: Option<MarkId>,
    /// The scene.
    pub visit: SceneId,
}

/// An ending.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Name.
    pub name: Str,
    /// Where it was written.
    pub span: Span,
    /// Title.
    pub title: Str,
    /// While locked.
    pub hint: Str,
    /// Counts as good.
    pub good: bool,
    /// For claims.
    pub tags: Vec<Str>,
    /// Pages unlocked.
    pub pages: Vec<PageId>,
}

/// A page of the notebook.
#[derive(Clone, Debug)]
pub struct Page {
    /// Name.
    pub name: Str,
    /// Where it was written.
    pub span: Span,
    /// The term.
    pub title: Str,
    /// Words under which it is found.
    pub words: Vec<Str>,
    /// In general.
    pub text: Text,
    /// With this playthrough's figures.
    pub here: Text,
    /// Author (year): title.
    pub reference: Str,
}

/// What sets one knob of a lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Binding {
    /// Always this index.
    Fixed(u8),
    /// The index for each raw value of a fact.
    By(FactId, Vec<u8>),
}

/// A text: consecutive parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text(Run);

impl Text {
    /// Nothing is told.
    pub fn is_empty(self) -> bool {
        self.0.start == self.0.end
    }
}

/// How a paragraph is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Wrapped.
    Prose,
    /// Line ends are kept.
    Lines,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum Part {
    /// A paragraph, or the next piece of the one before.
    Paragraph {
        /// Who says it.
        speaker: Option<SpeakerId>,
        /// How it is set.
        style: Style,
        /// Goes on with the paragraph before.
        joins: bool,
        /// What it consists of.
        segments: Run,
        /// Its words, where it consists of these alone.
        literal: Option<Str>,
        /// Where it was written.
        span: Span,
    },
    /// Drawn in characters.
    Picture {
        /// The rows.
        rows: Str,
        /// In words.
        described: Str,
        /// Where it was written.
        span: Span,
    },
    /// Drawn by a lab.
    LabPicture {
        /// The lab.
        lab: Lab,
        /// Index into its signature.
        index: u16,
        /// Asked before the experiment.
        early: bool,
        /// Where it was written.
        span: Span,
    },
    /// One or the other.
    When {
        /// Which.
        when: Box<Condition>,
        /// When it holds.
        text: Text,
        /// When not.
        otherwise: Text,
        /// Where it was written.
        span: Span,
    },
    /// One of some variants.
    OneOf {
        /// Hash of its label.
        label: u64,
        /// Indices into the variants.
        variants: Run,
        /// By visits instead of by seed.
        in_turn: bool,
        /// Where it was written.
        span: Span,
    },
}

/// A piece of a paragraph.
#[derive(Clone, Debug)]
pub enum Segment {
    /// As it stands.
    Literal(Str),
    /// A fact's value.
    Fact(FactId, Format),
    /// A text for a flag: true, false.
    Either(FactId, Str, Str),
    /// A text for each raw value.
    Each(FactId, Vec<Str>),
    /// By number: one, else. `#` is the number, `##` in words.
    Plural(Quantity, Str, Str),
    /// A figure's value.
    Figure(FigureRef, Format),
}

/// What a plural counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A fact.
    Fact(FactId),
    /// A figure.
    Figure(FigureRef),
}

/// How a value is written; `capital` begins with a capital letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The kind.
    pub kind: FormatKind,
    /// Begin with a capital letter.
    pub capital: bool,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatKind {
    /// As its unit says.
    Plain,
    /// three
    Words,
    /// third
    Ordinal,
    /// 13:00, from half hours since midnight
    Clock,
    /// an hour and a half, from half hours; counted from this
    Span(i32),
    /// $12.50, from cents (a figure) or dollars (a fact)
    Money,
}

impl Story {
    /// A string.
    #[inline]
    pub fn str(&self, at: Str) -> &str {
        &self.arena[at.start as usize..at.end as usize]
    }

    /// A scene.
    #[inline]
    pub fn scene(&self, id: SceneId) -> &Scene {
        &self.scenes[id.index()]
    }

    /// A choice.
    #[inline]
    pub fn choice(&self, id: ChoiceId) -> &Choice {
        &self.choices[id.index()]
    }

    /// A fact.
    #[inline]
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.index()]
    }

    /// The parts of a text.
    #[inline]
    pub fn parts(&self, text: Text) -> &[Part] {
        &self.parts[text.0.range()]
    }

    /// The pieces of a paragraph.
    #[inline]
    pub fn segments(&self, run: Run) -> &[Segment] {
        &self.segments[run.range()]
    }

    /// Some variants.
    pub fn variants(&self, run: Run) -> &[Text] {
        &self.variants[run.range()]
    }

    /// A list of arms.
    #[inline]
    pub fn arms(&self, arms: Arms) -> &[Arm] {
        &self.arms[arms.0.range()]
    }

    /// An arm.
    #[inline]
    pub fn arm(&self, id: ArmId) -> &Arm {
        &self.arms[id.index()]
    }

    /// Some effects, in order.
    #[inline]
    pub fn effects(&self, effects: Effects) -> &[Effect] {
        &self.effects[effects.0.range()]
    }

    /// The effects of every choice and of every arm.
    pub fn lists_of_effects(&self) -> impl Iterator<Item = Effects> {
        let choices = self.choices.iter().map(|choice| choice.then);
        choices.chain(self.arms.iter().map(|arm| arm.then))
    }

    /// All arms, of all scenes.
    pub fn arm_ids(&self) -> impl ExactSizeIterator<Item = ArmId> + use<> {
        (0..self.arms.len() as u32).map(ArmId)
    }

    /// The choices offered anywhere.
    pub fn anywhere_ids(&self) -> impl Iterator<Item = ChoiceId> + use<> {
        (self.anywhere.start..self.anywhere.end).map(ChoiceId)
    }
}
