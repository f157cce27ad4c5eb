//! Share codes: a whole playthrough in a few characters that can be read out over the telephone.
//!
//! A code is one number in mixed radix, written in base 32. Its digits are, from the least: the format,
//! the labs' version, the story, the seed, and then each move by what was on offer where it was made: an open
//! choice among the open ones (the file's order, those offered anywhere last), an experiment's answer among
//! the possible ones, a key among the keys. So a move costs no more than it decided. What was typed is
//! kept as keys: decoding puts as many on a line as one line can hold. Figures are not in the code; they are
//! measured again.
//!
//! The last six characters are the checksum of bech32m (a BCH code over GF(32), Wuille 2020, BIP-350). Up to
//! [`LONGEST`] characters any three wrong ones are noticed, and a single one is located.

use super::{Entry, Now, Unmade, rules, states};
use crate::engine::{self, Offer, State};
use crate::labs::exercise::{Key, Kind, Session};
use crate::labs::{self, Inputs, Lab, Setting};
use crate::story::{ChoiceId, Story, Way};
use bech32::primitives::checksum::{Checksum, Engine, PackedFe32};
use bech32::{Bech32m, Fe32};
use std::collections::HashMap;
use std::fmt;

/// Most characters of a code, hyphens apart: as far as the checksum locates a wrong one.
pub const LONGEST: usize = <Bech32m as Checksum>::CODE_LENGTH;
/// Characters between two hyphens.
pub const GROUP: usize = 4;
/// Most moves, each key one, that a code is followed for.
const MOST_MOVES: u32 = 20_000;
/// Most experiments that are run for a code; each takes 20 ms or less, and a stranger's code a second in all.
const MOST_RUNS: usize = 40;

const SUM: usize = <Bech32m as Checksum>::CHECKSUM_LENGTH;
const BITS: usize = 5;
/// What is written; every smaller format is read for ever.
const FORMAT: u32 = 0;
const FORMATS: u32 = 1 << 3;
const LABS: u32 = 1 << 5;
const STORIES: u32 = 1 << 10;
const RULES: u32 = 1 << 18;
/// A length is written in digits of this many values, each with a mark whether more follow.
const PIECE: u32 = 1 << 4;

/// What a code says.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The seed.
    pub seed: u32,
    /// The moves; the experiments' answers have no figures yet.
    pub entries: Vec<Entry>,
    /// Made with other experiments than these: they may answer differently now.
    pub other_labs: bool,
}

/// Where a character of a code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which in its group, from 1.
    pub nth: usize,
    /// Which group, from 1.
    pub group: usize,
    /// The group as it was typed.
    pub typed: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {} of group {} (`{}`)", self.nth, self.group, self.typed)
    }
}

/// Why a code cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// Not of the shape of one.
    #[error("it is no share code: those have letters, digits and hyphens only, at least {LEAST} of them")]
    Shape,
    /// Longer than any code.
    #[error(
        "it has more than {LONGEST} characters, the most that a share code has; send the save's file instead"
    )]
    TooLong,
    /// One character is wrong; what was meant, where that can be told.
    #[error("{place} is wrong: `{found}`{}", probably(*.meant))]
    Slip {
        /// Where.
        place: Place,
        /// What stands there.
        found: char,
        /// What should.
        meant: Option<char>,
    },
    /// More than one character is wrong, or some are missing.
    #[error(
        "more than one character of the code is wrong, or some are missing; compare it with the original, or ask for it again"
    )]
    Slips,
    /// It begins as a code of this story, and its end is not there: so many characters of it are.
    #[error("{}", cut_short(*.0))]
    Cut(usize),
    /// Of a later version.
    #[error("the code was made by a newer treed; update treed to play it")]
    Newer,
    /// Of another story.
    #[error("the code is of another story; play it with `--story FILE`")]
    OtherStory,
    /// Of another version of the story.
    #[error(
        "the code is of another version of this story, in which other moves are on offer; ask for the story it was made with, or for the save's file"
    )]
    OtherVersion,
    /// Its moves lead nowhere.
    #[error("the code's move {0} cannot be made in this story")]
    Move(u32),
}

fn probably(meant: Option<char>) -> String {
    meant.map_or_else(String::new, |meant| format!(" should probably be `{meant}`"))
}

fn cut_short(letters: usize) -> String {
    if letters < LEAST {
        return format!(
            "it is cut short: it has {letters} characters, and a code has at least {LEAST}; copy the whole of it"
        );
    }
    "it is cut short, or more than one of its characters is wrong: it begins as a code of this story, but its end does not fit; copy the whole of it".to_owned()
}

