//! How many pairs of straight links cross: the measure by which layouts are compared.

use crate::geometry::Point;

/// Counts the pairs of edges without a common end whose straight lines between the given points cross. A sweep over the
/// edges sorted by their left end keeps it far from all pairs.
pub fn count_crossings(points: &[Point], edges: &[(usize, usize)]) -> usize {
    let mut sorted: Vec<(usize, usize)> = edges.to_vec();
    let left = |edge: &(usize, usize)| points[edge.0].x.min(points[edge.1].x);
    sorted.sort_by(|a, b| left(a).total_cmp(&left(b)));
    let mut crossings = 0;
    for (at, edge) in sorted.iter().enumerate() {
        let right = points[edge.0].x.max(points[edge.1].x);
        for other in &sorted[at + 1..] {
            if left(other) > right {
                break;
            }
            crossings += usize::from(cross(points, *edge, *other));
        }
    }
    crossings
}

/// Whether two edges cross at an inner point.
pub(crate) fn cross(points: &[Point], (a, b): (usize, usize), (c, d): (usize, usize)) -> bool {
    if a == c || a == d || b == c || b == d {
        return false;
    }
    let (a, b, c, d) = (points[a], points[b], points[c], points[d]);
    let (above, below) = (a.y.min(b.y), a.y.max(b.y));
    if above > c.y.max(d.y) || below < c.y.min(d.y) {
        return false;
    }
    turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
}

/// Positive when `c` lies to the left of the line from `a` to `b`.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}
