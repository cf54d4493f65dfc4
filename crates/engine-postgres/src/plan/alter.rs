//! Changes made in place, kind by kind. Grammar: manual, "SQL Commands", the page of each `ALTER`.

use cadastre_diff::Facets;
use cadastre_model::*;
use cadastre_plan::{Note, Obstacle};

use super::column::within_bounds;
use super::{Planning, foreign};
use crate::dialect::{literal, qualified, quote};
use crate::render;
use crate::satellites::{attribute_comments, comment_sql, statistics_name};
use crate::script::{Rank, is_clustered, major_version};
use crate::words::arguments_of;

impl Planning<'_> {
    /// All changes in place.
    pub fn alter(&mut self) {
        let mut altered: Vec<(ObjectId, Facets)> =
            self.fates.altered.iter().map(|(id, facets)| (*id, *facets)).collect();
        altered.sort_by_key(|(id, _)| *id);
        for (to, facets) in altered {
            if let Some(from) = self.diff.from(to)
                && !self.fates.made.contains(&to)
            {
                self.alter_one(from, to, facets);
            }
        }
        self.stand_apart();
        self.rename_parts();
        self.hand_over_sequences();
        self.put_defaults_back();
    }

    fn alter_one(&mut self, from: ObjectId, to: ObjectId, facets: Facets) {
        let before = (self.new.units.len(), self.drops.len(), self.notes.len());
        let (rank, mut sql) =
            if facets.body { self.body_changes(from, to) } else { (Rank::Default, Vec::new()) };
        sql.extend(self.satellite_changes(from, to, facets));
        if sql.is_empty() {
            // Said, if it was not done otherwise and does not follow from what is done elsewhere.
            let is_silent = before == (self.new.units.len(), self.drops.len(), self.notes.len());
            if is_silent && !self.follows(to) && !self.fates.bare_defaults.contains(&from) {
                self.notes.push(Note::about(Obstacle::NoStatement, vec![super::object_name(self.to, to)]));
            }
            return;
        }
        let parent = self.to.object(to).parent;
        let is_column = self.to.object(to).kind() == Kind::Column
            && parent.is_some_and(|parent| self.to.object(parent).kind() == Kind::Table);
        let rank = if is_column { Rank::Column } else { rank };
        let at = self.new.unit(rank, to, String::new());
        self.new.units[at].sql = sql;
        self.new.need_all(at, to);
        self.new.unit_of.entry(to).or_insert(at);
        if is_column && let Some(table) = parent {
            self.new.need_types(at, table);
            self.new.column_units.entry(table).or_default().push(at);
            if let (
                Body::Column(Column { identity: Some(x), .. }),
                Body::Column(Column { identity: Some(y), .. }),
            ) = (&self.from.object(from).body, &self.to.object(to).body)
                && x.sequence != y.sequence
            {
                self.vacating.push((x.sequence.clone(), at));
            }
        }
    }

    /// Columns of views follow from their query, parts of heirs and partitions from those they are inherited from.
    fn follows(&self, id: ObjectId) -> bool {
        let object = self.to.object(id);
        match &object.body {
            Body::Column(column) => {
                let on_view = object.parent.is_some_and(|it| self.to.object(it).kind() == Kind::View);
                on_view || column.inheritance != Inheritance::Local || self.has_left(object)
            }
            // A table that is ordered by something else is not ordered by this any more.
            Body::PrimaryKey(key) | Body::Unique(key) => {
                key.attached_to.is_some() || self.has_left(object) || self.is_ordered(object)
            }
            Body::ForeignKey(key) => key.inherited || self.has_left(object),
            Body::Check(check) => check.inheritance != Inheritance::Local || self.has_left(object),
            Body::Index(_) => self.has_left(object) || self.is_ordered(object),
            // Whose it is is said when all columns are there.
            Body::Sequence(_) => true,
            _ => false,
        }
    }

    /// Whether the table of a part was heir or partition of another before.
    fn has_left(&self, part: &Object) -> bool {
        let before = part.parent.and_then(|table| self.diff.from(table)).map(|it| &self.from.object(it).body);
        matches!(before, Some(Body::Table(table)) if table.partition_of.is_some() || !table.inherits.is_empty())
    }

    fn body_changes(&mut self, from: ObjectId, to: ObjectId) -> (Rank, Vec<String>) {
        let (a, b) = (self.from.object(from), self.to.object(to));
        let name = qualified(&self.new.name(to));
        match (&a.body, &b.body) {
            (Body::Extension(_), Body::Extension(it)) => (
                Rank::Extension,
                vec![format!("ALTER EXTENSION {} SET SCHEMA {}", quote(&b.name), quote(&it.namespace))],
            ),
            (Body::Enum(x), Body::Enum(y)) => {
                self.add_labels(to, &name, &x.labels, &y.labels);
                (Rank::Type, Vec::new())
            }
            (Body::Domain(x), Body::Domain(y)) => (Rank::Default, domain_changes(&name, x, y)),
            (Body::Composite(x), Body::Composite(y)) => {
                let mut sql = composite_changes(&name, x, y);
                sql.extend(attribute_comments(&self.new.name(to), &x.attributes, &y.attributes));
                (Rank::Type, sql)
            }
            (Body::Statistics(_), Body::Statistics(y)) => {
                let target = y.target.unwrap_or(-1);
                let name = statistics_name(&y.definition);
                (Rank::Attachment, vec![format!("ALTER STATISTICS {name} SET STATISTICS {target}")])
            }
            (Body::Sequence(x), Body::Sequence(y)) => (Rank::Default, self.sequence_changes(&name, x, y)),
            (Body::Table(x), Body::Table(y)) => (Rank::Column, self.table_changes(to, &name, x, y)),
            (Body::Column(x), Body::Column(y)) => self.column_changes(from, to, x, y),
            (Body::View(x), Body::View(y)) => (Rank::View, self.view_changes(to, x, y)),
            (Body::Routine(_), Body::Routine(y)) => (Rank::Routine, vec![y.definition.clone()]),
            (Body::ForeignKey(_), Body::ForeignKey(_)) | (Body::Check(_), Body::Check(_)) => {
                (Rank::ForeignKey, self.constraint_changes(a, b))
            }
            (Body::Index(x), Body::Index(y)) => (Rank::Index, self.index_changes(to, &name, x, y)),
            (Body::PrimaryKey(x), Body::PrimaryKey(y)) | (Body::Unique(x), Body::Unique(y)) => {
                let mut sql = option_changes(&format!("ALTER INDEX {name}"), &x.options, &y.options);
                let table = qualified(&self.new.name_of_parent(b));
                match (is_clustered(&a.body), is_clustered(&b.body)) {
                    (false, true) => sql.push(format!("ALTER TABLE {table} CLUSTER ON {}", quote(&b.name))),
                    (true, false) if !self.is_ordered(b) => {
                        sql.push(format!("ALTER TABLE {table} SET WITHOUT CLUSTER"));
                    }
                    _ => {}
                }
                if x.index_comment != y.index_comment {
                    sql.push(comment_sql(&format!("INDEX {name}"), y.index_comment.as_deref()));
                }
                (Rank::Index, sql)
            }
            (Body::Exclusion(_), Body::Exclusion(y)) => {
                (Rank::Index, vec![comment_sql(&format!("INDEX {name}"), y.index_comment.as_deref())])
            }
            (Body::Trigger(_), Body::Trigger(_))
            | (Body::Rule(_), Body::Rule(_))
            | (Body::EventTrigger(_), Body::EventTrigger(_)) => (Rank::Attachment, self.firing_changes(b)),
            (Body::Policy(_), Body::Policy(y)) => (Rank::Policy, vec![self.alter_policy(b, y)]),
            (Body::ForeignServer(_) | Body::ForeignDataWrapper(_) | Body::UserMapping(_), _) => {
                (Rank::Defined, foreign::changes(&b.name, &a.body, &b.body).into_iter().collect())
            }
            (Body::DefaultPrivileges(x), Body::DefaultPrivileges(y)) => {
                let schema = b.parent.map(|parent| self.to.object(parent).name.as_str());
                let change = DefaultPrivileges { initial: x.grants.clone(), ..y.clone() };
                (Rank::Last, crate::satellites::default_privileges(&change, schema))
            }
            _ => (Rank::Default, Vec::new()),
        }
    }

    /// A label is usable in later transactions only, so it is added before everything else.
    fn add_labels(&mut self, to: ObjectId, name: &str, old: &[String], new: &[String]) {
        for (label, place) in enum_additions(old, new).unwrap_or_default() {
            let sql = format!("ALTER TYPE {name} ADD VALUE {}{place}", literal(&label));
            let at = self.new.unit(Rank::Type, to, sql);
            self.alone.push(at);
            if let Some(&before) = self.new.unit_of.get(&to) {
                self.new.units[at].needs.push(before);
            }
            self.new.unit_of.insert(to, at);
        }
    }

    fn sequence_changes(&self, name: &str, a: &Sequence, b: &Sequence) -> Vec<String> {
        let mut sql = Vec::new();
        let (x, y) = (&a.options, &b.options);
        if x.persistence != y.persistence {
            let word = if y.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
            sql.push(format!("ALTER SEQUENCE {name} SET {word}"));
        }
        if (SequenceOptions { persistence: y.persistence, ..x.clone() }) != *y {
            let (moves, restart) = within_bounds(name, x, y);
            sql.extend(moves);
            let cycle = if y.cycle { "" } else { " NO CYCLE" };
            let clauses = render::sequence_clauses(y).split_whitespace().collect::<Vec<_>>().join(" ");
            let restart = restart.map(|it| format!(" {it}")).unwrap_or_default();
            sql.push(format!("ALTER SEQUENCE {name} AS {} {clauses}{cycle}{restart}", y.data_type));
        }
        sql
    }

    fn table_changes(&mut self, to: ObjectId, name: &str, a: &Table, b: &Table) -> Vec<String> {
        let foreign = if b.kind == TableKind::Foreign { "FOREIGN " } else { "" };
        let alter = format!("ALTER {foreign}TABLE {name}");
        let mut sql = Vec::new();
        if a.persistence != b.persistence {
            let word = if b.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
            let at = self.new.unit(Rank::Default, to, format!("{alter} SET {word}"));
            self.new.pending.push((at, to));
            self.logging.push((at, to));
        }
        if a.access_method != b.access_method {
            let method = b.access_method.as_deref().unwrap_or("heap");
            sql.push(format!("{alter} SET ACCESS METHOD {}", quote(method)));
        }
        sql.extend(option_changes(&alter, &a.options, &b.options));
        self.parent_changes(to, &alter, a, b);
        self.partition_changes(to, name, a, b);
        self.type_changes(to, &alter, a, b);
        let (x, y) = (a.row_security, b.row_security);
        if x.enabled != y.enabled {
            sql.push(format!("{alter} {} ROW LEVEL SECURITY", if y.enabled { "ENABLE" } else { "DISABLE" }));
        }
        if x.forced != y.forced {
            sql.push(format!("{alter} {}FORCE ROW LEVEL SECURITY", if y.forced { "" } else { "NO " }));
        }
        if a.replica_identity != b.replica_identity {
            let identity = match b.replica_identity.as_deref() {
                None => "DEFAULT".to_owned(),
                Some(it) => it
                    .strip_prefix("using index ")
                    .map_or_else(|| it.to_uppercase(), |index| format!("USING INDEX {index}")),
            };
            let at = self.new.unit(Rank::Last, to, format!("{alter} REPLICA IDENTITY {identity}"));
            self.new.pending.extend(self.to.children(to).iter().map(|&child| (at, child)));
        }
        sql.extend(foreign::table_options(&alter, a, b));
        sql
    }

    fn view_changes(&mut self, to: ObjectId, a: &View, b: &View) -> Vec<String> {
        let name = self.new.name(to);
        let words = if b.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        if a.definition != b.definition {
            let sql = render::create_view(&name, b).replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1);
            let mut all = vec![sql];
            // Replacing keeps options that are not named.
            let gone: Vec<SettingPair> = a
                .options
                .iter()
                .filter(|it| !b.options.iter().any(|other| other.name == it.name))
                .cloned()
                .collect();
            all.extend(option_changes(&format!("ALTER VIEW {}", qualified(&name)), &gone, &[]));
            return all;
        }
        option_changes(&format!("ALTER {words} {}", qualified(&name)), &a.options, &b.options)
    }

    /// `ALTER` of the table or domain that a constraint is of.
    pub(super) fn alter_owner(&self, constraint: &Object) -> String {
        let owner = constraint.parent.map(|parent| self.to.object(parent).kind());
        let word = if owner == Some(Kind::Domain) { "DOMAIN" } else { "TABLE" };
        format!("ALTER {word} {}", qualified(&self.new.name_of_parent(constraint)))
    }

    fn constraint_changes(&self, a: &Object, b: &Object) -> Vec<String> {
        let alter = self.alter_owner(b);
        let name = quote(&b.name);
        let mut sql = Vec::new();
        if let (Body::ForeignKey(x), Body::ForeignKey(y)) = (&a.body, &b.body)
            && x.deferrable != y.deferrable
        {
            let words = match y.deferrable {
                Deferrable::No => " NOT DEFERRABLE",
                other => render::deferrable_clause(other),
            };
            let initially =
                if y.deferrable == Deferrable::InitiallyImmediate { " INITIALLY IMMEDIATE" } else { "" };
            sql.push(format!("{alter} ALTER CONSTRAINT {name}{words}{initially}"));
        }
        let is_valid = |body: &Body| match body {
            Body::ForeignKey(key) => key.validated == Validated::Yes,
            Body::Check(check) => check.validated == Validated::Yes,
            _ => true,
        };
        if !is_valid(&a.body) && is_valid(&b.body) {
            sql.push(format!("{alter} VALIDATE CONSTRAINT {name}"));
        }
        sql
    }

    fn index_changes(&mut self, id: ObjectId, name: &str, a: &Index, b: &Index) -> Vec<String> {
        let object = self.to.object(id);
        let table = qualified(&self.new.name_of_parent(object));
        let mut sql = option_changes(&format!("ALTER INDEX {name}"), &a.options, &b.options);
        for (number, target) in b.statistics_targets.iter().filter(|it| !a.statistics_targets.contains(it)) {
            sql.push(format!("ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS {target}"));
        }
        let gone = a
            .statistics_targets
            .iter()
            .filter(|it| !b.statistics_targets.iter().any(|other| other.0 == it.0));
        for (number, _) in gone {
            sql.push(format!("ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS -1"));
        }
        match (a.clustered, b.clustered) {
            (false, true) => sql.push(format!("ALTER TABLE {table} CLUSTER ON {}", quote(&object.name))),
            (true, false) if !self.is_ordered(object) => {
                sql.push(format!("ALTER TABLE {table} SET WITHOUT CLUSTER"))
            }
            _ => {}
        }
        // Of another table than before: by then it belongs to none.
        if let Some(above) = b.attached_to.as_ref().filter(|above| a.attached_to.as_ref() != Some(above)) {
            self.new.write_index_attachment(id, None, above);
        }
        sql
    }

    /// Whether the table of a part is to be ordered by any of its parts.
    fn is_ordered(&self, part: &Object) -> bool {
        let siblings = part.parent.map(|table| self.to.children(table)).unwrap_or_default();
        siblings.iter().any(|&id| match &self.to.object(id).body {
            Body::Index(index) => index.clustered,
            other => is_clustered(other),
        })
    }

    fn firing_changes(&self, object: &Object) -> Vec<String> {
        let mut sql = Vec::new();
        self.new.firing(object, &mut sql);
        if sql.is_empty() {
            let name = quote(&object.name);
            sql.push(match &object.body {
                Body::EventTrigger(_) => format!("ALTER EVENT TRIGGER {name} ENABLE"),
                Body::Rule(_) => {
                    format!("ALTER TABLE {} ENABLE RULE {name}", qualified(&self.new.name_of_parent(object)))
                }
                _ => format!(
                    "ALTER TABLE {} ENABLE TRIGGER {name}",
                    qualified(&self.new.name_of_parent(object))
                ),
            });
        }
        sql
    }

    fn alter_policy(&self, object: &Object, policy: &Policy) -> String {
        let roles: Vec<String> = policy
            .roles
            .iter()
            .map(|role| if role == "public" { "PUBLIC".to_owned() } else { quote(role).to_string() })
            .collect();
        let table = qualified(&self.new.name_of_parent(object));
        let mut sql = format!("ALTER POLICY {} ON {table}\n    TO {}", quote(&object.name), roles.join(", "));
        if let Some(using) = &policy.using {
            sql.push_str(&format!("\n    USING ({using})"));
        }
        if let Some(check) = &policy.with_check {
            sql.push_str(&format!("\n    WITH CHECK ({check})"));
        }
        sql
    }

    /// Comment, owner and grants, from what they are to what they are to be.
    fn satellite_changes(&self, from: ObjectId, to: ObjectId, facets: Facets) -> Vec<String> {
        let (a, b) = (self.from.object(from), self.to.object(to));
        let Some(target) = self.new.target(to) else { return Vec::new() };
        let mut sql = Vec::new();
        if facets.owner {
            // `public` goes back to whom it was born to.
            let major = major_version(self.to);
            let born_to = match major {
                Some(15..) if target == "SCHEMA public" => crate::assemble::NEW_PUBLIC_OWNER,
                _ => "CURRENT_USER",
            };
            let owner = b.owner.as_ref().map_or(born_to.to_owned(), |owner| quote(owner).to_string());
            sql.push(format!("ALTER {target} OWNER TO {owner}"));
        }
        if facets.comment {
            let born_with = (target == "SCHEMA public").then_some(crate::assemble::PUBLIC_COMMENT);
            sql.push(comment_sql(&target, b.comment.as_deref().or(born_with)));
        }
        if facets.grants || facets.owner && a.grants.is_some() {
            self.new.grant_changes(&target, &passed_to(a, b), b, &mut sql);
        }
        sql
    }
}

