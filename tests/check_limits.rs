//! Stories that a check cannot finish, or should not begin: each gets a clear report in time, the right
//! exit code, and no more memory than it may have.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::time::{Duration, Instant};
use support::{Home, Ran, small};

/// Far more than any of these takes on a busy machine, and far less than a hang.
const LONG: Duration = Duration::from_secs(60);

#[track_caller]
fn checked(text: &str, arguments: &str) -> Ran {
    let home = Home::with_story(text);
    let begun = Instant::now();
    let ran = home.run(&format!("check story.ron {arguments}"), "").harmless();
    assert!(begun.elapsed() < LONG, "it took {:?}", begun.elapsed());
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

#[track_caller]
fn says(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    for words in words {
        assert!(
            ran.out.contains(words) || ran.err.contains(words),
            "no `{words}` in\n{}\n{}",
            ran.out,
            ran.err
        );
    }
}

/// A story of forty switches: 2^40 states.
fn switches() -> String {
    let (mut facts, mut choices) = (String::new(), String::new());
    for i in 0..40 {
        let _ = write!(facts, "\"s{i}\": Flag, ");
        let _ = write!(
            choices,
            "(id: \"on{i}\", label: \"On {i}\", when: Not(Is(\"s{i}\")), then: [Set(\"s{i}\")]), \
             (id: \"off{i}\", label: \"Off {i}\", when: Is(\"s{i}\"), then: [Clear(\"s{i}\")]), "
        );
    }
    small(
        &facts,
        &format!(
            "\"start\": (text: \"S.\", choices: [{choices} (id: \"leave\", label: \"Leave\", to: \"end\")]),"
        ),
    )
}

#[test]
fn a_space_that_cannot_be_finished_is_left_at_the_budget_and_nothing_is_claimed() {
    let ran = checked(&switches(), "--budget 20000");
    says(
        &ran,
        3,
        &[
            "Not finished: the budget of states was spent (--budget).",
            "nothing is claimed of the rest.",
            "0 errors",
        ],
    );
    assert!(!ran.out.contains("ends so:"), "no odds of what was not looked at:\n{}", ran.out);
    let json = checked(&switches(), "--budget 20000 --json");
    assert_eq!(json.code, 3);
    assert!(json.out.contains("\"proved\":false") && json.out.contains("\"residual\":null"), "{}", json.out);
    // What is found before the budget is spent is a fault all the same.
    let stuck = switches().replace("label: \"On 0\", when: Not(Is(\"s0\"))", "label: \"On 0\", to: \"hole\"");
    let stuck = stuck
        .replace("\"end\": (text", "\"hole\": (text: \"H.\", choices: [(id: \"x\", label: \"X\", when: All([Is(\"s1\"), Not(Is(\"s1\"))]))]), \"end\": (text");
    let ran = checked(&stuck, "--budget 20000");
    says(&ran, 1, &["stuck in `hole`", "shown by one move: on0", "Not finished"]);
}

#[test]
fn what_is_wrong_near_the_start_is_told_however_large_the_rest_is() {
    let claims = |claims: &str| switches().replace("scenes: {", &format!("claims: [{claims}], scenes: {{"));
    // Facts that no choice asks for are followed in texts.
    let texts = switches()
        .replace("facts: {", "facts: { \"t\": Range(from: 0, to: 2, start: 0),")
        .replace("\"S.\"", "\"S {t}.\"")
        .replace("then: [Set(\"s1\")]", "then: [Set(\"s1\"), Raise(\"t\", 2)], reply: \"{drones.rescued}\"");
    for (story, code, words) in [
        (
            claims(
                "Always(Offers(\"leave\")), Never(Fact(All([Is(\"s3\"), Is(\"s4\")]))), AtStart(Within(1, Ending(\"end\"))), Never(CanReach(Fact(Not(Is(\"s0\")))))",
            ),
            1,
            &[
                "error[T214]",
                "shown by 2 moves: on3, on4",
                "Of 4 claims, 2 fail on these states, 1 holds whatever the rest is like, and 1 is open.",
                "2 errors",
            ][..],
        ),
        (claims("Always(Offers(\"leave\"))"), 3, &["Of 1 claim, 0 fail on these states, 0 hold", "0 errors"]),
        (
            texts,
            1,
            &[
                "error[T210]: `t` would leave its range here",
                "shown by 3 moves: on1, off1, on1",
                "error[T213]",
                "shown by one move: on1",
                "2 errors",
            ],
        ),
    ] {
        let ran = checked(&story, "--budget 20000 --allowed-only");
        let told = format!("{}{}", ran.out, ran.err).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.code, code, "{told}");
        words.iter().for_each(|words| assert!(told.contains(words), "no `{words}` in {told}"));
        assert!(told.contains("nothing is claimed of the rest. What is wrong with them is told:"), "{told}");
        // The whole would take for ever, so each is told by its part alone.
        assert!(told.contains("Not finished") && told.contains("was not judged."), "{told}");
    }
    let json = checked(&claims("Never(Offers(\"leave\"))"), "--budget 20000 --allowed-only --json");
    says(&json, 1, &["\"claims\":{\"fail\":1,\"hold\":0,\"open\":0}", "\"proved\":false", "\"sound\":false"]);
}

