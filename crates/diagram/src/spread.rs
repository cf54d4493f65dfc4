//! Makes room for boxes while what is near stays near: every box keeps its distance to its neighbours on the plane, and only
//! pairs that overlap are asked to be further apart. After PRISM (Gansner, Hu, "Efficient, Proximity-Preserving Node Overlap
//! Removal", JGAA 14(1), 2010), with nearest neighbours in place of a triangulation and gradient steps in place of solving.

use crate::geometry::{Point, Size};
use crate::legalize::GAP;

/// Who is next to whom changes slowly; it is looked at again every so many rounds.
const REFRESH: usize = 6;
const NEIGHBOURS: usize = 7;
/// No distance grows by more than this in a round.
const GROWTH: f64 = 1.5;
/// A little more than needed, so that it ends.
const ASK: f64 = 1.03;
/// How much is pressed together at once, and how often overlaps are worked on in between.
const PRESS: f64 = 0.93;
const ROUNDS_A_PRESS: usize = 6;
const LAST_ROUNDS: usize = 60;

/// Moves centres until hardly any two boxes overlap. Starts `loose` times as wide as wanted, where little overlaps, and presses
/// together step by step: dense places resist and empty ones close, while who is next to whom stays.
pub(crate) fn spread(centres: &mut [Point], sizes: &[Size], loose: f64) {
    let mut width = loose.max(1.0);
    scale(centres, width);
    let mut springs = Springs::default();
    while width * PRESS >= 1.0 {
        springs.relax(centres, sizes, ROUNDS_A_PRESS);
        scale(centres, PRESS);
        width *= PRESS;
    }
    springs.relax(centres, sizes, LAST_ROUNDS);
}

fn scale(centres: &mut [Point], factor: f64) {
    centres.iter_mut().for_each(|centre| *centre = Point::new(centre.x * factor, centre.y * factor));
}

/// Pairs of neighbours, remembered between rounds.
#[derive(Default)]
struct Springs {
    near: Vec<(usize, usize)>,
    age: usize,
}

impl Springs {
    /// Works on overlaps for some rounds, or until there are none.
    fn relax(&mut self, centres: &mut [Point], sizes: &[Size], rounds: usize) {
        for _ in 0..rounds {
            let order = by_x(centres);
            let overlapping = overlapping_pairs(centres, sizes, &order);
            if overlapping.is_empty() {
                return;
            }
            if self.age.is_multiple_of(REFRESH) {
                self.near = nearest_pairs(centres, &order);
            }
            self.age += 1;
            let kept = self.near.iter().filter(|&&(a, b)| growth_factor(centres, sizes, a, b) <= 1.0);
            let kept =
                kept.map(|&(a, b)| Spring { a, b, wanted: centres[a].distance(centres[b]), step: 0.25 });
            let grown = overlapping.iter().map(|&(a, b, factor)| {
                let distance = centres[a].distance(centres[b]).max(1.0);
                Spring { a, b, wanted: distance * (factor * ASK).min(GROWTH), step: 0.5 }
            });
            let springs: Vec<Spring> = kept.chain(grown).collect();
            for _ in 0..4 {
                springs.iter().for_each(|spring| spring.relax(centres));
            }
        }
    }
}

/// Two boxes and the distance they are to have.
struct Spring {
    a: usize,
    b: usize,
    wanted: f64,
    step: f64,
}

impl Spring {
    fn relax(&self, centres: &mut [Point]) {
        let (a, b) = (centres[self.a], centres[self.b]);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy).max(1e-6);
        let push = self.step * (self.wanted - length) / (2.0 * length);
        centres[self.a] = Point::new(a.x - dx * push, a.y - dy * push);
        centres[self.b] = Point::new(b.x + dx * push, b.y + dy * push);
    }
}

fn by_x(centres: &[Point]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| centres[a].x.total_cmp(&centres[b].x));
    order
}

/// All pairs of boxes that overlap, each with the factor by which their distance must grow.
fn overlapping_pairs(centres: &[Point], sizes: &[Size], order: &[usize]) -> Vec<(usize, usize, f64)> {
    let widest = sizes.iter().map(|size| size.width).fold(0.0, f64::max) + GAP;
    let mut pairs = Vec::new();
    for (at, &one) in order.iter().enumerate() {
        for &other in order[at + 1..].iter().take_while(|&&other| centres[other].x - centres[one].x < widest)
        {
            let factor = growth_factor(centres, sizes, one, other);
            if factor > 1.0 {
                pairs.push((one, other, factor));
            }
        }
    }
    pairs
}

/// Every box with its nearest neighbours, each pair once. Looks to both sides along x until nothing nearer can come.
fn nearest_pairs(centres: &[Point], order: &[usize]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::with_capacity(centres.len() * NEIGHBOURS);
    for (at, &one) in order.iter().enumerate() {
        let mut near = [(f64::MAX, usize::MAX); NEIGHBOURS];
        let mut consider = |other: usize| {
            let furthest = near[NEIGHBOURS - 1].0;
            if (centres[other].x - centres[one].x).abs() > furthest {
                return false;
            }
            let distance = centres[one].distance(centres[other]);
            if distance < furthest {
                let place = near.partition_point(|&(nearer, _)| nearer < distance);
                near[place..].rotate_right(1);
                near[place] = (distance, other);
            }
            true
        };
        let _ = order[at + 1..].iter().all(|&other| consider(other));
        let _ = order[..at].iter().rev().all(|&other| consider(other));
        pairs.extend(
            near.iter()
                .filter(|(_, other)| *other != usize::MAX)
                .map(|&(_, other)| (one.min(other), one.max(other))),
        );
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn growth_factor(centres: &[Point], sizes: &[Size], one: usize, two: usize) -> f64 {
    let dx = (centres[one].x - centres[two].x).abs().max(1e-6);
    let dy = (centres[one].y - centres[two].y).abs().max(1e-6);
    let need_x = (sizes[one].width + sizes[two].width) / 2.0 + GAP;
    let need_y = (sizes[one].height + sizes[two].height) / 2.0 + GAP;
    (need_x / dx).min(need_y / dy).max(1.0)
}
