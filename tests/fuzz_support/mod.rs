//! What the fuzzer makes its cases of: real files, changed byte by byte or piece by piece, and noise.

/// Numbers at random, the same in each run (SplitMix64: Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Those of one case.
    pub fn new(seed: u64, case: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ case.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 where that is nothing.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// Numbers at the ends of ranges, and what only looks like a number.
const NUMBERS: &[&str] = &[
    "-1",
    "0",
    "1",
    "2",
    "63",
    "64",
    "255",
    "256",
    "65535",
    "65536",
    "33554431",
    "33554432",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999",
    "1e308",
    "1e999",
    "-0.0",
    ".5",
    "NaN",
    "inf",
    "-inf",
    "0x7fffffff",
    "1_000",
    "00",
];

/// Pieces of strings that have bitten programs: control and direction-changing characters, raw and by
/// escape, paths, bits of the story's own language, letters beside the common plane.
const TEXTS: &[&str] = &[
    "\u{1b}[2J",
    "\\u{1b}[2J",
    "\u{1b}]0;x\u{7}",
    "\u{202e}",
    "\\u{202E}",
    "\u{2066}",
    "\\x07",
    "\u{9b}31m",
    "\\u{9b}",
    "\\u{110000}",
    "\\u{d800}",
    "\\u{}",
    "\0",
    "\\0",
    "\u{7f}",
    "\r\n",
    "\r",
    "\t",
    "\u{FEFF}",
    "\u{2028}",
    "\u{200b}",
    "\u{E0041}",
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "C:\\\\x",
    "a/b",
    "{",
    "}",
    "{{",
    "}}",
    "{}",
    "{x",
    "{x:words}",
    "{matches:clock}",
    "{matches|a}",
    "{matches|a|b|c|d|e}",
    "{crowd.accuracy}",
    "{crowd.nothing}",
    "{crowd?cats|a|# b}",
    "{crowd?photo_cat}",
    "{lit|",
    "|",
    "#",
    "ghost: ",
    "ghost:",
    ": ",
    "nobody: x",
    "\n\n",
    "\\n\\n",
    "\\",
    "é",
    "日本語",
    "👩‍👩‍👧‍👦",
    "e\u{301}\u{301}\u{301}",
    "\u{1F3F4}",
    "ｆｕｌｌ",
    "\u{A0}",
    "ﷺ",
    "\"",
    "\\\"",
    "r#\"",
    "'",
    "",
];

/// Pieces between strings.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "()",
    "[]",
    "{}",
    "Some(",
    "None",
    "/*",
    "*/",
    "//",
    "r#\"",
    "\"#",
    "'",
    "true",
    "false",
    "Not(",
    "And([",
    "Or([",
    "Is(\"lit\")",
    "AtLeast(\"matches\", 1)",
    "Flag",
    "OneOf([",
    "OneOf([])",
    "Range(from: 0, to: 4294967295)",
    "Range(from: 5, to: 1)",
    "Steps(of: \"lit\", at: [])",
    "Set(\"lit\")",
    "Raise(\"matches\", 4000000000)",
    "LowerToEnd(\"matches\", 0)",
    "Copy(\"lit\", \"lit\")",
    "When(Is(\"lit\"), [])",
    "when: Is(\"lit\"),",
    "text: [],",
    "text: \"\",",
    "to: \"hall\"",
    "ending: \"home\"",
    "visit: \"hall\"",
    "auto: [(to: \"hall\")],",
    "auto: [],",
    "once: true,",
    "lab: (run: \"crowd\", arms: {}),",
    "exercise: (do: \"fly\", arms: {}),",
    "choices: [],",
    "weight: -1,",
    "weight: 1e300,",
    "depth: 255,",
    "in_turn: [\"a\", \"b\"]",
    "one_of: []",
    "Choose(\"light\"),",
    "Choose(\"\"),",
    "Type(\"u\"),",
    "World(\"Declined\", {}),",
    "World(\"MajorityClass\", {\"score\": [[[1]]]}),",
    "moves: [],",
    "format: 1,",
    "format: 2,",
    "\u{0}",
    "\u{1b}",
    "#![enable(implicit_some)]",
    "#![enable(unwrap_newtypes)]",
];

