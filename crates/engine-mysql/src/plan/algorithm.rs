//! How a table is altered: by its description alone, in place while others write, or by a copy of it. Said in the statement, so that a server
//! which would do otherwise refuses instead of surprising. Sources: MariaDB Knowledge Base, "InnoDB Online DDL Operations"; MySQL manual,
//! "Online DDL Operations".

use cadastre_model::*;
use cadastre_plan::{Hazard, LockClass, Reason, Step, WorkClass};

use super::{Planning, TableChange};
use crate::dialect::is_mariadb;

/// The ways, from the lightest; where it is not sure which one it is, the server chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// The table's description alone changes.
    Instant,
    /// Indexes are built or dropped; nobody waits for it but at its two ends.
    InPlace,
    /// The table is made anew in place; nobody waits for it but at its two ends.
    Rebuild,
    /// Rows are copied; who writes waits.
    Copy,
    /// The server finds out.
    Unsure,
}

impl Way {
    /// The words at the end of the statement.
    pub fn words(self) -> Option<&'static str> {
        match self {
            // It takes no lock that could be asked for (MySQL manual, "ALTER TABLE": LOCK with INSTANT).
            Self::Instant => Some("ALGORITHM=INSTANT"),
            Self::InPlace | Self::Rebuild => Some("ALGORITHM=INPLACE, LOCK=NONE"),
            Self::Copy => Some("ALGORITHM=COPY, LOCK=SHARED"),
            Self::Unsure => None,
        }
    }

    /// Says of a step what it locks and costs.
    pub fn describe(self, step: &mut Step) {
        let (lock, work) = match self {
            Self::Instant => (LockClass::AccessExclusive, WorkClass::Metadata),
            Self::InPlace => (LockClass::ShareUpdateExclusive, WorkClass::Scan),
            Self::Rebuild => (LockClass::ShareUpdateExclusive, WorkClass::Rewrite),
            Self::Copy => (LockClass::Share, WorkClass::Rewrite),
            Self::Unsure => (LockClass::AccessExclusive, WorkClass::Rewrite),
        };
        step.locks.iter_mut().for_each(|it| it.lock = lock);
        step.work = work;
        match self {
            Self::Copy => {
                step.hazards.push(Hazard::new(Reason::Copied));
            }
            Self::Unsure => {
                step.hazards.push(Hazard::new(Reason::MayBeCopied));
            }
            _ => {}
        }
    }
}

