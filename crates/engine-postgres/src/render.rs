//! Model to statements, one object at a time. Pure; grammar: manual, part VI "SQL Commands".

use std::fmt::Write;

use cadastre_model::*;

use crate::dialect::{list, literal, qualified, quote};

/// Whether an object is written inside the statement of its table, or stands in a statement of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    Inside,
    Alone,
}

/// The settings that make `WITH (…)`; the rest is kept in the same list only for want of a better place in a key.
pub(crate) fn with_clause(options: &[SettingPair]) -> String {
    let list = setting_list(options);
    if list.is_empty() { String::new() } else { format!(" WITH ({list})") }
}

/// `name=value, …`.
pub(crate) fn setting_list(options: &[SettingPair]) -> String {
    let pairs: Vec<String> = options
        .iter()
        .filter(|pair| pair.name != "clustered")
        .map(|pair| match pair.name.split_once('.') {
            Some((space, name)) => format!("{}.{}={}", quote(space), quote(name), setting_value(&pair.value)),
            None => format!("{}={}", quote(&pair.name), setting_value(&pair.value)),
        })
        .collect();
    pairs.join(", ")
}

pub(crate) fn setting_value(value: &str) -> String {
    let is_plain =
        !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if is_plain { value.to_owned() } else { literal(value).to_string() }
}

/// `CREATE TYPE` or `CREATE DOMAIN`, or nothing for other kinds. `checks` are the domain's constraints that stand inside.
pub(crate) fn create_type(name: &QualifiedName, body: &Body, checks: &[(&str, &Check)]) -> Option<String> {
    let name = qualified(name);
    Some(match body {
        Body::Enum(it) => {
            let labels: Vec<String> =
                it.labels.iter().map(|label| format!("    {}", literal(label))).collect();
            format!("CREATE TYPE {name} AS ENUM (\n{}\n)", labels.join(",\n"))
        }
        Body::Composite(it) => {
            let attribute = |attribute: &CompositeAttribute| {
                let collation = collate(attribute.collation.as_deref());
                format!("    {} {}{collation}", quote(&attribute.name), attribute.data_type)
            };
            format!(
                "CREATE TYPE {name} AS (\n{}\n)",
                it.attributes.iter().map(attribute).collect::<Vec<_>>().join(",\n")
            )
        }
        Body::Range(it) => {
            let options = it.options.iter().map(|pair| format!("    {} = {}", pair.name, pair.value));
            format!("CREATE TYPE {name} AS RANGE (\n{}\n)", options.collect::<Vec<_>>().join(",\n"))
        }
        Body::Domain(it) => {
            let mut sql = format!("CREATE DOMAIN {name} AS {}{}", it.base, collate(it.collation.as_deref()));
            if let Some(default) = &it.default {
                let _ = write!(sql, " DEFAULT {default}");
            }
            if it.not_null {
                sql.push_str(" NOT NULL");
            }
            for (name, check) in checks {
                let _ = write!(sql, "\n    CONSTRAINT {} {}", quote(name), check_clause(check));
            }
            sql
        }
        _ => return None,
    })
}

pub(crate) fn collate(collation: Option<&str>) -> String {
    collation.map(|name| format!(" COLLATE {name}")).unwrap_or_default()
}

/// `CREATE SEQUENCE`; its owner column is given later.
pub(crate) fn create_sequence(name: &QualifiedName, sequence: &Sequence) -> String {
    format!(
        "CREATE {}SEQUENCE {}\n    AS {}{}",
        if sequence.options.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" },
        qualified(name),
        sequence.options.data_type,
        sequence_clauses(&sequence.options)
    )
}

pub(crate) fn sequence_clauses(options: &SequenceOptions) -> String {
    format!(
        "\n    START WITH {}\n    INCREMENT BY {}\n    MINVALUE {}\n    MAXVALUE {}\n    CACHE {}{}",
        options.start,
        options.increment,
        options.min,
        options.max,
        options.cache,
        if options.cycle { "\n    CYCLE" } else { "" }
    )
}

