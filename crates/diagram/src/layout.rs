//! Where boxes stand: each connected part by stress, overlaps taken away, then all parts packed.

use crate::crossings::count_crossings;
use crate::force::embed;
use crate::geometry::{Point, Rect, Size};
use crate::graph::Diagram;
use crate::improve::improve;
use crate::legalize::{GAP, separate};
use crate::pack::pack;
use crate::spread::spread;

/// How much room boxes get before overlaps are taken away, as a multiple of their mean size; more keeps the shape, less saves space.
/// Small parts need less: there is little shape to lose.
fn room(count: usize) -> f64 {
    let count = count as f64;
    0.7 * (1.25 + count / 250.0).min(2.4).max(1.1 + 0.06 * count.sqrt())
}

/// No part is drawn wider than this, as width to height, nor narrower than its inverse.
const WIDEST: f64 = 1.9;

/// Places all boxes; returns their top left corners in the order of the boxes. No two overlap.
pub fn arrange(diagram: &Diagram) -> Vec<Point> {
    let sizes = diagram.sizes();
    let edges = diagram.edges();
    let mut neighbours = vec![Vec::new(); sizes.len()];
    for &(a, b) in &edges {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let parts = components(&neighbours);
    let (single, linked): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.len() == 1);
    let single = arrange_single(diagram, &single.concat(), &sizes);
    let compose = |shape: Shape| {
        let mut blocks: Vec<Block> =
            linked.iter().map(|part| arrange_part(part, &neighbours, &sizes, shape)).collect();
        blocks.extend(single.clone());
        let corners = pack(&blocks.iter().map(|block| block.size).collect::<Vec<_>>());
        let mut placed = vec![Point::default(); sizes.len()];
        for (block, corner) in blocks.iter().zip(corners) {
            for &(index, point) in &block.corners {
                placed[index] = Point::new((corner.x + point.x).round(), (corner.y + point.y).round());
            }
        }
        placed
    };
    let natural = compose(Shape::Natural);
    // Two parts as high as wide make a strip, side by side or one above the other; two wide ones do not.
    let out_of_shape = |placed: &[Point]| {
        let all = bounds(placed, &sizes);
        let ratio = all.width() / all.height().max(1.0);
        ratio.max(1.0 / ratio)
    };
    if linked.is_empty() || out_of_shape(&natural) <= WIDEST {
        return natural;
    }
    let shaped = [Shape::Wide, Shape::High].map(compose);
    let best = shaped.into_iter().min_by(|a, b| out_of_shape(a).total_cmp(&out_of_shape(b)));
    best.filter(|placed| out_of_shape(placed) < out_of_shape(&natural)).unwrap_or(natural)
}

/// What shape a part is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Its own, within limits.
    Natural,
    /// Clearly wider than high.
    Wide,
    /// Clearly higher than wide.
    High,
}

/// The smallest rectangle around all boxes.
pub fn bounds(corners: &[Point], sizes: &[Size]) -> Rect {
    let rects = corners.iter().zip(sizes).map(|(&corner, &size)| Rect::at(corner, size));
    rects.reduce(Rect::union).unwrap_or_default()
}

/// Boxes that stand together, with their corners measured from the block's own.
#[derive(Clone)]
struct Block {
    size: Size,
    corners: Vec<(usize, Point)>,
}

impl Block {
    fn new(indices: &[usize], centres: &[Point], sizes: &[Size]) -> Self {
        let rects: Vec<Rect> =
            centres.iter().zip(sizes).map(|(&centre, &size)| Rect::around(centre, size)).collect();
        let all = rects.iter().copied().reduce(Rect::union).unwrap_or_default();
        let corner = |rect: &Rect| Point::new(rect.left - all.left, rect.top - all.top);
        Self {
            size: Size::new(all.width(), all.height()),
            corners: indices.iter().copied().zip(rects.iter().map(corner)).collect(),
        }
    }
}

/// Connected parts, largest first.
fn components(neighbours: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; neighbours.len()];
    let mut parts = Vec::new();
    for start in 0..neighbours.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut part = vec![start];
        let mut at = 0;
        while at < part.len() {
            for &next in &neighbours[part[at]] {
                if !std::mem::replace(&mut seen[next], true) {
                    part.push(next);
                }
            }
            at += 1;
        }
        parts.push(part);
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