impl Planning<'_> {
    /// The heaviest way any of a table's changes asks for.
    pub(super) fn way(&self, table: ObjectId, change: &TableChange) -> Way {
        let Some(old) = self.diff.from(table) else { return Way::Unsure };
        if !is_plain(self.from, old) || !is_plain(self.to, table) || self.is_reordered(old) {
            return Way::Unsure;
        }
        let gone = change.gone.iter().map(|&id| self.way_of_removal(id));
        let come = change.come.iter().map(|&id| self.way_of_addition(id));
        let restated =
            change.restated.iter().filter(|&&id| self.differs(id)).map(|&id| self.way_of_column(id));
        let own = change.own.then(|| self.way_of_options(old, table));
        // MariaDB takes a new name that comes with an option of the table for another index.
        let renaming = if self.is_mariadb() && !change.own { Way::Instant } else { Way::InPlace };
        let renamed = change.renamed.iter().map(|_| renaming);
        let way = gone.chain(come).chain(renamed).chain(restated).chain(own).max().unwrap_or(Way::Instant);
        let has_columns = change
            .gone
            .iter()
            .map(|&id| self.from.object(id))
            .chain(change.come.iter().map(|&id| self.to.object(id)))
            .any(|object| object.kind() == Kind::Column);
        if way == Way::InPlace && has_columns { Way::Rebuild } else { way }
    }

    /// Rows of a table without a primary key lie in the order of its first unique key without nulls.
    fn may_order(&self, model: &Model, object: &Object, index: &Index) -> bool {
        let siblings = object.parent.map(|it| model.children(it)).unwrap_or_default();
        index.unique && !siblings.iter().any(|&it| model.object(it).kind() == Kind::PrimaryKey)
    }

    fn is_mariadb(&self) -> bool {
        is_mariadb(&self.to.origin)
    }

    /// Whether columns that stay stand in another order.
    fn is_reordered(&self, old: ObjectId) -> bool {
        let kept = self
            .from
            .children(old)
            .iter()
            .filter_map(|&id| self.diff.to(id).filter(|_| self.from.object(id).kind() == Kind::Column));
        let places: Vec<usize> = kept
            .filter_map(|to| {
                let siblings = self.to.object(to).parent.map(|it| self.to.children(it)).unwrap_or_default();
                siblings.iter().position(|it| *it == to)
            })
            .collect();
        !places.is_sorted()
    }

    fn way_of_removal(&self, id: ObjectId) -> Way {
        let object = self.from.object(id);
        match &object.body {
            Body::Index(index) if self.may_order(self.from, object, index) => Way::Unsure,
            Body::Index(_) => Way::InPlace,
            Body::Check(check) if check.column.is_none() && self.is_mariadb() => Way::Instant,
            Body::ForeignKey(_) => Way::Instant,
            Body::Column(_) if self.is_mariadb() && !self.is_used(object) => Way::Instant,
            _ => Way::Unsure,
        }
    }

    /// Whether a key or check of its table names a column.
    fn is_used(&self, column: &Object) -> bool {
        let siblings = column.parent.map(|it| self.from.children(it)).unwrap_or_default();
        siblings.iter().any(|&id| match &self.from.object(id).body {
            Body::PrimaryKey(key) => key.columns.contains(&column.name),
            Body::ForeignKey(key) => key.columns.contains(&column.name),
            Body::Index(index) => index
                .parts
                .iter()
                .any(|part| matches!(&part.target, IndexTarget::Column(name) if *name == column.name)),
            Body::Check(_) => true,
            _ => false,
        })
    }

    fn way_of_addition(&self, id: ObjectId) -> Way {
        let object = self.to.object(id);
        match &object.body {
            Body::Index(index) => {
                let is_column = |part: &IndexPart| matches!(part.target, IndexTarget::Column(_));
                let is_simple = index.parts.iter().all(is_column) && !self.may_order(self.to, object, index);
                if is_simple { Way::InPlace } else { Way::Unsure }
            }
            Body::ForeignKey(_) => Way::Instant,
            Body::Check(_) if self.is_mariadb() => Way::Copy,
            Body::Column(column) if self.is_mariadb() => {
                let is_plain = column.on_update.is_none()
                    && !column.autoincrement
                    && column.default.as_deref().is_none_or(is_constant)
                    && !has_check(self.to, object);
                if is_plain { Way::Instant } else { Way::Unsure }
            }
            _ => Way::Unsure,
        }
    }

    fn way_of_column(&self, id: ObjectId) -> Way {
        let Some(old) = self.diff.from(id) else { return Way::Unsure };
        let (Body::Column(a), Body::Column(b)) = (&self.from.object(old).body, &self.to.object(id).body)
        else {
            return Way::Unsure;
        };
        let is_checked =
            has_check(self.from, self.from.object(old)) || has_check(self.to, self.to.object(id));
        if is_checked || a.character_set != b.character_set || a.collation != b.collation {
            return Way::Unsure;
        }
        let same = Column {
            data_type: b.data_type.clone(),
            default: b.default.clone(),
            after: b.after.clone(),
            ..a.clone()
        };
        if same != *b {
            Way::Unsure
        } else if a.data_type == b.data_type || grows_in_place(&a.data_type, &b.data_type) {
            Way::Instant
        } else if kind_of(&a.data_type) == kind_of(&b.data_type) {
            Way::Unsure
        } else {
            Way::Copy
        }
    }

    fn way_of_options(&self, old: ObjectId, table: ObjectId) -> Way {
        let (a, b) = (&self.from.object(old).body, &self.to.object(table).body);
        if a == b { Way::Instant } else { Way::Unsure }
    }
}