/// An object as it is when another role has become its owner, which takes over what the old one had and had given (manual, "ALTER TABLE",
/// `OWNER TO`).
fn passed_to(before: &Object, after: &Object) -> Object {
    if before.owner == after.owner {
        return before.clone();
    }
    let mut object = before.clone();
    for grant in object.grants.iter_mut().flatten() {
        if let Grantee::Role(name) = &grant.grantee
            && after.owner.as_ref() == Some(name)
        {
            grant.grantee = Grantee::Owner;
        }
        grant.by = grant.by.take().filter(|name| after.owner.as_ref() != Some(name));
    }
    object
}

/// `SET (…)` and `RESET (…)` that lead from some settings to others.
pub(crate) fn option_changes(alter: &str, a: &[SettingPair], b: &[SettingPair]) -> Vec<String> {
    let is_clustered = |it: &&SettingPair| it.name != "clustered";
    let set: Vec<SettingPair> = b.iter().filter(is_clustered).filter(|it| !a.contains(it)).cloned().collect();
    let gone: Vec<String> = a
        .iter()
        .filter(is_clustered)
        .filter(|it| !b.iter().any(|other| other.name == it.name))
        .map(|it| match it.name.split_once('.') {
            Some((space, name)) => format!("{}.{}", quote(space), quote(name)),
            None => quote(&it.name).to_string(),
        })
        .collect();
    let mut sql = Vec::new();
    if !gone.is_empty() {
        sql.push(format!("{alter} RESET ({})", gone.join(", ")));
    }
    if !set.is_empty() {
        sql.push(format!("{alter} SET ({})", render::setting_list(&set)));
    }
    sql
}

