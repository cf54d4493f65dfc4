//! The pure half: quoting and scripts.

use cadastre_diff::Diff;
use cadastre_engine::{
    Backslash, CommonType, CoverageLine, DbError, Dialect, ErrorCode, Folding, Quoted, Script, ScriptPart,
    check_distinct, quote_double, quote_literal,
};
use cadastre_model::{Body, Kind, Model, ObjectId};
use cadastre_plan::{Plan, Step};

use crate::assemble::NAMESPACE;
use crate::coverage::COVERAGE;
use crate::plan;
use crate::render::create_statement;
use crate::types;

/// SQLite's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteDialect;

/// Quotes every name that is not a plain lower- or upper-case word; keywords are quoted by being short on risk: any name
/// may be quoted.
pub(crate) fn quote(name: &str) -> Quoted {
    quote_double(name, |_| false)
}

impl Dialect for SqliteDialect {
    fn engine(&self) -> &'static str {
        "sqlite"
    }

    fn product(&self, version: &str) -> String {
        format!("SQLite {version}")
    }

    fn quote_identifier(&self, name: &str) -> Quoted {
        quote(name)
    }

    fn quote_literal(&self, text: &str) -> Quoted {
        literal(text)
    }

    fn create_script(&self, model: &Model) -> Result<Script, DbError> {
        // Names inside views and triggers are resolved when they are used, so kinds in this order are enough.
        const ORDER: [Kind; 4] = [Kind::Table, Kind::Index, Kind::View, Kind::Trigger];
        let parts = ORDER.into_iter().flat_map(|kind| {
            let mut ids: Vec<ObjectId> =
                model.objects().filter(|(_, o)| o.kind() == kind).map(|(id, _)| id).collect();
            ids.sort_by_cached_key(|&id| model.display_name(id));
            ids.into_iter().filter_map(|id| part(model, id)).collect::<Vec<_>>()
        });
        let attach = attached_schemas(model)
            .map(|name| format!("ATTACH DATABASE {} AS {};\n", literal(&format!("{name}.db")), quote(name)));
        Ok(Script {
            preamble: format!("PRAGMA foreign_keys=OFF;\n{}BEGIN;\n\n", attach.collect::<String>()),
            parts: parts.collect(),
            closing: "COMMIT;\n".into(),
        })
    }

    fn object_ddl(&self, model: &Model, id: ObjectId) -> String {
        let own = part(model, id);
        let satellites = model.children(id).iter().filter(|_| is_relation(&model.object(id).body));
        let satellites = satellites.filter_map(|&child| part(model, child));
        own.into_iter().chain(satellites).map(|part| part.sql).collect::<Vec<_>>().join("\n\n")
    }

    fn comparable(&self, model: &Model) -> Model {
        plan::comparable(model)
    }

    fn view_columns_follow(&self) -> bool {
        true
    }

    fn plan(&self, from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError> {
        if attached_schemas(from).chain(attached_schemas(to)).next().is_some() {
            let message = "planning: a plan is made for one file, and there are attached ones";
            return Err(DbError::new(ErrorCode::UnsupportedByEngine, message)
                .with_hint("compare the attached files by themselves"));
        }
        check_distinct(to, &[&[Kind::Column], &[Kind::Table, Kind::View]], Folding::Ascii)?;
        Ok(plan::plan(from, to, diff))
    }

    fn begin(&self) -> &'static str {
        // The lock for writing at once: one that is only wanted half-way may not be had.
        "BEGIN IMMEDIATE"
    }

    fn rename_step(&self, model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
        plan::rename_step(model, id, to).ok_or_else(|| {
            let message = format!("planning: SQLite does not rename {}", model.display_name(id));
            DbError::new(ErrorCode::UnsupportedByEngine, message).with_hint("leave the rename out")
        })
    }

    fn common_type(&self, data_type: &str) -> Option<CommonType> {
        types::common_type(data_type)
    }

    fn type_text(&self, common: CommonType) -> Option<String> {
        Some(types::type_text(common))
    }

    fn coverage(&self) -> &'static [CoverageLine] {
        COVERAGE
    }
}

/// The schemas of files that are attached to the main one.
fn attached_schemas(model: &Model) -> impl Iterator<Item = &str> {
    let roots = model.roots().iter().map(|&id| model.object(id));
    roots
        .filter(|root| root.kind() == Kind::Namespace && root.name != NAMESPACE)
        .map(|root| root.name.as_str())
}

fn literal(text: &str) -> Quoted {
    quote_literal(text, Backslash::Plain)
}

fn is_relation(body: &Body) -> bool {
    matches!(body, Body::Table(_) | Body::View(_))
}

fn part(model: &Model, id: ObjectId) -> Option<ScriptPart> {
    let sql = create_statement(model, id)?;
    // A stored statement may end in a line comment, which would swallow the semicolon.
    let ends_in_comment =
        crate::tokens::tokenize(&sql).last().is_some_and(|token| token.text.starts_with("--"));
    let end = if ends_in_comment { "\n;" } else { ";" };
    Some(ScriptPart { object: Some(id), sql: format!("{sql}{end}") })
}
