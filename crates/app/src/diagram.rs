//! The diagram of an open schema: model to boxes and links, kept positions, moves.

use std::collections::{HashMap, HashSet};

use cadastre_diagram::{
    Diagram, DiagramBox, End, Link, Palette, Point, Route, Router, Row, arrange, place_missing, render_svg,
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
    let relations = drawn(model);
    let place: HashMap<ObjectId, usize> =
        relations.iter().enumerate().map(|(at, relation)| (relation.id(), at)).collect();
    let several = relations.iter().any(|relation| relation.namespace() != relations[0].namespace());
    let groups = groups(&relations);
    let boxes =
        relations.iter().zip(groups).map(|(relation, group)| box_of(*relation, group, several)).collect();
    let links =
        relations.iter().enumerate().flat_map(|(from, relation)| links_of(*relation, from, &place)).collect();
    let mut diagram = Diagram { boxes, links };
    regroup_by_links(&mut diagram);
    diagram
}

/// The relations a diagram shows: partitions stand behind their table.
fn drawn(model: &Model) -> Vec<RelationWalker<'_>> {
    let is_partition = |it: &RelationWalker<'_>| it.table().is_some_and(|table| table.partition_of.is_some());
    model.relations().filter(|relation| !is_partition(relation)).collect()
}

fn box_of(relation: RelationWalker<'_>, group: String, qualify: bool) -> DiagramBox {
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
    });
    let sampled = relation.table().and_then(|table| table.sample.as_ref());
    let rows: Vec<Row> =
        rows.chain(sampled.into_iter().flat_map(|sample| sample.fields.iter().map(sampled_row))).collect();
    let title = if qualify {
        format!("{}.{}", relation.namespace(), relation.name())
    } else {
        relation.name().to_owned()
    };
    DiagramBox { title, group, rows, secondary: relation.view().is_some() }
}

/// A field as it was found: indented by its depth, with its types.
fn sampled_row(field: &SampledField) -> Row {
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

fn links_of(relation: RelationWalker<'_>, from: usize, place: &HashMap<ObjectId, usize>) -> Vec<Link> {
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
    for (from_row, field) in sample.iter().flat_map(|sample| sample.fields.iter().enumerate()) {
        let Some(reference) = &field.reference else { continue };
        let name = QualifiedName::new(relation.namespace(), reference.collection.as_str());
        let Some(target) = relation.model().find_relation(&name).and_then(|id| relation.model().relation(id))
        else {
            continue;
        };
        let Some(&to) = place.get(&target.id()) else { continue };
        let fields = target.table().and_then(|table| table.sample.as_ref()).map(|sample| &sample.fields);
        let to_row = fields.and_then(|fields| fields.iter().position(|it| it.path == reference.field));
        links.push(Link {
            from,
            from_row,
            to,
            to_row: to_row.unwrap_or(0),
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

fn view_of(model: &Model, diagram: &Diagram, router: &Router, corners: &[Point]) -> DiagramView {
    let relations = drawn(model);
    let boxes = diagram.boxes.iter().zip(corners).zip(relations).map(|((it, corner), relation)| {
        let size = it.size();
        let row = |row: &Row| RowView {
            label: row.label.clone(),
            detail: row.detail.clone(),
            mark: row.mark.clone(),
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

impl Workspace {
    /// Joins the diagram with the kept layout; what is new is placed near its neighbours, and all is kept.
    pub(crate) fn place_boxes(
        &self,
        source: &Source,
        model: &Model,
        diagram: &Diagram,
    ) -> Result<Vec<Point>, AppError> {
        let kept: HashMap<String, Point> = self
            .store
            .layout(&source.key())?
            .into_iter()
            .map(|it| (it.relation, Point::new(it.x, it.y)))
            .collect();
        let names: Vec<String> = drawn(model).into_iter().map(position_name).collect();
        let known: Vec<Option<Point>> = names.iter().map(|name| kept.get(name).copied()).collect();
        let corners = place_missing(diagram, &known);
        self.keep_positions(source, names.into_iter().zip(corners.iter().copied()))?;
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
        let mut moved = HashSet::new();
        for it in moves {
            if let Some(corner) = open.corners.get_mut(it.index as usize) {
                *corner = Point::new(f64::from(it.x), f64::from(it.y));
                moved.insert(it.index as usize);
            }
        }
        if keep == Keep::Yes {
            let relations = drawn(&open.model);
            let places: Vec<(String, Point)> =
                moved.iter().map(|&index| (position_name(relations[index]), open.corners[index])).collect();
            self.keep_positions(source, places.into_iter())?;
        }
        let routes =
            open.router.route_some(&open.corners, |from, to| moved.contains(&from) || moved.contains(&to));
        let rerouted =
            routes.iter().map(|(index, route)| Rerouted { index: *index as u32, points: flat(route) });
        Ok(rerouted.collect())
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