/// Fewest characters of a code.
const LEAST: usize = 13 + SUM;

/// Why there is no code for a playthrough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unshared {
    /// Too many moves for a code.
    #[error(
        "this playthrough is too long for a share code (more than {LONGEST} characters); send the save's file instead"
    )]
    TooLong,
    /// The list cannot be played in this story.
    #[error("it cannot be played in this story any more: {0}")]
    Unplayable(#[from] Unmade),
}

/// The code of a playthrough, in groups.
///
/// # Errors
/// When it would be too long, or the list cannot be played.
pub fn encode(story: &Story, seed: u32, entries: &[Entry]) -> Result<String, Unshared> {
    let past = states(story, seed, entries)?;
    let mut moves = Vec::new();
    for ((state, _), entry) in past.iter().zip(entries) {
        digits_of(story, state, entry, &mut moves)?;
        if moves.len() > MOST_MOVES as usize {
            return Err(Unshared::TooLong);
        }
    }
    let ended =
        past.last().is_some_and(|(state, _)| matches!(story.scene(state.scene(story)).way, Way::Ending(_)));
    let mut digits = vec![
        (FORMAT, FORMATS),
        (labs::VERSION % LABS, LABS),
        (rules::name(story, STORIES), STORIES),
        (rules::of(story, RULES), RULES),
        (seed, super::SEEDS),
        (u32::from(!ended), 2),
    ];
    if !ended {
        // The end of a game is its end; what was left before has to say how long it is.
        let mut rest = moves.len() as u32;
        while rest >= PIECE {
            digits.push((rest % PIECE + PIECE, 2 * PIECE));
            rest /= PIECE;
        }
        digits.push((rest, 2 * PIECE));
    }
    digits.extend(moves);
    let mut number = Number::default();
    for (digit, radix) in digits.into_iter().rev() {
        number.push(digit, radix);
        if number.0.len() * 32 > (LONGEST + 8) * BITS {
            return Err(Unshared::TooLong);
        }
    }
    let mut letters = number.into_letters();
    if letters.len() + SUM > LONGEST {
        return Err(Unshared::TooLong);
    }
    // A short code would not look like one.
    letters.resize(letters.len().max(LEAST - SUM), Fe32::Q);
    let mut sum = Engine::<Bech32m>::new();
    letters.iter().for_each(|letter| sum.input_fe(*letter));
    sum.input_target_residue();
    let residue = *sum.residue();
    letters.extend((0..SUM).rev().filter_map(|i| Fe32::try_from(residue.unpack(i)).ok()));
    let mut code = String::with_capacity(letters.len() * 5 / 4 + 1);
    for (i, letter) in letters.iter().enumerate() {
        if i > 0 && i % GROUP == 0 {
            code.push('-');
        }
        code.push(letter.to_char());
    }
    Ok(code)
}

/// What a move decided among how many, once for each key; nothing where nothing was to decide.
fn digits_of(
    story: &Story,
    state: &State,
    entry: &Entry,
    digits: &mut Vec<(u32, u32)>,
) -> Result<(), Unmade> {
    let unknown = |name: &str| Unmade::Unknown(name.to_owned());
    match (engine::offer(story, state), entry) {
        (Offer::Choose(_), Entry::Choose(id)) => {
            let open = open(story, state);
            // By the choice, not by its name: an old name is an alias.
            let taken = story.choice_named(state.scene(story), id).ok_or_else(|| unknown(id))?;
            let at = open.iter().position(|choice| *choice == taken).ok_or_else(|| unknown(id))?;
            digits.push((at as u32, open.len() as u32));
        }
        (Offer::World(lab), Entry::World(name, _)) => {
            let possible = possible(story, state, lab);
            let at = possible
                .iter()
                .position(|outcome| lab.signature().outcomes[*outcome].name == name)
                .ok_or_else(|| unknown(name))?;
            digits.push((at as u32, possible.len() as u32));
        }
        (Offer::Exercise(kind), Entry::Type(keys)) => {
            let alphabet = alphabet(kind);
            for key in keys.chars() {
                let at = alphabet.iter().position(|known| *known == key).ok_or_else(|| unknown(keys))?;
                digits.push((at as u32, alphabet.len() as u32 + 1));
            }
        }
        (Offer::Exercise(kind), Entry::World(name, _)) => {
            if kind.outcomes().last().is_some_and(|declined| declined == name) {
                let keys = alphabet(kind).len() as u32;
                digits.push((keys, keys + 1));
            }
        }
        (_, entry) => return Err(unknown(&format!("{entry:?}"))),
    }
    Ok(())
}

