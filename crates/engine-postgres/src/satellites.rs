//! What follows an object in a script: comment, owner, grants, firing state. And what an object is called in such statements.

use std::collections::BTreeSet;

use cadastre_model::*;

use crate::acl::default_grants;
use crate::dialect::{literal, qualified, quote};
use crate::render::Placement;
use crate::script::{Writer, major_version};

impl Writer<'_> {
    /// Comment, owner, grants and firing state of an object, and the comments of what stands in its statement.
    pub fn satellites(&mut self, at: usize, id: ObjectId) {
        let object = self.model.object(id);
        let mut sql = Vec::new();
        self.firing(object, &mut sql);
        if let Some(target) = self.target(id) {
            sql.extend(
                object.owner.as_ref().map(|owner| format!("ALTER {target} OWNER TO {}", quote(owner))),
            );
            sql.extend(match &object.body {
                // Only an extension's owner may say anything of it; what it says of itself need not be said.
                Body::Extension(it) if it.own_comment == object.comment => None,
                Body::Extension(_) => Some(comment_sql(&target, object.comment.as_deref())),
                _ => comment_on(&target, object),
            });
            sql.extend(self.index_comment(id));
            match &object.body {
                Body::Composite(it) => sql.extend(attribute_comments(&self.name(id), &[], &it.attributes)),
                Body::Statistics(it) => {
                    sql.extend(it.target.map(|to| format!("ALTER {target} SET STATISTICS {to}")))
                }
                _ => {}
            }
            self.grants(&target, object, &mut sql);
        }
        for &child_id in self.model.children(id) {
            let child = self.model.object(child_id);
            let is_part = child.kind() == Kind::Column || self.placement(child_id) == Placement::Inside;
            if is_part && let Some(target) = self.target(child_id) {
                sql.extend(comment_on(&target, child));
                sql.extend(self.index_comment(child_id));
                self.column_grants(object, child, &mut sql);
                if let Body::Column(Column { identity: Some(identity), .. }) = &child.body {
                    identity_satellites(identity, object.owner.as_deref(), &mut sql);
                }
            }
        }
        self.units[at].sql.extend(sql);
    }

    /// A constraint and its index bear one name and may have two comments.
    pub fn index_comment(&self, id: ObjectId) -> Option<String> {
        let text = match &self.model.object(id).body {
            Body::PrimaryKey(key) | Body::Unique(key) => key.index_comment.as_ref(),
            Body::Exclusion(exclusion) => exclusion.index_comment.as_ref(),
            _ => None,
        }?;
        Some(format!("COMMENT ON INDEX {} IS {}", qualified(&self.name(id)), literal(text)))
    }

    pub fn firing(&self, object: &Object, sql: &mut Vec<String>) {
        let firing = match &object.body {
            Body::Trigger(trigger) => trigger.firing,
            Body::Rule(rule) => rule.firing,
            Body::EventTrigger(trigger) => trigger.firing,
            _ => return,
        };
        let state = match firing {
            Firing::Origin if matches!(&object.body, Body::Trigger(trigger) if trigger.inherited) => "ENABLE",
            Firing::Origin => return,
            Firing::Disabled => "DISABLE",
            Firing::Replica => "ENABLE REPLICA",
            Firing::Always => "ENABLE ALWAYS",
        };
        if matches!(object.body, Body::EventTrigger(_)) {
            return sql.push(format!("ALTER EVENT TRIGGER {} {state}", quote(&object.name)));
        }
        let word = if matches!(object.body, Body::Rule(_)) { "RULE" } else { "TRIGGER" };
        let table = qualified(&self.name_of_parent(object));
        sql.push(format!("ALTER TABLE {table} {state} {word} {}", quote(&object.name)));
    }

    /// What to call an object in `COMMENT ON`, `ALTER … OWNER` and `GRANT … ON`.
    pub fn target(&self, id: ObjectId) -> Option<String> {
        let object = self.model.object(id);
        let own = || qualified(&self.name(id));
        let on = |words: &str| {
            format!("{words} {} ON {}", quote(&object.name), qualified(&self.name_of_parent(object)))
        };
        let in_domain = object.parent.is_some_and(|parent| self.model.object(parent).kind() == Kind::Domain);
        Some(match &object.body {
            Body::Namespace(_) => format!("SCHEMA {}", quote(&object.name)),
            Body::Extension(_) => format!("EXTENSION {}", quote(&object.name)),
            Body::Event(_) | Body::DefaultPrivileges(_) => return None,
            Body::Cast(_) => format!("CAST {}", object.name),
            Body::Transform(_) => format!("TRANSFORM FOR {}", object.name),
            Body::Language(_) => format!("LANGUAGE {}", quote(&object.name)),
            Body::AccessMethod(_) => format!("ACCESS METHOD {}", quote(&object.name)),
            Body::Collation(_) => format!("COLLATION {}", own()),
            Body::Conversion(_) => format!("CONVERSION {}", own()),
            Body::EventTrigger(_) => format!("EVENT TRIGGER {}", quote(&object.name)),
            Body::Publication(_) => format!("PUBLICATION {}", quote(&object.name)),
            Body::ForeignDataWrapper(_) => format!("FOREIGN DATA WRAPPER {}", quote(&object.name)),
            Body::ForeignServer(_) => format!("SERVER {}", quote(&object.name)),
            Body::UserMapping(_) => format!("USER MAPPING FOR {}", object.name),
            Body::TextSearchParser(_) => format!("TEXT SEARCH PARSER {}", own()),
            Body::TextSearchTemplate(_) => format!("TEXT SEARCH TEMPLATE {}", own()),
            Body::TextSearchDictionary(_) => format!("TEXT SEARCH DICTIONARY {}", own()),
            Body::TextSearchConfiguration(_) => format!("TEXT SEARCH CONFIGURATION {}", own()),
            Body::OperatorFamily(_) => format!("OPERATOR FAMILY {}", self.with_method(id)),
            Body::OperatorClass(_) => format!("OPERATOR CLASS {}", self.with_method(id)),
            Body::Enum(_) | Body::Composite(_) | Body::Range(_) | Body::BaseType(_) => {
                format!("TYPE {}", own())
            }
            Body::Domain(_) => format!("DOMAIN {}", own()),
            Body::Sequence(_) => format!("SEQUENCE {}", own()),
            Body::Table(table) if table.kind == TableKind::Foreign => format!("FOREIGN TABLE {}", own()),
            Body::Table(_) => format!("TABLE {}", own()),
            Body::View(view) if view.materialized => format!("MATERIALIZED VIEW {}", own()),
            Body::View(_) => format!("VIEW {}", own()),
            Body::Routine(routine) => {
                let word = match routine.kind {
                    RoutineKind::Procedure => "PROCEDURE",
                    RoutineKind::Aggregate => "AGGREGATE",
                    RoutineKind::Function | RoutineKind::Window => "FUNCTION",
                };
                // Without the arguments that come out procedures of one name may look alike.
                let arguments = crate::words::arguments_of(&routine.definition);
                if routine.kind == RoutineKind::Procedure && !arguments.is_empty() {
                    return Some(format!("{word} {}({})", own(), crate::words::without_defaults(arguments)));
                }
                let none = routine.signature.is_empty() && routine.kind == RoutineKind::Aggregate;
                format!("{word} {}({})", own(), if none { "*" } else { &routine.signature })
            }
            Body::Operator(it) => format!(
                "OPERATOR {}.{} ({})",
                quote(self.model.walk(id).namespace()),
                object.name,
                it.signature
            ),
            Body::Column(_) => {
                format!("COLUMN {}.{}", qualified(&self.name_of_parent(object)), quote(&object.name))
            }
            Body::Check(_) if in_domain => {
                format!(
                    "CONSTRAINT {} ON DOMAIN {}",
                    quote(&object.name),
                    qualified(&self.name_of_parent(object))
                )
            }
            Body::PrimaryKey(_)
            | Body::Unique(_)
            | Body::ForeignKey(_)
            | Body::Check(_)
            | Body::Exclusion(_) => on("CONSTRAINT"),
            Body::Index(_) => format!("INDEX {}", own()),
            Body::Rule(_) => on("RULE"),
            Body::Trigger(_) => on("TRIGGER"),
            Body::Policy(_) => on("POLICY"),
            Body::Statistics(it) => format!("STATISTICS {}", statistics_name(&it.definition)),
        })
    }

    /// The name of a class or family, whose access method is part of it: `name USING btree`.
    fn with_method(&self, id: ObjectId) -> String {
        let walker = self.model.walk(id);
        let (name, method) =
            walker.object().name.rsplit_once(" USING ").unwrap_or((&walker.object().name, "btree"));
        format!("{} USING {method}", qualified(&QualifiedName::new(walker.namespace(), name)))
    }

    /// From the rights an object has to those it is to have.
    pub fn grant_changes(&self, target: &str, from: &Object, to: &Object, sql: &mut Vec<String>) {
        if let (Body::Column(_), Some(table)) = (&to.body, to.parent) {
            let owner = self.model.object(table).owner.clone();
            return self.column_grant_changes(from, to, owner.as_deref(), sql);
        }
        let default = self.born_with(to);
        let (a, b) = (from.grants.as_ref().unwrap_or(&default), to.grants.as_ref().unwrap_or(&default));
        grant_statements(&grant_target(target), b, a, to.owner.as_deref(), sql);
        let is_anew = is_passed_on(a) || is_passed_on(b);
        let taken: Vec<&Grant> = a.iter().filter(|grant| is_anew || !b.contains(grant)).collect();
        self.give_columns_back(to, &taken, is_anew, sql);
    }

    /// What is taken from someone for a table is taken for its columns as well (manual: "REVOKE"); what these are to have is given again.
    fn give_columns_back(&self, table: &Object, taken: &[&Grant], is_anew: bool, sql: &mut Vec<String>) {
        if taken.is_empty() || !matches!(table.body, Body::Table(_) | Body::View(_)) {
            return;
        }
        let namespace = table.parent.map(|it| self.model.object(it).name.as_str()).unwrap_or_default();
        let relation = self.model.find_relation(&QualifiedName::new(namespace, table.name.as_str()));
        let columns = relation.into_iter().flat_map(|it| self.model.children(it));
        for column in columns.map(|it| self.model.object(*it)).filter(|it| it.kind() == Kind::Column) {
            let lost = |grant: &&Grant| {
                is_anew
                    || taken.iter().any(|it| it.grantee == grant.grantee && it.privilege == grant.privilege)
            };
            let grants: Vec<Grant> = column.grants.iter().flatten().filter(lost).cloned().collect();
            if !grants.is_empty() {
                self.column_grants(table, &Object { grants: Some(grants), ..column.clone() }, sql);
            }
        }
    }

    fn column_grant_changes(&self, from: &Object, to: &Object, owner: Option<&str>, sql: &mut Vec<String>) {
        let name = qualified(&self.name_of_parent(to));
        let column = quote(&to.name);
        let (a, b) = (from.grants.as_deref().unwrap_or_default(), to.grants.as_deref().unwrap_or_default());
        let is_anew = is_passed_on(a) || is_passed_on(b);
        let cascade = if is_anew { " CASCADE" } else { "" };
        for grant in a.iter().filter(|grant| grant.by.is_none() && (is_anew || !b.contains(grant))) {
            let who = grantee(&grant.grantee, owner);
            sql.push(format!("REVOKE {} ({column}) ON TABLE {name} FROM {who}{cascade}", grant.privilege));
        }
        let added: Vec<Grant> = b.iter().filter(|grant| is_anew || !a.contains(grant)).cloned().collect();
        give_column(&name, &column.to_string(), &added, owner, sql);
    }

    /// The rights the server gives to a fresh object of a kind.
    fn born_with(&self, object: &Object) -> Vec<Grant> {
        let (privileges, public) = letters(&object.body, major_version(self.model));
        let is_public = object.kind() == Kind::Namespace && object.name == "public";
        default_grants(privileges, if is_public { "U" } else { public })
    }

    fn grants(&self, target: &str, object: &Object, sql: &mut Vec<String>) {
        if let (Body::Column(_), Some(table)) = (&object.body, object.parent) {
            return self.column_grants(self.model.object(table), object, sql);
        }
        let (privileges, public) = letters(&object.body, major_version(self.model));
        let default = default_grants(privileges, public);
        let target = grant_target(target);
        self.undo_default_privileges(&target, object, &default, sql);
        let Some(grants) = &object.grants else { return };
        if target == "SCHEMA public" {
            sql.push("REVOKE ALL ON SCHEMA public FROM PUBLIC".into());
        }
        grant_statements(&target, grants, &default, object.owner.as_deref(), sql);
    }

    /// What default privileges in force would give a fresh object, or keep from it, beyond the server's own defaults. Whose they are is not
    /// asked: to take what was not given does no harm, and neither does giving what is there.
    fn undo_default_privileges(
        &self,
        target: &str,
        object: &Object,
        default: &[Grant],
        sql: &mut Vec<String>,
    ) {
        let words = match object.kind() {
            Kind::Table | Kind::View => "TABLES",
            Kind::Sequence => "SEQUENCES",
            Kind::Routine => "FUNCTIONS",
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType => "TYPES",
            Kind::Namespace => "SCHEMAS",
            _ => return,
        };
        let schema = object.parent.map(|parent| self.model.object(parent).name.as_str());
        let wanted = object.grants.as_deref().unwrap_or(default);
        let in_force = self.in_force.iter().filter(|(it, place)| {
            it.objects == words && place.as_deref().is_none_or(|place| Some(place) == schema)
        });
        for (it, _) in in_force {
            let owner = object.owner.as_deref();
            let foreign = |grant: &&Grant| grant.grantee != Grantee::Owner && !default.contains(grant);
            let has = |grant: &Grant| {
                wanted
                    .iter()
                    .any(|other| other.grantee == grant.grantee && other.privilege == grant.privilege)
            };
            for grant in it.grants.iter().filter(foreign).filter(|grant| !has(grant)) {
                sql.push(format!(
                    "REVOKE {} ON {target} FROM {}",
                    grant.privilege,
                    grantee(&grant.grantee, owner)
                ));
            }
            let kept_back =
                it.initial.iter().filter(|grant| !it.grants.contains(grant) && wanted.contains(grant));
            for grant in kept_back {
                sql.push(format!(
                    "GRANT {} ON {target} TO {}",
                    grant.privilege,
                    grantee(&grant.grantee, owner)
                ));
            }
        }
    }

    pub fn column_grants(&self, table: &Object, column: &Object, sql: &mut Vec<String>) {
        let Some(grants) = &column.grants else { return };
        let name = qualified(&self.name_of_parent(column));
        give_column(&name, &quote(&column.name).to_string(), grants, table.owner.as_deref(), sql);
    }
}

