//! The passes from a story as written to a story that can be played. Each reports all that it finds;
//! the list in [`resolve`] is the table of contents.

use super::diagnostic::{Code, Diagnostic, Severity};
use super::prose::is_name;
use super::written::{self, Prose};
use super::{
    ActId, Ending, EndingId, FactId, Layout, Page, PageId, Run, SceneId, Span, Speaker, SpeakerId, Story,
    Str, Text, tunnels,
};
use std::collections::{HashMap, HashSet};

/// Most scenes, choices and facts of a story.
const MOST_SCENES: usize = 1 << 20;
const MOST_CHOICES: usize = 1 << 21;
const MOST_FACTS: usize = 4096;

/// Resolves a story.
///
/// # Errors
/// Every complaint, in the order of the file, if one of them is an error.
pub(super) fn resolve<'a>(written: &written::Story<'a>, source: &'a str) -> Result<Story, Vec<Diagnostic>> {
    let mut resolver = Resolver::new(source);
    resolver.check_characters();
    resolver.check_counts(written);
    if resolver.faults.is_empty() {
        resolver.declare_cast_and_acts(written);
        resolver.declare_facts(written);
        resolver.declare_names(written);
        resolver.front_matter(written);
        resolver.bind_labs(written);
        resolver.notebook_and_endings(written);
        resolver.scenes(written);
        resolver.events(written);
        resolver.aliases(written);
        resolver.claims(written);
        resolver.lay_out();
    }
    if resolver.faults.is_empty() {
        tunnels::check(&resolver.story, &mut resolver.faults);
    }
    resolver.finish()
}

pub(super) struct Resolver<'a> {
    pub(super) story: Story,
    pub(super) faults: Vec<Diagnostic>,
    pub(super) cast: HashMap<&'a str, SpeakerId>,
    pub(super) facts: HashMap<&'a str, FactId>,
    /// Labels of variants in the scene at hand.
    pub(super) labels: Vec<&'a str>,
    /// Labs asked before an experiment in the text at hand, as bits.
    pub(super) asks: u8,
    /// Labs whose pictures the text at hand shows, as bits.
    pub(super) draws: u8,
    pub(super) acts: HashMap<&'a str, ActId>,
    pub(super) scenes: HashMap<&'a str, SceneId>,
    pub(super) endings: HashMap<&'a str, EndingId>,
    pub(super) pages: HashMap<&'a str, PageId>,
    pub(super) marks: u32,
    source: &'a str,
}

