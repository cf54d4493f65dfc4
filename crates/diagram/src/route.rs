//! How links run: out of the side of a row, into the side of a row, in between along as few boxes as can be.

use crate::geometry::{Point, Rect};
use crate::graph::Diagram;

/// The side of a box at which a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
}

impl Side {
    /// -1 to the left, 1 to the right.
    pub fn sign(self) -> f64 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
        }
    }
}

/// A link's way: a polyline whose first and last segments are level.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The points, from the leaving row to the reached one.
    pub points: Vec<Point>,
    /// The side it leaves at.
    pub from_side: Side,
    /// The side it arrives at.
    pub to_side: Side,
}

/// Room for the crow's foot before the first turn.
const STUB: f64 = 22.0;

/// Routes all links for boxes that stand at these corners.
pub fn route_links(diagram: &Diagram, corners: &[Point]) -> Vec<Route> {
    let rects: Vec<Rect> =
        diagram.sizes().into_iter().zip(corners).map(|(size, &corner)| Rect::at(corner, size)).collect();
    let lanes = lanes(diagram);
    diagram
        .links
        .iter()
        .zip(lanes)
        .map(|(link, lane)| {
            let from_y = rects[link.from].top + diagram.boxes[link.from].row_middle(link.from_row);
            let to_y = rects[link.to].top + diagram.boxes[link.to].row_middle(link.to_row);
            if link.from == link.to {
                return loop_route(&rects[link.from], from_y, to_y, lane);
            }
            best_route(&rects[link.from], from_y, &rects[link.to], to_y, lane)
        })
        .collect()
}

/// Links between the same two boxes run side by side.
fn lanes(diagram: &Diagram) -> Vec<f64> {
    let mut used = std::collections::HashMap::new();
    let mut lane = |link: &crate::graph::Link| {
        let number = used.entry((link.from.min(link.to), link.from.max(link.to))).or_insert(0_u32);
        *number += 1;
        f64::from((*number - 1) % 8) * 7.0
    };
    diagram.links.iter().map(&mut lane).collect()
}

fn loop_route(rect: &Rect, from_y: f64, to_y: f64, lane: f64) -> Route {
    let x = rect.right + STUB + 8.0 + lane;
    // A row that refers to itself would give a line of no height.
    let to_y = if (from_y - to_y).abs() < 4.0 { to_y + 6.0 } else { to_y };
    Route {
        points: vec![
            Point::new(rect.right, from_y),
            Point::new(x, from_y),
            Point::new(x, to_y),
            Point::new(rect.right, to_y),
        ],
        from_side: Side::Right,
        to_side: Side::Right,
    }
}

/// The shortest of the four ways to choose sides.
fn best_route(from: &Rect, from_y: f64, to: &Rect, to_y: f64, lane: f64) -> Route {
    let sides = [
        (Side::Right, Side::Left),
        (Side::Left, Side::Right),
        (Side::Right, Side::Right),
        (Side::Left, Side::Left),
    ];
    let routes = sides.map(|(from_side, to_side)| {
        let start = Point::new(edge(from, from_side), from_y);
        let end = Point::new(edge(to, to_side), to_y);
        let out = start.x + from_side.sign() * (STUB + lane);
        let back = end.x + to_side.sign() * (STUB + lane);
        let points = if from_side == to_side {
            let x = if from_side == Side::Right { out.max(back) } else { out.min(back) };
            vec![start, Point::new(x, from_y), Point::new(x, to_y), end]
        } else if (back - out) * from_side.sign() >= 0.0 {
            let x = f64::midpoint(start.x, end.x) + lane;
            vec![start, Point::new(x, from_y), Point::new(x, to_y), end]
        } else {
            let y = f64::midpoint(from_y, to_y);
            vec![
                start,
                Point::new(out, from_y),
                Point::new(out, y),
                Point::new(back, y),
                Point::new(back, to_y),
                end,
            ]
        };
        Route { points, from_side, to_side }
    });
    let cost = |route: &Route| {
        let length: f64 = route.points.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
        length + (route.points.len() as f64 - 4.0) * 60.0
    };
    let best = routes.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
    best.unwrap_or(Route { points: Vec::new(), from_side: Side::Right, to_side: Side::Left })
}

fn edge(rect: &Rect, side: Side) -> f64 {
    match side {
        Side::Left => rect.left,
        Side::Right => rect.right,
    }
}
