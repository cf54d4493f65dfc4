//! The pure half: quoting and scripts.

use cadastre_diff::{Diff, TextsFollow};
use cadastre_engine::{
    Backslash, CommonType, CoverageLine, DbError, Dialect, NameLimit, Quoted, Script, check_names,
    quote_double, quote_literal as quote_text,
};
use cadastre_model::{Body, Model, Object, ObjectId, QualifiedName};
use cadastre_plan::{Plan, Step, TimeOuts};

use crate::coverage::COVERAGE;
use crate::keywords::is_plain;
use crate::plan::{MAX_NAME_BYTES, comparable, online, plan, rename_step, time_outs};
use crate::script::{create_script, object_ddl};
use crate::types;

/// PostgreSQL's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresDialect;

/// Quotes a name as the server's `quote_ident` does.
pub(crate) fn quote(name: &str) -> Quoted {
    quote_double(name, is_plain)
}

/// Quotes a text.
pub(crate) fn literal(text: &str) -> Quoted {
    quote_text(text, Backslash::EscapeString)
}

/// Quotes namespace and name.
pub(crate) fn qualified(name: &QualifiedName) -> String {
    format!("{}.{}", quote(&name.namespace), quote(&name.name))
}

/// The last part of a name as the server writes it, without its quotes.
pub(crate) fn last_name(written: &str) -> String {
    let mut is_inside = false;
    let mut begin = 0;
    for (at, c) in written.char_indices() {
        match c {
            '"' => is_inside = !is_inside,
            '.' if !is_inside => begin = at + 1,
            _ => {}
        }
    }
    let last = &written[begin..];
    last.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(last).replace("\"\"", "\"")
}

/// Quotes names and puts commas between them.
pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name).to_string()).collect::<Vec<_>>().join(", ")
}

impl Dialect for PostgresDialect {
    fn engine(&self) -> &'static str {
        "postgres"
    }

    fn product(&self, version: &str) -> String {
        format!("PostgreSQL {version}")
    }

    fn quote_identifier(&self, name: &str) -> Quoted {
        quote(name)
    }

    fn quote_literal(&self, text: &str) -> Quoted {
        literal(text)
    }

    fn create_script(&self, model: &Model) -> Result<Script, DbError> {
        create_script(model)
    }

    fn object_ddl(&self, model: &Model, id: ObjectId) -> String {
        object_ddl(model, id)
    }

    fn plan(&self, from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError> {
        check_names(to, NameLimit::Bytes(MAX_NAME_BYTES))?;
        plan(from, to, diff)
    }

    fn online(&self, plan: Plan) -> Plan {
        online(plan)
    }

    fn comparable(&self, model: &Model) -> Model {
        comparable(model)
    }

    fn script_for_new_database(&self, model: &Model) -> Result<String, DbError> {
        let is_public = |object: &Object| match &object.body {
            Body::Namespace(_) => object.name == "public",
            Body::Extension(it) => it.namespace == "public",
            _ => false,
        };
        let has_public = model.objects().any(|(_, object)| is_public(object));
        let head = if has_public { "" } else { "DROP SCHEMA public;\n" };
        Ok(format!("{head}{}", self.create_script(model)?.text()))
    }

    fn texts_follow(&self) -> TextsFollow {
        TextsFollow::ButColumnsOfViews
    }

    fn rename_step(&self, model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
        Ok(rename_step(model, id, to))
    }

    fn session_time_outs(&self) -> Option<TimeOuts> {
        Some(time_outs::SESSION)
    }

    fn time_out_statements(&self, time_outs: TimeOuts) -> Vec<String> {
        time_outs::statements(time_outs)
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