impl<'a> Resolver<'a> {
    fn new(source: &'a str) -> Resolver<'a> {
        Resolver {
            story: Story {
                id: Str::default(),
                title: Str::default(),
                tagline: Str::default(),
                authors: Vec::new(),
                version: Str::default(),
                hash: xxhash_rust::xxh3::xxh3_64(source.as_bytes()),
                cover: Text::default(),
                status: Text::default(),
                card: Text::default(),
                credits: Text::default(),
                start: SceneId(0),
                depth: 4,
                acts: Vec::new(),
                cast: Vec::new(),
                facts: Vec::new(),
                scenes: Vec::new(),
                choices: Vec::new(),
                anywhere: Run::default(),
                asks: 0,
                draws: 0,
                events: Vec::new(),
                endings: Vec::new(),
                pages: Vec::new(),
                labs: [Vec::new(), Vec::new(), Vec::new()],
                scene_aliases: Vec::new(),
                choice_aliases: Vec::new(),
                ending_aliases: Vec::new(),
                page_aliases: Vec::new(),
                claims: Vec::new(),
                layout: Layout::default(),
                warnings: Vec::new(),
                arms: Vec::new(),
                effects: Vec::new(),
                parts: Vec::new(),
                segments: Vec::new(),
                variants: Vec::new(),
                arena: String::with_capacity(source.len()),
            },
            faults: Vec::new(),
            cast: HashMap::new(),
            facts: HashMap::new(),
            labels: Vec::new(),
            asks: 0,
            draws: 0,
            acts: HashMap::new(),
            scenes: HashMap::new(),
            endings: HashMap::new(),
            pages: HashMap::new(),
            marks: 0,
            source,
        }
    }

    pub(super) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// Where a piece of the source lies, by its address; `None` for a string from elsewhere.
    pub(super) fn place(&self, piece: &str) -> Option<Span> {
        let start = (piece.as_ptr() as usize).checked_sub(self.source.as_ptr() as usize)?;
        (start + piece.len() <= self.source.len())
            .then_some(Span { start: start as u32, end: (start + piece.len()) as u32 })
    }

    pub(super) fn span(&self, name: &str) -> Span {
        self.place(name).unwrap_or_default()
    }

    pub(super) fn intern(&mut self, text: &str) -> Str {
        let start = self.story.arena.len() as u32;
        self.story.arena.push_str(text);
        Str { start, end: self.story.arena.len() as u32 }
    }

    /// Plain words, without values: a title, a hint, a reference. `place` as for texts.
    pub(super) fn prose(&mut self, prose: &Prose<'a>, place: Span) -> Str {
        let span = self.prose_span(prose, place);
        self.check_escapes(prose, span);
        self.collapsed(prose.0.trim())
    }

    fn check_characters(&mut self) {
        // Only these bytes can begin a hostile character. Without branches, so that the compiler looks at
        // many at a time.
        let suspicious = |b: u8| {
            (b < 32) & (b != b'\t') & (b != b'\n') & (b != b'\r')
                | (b == 127)
                | (b == 0xC2)
                | (b == 0xD8)
                | (b == 0xE2)
                | (b == 0xEF)
                | (b == 0xF3)
        };
        for (i, chunk) in self.source.as_bytes().chunks(64).enumerate() {
            if !chunk.iter().fold(false, |any, b| any | suspicious(*b)) {
                continue;
            }
            for (at, _) in (i * 64..).zip(chunk).filter(|(_, b)| suspicious(**b)) {
                let Some(c) = self.source.get(at..).and_then(|rest| rest.chars().next()) else { continue };
                if !crate::text::is_hostile(c) {
                    continue;
                }
                let span = Span { start: at as u32, end: (at + c.len_utf8()) as u32 };
                self.fault(
                    Diagnostic::new(
                        Code::ControlCharacter,
                        span,
                        format!("the character U+{:04X} is not allowed in a story", u32::from(c)),
                    )
                    .help("delete it: it would reach the player's terminal"),
                );
                if self.faults.len() >= 100 {
                    return;
                }
            }
        }
    }

    fn check_counts(&mut self, written: &written::Story<'a>) {
        let own: usize =
            written.scenes.0.iter().map(|(_, scene)| scene.choices.as_ref().map_or(0, Vec::len)).sum();
        // The first that is one too many, where it has a name.
        fn extra<'n, T>(named: &[(&'n str, T)], most: usize) -> Option<&'n str> {
            named.get(most).map(|(name, _)| *name)
        }
        let counts = [
            ("scenes", written.scenes.0.len(), MOST_SCENES, extra(&written.scenes.0, MOST_SCENES)),
            ("choices", own + written.anywhere.len(), MOST_CHOICES, None),
            ("facts", written.facts.0.len(), MOST_FACTS, extra(&written.facts.0, MOST_FACTS)),
            ("speakers", written.cast.0.len(), MOST_FACTS, extra(&written.cast.0, MOST_FACTS)),
            ("endings", written.endings.0.len(), MOST_FACTS, extra(&written.endings.0, MOST_FACTS)),
            ("pages", written.notebook.0.len(), MOST_FACTS, extra(&written.notebook.0, MOST_FACTS)),
            ("events", written.events.0.len(), MOST_FACTS, extra(&written.events.0, MOST_FACTS)),
        ];
        for (what, count, most, extra) in counts {
            if count > most {
                let fault = Diagnostic::new(
                    Code::TooMuch,
                    self.span(extra.unwrap_or(written.id)),
                    format!("{count} {what}; a story may have at most {most}"),
                );
                self.fault(if extra.is_some() { fault.label("the first that is too many") } else { fault });
            }
        }
        if written.scenes.0.is_empty() {
            self.fault(
                Diagnostic::new(Code::NoScene, self.span(written.id), "a story without scenes")
                    .help("begin with one: `scenes: { \"start\": (text: \"..\", ending: \"end\") }`"),
            );
        }
    }

    pub(super) fn check_name(&mut self, name: &'a str) {
        if !is_name(name) {
            self.fault(Diagnostic::new(Code::BadName, self.span(name), "this is not a name").help(
                "a name begins with a letter and goes on with letters, digits, `_` or `-`, at most 64",
            ));
        }
    }

    fn declare<T: Copy>(
        &mut self,
        kind: &str,
        names: &mut HashMap<&'a str, (T, &'a str)>,
        name: &'a str,
        id: T,
    ) {
        self.check_name(name);
        if let Some((_, first)) = names.insert(name, (id, name)) {
            self.fault(
                Diagnostic::new(
                    Code::Duplicate,
                    self.span(name),
                    format!("two {kind} have the name `{name}`"),
                )
                .help("rename one of them")
                .other(self.span(first), "the other"),
            );
        }
    }

    pub(super) fn declare_all<T: Copy>(
        &mut self,
        kind: &str,
        names: impl Iterator<Item = &'a str>,
        id: impl Fn(u32) -> T,
    ) -> HashMap<&'a str, T> {
        let mut seen = HashMap::new();
        for (i, name) in names.enumerate() {
            self.declare(kind, &mut seen, name, id(i as u32));
        }
        seen.into_iter().map(|(name, (id, _))| (name, id)).collect()
    }

    fn declare_cast_and_acts(&mut self, written: &written::Story<'a>) {
        self.cast = self.declare_all("speakers", written.cast.0.iter().map(|(key, _)| *key), SpeakerId);
        for (key, speaker) in &written.cast.0 {
            let span = self.span(key);
            let (key, name) = (self.intern(key), self.prose(&speaker.name, span));
            self.story.cast.push(Speaker { key, name, color: speaker.color });
        }
        self.acts = self.declare_all("acts", written.acts.iter().copied(), ActId);
        for act in &written.acts {
            let act = self.intern(act);
            self.story.acts.push(act);
        }
    }

    fn declare_names(&mut self, written: &written::Story<'a>) {
        self.scenes = self.declare_all("scenes", written.scenes.0.iter().map(|(name, _)| *name), SceneId);
        self.endings = self.declare_all("endings", written.endings.0.iter().map(|(name, _)| *name), EndingId);
        self.pages = self.declare_all("pages", written.notebook.0.iter().map(|(name, _)| *name), PageId);
        self.declare_all("events", written.events.0.iter().map(|(name, _)| *name), |i| i);
    }

    fn front_matter(&mut self, written: &written::Story<'a>) {
        self.check_name(written.id);
        self.story.id = self.intern(written.id);
        let place = self.span(written.id);
        self.story.title = self.prose(&written.title, place);
        self.story.tagline = written.tagline.as_ref().map(|line| self.prose(line, place)).unwrap_or_default();
        self.story.authors = written.authors.iter().map(|author| self.prose(author, place)).collect();
        self.story.version = self.prose(&written.version, place);
        self.story.depth = written.depth.unwrap_or(4).min(16);
        self.story.cover = written.cover.as_ref().map(|text| self.text(text, place)).unwrap_or_default();
        self.story.status = written.status.as_ref().map(|line| self.line(line, place)).unwrap_or_default();
        self.story.card = written.card.as_ref().map(|text| self.text(text, place)).unwrap_or_default();
        self.story.credits = written.credits.as_ref().map(|text| self.text(text, place)).unwrap_or_default();
        (self.story.asks, self.story.draws) = (self.asks, self.draws);
        if let Some(start) = self.scene(written.start) {
            self.story.start = start;
        }
    }

    fn notebook_and_endings(&mut self, written: &written::Story<'a>) {
        for (name, page) in &written.notebook.0 {
            self.labels.clear();
            let span = self.span(name);
            let page = Page {
                name: self.intern(name),
                span,
                title: self.prose(&page.title, span),
                words: page.words.iter().map(|word| self.prose(word, span)).collect(),
                text: self.text(&page.text, span),
                here: self.text(&page.here, span),
                reference: self.prose(&page.reference, span),
            };
            self.story.pages.push(page);
        }
        for (name, ending) in &written.endings.0 {
            let span = self.span(name);
            let ending = Ending {
                name: self.intern(name),
                span,
                title: self.prose(&ending.title, span),
                hint: self.prose(&ending.hint, span),
                good: ending.good,
                tags: ending.tags.iter().map(|tag| self.intern(tag)).collect(),
                pages: self.page_ids(&ending.pages),
            };
            self.story.endings.push(ending);
        }
    }

    fn aliases(&mut self, written: &written::Story<'a>) {
        for (old, new) in &written.aliases.scenes.0 {
            if self.scenes.contains_key(old) {
                self.still(old, "a scene");
            }
            self.scene(new);
            let pair = (self.intern(old), self.intern(new));
            self.story.scene_aliases.push(pair);
        }
        let own = written.scenes.0.iter().flat_map(|(_, scene)| scene.choices.iter().flatten());
        let known: HashSet<&str> = if written.aliases.choices.0.is_empty() {
            HashSet::new()
        } else {
            own.chain(&written.anywhere).map(|choice| choice.id).collect()
        };
        for (old, new) in &written.aliases.choices.0 {
            if !known.contains(new) {
                let fault = Diagnostic::new(
                    Code::UnknownChoice,
                    self.span(new),
                    format!("no scene has a choice `{new}`"),
                );
                self.fault(fault.nearest(new, known.iter().copied()));
            }
            let pair = (self.intern(old), self.intern(new));
            self.story.choice_aliases.push(pair);
        }
        for (old, new) in &written.aliases.endings.0 {
            if self.endings.contains_key(old) {
                self.still(old, "an ending");
            }
            self.ending(new);
            let pair = (self.intern(old), self.intern(new));
            self.story.ending_aliases.push(pair);
        }
        for (old, new) in &written.aliases.pages.0 {
            if self.pages.contains_key(old) {
                self.still(old, "a page of the notebook");
            }
            self.page_ids(&[new]);
            let pair = (self.intern(old), self.intern(new));
            self.story.page_aliases.push(pair);
        }
    }

    fn still(&mut self, old: &'a str, what: &str) {
        self.fault(Diagnostic::new(
            Code::Duplicate,
            self.span(old),
            format!("`{old}` is still {what}, so it cannot be an old name"),
        ));
    }

    fn finish(mut self) -> Result<Story, Vec<Diagnostic>> {
        self.faults.sort_by(|a, b| a.span.cmp(&b.span).then(a.code.cmp(&b.code)));
        self.faults.dedup();
        if self.faults.iter().any(|fault| fault.code.severity() == Severity::Error) {
            return Err(self.faults);
        }
        self.story.warnings = self.faults;
        Ok(self.story)
    }
}
