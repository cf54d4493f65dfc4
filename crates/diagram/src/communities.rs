//! Which boxes belong together by their links alone: greedy modularity, level by level (Blondel et al., "Fast Unfolding of
//! Communities in Large Networks", J. Stat. Mech. P10008, 2008), with links to hubs weighed less.

use std::collections::{BTreeMap, HashMap};

use crate::graph::Diagram;

/// Rounds over all boxes; most settle after a few.
const ROUNDS: usize = 12;

/// For each box the number of a box that stands for its community: the member with the most links. A box without links is its own.
pub fn communities(diagram: &Diagram) -> Vec<usize> {
    let count = diagram.boxes.len();
    let mut neighbours: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
    let mut degree = vec![0_usize; count];
    let edges = diagram.edges();
    for &(a, b) in &edges {
        degree[a] += 1;
        degree[b] += 1;
    }
    for &(a, b) in &edges {
        let weight = 1.0 / (degree[a].max(degree[b]) as f64).sqrt();
        neighbours[a].push((b, weight));
        neighbours[b].push((a, weight));
    }
    let mut level = Level { neighbours, inside: vec![0.0; count] };
    let mut community: Vec<usize> = (0..count).collect();
    loop {
        let merged = level.move_nodes();
        let coarser = level.merge(&merged);
        community.iter_mut().for_each(|of| *of = merged[*of]);
        if coarser.inside.len() == level.inside.len() {
            return named_by_hub(&community, &degree);
        }
        level = coarser;
    }
}

/// A graph whose nodes are boxes, or communities of the level below.
struct Level {
    neighbours: Vec<Vec<(usize, f64)>>,
    /// Twice the weight of the links within a node.
    inside: Vec<f64>,
}

impl Level {
    /// Moves nodes to the neighbouring community that gains most, until none gains. Returns communities, numbered from 0.
    fn move_nodes(&self) -> Vec<usize> {
        let count = self.inside.len();
        let linked = |node: usize| self.neighbours[node].iter().map(|(_, weight)| weight).sum::<f64>();
        let strength: Vec<f64> = (0..count).map(|node| self.inside[node] + linked(node)).collect();
        let twice_all = strength.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mut community: Vec<usize> = (0..count).collect();
        let mut total = strength.clone();
        for _ in 0..ROUNDS {
            let mut moved = false;
            for node in 0..count {
                let home = community[node];
                total[home] -= strength[node];
                let mut shared: HashMap<usize, f64> = HashMap::new();
                for &(other, weight) in &self.neighbours[node] {
                    *shared.entry(community[other]).or_default() += weight;
                }
                let gain = |to: usize, weight: f64| weight - total[to] * strength[node] / twice_all;
                let stay = gain(home, shared.get(&home).copied().unwrap_or_default());
                let best = shared.into_iter().map(|(to, weight)| (gain(to, weight), to));
                let best = best.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
                let to = best.filter(|(gain, _)| *gain > stay + 1e-9).map_or(home, |(_, to)| to);
                community[node] = to;
                total[to] += strength[node];
                moved |= to != home;
            }
            if !moved {
                break;
            }
        }
        let mut numbers = HashMap::new();
        community
            .into_iter()
            .map(|of| {
                let next = numbers.len();
                *numbers.entry(of).or_insert(next)
            })
            .collect()
    }

    /// The graph of the communities.
    fn merge(&self, community: &[usize]) -> Self {
        let count = community.iter().max().map_or(0, |most| most + 1);
        let mut inside = vec![0.0; count];
        let mut weights: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); count];
        for (node, list) in self.neighbours.iter().enumerate() {
            inside[community[node]] += self.inside[node];
            for &(other, weight) in list {
                if community[node] == community[other] {
                    inside[community[node]] += weight;
                } else {
                    *weights[community[node]].entry(community[other]).or_default() += weight;
                }
            }
        }
        Self { neighbours: weights.into_iter().map(|map| map.into_iter().collect()).collect(), inside }
    }
}

fn named_by_hub(community: &[usize], degree: &[usize]) -> Vec<usize> {
    let mut hub: HashMap<usize, usize> = HashMap::new();
    for (node, of) in community.iter().enumerate() {
        let best = hub.entry(*of).or_insert(node);
        if degree[node] > degree[*best] {
            *best = node;
        }
    }
    community.iter().map(|of| hub[of]).collect()
}
