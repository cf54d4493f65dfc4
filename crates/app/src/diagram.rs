//! The diagram of an open schema: model to boxes and links, kept positions, moves.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cadastre_diagram::{
    Diagram, DiagramBox, End, Fold, Link, Palette, Point, Route, Router, Row, arrange, place_missing,
    render_svg,
};
use cadastre_model::{Kind, Model, ObjectId, QualifiedName, RelationWalker, SampledField};
use cadastre_store::Position;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::AppError;
use crate::groups::{groups, regroup_by_links};
use crate::page::{field_depth, field_label};
use crate::source::Source;
use crate::workspace::{Workspace, not_open};

/// What became of something between two schemas, where two are drawn in one diagram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Mark {
    /// Nothing, or one schema alone is drawn.
    #[default]
    None,
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// It is not the same in both.
    Changed,
    /// It is called something else in the second.
    Renamed,
}

/// A row of a box, as drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    /// The column's name.
    pub label: String,
    /// Its type.
    pub detail: String,
    /// `PK`, `FK`, or nothing.
    pub mark: String,
    /// `open` or `closed` where rows belong to it, else `none`.
    pub fold: String,
    /// What became of it.
    pub change: Mark,
}

/// A box, placed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BoxView {
    /// The relation's number in the explorer.
    pub object: u32,
    /// Its name.
    pub title: String,
    /// What it belongs to.
    pub group: String,
    /// It is a view.
    pub is_view: bool,
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// Its rows.
    pub rows: Vec<RowView>,
    /// What became of it.
    pub change: Mark,
}

/// A link, routed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// The place of the box it leaves.
    pub from: u32,
    /// The row it leaves at.
    pub from_row: u32,
    /// The place of the box it reaches.
    pub to: u32,
    /// The row it reaches.
    pub to_row: u32,
    /// `one`, `zeroOrOne`, `many`.
    pub from_end: String,
    /// As `from_end`.
    pub to_end: String,
    /// The foreign key's name.
    pub label: String,
    /// The way: x and y in turn.
    pub points: Vec<i32>,
    /// What became of it.
    pub change: Mark,
}

/// A diagram, placed and routed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DiagramView {
    /// The boxes.
    pub boxes: Vec<BoxView>,
    /// The links.
    pub links: Vec<LinkView>,
}

/// A box moved by hand.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BoxMove {
    /// The box's place in the diagram.
    pub index: u32,
    /// Its new left.
    pub x: i32,
    /// Its new top.
    pub y: i32,
}

/// A link whose way has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rerouted {
    /// The link's place in the diagram.
    pub index: u32,
    /// The way: x and y in turn.
    pub points: Vec<i32>,
}

/// Whether a move is only shown or also kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Keep {
    /// While dragging.
    No,
    /// When the hand lets go.
    Yes,
}

/// Boxes and links of a model: tables and views, foreign keys from their first column to the first column they reference.
pub fn diagram_of(model: &Model) -> Diagram {
    folded_diagram_of(model, &Folds::new())
}

/// The nested fields that are folded, by relation and path.
pub(crate) type Folds = HashSet<(ObjectId, String)>;

pub(crate) fn folded_diagram_of(model: &Model, folds: &Folds) -> Diagram {
    let relations = drawn(model);
    let place: HashMap<ObjectId, usize> =
        relations.iter().enumerate().map(|(at, relation)| (relation.id(), at)).collect();
    let several = relations.iter().any(|relation| relation.namespace() != relations[0].namespace());
    let groups = groups(&relations);
    let boxes = relations
        .iter()
        .zip(groups)
        .map(|(relation, group)| box_of(*relation, group, several, folds))
        .collect();
    let links = relations
        .iter()
        .enumerate()
        .flat_map(|(from, relation)| links_of(*relation, from, &place, folds))
        .collect();
    let mut diagram = Diagram { boxes, links };
    regroup_by_links(&mut diagram);
    diagram
}

/// The relations a diagram shows: partitions stand behind their table.
fn drawn(model: &Model) -> Vec<RelationWalker<'_>> {
    let is_partition = |it: &RelationWalker<'_>| it.table().is_some_and(|table| table.partition_of.is_some());
    model.relations().filter(|relation| !is_partition(relation)).collect()
}

