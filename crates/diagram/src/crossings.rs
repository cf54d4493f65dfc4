//! How many pairs of straight links cross: the measure by which layouts are compared.

use crate::geometry::Point;

/// Straight lines between points, laid out so that one can be held against all the others at once.
///
/// Coordinates are kept in single precision: what is compared are pictures, and twice as many fit a machine word. Lines that share
/// an end never count as crossing, because the area of a triangle with two equal corners is exactly zero.
pub(crate) struct Lines {
    ends: Vec<(usize, usize)>,
    /// For each point, its lines.
    at_point: Vec<Vec<usize>>,
    from_x: Vec<f32>,
    from_y: Vec<f32>,
    to_x: Vec<f32>,
    to_y: Vec<f32>,
}

impl Lines {
    pub fn new(points: &[Point], edges: &[(usize, usize)]) -> Self {
        let mut at_point = vec![Vec::new(); points.len()];
        for (line, &(a, b)) in edges.iter().enumerate() {
            at_point[a].push(line);
            at_point[b].push(line);
        }
        let ends = |pick: fn(&(usize, usize)) -> usize, axis: fn(&Point) -> f64| {
            edges.iter().map(|edge| axis(&points[pick(edge)]) as f32).collect()
        };
        Self {
            from_x: ends(|edge| edge.0, |point| point.x),
            from_y: ends(|edge| edge.0, |point| point.y),
            to_x: ends(|edge| edge.1, |point| point.x),
            to_y: ends(|edge| edge.1, |point| point.y),
            ends: edges.to_vec(),
            at_point,
        }
    }

    /// Moves a point with all its lines.
    pub fn set(&mut self, point: usize, place: Point) {
        for &line in &self.at_point[point] {
            let (x, y) = (place.x as f32, place.y as f32);
            if self.ends[line].0 == point {
                (self.from_x[line], self.from_y[line]) = (x, y);
            } else {
                (self.to_x[line], self.to_y[line]) = (x, y);
            }
        }
    }

    /// How many lines cross the lines at a point, as far as that could still be fewer than `limit`.
    pub fn crossings_at(&self, point: usize, limit: u32) -> u32 {
        let mut count = 0;
        for &line in &self.at_point[point] {
            count += self.crossings_of(line, 0);
            if count >= limit {
                return count;
            }
        }
        count
    }

    /// Crossings of all pairs of lines.
    fn count(&self) -> usize {
        (0..self.ends.len()).map(|line| self.crossings_of(line, line + 1) as usize).sum()
    }

    /// How many of the lines from the given one on cross this one. Without branches, so that the compiler takes several at a time.
    fn crossings_of(&self, line: usize, first: usize) -> u32 {
        let (ax, ay, bx, by) = (self.from_x[line], self.from_y[line], self.to_x[line], self.to_y[line]);
        let (abx, aby) = (bx - ax, by - ay);
        let others = self.from_x[first..]
            .iter()
            .zip(&self.from_y[first..])
            .zip(&self.to_x[first..])
            .zip(&self.to_y[first..]);
        others
            .map(|(((&cx, &cy), &dx), &dy)| {
                let (cdx, cdy) = (dx - cx, dy - cy);
                let c = abx * (cy - ay) - aby * (cx - ax);
                let d = abx * (dy - ay) - aby * (dx - ax);
                let a = cdx * (ay - cy) - cdy * (ax - cx);
                let b = cdx * (by - cy) - cdy * (bx - cx);
                u32::from((c * d < 0.0) & (a * b < 0.0))
            })
            .sum()
    }
}

/// Counts the pairs of edges without a common end whose straight lines between the given points cross.
pub fn count_crossings(points: &[Point], edges: &[(usize, usize)]) -> usize {
    Lines::new(points, edges).count()
}
