//! The pure half: quoting and scripts.

use cadastre_diff::Diff;
use cadastre_engine::{CoverageLine, DbError, Dialect, Quoted, Script, quote_json};
use cadastre_model::{Model, ObjectId};
use cadastre_plan::Plan;

use crate::coverage::COVERAGE;
use crate::{plan, script};

/// MongoDB's dialect: commands as documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct MongoDialect;

impl Dialect for MongoDialect {
    fn engine(&self) -> &'static str {
        "mongodb"
    }

    fn product(&self, version: &str) -> String {
        format!("MongoDB {version}")
    }

    fn quote_identifier(&self, name: &str) -> Quoted {
        quote_json(name)
    }

    fn quote_literal(&self, text: &str) -> Quoted {
        quote_json(text)
    }

    fn create_script(&self, model: &Model) -> Result<Script, DbError> {
        Ok(script::create_script(model))
    }

    fn object_ddl(&self, model: &Model, id: ObjectId) -> String {
        script::object_ddl(model, id)
    }

    fn plan(&self, from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError> {
        Ok(plan::plan(from, to, diff))
    }

    fn plan_script(&self, plan: &Plan) -> String {
        plan.steps().flat_map(|step| &step.statements).map(|it| format!("{it};\n\n")).collect()
    }

    fn coverage(&self) -> &'static [CoverageLine] {
        COVERAGE
    }
}