fn box_of(relation: RelationWalker<'_>, group: String, qualify: bool, folds: &Folds) -> DiagramBox {
    let in_primary_key = |name: &String| relation.primary_key().is_some_and(|key| key.columns.contains(name));
    let foreign: std::collections::HashSet<&String> =
        relation.foreign_keys().flat_map(|key| &key.key.columns).collect();
    let rows = relation.columns().map(|(object, column)| Row {
        label: object.name.clone(),
        detail: short_type(&column.data_type),
        mark: if in_primary_key(&object.name) {
            "PK".into()
        } else if foreign.contains(&object.name) {
            "FK".into()
        } else {
            String::new()
        },
        fold: Fold::None,
    });
    let fields = shown_fields(relation, folds);
    let rows: Vec<Row> =
        rows.chain(fields.into_iter().map(|(field, fold)| sampled_row(field, fold))).collect();
    let title = if qualify {
        format!("{}.{}", relation.namespace(), relation.name())
    } else {
        relation.name().to_owned()
    };
    DiagramBox { title, group, rows, secondary: relation.view().is_some() }
}

/// The fields of a collection's sample outside of folded ones.
fn shown_fields<'m>(relation: RelationWalker<'m>, folds: &Folds) -> Vec<(&'m SampledField, Fold)> {
    let Some(sample) = relation.table().and_then(|table| table.sample.as_ref()) else { return Vec::new() };
    let mut shown = Vec::new();
    let mut hidden: Option<&str> = None;
    for (at, field) in sample.fields.iter().enumerate() {
        if hidden.is_some_and(|outer| is_within(&field.path, outer)) {
            continue;
        }
        let has_inner = sample.fields.get(at + 1).is_some_and(|next| is_within(&next.path, &field.path));
        let is_folded = folds.contains(&(relation.id(), field.path.clone()));
        hidden = is_folded.then_some(field.path.as_str());
        let fold = match (has_inner, is_folded) {
            (false, _) => Fold::None,
            (true, false) => Fold::Open,
            (true, true) => Fold::Closed,
        };
        shown.push((field, fold));
    }
    shown
}

/// Whether a path lies within another: `a.b` in `a`, `a[]` in `a`.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]"))
}

/// The row of a field; of one that is folded away, the row of the nearest field around it that is shown.
fn row_of_field(relation: RelationWalker<'_>, path: &str, folds: &Folds) -> usize {
    let shown = shown_fields(relation, folds);
    let nearest = shown.iter().rposition(|(field, _)| field.path == path || is_within(path, &field.path));
    relation.columns().count() + nearest.unwrap_or(0)
}

/// A field as it was found: indented by its depth, with its types.
fn sampled_row(field: &SampledField, fold: Fold) -> Row {
    let indent = "\u{2003}".repeat(field_depth(&field.path) as usize);
    let types: Vec<&str> = field.types.iter().map(|(name, _)| name.as_str()).collect();
    Row {
        label: format!("{indent}{}", field_label(&field.path)),
        detail: types.join(" | "),
        mark: match &field.reference {
            _ if field.path == "_id" => "PK".into(),
            Some(_) => "FK".into(),
            None => String::new(),
        },
        fold,
    }
}

/// The long names of the standard, in the short form people say.
fn short_type(data_type: &str) -> String {
    const SHORT: [(&str, &str); 5] = [
        ("character varying", "varchar"),
        ("timestamp with time zone", "timestamptz"),
        ("timestamp without time zone", "timestamp"),
        ("time without time zone", "time"),
        ("double precision", "double"),
    ];
    let mut text = data_type.to_owned();
    for (long, short) in SHORT {
        text = text.replace(long, short);
    }
    text
}

fn links_of(
    relation: RelationWalker<'_>,
    from: usize,
    place: &HashMap<ObjectId, usize>,
    folds: &Folds,
) -> Vec<Link> {
    let row = |relation: RelationWalker<'_>, name: Option<&String>| {
        relation.columns().position(|(object, _)| Some(&object.name) == name).unwrap_or(0)
    };
    let mut links = Vec::new();
    for key in relation.foreign_keys() {
        let Some(target) = key.referenced_table() else { continue };
        let Some(&to) = place.get(&target.id()) else { continue };
        let columns = &key.key.columns;
        links.push(Link {
            from,
            from_row: row(relation, columns.first()),
            to,
            to_row: row(target, key.key.referenced_columns.first()),
            from_end: if relation.is_unique_over(columns) { End::ZeroOrOne } else { End::Many },
            to_end: if relation.all_not_null(columns) { End::One } else { End::ZeroOrOne },
            label: key.object().name.clone(),
        });
    }
    let sample = relation.table().and_then(|table| table.sample.as_ref());
    for field in sample.iter().flat_map(|sample| sample.fields.iter()) {
        let Some(reference) = &field.reference else { continue };
        let name = QualifiedName::new(relation.namespace(), reference.collection.as_str());
        let Some(target) = relation.model().find_relation(&name).and_then(|id| relation.model().relation(id))
        else {
            continue;
        };
        let Some(&to) = place.get(&target.id()) else { continue };
        links.push(Link {
            from,
            from_row: row_of_field(relation, &field.path, folds),
            to,
            to_row: row_of_field(target, &reference.field, folds),
            from_end: End::Many,
            to_end: if field.present == field.of { End::One } else { End::ZeroOrOne },
            label: field.path.clone(),
        });
    }
    links
}

