//! What tables have for themselves of what comes from their parents.

use std::collections::HashSet;

use cadastre_model::*;

use super::tables::column_settings_of;
use super::{Rank, Writer};
use crate::dialect::{qualified, quote};
use crate::plan::has_relation_name;
use crate::satellites::comment_on;

impl Writer<'_> {
    /// A key that comes with that of the parent has its comment by itself, and orders and identifies the rows of its table only.
    pub fn settle_heirs_key(&mut self, id: ObjectId) {
        let object = self.model.object(id);
        let above = match &object.body {
            Body::PrimaryKey(key) | Body::Unique(key) => key.attached_to.clone(),
            _ => None,
        };
        let (Some(above), Some(target)) = (above, self.target(id)) else { return };
        let mut sql: Vec<String> =
            comment_on(&target, object).into_iter().chain(self.index_comment(id)).collect();
        sql.extend(self.ordering(object));
        sql.extend(self.identifying(object));
        if sql.is_empty() {
            return;
        }
        let at = self.unit(Rank::Last, id, String::new());
        self.units[at].sql = sql;
        self.need_all(at, id);
        let is_above = |it: &ObjectId| self.model.walk(*it).qualified_name() == above;
        let tables = self.model.tables().filter(|it| it.table().is_some_and(|it| it.partition_by.is_some()));
        let keys = tables.flat_map(|it| self.model.children(it.id())).copied();
        let found: Vec<ObjectId> =
            keys.filter(|it| has_relation_name(self.model.object(*it).kind())).filter(is_above).collect();
        self.pending.extend(found.into_iter().map(|it| (at, it)));
    }

    /// What a column that comes with that of the parent has for itself: settings, which are passed on in part only, another default, its
    /// comment and grants.
    pub fn settle_heirs_column(&mut self, id: ObjectId) {
        let object = self.model.object(id);
        let (Body::Column(column), Some(table)) = (&object.body, object.parent) else { return };
        let Body::Table(heir) = &self.model.object(table).body else { return };
        let same: Vec<(ObjectId, &Column)> = self
            .same_above(id)
            .into_iter()
            .filter_map(|it| match &self.model.object(it).body {
                Body::Column(parents) => Some((it, parents)),
                _ => None,
            })
            .collect();
        // It comes from where it is declared, however far above.
        let declared = same.iter().find(|(_, it)| it.inheritance != Inheritance::Inherited).or(same.last());
        let Some((_, first)) = declared else { return };
        let alter = format!("ALTER TABLE ONLY {}", qualified(&self.name(table)));
        let mut sql = column_settings_of(&alter, object, column, heir.persistence);
        let name = quote(&object.name);
        match &column.default {
            default if *default == first.default => {}
            Some(default) => sql.push(format!("{alter} ALTER COLUMN {name} SET DEFAULT {default}")),
            None => sql.push(format!("{alter} ALTER COLUMN {name} DROP DEFAULT")),
        }
        if column.not_null && !first.not_null {
            sql.push(format!("{alter} ALTER COLUMN {name} SET NOT NULL"));
        }
        if let Some(target) = self.target(id) {
            sql.extend(comment_on(&target, object));
            self.column_grants(self.model.object(table), object, &mut sql);
        }
        if sql.is_empty() {
            return;
        }
        let at = self.unit(Rank::Column, id, String::new());
        self.units[at].sql = sql;
        self.need_all(at, id);
        self.pending.extend(same.iter().map(|(it, _)| (at, *it)));
    }
}

/// What a table has changed of columns that come from its parents: defaults of those it only inherits, and NOT NULL.
pub(super) fn inherited_overrides(
    alter: &str,
    table: &Table,
    relation: RelationWalker<'_>,
    unsettled: &HashSet<ObjectId>,
) -> Vec<String> {
    let model = relation.model();
    let parents: Vec<RelationWalker<'_>> = table
        .inherits
        .iter()
        .filter_map(|name| model.find_relation(name).and_then(|id| model.relation(id)))
        .collect();
    let mut sql = Vec::new();
    for (object, column) in relation.columns().filter(|_| !parents.is_empty()) {
        let above: Vec<(ObjectId, &Column)> = parents
            .iter()
            .flat_map(|parent| model.children(parent.id()))
            .filter(|id| model.object(**id).name == object.name)
            .filter_map(|&id| match &model.object(id).body {
                Body::Column(column) => Some((id, column)),
                _ => None,
            })
            .collect();
        let Some((first_id, first)) = above.first() else { continue };
        let name = quote(&object.name);
        let is_inherited = column.inheritance == Inheritance::Inherited;
        match &column.default {
            _ if !is_inherited => {}
            default if *default == first.default && !unsettled.contains(first_id) => {}
            Some(default) => sql.push(format!("{alter} ALTER COLUMN {name} SET DEFAULT {default}")),
            None => sql.push(format!("{alter} ALTER COLUMN {name} DROP DEFAULT")),
        }
        // What the table declares is joined with what any parent declares.
        let comes_not_null = above.iter().any(|(_, above)| above.not_null);
        if column.not_null && !comes_not_null && is_inherited {
            sql.push(format!("{alter} ALTER COLUMN {name} SET NOT NULL"));
        } else if comes_not_null && !column.not_null {
            sql.push(format!("{alter} ALTER COLUMN {name} DROP NOT NULL"));
        }
    }
    sql
}