/// `CREATE TABLE` with the columns and constraints that `placement` puts inside. Columns that only come by inheritance are
/// left out, except of a partition, which is made as a table of its own and attached later.
pub(crate) fn create_table(
    relation: RelationWalker<'_>,
    table: &Table,
    placement: &dyn Fn(ObjectId) -> Placement,
) -> String {
    let mut items: Vec<String> = Vec::new();
    for child in relation.children() {
        let inside = placement(child.id) == Placement::Inside;
        let object = child.object();
        match &object.body {
            Body::Column(column)
                if column.inheritance == Inheritance::Inherited && !table.inherits.is_empty() => {}
            Body::Column(column) if table.of_type.is_some() => {
                let name = quote(&object.name).to_string();
                let item = column_item(object, &typed_column(column), inside);
                let rest = item.strip_prefix(&name).filter(|rest| !rest.is_empty());
                items.extend(rest.map(|rest| format!("{name} WITH OPTIONS{rest}")));
            }
            // A generated column is inherited with its expression, and may not repeat it.
            Body::Column(column) if column.generated.is_some() && !table.inherits.is_empty() => {
                let column =
                    Column { generated: own_generation(relation, table, object, column), ..column.clone() };
                items.push(column_item(object, &column, inside));
            }
            Body::Column(column) => items.push(column_item(object, column, inside)),
            _ if inside => items.extend(constraint_item(object)),
            _ => {}
        }
    }
    let unlogged = if table.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
    let foreign = if table.kind == TableKind::Foreign { "FOREIGN " } else { "" };
    let body = if items.is_empty() && table.of_type.is_some() {
        String::new()
    } else if items.is_empty() {
        "()".into()
    } else {
        format!("(\n    {}\n)", items.join(",\n    "))
    };
    let of = table.of_type.as_ref().map(|name| format!("OF {name} ")).unwrap_or_default();
    let mut sql =
        format!("CREATE {unlogged}{foreign}TABLE {} {of}{body}", qualified(&relation.qualified_name()));
    if !table.inherits.is_empty() {
        let parents = table.inherits.iter().map(qualified).collect::<Vec<_>>().join(", ");
        let _ = write!(sql, "\nINHERITS ({parents})");
    }
    if let Some(server) = &table.foreign_server {
        let _ = write!(sql, "\nSERVER {server}");
    }
    if let Some(key) = &table.partition_by {
        let _ = write!(sql, "\nPARTITION BY {key}");
    }
    if let Some(method) = &table.access_method {
        let _ = write!(sql, "\nUSING {}", quote(method));
    }
    sql.push_str(&with_clause(&table.options));
    sql
}

fn own_generation(
    relation: RelationWalker<'_>,
    table: &Table,
    object: &Object,
    column: &Column,
) -> Option<Generated> {
    let model = relation.model();
    let mut parents = table.inherits.iter().filter_map(|name| model.relation(model.find_relation(name)?));
    let is_above = parents.any(|parent| {
        parent.columns().any(|(it, above)| it.name == object.name && above.generated.is_some())
    });
    column.generated.clone().filter(|_| !is_above)
}

/// What a column of a typed table has beyond its type.
fn typed_column(column: &Column) -> Column {
    Column { data_type: String::new(), collation: None, ..column.clone() }
}

/// A column inside `CREATE TABLE`. `with_default` says whether its default stands here or in a statement of its own.
pub(crate) fn column_item(object: &Object, column: &Column, with_default: bool) -> String {
    let mut item = quote(&object.name).to_string();
    if !column.data_type.is_empty() {
        let _ = write!(item, " {}", column.data_type);
    }
    if let Some(options) = &column.foreign_options {
        let _ = write!(item, " OPTIONS ({options})");
    }
    item.push_str(&collate(column.collation.as_deref()));
    if let Some(generated) = &column.generated {
        let _ = write!(item, " GENERATED ALWAYS AS ({}) STORED", generated.expression);
    }
    if let Some(identity) = &column.identity {
        let mode = if identity.mode == IdentityMode::Always { "ALWAYS" } else { "BY DEFAULT" };
        let clauses = sequence_clauses(&identity.options).split_whitespace().collect::<Vec<_>>().join(" ");
        let name = qualified(&identity.sequence);
        let _ = write!(item, " GENERATED {mode} AS IDENTITY (SEQUENCE NAME {name} {clauses})");
    }
    if let Some(default) = column.default.as_ref().filter(|_| with_default) {
        let _ = write!(item, " DEFAULT {default}");
    }
    if column.not_null {
        item.push_str(" NOT NULL");
    }
    item
}

/// A constraint as a table item, `CONSTRAINT name …`; `None` for what is no constraint.
pub(crate) fn constraint_item(object: &Object) -> Option<String> {
    let clause = match &object.body {
        Body::PrimaryKey(key) => key_clause("PRIMARY KEY", key),
        Body::Unique(key) => key_clause("UNIQUE", key),
        Body::ForeignKey(key) => foreign_key_clause(key),
        Body::Check(check) => check_clause(check),
        Body::Exclusion(exclusion) => exclusion.definition.clone(),
        _ => return None,
    };
    Some(format!("CONSTRAINT {} {clause}", quote(&object.name)))
}

fn key_clause(words: &str, key: &Key) -> String {
    let distinct = if key.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let include =
        if key.include.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(&key.include)) };
    let with = with_clause(&key.options);
    format!("{words}{distinct} ({}){include}{with}{}", list(&key.columns), deferrable_clause(key.deferrable))
}