fn flat(route: &Route) -> Vec<i32> {
    route.points.iter().flat_map(|point| [whole(point.x), whole(point.y)]).collect()
}

/// To whole pixels.
fn whole(length: f64) -> i32 {
    length.round() as i32
}

fn end_word(end: End) -> String {
    match end {
        End::One => "one",
        End::ZeroOrOne => "zeroOrOne",
        End::Many => "many",
    }
    .into()
}

pub(crate) fn view_of(model: &Model, diagram: &Diagram, router: &Router, corners: &[Point]) -> DiagramView {
    let relations = drawn(model);
    let boxes = diagram.boxes.iter().zip(corners).zip(relations).map(|((it, corner), relation)| {
        let size = it.size();
        let row = |row: &Row| RowView {
            label: row.label.clone(),
            detail: row.detail.clone(),
            mark: row.mark.clone(),
            fold: match row.fold {
                Fold::None => "none",
                Fold::Open => "open",
                Fold::Closed => "closed",
            }
            .into(),
            change: Mark::None,
        };
        BoxView {
            object: relation.id().index() as u32,
            title: it.title.clone(),
            group: it.group.clone(),
            is_view: it.secondary,
            x: whole(corner.x),
            y: whole(corner.y),
            width: whole(size.width),
            height: whole(size.height),
            rows: it.rows.iter().map(row).collect(),
            change: Mark::None,
        }
    });
    let routes = router.route_all(corners);
    let links = diagram.links.iter().zip(&routes).map(|(link, route)| LinkView {
        from: link.from as u32,
        from_row: link.from_row as u32,
        to: link.to as u32,
        to_row: link.to_row as u32,
        from_end: end_word(link.from_end),
        to_end: end_word(link.to_end),
        label: link.label.clone(),
        points: flat(route),
        change: Mark::None,
    });
    DiagramView { boxes: boxes.collect(), links: links.collect() }
}

/// A diagram of a model that is not open, as SVG.
pub fn svg_of(model: &Model, title: &str) -> String {
    let diagram = diagram_of(model);
    render_svg(&diagram, &arrange(&diagram), &Palette::LIGHT, title)
}

/// The name under which a relation's position is kept.
fn position_name(relation: RelationWalker<'_>) -> String {
    let kind = if relation.object().kind() == Kind::View { "view" } else { "table" };
    format!("{kind} {}\u{1f}{}", relation.namespace(), relation.name())
}

/// Where a kept layout has the boxes of a model's diagram.
pub(crate) fn known_corners(model: &Model, layout: &[Position]) -> Vec<Option<Point>> {
    let kept: HashMap<&str, Point> =
        layout.iter().map(|it| (it.relation.as_str(), Point::new(it.x, it.y))).collect();
    drawn(model).into_iter().map(|it| kept.get(position_name(it).as_str()).copied()).collect()
}

/// Moves boxes; returns which were moved, and the new ways of the links at them.
pub(crate) fn moved_links(
    router: &Router,
    corners: &mut [Point],
    moves: &[BoxMove],
) -> (HashSet<usize>, Vec<Rerouted>) {
    let mut moved = HashSet::new();
    for it in moves {
        if let Some(corner) = corners.get_mut(it.index as usize) {
            *corner = Point::new(f64::from(it.x), f64::from(it.y));
            moved.insert(it.index as usize);
        }
    }
    let routes = router.route_some(corners, |from, to| moved.contains(&from) || moved.contains(&to));
    let rerouted = routes.iter().map(|(index, route)| Rerouted { index: *index as u32, points: flat(route) });
    (moved, rerouted.collect())
}