/// A real file, changed.
pub fn changed(dice: &mut Dice, file: &str, other: &str) -> Vec<u8> {
    if dice.one_in(2) {
        return gently(dice, file, other).into_bytes();
    }
    let mut bytes = file.as_bytes().to_vec();
    // Mostly a slip or two, so that what comes after the parser is reached as well.
    let rounds = if dice.one_in(3) { 1 + dice.below(12) } else { 1 + dice.below(2) };
    for _ in 0..rounds {
        bytes = if dice.one_in(3) {
            change_bytes(dice, bytes, other)
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => change_pieces(dice, &text, other).into_bytes(),
                Err(error) => change_bytes(dice, error.into_bytes(), other),
            }
        };
        // Doubling is a change like others, but not for ever.
        bytes.truncate(1 << 20);
    }
    bytes
}

/// Changes after which a file still has its shape: lines moved, other numbers, other names, other texts.
fn gently(dice: &mut Dice, file: &str, other: &str) -> String {
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    for _ in 0..1 + dice.below(3) {
        let (at, to) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(6) {
            0 => lines.swap(at, to),
            1 => {
                lines.remove(at);
            }
            2 => lines.insert(to, lines[at].clone()),
            _ => {
                let mut found: Vec<String> = pieces(&lines[at]).into_iter().map(str::to_owned).collect();
                let text = dice.one_in(2);
                let first = if text { '"' } else { '0' };
                let fits = |piece: &String| {
                    piece.starts_with(|c: char| c == first || (first == '0' && c.is_ascii_digit()))
                };
                let Some(i) = found.iter().position(fits) else { continue };
                let foreign: Vec<&str> =
                    pieces(other).into_iter().filter(|piece| piece.starts_with('"')).collect();
                found[i] = match (text, dice.one_in(3)) {
                    (false, _) => dice.pick(NUMBERS).to_owned(),
                    (true, true) => format!("\"{}\"", dice.pick(TEXTS)),
                    (true, false) if foreign.is_empty() => continue,
                    (true, false) => dice.pick(&foreign).to_owned(),
                };
                lines[at] = found.concat();
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n") + "\n"
}

fn change_bytes(dice: &mut Dice, mut bytes: Vec<u8>, other: &str) -> Vec<u8> {
    let at = dice.below(bytes.len() + 1);
    let most = if dice.one_in(4) { 400 } else { 8 };
    let length = dice.below(most);
    let end = (at + length).min(bytes.len());
    match dice.below(8) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        2 if at < bytes.len() => bytes[at] = dice.next() as u8,
        3 => bytes.truncate(at),
        4 => {
            bytes.drain(at..end);
        }
        5 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(end..end, again);
        }
        6 => {
            let from = dice.below(other.len() + 1);
            let to = (from + dice.below(200)).min(other.len());
            bytes.splice(at..at, other.as_bytes()[from..to].iter().copied());
        }
        _ => {
            let noise = dice.bytes(16);
            bytes.splice(at..end, noise);
        }
    }
    bytes
}

/// A piece of RON: a string with its quotes, a word, a number, white space or one character.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
                end.map_or(rest.len(), |(at, _)| at + 1)
            }
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        found.push(piece);
        rest = after;
    }
    found
}

