//! Labelling by hand: ten photographs, CAT or NO CAT.
//!
//! An automaton over two keys, `c` and `n`. It knows the photographs and what was answered; it
//! neither shows nor asks anything, and it tells the truth only when it is over.

use super::{Accepted, Refusal};
use crate::labs::Picture;
use crate::labs::crowd::photographs::{self, GOLD, Photograph};

/// What is allowed, at the end of every refusal.
const ALLOWED: &str = "Answer `1` for `cat` or `2` for `no cat` (also `yes`, `y`, `c` or `no`, `n`); several \
                       answers may stand in one line, as in `1 2 2`.";

/// Longest piece of a refused word that is repeated, in characters.
const QUOTED: usize = 20;

/// The exercise as it stands.
#[derive(Clone, Debug)]
pub struct Labelling {
    photographs: Box<[Photograph; GOLD]>,
    labels: [bool; GOLD],
    n_labelled: usize,
    declined: bool,
}

impl Labelling {
    /// The ten gold photographs of this seed. The exercise's ordinal changes nothing: whoever
    /// labels again sees the same ten.
    pub fn begin(seed: u64, _n: u32) -> Labelling {
        Labelling {
            photographs: Box::new(photographs::gold(seed)),
            labels: [false; GOLD],
            n_labelled: 0,
            declined: false,
        }
    }

    /// The i-th photograph, from 0, two characters a pixel, described by what can be seen and not
    /// by what is true. Nothing is drawn for an `i` of ten or more.
    pub fn photo(&self, i: usize) -> Picture {
        self.photographs.get(i).map(Photograph::picture).unwrap_or_default()
    }

    /// Which photograph is to be labelled next, from 0; `None` when it is over.
    pub fn current(&self) -> Option<usize> {
        (!self.done()).then_some(self.n_labelled)
    }

    /// Takes one typed line: answers to the next photographs, in order. All of it or nothing.
    ///
    /// # Errors
    /// A sentence that says what was not understood and lists what is allowed: for an empty line,
    /// an unknown word, more answers than photographs, and when it is over. Of a line of any length
    /// no more is copied than twenty characters of its first unknown word.
    pub fn accept(&mut self, line: &str) -> Result<Accepted, Refusal> {
        let labels = self.understand(line)?;
        let mut keys = String::with_capacity(GOLD);
        let mut says = Vec::new();
        for &label in labels.iter().flatten() {
            keys.push(key(label));
            self.push(label);
            let name = if label { "CAT" } else { "NO CAT" };
            says.push(format!("Photograph {} of {GOLD}: {name}.", self.n_labelled));
        }
        if let Some(agreed) = self.agreed() {
            says.push(format!("By the fire department’s call-out book, {agreed} of {GOLD} are right."));
        }
        Ok(Accepted { keys, says })
    }

    /// Takes recorded keys, `c` and `n`. All of them or nothing.
    ///
    /// # Errors
    /// A sentence that says which key is unknown or how many are too many.
    pub fn replay(&mut self, keys: &str) -> Result<(), Refusal> {
        let mut replayed = self.clone();
        for character in keys.chars() {
            if replayed.done() {
                return Err(Refusal("there are more recorded labels than photographs".into()));
            }
            match character {
                'c' => replayed.push(true),
                'n' => replayed.push(false),
                other => {
                    let other = other.escape_default();
                    return Err(Refusal(format!("`{other}` is no recorded label; `c` and `n` are")));
                }
            }
        }
        *self = replayed;
        Ok(())
    }

    /// Ends it without labels.
    pub fn decline(&mut self) {
        self.declined = true;
    }

    /// All ten are labelled, or the player declined.
    pub fn done(&self) -> bool {
        self.declined || self.n_labelled == GOLD
    }

    /// The player did not want to.
    pub fn declined(&self) -> bool {
        self.declined
    }

    /// The ten labels, true for CAT; `None` unless all are there.
    pub fn labels(&self) -> Option<[bool; GOLD]> {
        (!self.declined && self.n_labelled == GOLD).then_some(self.labels)
    }

    /// How many of the ten labels agree with the truth; `None` unless all are there.
    pub fn agreed(&self) -> Option<usize> {
        let truth = self.photographs.iter().map(|photograph| photograph.cat);
        self.labels().map(|labels| truth.zip(labels).filter(|(cat, label)| cat == label).count())
    }