pub(crate) fn deferrable_clause(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

pub(crate) fn check_clause(check: &Check) -> String {
    let no_inherit = if check.no_inherit { " NO INHERIT" } else { "" };
    let valid = if check.validated == Validated::No { " NOT VALID" } else { "" };
    format!("CHECK ({}){no_inherit}{valid}", check.expression)
}

fn foreign_key_clause(key: &ForeignKey) -> String {
    let mut sql = format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        list(&key.columns),
        qualified(&key.references),
        list(&key.referenced_columns)
    );
    if key.match_type == MatchType::Full {
        sql.push_str(" MATCH FULL");
    }
    if key.on_update != ReferentialAction::NoAction {
        let _ = write!(sql, " ON UPDATE {}", key.on_update.sql());
    }
    if key.on_delete != ReferentialAction::NoAction {
        let _ = write!(sql, " ON DELETE {}", key.on_delete.sql());
        if !key.on_delete_columns.is_empty() {
            let _ = write!(sql, " ({})", list(&key.on_delete_columns));
        }
    }
    sql.push_str(deferrable_clause(key.deferrable));
    if key.validated == Validated::No {
        sql.push_str(" NOT VALID");
    }
    sql
}

/// `ALTER TABLE … ADD CONSTRAINT …`, or for a domain `ALTER DOMAIN`.
pub(crate) fn add_constraint(owner: &Object, owner_name: &QualifiedName, object: &Object) -> Option<String> {
    let item = constraint_item(object)?;
    let name = qualified(owner_name);
    // A check that is passed on must reach the tables that inherit; all else is of this table alone.
    let is_passed_on = matches!(&object.body, Body::Check(check) if !check.no_inherit);
    let only =
        !is_passed_on && matches!(&owner.body, Body::Table(table) if table.kind != TableKind::Partitioned);
    Some(match &owner.body {
        Body::Domain(_) => format!("ALTER DOMAIN {name}\n    ADD {item}"),
        _ => format!("ALTER TABLE {}{name}\n    ADD {item}", if only { "ONLY " } else { "" }),
    })
}

/// `CREATE INDEX`. On a partitioned table it is made there only; attaching the partitions joins theirs to it.
pub(crate) fn create_index(
    relation: &QualifiedName,
    owner: &Object,
    object: &Object,
    index: &Index,
) -> String {
    let parts: Vec<String> = index.parts.iter().map(index_part).collect();
    let only = matches!(&owner.body, Body::Table(table) if table.kind == TableKind::Partitioned);
    let mut sql = format!(
        "CREATE {}INDEX {} ON {}{} USING {} ({})",
        if index.unique { "UNIQUE " } else { "" },
        quote(&object.name),
        if only { "ONLY " } else { "" },
        qualified(relation),
        quote(&index.method),
        parts.join(", ")
    );
    if !index.include.is_empty() {
        let _ = write!(sql, " INCLUDE ({})", list(&index.include));
    }
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    sql.push_str(&with_clause(&index.options));
    if let Some(predicate) = &index.predicate {
        let _ = write!(sql, " WHERE ({predicate})");
    }
    sql
}

fn index_part(part: &IndexPart) -> String {
    let mut text = match &part.target {
        IndexTarget::Column(name) => quote(name).to_string(),
        // The server leaves the parentheses out only around a plain call; with them it is always right.
        IndexTarget::Expression(text) if text.starts_with('(') => text.clone(),
        IndexTarget::Expression(text) => format!("({text})"),
    };
    if let Some(collation) = &part.collation {
        let _ = write!(text, " COLLATE {collation}");
    }
    if let Some(class) = &part.operator_class {
        let _ = write!(text, " {class}");
    }
    if part.descending {
        text.push_str(" DESC");
    }
    match part.nulls {
        Some(NullsOrder::First) => text.push_str(" NULLS FIRST"),
        Some(NullsOrder::Last) => text.push_str(" NULLS LAST"),
        None => {}
    }
    text
}

/// What leaves a new materialized view without rows.
pub(crate) const WITH_NO_DATA: &str = "\nWITH NO DATA";

/// `CREATE VIEW` or `CREATE MATERIALIZED VIEW`; rows are not fetched.
pub(crate) fn create_view(name: &QualifiedName, view: &View) -> String {
    let (words, end) = if view.materialized { ("MATERIALIZED VIEW", WITH_NO_DATA) } else { ("VIEW", "") };
    format!(
        "CREATE {words} {}{}{} AS\n {}{end}",
        qualified(name),
        view.access_method.as_ref().map(|method| format!(" USING {}", quote(method))).unwrap_or_default(),
        with_clause(&view.options),
        view.definition.trim_start()
    )
}

/// `CREATE POLICY`.
pub(crate) fn create_policy(relation: &QualifiedName, object: &Object, policy: &Policy) -> String {
    let roles: Vec<String> = policy
        .roles
        .iter()
        .map(|role| if role == "public" { "PUBLIC".to_owned() } else { quote(role).to_string() })
        .collect();
    let mut sql = format!("CREATE POLICY {} ON {}", quote(&object.name), qualified(relation));
    if policy.permissive == Permissive::Restrictive {
        sql.push_str(" AS RESTRICTIVE");
    }
    let _ = write!(sql, "\n    FOR {} TO {}", policy.command, roles.join(", "));
    if let Some(using) = &policy.using {
        let _ = write!(sql, "\n    USING ({using})");
    }
    if let Some(check) = &policy.with_check {
        let _ = write!(sql, "\n    WITH CHECK ({check})");
    }
    sql
}