/// `GRANT … (column)`, those before others that pass them on.
fn give_column(table: &str, column: &str, grants: &[Grant], owner: Option<&str>, sql: &mut Vec<String>) {
    let mut in_turn: Vec<&Grant> = grants.iter().collect();
    in_turn.sort_by_key(|grant| hands(grant, grants));
    for grant in in_turn {
        let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
        let who = grantee(&grant.grantee, owner);
        let statement = format!("GRANT {} ({column}) ON TABLE {table} TO {who}{option}", grant.privilege);
        as_giver(grant, statement, sql);
    }
}

/// The comments of the attributes of a type that differ from those before.
pub(crate) fn attribute_comments(
    name: &QualifiedName,
    before: &[CompositeAttribute],
    after: &[CompositeAttribute],
) -> Vec<String> {
    let was = |name: &str| before.iter().find(|it| it.name == name).and_then(|it| it.comment.as_ref());
    let changed = after.iter().filter(|it| it.comment.as_ref() != was(&it.name));
    let target = |it: &CompositeAttribute| format!("COLUMN {}.{}", qualified(name), quote(&it.name));
    changed.map(|it| comment_sql(&target(it), it.comment.as_deref())).collect()
}

pub(crate) fn comment_sql(target: &str, comment: Option<&str>) -> String {
    let text = comment.map_or("NULL".to_owned(), |text| literal(text).to_string());
    format!("COMMENT ON {target} IS {text}")
}