fn arrange_part(part: &[usize], neighbours: &[Vec<usize>], sizes: &[Size], shape: Shape) -> Block {
    let mut local = vec![usize::MAX; neighbours.len()];
    part.iter().enumerate().for_each(|(at, &index)| local[index] = at);
    let near: Vec<Vec<usize>> =
        part.iter().map(|&index| neighbours[index].iter().map(|&other| local[other]).collect()).collect();
    let own: Vec<Size> = part.iter().map(|&index| sizes[index]).collect();
    let edges = edges_of(&near);
    let attempt = |seed: u64| {
        let centres = arrange_connected(&near, &edges, &own, shape, seed);
        (count_crossings(&centres, &edges), centres)
    };
    let pictures = in_parallel(attempts(part.len()), attempt);
    let best = pictures.into_iter().min_by_key(|(crossings, _)| *crossings);
    Block::new(part, &best.map(|(_, centres)| centres).unwrap_or_default(), &own)
}

/// How many seeds compete for a part of so many boxes. A fixed number, so that a picture does not depend on the machine.
fn attempts(count: usize) -> u64 {
    match count {
        0..=2 => 1,
        3..=150 => 4,
        151..=1500 => 2,
        _ => 1,
    }
}

/// What the attempts 1 to `count` give, in their order, each on a thread of its own.
fn in_parallel<T: Send>(count: u64, attempt: impl Fn(u64) -> T + Sync) -> Vec<T> {
    if count == 1 {
        return vec![attempt(1)];
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (1..=count)
            .map(|seed| {
                scope.spawn({
                    let attempt = &attempt;
                    move || attempt(seed)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// How often all nodes are tried at other places for fewer crossings.
const IMPROVEMENTS: usize = 3;

/// Centres of the boxes of a connected part.
fn arrange_connected(
    near: &[Vec<usize>],
    edges: &[(usize, usize)],
    sizes: &[Size],
    shape: Shape,
    seed: u64,
) -> Vec<Point> {
    let mut centres = embed(near, seed);
    improve(&mut centres, near, edges, IMPROVEMENTS, seed);
    turn_to_main_axis(&mut centres);
    scale_to_boxes(&mut centres, sizes, shape);
    spread(&mut centres, sizes);
    separate(&mut centres, sizes);
    squeeze(&mut centres, sizes);
    centres
}

fn edges_of(neighbours: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let of = |(a, list): (usize, &Vec<usize>)| {
        list.iter().filter(|&&b| a < b).map(|&b| (a, b)).collect::<Vec<_>>()
    };
    neighbours.iter().enumerate().flat_map(of).collect()
}

/// Turns the points so that they spread most from left to right (principal axis).
fn turn_to_main_axis(points: &mut [Point]) {
    let count = points.len() as f64;
    let (mx, my) =
        (points.iter().map(|p| p.x).sum::<f64>() / count, points.iter().map(|p| p.y).sum::<f64>() / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for point in points.iter() {
        let (dx, dy) = (point.x - mx, point.y - my);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    let angle = 0.5 * f64::atan2(2.0 * xy, xx - yy);
    let (sin, cos) = angle.sin_cos();
    for point in points.iter_mut() {
        let (dx, dy) = (point.x - mx, point.y - my);
        *point = Point::new(dx * cos + dy * sin, dy * cos - dx * sin);
    }
}

/// Stretches unit distances to the room that boxes need; width and height by themselves, so that rows of tall boxes do not
/// stand on each other, within the limits of the shape.
fn scale_to_boxes(points: &mut [Point], sizes: &[Size], shape: Shape) {
    let count = sizes.len() as f64;
    let mean_width = sizes.iter().map(|size| size.width + GAP).sum::<f64>() / count;
    let mean_height = sizes.iter().map(|size| size.height + GAP).sum::<f64>() / count;
    let (mut scale_x, mut scale_y) = (mean_width * room(sizes.len()), mean_height * room(sizes.len()));
    let (width, height) = extent(points, sizes, scale_x, scale_y);
    let ratio = width / height.max(1.0);
    let ratio = match shape {
        Shape::Natural => ratio,
        Shape::Wide | Shape::High => {
            let wanted = if shape == Shape::Wide { ratio.max(1.5) } else { ratio.min(0.65) };
            let factor = (wanted / ratio).sqrt();
            scale_x *= factor;
            scale_y /= factor;
            wanted
        }
    };
    // A long thin part is pressed together; a chain of boxes then folds when overlaps are taken away.
    if ratio > WIDEST {
        let factor = (ratio / WIDEST).sqrt();
        scale_x /= factor;
        scale_y *= factor;
    } else if ratio < 1.0 / WIDEST {
        let factor = (1.0 / WIDEST / ratio).sqrt();
        scale_y /= factor;
        scale_x *= factor;
    }
    points.iter_mut().for_each(|point| *point = Point::new(point.x * scale_x, point.y * scale_y));
}

fn extent(points: &[Point], sizes: &[Size], scale_x: f64, scale_y: f64) -> (f64, f64) {
    let scaled = points.iter().zip(sizes);
    let rects = scaled.map(|(p, &size)| Rect::around(Point::new(p.x * scale_x, p.y * scale_y), size));
    let all = rects.reduce(Rect::union).unwrap_or_default();
    (all.width(), all.height())
}

/// If the part is still too long for its height (or too high), presses and separates again; a chain that will not be pressed
/// is laid in rows, back and forth, so that neighbours stay neighbours.
fn squeeze(centres: &mut [Point], sizes: &[Size]) {
    for round in 0..5 {
        let (width, height) = extent(centres, sizes, 1.0, 1.0);
        let ratio = width / height.max(1.0);
        if (1.0 / WIDEST..=WIDEST).contains(&ratio) {
            return;
        }
        let press = 0.75 - 0.05 * f64::from(round);
        let (fx, fy) = if ratio > 1.0 { (press, 1.0 / press) } else { (1.0 / press, press) };
        // A straight chain has no height to grow by: let neighbours step aside in turn.
        let step = sizes.iter().map(|size| size.height).sum::<f64>() / sizes.len() as f64;
        for (at, centre) in centres.iter_mut().enumerate() {
            let aside = step * [0.0, 1.0, -1.0, 0.5][at % 4];
            *centre = Point::new(centre.x * fx, centre.y * fy);
            if ratio > 1.0 { centre.y += aside } else { centre.x += aside }
        }
        separate(centres, sizes);
    }
    let (width, height) = extent(centres, sizes, 1.0, 1.0);
    if !(1.0 / WIDEST..=WIDEST).contains(&(width / height.max(1.0))) {
        let mut order: Vec<usize> = (0..centres.len()).collect();
        let along = |at: usize| if width > height { centres[at].x } else { centres[at].y };
        order.sort_by(|&a, &b| along(a).total_cmp(&along(b)));
        for (at, centre) in order.iter().zip(rows_of(&order, sizes, RowOrder::BackAndForth)) {
            centres[*at] = centre;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum RowOrder {
    LeftToRight,
    BackAndForth,
}

/// Centres for boxes that stand in rows in the given order, in a shape between a square and two of them.
fn rows_of(order: &[usize], sizes: &[Size], direction: RowOrder) -> Vec<Point> {
    let area: f64 = order.iter().map(|&index| (sizes[index].width + GAP) * (sizes[index].height + GAP)).sum();
    let width = (area * 1.7).sqrt();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    let mut filled = 0.0;
    for &index in order {
        if filled > 0.0 && filled + sizes[index].width > width {
            rows.push(Vec::new());
            filled = 0.0;
        }
        filled += sizes[index].width + GAP;
        if let Some(row) = rows.last_mut() {
            row.push(index);
        }
    }
    let mut centres = Vec::with_capacity(order.len());
    let mut y = 0.0;
    for (number, row) in rows.iter().enumerate() {
        let backwards = direction == RowOrder::BackAndForth && number % 2 == 1;
        let mut x = if backwards { width } else { 0.0 };
        for &index in row {
            let size = sizes[index];
            let left = if backwards { x - size.width } else { x };
            centres.push(Point::new(left + size.width / 2.0, y + size.height / 2.0));
            x = if backwards { left - GAP } else { left + size.width + GAP };
        }
        y += row.iter().map(|&index| sizes[index].height).fold(0.0, f64::max) + GAP;
    }
    centres
}

/// Boxes without links stand in rows, group by group.
fn arrange_single(diagram: &Diagram, indices: &[usize], sizes: &[Size]) -> Option<Block> {
    if indices.is_empty() {
        return None;
    }
    let mut order = indices.to_vec();
    order.sort_by(|&a, &b| {
        let key = |index: usize| (&diagram.boxes[index].group, &diagram.boxes[index].title);
        key(a).cmp(&key(b))
    });
    let centres = rows_of(&order, sizes, RowOrder::LeftToRight);
    let own: Vec<Size> = order.iter().map(|&index| sizes[index]).collect();
    Some(Block::new(&order, &centres, &own))
}
