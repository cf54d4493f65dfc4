//! Makes room for boxes while what is near stays near: every box keeps its distance to its neighbours in a triangulation of the
//! plane, and only pairs that overlap are asked to be further apart (PRISM: Gansner, Hu, "Efficient, Proximity-Preserving Node
//! Overlap Removal", JGAA 14(1), 2010). Each round is one step of stress majorization, solved by conjugate gradients.

use crate::geometry::{Point, Size};
use crate::legalize::GAP;

/// No distance grows by more than this in a round.
const GROWTH: f64 = 1.5;
/// A little more than needed, so that it ends.
const ASK: f64 = 1.01;
const ROUNDS: usize = 120;
const SOLVER_STEPS: usize = 24;

/// Moves centres until hardly any two boxes overlap.
pub(crate) fn spread(centres: &mut [Point], sizes: &[Size]) {
    if centres.len() < 2 {
        return;
    }
    let mut all_pairs = false;
    for _ in 0..ROUNDS {
        let mut pairs = neighbours(centres);
        if all_pairs {
            pairs.extend(overlapping_pairs(centres, sizes));
            pairs.sort_unstable();
            pairs.dedup();
        }
        let mut grown = 0;
        let springs: Vec<Spring> = pairs
            .into_iter()
            .map(|(a, b)| {
                let factor = growth_factor(centres, sizes, a, b);
                grown += usize::from(factor > 1.0);
                let distance = centres[a].distance(centres[b]).max(1.0);
                let factor = if factor > 1.0 { (factor * ASK).min(GROWTH) } else { 1.0 };
                Spring { a, b, wanted: distance * factor }
            })
            .collect();
        if grown == 0 {
            if all_pairs {
                return;
            }
            all_pairs = true;
            continue;
        }
        majorize(centres, &springs);
    }
}

/// Two boxes and the distance they are to have.
struct Spring {
    a: usize,
    b: usize,
    wanted: f64,
}

/// One step of stress majorization with weights 1/d²: solves for the positions whose differences come nearest to the present
/// directions at the wanted lengths.
fn majorize(centres: &mut [Point], springs: &[Spring]) {
    let count = centres.len();
    let weights: Vec<f64> = springs.iter().map(|spring| 1.0 / (spring.wanted * spring.wanted)).collect();
    let mut diagonal = vec![0.0; count];
    let mut wanted = vec![Point::default(); count];
    for (spring, weight) in springs.iter().zip(&weights) {
        diagonal[spring.a] += weight;
        diagonal[spring.b] += weight;
        let (a, b) = (centres[spring.a], centres[spring.b]);
        let pull = weight * spring.wanted / a.distance(b).max(1e-6);
        let (dx, dy) = ((a.x - b.x) * pull, (a.y - b.y) * pull);
        wanted[spring.a] = Point::new(wanted[spring.a].x + dx, wanted[spring.a].y + dy);
        wanted[spring.b] = Point::new(wanted[spring.b].x - dx, wanted[spring.b].y - dy);
    }
    let apply = |points: &[Point]| {
        let mut out: Vec<Point> =
            points.iter().zip(&diagonal).map(|(p, d)| Point::new(p.x * d, p.y * d)).collect();
        for (spring, weight) in springs.iter().zip(&weights) {
            let (a, b) = (points[spring.a], points[spring.b]);
            out[spring.a].x -= weight * b.x;
            out[spring.a].y -= weight * b.y;
            out[spring.b].x -= weight * a.x;
            out[spring.b].y -= weight * a.y;
        }
        out
    };
    conjugate_gradients(centres, &wanted, &diagonal, apply);
}