/// The name in a `CREATE STATISTICS name (…) ON …` of the server's: a schema of its own, whatever the table's.
pub(crate) fn statistics_name(definition: &str) -> &str {
    let name = definition.strip_prefix("CREATE STATISTICS ").unwrap_or(definition);
    let mut quoted = false;
    let end = name.find(|letter| {
        quoted ^= letter == '"';
        letter == ' ' && !quoted
    });
    &name[..end.unwrap_or(name.len())]
}

/// The first version whose tables can be maintained by others than their owners.
const MAINTAINED: u32 = 17;

/// Letters of the rights that the owner of a fresh object and everyone have on a server of this major version.
fn letters(body: &Body, version: Option<u32>) -> (&'static str, &'static str) {
    match body {
        Body::Namespace(_) => ("UC", ""),
        Body::ForeignDataWrapper(_) | Body::ForeignServer(_) => ("U", ""),
        Body::Sequence(_) => (SEQUENCE_PRIVILEGES, ""),
        Body::Routine(_) => ("X", "X"),
        Body::Enum(_) | Body::Domain(_) | Body::Composite(_) | Body::Range(_) => ("U", "U"),
        Body::BaseType(_) | Body::Language(_) => ("U", "U"),
        _ if version.is_some_and(|version| version >= MAINTAINED) => ("arwdDxtm", ""),
        _ => ("arwdDxt", ""),
    }
}