#[test]
fn what_is_looked_at_within_a_budget_does_not_depend_on_the_threads() {
    let looked = |threads: u32| {
        let json =
            checked(&switches(), &format!("--budget 60000 --threads {threads} --allowed-only --json")).out;
        let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let looked =
            ["states", "looked_at", "transitions", "bytes"].map(|key| report[key].as_u64().expect(key));
        assert!(looked[0] >= 60_000, "{json}");
        looked
    };
    assert_eq!(looked(1), looked(2));
    assert_eq!(looked(1), looked(3));
}

/// Facts and choices by the thousand, so that one state leads to megabytes of them.
#[cfg(unix)]
#[test]
fn states_of_many_words_and_moves_stay_within_the_memory() {
    let (mut facts, mut choices) = (String::new(), String::new());
    for i in 0..1500 {
        let _ = write!(facts, "\"s{i}\": Range(from: 0, to: 65535, start: 0), ");
        let _ = write!(
            choices,
            "(id: \"c{i}\", label: \"C {i}\", when: Not(Equals(\"s{i}\", 60000)), then: [RaiseToEnd(\"s{i}\", 1)]), "
        );
    }
    let story = small(
        &facts,
        &format!(
            "\"start\": (text: \"S.\", choices: [{choices} (id: \"leave\", label: \"Leave\", to: \"end\")]),"
        ),
    );
    let home = Home::with_story(&story);
    let limited = "ulimit -v 600000; exec \"$0\" check story.ron --memory 60 --allowed-only --threads 2";
    let out = std::process::Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_treed")])
        .current_dir(home.path("."))
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(3), "{told}\n{}", String::from_utf8_lossy(&out.stderr));
    assert!(told.contains("the budget of memory was spent"), "{told}");
}

#[test]
fn a_slice_of_the_built_in_story_has_no_fault_and_nothing_is_claimed_of_the_rest() {
    let home = Home::new();
    let ran = home.run("check --budget 100000 --allowed-only --deny-warnings", "").harmless();
    says(
        &ran,
        3,
        &[
            "Not finished: the budget of states was spent",
            "nothing is claimed of the rest.",
            "0 errors, 0 warnings",
        ],
    );
    assert_eq!(ran.err, "");
    assert!(ran.out.contains("Endings found so far:") && !ran.out.contains('%'), "{}", ran.out);
    let ran = home.run("check --budget 100000 --allowed-only --deny-warnings --json", "").harmless();
    assert_eq!(ran.code, 3);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["proved"], false);
    assert!(json["diagnostics"].as_array().unwrap().is_empty());
    let states = json["states"].as_u64().unwrap();
    assert!((100_000..200_000).contains(&states) && json["looked_at"].as_u64().unwrap() < states);
    for unknown in ["residual", "longest", "moves", "never", "words", "experiments"] {
        assert!(json[unknown].is_null(), "{unknown}");
    }
    for ending in json["endings"].as_array().unwrap() {
        assert!(ending["odds"].is_null() && ending["shown"].is_null(), "{ending}");
        assert_eq!(ending["allowed"] == true, ending["shortest"].is_array(), "{ending}");
    }
}

