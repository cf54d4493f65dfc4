//! Takes overlaps away and keeps what is next to what.
//!
//! First boxes push each other apart along the shorter way until they are (nearly) free; then whatever still overlaps is put on
//! the nearest free place, the middle first. The second step always ends without an overlap.

use std::collections::HashMap;

use crate::geometry::{Point, Rect, Size};
use crate::grid::Grid;

/// The free space between two boxes, at least.
pub(crate) const GAP: f64 = 36.0;
const ROUNDS: usize = 60;

fn cell_size(sizes: &[Size]) -> f64 {
    let mean = sizes.iter().map(|size| size.width.max(size.height)).sum::<f64>() / sizes.len().max(1) as f64;
    mean + GAP
}

/// Moves centres so that no two boxes of the given sizes are closer than [`GAP`].
pub(crate) fn separate(centres: &mut [Point], sizes: &[Size]) {
    if centres.len() < 2 {
        return;
    }
    for round in 0..ROUNDS {
        if !push_apart(centres, sizes, round) {
            return;
        }
    }
    settle(centres, sizes);
}

/// One round of pushing; whether anything overlapped. Sorted by left edge, so that only boxes side by side are compared.
fn push_apart(centres: &mut [Point], sizes: &[Size], round: usize) -> bool {
    let mut order: Vec<usize> = (0..centres.len()).collect();
    let left = |at: usize, centres: &[Point]| centres[at].x - sizes[at].width / 2.0;
    order.sort_by(|&a, &b| left(a, centres).total_cmp(&left(b, centres)));
    let widest = sizes.iter().map(|size| size.width).fold(0.0, f64::max);
    let mut moved = false;
    for at in 0..order.len() {
        let one = order[at];
        let limit = centres[one].x + sizes[one].width / 2.0 + GAP + widest * 0.5;
        for &two in &order[at + 1..] {
            if left(two, centres) > limit {
                break;
            }
            moved |= push_pair(centres, sizes, one, two, round);
        }
    }
    moved
}

fn push_pair(centres: &mut [Point], sizes: &[Size], one: usize, two: usize, round: usize) -> bool {
    let (a, b) = (centres[one], centres[two]);
    let need_x = (sizes[one].width + sizes[two].width) / 2.0 + GAP;
    let need_y = (sizes[one].height + sizes[two].height) / 2.0 + GAP;
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (over_x, over_y) = (need_x - dx.abs(), need_y - dy.abs());
    if over_x <= 1e-6 || over_y <= 1e-6 {
        return false;
    }
    // Two boxes on the very same spot are told apart by their numbers.
    let sign = |value: f64, other: bool| {
        if value != 0.0 {
            value.signum()
        } else if other {
            1.0
        } else {
            -1.0
        }
    };
    let share = 0.5 + 0.002 * (round % 3) as f64;
    if over_x < over_y {
        let push = (over_x * share + 1e-6) * sign(dx, one < two);
        centres[one].x -= push;
        centres[two].x += push;
    } else {
        let push = (over_y * share + 1e-6) * sign(dy, one < two);
        centres[one].y -= push;
        centres[two].y += push;
    }
    true
}

/// Puts boxes that still overlap on the nearest free place, from the middle outwards.
fn settle(centres: &mut [Point], sizes: &[Size]) {
    let count = centres.len() as f64;
    let middle = Point::new(
        centres.iter().map(|p| p.x).sum::<f64>() / count,
        centres.iter().map(|p| p.y).sum::<f64>() / count,
    );
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| {
        centres[a].distance(middle).total_cmp(&centres[b].distance(middle)).then(a.cmp(&b))
    });
    let mut placed = Placed::new(sizes);
    for at in order {
        centres[at] = placed.place(centres[at], sizes[at]);
    }
}

/// Boxes that stand, and the search for a free place beside them.
pub(crate) struct Placed {
    grid: Grid,
    rects: Vec<Rect>,
    /// From which ring on there may be room, by the place that was wanted and the size in steps.
    full: HashMap<(i64, i64, i64, i64), usize>,
}

/// Sizes are told apart in steps of so many pixels when rings that are full are remembered.
const SIZE_STEP: f64 = 80.0;

impl Placed {
    pub fn new(sizes: &[Size]) -> Self {
        Self { grid: Grid::new(cell_size(sizes)), rects: Vec::new(), full: HashMap::new() }
    }

    /// Takes a box as standing, wherever it is.
    pub fn occupy(&mut self, rect: Rect) {
        self.grid.insert(self.rects.len(), &rect);
        self.rects.push(rect);
    }

    fn is_free(&self, rect: &Rect) -> bool {
        let around = Rect {
            left: rect.left - GAP,
            top: rect.top - GAP,
            right: rect.right + GAP,
            bottom: rect.bottom + GAP,
        };
        !self.grid.near(&around).any(|other| rect.overlaps(&self.rects[other], GAP - 1e-3))
    }

    /// Places a box as near to `wanted` (its centre) as there is room, and returns the centre it got. Looks along rings of
    /// growing radius; there is always room outside of everything that stands. Rings that had no room for a box of about this
    /// size around the same place are not looked at again, or a thousand boxes at one hub would take a million looks each.
    pub fn place(&mut self, wanted: Point, size: Size) -> Point {
        let step = (size.width.min(size.height) / 3.0).max(12.0);
        let whole = |value: f64| value.round() as i64;
        let key =
            (whole(wanted.x), whole(wanted.y), whole(size.width / SIZE_STEP), whole(size.height / SIZE_STEP));
        let mut ring = self.full.get(&key).copied().unwrap_or(0);
        loop {
            let radius = ring as f64 * step;
            let points = (ring * 8).max(1);
            let candidate = (0..points)
                .map(|at| {
                    let angle = at as f64 / points as f64 * std::f64::consts::TAU;
                    Point::new(wanted.x + radius * angle.cos(), wanted.y + radius * angle.sin())
                })
                .find(|&centre| self.is_free(&Rect::around(centre, size)));
            if let Some(centre) = candidate {
                self.occupy(Rect::around(centre, size));
                self.full.insert(key, ring);
                return centre;
            }
            ring += 1;
        }
    }
}
