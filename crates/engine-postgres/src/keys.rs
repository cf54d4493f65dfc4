//! Keys, checks, foreign keys and indexes from their rows.

use cadastre_model::*;

use crate::assemble::{Assembly, Class};
use crate::catalog::{ConstraintRow, IndexRow};
use crate::words::{
    action, deferrable, inheritance, settings, statistics_target, strip_parentheses, validated,
};

/// The parameters of a part's operator class, as they stand in its parentheses.
fn parameters(row: &IndexRow, at: usize) -> Option<&str> {
    let number = (at + 1).to_string();
    let mut all = row.parameters.iter().flatten().filter_map(|text| text.split_once('='));
    all.find(|(part, _)| *part == number).map(|(_, text)| text)
}

/// A default class is only named where it is given parameters.
fn operator_class(class: Option<&(String, bool)>, parameters: Option<&str>) -> Option<String> {
    match (class, parameters) {
        (Some((name, _)), Some(parameters)) => Some(format!("{name} ({parameters})")),
        (Some((name, false)), None) => Some(name.clone()),
        (Some((_, true)) | None, _) => None,
    }
}

impl Assembly {
    pub fn column_names(&self, table: u32, numbers: &[i16]) -> Vec<String> {
        numbers.iter().filter_map(|&number| self.columns.get(&(table, number)).cloned()).collect()
    }

    pub fn add_constraint(&mut self, row: ConstraintRow) {
        let parent = if row.table == 0 { (Class::Type, row.domain) } else { (Class::Relation, row.table) };
        let Some(&parent) = self.objects.get(&parent) else { return };
        let body = match row.kind {
            'p' => Body::PrimaryKey(self.key(&row)),
            'u' => Body::Unique(self.key(&row)),
            'f' => match self.foreign_key(&row) {
                Some(key) => Body::ForeignKey(key),
                None => return self.builder.note_unmodelled("foreign key into another schema", row.name),
            },
            'x' => Body::Exclusion(Exclusion {
                definition: row.text.clone().unwrap_or_default(),
                index_comment: row.index_comment.clone(),
            }),
            _ => Body::Check(Check {
                expression: strip_parentheses(row.text.as_deref().unwrap_or_default()).to_owned(),
                no_inherit: row.no_inherit,
                // Whether a check that only came with the parent is valid here depends on what came first, and no statement says it.
                validated: validated(row.validated || !row.is_local),
                inheritance: inheritance(row.is_local, row.inherited),
                not_enforced: false,
                column: None,
                unnamed: false,
            }),
        };
        let mut object = Object::new(Some(parent), row.name, body);
        object.comment = row.comment;
        let id = self.builder.add(object);
        self.objects.insert((Class::Constraint, row.oid), id);
    }

    fn key(&self, row: &ConstraintRow) -> Key {
        let all = row.index_columns.clone().unwrap_or_default();
        let included = all.get(row.index_keys as usize..).unwrap_or_default();
        let mut options = settings(row.index_options.as_deref().unwrap_or_default());
        if row.clustered {
            options.push(SettingPair { name: "clustered".into(), value: "true".into() });
        }
        let attached = row.parent.clone().zip(row.parent_namespace).and_then(|(name, oid)| {
            let namespace = self.namespaces.get(&oid)?;
            Some(QualifiedName::new(self.builder.object(*namespace).name.clone(), name))
        });
        Key {
            columns: self.column_names(row.table, row.columns.as_deref().unwrap_or_default()),
            include: self.column_names(row.table, included),
            deferrable: deferrable(row.deferrable, row.deferred),
            nulls_not_distinct: row.nulls_not_distinct,
            options,
            attached_to: attached,
            index_comment: row.index_comment.clone(),
            ..Key::default()
        }
    }

