//! The pure half: quoting and scripts.

use cadastre_diff::{Diff, TextsFollow};
use cadastre_engine::{
    Backslash, CommonType, CoverageLine, DbError, Dialect, Folding, NameLimit, Quoted, Script,
    check_distinct, check_names, quote_backtick, quote_literal,
};
use cadastre_model::{Kind, Model, ObjectId, Origin};
use cadastre_plan::{Plan, Step};

use crate::coverage::COVERAGE;
use crate::{plan, script, types};

/// The dialect of MySQL and MariaDB.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySqlDialect;

/// Every name is quoted, as the server itself does.
pub(crate) fn quote(name: &str) -> Quoted {
    quote_backtick(name)
}

/// Whether a model was read from MariaDB, which is one engine with MySQL here and goes its own way in places.
pub(crate) fn is_mariadb(origin: &Origin) -> bool {
    origin.version.starts_with("MariaDB")
}

/// A text literal; a backslash escapes unless the SQL mode says otherwise, so it is doubled.
pub(crate) fn literal(text: &str) -> Quoted {
    quote_literal(text, Backslash::Doubled)
}

impl Dialect for MySqlDialect {
    fn engine(&self) -> &'static str {
        "mysql"
    }

    fn product(&self, version: &str) -> String {
        // The version tells which of the two it is.
        version.to_owned()
    }

    fn quote_identifier(&self, name: &str) -> Quoted {
        quote(name)
    }

    fn quote_literal(&self, text: &str) -> Quoted {
        literal(text)
    }

    fn create_script(&self, model: &Model) -> Result<Script, DbError> {
        script::create_script(model)
    }

    fn object_ddl(&self, model: &Model, id: ObjectId) -> String {
        script::object_ddl(model, id)
    }

    fn comparable(&self, model: &Model) -> Model {
        plan::comparable(model)
    }

    fn view_columns_follow(&self) -> bool {
        true
    }

    fn plan(&self, from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError> {
        check_names(to, NameLimit::Characters(64))?;
        // Whether tables' are told apart is the server's setting; what was read from it says so by itself.
        check_distinct(to, &[&[Kind::Column], &[Kind::Index]], Folding::Unicode)?;
        Ok(plan::plan(from, to, diff))
    }

    fn has_transactional_ddl(&self) -> bool {
        false
    }

    fn plan_script(&self, plan: &Plan) -> String {
        plan::plan_script(plan)
    }

    fn mark_of_own_keys(&self) -> Option<&'static str> {
        // InnoDB renames them with the table (MySQL manual, "FOREIGN KEY Constraints").
        Some("_ibfk_")
    }

    fn texts_follow(&self) -> TextsFollow {
        TextsFollow::ButViewsAndTriggers
    }

    fn rename_step(&self, model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
        plan::rename_step(model, id, to)
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