impl Workspace {
    /// Joins the diagram with the kept layout; what is new is placed near its neighbours, and all is kept.
    pub(crate) fn place_boxes(
        &self,
        source: &Source,
        model: &Model,
        diagram: &Diagram,
    ) -> Result<Vec<Point>, AppError> {
        let known = known_corners(model, &self.store.layout(&source.key())?);
        let corners = place_missing(diagram, &known);
        let names = drawn(model).into_iter().map(position_name);
        self.keep_positions(source, names.zip(corners.iter().copied()))?;
        Ok(corners)
    }

    fn keep_positions(
        &self,
        source: &Source,
        places: impl Iterator<Item = (String, Point)>,
    ) -> Result<(), AppError> {
        let positions: Vec<Position> =
            places.map(|(relation, at)| Position { relation, x: at.x, y: at.y }).collect();
        Ok(self.store.keep_layout(&source.key(), &positions)?)
    }

    /// The diagram of an open source.
    ///
    /// # Errors
    /// When the source is not open.
    pub fn diagram(&self, source: &Source) -> Result<DiagramView, AppError> {
        let (model, diagram, router, corners) = {
            let opened = self.opened();
            let open = opened.get(source).ok_or_else(|| not_open(source))?;
            (open.model.clone(), open.diagram.clone(), open.router.clone(), open.corners.clone())
        };
        Ok(view_of(&model, &diagram, &router, &corners))
    }

    /// Moves boxes of one reading; returns the new ways of the links at them. A move that belongs to an earlier reading comes to
    /// nothing: what it moved is not what is open now.
    ///
    /// # Errors
    /// When the source is not open, or the store cannot be written.
    pub fn move_boxes(
        &self,
        source: &Source,
        reading: u32,
        moves: &[BoxMove],
        keep: Keep,
    ) -> Result<Vec<Rerouted>, AppError> {
        let mut opened = self.opened();
        let open = opened.get_mut(source).ok_or_else(|| not_open(source))?;
        if open.reading != reading {
            return Ok(Vec::new());
        }
        let (moved, rerouted) = moved_links(&open.router, &mut open.corners, moves);
        if keep == Keep::Yes {
            let relations = drawn(&open.model);
            let places: Vec<(String, Point)> =
                moved.iter().map(|&index| (position_name(relations[index]), open.corners[index])).collect();
            self.keep_positions(source, places.into_iter())?;
        }
        Ok(rerouted)
    }

    /// Folds or unfolds the nested fields at a row of a box of one reading; returns the diagram as it is then. Boxes stay where they are.
    ///
    /// # Errors
    /// When the source is not open, or was read again since.
    pub fn fold_fields(
        &self,
        source: &Source,
        reading: u32,
        index: u32,
        row: u32,
    ) -> Result<DiagramView, AppError> {
        let model = self.model_of_reading(source, reading)?;
        let mut opened = self.opened();
        let open = opened.get_mut(source).ok_or_else(|| not_open(source))?;
        let relation = drawn(&model).get(index as usize).copied();
        let shown = relation.map(|relation| shown_fields(relation, &open.folds)).unwrap_or_default();
        let field = (row as usize).checked_sub(relation.map_or(0, |relation| relation.columns().count()));
        if let (Some(relation), Some((field, _))) = (relation, field.and_then(|at| shown.get(at))) {
            let fold = (relation.id(), field.path.clone());
            if !open.folds.remove(&fold) {
                open.folds.insert(fold);
            }
        }
        let mut diagram = folded_diagram_of(&model, &open.folds);
        // Groups and colours stay what they were.
        for (it, before) in diagram.boxes.iter_mut().zip(&open.diagram.boxes) {
            it.group.clone_from(&before.group);
        }
        open.router = Arc::new(Router::new(&diagram));
        open.diagram = Arc::new(diagram);
        Ok(view_of(&model, &open.diagram, &open.router, &open.corners))
    }

    /// Forgets the kept positions and lays everything out afresh.
    ///
    /// # Errors
    /// When the source is not open, or the store cannot be written.
    pub fn arrange_diagram(&self, source: &Source) -> Result<DiagramView, AppError> {
        let (model, diagram, router, reading) = {
            let opened = self.opened();
            let open = opened.get(source).ok_or_else(|| not_open(source))?;
            (open.model.clone(), open.diagram.clone(), open.router.clone(), open.reading)
        };
        // Laying out takes long, and others may want what is open meanwhile.
        self.store.forget_layout(&source.key())?;
        let corners = self.place_boxes(source, &model, &diagram)?;
        if let Some(open) = self.opened().get_mut(source).filter(|open| open.reading == reading) {
            open.corners.clone_from(&corners);
        }
        Ok(view_of(&model, &diagram, &router, &corners))
    }
}