/// Solves both coordinates at once, from the present positions, with the diagonal as preconditioner.
fn conjugate_gradients(
    solution: &mut [Point],
    wanted: &[Point],
    diagonal: &[f64],
    apply: impl Fn(&[Point]) -> Vec<Point>,
) {
    let dot = |a: &[Point], b: &[Point]| {
        a.iter().zip(b).fold(Point::default(), |sum, (p, q)| Point::new(sum.x + p.x * q.x, sum.y + p.y * q.y))
    };
    let ease = |residual: &[Point]| -> Vec<Point> {
        residual
            .iter()
            .zip(diagonal)
            .map(|(p, d)| Point::new(p.x / d.max(1e-12), p.y / d.max(1e-12)))
            .collect()
    };
    let product = apply(solution);
    let mut residual: Vec<Point> =
        wanted.iter().zip(&product).map(|(w, p)| Point::new(w.x - p.x, w.y - p.y)).collect();
    let mut eased = ease(&residual);
    let mut direction = eased.clone();
    let mut strength = dot(&residual, &eased);
    let enough = Point::new(strength.x * 1e-6, strength.y * 1e-6);
    for _ in 0..SOLVER_STEPS {
        if strength.x <= enough.x && strength.y <= enough.y {
            return;
        }
        let product = apply(&direction);
        let along = dot(&direction, &product);
        let step = Point::new(strength.x / along.x.max(1e-300), strength.y / along.y.max(1e-300));
        for at in 0..solution.len() {
            solution[at].x += step.x * direction[at].x;
            solution[at].y += step.y * direction[at].y;
            residual[at].x -= step.x * product[at].x;
            residual[at].y -= step.y * product[at].y;
        }
        eased = ease(&residual);
        let next = dot(&residual, &eased);
        let keep = Point::new(next.x / strength.x.max(1e-300), next.y / strength.y.max(1e-300));
        for (direction, eased) in direction.iter_mut().zip(&eased) {
            *direction = Point::new(eased.x + keep.x * direction.x, eased.y + keep.y * direction.y);
        }
        strength = next;
    }
}

/// The edges of a Delaunay triangulation of the centres; a chain along a line where they all lie on one.
fn neighbours(centres: &[Point]) -> Vec<(usize, usize)> {
    let points: Vec<delaunator::Point> =
        centres.iter().map(|point| delaunator::Point { x: point.x, y: point.y }).collect();
    let triangulation = delaunator::triangulate(&points);
    let mut pairs: Vec<(usize, usize)> = triangulation
        .triangles
        .chunks_exact(3)
        .flat_map(|corners| [(corners[0], corners[1]), (corners[1], corners[2]), (corners[2], corners[0])])
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    if pairs.is_empty() {
        let mut order: Vec<usize> = (0..centres.len()).collect();
        order.sort_by(|&a, &b| {
            (centres[a].x, centres[a].y)
                .partial_cmp(&(centres[b].x, centres[b].y))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        pairs = order.windows(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1]))).collect();
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// All pairs of boxes that overlap.
fn overlapping_pairs(centres: &[Point], sizes: &[Size]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| centres[a].x.total_cmp(&centres[b].x));
    let widest = sizes.iter().map(|size| size.width).fold(0.0, f64::max) + GAP;
    let mut pairs = Vec::new();
    for (at, &one) in order.iter().enumerate() {
        for &other in order[at + 1..].iter().take_while(|&&other| centres[other].x - centres[one].x < widest)
        {
            if growth_factor(centres, sizes, one, other) > 1.0 {
                pairs.push((one.min(other), one.max(other)));
            }
        }
    }
    pairs
}

/// The factor by which the distance of two boxes must grow for them not to overlap; 1 when they do not.
fn growth_factor(centres: &[Point], sizes: &[Size], one: usize, two: usize) -> f64 {
    let dx = (centres[one].x - centres[two].x).abs().max(1e-6);
    let dy = (centres[one].y - centres[two].y).abs().max(1e-6);
    let need_x = (sizes[one].width + sizes[two].width) / 2.0 + GAP;
    let need_y = (sizes[one].height + sizes[two].height) / 2.0 + GAP;
    (need_x / dx).min(need_y / dy).max(1.0)
}
