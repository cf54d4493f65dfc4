//! A quadtree over weighted points: far groups act as one.

use crate::geometry::Point;

/// A group counts as far when it is wider than this share of its distance.
const OPENING: f64 = 0.8;
const DEEPEST: usize = 24;

struct Cell {
    centre: Point,
    mass: f64,
    width: f64,
    /// First child and their number, in one run.
    children: (u32, u32),
}

/// The tree, as cells in one list; the root comes first.
pub(crate) struct Quadtree {
    cells: Vec<Cell>,
}

impl Quadtree {
    /// Builds the tree over points with masses.
    pub fn new(points: &[Point], mass: &[f64]) -> Self {
        let mut indices: Vec<u32> = (0..points.len() as u32).collect();
        let (mut low, mut high) = (Point::new(f64::MAX, f64::MAX), Point::new(f64::MIN, f64::MIN));
        for point in points {
            low = Point::new(low.x.min(point.x), low.y.min(point.y));
            high = Point::new(high.x.max(point.x), high.y.max(point.y));
        }
        let width = (high.x - low.x).max(high.y - low.y).max(1e-9);
        let mut tree = Self { cells: Vec::with_capacity(points.len() * 2) };
        if !points.is_empty() {
            tree.cells.push(Cell { centre: low, mass: 0.0, width, children: (0, 0) });
            tree.fill(0, &mut indices, points, mass, low, DEEPEST);
        }
        tree
    }

    fn fill(
        &mut self,
        cell: usize,
        indices: &mut [u32],
        points: &[Point],
        mass: &[f64],
        low: Point,
        depth: usize,
    ) {
        let (mut total, mut x, mut y) = (0.0, 0.0, 0.0);
        for &index in indices.iter() {
            let (point, weight) = (points[index as usize], mass[index as usize]);
            total += weight;
            x += point.x * weight;
            y += point.y * weight;
        }
        self.cells[cell].mass = total;
        self.cells[cell].centre = Point::new(x / total, y / total);
        if indices.len() < 2 || depth == 0 {
            self.cells[cell].width = 0.0;
            return;
        }
        let half = self.cells[cell].width / 2.0;
        let (middle_x, middle_y) = (low.x + half, low.y + half);
        let split_y = partition(indices, |index| points[index as usize].y < middle_y);
        let (upper, lower) = indices.split_at_mut(split_y);
        let mut quarters: Vec<(&mut [u32], Point)> = Vec::with_capacity(4);
        for (rows, y) in [(upper, low.y), (lower, middle_y)] {
            let split_x = partition(rows, |index| points[index as usize].x < middle_x);
            let (left, right) = rows.split_at_mut(split_x);
            quarters.push((left, Point::new(low.x, y)));
            quarters.push((right, Point::new(middle_x, y)));
        }
        quarters.retain(|(indices, _)| !indices.is_empty());
        let first = self.cells.len();
        self.cells[cell].children = (first as u32, quarters.len() as u32);
        for _ in &quarters {
            self.cells.push(Cell { centre: low, mass: 0.0, width: half, children: (0, 0) });
        }
        for (at, (indices, corner)) in quarters.into_iter().enumerate() {
            self.fill(first + at, indices, points, mass, corner, depth - 1);
        }
    }

    /// The sum of `strength · mass / distance` away from everything.
    pub fn repulsion(&self, here: Point, strength: f64) -> Point {
        let mut force = Point::default();
        let mut stack = [0_u32; 128];
        let mut top = usize::from(!self.cells.is_empty());
        while top > 0 {
            top -= 1;
            let cell = &self.cells[stack[top] as usize];
            let (dx, dy) = (here.x - cell.centre.x, here.y - cell.centre.y);
            let square = dx * dx + dy * dy;
            if cell.width * cell.width < OPENING * OPENING * square || cell.children.1 == 0 {
                if square > 1e-18 {
                    let push = strength * cell.mass / square;
                    force.x += dx * push;
                    force.y += dy * push;
                }
                continue;
            }
            for child in cell.children.0..cell.children.0 + cell.children.1 {
                stack[top] = child;
                top += 1;
            }
        }
        force
    }
}

/// Moves what fits to the front; returns how much fits.
fn partition(indices: &mut [u32], fits: impl Fn(u32) -> bool) -> usize {
    let mut front = 0;
    for at in 0..indices.len() {
        if fits(indices[at]) {
            indices.swap(front, at);
            front += 1;
        }
    }
    front
}
