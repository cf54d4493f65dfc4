//! An object's page: everything known of it, as rows of text the window only has to lay out.

use cadastre_model::*;
use serde::Serialize;
use specta::Type;

use crate::connections::unknown_engine;
use crate::engines;
use crate::error::{AppError, Code};
use crate::source::Source;
use crate::workspace::Workspace;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ColumnRow {
    /// Its name.
    pub name: String,
    /// Its full type.
    pub data_type: String,
    /// Nulls refused.
    pub not_null: bool,
    /// Default, generation or identity, as written.
    pub value: String,
    /// `PK`, `FK`, `UQ` marks.
    pub marks: Vec<String>,
    /// Its comment.
    pub comment: String,
}

/// A named part of a table: key, constraint, index, trigger, policy …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PartRow {
    /// The kind's word.
    pub kind: String,
    /// Its name; empty where the engine made it up.
    pub name: String,
    /// What it says, in a line.
    pub text: String,
    /// Its comment.
    pub comment: String,
    /// The page of the table it leads to, for a foreign key.
    pub target: Option<u32>,
}

/// A foreign key of another table that leads here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReferenceRow {
    /// The page of the table it is on.
    pub id: u32,
    /// That table.
    pub table: String,
    /// The key's name.
    pub name: String,
    /// Its columns and the columns they lead to.
    pub text: String,
}

/// A property in two words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// A key the window translates.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A field as it was found in documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldRow {
    /// The whole way to it.
    pub path: String,
    /// Its own name; `[]` for the elements of an array.
    pub label: String,
    /// How deep it is in other fields.
    pub depth: u32,
    /// In how many percent of the documents (or elements) that could have it.
    pub percent: u32,
    /// Types with their share in percent, the most frequent first.
    pub types: String,
    /// The validator knows it.
    pub enforced: bool,
    /// Where its values were found to lead, and how many of them.
    pub reference: String,
    /// The page of the collection they lead to.
    pub target: Option<u32>,
}

/// What documents look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SampleView {
    /// How many were looked at.
    pub documents: u32,
    /// How many there are.
    pub total: String,
    /// The fields, a field before those in it.
    pub fields: Vec<FieldRow>,
}

/// Everything about one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ObjectPage {
    /// Its number.
    pub id: u32,
    /// The kind's word.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: String,
    /// What else there is to say.
    pub properties: Vec<Property>,
    /// Its columns.
    pub columns: Vec<ColumnRow>,
    /// What its documents look like, of a collection.
    pub sample: Option<SampleView>,
    /// Keys, constraints, indexes, triggers, rules, policies.
    pub parts: Vec<PartRow>,
    /// Who leads here.
    pub referenced_by: Vec<ReferenceRow>,
    /// Privileges, where they are not the default.
    pub grants: Vec<Property>,
    /// The statements that create it.
    pub ddl: String,
}

fn columns_of(relation: RelationWalker<'_>) -> Vec<ColumnRow> {
    let in_primary =
        |name: &str| relation.primary_key().is_some_and(|key| key.columns.iter().any(|it| it == name));
    let in_foreign =
        |name: &str| relation.foreign_keys().any(|key| key.key.columns.iter().any(|it| it == name));
    let is_unique =
        |name: &str| relation.is_unique_over(std::slice::from_ref(&name.to_owned())) && !in_primary(name);
    let row = |(object, column): (&Object, &Column)| {
        let mark = |word: &str, yes: bool| yes.then(|| word.to_owned());
        let name = object.name.as_str();
        ColumnRow {
            name: name.to_owned(),
            data_type: column.data_type.clone(),
            not_null: column.not_null,
            value: value_of(column),
            marks: [mark("PK", in_primary(name)), mark("FK", in_foreign(name)), mark("UQ", is_unique(name))]
                .into_iter()
                .flatten()
                .collect(),
            comment: object.comment.clone().unwrap_or_default(),
        }
    };
    relation.columns().map(row).collect()
}

fn sample_of(relation: RelationWalker<'_>) -> Option<SampleView> {
    let sample = relation.table()?.sample.as_ref()?;
    let fields = sample.fields.iter().map(|field| field_row(relation, field)).collect();
    Some(SampleView { documents: sample.documents, total: sample.estimated_total.clone(), fields })
}

fn percent(part: u32, of: u32) -> u32 {
    if of == 0 { 0 } else { (f64::from(part) * 100.0 / f64::from(of)).round() as u32 }
}

