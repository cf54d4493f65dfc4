//! Positions by forces: the spring-electrical model on a hierarchy of coarser graphs (Hu, "Efficient, High-Quality
//! Force-Directed Graph Drawing", The Mathematica Journal 10, 2005), repulsion by a quadtree (Barnes, Hut, Nature 324, 1986).

use crate::chance::Chance;
use crate::geometry::Point;
use crate::quadtree::Quadtree;

/// Strength of repulsion; the model's own constant.
const REPULSION: f64 = 0.2;
/// A graph this small is laid out from a random start.
const COARSEST: usize = 12;

/// How strongly an edge pulls: one to a hub less than one among few, so that what belongs together is not torn apart towards what
/// everything refers to.
fn pull_of_edge(degree_a: usize, degree_b: usize) -> f64 {
    (FEW / (degree_a.max(degree_b) as f64).max(FEW)).sqrt()
}

/// A node with up to so many neighbours is no hub.
const FEW: f64 = 4.0;

/// A graph whose nodes stand for one or more nodes of a finer one.
struct Level {
    /// Neighbours with the strength of the edges between, summed.
    neighbours: Vec<Vec<(usize, f64)>>,
    /// How many of the original nodes each stands for.
    mass: Vec<f64>,
    /// For each node of the finer graph, the node here.
    of_finer: Vec<usize>,
}

/// Places the nodes of a connected graph so that linked nodes are about one unit apart and all others keep away.
/// Another seed gives another, equally good picture.
pub(crate) fn embed(neighbours: &[Vec<usize>], seed: u64) -> Vec<Point> {
    let mut chance = Chance::new(seed);
    let weighed = |list: &Vec<usize>| {
        list.iter().map(|&other| (other, pull_of_edge(list.len(), neighbours[other].len()))).collect()
    };
    let finest = Level {
        neighbours: neighbours.iter().map(weighed).collect(),
        mass: vec![1.0; neighbours.len()],
        of_finer: Vec::new(),
    };
    let mut levels = vec![finest];
    while levels[levels.len() - 1].mass.len() > COARSEST {
        let coarser = coarsen(&levels[levels.len() - 1], &mut chance);
        if coarser.mass.len() * 10 > levels[levels.len() - 1].mass.len() * 9 {
            break;
        }
        levels.push(coarser);
    }
    let count = levels[levels.len() - 1].mass.len();
    let mut points: Vec<Point> = (0..count).map(|_| Point::new(chance.centred(), chance.centred())).collect();
    for (depth, level) in levels.iter().enumerate().rev() {
        let length = if depth + 1 == levels.len() { 0.3 } else { mean_edge(level, &points) };
        settle(level, &mut points, length, if depth == 0 { 70 } else { 90 });
        if depth > 0 {
            points = level
                .of_finer
                .iter()
                .map(|&at| {
                    let point = points[at];
                    Point::new(
                        point.x * 1.3 + chance.centred() * length * 0.3,
                        point.y * 1.3 + chance.centred() * length * 0.3,
                    )
                })
                .collect();
        }
    }
    let unit = mean_edge(&levels[0], &points).max(1e-9);
    points.iter().map(|point| Point::new(point.x / unit, point.y / unit)).collect()
}

fn mean_edge(level: &Level, points: &[Point]) -> f64 {
    let (mut total, mut count) = (0.0, 0.0);
    for (node, list) in level.neighbours.iter().enumerate() {
        for &(other, _) in list {
            total += points[node].distance(points[other]);
            count += 1.0;
        }
    }
    if count == 0.0 { 1.0 } else { total / count }
}

/// Merges neighbours pairwise, lightest first; what finds no free neighbour is merged with a sibling at the same hub, so that
/// stars shrink as well.
fn coarsen(level: &Level, chance: &mut Chance) -> Level {
    let count = level.mass.len();
    let mut order: Vec<usize> = (0..count).collect();
    (1..count).rev().for_each(|at| order.swap(at, chance.below(at + 1)));
    order.sort_by(|&a, &b| level.neighbours[a].len().cmp(&level.neighbours[b].len()));
    let mut group = vec![usize::MAX; count];
    let mut groups = 0;
    let mut waiting = vec![usize::MAX; count];
    for &node in &order {
        if group[node] != usize::MAX {
            continue;
        }
        let free = level.neighbours[node].iter().filter(|(other, _)| group[*other] == usize::MAX);
        let rate = |&&(other, weight): &&(usize, f64)| weight / (level.mass[node] * level.mass[other]);
        let best = free.max_by(|a, b| rate(a).total_cmp(&rate(b)));
        if let Some(&(other, _)) = best {
            (group[node], group[other]) = (groups, groups);
            groups += 1;
        } else if let Some(&(hub, _)) = level.neighbours[node].first() {
            match std::mem::replace(&mut waiting[hub], usize::MAX) {
                usize::MAX => {
                    waiting[hub] = node;
                    group[node] = groups;
                    groups += 1;
                }
                sibling => group[node] = group[sibling],
            }
        } else {
            group[node] = groups;
            groups += 1;
        }
    }
    merge(level, group, groups)
}

fn merge(level: &Level, group: Vec<usize>, groups: usize) -> Level {
    let mut mass = vec![0.0; groups];
    let mut edges: Vec<(usize, usize, f64)> = Vec::new();
    for (node, list) in level.neighbours.iter().enumerate() {
        mass[group[node]] += level.mass[node];
        edges.extend(list.iter().map(|&(other, weight)| (group[node], group[other], weight)));
    }
    edges.retain(|(a, b, _)| a != b);
    edges.sort_by_key(|edge| (edge.0, edge.1));
    let mut neighbours: Vec<Vec<(usize, f64)>> = vec![Vec::new(); groups];
    for (a, b, weight) in edges {
        match neighbours[a].last_mut() {
            Some((other, total)) if *other == b => *total += weight,
            _ => neighbours[a].push((b, weight)),
        }
    }
    Level { neighbours, mass, of_finer: group }
}

/// Lets the forces move the nodes until they hardly do, `rounds` times at most. `length` is the springs' natural length. The
/// step grows while things get better and shrinks when they do not.
fn settle(level: &Level, points: &mut [Point], length: f64, rounds: usize) {
    let (mut step, mut energy, mut better) = (length, f64::MAX, 0);
    for _ in 0..rounds {
        let tree = Quadtree::new(points, &level.mass);
        let before = energy;
        energy = 0.0;
        for node in 0..points.len() {
            let force = force_on(level, points, &tree, node, length);
            let strength = force.x.hypot(force.y);
            energy += strength * strength;
            if strength > 0.0 {
                points[node].x += force.x / strength * step.min(strength);
                points[node].y += force.y / strength * step.min(strength);
            }
        }
        if energy < before {
            better += 1;
            if better >= 5 {
                (step, better) = (step / 0.9, 0);
            }
        } else {
            (step, better) = (step * 0.9, 0);
        }
        if step < length * 0.004 {
            return;
        }
    }
}

fn force_on(level: &Level, points: &[Point], tree: &Quadtree, node: usize, length: f64) -> Point {
    let here = points[node];
    let mut force = tree.repulsion(here, REPULSION * length * length);
    for &(other, weight) in &level.neighbours[node] {
        let (dx, dy) = (points[other].x - here.x, points[other].y - here.y);
        let pull = weight * dx.hypot(dy) / length;
        force.x += dx * pull;
        force.y += dy * pull;
    }
    force
}