#[test]
fn more_threads_than_are_sensible_are_refused() {
    let home = Home::with_story(&switches());
    for wrong in ["0", "65", "30000"] {
        let ran = home.run(&format!("check story.ron --threads {wrong}"), "");
        says(&ran, 2, &["--threads", "1..=64"]);
    }
    says(&checked(&switches(), "--budget 2000 --threads 64"), 3, &["Not finished"]);
}

#[test]
fn a_story_with_no_ending_is_a_trap_from_the_start() {
    let text = small(
        "",
        "\"start\": (text: \"S.\", choices: [(id: \"on\", label: \"On\", to: \"there\"), (id: \"wait\", label: \"Wait\")]),
         \"there\": (text: \"T.\", choices: [(id: \"back\", label: \"Back\", to: \"start\"), (id: \"wait\", label: \"Wait\")]),",
    );
    let none = text
        .replace("\"end\": (text: \"It is over.\", ending: \"end\"),", "")
        .replace("endings: { \"end\": (title: \"The end\", hint: \"Go on.\") },", "");
    assert!(!none.contains("ending:") && !none.contains("endings:"), "{none}");
    let ran = checked(&none, "");
    says(
        &ran,
        1,
        &[
            "from `start` on, no ending can be reached any more",
            "shown by the very first screen",
            "0 endings",
        ],
    );
}

/// The largest file that a story may have: as many scenes as fit, one after the other.
fn corridor(scenes: usize) -> String {
    let mut text = String::with_capacity(scenes * 56);
    text.push_str(
        "#![enable(implicit_some)]\nStory(id:\"m\",title:\"M\",version:\"1\",start:\"s0\",scenes:{\n",
    );
    for i in 0..scenes - 1 {
        let _ = writeln!(text, "\"s{i:x}\":(choices:[(id:\"a\",label:\"A\",to:\"s{:x}\")]),", i + 1);
    }
    let _ =
        writeln!(text, "\"s{:x}\":(ending:\"e\")}},endings:{{\"e\":(title:\"E\",hint:\"h\")}},)", scenes - 1);
    text
}

#[test]
fn a_million_scenes_are_more_than_a_file_may_hold_and_what_it_may_hold_is_proved() {
    let text = corridor(1_000_000);
    let begun = Instant::now();
    says(&checked(&text, ""), 1, &["story.ron has more than 16 MiB, the most that a story may have"]);
    assert!(begun.elapsed() < Duration::from_secs(10), "it is refused before it is read");
    let text = corridor(60_000);
    let ran = checked(&text, "");
    says(
        &ran,
        0,
        &["60,000 scenes", "60,000 states", "e 100.00000 %         always 59999", "0 errors, 0 warnings"],
    );
}

