//! Fewer crossings by moving single nodes: each is tried at a few places around its neighbours and stays where its links cross the
//! least. Hubs stay; what hangs on them moves.

use crate::chance::Chance;
use crate::crossings::cross;
use crate::geometry::Point;

/// Nodes with more neighbours are where they are for good reason.
const MOST_NEIGHBOURS: usize = 6;
const TRIES: usize = 8;
/// Nearer to another node than this (in mean link lengths) no place is taken, or room would have to be made afterwards.
const NEAREST: f64 = 0.15;

/// Goes once over all nodes of a graph whose mean link length is one.
pub(crate) fn improve(points: &mut [Point], neighbours: &[Vec<usize>], edges: &[(usize, usize)], seed: u64) {
    let mut chance = Chance::new(seed ^ 0x1f);
    for node in 0..points.len() {
        let near = &neighbours[node];
        if near.is_empty() || near.len() > MOST_NEIGHBOURS {
            continue;
        }
        let before = crossings_at(points, near, edges, node, usize::MAX);
        if before == 0 {
            continue;
        }
        let home = points[node];
        let count = near.len() as f64;
        let middle = near
            .iter()
            .fold(Point::default(), |sum, &it| Point::new(sum.x + points[it].x, sum.y + points[it].y));
        let middle = Point::new(middle.x / count, middle.y / count);
        let (mut best, mut place) = (before, home);
        for _ in 0..TRIES {
            let reach = 0.4 + 1.2 * (chance.centred() + 0.5);
            let angle = chance.centred() * std::f64::consts::TAU;
            let tried = Point::new(middle.x + reach * angle.cos(), middle.y + reach * angle.sin());
            if points.iter().enumerate().any(|(at, point)| at != node && point.distance(tried) < NEAREST) {
                continue;
            }
            points[node] = tried;
            let crossings = crossings_at(points, near, edges, node, best);
            if crossings < best {
                (best, place) = (crossings, tried);
            }
        }
        points[node] = place;
    }
}

/// Crossings of the links at a node, counted only as far as they could still be fewer than `limit`.
fn crossings_at(
    points: &[Point],
    near: &[usize],
    edges: &[(usize, usize)],
    node: usize,
    limit: usize,
) -> usize {
    let mut count = 0;
    for &other in near {
        let (a, b) = (points[node], points[other]);
        let (left, right) = (a.x.min(b.x), a.x.max(b.x));
        for &edge in edges {
            let (c, d) = (points[edge.0].x, points[edge.1].x);
            if c.min(d) <= right && c.max(d) >= left && cross(points, (node, other), edge) {
                count += 1;
            }
        }
        if count >= limit {
            return count;
        }
    }
    count
}
