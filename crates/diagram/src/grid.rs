//! A grid of cells with the rectangles that touch them: who is near whom without asking all.

use std::collections::HashMap;

use crate::geometry::Rect;

/// Numbers of rectangles by cell.
pub(crate) struct Grid {
    cell: f64,
    cells: HashMap<(i32, i32), Vec<usize>>,
}

impl Grid {
    /// An empty grid of square cells with sides of this length.
    pub fn new(cell: f64) -> Self {
        Self { cell, cells: HashMap::new() }
    }

    fn keys(&self, rect: &Rect) -> impl Iterator<Item = (i32, i32)> + use<> {
        let at = |value: f64| (value / self.cell).floor() as i32;
        let (left, right, top, bottom) = (at(rect.left), at(rect.right), at(rect.top), at(rect.bottom));
        (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
    }

    /// Adds a rectangle under a number.
    pub fn insert(&mut self, index: usize, rect: &Rect) {
        for key in self.keys(rect) {
            self.cells.entry(key).or_default().push(index);
        }
    }

    /// The numbers of all rectangles in the cells a rectangle touches; one in several cells comes several times.
    pub fn near(&self, rect: &Rect) -> impl Iterator<Item = usize> {
        self.keys(rect).filter_map(|key| self.cells.get(&key)).flatten().copied()
    }
}
