//! Ordering by dependencies: Kahn's algorithm (A. B. Kahn, CACM 5(11), 1962) with a deterministic tie-break.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Nodes that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The nodes that could not be ordered.
    pub nodes: Vec<usize>,
}

/// Orders `rank.len()` nodes so that each stands after all nodes it needs; among those free to go, the smallest rank
/// goes first. `needs[i]` lists the nodes that node `i` needs; a node that needs itself is taken as free of that.
///
/// # Errors
/// [`Cycle`] with every node that is on or behind a cycle.
pub fn creation_order<R: Ord>(rank: &[R], needs: &[Vec<usize>]) -> Result<Vec<usize>, Cycle> {
    let mut waiting = vec![0_usize; rank.len()];
    let mut needed_by = vec![Vec::new(); rank.len()];
    for (node, list) in needs.iter().enumerate() {
        let mut list: Vec<usize> = list.iter().copied().filter(|&other| other != node).collect();
        list.sort_unstable();
        list.dedup();
        waiting[node] = list.len();
        list.into_iter().for_each(|other| needed_by[other].push(node));
    }
    let mut free: BinaryHeap<_> =
        (0..rank.len()).filter(|&n| waiting[n] == 0).map(|n| Reverse((&rank[n], n))).collect();
    let mut order = Vec::with_capacity(rank.len());
    while let Some(Reverse((_, node))) = free.pop() {
        order.push(node);
        for &next in &needed_by[node] {
            waiting[next] -= 1;
            if waiting[next] == 0 {
                free.push(Reverse((&rank[next], next)));
            }
        }
    }
    if order.len() == rank.len() {
        return Ok(order);
    }
    Err(Cycle { nodes: (0..rank.len()).filter(|&n| waiting[n] > 0).collect() })
}