fn grant_target(target: &str) -> String {
    // GRANT knows tables, routines and types by fewer words than COMMENT does.
    ["FOREIGN TABLE ", "MATERIALIZED VIEW ", "VIEW ", "TABLE "]
        .iter()
        .find_map(|word| target.strip_prefix(word).map(|name| format!("TABLE {name}")))
        .or_else(|| {
            target.strip_prefix("AGGREGATE ").map(|name| format!("FUNCTION {}", name.replace("(*)", "()")))
        })
        .or_else(|| {
            let word = ["FOREIGN DATA WRAPPER ", "SERVER "].iter().find(|word| target.starts_with(**word))?;
            Some(format!("{}{target}", if word.starts_with("SERVER") { "FOREIGN " } else { "" }))
        })
        .unwrap_or_else(|| target.to_owned())
}

/// From the rights an object is born with to those it is to have.
fn grant_statements(
    target: &str,
    grants: &[Grant],
    default: &[Grant],
    owner: Option<&str>,
    sql: &mut Vec<String>,
) {
    if is_passed_on(grants) || is_passed_on(default) {
        return grant_anew(target, grants, default, owner, sql);
    }
    let is_kept = |grant: &&Grant| {
        grants.iter().any(|it| it.grantee == grant.grantee && it.privilege == grant.privilege)
    };
    for grant in default.iter().filter(|grant| !is_kept(grant)) {
        sql.push(format!("REVOKE {} ON {target} FROM {}", grant.privilege, grantee(&grant.grantee, owner)));
    }
    let loses_option = |grant: &&Grant| {
        let same = |it: &&Grant| it.grantee == grant.grantee && it.privilege == grant.privilege;
        grant.grantable && grants.iter().find(same).is_some_and(|it| !it.grantable)
    };
    for grant in default.iter().filter(loses_option) {
        let who = grantee(&grant.grantee, owner);
        sql.push(format!("REVOKE GRANT OPTION FOR {} ON {target} FROM {who}", grant.privilege));
    }
    let added: Vec<&Grant> = grants.iter().filter(|grant| !default.contains(grant)).collect();
    give(target, &added, owner, sql);
}

