//! Tunnels: how deep they nest, and that none leads into itself. Decided on the graph of scenes, without
//! looking at conditions.

use super::diagnostic::{Code, Diagnostic};
use super::{Go, SceneId, Span, Story, Way};

/// Most scenes that are entered with `visit`: each is looked at with all that can be reached inside it.
const MOST_TUNNELS: usize = 1024;

/// Every way out of a scene: its choices' or arms', and those offered anywhere.
pub fn ways(story: &Story, scene: SceneId, mut each: impl FnMut(Go)) {
    match &story.scene(scene).way {
        Way::Choices(run) => {
            story.choices[run.range()].iter().for_each(|choice| each(choice.go));
            if !story.scene(scene).alone {
                story.choices[story.anywhere.range()].iter().for_each(|choice| each(choice.go));
            }
        }
        Way::Auto(arms) => story.arms(*arms).iter().for_each(|arm| each(arm.go)),
        Way::Lab { arms, .. } => {
            arms.iter().flatten().flat_map(|arms| story.arms(*arms)).for_each(|arm| each(arm.go))
        }
        Way::Exercise { arms, .. } => {
            arms.iter().flat_map(|arms| story.arms(*arms)).for_each(|arm| each(arm.go))
        }
        Way::Ending(_) => {}
    }
}

/// Complains of tunnels that can lead into themselves or nest deeper than the story says.
pub(super) fn check(story: &Story, faults: &mut Vec<Diagnostic>) {
    let mut entries: Vec<SceneId> = story.events.iter().map(|event| event.visit).collect();
    for scene in 0..story.scenes.len() as u32 {
        ways(story, SceneId(scene), |go| {
            if let Go::Visit(to) = go {
                entries.push(to);
            }
        });
    }
    entries.sort_unstable();
    entries.dedup();
    if entries.is_empty() {
        return;
    }
    if entries.len() > MOST_TUNNELS {
        faults.push(Diagnostic::new(
            Code::TooMuch,
            Span::default(),
            format!("{} scenes are entered with `visit`; at most {MOST_TUNNELS} may be", entries.len()),
        ));
        return;
    }
    // For each tunnel: the tunnels that can be entered before it comes back.
    let mut reached = vec![u32::MAX; story.scenes.len()];
    let inner: Vec<Vec<usize>> = entries
        .iter()
        .enumerate()
        .map(|(round, entry)| {
            let mut todo = vec![*entry];
            reached[entry.index()] = round as u32;
            let mut found = Vec::new();
            while let Some(scene) = todo.pop() {
                ways(story, scene, |go| match go {
                    Go::To(next) if reached[next.index()] != round as u32 => {
                        reached[next.index()] = round as u32;
                        todo.push(next);
                    }
                    Go::Visit(tunnel) => found.extend(entries.binary_search(&tunnel)),
                    Go::To(_) | Go::Back | Go::Stay => {}
                });
            }
            found.sort_unstable();
            found.dedup();
            found
        })
        .collect();
    // Depth of each tunnel: longest chain below it; a tunnel on the way to itself is recursion.
    let mut depth: Vec<Option<u32>> = vec![None; entries.len()];
    for start in 0..entries.len() {
        // A path of (tunnel, next child to look at).
        let mut path = vec![(start, 0)];
        while let Some((at, child)) = path.pop() {
            if depth[at].is_some() {
                continue;
            }
            match inner[at].get(child) {
                Some(next) if *next == at || path.iter().any(|(open, _)| open == next) => {
                    let scene = story.scene(entries[*next]);
                    faults.push(
                        Diagnostic::new(Code::Tunnel, scene.span, format!("the tunnel `{}` can lead into itself", story.str(scene.name)))
                            .help("let it come back (`back: true`) before it is visited again, or mark its scenes `alone: true`"),
                    );
                    return;
                }
                Some(next) => {
                    path.push((at, child + 1));
                    if depth[*next].is_none() {
                        path.push((*next, 0));
                    }
                }
                None => {
                    depth[at] =
                        Some(1 + inner[at].iter().filter_map(|child| depth[*child]).max().unwrap_or(0))
                }
            }
        }
    }
    for (entry, depth) in entries.iter().zip(depth) {
        if depth.is_some_and(|depth| depth > u32::from(story.depth)) {
            let scene = story.scene(*entry);
            faults.push(
                Diagnostic::new(
                    Code::Tunnel,
                    scene.span,
                    format!("tunnels nest {} deep from `{}`", depth.unwrap_or(0), story.str(scene.name)),
                )
                .help(format!("the story allows {}; raise `depth` at its top (at most 16)", story.depth)),
            );
        }
    }
}