fn field_row(relation: RelationWalker<'_>, field: &SampledField) -> FieldRow {
    let types = field.types.iter().map(|(name, count)| match percent(*count, field.present) {
        100 => name.clone(),
        share => format!("{name} {share} %"),
    });
    let target = field.reference.as_ref().and_then(|reference| {
        relation
            .model()
            .find_relation(&QualifiedName::new(relation.namespace(), reference.collection.as_str()))
    });
    let reference = field
        .reference
        .as_ref()
        .map(|it| format!("→ {}.{} · {} %", it.collection, it.field, percent(it.found, it.looked_up)));
    FieldRow {
        path: field.path.clone(),
        label: field_label(&field.path).to_owned(),
        depth: field_depth(&field.path),
        percent: percent(field.present, field.of),
        types: types.collect::<Vec<_>>().join(", "),
        enforced: field.enforced,
        reference: reference.unwrap_or_default(),
        target: target.map(|id| id.index() as u32),
    }
}

/// A field's own name; of the elements of an array `[]`.
pub(crate) fn field_label(path: &str) -> &str {
    if path.ends_with("[]") { "[]" } else { path.rsplit('.').next().unwrap_or(path) }
}

/// How many fields a field is in.
pub(crate) fn field_depth(path: &str) -> u32 {
    (path.matches('.').count() + path.matches("[]").count()) as u32
}

fn value_of(column: &Column) -> String {
    if let Some(generated) = &column.generated {
        return format!("= {}", generated.expression);
    }
    if let Some(identity) = &column.identity {
        let mode = if identity.mode == IdentityMode::Always { "always" } else { "by default" };
        return format!("identity ({mode})");
    }
    if column.autoincrement {
        return "autoincrement".into();
    }
    column.default.clone().unwrap_or_default()
}

fn part_of(model: &Model, walker: ObjectWalker<'_>) -> Option<PartRow> {
    let object = walker.object();
    let mut target = None;
    let (text, unnamed) = match &object.body {
        Body::PrimaryKey(key) | Body::Unique(key) => (key_text(key), key.unnamed),
        Body::ForeignKey(key) => {
            target = model.find_relation(&key.references).map(|id| id.index() as u32);
            (foreign_key_text(key), key.unnamed)
        }
        Body::Check(check) => (check.expression.clone(), check.unnamed),
        Body::Exclusion(exclusion) => (exclusion.definition.clone(), false),
        Body::Index(index) => (index_text(index), false),
        Body::Trigger(trigger) => (trigger_text(trigger), false),
        Body::Rule(rule) => (rule.definition.clone(), false),
        Body::Policy(policy) => (policy_text(policy), false),
        Body::Statistics(statistics) => (statistics.definition.clone(), false),
        _ => return None,
    };
    Some(PartRow {
        kind: object.kind().word().into(),
        name: if unnamed { String::new() } else { object.name.clone() },
        text,
        comment: object.comment.clone().unwrap_or_default(),
        target,
    })
}

fn key_text(key: &Key) -> String {
    let include =
        if key.include.is_empty() { String::new() } else { format!(" + {}", key.include.join(", ")) };
    format!("{}{include}{}", key.columns.join(", "), deferrable_text(key.deferrable))
}

fn deferrable_text(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " · deferrable",
        Deferrable::InitiallyDeferred => " · initially deferred",
    }
}

fn foreign_key_text(key: &ForeignKey) -> String {
    let mut text = format!(
        "{} → {} ({})",
        key.columns.join(", "),
        key.references.name,
        key.referenced_columns.join(", ")
    );
    for (event, action) in [("on update", key.on_update), ("on delete", key.on_delete)] {
        if action != ReferentialAction::NoAction {
            text.push_str(&format!(" · {event} {}", action.sql().to_lowercase()));
        }
    }
    text.push_str(deferrable_text(key.deferrable));
    if key.validated == Validated::No {
        text.push_str(" · not valid");
    }
    text
}

fn index_text(index: &Index) -> String {
    let part = |part: &IndexPart| {
        let target = match &part.target {
            IndexTarget::Column(name) => name.clone(),
            IndexTarget::Expression(text) => text.clone(),
        };
        format!("{target}{}", if part.descending { " desc" } else { "" })
    };
    let mut text =
        format!("{} ({})", index.method, index.parts.iter().map(part).collect::<Vec<_>>().join(", "));
    if index.unique {
        text = format!("unique {text}");
    }
    if !index.include.is_empty() {
        text.push_str(&format!(" include ({})", index.include.join(", ")));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" where {predicate}"));
    }
    if index.invalid {
        text.push_str(" · invalid");
    }
    text
}

