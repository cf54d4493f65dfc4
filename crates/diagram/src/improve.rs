//! Fewer crossings by moving single nodes: each is tried at a few places around its neighbours and stays where its links cross the
//! least. Hubs stay; what hangs on them moves.

use crate::chance::Chance;
use crate::crossings::Lines;
use crate::geometry::Point;

/// Nodes with more neighbours are where they are for good reason.
const MOST_NEIGHBOURS: usize = 8;
const TRIES: usize = 6;
/// The time for it grows with nodes times links; larger pictures do without.
const MOST_NODES: usize = 4000;
/// Nearer to another node than this (in mean link lengths) no place is taken, or room would have to be made afterwards.
const NEAREST: f64 = 0.15;

/// Goes over all nodes of a graph whose mean link length is one, `rounds` times.
pub(crate) fn improve(
    points: &mut [Point],
    neighbours: &[Vec<usize>],
    edges: &[(usize, usize)],
    rounds: usize,
    seed: u64,
) {
    if points.len() > MOST_NODES {
        return;
    }
    let mut chance = Chance::new(seed ^ 0x1f);
    let mut lines = Lines::new(points, edges);
    for round in 0..rounds {
        let reach = 1.6 / (1.0 + 0.3 * round as f64);
        for (node, near) in neighbours.iter().enumerate() {
            if !near.is_empty() && near.len() <= MOST_NEIGHBOURS {
                improve_one(points, near, &mut lines, node, reach, &mut chance);
            }
        }
    }
}

fn improve_one(
    points: &mut [Point],
    near: &[usize],
    lines: &mut Lines,
    node: usize,
    reach: f64,
    chance: &mut Chance,
) {
    let before = lines.crossings_at(node, u32::MAX);
    if before == 0 {
        return;
    }
    let count = near.len() as f64;
    let middle =
        near.iter().fold(Point::default(), |sum, &it| Point::new(sum.x + points[it].x, sum.y + points[it].y));
    let middle = Point::new(middle.x / count, middle.y / count);
    let (mut best, mut place) = (before, points[node]);
    for _ in 0..TRIES {
        let away = reach * (0.25 + 0.75 * (chance.centred() + 0.5));
        let angle = chance.centred() * std::f64::consts::TAU;
        let tried = Point::new(middle.x + away * angle.cos(), middle.y + away * angle.sin());
        let is_near =
            |point: &Point| (point.x - tried.x).powi(2) + (point.y - tried.y).powi(2) < NEAREST * NEAREST;
        if points.iter().enumerate().any(|(at, point)| at != node && is_near(point)) {
            continue;
        }
        lines.set(node, tried);
        let crossings = lines.crossings_at(node, best);
        if crossings < best {
            (best, place) = (crossings, tried);
        }
    }
    lines.set(node, place);
    points[node] = place;
}