    /// Answers for the next photographs; the array is filled from the front.
    fn understand(&self, line: &str) -> Result<[Option<bool>; GOLD], Refusal> {
        if self.done() {
            return Err(Refusal("The labelling is over; there is nothing left to answer.".into()));
        }
        let left = GOLD - self.n_labelled;
        let separates =
            |character: char| character.is_whitespace() || matches!(character, ',' | ';' | '.' | '/');
        let mut words = bare(line).split(separates).filter(|word| !word.is_empty()).peekable();
        let mut labels = [None; GOLD];
        let mut n_labels = 0;
        while let Some(word) = words.next() {
            let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
            // A word of single letters holds an answer in each.
            let a_cat = is(&["a", "the"]) && words.next_if(|next| next.eq_ignore_ascii_case("cat")).is_some();
            let (answer, letters) = if a_cat || is(&["cat", "yes"]) {
                (Some(true), "")
            } else if is(&["no", "not", "no-cat", "nocat"]) {
                // `no cat` and `not a cat` are one answer; `not` alone is none.
                if is(&["no", "not"]) {
                    let article =
                        is(&["not"]) && words.next_if(|next| next.eq_ignore_ascii_case("a")).is_some();
                    let cat = words.next_if(|next| next.eq_ignore_ascii_case("cat")).is_some();
                    if !cat && (article || is(&["not"])) {
                        return Err(not_understood(word));
                    }
                }
                (Some(false), "")
            } else if is(&["squirrel", "tree", "leaves"]) {
                (Some(false), "")
            } else if word.bytes().all(|byte| b"12ycnYCN".contains(&byte)) {
                (None, word)
            } else {
                return Err(not_understood(word));
            };
            let letters = letters.bytes().map(|byte| !b"2nN".contains(&byte));
            for label in answer.into_iter().chain(letters) {
                if n_labels == left {
                    return Err(too_many(left));
                }
                labels[n_labels] = Some(label);
                n_labels += 1;
            }
        }
        if n_labels == 0 {
            let next = self.n_labelled + 1;
            return Err(Refusal(format!("Is she on photograph {next}? {ALLOWED}")));
        }
        Ok(labels)
    }

    fn push(&mut self, label: bool) {
        if let Some(slot) = self.labels.get_mut(self.n_labelled) {
            *slot = label;
            self.n_labelled += 1;
        }
    }
}

/// A line without what people say around one answer: `it's a cat`, `no cat here`.
fn bare(line: &str) -> &str {
    const BEFORE: &[&str] =
        &["it's ", "it’s ", "its ", "it is ", "that's ", "that is ", "this is ", "i see "];
    const AFTER: &[&str] = &[" here", " there", " please"];
    let line = line.trim().trim_end_matches(['.', '!']);
    let line = BEFORE
        .iter()
        .find_map(|words| {
            let (head, rest) = line.split_at_checked(words.len())?;
            head.eq_ignore_ascii_case(words).then_some(rest)
        })
        .unwrap_or(line);
    AFTER
        .iter()
        .find_map(|words| {
            let (rest, tail) = line.split_at_checked(line.len().checked_sub(words.len())?)?;
            tail.eq_ignore_ascii_case(words).then_some(rest)
        })
        .unwrap_or(line)
}

fn not_understood(word: &str) -> Refusal {
    let quoted: String = word.chars().take(QUOTED).map(printable).collect();
    let more = if word.chars().nth(QUOTED).is_some() { "…" } else { "" };
    Refusal(format!("`{quoted}{more}` is no label. {ALLOWED}"))
}

fn too_many(left: usize) -> Refusal {
    let photographs = match left {
        1 => "Only one photograph is left".to_string(),
        left => format!("Only {left} photographs are left"),
    };
    Refusal(format!("{photographs}, and the line has more answers. {ALLOWED}"))
}

fn key(label: bool) -> char {
    if label { 'c' } else { 'n' }
}

