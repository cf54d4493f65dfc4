//! How links run: out of the side of a row, into the side of a row, in between along as few boxes as can be.

use crate::geometry::{Point, Rect, Size};
use crate::graph::{BoxId, Diagram, Link};
use crate::grid::Grid;

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

/// What a diagram's routes depend on besides the places of its boxes: computed once, asked at every move.
#[derive(Debug)]
pub struct Router {
    sizes: Vec<Size>,
    links: Vec<Ends>,
}

/// The two ends of a link.
#[derive(Debug)]
struct Ends {
    from: usize,
    to: usize,
    /// The middle of the row, from the top of the box.
    from_middle: f64,
    to_middle: f64,
    /// How far aside it runs of other links between the same two boxes.
    lane: f64,
}

impl Router {
    /// Prepares for a diagram.
    pub fn new(diagram: &Diagram) -> Self {
        let ends = diagram.links.iter().zip(lanes(diagram)).map(|(link, lane)| Ends {
            from: link.from,
            to: link.to,
            from_middle: diagram.boxes[link.from].row_middle(link.from_row),
            to_middle: diagram.boxes[link.to].row_middle(link.to_row),
            lane,
        });
        Self { sizes: diagram.sizes(), links: ends.collect() }
    }

    /// Routes all links for boxes that stand at these corners, in the order of the links.
    pub fn route_all(&self, corners: &[Point]) -> Vec<Route> {
        self.route_some(corners, |_, _| true).into_iter().map(|(_, route)| route).collect()
    }

    /// Routes the links at the boxes asked for; each with its number.
    pub fn route_some(&self, corners: &[Point], at: impl Fn(BoxId, BoxId) -> bool) -> Vec<(usize, Route)> {
        let obstacles =
            Obstacles::new(self.sizes.iter().zip(corners).map(|(&size, &corner)| Rect::at(corner, size)));
        let asked = self.links.iter().enumerate().filter(|(_, ends)| at(ends.from, ends.to));
        asked.map(|(number, ends)| (number, obstacles.route(ends))).collect()
    }
}

/// Routes all links for boxes that stand at these corners.
pub fn route_links(diagram: &Diagram, corners: &[Point]) -> Vec<Route> {
    Router::new(diagram).route_all(corners)
}

/// Links between the same two boxes run side by side.
fn lanes(diagram: &Diagram) -> Vec<f64> {
    let mut used = std::collections::HashMap::new();
    let mut lane = |link: &Link| {
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

/// The boxes, which links had better not run behind.
struct Obstacles {
    rects: Vec<Rect>,
    grid: Grid,
}

/// What a corner more than needed costs, in pixels of way.
const CORNER: f64 = 30.0;
/// What running behind a box costs: once, and for each pixel that is hidden.
const HIDDEN: f64 = 120.0;
const HIDDEN_PIXEL: f64 = 1.5;
/// How far a way keeps from the boxes it goes around.
const CLEARANCE: f64 = 14.0;

impl Obstacles {
    fn new(rects: impl Iterator<Item = Rect>) -> Self {
        let rects: Vec<Rect> = rects.collect();
        let mut grid = Grid::new(240.0);
        rects.iter().enumerate().for_each(|(index, rect)| grid.insert(index, rect));
        Self { rects, grid }
    }

    /// The cheapest way: short, with few corners, behind as few boxes as can be.
    fn route(&self, ends: &Ends) -> Route {
        let (from, to) = (&self.rects[ends.from], &self.rects[ends.to]);
        let (from_y, to_y) = (from.top + ends.from_middle, to.top + ends.to_middle);
        if ends.from == ends.to {
            return loop_route(from, from_y, to_y, ends.lane);
        }
        let mut ways: Vec<(f64, Route)> = ways(from, from_y, to, to_y, ends.lane)
            .into_iter()
            .map(|route| (plain_cost(&route), route))
            .collect();
        ways.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut best: Option<(f64, Route)> = None;
        for (plain, route) in ways {
            // The rest is longer than the best one is with everything it runs behind.
            if best.as_ref().is_some_and(|(cost, _)| *cost <= plain) {
                break;
            }
            let cost = plain + self.hidden_cost(&route);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, route));
            }
        }
        best.map_or(
            Route { points: Vec::new(), from_side: Side::Right, to_side: Side::Left },
            |(_, route)| route,
        )
    }

    fn hidden_cost(&self, route: &Route) -> f64 {
        let mut cost = 0.0;
        let mut seen = Vec::new();
        for pair in route.points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let line =
                Rect { left: a.x.min(b.x), top: a.y.min(b.y), right: a.x.max(b.x), bottom: a.y.max(b.y) };
            seen.clear();
            for index in self.grid.near(&line) {
                let hidden = hidden_length(&line, &self.rects[index]);
                if hidden > 1.0 && !seen.contains(&index) {
                    seen.push(index);
                    cost += HIDDEN + HIDDEN_PIXEL * hidden;
                }
            }
        }
        cost
    }
}

/// How much of a level or upright line lies inside a rectangle.
fn hidden_length(line: &Rect, rect: &Rect) -> f64 {
    let wide = line.right.min(rect.right) - line.left.max(rect.left);
    let high = line.bottom.min(rect.bottom) - line.top.max(rect.top);
    if wide < 0.0 || high < 0.0 { 0.0 } else { wide.max(high) }
}

fn plain_cost(route: &Route) -> f64 {
    let length: f64 = route.points.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    length + (route.points.len() as f64 - 4.0) * CORNER
}

/// All ways considered: four choices of sides, each with its upright (or level) middle part at a few places.
fn ways(from: &Rect, from_y: f64, to: &Rect, to_y: f64, lane: f64) -> Vec<Route> {
    let mut routes = Vec::with_capacity(32);
    for (from_side, to_side) in [
        (Side::Right, Side::Left),
        (Side::Left, Side::Right),
        (Side::Right, Side::Right),
        (Side::Left, Side::Left),
    ] {
        let start = Point::new(edge(from, from_side), from_y);
        let end = Point::new(edge(to, to_side), to_y);
        let out = start.x + from_side.sign() * (STUB + lane);
        let back = end.x + to_side.sign() * (STUB + lane);
        let mut upright = |x: f64| {
            let points = vec![start, Point::new(x, from_y), Point::new(x, to_y), end];
            routes.push(Route { points, from_side, to_side });
        };
        if from_side == to_side {
            upright(if from_side == Side::Right { out.max(back) } else { out.min(back) });
        } else if (back - out) * from_side.sign() >= 0.0 {
            [f64::midpoint(start.x, end.x) + lane, out, back].into_iter().for_each(upright);
        }
        let above = from.top.min(to.top) - CLEARANCE - lane;
        let below = from.bottom.max(to.bottom) + CLEARANCE + lane;
        let under_upper = from.bottom.min(to.bottom) + CLEARANCE + lane;
        let over_lower = from.top.max(to.top) - CLEARANCE - lane;
        for y in [f64::midpoint(from_y, to_y) + lane, above, below, under_upper, over_lower] {
            let points = vec![
                start,
                Point::new(out, from_y),
                Point::new(out, y),
                Point::new(back, y),
                Point::new(back, to_y),
                end,
            ];
            routes.push(Route { points, from_side, to_side });
        }
    }
    routes
}

fn edge(rect: &Rect, side: Side) -> f64 {
    match side {
        Side::Left => rect.left,
        Side::Right => rect.right,
    }
}
