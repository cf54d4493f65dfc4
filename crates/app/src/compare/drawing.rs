//! Two schemas in one diagram: what is on either side, with a mark on what differs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cadastre_diagram::{Diagram, Point, Router, place_missing};
use cadastre_diff::{ChangeKind, pick};
use cadastre_model::{Kind, Model, ObjectId};
use cadastre_store::Position;

use super::Comparison;
use crate::diagram::{BoxMove, DiagramView, Mark, Rerouted, diagram_of, known_corners, moved_links, view_of};
use crate::error::{AppError, Code};

/// The diagram of a comparison.
#[derive(Debug)]
pub(super) struct Drawing {
    /// Everything that is on either side.
    union: Model,
    diagram: Diagram,
    router: Router,
    corners: Mutex<Vec<Point>>,
    marks: HashMap<(Kind, String), Mark>,
    old_names: HashMap<(Kind, String), String>,
}

impl Drawing {
    /// Lays the diagram out; tables that have a place in the layout of the first side keep it.
    pub fn new(comparison: &Comparison, layout: &[Position]) -> Result<Self, AppError> {
        let is_kept = |at: &usize| comparison.diff.changes[*at].kind != ChangeKind::Removed;
        let chosen = (0..comparison.diff.changes.len()).filter(is_kept).collect();
        let picked = pick(&comparison.from, &comparison.to, &comparison.diff, &chosen);
        let union = picked.map_err(|error| AppError::new(Code::Conflict, format!("drawing: {error}")))?.model;
        let diagram = diagram_of(&union);
        let corners = Mutex::new(place_missing(&diagram, &known_corners(&union, layout)));
        let router = Router::new(&diagram);
        Ok(Self {
            marks: marks(comparison),
            old_names: old_names(comparison),
            union,
            diagram,
            router,
            corners,
        })
    }

    fn mark(&self, kind: Kind, name: String) -> Mark {
        self.marks.get(&(kind, name)).copied().unwrap_or_default()
    }

    /// As it stands now.
    pub fn view(&self) -> DiagramView {
        let corners = self.corners.lock().unwrap_or_else(PoisonError::into_inner);
        let mut view = view_of(&self.union, &self.diagram, &self.router, &corners);
        let mut relations = Vec::new();
        for it in &mut view.boxes {
            let Some(id) = self.union.id_at(it.object as usize) else { continue };
            let (kind, name) = (self.union.object(id).kind(), self.union.display_name(id));
            it.change = self.mark(kind, name.clone());
            if let Some(old) = self.old_names.get(&(kind, name.clone())) {
                it.title = format!("{} ← {old}", it.title);
            }
            for row in &mut it.rows {
                let column = (Kind::Column, format!("{name}.{}", row.label));
                row.change = self.marks.get(&column).copied().unwrap_or_default();
                if let Some(old) = self.old_names.get(&column) {
                    row.label = format!("{} ← {old}", row.label);
                }
            }
            relations.push(name);
        }
        for link in &mut view.links {
            let table = relations.get(link.from as usize).cloned().unwrap_or_default();
            link.change = self.mark(Kind::ForeignKey, format!("{table}.{}", link.label));
        }
        view
    }

    /// Moves boxes; returns the new ways of the links at them.
    pub fn move_boxes(&self, moves: &[BoxMove]) -> Vec<Rerouted> {
        let mut corners = self.corners.lock().unwrap_or_else(PoisonError::into_inner);
        moved_links(&self.router, &mut corners, moves).1
    }
}

fn mark_below(model: &Model, id: ObjectId, mark: Mark, marks: &mut HashMap<(Kind, String), Mark>) {
    marks.insert((model.object(id).kind(), model.display_name(id)), mark);
    for child in model.children(id) {
        mark_below(model, *child, mark, marks);
    }
}

fn marks(comparison: &Comparison) -> HashMap<(Kind, String), Mark> {
    let mut marks = HashMap::new();
    for (id, _) in comparison.renamed() {
        let model = &comparison.from;
        marks.insert((model.object(id).kind(), model.display_name(id)), Mark::Renamed);
        mark_parent(model, id, &mut marks);
    }
    for change in &comparison.diff.changes {
        let Some((model, id)) = comparison.named(change) else { continue };
        match change.kind {
            ChangeKind::Added => mark_below(model, id, Mark::Added, &mut marks),
            ChangeKind::Removed => mark_below(model, id, Mark::Removed, &mut marks),
            ChangeKind::Changed => {
                marks.insert((model.object(id).kind(), model.display_name(id)), Mark::Changed);
            }
        }
        mark_parent(model, id, &mut marks);
    }
    marks
}

/// A table of which a part differs is a changed one.
fn mark_parent(model: &Model, id: ObjectId, marks: &mut HashMap<(Kind, String), Mark>) {
    if let Some(parent) = model.object(id).parent.filter(|it| model.object(*it).kind() != Kind::Namespace) {
        marks.entry((model.object(parent).kind(), model.display_name(parent))).or_insert(Mark::Changed);
    }
}

fn old_names(comparison: &Comparison) -> HashMap<(Kind, String), String> {
    let key = |id: ObjectId| (comparison.from.object(id).kind(), comparison.from.display_name(id));
    comparison.renamed().map(|(id, old)| (key(id), old.to_owned())).collect()
}