fn open(story: &Story, state: &State) -> Vec<ChoiceId> {
    let mut found = Vec::new();
    engine::offers(story, state.words(), |choice, open| {
        if open {
            found.push(choice);
        }
    });
    found
}

/// Indices of the outcomes that an experiment can have here.
fn possible(story: &Story, state: &State, lab: Lab) -> Vec<usize> {
    let bits = lab.possible(&engine::setting(story, state, lab));
    (0..lab.signature().outcomes.len()).filter(|outcome| bits >> outcome & 1 == 1).collect()
}

/// The keys of an exercise; one digit more stands for handing it back.
fn alphabet(kind: Kind) -> Vec<char> {
    match kind {
        Kind::Label => vec!['c', 'n'],
        Kind::Fly | Kind::Correct => Key::ALL.into_iter().map(Key::letter).collect(),
    }
}

/// Whether a text is meant as a code, right or wrong: so that a slip in it is told as one.
pub fn looks_like(text: &str) -> bool {
    let letters = text.chars().filter(|c| *c != '-').count();
    let groups = text.split('-').all(|group| group.len() <= GROUP + 1);
    (LEAST - 2..).contains(&letters)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && (groups || !text.contains('-'))
}

/// Whether a text begins as every code of this story does: four characters of it and more, after which dots may
/// stand for the rest.
pub fn begins_like(story: &Story, text: &str) -> bool {
    let mut number = Number::default();
    for (digit, radix) in [
        (rules::of(story, RULES), RULES),
        (rules::name(story, STORIES), STORIES),
        (labs::VERSION % LABS, LABS),
        (FORMAT, FORMATS),
    ] {
        number.push(digit, radix);
    }
    // These are 36 bits, so that the next character hangs on the seed as well.
    let same = (0..7).map(|_| Fe32::try_from(number.take(1 << BITS) as u8).ok());
    let typed: Vec<char> = shortened(text).chars().filter(|c| *c != '-').collect();
    (4..=LONGEST).contains(&typed.len())
        && typed.iter().all(|c| Fe32::from_char(*c).is_ok())
        && typed.iter().zip(same).all(|(c, same)| Fe32::from_char(*c).ok() == same)
}

/// A text without the dots that stand for the rest of it.
fn shortened(text: &str) -> &str {
    text.trim_end_matches(['.', '…'])
}

/// Whether a text is a code with a right checksum.
pub fn is_code(text: &str) -> bool {
    letters(text).is_ok()
}

/// Reads a code: runs no experiment.
///
/// # Errors
/// [`Bad`] says why it cannot be played.
pub fn decode(story: &Story, text: &str) -> Result<Shared, Bad> {
    let letters = letters(text).map_err(|bad| match bad {
        Bad::Shape | Bad::Slips if begins_like(story, text) => {
            Bad::Cut(shortened(text).chars().filter(|c| *c != '-').count())
        }
        bad => bad,
    })?;
    let mut number = Number::from_letters(&letters[..letters.len() - SUM]);
    if number.take(FORMATS) != FORMAT {
        return Err(Bad::Newer);
    }
    let other_labs = number.take(LABS) != labs::VERSION % LABS;
    if number.take(STORIES) != rules::name(story, STORIES) {
        return Err(Bad::OtherStory);
    }
    if number.take(RULES) != rules::of(story, RULES) {
        return Err(Bad::OtherVersion);
    }
    let seed = number.take(super::SEEDS);
    let mut length = None;
    if number.take(2) == 1 {
        let (mut sum, mut unit) = (0u32, 1u32);
        loop {
            let piece = number.take(2 * PIECE);
            sum = sum.saturating_add(unit.saturating_mul(piece % PIECE));
            if piece < PIECE {
                break;
            }
            unit = unit.saturating_mul(PIECE);
        }
        length = Some(sum);
    }
    let entries = moves(story, seed, &mut number, length)?;
    if number.is_zero() { Ok(Shared { seed, entries, other_labs }) } else { Err(Bad::Move(MOST_MOVES)) }
}

