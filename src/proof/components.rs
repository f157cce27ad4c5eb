//! The graph's strongly connected components, in the order in which moves lead through them.
//!
//! Most moves of a story are never taken back, so a component is seldom more than one state. Whatever is
//! carried along the graph to a fixed point is carried through each component once, when all that flows
//! into it is known; only inside of one it takes rounds. One depth-first search (Tarjan 1972).

use super::course::Course;
use super::graph::{Graph, Node};

/// Components, those that lead to others first.
#[derive(Debug, Default)]
pub struct Components {
    /// All states, component after component; those of one in the order of discovery.
    order: Vec<Node>,
    /// Where each component begins in it; one more at the end.
    starts: Vec<u32>,
    /// The component of each state.
    of: Vec<u32>,
}

const DONE: u32 = u32::MAX;

impl Components {
    /// Finds them; `None` where somebody asked to stop.
    pub fn new(graph: &Graph, course: &Course) -> Option<Components> {
        let count = graph.len();
        // When a state was met, from 1, or `DONE`; and the earliest that it leads back to.
        let (mut met, mut low) = (vec![0u32; count], vec![0u32; count]);
        let mut now = 0;
        let (mut open, mut path): (Vec<Node>, Vec<(Node, u32)>) = (Vec::new(), Vec::new());
        let (mut order, mut starts) = (Vec::with_capacity(count), Vec::new());
        for root in graph.nodes() {
            if met[root as usize] != 0 {
                continue;
            }
            path.push((root, 0));
            while let Some((node, next)) = path.last_mut() {
                let i = *node as usize;
                if *next == 0 {
                    now += 1;
                    if now % 4096 == 0 && course.is_stopped() {
                        return None;
                    }
                    (met[i], low[i]) = (now, now);
                    open.push(*node);
                }
                let mut deeper = None;
                let edges = graph.edges(*node);
                while let Some(edge) = edges.get(*next as usize) {
                    *next += 1;
                    match met[edge.to as usize] {
                        0 => {
                            deeper = Some(edge.to);
                            break;
                        }
                        DONE => {}
                        at => low[i] = low[i].min(at),
                    }
                }
                if let Some(to) = deeper {
                    path.push((to, 0));
                    continue;
                }
                let low_here = low[i];
                path.pop();
                if low_here == met[i] {
                    starts.push(order.len() as u32);
                    while let Some(member) = open.pop() {
                        met[member as usize] = DONE;
                        order.push(member);
                        if member as usize == i {
                            break;
                        }
                    }
                } else if let Some((before, _)) = path.last() {
                    let before = *before as usize;
                    low[before] = low[before].min(low_here);
                }
            }
        }
        // They were found in the opposite order.
        order.reverse();
        let mut starts: Vec<u32> = starts.iter().rev().map(|start| count as u32 - start).collect();
        starts.insert(0, 0);
        let mut components = Components { order, starts, of: low };
        for i in 0..components.len() {
            let members = components.starts[i] as usize..components.starts[i + 1] as usize;
            components.order[members.clone()].sort_unstable();
            for at in members {
                components.of[components.order[at] as usize] = i as u32;
            }
        }
        Some(components)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The states of a component.
    #[inline]
    pub fn members(&self, component: usize) -> &[Node] {
        &self.order[self.starts[component] as usize..self.starts[component + 1] as usize]
    }

    /// The component of a state.
    #[inline]
    pub fn of(&self, node: Node) -> usize {
        self.of[node as usize] as usize
    }
}