fn trigger_text(trigger: &Trigger) -> String {
    match firing_text(trigger.firing) {
        None => trigger.event.clone(),
        Some(firing) => format!("{} · {firing}", trigger.event),
    }
}

fn policy_text(policy: &Policy) -> String {
    let kind = if policy.permissive == Permissive::Restrictive { "restrictive, " } else { "" };
    let mut text = format!("{kind}{} to {}", policy.command.to_lowercase(), policy.roles.join(", "));
    if let Some(using) = &policy.using {
        text.push_str(&format!(" using ({using})"));
    }
    if let Some(check) = &policy.with_check {
        text.push_str(&format!(" with check ({check})"));
    }
    text
}

fn properties_of(object: &Object) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            properties.push(Property { name: name.into(), value });
        }
    };
    add("owner", object.owner.clone());
    match &object.body {
        Body::Table(table) => {
            add("partitionBy", table.partition_by.clone());
            let bound =
                |it: &PartitionBound| format!("{}.{} {}", it.parent.namespace, it.parent.name, it.bound);
            add("partitionOf", table.partition_of.as_ref().map(bound));
            let parents = table.inherits.iter().map(|it| format!("{}.{}", it.namespace, it.name));
            add("inherits", Some(parents.collect::<Vec<_>>().join(", ")));
            add("engine", table.access_method.clone());
            let charset = [table.character_set.as_deref(), table.collation.as_deref()];
            add("collation", Some(charset.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
            if let Some(it) = &table.collection {
                add(
                    "capped",
                    it.capped_bytes.as_ref().map(|bytes| capped_text(bytes, it.capped_documents.as_deref())),
                );
                add("timeSeries", it.time_series.clone());
                add("expireAfter", it.expire_after_seconds.clone());
                add("clustered", it.clustered.clone());
                add("collation", it.collation.clone());
                add(
                    "validator",
                    it.validator.as_ref().map(|it| format!("{} ({}, {})", it.rule, it.level, it.action)),
                );
            }
            add("storage", (table.persistence == Persistence::Unlogged).then(|| "unlogged".into()));
            add("options", Some(options_text(&table.options)));
            add("rowSecurity", row_security_text(table.row_security));
            add("module", table.virtual_table.as_ref().map(|it| format!("{}({})", it.module, it.arguments)));
            add("server", table.foreign_server.clone());
            let flags = [
                (table.strict, "strict"),
                (table.without_rowid, "without rowid"),
                (table.system_versioned, "system versioning"),
            ];
            add("flags", Some(flags.iter().filter(|it| it.0).map(|it| it.1).collect::<Vec<_>>().join(", ")));
        }
        Body::View(view) => {
            add("storage", view.materialized.then(|| "materialized".into()));
            add("reads", view.reads.as_ref().map(|it| it.name.clone()));
            add("security", view.security.map(security_text));
            add("options", Some(options_text(&view.options)));
        }
        Body::Enum(it) => add("labels", Some(it.labels.join(" · "))),
        Body::Domain(it) => {
            add("type", Some(it.base.clone()));
            add("default", it.default.clone());
            add("flags", it.not_null.then(|| "not null".into()));
        }
        Body::Composite(it) => {
            let attributes =
                it.attributes.iter().map(|attribute| format!("{} {}", attribute.name, attribute.data_type));
            add("attributes", Some(attributes.collect::<Vec<_>>().join(", ")));
        }
        Body::Range(it) => add("options", Some(options_text(&it.options))),
        Body::Sequence(it) => {
            add("type", Some(it.options.data_type.clone()));
            add("range", Some(format!("{} … {}", it.options.min, it.options.max)));
            add("increment", Some(it.options.increment.clone()));
            let owner =
                |it: &ColumnRef| format!("{}.{}.{}", it.relation.namespace, it.relation.name, it.column);
            add("ownedBy", it.owned_by.as_ref().map(owner));
        }
        Body::Extension(it) => {
            add("version", Some(it.version.clone()));
            add("schema", Some(it.namespace.clone()));
        }
        Body::Routine(it) => {
            add("returns", Some(it.returns.clone()));
            add("language", Some(it.language.clone()));
            add("sqlMode", it.session.as_ref().map(|it| it.sql_mode.clone()));
        }
        Body::Event(it) => {
            add("sqlMode", Some(it.session.sql_mode.clone()));
            add("timeZone", it.session.time_zone.clone());
        }
        Body::EventTrigger(it) => add("firing", firing_text(it.firing)),
        Body::DefaultPrivileges(it) => {
            add("role", Some(it.role.clone()));
            add("objects", Some(it.objects.to_lowercase()));
        }
        _ => {}
    }
    properties
}

fn capped_text(bytes: &str, documents: Option<&str>) -> String {
    match documents {
        Some(documents) => format!("{bytes} bytes, {documents} documents"),
        None => format!("{bytes} bytes"),
    }
}

fn security_text(security: Security) -> String {
    match security {
        Security::Definer => "definer".into(),
        Security::Invoker => "invoker".into(),
    }
}

fn firing_text(firing: Firing) -> Option<String> {
    match firing {
        Firing::Origin => None,
        Firing::Disabled => Some("disabled".into()),
        Firing::Replica => Some("on replica".into()),
        Firing::Always => Some("always".into()),
    }
}

fn options_text(options: &[SettingPair]) -> String {
    options.iter().map(|it| format!("{}={}", it.name, it.value)).collect::<Vec<_>>().join(", ")
}

fn row_security_text(it: RowSecurity) -> Option<String> {
    match (it.enabled, it.forced) {
        (false, false) => None,
        (true, false) => Some("enabled".into()),
        (true, true) => Some("enabled, forced".into()),
        (false, true) => Some("forced, not enabled".into()),
    }
}

/// Privileges by who has them, as access control lists write them: `*` may be passed on, `/role` was passed on by that role.
fn grants_of(object: &Object) -> Vec<Property> {
    let grants = object.grants.as_deref().unwrap_or_default();
    let mut by_grantee: std::collections::BTreeMap<&Grantee, Vec<String>> = std::collections::BTreeMap::new();
    for grant in grants {
        let option = if grant.grantable { "*" } else { "" };
        let giver = grant.by.as_ref().map(|role| format!("/{role}")).unwrap_or_default();
        by_grantee
            .entry(&grant.grantee)
            .or_default()
            .push(format!("{}{option}{giver}", grant.privilege.to_lowercase()));
    }
    let name = |grantee: &Grantee| match grantee {
        Grantee::Owner => "owner".to_owned(),
        Grantee::Public => "public".to_owned(),
        Grantee::Role(name) => name.clone(),
    };
    by_grantee.into_iter().map(|(who, what)| Property { name: name(who), value: what.join(", ") }).collect()
}

fn references_to(relation: RelationWalker<'_>) -> Vec<ReferenceRow> {
    let row = |key: ForeignKeyWalker<'_>| {
        let table = key.table()?;
        Some(ReferenceRow {
            id: table.id().index() as u32,
            table: format!("{}.{}", table.namespace(), table.name()),
            name: if key.key.unnamed { String::new() } else { key.object().name.clone() },
            text: format!("{} → {}", key.key.columns.join(", "), key.key.referenced_columns.join(", ")),
        })
    };
    relation.referenced_by().filter_map(row).collect()
}

