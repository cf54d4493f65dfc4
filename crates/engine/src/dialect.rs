//! What every engine knows without a connection.

use cadastre_diff::{Diff, TextsFollow};
use cadastre_model::{Model, ObjectId};
use cadastre_plan::{Plan, Step, TimeOuts};

use crate::coverage::CoverageLine;
use crate::error::{DbError, ErrorCode};
use crate::sql::Quoted;
use crate::types::CommonType;

/// One statement of a script with the object it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptPart {
    /// The object, where the statement is about one.
    pub object: Option<ObjectId>,
    /// The statement, closing semicolon included.
    pub sql: String,
}

/// Statements in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Session settings and the opening of the transaction.
    pub preamble: String,
    /// The statements.
    pub parts: Vec<ScriptPart>,
    /// The end of the transaction.
    pub closing: String,
}

impl Script {
    /// The whole script, as the engine's own client runs it.
    pub fn text(&self) -> String {
        let size = self.parts.iter().map(|part| part.sql.len() + 2).sum::<usize>();
        let mut text = String::with_capacity(self.preamble.len() + size + self.closing.len());
        text.push_str(&self.preamble);
        for part in &self.parts {
            text.push_str(&part.sql);
            text.push_str("\n\n");
        }
        text.push_str(&self.closing);
        text
    }
}

/// The pure half of an engine.
pub trait Dialect: Send + Sync {
    /// The engine's word: `postgres`, `sqlite`.
    fn engine(&self) -> &'static str;

    /// The product with its version as people say it: `PostgreSQL 15.18`. `version` is what introspection kept of it.
    fn product(&self, version: &str) -> String;

    /// Quotes an identifier where it needs quotes.
    fn quote_identifier(&self, name: &str) -> Quoted;

    /// Quotes a text literal.
    fn quote_literal(&self, text: &str) -> Quoted;

    /// The script that creates everything in the model in an empty database.
    ///
    /// # Errors
    /// When dependencies form a cycle that cannot be taken apart; the message names its members.
    fn create_script(&self, model: &Model) -> Result<Script, DbError>;

    /// The statements that create one object and what is part of it, for reading.
    fn object_ddl(&self, model: &Model, id: ObjectId) -> String;

    /// The plan that leads from one model to the other, both of this engine and compared in `diff`.
    ///
    /// # Errors
    /// When steps need each other in a circle, or the engine cannot plan.
    fn plan(&self, from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError>;

    /// Whether statements about the schema happen together or not at all within a transaction.
    fn has_transactional_ddl(&self) -> bool {
        true
    }

    /// How long a statement may take where nothing else is said, as the preamble of a plan has it.
    fn session_time_outs(&self) -> Option<TimeOuts> {
        None
    }

    /// The settings that make what follows take no longer.
    fn time_out_statements(&self, _time_outs: TimeOuts) -> Vec<String> {
        Vec::new()
    }

    /// The statement that opens a transaction.
    fn begin(&self) -> &'static str {
        "BEGIN"
    }

    /// What stands between the name of a table and a number in the names of foreign keys that follow the table's.
    fn mark_of_own_keys(&self) -> Option<&'static str> {
        None
    }

    /// The script that leads from a new database to the whole schema: it takes away as well what such a database has and the
    /// schema has not.
    ///
    /// # Errors
    /// As [`Self::create_script`].
    fn script_for_new_database(&self, model: &Model) -> Result<String, DbError> {
        Ok(self.create_script(model)?.text())
    }

    /// The step that renames an object of a model.
    ///
    /// # Errors
    /// When the engine cannot rename such an object.
    fn rename_step(&self, model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
        let message =
            format!("planning: {} cannot be renamed to {to} by {}", model.display_name(id), self.engine());
        Err(DbError::new(ErrorCode::UnsupportedByEngine, message).with_hint("leave the rename out"))
    }

    /// What becomes of texts when something they name is renamed.
    fn texts_follow(&self) -> TextsFollow {
        TextsFollow::All
    }

    /// The step that gives a field of the documents of a collection another name. `field` is the way to it, `to` its last part.
    ///
    /// # Errors
    /// Where there are no documents.
    fn rename_field_step(&self, model: &Model, id: ObjectId, field: &str, to: &str) -> Result<Step, DbError> {
        let message = format!(
            "planning: the field {field} of {} cannot be renamed to {to} by {}",
            model.display_name(id),
            self.engine()
        );
        Err(DbError::new(ErrorCode::UnsupportedByEngine, message).with_hint("leave the rename out"))
    }

    /// A plan as a script that the engine's own client runs.
    fn plan_script(&self, plan: &Plan) -> String {
        let lines =
            |statements: &[String]| statements.iter().map(|it| format!("{it};\n")).collect::<String>();
        let mut text = lines(&plan.preamble);
        let mut now = self.session_time_outs();
        for group in &plan.groups {
            text.push('\n');
            let wanted = group.time_outs().or(self.session_time_outs());
            if let Some(time_outs) = wanted.filter(|_| wanted != now) {
                text.push_str(&lines(&self.time_out_statements(time_outs)));
                now = wanted;
            }
            if group.transaction {
                text.push_str(&format!("{};\n", self.begin()));
            }
            for step in &group.steps {
                text.push_str(&lines(&step.statements));
            }
            text.push_str(if group.transaction { "COMMIT;\n" } else { "" });
        }
        text.push_str(&lines(&plan.closing));
        text
    }

    /// The same plan in the forms that lock least, where the engine has such.
    fn online(&self, plan: Plan) -> Plan {
        plan
    }

    /// The model with texts that mean the same made the same, for comparison.
    fn comparable(&self, model: &Model) -> Model {
        model.clone()
    }

    /// Whether the columns of a view are nothing of their own: they follow from its query whenever it is run.
    fn view_columns_follow(&self) -> bool {
        false
    }

    /// A type of columns as all relational engines have it; nothing for what only this one has.
    fn common_type(&self, _data_type: &str) -> Option<CommonType> {
        None
    }

    /// The words for a common type, as this engine's own introspection has them; nothing where there are no columns.
    fn type_text(&self, _common: CommonType) -> Option<String> {
        None
    }

    /// What introspection does with each kind of object.
    fn coverage(&self) -> &'static [CoverageLine];
}