/// Whether any right was given by who had it with the option to pass it on.
fn is_passed_on(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| grant.by.is_some())
}

/// Rights that were passed on stand on each other: all but the owner's own are taken, with what was passed on, and given again in turn.
fn grant_anew(target: &str, grants: &[Grant], before: &[Grant], owner: Option<&str>, sql: &mut Vec<String>) {
    let split = |grants: &[Grant]| -> (Vec<Grant>, Vec<Grant>) {
        grants.iter().cloned().partition(|grant| grant.grantee == Grantee::Owner && grant.by.is_none())
    };
    let ((own, others), (own_before, others_before)) = (split(grants), split(before));
    let from_owner = others_before.iter().filter(|grant| grant.by.is_none());
    let holders: BTreeSet<&Grantee> = from_owner.map(|grant| &grant.grantee).collect();
    for holder in holders {
        sql.push(format!("REVOKE ALL ON {target} FROM {} CASCADE", grantee(holder, owner)));
    }
    grant_statements(target, &own, &own_before, owner, sql);
    let mut in_turn: Vec<&Grant> = others.iter().collect();
    in_turn.sort_by_key(|grant| hands(grant, &others));
    give(target, &in_turn, owner, sql);
}

/// Through how many hands a right went after the owner's.
fn hands(grant: &Grant, all: &[Grant]) -> usize {
    let mut count = 0;
    let mut giver = grant.by.as_ref();
    while let Some(name) = giver.filter(|_| count < all.len()) {
        count += 1;
        let of_giver = |it: &&Grant| {
            it.grantable && it.privilege == grant.privilege && it.grantee == Grantee::Role(name.clone())
        };
        giver = all.iter().find(of_giver).and_then(|it| it.by.as_ref());
    }
    count
}

