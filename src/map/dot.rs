//! The graph for Graphviz.

use super::{Kind, Map, Node};
use std::fmt::Write;

/// The graph in the DOT language.
pub fn dot(map: &Map) -> String {
    let visited = map.visited();
    let story = map.story;
    let mut out = format!(
        "digraph {} {{\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\"];\n  edge [fontname=\"Helvetica\", fontsize=9];\n",
        quoted(story.str(story.id))
    );
    for (i, (act, nodes)) in map.clusters().iter().enumerate() {
        let indent = if act.is_some() { "    " } else { "  " };
        if let Some(act) = act {
            let _ = writeln!(
                out,
                "  subgraph cluster_{i} {{\n    label={};",
                quoted(story.str(story.acts[act.index()]))
            );
        }
        for node in nodes {
            let _ = write!(out, "{indent}{} [label={}", quoted(&map.name(*node)), quoted(&map.label(*node)));
            let color = match (map.ending(*node), visited.contains_key(node)) {
                (_, true) => ", fillcolor=\"#ffd23f\"",
                (Some(true), false) => ", fillcolor=\"#bfe3c0\"",
                (Some(false), false) => ", fillcolor=\"#e6d5d0\"",
                (None, false) => "",
            };
            let shape = match (map.ending(*node), node) {
                (Some(_), _) => ", shape=box, peripheries=2",
                (None, Node::Scene(_)) => "",
                (None, _) => ", shape=ellipse, style=\"dashed,filled\"",
            };
            let _ = writeln!(out, "{color}{shape}];");
        }
        if act.is_some() {
            out.push_str("  }\n");
        }
    }
    for link in &map.links {
        let _ =
            write!(out, "  {} -> {}", quoted(&map.name(link.from)), quoted(&map.name(Node::Scene(link.to))));
        let mut attributes = Vec::new();
        if !link.by.is_empty() {
            attributes.push(format!("label={}", quoted(&link.by.join("\n"))));
        }
        if link.kind == Kind::Visit {
            attributes.push("style=dashed".to_owned());
        }
        if link.walked > 0 {
            attributes.push("penwidth=3, color=\"#c0392b\"".to_owned());
        }
        if !attributes.is_empty() {
            let _ = write!(out, " [{}]", attributes.join(", "));
        }
        out.push_str(";\n");
    }
    out.push_str("}\n");
    out
}

/// A quoted string. Backslashes would begin escapes of Graphviz's own.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{text}\"")
}