#[test]
fn very_many_faults_and_very_wide_scenes_take_no_more_than_their_number() {
    // A scene with very many choices, and each of them once more.
    let choices: String = (0..60_000).map(|i| format!("(id:\"c{i}\",label:\"C\",to:\"end\"),")).collect();
    let wide = small("", &format!("\"start\": (choices: [{choices}]),"));
    says(&checked(&wide, ""), 0, &["60,000 choices", "2 states"]);
    let twice = small("", &format!("\"start\": (choices: [{choices}{choices}]),"));
    says(&checked(&twice, ""), 1, &["error[T003]", "and 59900 more"]);
    // Each of many scenes breaks a range.
    let scenes: String = (0..20_000)
        .map(|i| {
            format!(
                "\"s{i}\":(choices:[(id:\"a\",label:\"A\",to:\"s{}\"),(id:\"b\",label:\"B\",then:[Raise(\"n\",9)],to:\"end\")]),",
                (i + 1) % 20_000
            )
        })
        .collect();
    let ranges = small(
        "\"n\": Range(from: 0, to: 3, start: 0)",
        &format!(
            "{scenes} \"start\": (text: \"{{n}}\", choices: [(id: \"on\", label: \"On\", to: \"s0\"), (id: \"out\", label: \"Out\", to: \"end\")]),"
        ),
    );
    says(&checked(&ranges, ""), 1, &["error[T210]", "and 19900 more"]);
    // Locks that nothing opens, in many states.
    let locked: String = (0..2_000)
        .map(|i| format!("(id:\"l{i}\",label:\"L\",locked:(unless:All([AtLeast(\"n\",3),AtMost(\"n\",2)]),reason:\"No.\"),to:\"end\"),"))
        .collect();
    let locks = small(
        "\"n\": Range(from: 0, to: 2000, start: 0)",
        &format!(
            "\"start\": (text: \"{{n}}\", choices: [(id: \"on\", label: \"On\", then: [RaiseToEnd(\"n\", 1)]), (id: \"out\", label: \"Out\", to: \"end\"), {locked}]),"
        ),
    );
    says(&checked(&locks, ""), 0, &["warning[T204]", "2,000 warnings"]);
}

#[test]
fn automatic_moves_in_a_circle_are_told_with_the_move_into_them() {
    let text = small(
        "",
        "\"start\": (text: \"S.\", choices: [(id: \"in\", label: \"In\", to: \"a\"), (id: \"out\", label: \"Out\", to: \"end\")]),
         \"a\": (text: \"A.\", auto: [(to: \"b\")]), \"b\": (text: \"B.\", auto: [(to: \"a\")]),",
    );
    let ran = checked(&text, "");
    says(&ran, 1, &["error[T211]", "lead on from `a` without end", "shown by one move: in", "1 error"]);
    // The game refuses the move and stays where it was.
    let home = Home::with_story(&text);
    home.play("", "in\n").fails_saying(&["automatic scenes lead into each other for ever"]);
    home.plays("", "? 2. Out\nout\n");
}

#[test]
fn an_impossible_start_is_told_by_the_check_and_by_the_game() {
    let unknown = small("", "\"strat\": (text: \"S.\", ending: \"end\"),");
    says(&checked(&unknown, ""), 1, &["error[T005]", "did you mean `strat`?"]);

    let circle = small("", "\"start\": (auto: [(to: \"a\")]), \"a\": (auto: [(to: \"start\")]),");
    let ran = checked(&circle, "");
    says(&ran, 1, &["error[T211]", "0 states", "shown by the very first screen"]);
    Home::with_story(&circle).play("", "").fails_saying(&["treed: the story cannot begin: "]);

    let back = small("", "\"start\": (auto: [(back: true)]),");
    says(&checked(&back, ""), 1, &["error[T212]", "`start` goes back, but nothing waits"]);
    Home::with_story(&back).play("", "").fails_saying(&["treed: the story cannot begin: "]);

    let shut = small(
        "\"f\": Flag",
        "\"start\": (text: \"S.\", choices: [(id: \"on\", label: \"On\", when: Is(\"f\"), then: [Clear(\"f\")], to: \"end\")]),",
    );
    let ran = checked(&shut, "");
    says(&ran, 1, &["error[T208]", "stuck in `start`", "shown by the very first screen"]);
}