/// Follows the digits of the moves to the end, or for this many.
fn moves(story: &Story, seed: u32, number: &mut Number, length: Option<u32>) -> Result<Vec<Entry>, Bad> {
    let mut now = Now::begin(story, seed).map_err(|_| Bad::Move(0))?;
    let mut entries = Vec::new();
    let mut made = 0;
    let mut make = |now: &mut Now, entry: Entry, made: u32| {
        now.make(story, &entry).map_err(|_| Bad::Move(made))?;
        entries.push(entry);
        Ok(())
    };
    loop {
        let offer = engine::offer(story, &now.state);
        if let (Offer::Exercise(kind), Some(done)) = (&offer, now.session.as_ref().and_then(Session::outcome))
        {
            let name = kind.outcomes().get(usize::from(done)).copied().unwrap_or_default();
            make(&mut now, Entry::World(name.to_owned(), Vec::new()), made)?;
            continue;
        }
        if length == Some(made) {
            break;
        }
        if made >= MOST_MOVES {
            return Err(Bad::Move(made));
        }
        made += 1;
        match offer {
            Offer::End(_) if length.is_none() => break,
            Offer::End(_) => return Err(Bad::Move(made)),
            Offer::Choose(_) => {
                let open = open(story, &now.state);
                let at = number.take(open.len() as u32) as usize;
                let choice = *open.get(at).ok_or(Bad::Move(made))?;
                let id = story.str(story.choice(choice).id).to_owned();
                make(&mut now, Entry::Choose(id), made)?;
            }
            Offer::World(lab) => {
                let possible = possible(story, &now.state, lab);
                let at = number.take(possible.len() as u32) as usize;
                let outcome = *possible.get(at).ok_or(Bad::Move(made))?;
                let name = lab.signature().outcomes[outcome].name.to_owned();
                make(&mut now, Entry::World(name, Vec::new()), made)?;
            }
            Offer::Exercise(kind) => {
                let session = now.session.clone().ok_or(Bad::Move(made))?;
                let (keys, declined) = typed(kind, session, number, length, &mut made)?;
                let mut rest = &keys[..];
                while !rest.is_empty() {
                    let mut session = now.session.clone().ok_or(Bad::Move(made))?;
                    let line = session.accept(rest).map_err(|_| Bad::Move(made))?.keys;
                    rest = rest.get(line.len()..).filter(|_| !line.is_empty()).ok_or(Bad::Move(made))?;
                    make(&mut now, Entry::Type(line), made)?;
                }
                if declined {
                    let name = kind.outcomes().last().copied().unwrap_or_default();
                    make(&mut now, Entry::World(name.to_owned(), Vec::new()), made)?;
                }
            }
        }
    }
    Ok(entries)
}

/// The keys that an exercise was done with, until it is over, handed back, or the code ends; `made` counts
/// the first one already.
fn typed(
    kind: Kind,
    mut session: Session,
    number: &mut Number,
    length: Option<u32>,
    made: &mut u32,
) -> Result<(String, bool), Bad> {
    let alphabet = alphabet(kind);
    let mut keys = String::new();
    loop {
        let Some(key) = alphabet.get(number.take(alphabet.len() as u32 + 1) as usize) else {
            return Ok((keys, true));
        };
        session.accept(key.encode_utf8(&mut [0; 4])).map_err(|_| Bad::Move(*made))?;
        keys.push(*key);
        if session.outcome().is_some() || length == Some(*made) {
            return Ok((keys, false));
        }
        if *made >= MOST_MOVES {
            return Err(Bad::Move(*made));
        }
        *made += 1;
    }
}

/// The letters of a code whose checksum is right.
fn letters(text: &str) -> Result<Vec<Fe32>, Bad> {
    let typed: Vec<char> =
        text.chars().filter(|c| *c != '-' && !c.is_whitespace()).take(LONGEST + 1).collect();
    if typed.len() > LONGEST {
        return Err(Bad::TooLong);
    }
    if typed.len() < LEAST - 2 || !typed.iter().all(char::is_ascii_alphanumeric) {
        return Err(Bad::Shape);
    }
    let place = |at: usize| {
        let group = at / GROUP;
        let typed = typed.iter().skip(group * GROUP).take(GROUP).collect();
        Place { nth: at % GROUP + 1, group: group + 1, typed }
    };
    let letters: Vec<Option<Fe32>> = typed.iter().map(|c| Fe32::from_char(*c).ok()).collect();
    let unknown: Vec<usize> = (0..letters.len()).filter(|i| letters[*i].is_none()).collect();
    let mut letters: Vec<Fe32> = letters.into_iter().map(|letter| letter.unwrap_or(Fe32::Q)).collect();
    match unknown[..] {
        [] => {}
        [at] => {
            // `b`, `i`, `o` and `1` are in no code, so this is where the slip is; if it is the only one,
            // one letter makes the checksum right.
            let meant = Fe32::iter_alpha().find(|letter| {
                letters[at] = *letter;
                residue(&letters) == <Bech32m as Checksum>::TARGET_RESIDUE
            });
            return Err(match meant {
                Some(meant) => Bad::Slip { place: place(at), found: typed[at], meant: Some(meant.to_char()) },
                None => Bad::Slips,
            });
        }
        _ => return Err(Bad::Slips),
    }
    let difference = residue(&letters) ^ <Bech32m as Checksum>::TARGET_RESIDUE;
    if difference == 0 {
        return if letters.len() >= LEAST { Ok(letters) } else { Err(Bad::Shape) };
    }
    Err(match single_slip(difference, letters.len()) {
        Some((at, by)) => {
            let meant = letters.get(at).and_then(|letter| Fe32::try_from(letter.to_u8() ^ by).ok());
            Bad::Slip { place: place(at), found: typed[at], meant: meant.map(Fe32::to_char) }
        }
        None => Bad::Slips,
    })
}