/// `GRANT`, as the role that passes it on where it is not the owner.
fn give(target: &str, grants: &[&Grant], owner: Option<&str>, sql: &mut Vec<String>) {
    let is_alike =
        |a: &&Grant, b: &&Grant| (&a.grantee, a.grantable, &a.by) == (&b.grantee, b.grantable, &b.by);
    for group in grants.chunk_by(is_alike) {
        let privileges: Vec<&str> = group.iter().map(|grant| grant.privilege.as_str()).collect();
        let option = if group[0].grantable { " WITH GRANT OPTION" } else { "" };
        let who = grantee(&group[0].grantee, owner);
        let statement = format!("GRANT {} ON {target} TO {who}{option}", privileges.join(", "));
        as_giver(group[0], statement, sql);
    }
}

/// A statement of the role that a right is from.
fn as_giver(grant: &Grant, statement: String, sql: &mut Vec<String>) {
    sql.extend(grant.by.as_ref().map(|name| format!("SET ROLE {}", quote(name))));
    sql.push(statement);
    sql.extend(grant.by.as_ref().map(|_| "RESET ROLE".to_owned()));
}

/// `ALTER DEFAULT PRIVILEGES` from what would be to what is to be.
pub(crate) fn default_privileges(it: &DefaultPrivileges, schema: Option<&str>) -> Vec<String> {
    let schema = schema.map(|name| format!(" IN SCHEMA {}", quote(name))).unwrap_or_default();
    let mut sql = Vec::new();
    grant_statements(&it.objects, &it.grants, &it.initial, Some(&it.role), &mut sql);
    let head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}", quote(&it.role));
    sql.iter().map(|statement| format!("{head} {statement}")).collect()
}

/// What an identity column's sequence has of its own; its owner is always the table's.
pub(crate) fn identity_satellites(identity: &Identity, owner: Option<&str>, sql: &mut Vec<String>) {
    let target = format!("SEQUENCE {}", qualified(&identity.sequence));
    sql.extend(identity.comment.as_ref().map(|text| format!("COMMENT ON {target} IS {}", literal(text))));
    if let Some(grants) = &identity.grants {
        grant_statements(&target, grants, &default_grants(SEQUENCE_PRIVILEGES, ""), owner, sql);
    }
}

/// From the rights on an identity's sequence that there are to those there are to be.
pub(crate) fn sequence_grant_changes(
    from: &Identity,
    to: &Identity,
    owner: Option<&str>,
    sql: &mut Vec<String>,
) {
    let default = default_grants(SEQUENCE_PRIVILEGES, "");
    let (a, b) = (from.grants.as_ref().unwrap_or(&default), to.grants.as_ref().unwrap_or(&default));
    if a != b {
        grant_statements(&format!("SEQUENCE {}", qualified(&to.sequence)), b, a, owner, sql);
    }
}

/// Letters of the rights a sequence's owner is born with.
const SEQUENCE_PRIVILEGES: &str = "rwU";

fn grantee(grantee: &Grantee, owner: Option<&str>) -> String {
    match grantee {
        Grantee::Public => "PUBLIC".into(),
        Grantee::Owner => owner.map_or_else(|| "CURRENT_USER".into(), |name| quote(name).to_string()),
        Grantee::Role(name) => quote(name).to_string(),
    }
}

pub(crate) fn comment_on(target: &str, object: &Object) -> Option<String> {
    object.comment.as_ref().map(|text| format!("COMMENT ON {target} IS {}", literal(text)))
}