/// Four games of drones in a row that end alike are rare; but one may try as often as one likes.
fn stubborn(claims: &str) -> String {
    let again = |outcome: &str| format!("\"{outcome}\": [(then: [Put(\"n\", 0)], to: \"start\")],");
    let others: String = ["Rescued", "Crashed", "Fled", "Grounded"].map(again).concat();
    small(
        "\"n\": Range(from: 0, to: 4, start: 0)",
        &format!(
            "\"start\": (text: \"{{n}}\", choices: [(id: \"try\", label: \"Try\", to: \"lab\"), (id: \"give\", label: \"Give up\", to: \"end\")]),
             \"lab\": (text: \"F.\", lab: (run: \"drones\", arms: {{ {others}
                \"Hovering\": [(when: AtLeast(\"n\", 3), to: \"won\"), (then: [Raise(\"n\", 1)], to: \"start\")] }})),
             \"won\": (text: \"W.\", ending: \"won\"),"
        ),
    )
    .replace("endings: {", &format!("claims: [{claims}], endings: {{ \"won\": (title: \"W\", hint: \"h\"),"))
}

#[test]
fn what_a_stubborn_player_gets_in_the_end_is_sure_however_rare_it_is() {
    let one = "Never(Likely(Ending(\"won\"), 0.1)), AtStart(Not(Likely(Ending(\"won\"), 1.0)))";
    let ran = checked(&stubborn(one), "--allowed-only");
    says(&ran, 1, &["holds in `start`", "does not hold at the start", "2 errors"]);
    let ran = checked(&stubborn("AtStart(Likely(Ending(\"won\"), 1.0))"), "--allowed-only --json");
    says(&ran, 0, &["\"proved\":true"]);
}

#[test]
fn a_part_of_a_story_that_is_seldom_left_is_solved_directly() {
    let text = small(
        "",
        "\"start\": (text: \"S.\", choices: [(id: \"wait\", label: \"Wait\"), (id: \"stop\", label: \"Stop\", weight: 0.00001, to: \"end\")]),",
    );
    let ran = checked(&text, "--allowed-only");
    says(
        &ran,
        0,
        &[
            "end 100.00000 %",
            "A game takes 100001.0 moves on average, 100001.0 of them",
            "No chance is off by more than 2e-16",
        ],
    );
    // Games of so many moves are not drawn to the end.
    assert!(!ran.out.contains("words are read"), "{}", ran.out);
}

#[test]
fn odds_that_are_not_settled_are_not_told_and_the_story_is_not_proved() {
    let text = small(
        "\"n\": Range(from: 0, to: 600, start: 0)",
        "\"start\": (text: \"S.\", choices: [
            (id: \"up\", label: \"Up\", then: [RaiseToEnd(\"n\", 1)]),
            (id: \"again\", label: \"Again\", weight: 3, then: [Put(\"n\", 0)]),
            (id: \"stop\", label: \"Stop\", when: AtLeast(\"n\", 600), to: \"end\")]),",
    );
    let ran = checked(&text, "--allowed-only");
    says(&ran, 3, &["Not decided: the odds are not settled", "Endings that can be reached:", "0 errors"]);
    assert!(!ran.out.contains("moves on average") && !ran.out.contains('±'), "{}", ran.out);
    let json = checked(&text, "--allowed-only --json");
    says(&json, 3, &["\"proved\":false", "\"odds\":null", "\"moves\":null", "\"residual\":1.0"]);
}

#[test]
fn a_text_that_is_not_decided_leaves_the_story_unproved() {
    let text = small(
        "\"t\": Range(from: 0, to: 20000, start: 0)",
        "\"start\": (text: \"{t}\", choices: [(id: \"more\", label: \"More\", then: [Raise(\"t\", 1)]), (id: \"out\", label: \"Out\", to: \"end\")]),",
    );
    says(
        &checked(&text, "--allowed-only"),
        3,
        &["warning[T218]", "Not decided: 1 question about texts and claims"],
    );
    says(&checked(&text, "--allowed-only --json"), 3, &["\"proved\":false"]);
}