fn change_pieces(dice: &mut Dice, text: &str, other: &str) -> String {
    let mut found: Vec<String> = pieces(text).into_iter().map(str::to_owned).collect();
    if found.is_empty() {
        return dice.pick(PIECES).to_owned();
    }
    let is_string = |piece: &String| piece.len() > 1 && piece.starts_with('"');
    let is_number = |piece: &String| piece.starts_with(|c: char| c.is_ascii_digit());
    let near = |dice: &mut Dice, wanted: &dyn Fn(&String) -> bool, found: &[String]| {
        let from = dice.below(found.len());
        (from..found.len()).chain(0..from).find(|i| wanted(&found[*i]))
    };
    let at = dice.below(found.len());
    let to = dice.below(found.len());
    match dice.below(14) {
        0 => found[at] = dice.pick(PIECES).to_owned(),
        1 => found.insert(at, dice.pick(PIECES).to_owned()),
        2 => {
            found.remove(at);
        }
        3 => found.swap(at, to),
        4 => {
            let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 40));
            let again = found[from..to].to_vec();
            found.splice(to..to, again);
        }
        5 => {
            let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 40));
            found.drain(from..to);
        }
        6 => {
            let foreign = pieces(other);
            if !foreign.is_empty() {
                let from = dice.below(foreign.len());
                let to = (from + 1 + dice.below(30)).min(foreign.len());
                found.splice(at..at, foreign[from..to].iter().map(|piece| (*piece).to_owned()));
            }
        }
        7 | 8 => {
            if let Some(i) = near(dice, &is_number, &found) {
                found[i] = dice.pick(NUMBERS).to_owned();
            }
        }
        9 | 10 => {
            if let Some(i) = near(dice, &is_string, &found) {
                let mut inner = found[i].trim_matches('"').to_owned();
                let place = inner.floor_char_boundary(dice.below(inner.len() + 1));
                inner.insert_str(place, dice.pick(TEXTS));
                found[i] = format!("\"{inner}\"");
            }
        }
        11 => {
            // A name for another: what was declared here is meant there.
            if let (Some(i), Some(j)) = (near(dice, &is_string, &found), near(dice, &is_string, &found)) {
                found[i] = found[j].clone();
            }
        }
        12 => {
            let (open, close) =
                [("[", "]"), ("(", ")"), ("Some(", ")"), ("Not(", ")"), ("{", "")][dice.below(5)];
            let most = if dice.one_in(4) { 3000 } else { 80 };
            let deep = 1 + dice.below(most);
            found[at] = format!("{}{}{}", open.repeat(deep), found[at], close.repeat(deep));
        }
        _ => {
            let long = 1 + dice.below(20_000);
            let piece = if dice.one_in(2) { dice.pick(TEXTS) } else { "word " };
            let times = long / piece.len().max(1);
            found[at] =
                if dice.one_in(2) { format!("\"{}\"", piece.repeat(times)) } else { piece.repeat(times) };
        }
    }
    found.concat()
}

/// Letters of share codes.
const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// A share code, changed: as somebody copies it wrongly, or as somebody forges it, with a right checksum.
pub fn changed_code(dice: &mut Dice, code: &str, other: &str) -> String {
    if dice.one_in(8) {
        return String::from_utf8_lossy(&changed(dice, code, other)).into_owned();
    }
    let mut letters: Vec<u8> = code.bytes().filter(|letter| *letter != b'-').collect();
    if dice.one_in(3) {
        for _ in 0..1 + dice.below(3) {
            let at = dice.below(letters.len());
            match dice.below(5) {
                0 => {
                    letters.remove(at);
                }
                1 => letters.insert(at, LETTERS[dice.below(32)]),
                2 => letters.swap(at, at.saturating_sub(1)),
                _ => letters[at] = b"bio1BIOaqpzry9x8gf2t"[dice.below(20)],
            }
        }
        return text(letters);
    }
    letters.truncate(letters.len() - 6);
    // What comes before says which story it is of.
    let head = if dice.one_in(10) { 0 } else { 7.min(letters.len()) };
    for _ in 0..1 + dice.below(3) {
        let at = head + dice.below(letters.len() - head);
        match dice.below(6) {
            0 => letters.truncate(at.max(13)),
            1 => {
                let most = if dice.one_in(12) { 1100 } else { 30 };
                let more = dice.below(most);
                letters.extend((0..more).map(|_| LETTERS[dice.below(32)]));
            }
            2 => letters.extend(other.bytes().filter(|letter| *letter != b'-').skip(7)),
            3 => letters.extend(letters.clone().into_iter().skip(head)),
            _ => letters[at] = LETTERS[dice.below(32)],
        }
    }
    let body = text(letters);
    let sum = crate::support::bech32m(&body);
    body + &sum
}

fn text(letters: Vec<u8>) -> String {
    String::from_utf8_lossy(&letters).into_owned()
}

/// What a stranger could type, or call a file.
pub fn line(dice: &mut Dice, words: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..1 + dice.below(4) {
        match dice.below(6) {
            0 => text.push_str(dice.pick(TEXTS)),
            1 => text.push_str(dice.pick(NUMBERS)),
            2 => text.push_str(&String::from_utf8_lossy(&dice.bytes(12))),
            3 => text.push(' '),
            4 if !words.is_empty() => {
                let word = dice.pick(words);
                let cut = word.floor_char_boundary(dice.below(word.len() + 1));
                text.push_str(&word[..cut]);
            }
            _ if !words.is_empty() => text.push_str(dice.pick(words)),
            _ => text.push('x'),
        }
    }
    if dice.one_in(50) { text.repeat(1 + dice.below(200)) } else { text }
}