/// Control characters must not reach a terminal; nor must those that turn the direction of text.
fn printable(character: char) -> char {
    let turns = matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    if character.is_control() || turns { '\u{fffd}' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn accepts(line: &str, keys: &str) {
        let mut labelling = Labelling::begin(7, 0);
        assert_eq!(labelling.accept(line).map(|accepted| accepted.keys), Ok(keys.to_string()));
        let mut replayed = Labelling::begin(7, 0);
        replayed.replay(keys).unwrap();
        let mut typed_again = Labelling::begin(7, 0);
        assert_eq!(typed_again.accept(keys).map(|accepted| accepted.keys), Ok(keys.to_string()));
        assert_eq!(replayed.current(), labelling.current());
        assert_eq!(replayed.labels(), labelling.labels());
    }

    #[track_caller]
    fn refuses(line: &str, complaint: &str) {
        let mut labelling = Labelling::begin(7, 0);
        let Refusal(said) = labelling.accept(line).unwrap_err();
        assert!(said.starts_with(complaint), "{said}");
        assert!(said.contains("`no cat`"), "{said}");
        assert!(said.len() < 300, "{said}");
        assert_eq!(labelling.current(), Some(0));
    }

    #[test]
    fn words_are_answers() {
        accepts("cat", "c");
        accepts("No Cat", "n");
        accepts("y n n", "cnn");
        accepts("YnN no", "cnnn");
        accepts("no no cat cat n cat", "nncnc");
        accepts("  yes, no; c / NO CAT\tn.", "cncnn");
        accepts("n c n n c c c n n c", "ncnncccnnc");
        accepts("1", "c");
        accepts("2", "n");
        accepts("1 2 2", "cnn");
        accepts("122", "cnn");
        accepts("It's a cat!", "c");
        accepts("no cat here", "n");
        accepts("not a cat", "n");
        accepts("squirrel, a cat", "nc");
    }

    #[test]
    fn anything_else_is_refused_whole() {
        refuses("", "Is she on photograph 1?");
        refuses(" ,,, ", "Is she on photograph 1?");
        refuses("3", "`3` is no label.");
        refuses("10", "`10` is no label.");
        refuses("not", "`not` is no label.");
        refuses("not a squirrel", "`not` is no label.");
        refuses("y n dog", "`dog` is no label.");
        refuses("\u{1b}[2Jcat", "`\u{fffd}[2Jcat` is no label.");
        refuses("n n n n n n n n n n n", "Only 10 photographs are left, and the line has more");
        refuses(&"cat".repeat(1_000_000), "`catcatcatcatcatcatca…` is no label.");
        refuses(&"n ".repeat(1_000_000), "Only 10 photographs are left");
        refuses(&"n".repeat(1_000_000), "Only 10 photographs are left");
        refuses("cnd", "`cnd` is no label.");
        refuses("ç y", "`ç` is no label.");
    }

    #[test]
    fn over_is_over() {
        let mut labelling = Labelling::begin(7, 0);
        assert_eq!(labelling.agreed(), None);
        labelling.accept("n c n n c c c n n c").unwrap();
        assert!(labelling.done());
        assert_eq!(labelling.agreed(), Some(10));
        assert_eq!(labelling.current(), None);
        assert!(labelling.accept("y").is_err());
        assert!(labelling.replay("c").is_err());

        let mut labelling = Labelling::begin(7, 1);
        labelling.accept("y y").unwrap();
        labelling.decline();
        assert!(labelling.done() && labelling.declined());
        assert_eq!((labelling.labels(), labelling.agreed()), (None, None));
        assert!(labelling.accept("y").is_err());
    }

    #[test]
    fn replay_refuses_what_was_never_recorded() {
        let mut labelling = Labelling::begin(7, 0);
        assert!(labelling.replay("cnx").is_err());
        assert!(labelling.replay("ccccccccccc").is_err());
        assert_eq!(labelling.current(), Some(0));
    }

    #[test]
    fn a_listener_does_as_well_as_a_viewer() {
        let (mut right, mut perfect) = (0, 0);
        for seed in 0..100 {
            let mut labelling = Labelling::begin(seed, 0);
            for i in 0..GOLD {
                let square = labelling.photo(i).described.contains("square");
                labelling.accept(if square { "cat" } else { "no cat" }).unwrap();
            }
            let agreed = labelling.agreed().unwrap();
            right += agreed;
            perfect += usize::from(agreed == GOLD);
        }
        assert!(right >= 990 && perfect >= 95, "{right} of 1000, {perfect} of 100");
    }
}
