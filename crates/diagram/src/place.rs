//! New boxes beside old ones: what stands does not move.

use crate::geometry::{Point, Rect, Size};
use crate::graph::Diagram;
use crate::legalize::Placed;

/// Completes positions after the diagram has changed. Boxes with a position keep it exactly; each box without one is put on
/// the nearest free place to the middle of its placed neighbours, or beside the picture if it has none. Boxes with the most
/// placed neighbours go first, so that whole new areas grow from where they are tied.
pub fn place_missing(diagram: &Diagram, known: &[Option<Point>]) -> Vec<Point> {
    if known.iter().all(Option::is_none) {
        return crate::layout::arrange(diagram);
    }
    let sizes = diagram.sizes();
    let mut centres: Vec<Option<Point>> = known
        .iter()
        .zip(&sizes)
        .map(|(corner, &size)| corner.map(|corner| Rect::at(corner, size).centre()))
        .collect();
    let mut placed = Placed::new(&sizes);
    let standing =
        known.iter().zip(&sizes).filter_map(|(corner, &size)| corner.map(|corner| Rect::at(corner, size)));
    standing.for_each(|rect| placed.occupy(rect));
    let mut neighbours = vec![Vec::new(); sizes.len()];
    for (a, b) in diagram.edges() {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let mut missing: Vec<usize> = (0..sizes.len()).filter(|&index| centres[index].is_none()).collect();
    while !missing.is_empty() {
        let tied =
            |index: &usize| neighbours[*index].iter().filter(|&&other| centres[other].is_some()).count();
        let most = missing.iter().map(tied).max().unwrap_or(0);
        let Some(at) = missing.iter().position(|index| tied(index) == most) else { break };
        let index = missing.remove(at);
        let wanted = middle_of(&neighbours[index], &centres).unwrap_or_else(|| beside(&centres, &sizes));
        centres[index] = Some(placed.place(wanted, sizes[index]));
    }
    centres
        .into_iter()
        .zip(&sizes)
        .enumerate()
        .map(|(index, (centre, size))| match (known[index], centre) {
            (Some(corner), _) => corner,
            (None, Some(centre)) => {
                Point::new((centre.x - size.width / 2.0).ceil(), (centre.y - size.height / 2.0).ceil())
            }
            (None, None) => Point::default(),
        })
        .collect()
}

fn middle_of(neighbours: &[usize], centres: &[Option<Point>]) -> Option<Point> {
    let placed: Vec<Point> = neighbours.iter().filter_map(|&other| centres[other]).collect();
    let count = placed.len() as f64;
    (!placed.is_empty()).then(|| {
        Point::new(
            placed.iter().map(|p| p.x).sum::<f64>() / count,
            placed.iter().map(|p| p.y).sum::<f64>() / count,
        )
    })
}

/// The lower left corner of what stands: where the eye looks for what is new.
fn beside(centres: &[Option<Point>], sizes: &[Size]) -> Point {
    let rects = centres
        .iter()
        .zip(sizes)
        .filter_map(|(centre, &size)| centre.map(|centre| Rect::around(centre, size)));
    let all = rects.reduce(Rect::union).unwrap_or_default();
    Point::new(all.left + 120.0, all.bottom + 120.0)
}
