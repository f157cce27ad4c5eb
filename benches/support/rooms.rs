//! A story of rooms without an end, to play as long as one likes.

use std::fmt::Write as _;

/// How many.
pub const SCENES: usize = 1000;
const WORDS: &str = "the a of lamp door river cold stone under window old bridge light hand road green iron tower \
    bell north slow garden wall rain key letter night quiet harbour salt rope glass field smoke wind copper ladder \
    room paper shadow water bread candle horse winter morning market captain mirror forest silver engine valley \
    signal thread anchor lantern mountain evening kitchen corner whisper station stranger";
const LABELS: [&str; 8] = [
    "Take the left path",
    "Turn back to the hall",
    "Open the small door",
    "Wait by the wall",
    "Follow the sound",
    "Climb the ladder",
    "Read the letter",
    "Call across the water",
];

/// A small random number generator (Marsaglia 2003, xorshift).
pub struct Random(pub u32);

impl Random {
    pub fn pick(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % n
    }
}

/// A scene of about 60 words: on entry `v0` grows by `a` and starts again at 17, `v1` grows by `b`; two free
/// choices and one that needs `v0 > k`.
pub struct Room {
    pub text: String,
    pub a: usize,
    pub b: usize,
    pub k: usize,
    pub to: [usize; 3],
    pub labels: [&'static str; 3],
}

/// The rooms.
pub fn rooms() -> Vec<Room> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = Random(20_240_607);
    let mut rooms = Vec::new();
    for i in 0..SCENES {
        let mut sentences = Vec::new();
        for _ in 0..5 {
            let sentence: Vec<&str> = (0..12).map(|_| words[random.pick(words.len())]).collect();
            let sentence = sentence.join(" ");
            sentences.push(format!("{}{}.", sentence[..1].to_uppercase(), &sentence[1..]));
        }
        rooms.push(Room {
            text: sentences.join(" "),
            a: 1 + random.pick(16),
            b: 1 + random.pick(9),
            k: 2 + random.pick(12),
            to: [(i + 1) % SCENES, random.pick(SCENES), random.pick(SCENES)],
            labels: std::array::from_fn(|_| LABELS[random.pick(LABELS.len())]),
        });
    }
    rooms
}

/// The rooms as a story of ours: what happens on entry stands at the choices that lead there.
pub fn as_story(rooms: &[Room]) -> String {
    let enter = |room: &Room| {
        let Room { a, b, .. } = room;
        format!("Raise(\"v0\", {a}), When(AtLeast(\"v0\", 17), [Lower(\"v0\", 17)]), RaiseToEnd(\"v1\", {b})")
    };
    let mut out = String::from(
        "#![enable(implicit_some)]\nStory(id: \"bench\", title: \"Bench\", version: \"1\", start: \"begin\",\n    facts: { \"v0\": Range(from: 0, to: 40, start: 0), \"v1\": Range(from: 0, to: 65000, start: 0) },\n    scenes: {\n",
    );
    let _ = writeln!(out, "\"begin\": (auto: [(then: [{}], to: \"s0\")]),", enter(&rooms[0]));
    for (i, room) in rooms.iter().enumerate() {
        let _ = writeln!(out, "\"s{i}\": (text: \"{}\", choices: [", room.text);
        for (j, (to, label)) in room.to.iter().zip(room.labels).enumerate() {
            let when =
                if j == 2 { format!(" when: AtLeast(\"v0\", {}),", room.k + 1) } else { String::new() };
            let _ = writeln!(
                out,
                "(id: \"c{j}\", label: \"{label}\",{when} then: [{}], to: \"s{to}\"),",
                enter(&rooms[*to])
            );
        }
        out.push_str("]),\n");
    }
    out.push_str("})\n");
    out
}
