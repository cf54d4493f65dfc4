//! Boxes and links: where boxes stand, how links run, and the picture as SVG.
//!
//! Knows nothing of databases: a box has a size, a group and rows; a link joins two rows. All lengths are in CSS pixels. The
//! same input gives the same output: chance comes from a fixed seed.

mod chance;
mod communities;
mod crossings;
mod force;
mod geometry;
mod graph;
mod grid;
mod improve;
mod layout;
mod legalize;
mod pack;
mod place;
mod quadtree;
mod route;
mod spread;
mod svg;

pub use communities::communities;
pub use crossings::count_crossings;
pub use geometry::{Point, Rect, Size};
pub use graph::{BoxId, Diagram, DiagramBox, End, Fold, Link, Row};
pub use layout::{arrange, bounds};
pub use place::place_missing;
pub use route::{Route, Router, Side, route_links};
pub use svg::{Palette, render_svg};

#[cfg(test)]
mod tests;
