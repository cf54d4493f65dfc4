//! Takes overlaps away and keeps what is next to what.
//!
//! First boxes push each other apart along the shorter way until they are (nearly) free; then whatever still overlaps is put on
//! the nearest free place, the middle first. The second step always ends without an overlap.

use crate::geometry::{Point, Rect, Size};

/// The free space between two boxes, at least.
pub(crate) const GAP: f64 = 36.0;
const ROUNDS: usize = 60;

/// A grid of cells with the boxes that touch them.
struct Grid {
    cell: f64,
    cells: std::collections::HashMap<(i32, i32), Vec<usize>>,
}

impl Grid {
    fn new(cell: f64) -> Self {
        Self { cell, cells: std::collections::HashMap::new() }
    }

    fn keys(&self, rect: &Rect) -> impl Iterator<Item = (i32, i32)> + use<> {
        let at = |value: f64| (value / self.cell).floor() as i32;
        let (left, right, top, bottom) =
            (at(rect.left - GAP), at(rect.right + GAP), at(rect.top - GAP), at(rect.bottom + GAP));
        (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
    }

    fn insert(&mut self, index: usize, rect: &Rect) {
        for key in self.keys(rect).collect::<Vec<_>>() {
            self.cells.entry(key).or_default().push(index);
        }
    }

    /// Whether any box in the cells around fits the question. A box in several cells may be asked about more than once.
    fn any_near(&self, rect: &Rect, fits: impl Fn(usize) -> bool) -> bool {
        self.keys(rect).filter_map(|key| self.cells.get(&key)).flatten().any(|&index| fits(index))
    }
}

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
}

impl Placed {
    pub fn new(sizes: &[Size]) -> Self {
        Self { grid: Grid::new(cell_size(sizes)), rects: Vec::new() }
    }

    /// Takes a box as standing, wherever it is.
    pub fn occupy(&mut self, rect: Rect) {
        self.grid.insert(self.rects.len(), &rect);
        self.rects.push(rect);
    }

    fn is_free(&self, rect: &Rect) -> bool {
        !self.grid.any_near(rect, |other| rect.overlaps(&self.rects[other], GAP - 1e-3))
    }

    /// Places a box as near to `wanted` (its centre) as there is room, and returns the centre it got. Looks along rings of
    /// growing radius; there is always room outside of everything that stands.
    pub fn place(&mut self, wanted: Point, size: Size) -> Point {
        let step = (size.width.min(size.height) / 3.0).max(12.0);
        let mut ring = 0_usize;
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
                return centre;
            }
            ring += 1;
        }
    }
}