    fn foreign_key(&self, row: &ConstraintRow) -> Option<ForeignKey> {
        Some(ForeignKey {
            columns: self.column_names(row.table, row.columns.as_deref().unwrap_or_default()),
            references: self.names.get(&row.references)?.clone(),
            referenced_columns: self
                .column_names(row.references, row.referenced.as_deref().unwrap_or_default()),
            on_update: action(row.on_update),
            on_delete: action(row.on_delete),
            on_delete_columns: self
                .column_names(row.table, row.delete_columns.as_deref().unwrap_or_default()),
            match_type: match row.match_type {
                'f' => MatchType::Full,
                'p' => MatchType::Partial,
                _ => MatchType::Simple,
            },
            deferrable: deferrable(row.deferrable, row.deferred),
            validated: validated(row.validated),
            inherited: row.is_clone,
            // The server names the parts of a constraint that lie on partitions by counting.
            unnamed: row.is_clone,
        })
    }

    pub fn name_index(&mut self, row: &IndexRow) {
        if let Some(table) = self.names.get(&row.table) {
            self.index_names.insert(row.oid, QualifiedName::new(table.namespace.clone(), row.name.clone()));
        }
    }

    pub fn add_index(&mut self, row: IndexRow) {
        let Some(&table) = self.objects.get(&(Class::Relation, row.table)) else { return };
        let keys = row.keys as usize;
        let index = Index {
            parts: (0..keys).map(|at| self.index_part(&row, at)).collect(),
            include: self.column_names(row.table, row.columns.get(keys..).unwrap_or_default()),
            predicate: row.predicate.as_deref().map(|text| strip_parentheses(text).to_owned()),
            options: settings(row.settings.as_deref().unwrap_or_default()),
            attached_to: row.parent.and_then(|parent| self.index_names.get(&parent).cloned()),
            // An index of a partitioned table is not valid until every partition has its part; that is no failed build.
            invalid: !row.usable && !self.is_partitioned(table),
            method: row.method,
            unique: row.unique,
            nulls_not_distinct: row.nulls_not_distinct,
            clustered: row.clustered,
            invisible: false,
            parser: None,
            without_overlaps: None,
            statistics_targets: row
                .statistics
                .iter()
                .flatten()
                .filter_map(|text| statistics_target(text))
                .collect(),
            source: None,
        };
        let mut object = Object::new(Some(table), row.name, Body::Index(index));
        object.comment = row.comment;
        let id = self.builder.add(object);
        self.objects.insert((Class::Relation, row.oid), id);
    }

    fn is_partitioned(&self, table: ObjectId) -> bool {
        matches!(&self.builder.object(table).body, Body::Table(table) if table.kind == TableKind::Partitioned)
    }

    fn index_part(&self, row: &IndexRow, at: usize) -> IndexPart {
        let number = row.columns.get(at).copied().unwrap_or_default();
        let target = match self.columns.get(&(row.table, number)) {
            Some(name) => IndexTarget::Column(name.clone()),
            None => {
                let text =
                    row.expressions.as_ref().and_then(|texts| texts.get(at)).cloned().unwrap_or_default();
                IndexTarget::Expression(text)
            }
        };
        let bits = row.options.get(at).copied().unwrap_or_default();
        let (descending, nulls_first) = (bits & 1 != 0, bits & 2 != 0);
        let class = row.classes.get(at).and_then(|oid| self.classes.get(oid));
        IndexPart {
            target,
            prefix_length: None,
            collation: self.part_collation(row, at),
            operator_class: operator_class(class, parameters(row, at)),
            descending,
            nulls: (descending != nulls_first).then_some(if nulls_first {
                NullsOrder::First
            } else {
                NullsOrder::Last
            }),
        }
    }

    /// The collation of an index part where it is not the column's own. An expression's is always said: what it would be by
    /// itself is not known here.
    fn part_collation(&self, row: &IndexRow, at: usize) -> Option<String> {
        let name = self.collations.get(row.collations.get(at)?)?;
        let own = self.column_objects.get(&(row.table, *row.columns.get(at)?)).and_then(|&id| {
            match &self.builder.object(id).body {
                Body::Column(column) => column.collation.as_ref(),
                _ => None,
            }
        });
        (own != Some(name)).then(|| name.clone())
    }
}
