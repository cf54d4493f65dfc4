//! What is drawn.

use crate::geometry::Size;

/// A box's place in its diagram.
pub type BoxId = usize;

/// One row of a box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The text on the left.
    pub label: String,
    /// The text on the right.
    pub detail: String,
    /// A short mark before the label (`PK`, `FK`).
    pub mark: String,
    /// Whether rows belong to it, and whether they are shown.
    pub fold: Fold,
}

/// Rows that belong to a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fold {
    /// There are none.
    #[default]
    None,
    /// They are shown.
    Open,
    /// They are hidden.
    Closed,
}

/// A box with a title and rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DiagramBox {
    /// Its title.
    pub title: String,
    /// What it belongs to; boxes of one group share a colour and like to be near each other.
    pub group: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Drawn with a lighter frame (a view rather than a table).
    pub secondary: bool,
}

/// The kind of a link's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Exactly one: `‖`.
    One,
    /// None or one: `o|`.
    ZeroOrOne,
    /// Any number: crow's foot with a circle.
    Many,
}

/// A link between a row of one box and a row of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The box it leaves.
    pub from: BoxId,
    /// The row it leaves at, counted from 0.
    pub from_row: usize,
    /// The box it reaches.
    pub to: BoxId,
    /// The row it reaches.
    pub to_row: usize,
    /// The mark where it leaves.
    pub from_end: End,
    /// The mark where it arrives.
    pub to_end: End,
    /// What it is called.
    pub label: String,
}

/// Boxes and links.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagram {
    /// The boxes.
    pub boxes: Vec<DiagramBox>,
    /// The links; both ends must exist.
    pub links: Vec<Link>,
}

/// Height of a box's head.
pub const HEAD_HEIGHT: f64 = 30.0;
/// Height of a row.
pub const ROW_HEIGHT: f64 = 20.0;
/// Space below the last row.
pub const FOOT_HEIGHT: f64 = 6.0;
const MIN_WIDTH: f64 = 160.0;
const MAX_WIDTH: f64 = 340.0;
/// Average width of a character at the size of the canvas' text.
const CHARACTER: f64 = 7.0;

impl DiagramBox {
    /// The size the box is drawn with; text that is longer is cut with an ellipsis.
    pub fn size(&self) -> Size {
        let row =
            |row: &Row| (row.label.chars().count() + row.detail.chars().count()) as f64 * CHARACTER + 64.0;
        let title = self.title.chars().count() as f64 * (CHARACTER + 0.8) + 40.0;
        let widest = self.rows.iter().map(row).fold(title, f64::max);
        let height = HEAD_HEIGHT + self.rows.len() as f64 * ROW_HEIGHT + FOOT_HEIGHT;
        Size::new(widest.clamp(MIN_WIDTH, MAX_WIDTH).round(), height)
    }

    /// The middle of a row, measured from the top of the box.
    pub fn row_middle(&self, row: usize) -> f64 {
        let row = row.min(self.rows.len().saturating_sub(1));
        HEAD_HEIGHT + (row as f64 + 0.5) * ROW_HEIGHT
    }
}

impl Diagram {
    /// The sizes of all boxes.
    pub fn sizes(&self) -> Vec<Size> {
        self.boxes.iter().map(DiagramBox::size).collect()
    }

    /// Pairs of different boxes that are linked, each once.
    pub fn edges(&self) -> Vec<(BoxId, BoxId)> {
        let pairs = self.links.iter().filter(|link| link.from != link.to);
        let mut edges: Vec<_> = pairs.map(|link| (link.from.min(link.to), link.from.max(link.to))).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}
