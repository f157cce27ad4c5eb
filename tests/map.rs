//! `treed map`, and `map` in the game: the graph as it is, labels that can be read, and where one has been.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{Home, dedent, kept};

/// An attribute of the first element in a piece of a picture, as a number.
fn number(element: &str, name: &str) -> f64 {
    let at = element.find(&format!(" {name}=\"")).expect("the attribute") + name.len() + 3;
    element[at..].split('"').next().and_then(|value| value.parse().ok()).expect("a number")
}

/// Left, top, right and bottom of every box, and the lines of its label.
fn boxes(svg: &str) -> Vec<([f64; 4], Vec<String>)> {
    svg.split("<g class=\"node")
        .skip(1)
        .map(|node| {
            let node = node.split("</g>").next().expect("a node");
            let rect = &node[node.find("<rect").expect("a box")..];
            let (x, y) = (number(rect, "x"), number(rect, "y"));
            let lines = node
                .split("<tspan")
                .skip(1)
                .filter_map(|line| Some(line.split(['>', '<']).nth(1)?.to_owned()));
            ([x, y, x + number(rect, "width"), y + number(rect, "height")], lines.collect())
        })
        .collect()
}

#[test]
fn the_whole_story_is_drawn_and_no_label_lies_on_another() {
    let home = Home::new();
    let svg = home.run("map --format svg", "").fine();
    let boxes = boxes(&svg);
    assert!(boxes.len() > 300, "{} boxes", boxes.len());
    for (i, ([left, top, right, bottom], lines)) in boxes.iter().enumerate() {
        let widest = lines.iter().map(|line| line.chars().count()).max().expect("a label");
        assert!(right - left >= widest as f64 * 7.0, "{lines:?} does not fit");
        assert!(bottom - top >= lines.len() as f64 * 16.0, "{lines:?} does not fit");
        for ([l, t, r, b], other) in &boxes[..i] {
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(apart, "{lines:?} lies on {other:?}");
        }
    }
    for act in ["prologue", "crowd", "finale"] {
        assert!(svg.contains(&format!(">{act}</text>")), "{act}");
    }
    assert_eq!(svg.matches("<g class=\"node ending").count(), 34);
    assert!(!svg.contains("<script") && !svg.contains("href"), "nothing runs and nothing is asked for");
}

#[test]
fn the_graph_for_graphviz() {
    let home = Home::with_story(&kept("lamp.ron"));
    home.plays("--new --seed 7", "light\nstairs\nsleep");
    let plain = home.plays("map --format dot", "");
    assert!(plain.contains("\"hall\" -> \"attic\" [label=\"stairs\"];"), "{plain}");
    assert!(
        plain.contains("\"home\" [label=\"Home\", fillcolor=\"#e6d5d0\", shape=box, peripheries=2];"),
        "{plain}"
    );
    let walked = home.plays("map --format dot --of autosave", "");
    assert!(
        walked.contains("\"hall\" -> \"attic\" [label=\"stairs\", penwidth=3, color=\"#c0392b\"];"),
        "{walked}"
    );
    assert!(walked.contains("\"hall\" -> \"home\" [label=\"leave\"];"), "{walked}");
    assert!(walked.contains("\"asleep\" [label=\"Asleep\", fillcolor=\"#ffd23f\""), "{walked}");
    let picture = home.plays("map --format svg --of autosave", "");
    assert_eq!(picture.matches(" been\"").count(), 3, "{picture}");
    home.play("map --format svg --of nothing", "")
        .fails_saying(&["neither a file nor a share code nor a save nor an ending"]);
}

#[test]
fn in_the_game_the_map_shows_only_where_one_has_been() {
    let rooms: String = ["garden", "shed", "pond", "gate"]
        .iter()
        .map(|name| {
            let title = name[..1].to_uppercase() + &name[1..];
            format!(
                r#""{name}": (title: "The {title}", text: "Here.", choices: [
                    (id: "a", label: "Go to the shed", to: "shed"), (id: "b", label: "Go to the pond", to: "pond"),
                    (id: "c", label: "Go to the gate", to: "gate"), (id: "d", label: "Go to the garden", to: "garden"), (id: "e", label: "End", to: "end")]),"#
            )
        })
        .collect();
    let story =
        support::small("", &format!("{rooms} \"start\": (text: \"Begin.\", auto: [(to: \"garden\")]),"));
    let home = Home::with_story(&story);
    let map = |flags: &str| {
        let out = home.plays(&format!("--new --seed 7 {flags}"), "a\nd\nb\nmap");
        let from = out.find("Where you have been").expect("a map");
        out[from..].trim_end().to_owned()
    };
    assert_eq!(
        map(""),
        dedent(
            "
            Where you have been: 3 places.

            The Garden (2 times)
            ├─ The Shed
            The Pond  <- you are here
            "
        )
    );
    assert_eq!(
        map("--plain"),
        dedent(
            "
            Where you have been: 3 places.

            1. The Garden. Visited 2 times. From here you went on to 2 and 3.
            2. The Shed.
            3. The Pond. You are here.
            "
        )
    );
}