/// An ordinary table of InnoDB, of which the rules are known.
pub(super) fn is_plain(model: &Model, table: ObjectId) -> bool {
    let Body::Table(it) = &model.object(table).body else { return false };
    let is_innodb = it.access_method.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("innodb"));
    let has_format = it.options.iter().any(|it| it.name.eq_ignore_ascii_case("ROW_FORMAT"));
    let is_usual = |id: &ObjectId| match &model.object(*id).body {
        Body::Column(column) => {
            column.generated.is_none() && column.row_time.is_none() && !column.unversioned
        }
        Body::Index(index) => {
            let is_tree = index.method.eq_ignore_ascii_case("btree") || index.method.is_empty();
            is_tree && index.without_overlaps.is_none() && index.options.is_empty()
        }
        _ => true,
    };
    is_innodb
        && !has_format
        && it.partition_by.is_none()
        && !it.system_versioned
        && it.periods.is_empty()
        && model.children(table).iter().all(is_usual)
}

/// Whether a check stands at a column.
fn has_check(model: &Model, column: &Object) -> bool {
    let siblings = column.parent.map(|it| model.children(it)).unwrap_or_default();
    let is_its = |id: &ObjectId| matches!(&model.object(*id).body, Body::Check(check) if check.column.as_deref() == Some(&column.name));
    siblings.iter().any(is_its)
}

/// Whether the server knows no way from values of one type to those of the other, not even for a table without rows.
pub(super) fn has_no_cast(a: &str, b: &str) -> bool {
    const CLOSED: &[&str] = &["uuid", "inet4", "inet6"];
    const SHAPES: &[&str] = &[
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    ];
    const OPEN: &[&str] = &["char", "varchar", "tinytext", "text", "mediumtext", "longtext"];
    const BYTES: &[&str] = &["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"];
    let (a, b) = (kind_of(a), kind_of(b));
    let is_shape = |it: &str| SHAPES.contains(&it);
    let is_closed = |it: &str| CLOSED.contains(&it);
    if a == b || is_shape(a) && is_shape(b) {
        return false;
    }
    let knows = |it: &str| OPEN.contains(&it) || BYTES.contains(&it);
    (is_closed(a) || is_shape(a)) && !knows(b) || (is_closed(b) || is_shape(b)) && !knows(a)
}

/// The word of a type, without its length.
fn kind_of(data_type: &str) -> &str {
    data_type.split(['(', ' ']).next().unwrap_or(data_type)
}

/// Whether a default is a plain value, which every row that is there can be given without being touched.
fn is_constant(default: &str) -> bool {
    let is_text = default.starts_with('\'') && default.ends_with('\'');
    is_text || default.eq_ignore_ascii_case("NULL") || default.parse::<f64>().is_ok()
}

/// Whether a `varchar` becomes longer without its length needing another byte, whatever its character set.
fn grows_in_place(a: &str, b: &str) -> bool {
    let length = |data_type: &str| -> Option<u32> {
        data_type.strip_prefix("varchar(")?.strip_suffix(')')?.parse().ok()
    };
    matches!((length(a), length(b)), (Some(x), Some(y)) if x <= y && (y <= 63 || x >= 256))
}

/// Whether values may become less exact without the server refusing them: strictness keeps numbers from being cut in front, not behind.
pub(super) fn may_round(a: &str, b: &str) -> bool {
    let digits = |data_type: &str| -> Option<u32> {
        let arguments = data_type.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|it| it.0);
        let last = arguments.and_then(|it| it.rsplit(',').next()).and_then(|it| it.trim().parse().ok());
        match kind_of(data_type) {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "date" => Some(0),
            "decimal" => {
                Some(if arguments.is_some_and(|it| it.contains(',')) { last.unwrap_or(0) } else { 0 })
            }
            "datetime" | "timestamp" | "time" => Some(10 + last.unwrap_or(0)),
            "float" => Some(40),
            "double" => Some(50),
            _ => None,
        }
    };
    matches!((digits(a), digits(b)), (Some(x), Some(y)) if y < x)
}
