//! Packs the rectangles of separate parts into one picture of a pleasant shape.

use crate::geometry::{Point, Rect, Size};

/// Space between parts.
const MARGIN: f64 = 80.0;
/// Width to height we aim at.
const ASPECT: f64 = 1.5;

/// Places rectangles without overlap; returns their top left corners. Large ones first, each on the skyline where it stays
/// lowest and most to the left; the width is chosen among a few so that the shape comes near to [`ASPECT`].
pub(crate) fn pack(sizes: &[Size]) -> Vec<Point> {
    let widest = sizes.iter().map(|size| size.width + MARGIN).fold(0.0, f64::max);
    let area: f64 = sizes.iter().map(|size| (size.width + MARGIN) * (size.height + MARGIN)).sum();
    let ideal = (area * ASPECT).sqrt();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| {
        sizes[b]
            .height
            .total_cmp(&sizes[a].height)
            .then(sizes[b].width.total_cmp(&sizes[a].width))
            .then(a.cmp(&b))
    });
    let attempts = [0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.8].map(|factor| {
        let corners = pack_into((ideal * factor).max(widest), sizes, &order);
        (shape_cost(&corners, sizes), corners)
    });
    let best = attempts.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, corners)| corners).unwrap_or_default()
}

/// Area, punished for being off the aspect we aim at.
fn shape_cost(corners: &[Point], sizes: &[Size]) -> f64 {
    let rects = corners.iter().zip(sizes).map(|(&corner, &size)| Rect::at(corner, size));
    let Some(all) = rects.reduce(Rect::union) else { return 0.0 };
    let ratio = all.width() / all.height().max(1.0) / ASPECT;
    all.width() * all.height() * ratio.max(1.0 / ratio)
}

fn pack_into(width: f64, sizes: &[Size], order: &[usize]) -> Vec<Point> {
    let mut corners = vec![Point::default(); sizes.len()];
    // Segments of the skyline: where each begins, and how low it reaches.
    let mut skyline = vec![(0.0_f64, 0.0_f64)];
    for &at in order {
        let (w, h) = (sizes[at].width + MARGIN, sizes[at].height + MARGIN);
        let mut best: Option<(f64, f64)> = None;
        for start in 0..skyline.len() {
            let x = skyline[start].0;
            if x + w > width + 0.5 {
                break;
            }
            let y = floor_under(&skyline, start, x + w);
            if best.is_none_or(|(_, lowest)| y < lowest - 0.5) {
                best = Some((x, y));
            }
        }
        let (x, y) = best.unwrap_or((0.0, floor_under(&skyline, 0, width)));
        corners[at] = Point::new(x, y);
        raise(&mut skyline, x, x + w, y + h);
    }
    corners
}

fn floor_under(skyline: &[(f64, f64)], start: usize, right: f64) -> f64 {
    skyline[start..].iter().take_while(|(x, _)| *x < right - 0.5).map(|&(_, y)| y).fold(0.0, f64::max)
}

fn raise(skyline: &mut Vec<(f64, f64)>, left: f64, right: f64, y: f64) {
    let resumed = skyline.iter().rev().find(|(x, _)| *x <= right + 1e-6).map_or(0.0, |&(_, y)| y);
    skyline.retain(|(x, _)| *x < left - 1e-6 || *x > right + 1e-6);
    skyline.push((left, y));
    skyline.push((right, resumed));
    skyline.sort_by(|a, b| a.0.total_cmp(&b.0));
}