/// The labels to add, each with its place, if adding is all there is to do.
pub(crate) fn enum_additions(old: &[String], new: &[String]) -> Option<Vec<(String, String)>> {
    let kept: Vec<&String> = new.iter().filter(|label| old.contains(label)).collect();
    if kept.len() != old.len() || kept.iter().zip(old).any(|(a, b)| *a != b) {
        return None;
    }
    let mut additions = Vec::new();
    for (at, label) in new.iter().enumerate().filter(|(_, label)| !old.contains(label)) {
        let place = match at.checked_sub(1) {
            Some(before) => format!(" AFTER {}", literal(&new[before])),
            None => old.first().map(|first| format!(" BEFORE {}", literal(first))).unwrap_or_default(),
        };
        additions.push((label.clone(), place));
    }
    Some(additions)
}

fn domain_changes(name: &str, a: &Domain, b: &Domain) -> Vec<String> {
    let alter = format!("ALTER DOMAIN {name}");
    let mut sql = Vec::new();
    match (&a.default, &b.default) {
        (x, y) if x == y => {}
        (_, Some(default)) => sql.push(format!("{alter} SET DEFAULT {default}")),
        (_, None) => sql.push(format!("{alter} DROP DEFAULT")),
    }
    match (a.not_null, b.not_null) {
        (false, true) => sql.push(format!("{alter} SET NOT NULL")),
        (true, false) => sql.push(format!("{alter} DROP NOT NULL")),
        _ => {}
    }
    sql
}

