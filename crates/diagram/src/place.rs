//! New boxes beside old ones: what stands does not move.

use std::collections::BinaryHeap;

use crate::geometry::{Point, Rect, Size};
use crate::graph::{Diagram, Link};
use crate::layout::{arrange, bounds};
use crate::legalize::Placed;

/// Space between the picture and what is put below it.
const MARGIN: f64 = 120.0;

/// Completes positions after the diagram has changed. Boxes with a position keep it exactly. A new box that is linked with
/// what stands, directly or through other new ones, is put on the nearest free place to the middle of its placed neighbours,
/// those with the most of them first. New boxes that are tied to nothing that stands are laid out by themselves, below.
pub fn place_missing(diagram: &Diagram, known: &[Option<Point>]) -> Vec<Point> {
    if known.iter().all(Option::is_none) {
        return arrange(diagram);
    }
    let sizes = diagram.sizes();
    let mut placing = Placing::new(diagram, known, &sizes);
    placing.place_tied();
    let mut corners: Vec<Option<Point>> = known.to_vec();
    for (index, centre) in placing.centres.iter().enumerate() {
        if let (None, Some(centre)) = (known[index], centre) {
            let size = sizes[index];
            corners[index] =
                Some(Point::new((centre.x - size.width / 2.0).ceil(), (centre.y - size.height / 2.0).ceil()));
        }
    }
    place_apart(diagram, &sizes, &mut corners);
    corners.into_iter().map(Option::unwrap_or_default).collect()
}

struct Placing<'s> {
    sizes: &'s [Size],
    neighbours: Vec<Vec<usize>>,
    centres: Vec<Option<Point>>,
    placed: Placed,
}

impl<'s> Placing<'s> {
    fn new(diagram: &Diagram, known: &[Option<Point>], sizes: &'s [Size]) -> Self {
        let rects =
            known.iter().zip(sizes).map(|(corner, &size)| corner.map(|corner| Rect::at(corner, size)));
        let rects: Vec<Option<Rect>> = rects.collect();
        let mut placed = Placed::new(sizes);
        rects.iter().flatten().for_each(|rect| placed.occupy(*rect));
        let mut neighbours = vec![Vec::new(); sizes.len()];
        for (a, b) in diagram.edges() {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        let centres = rects.iter().map(|rect| rect.map(|rect| rect.centre())).collect();
        Self { sizes, neighbours, centres, placed }
    }

    fn tied(&self, index: usize) -> usize {
        self.neighbours[index].iter().filter(|&&other| self.centres[other].is_some()).count()
    }

    /// Places everything that can be reached from what stands. A box is queued again whenever a neighbour is placed; of its
    /// entries the one with the most neighbours comes first, and the others find it placed.
    fn place_tied(&mut self) {
        let missing = (0..self.sizes.len()).filter(|&index| self.centres[index].is_none());
        let waiting = missing.map(|index| (self.tied(index), std::cmp::Reverse(index)));
        let mut waiting: BinaryHeap<_> = waiting.filter(|(tied, _)| *tied > 0).collect();
        while let Some((_, std::cmp::Reverse(index))) = waiting.pop() {
            if self.centres[index].is_some() {
                continue;
            }
            let wanted = self.middle_of_neighbours(index);
            self.centres[index] = Some(self.placed.place(wanted, self.sizes[index]));
            for &other in &self.neighbours[index] {
                if self.centres[other].is_none() {
                    waiting.push((self.tied(other), std::cmp::Reverse(other)));
                }
            }
        }
    }

    fn middle_of_neighbours(&self, index: usize) -> Point {
        let placed: Vec<Point> =
            self.neighbours[index].iter().filter_map(|&other| self.centres[other]).collect();
        let count = placed.len().max(1) as f64;
        Point::new(
            placed.iter().map(|p| p.x).sum::<f64>() / count,
            placed.iter().map(|p| p.y).sum::<f64>() / count,
        )
    }
}

/// Lays out what has no place yet as a picture of its own, below the one that stands.
fn place_apart(diagram: &Diagram, sizes: &[Size], corners: &mut [Option<Point>]) {
    let apart: Vec<usize> = (0..corners.len()).filter(|&index| corners[index].is_none()).collect();
    if apart.is_empty() {
        return;
    }
    let mut local = vec![usize::MAX; corners.len()];
    apart.iter().enumerate().for_each(|(at, &index)| local[index] = at);
    let is_apart = |link: &&Link| local[link.from] != usize::MAX && local[link.to] != usize::MAX;
    let part = Diagram {
        boxes: apart.iter().map(|&index| diagram.boxes[index].clone()).collect(),
        links: diagram
            .links
            .iter()
            .filter(is_apart)
            .map(|link| Link { from: local[link.from], to: local[link.to], ..link.clone() })
            .collect(),
    };
    let standing =
        corners.iter().zip(sizes).filter_map(|(corner, &size)| corner.map(|corner| Rect::at(corner, size)));
    let all = standing.reduce(Rect::union).unwrap_or_default();
    let places = arrange(&part);
    let own = bounds(&places, &part.sizes());
    for (&index, place) in apart.iter().zip(&places) {
        corners[index] =
            Some(Point::new(place.x - own.left + all.left, place.y - own.top + (all.bottom + MARGIN).ceil()));
    }
}
