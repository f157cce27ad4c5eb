//! Words: what a line is split into, which of them say something, and how alike two are.

/// Most words of a line that are looked at.
const MOST: usize = 64;
/// Longest word that is compared with others.
const LONGEST: usize = 64;

/// What a word tells about which choice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Filler,
    /// Little: it suits many things, and its absence says nothing.
    Light,
    /// Something.
    Content,
}

/// How alike a typed word is to one of a choice, from nothing to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    None,
    /// A typing slip away.
    Slip,
    /// Two letters that have changed places.
    Swap,
    /// The beginning of it.
    Beginning,
    /// Another form of it: `climbing`, `labels`.
    Form,
    Same,
}

impl Likeness {
    pub(super) fn worth(self) -> f64 {
        match self {
            Likeness::None => 0.0,
            Likeness::Slip => 0.75,
            Likeness::Swap => 0.78,
            Likeness::Beginning => 0.8,
            Likeness::Form => 0.9,
            Likeness::Same => 1.0,
        }
    }
}

/// The words of a text in small letters; `,` and `&` part them as `and` does.
pub(super) fn split(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('’', "'").replace(['&', ',', ';', '+'], " and ");
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        // `who's` is two words.
        .flat_map(|word| match word.strip_suffix("'s") {
            Some(asked @ ("who" | "what" | "where" | "how")) => [Some(asked), Some("is")],
            _ => [Some(word), None],
        })
        .flatten()
        .map(str::to_owned)
        .take(MOST)
        .collect();
    while words.last().is_some_and(|word| word == "and") {
        words.pop();
    }
    words
}

/// A term as pages are found by it: small letters, no articles, plain plurals as one of them.
pub fn term(text: &str) -> String {
    let words = split(text);
    let words = words.iter().filter(|word| !matches!(&***word, "the" | "a" | "an"));
    words.map(|word| singular(word)).collect::<Vec<_>>().join(" ")
}

/// One of what a plain plural means.
fn singular(word: &str) -> &str {
    // `loss`, `bias` and `analysis` are none.
    let none = ["ss", "us", "is", "as"].iter().any(|ending| word.ends_with(ending));
    if word.len() > 3 && !none { word.strip_suffix('s').unwrap_or(word) } else { word }
}

const FILLER: &[&str] = &[
    "a", "an", "the", "to", "of", "it", "is", "am", "are", "and", "or", "then", "for", "i", "you", "we",
    "me", "my", "your", "our", "us", "that", "this", "these", "those", "please", "pls", "plz", "want",
    "wanna", "will", "i'll", "i'd", "i'm", "we'll", "would", "could", "should", "can", "like", "lets",
    "let's", "let", "just", "now", "ok", "okay", "so", "be", "do", "does", "thanks", "kindly", "try",
    "gonna", "what", "who", "how", "about", "only", "really", "very", "still", "even", "going", "maybe",
    "well", "there", "did", "was", "were", "has", "had", "been", "too", "some", "also", "choose", "pick",
    "option", "choice", "select",
];

/// What a word tells.
pub(super) fn kind(word: &str) -> Kind {
    const LIGHT: &[&str] = &[
        "in", "on", "at", "up", "off", "out", "with", "by", "from", "into", "her", "she", "him", "he", "his",
        "them", "they", "their", "go", "get", "give", "take", "make", "have", "use", "see", "look", "tell",
        "say", "talk", "ask", "put", "show", "again", "more", "yourself", "myself", "here", "speak", "keep",
        "pay", "start", "begin", "one", "all", "any", "her's", "as", "if", "but", "not", "climb", "walk",
        "run", "away", "over", "when", "where", "why", "which", "bring", "enjoy", "offer", "chat", "check",
        "grab", "come", "move", "visit", "meet", "click", "change", "mr", "mrs", "ms", "think",
    ];
    if FILLER.contains(&word) {
        Kind::Filler
    } else if LIGHT.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit()) {
        Kind::Light
    } else {
        Kind::Content
    }
}

/// Whether a word is a typing slip away from one of four letters or more that says nothing.
pub(super) fn is_misspelt_filler(word: &str) -> bool {
    word.len() >= 4
        && word.len() <= LONGEST
        && FILLER.iter().any(|filler| {
            filler.len() >= 4 && begin_alike(word, filler) && strsim::osa_distance(filler, word) == 1
        })
}