fn residue(letters: &[Fe32]) -> u32 {
    let mut sum = Engine::<Bech32m>::new();
    letters.iter().for_each(|letter| sum.input_fe(*letter));
    *sum.residue()
}

/// Which single character, and changed by what, makes this difference of checksums in a code of this
/// length. The checksum is linear: what a change does to it depends on its distance from the end alone. The
/// code's distance is four up to [`LONGEST`], so two wrong characters never look like one.
fn single_slip(difference: u32, length: usize) -> Option<(usize, u8)> {
    let mut changed: Vec<Engine<Bech32m>> = Fe32::iter_alpha().map(|_| Engine::new()).collect();
    for (engine, by) in changed.iter_mut().zip(0u8..) {
        engine.input_fe(Fe32::try_from(by).unwrap_or(Fe32::Q));
    }
    for from_end in 0..length {
        let unchanged = *changed.first()?.residue();
        let found = changed.iter().position(|engine| engine.residue() ^ unchanged == difference);
        if let Some(by) = found.filter(|by| *by > 0) {
            return Some((length - 1 - from_end, by as u8));
        }
        changed.iter_mut().for_each(|engine| engine.input_fe(Fe32::Q));
    }
    None
}

/// What running the experiments of a list again came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measurement {
    /// Experiments of the list.
    pub all: usize,
    /// Those that answer differently now, or were too many to run: their figures are not measured here.
    pub unlike: usize,
}

/// Runs the experiments of a decoded list and fills in what they measure, where they answer as recorded.
///
/// # Errors
/// Where a move cannot be made.
pub fn measure(story: &Story, shared: &mut Shared) -> Result<Measurement, Unmade> {
    let mut known: HashMap<(Lab, Setting, Inputs), Entry> = HashMap::new();
    let mut now = Now::begin(story, shared.seed)?;
    let mut came = Measurement::default();
    for entry in &mut shared.entries {
        if let (Offer::World(lab), Entry::World(name, figures)) =
            (engine::offer(story, &now.state), &mut *entry)
        {
            came.all += 1;
            let key = (lab, engine::setting(story, &now.state, lab), now.inputs.clone());
            let room = known.len() < MOST_RUNS;
            let answer = match known.get(&key) {
                Some(answer) => Some(answer.clone()),
                None if room => Some(now.experiment(story, shared.seed, lab)),
                None => None,
            };
            now.fresh = None;
            match &answer {
                Some(Entry::World(now, measured)) if now == name => figures.clone_from(measured),
                _ => came.unlike += 1,
            }
            if let Some(answer) = answer {
                known.insert(key, answer);
            }
        }
        now.make(story, entry)?;
    }
    Ok(came)
}

/// A number of any size, the least 32 bits first.
#[derive(Debug, Default)]
struct Number(Vec<u32>);

impl Number {
    /// Puts a digit below all others.
    fn push(&mut self, digit: u32, radix: u32) {
        let mut carry = u64::from(digit);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(radix);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Takes the lowest digit away; 0 for a radix of none.
    fn take(&mut self, radix: u32) -> u32 {
        if radix < 2 {
            return 0;
        }
        let mut rest = 0;
        for limb in self.0.iter_mut().rev() {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / u64::from(radix)) as u32;
            rest = part % u64::from(radix);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        rest as u32
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn into_letters(mut self) -> Vec<Fe32> {
        let mut letters = Vec::new();
        while !self.is_zero() {
            letters.extend(Fe32::try_from(self.take(1 << BITS) as u8).ok());
        }
        letters
    }

    fn from_letters(letters: &[Fe32]) -> Number {
        let mut number = Number::default();
        letters.iter().rev().for_each(|letter| number.push(u32::from(letter.to_u8()), 1 << BITS));
        number
    }
}
