//! The pure half: quoting and scripts.

use cadastre_diff::Diff;
use cadastre_engine::{CoverageLine, DbError, Dialect, Quoted, Script, quote_json};
use cadastre_model::{Model, ObjectId};
use cadastre_plan::{LockClass, Plan, Step, TableLock, WorkClass};

use crate::coverage::COVERAGE;
use crate::orders::Order;
use crate::probe;
use crate::{fields, orders, plan, script};

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

    fn has_transactional_ddl(&self) -> bool {
        false
    }

    fn plan_script(&self, plan: &Plan) -> String {
        orders::script(plan.steps().flat_map(|step| &step.statements).map(String::as_str))
    }

    fn rename_step(&self, model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
        let from = model.object(id).name.clone();
        let lock = TableLock { table: from.clone(), lock: LockClass::Exclusive };
        let step = Step::renaming(Order::Rename { from, to: to.to_owned() }.shown(), vec![lock]);
        Ok(Step { probe: Some(probe::collection(to, serde_json::Map::new())), ..step })
    }

    fn rename_field_step(&self, model: &Model, id: ObjectId, field: &str, to: &str) -> Result<Step, DbError> {
        let name = &model.object(id).name;
        let lock = TableLock { table: name.clone(), lock: LockClass::Exclusive };
        let order = fields::rename(name, field, to);
        let probe = order.left();
        Ok(Step { work: WorkClass::Rewrite, probe, ..Step::renaming(order.shown(), vec![lock]) })
    }

    fn coverage(&self) -> &'static [CoverageLine] {
        COVERAGE
    }
}