/// Whether a word stands for whoever is spoken of.
pub(super) fn is_pronoun(word: &str) -> bool {
    matches!(word, "i" | "you" | "he" | "she" | "it" | "we" | "they" | "me" | "him" | "her" | "us" | "them")
}

/// Whether a word turns a sentence round.
pub(super) fn negates(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "no"
            | "never"
            | "don't"
            | "dont"
            | "won't"
            | "wont"
            | "without"
            | "cannot"
            | "can't"
            | "nothing"
    )
}

/// How alike a typed word is to another.
///
/// A slip is an optimal string alignment distance (Damerau 1964, Levenshtein 1966) of one in words of four
/// letters or more, two in words of eight or more or at the end of seven, where the first letter is right or has changed places
/// with the second: people seldom miss the first (Pollock and Zamora 1984).
pub(super) fn likeness(typed: &str, word: &str) -> Likeness {
    if typed == word {
        return Likeness::Same;
    }
    if typed.len() > LONGEST || word.len() > LONGEST {
        return Likeness::None;
    }
    if is_form(typed, word) || is_form(word, typed) || are_synonyms(typed, word) {
        return Likeness::Form;
    }
    if typed.chars().count() >= 3 && word.starts_with(typed) {
        return Likeness::Beginning;
    }
    let begins = begin_alike(typed, word);
    let same = typed.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let slips = match typed.chars().count().min(word.chars().count()) {
        0..4 => 0,
        // `artical`: two at the end of a word that is right so far.
        7 if same >= 5 => 2,
        4..8 => 1,
        _ => 2,
    };
    let distance = strsim::osa_distance(typed, word);
    if slips == 0 || !begins || distance > slips {
        return Likeness::None;
    }
    if distance == 1 && strsim::levenshtein(typed, word) == 2 { Likeness::Swap } else { Likeness::Slip }
}

/// Whether the first letters are the same, or have changed places with the second ones.
fn begin_alike(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.chars(), b.chars());
    let (a, b) = ((a.next(), a.next()), (b.next(), b.next()));
    a.0 == b.0 || (a.0 == b.1 && a.1 == b.0)
}

/// Whether two words do the same work in any story; what is said in one story alone is in its `words`.
fn are_synonyms(a: &str, b: &str) -> bool {
    const SAME: &[&[&str]] = &[
        &["press", "push", "click", "tap"],
        &["answer", "reply", "respond"],
        &["picture", "photo", "photograph", "pic", "image"],
        &["grab", "seize", "catch", "fetch"],
        &["leave", "depart"],
        &["shut", "close"],
        &["wait", "stay", "remain"],
        &["walk", "stroll"],
        &["big", "large"],
        &["buy", "purchase"],
        &["accept", "agree"],
        &["decline", "refuse", "reject"],
        &["return", "back"],
        &["ring", "call", "phone", "telephone", "dial"],
        &["yes", "yeah", "yep", "sure"],
        &["no", "nope"],
        &["in", "inside", "indoors"],
        &["talk", "speak", "chat"],
        &["bring", "carry"],
        &["bad", "poor"],
    ];
    SAME.iter().any(|same| same.contains(&a) && same.contains(&b))
}

/// Whether `long` is `short` with an ending of English: labels, climbing, climbed, writer, making.
fn is_form(long: &str, short: &str) -> bool {
    const ENDINGS: &[&str] = &["s", "es", "'s", "ing", "ed", "d", "er", "ly"];
    if short.chars().count() < 3 {
        return false;
    }
    // `flies` is `fly`.
    if long.strip_suffix("ies").is_some_and(|stem| short.strip_suffix('y') == Some(stem)) {
        return true;
    }
    ENDINGS.iter().any(|ending| {
        long.strip_suffix(ending).is_some_and(|stem| {
            stem == short
                || short.strip_suffix('e') == Some(stem)
                || (stem.len() == short.len() + 1
                    && stem.starts_with(short)
                    && stem.bytes().last() == short.bytes().last())
        })
    })
}