impl Workspace {
    /// The page of an object of one reading of an open source.
    ///
    /// # Errors
    /// When the source is not open, was read again since, or has no such object.
    pub fn object_page(&self, source: &Source, reading: u32, id: u32) -> Result<ObjectPage, AppError> {
        let model = self.model_of_reading(source, reading)?;
        let object_id = model.id_at(id as usize).ok_or_else(|| {
            AppError::new(Code::NotFound, "this object is not in the schema")
                .with_hint("choose one from the tree or the search")
        })?;
        let dialect =
            engines::dialect(&model.origin.engine).ok_or_else(|| unknown_engine(&model.origin.engine))?;
        let object = model.object(object_id);
        let relation = model.relation(object_id);
        let children = model.children(object_id).iter().map(|&child| model.walk(child));
        Ok(ObjectPage {
            id,
            kind: object.kind().word().into(),
            namespace: object.parent.map(|parent| model.object(parent).name.clone()).unwrap_or_default(),
            name: object.key(),
            comment: object.comment.clone().unwrap_or_default(),
            properties: properties_of(object),
            columns: relation.map(columns_of).unwrap_or_default(),
            sample: relation.and_then(sample_of),
            parts: children.filter_map(|child| part_of(&model, child)).collect(),
            referenced_by: relation.map(references_to).unwrap_or_default(),
            grants: grants_of(object),
            ddl: dialect.object_ddl(&model, object_id),
        })
    }
}