/// Whether an attribute of a type gets another type.
pub(super) fn has_other_type(a: &CompositeAttribute, b: &CompositeAttribute) -> bool {
    (&a.data_type, &a.collation) != (&b.data_type, &b.collation)
}

fn composite_changes(name: &str, a: &Composite, b: &Composite) -> Vec<String> {
    let mut parts = Vec::new();
    for it in a.attributes.iter().filter(|it| !b.attributes.iter().any(|other| other.name == it.name)) {
        parts.push(format!("DROP ATTRIBUTE {}", quote(&it.name)));
    }
    for it in &b.attributes {
        let collation = render::collate(it.collation.as_deref());
        match a.attributes.iter().find(|other| other.name == it.name) {
            None => parts.push(format!("ADD ATTRIBUTE {} {}{collation}", quote(&it.name), it.data_type)),
            Some(other) if has_other_type(other, it) => {
                parts.push(format!("ALTER ATTRIBUTE {} TYPE {}{collation}", quote(&it.name), it.data_type));
            }
            Some(_) => {}
        }
    }
    if parts.is_empty() { Vec::new() } else { vec![format!("ALTER TYPE {name} {}", parts.join(", "))] }
}

/// A view can be replaced in place while its columns stay and others only follow (manual: "CREATE VIEW").
pub(crate) fn can_replace_view(from: &Model, a: ObjectId, to: &Model, b: ObjectId) -> bool {
    let columns = |model: &Model, id: ObjectId| -> Vec<(String, String, Option<String>)> {
        let children = model.children(id).iter().map(|&child| model.object(child));
        children
            .filter_map(|object| match &object.body {
                Body::Column(column) => {
                    Some((object.name.clone(), column.data_type.clone(), column.collation.clone()))
                }
                _ => None,
            })
            .collect()
    };
    let (old, new) = (columns(from, a), columns(to, b));
    new.len() >= old.len() && new[..old.len()] == old[..]
}

/// A routine can be replaced in place while its arguments, their names and its result stay (manual: "CREATE FUNCTION").
pub(crate) fn can_replace_routine(a: &Routine, b: &Routine) -> bool {
    a.kind == b.kind
        && a.kind != RoutineKind::Aggregate
        && a.returns == b.returns
        && arguments_of(&a.definition) == arguments_of(&b.definition)
}
