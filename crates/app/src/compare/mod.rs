//! Comparing two sources: the difference, what may have been renamed, the plan and its way back, and its proof.

mod across;
mod drawing;
mod kept;
mod proof;
mod renames;
mod view;
mod window;

use std::collections::BTreeSet;

pub use across::{Purpose, Translated, translate};
use cadastre_diff::{
    Candidate, Change, ChangeKind, Clue, Diff, Evidence, Rename, candidates, diff, parse_rename, pick,
};
use cadastre_engine::{ColumnRef, Dialect, RunContext, SKETCH_SIZE, Secret, Target};
use cadastre_model::{Body, Column, Kind, Model, ObjectId, QualifiedName};
pub use cadastre_plan::{HazardKind, Plan, Proof, WorkClass, summary as plan_summary};
use cadastre_plan::{Step, TableSize};
pub use kept::{plan_json, read_plan};
use renames::{answered_rename, carry_out, rename_group, rename_steps};
pub use view::{
    ChangeView, CompareRequest, ComparisonView, DdlLine, EvidenceView, GroupView, HazardView, NoteView,
    PlanChoice, PlanFile, PlanView, ProofView, QuestionView, RenameAnswer, SideChoice, SideView, SizeView,
    StepView,
};
pub use window::KeptComparison;

use crate::connections::unknown_engine;
use crate::error::{AppError, Code};
use crate::export::read_json;
use crate::schema::introspect;
use crate::source::{Argument, resolve};
use crate::{engines, tunnel};

/// One side of a comparison.
#[derive(Debug)]
pub struct Side {
    /// What it is.
    pub model: Model,
    /// Where it is, if it is a live database.
    pub live: Live,
}

/// A live database with its password; nothing for a file.
type Live = Option<(Box<Target>, Option<Secret>)>;

/// The server on which databases of our own may be made.
#[derive(Debug)]
pub struct Scratch {
    target: Box<Target>,
    secret: Option<Secret>,
}

impl Scratch {
    /// The server of a target.
    pub fn new(target: Target, secret: Option<Secret>) -> Self {
        Self { target: Box::new(target), secret }
    }

    /// The server behind an address.
    ///
    /// # Errors
    /// An address nobody understands.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let (target, secret) = engines::parse_url(text)?;
        Ok(Self::new(target, secret))
    }

    fn password(&self) -> Option<Secret> {
        self.secret.clone().or_else(|| engines::password_for(&self.target))
    }
}

impl RenameQuestion {
    /// Why it looks like it, in English.
    pub fn evidence_words(&self) -> String {
        self.evidence.iter().map(Evidence::words).collect::<Vec<_>>().join("; ")
    }
}

/// How much may be locked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Fewest statements, one transaction where the engine can.
    #[default]
    Direct,
    /// Least locking.
    Online,
}

/// How renames are to be taken.
#[derive(Debug, Clone, Default)]
pub struct RenameAnswers {
    /// `OLD=NEW`: it is one.
    pub renames: Vec<String>,
    /// `OLD=NEW`: it is none; `*` for all.
    pub no_renames: Vec<String>,
    /// Questions that were answered, by the names they were asked with.
    pub answered: Vec<RenameAnswer>,
}

/// Something that was perhaps renamed: nobody has said so or otherwise, and its data would be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameQuestion {
    /// What it is.
    pub from: String,
    /// What it would be.
    pub to: String,
    /// Why it looks like it.
    pub evidence: Vec<Evidence>,
}

/// What came of a comparison.
#[derive(Debug)]
pub struct Comparison {
    /// The first model as it was read.
    pub original: Model,
    /// The first model, renamed where that was said.
    pub from: Model,
    /// The second model.
    pub to: Model,
    /// How they differ.
    pub diff: Diff,
    /// What may have been renamed and was not answered.
    pub open_questions: Vec<RenameQuestion>,
    /// Of two engines: what is not compared, in words. Both models are then told in the words of one engine.
    pub across: Option<Vec<String>>,
    /// How large the tables are that differ, by what they are called once they are renamed.
    sizes: Vec<TableSize>,
    /// What is the same under another name.
    said: Vec<Rename>,
    renames: Vec<Step>,
}

/// Reads one side: a live database, a JSON model, or a script, which is run in the scratch database.
///
/// # Errors
/// What cannot be reached, read or run.
pub async fn read_side(
    text: &str,
    schemas: &[String],
    scratch: Option<&Scratch>,
    engine_of_other: Option<&str>,
    folder: &std::path::Path,
    context: &RunContext,
) -> Result<Side, AppError> {
    if text.ends_with(".sql") && !text.contains("://") {
        let script = std::fs::read_to_string(text).map_err(|error| {
            AppError::new(Code::NotFound, format!("reading {text}: {error}")).with_hint("check the path")
        })?;
        let engine = scratch.map(|it| it.target.engine()).or(engine_of_other).unwrap_or("sqlite");
        let model = elaborate(engine, &script, scratch, context)
            .await
            .map_err(|error| AppError { message: format!("reading {text}: {}", error.message), ..error })?;
        return Ok(Side { model, live: None });
    }
    match resolve(text, folder)? {
        Argument::Json(path) => Ok(Side { model: read_json(&path)?, live: None }),
        Argument::Live(target, secret) => {
            let model = introspect(&target, secret.clone(), schemas, context).await?;
            Ok(Side { model, live: Some((target, secret)) })
        }
    }
}

async fn elaborate(
    engine: &str,
    script: &str,
    scratch: Option<&Scratch>,
    context: &RunContext,
) -> Result<Model, AppError> {
    let driver = engines::driver(engine).ok_or_else(|| unknown_engine(engine))?;
    let (reached, _tunnel) = match scratch {
        Some(it) => {
            let (target, tunnel) = tunnel::reach(&it.target).await?;
            (Some(target), tunnel)
        }
        None => (None, None),
    };
    let secret = scratch.and_then(Scratch::password);
    Ok(driver.elaborate(reached.as_ref(), secret.as_ref(), script, context).await?)
}

fn dialect_of(engine: &str) -> Result<&'static dyn Dialect, AppError> {
    engines::dialect(engine).ok_or_else(|| unknown_engine(engine))
}

/// Compares two sides.
///
/// # Errors
/// Two engines; a rename that cannot be understood.
pub async fn compare(from: Side, to: Side, answers: &RenameAnswers) -> Result<Comparison, AppError> {
    let (a, b) = (from.model.origin.engine.clone(), to.model.origin.engine.clone());
    if a != b {
        return compare_across(&from.model, &to.model);
    }
    let dialect = dialect_of(&a)?;
    let mut renames = Vec::new();
    for text in &answers.renames {
        let one = parse_rename(&from.model, text).map_err(|error| {
            AppError::new(Code::InvalidInput, format!("reading --rename: {error}"))
                .with_hint("write it as schema.table=name or schema.table.column=name")
        })?;
        renames.push(one);
    }
    let mut renamed = carry_out(dialect, &from.model, &renames)?;
    for answer in answers.answered.iter().filter(|it| it.is_rename) {
        renames.push(answered_rename(&renamed, &to.model, answer)?);
        renamed = carry_out(dialect, &from.model, &renames)?;
    }
    let steps = rename_steps(dialect, &from.model, &renames)?;
    let found = difference(dialect, &renamed, &to.model);
    let open_questions =
        open_questions(&from.model, &renamed, &to.model, &found, (&from.live, &to.live), answers).await?;
    let sizes = sizes_of(&from.model, &renamed, &to.model, &found, &from.live).await;
    Ok(Comparison {
        original: from.model,
        from: renamed,
        to: to.model,
        diff: found,
        open_questions,
        across: None,
        sizes,
        said: renames,
        renames: steps,
    })
}

/// Compares what two engines have in common: tables, columns, keys and indexes. SQLite's words are the widest, so that they are taken
/// where it is one of the two; else those of the second.
fn compare_across(a: &Model, b: &Model) -> Result<Comparison, AppError> {
    let engine = if a.origin.engine == "sqlite" { "sqlite" } else { b.origin.engine.as_str() };
    let with_mysql = [a, b].iter().any(|it| it.origin.engine == "mysql");
    let purpose = Purpose::Compare { with_mysql };
    let (from, to) = (translate(a, engine, purpose)?, translate(b, engine, purpose)?);
    let said = |model: &Model, notes: Vec<String>| {
        let side = engines::product(&model.origin);
        notes.into_iter().map(move |note| format!("{side}: {note}")).collect::<Vec<_>>()
    };
    let notes = [said(a, from.notes), said(b, to.notes)].concat();
    let found = difference(dialect_of(engine)?, &from.model, &to.model);
    Ok(Comparison {
        original: from.model.clone(),
        from: from.model,
        to: to.model,
        diff: found,
        open_questions: Vec::new(),
        across: Some(notes),
        sizes: Vec::new(),
        said: Vec::new(),
        renames: Vec::new(),
    })
}

/// How two models of one engine differ in what they mean.
fn difference(dialect: &dyn Dialect, from: &Model, to: &Model) -> Diff {
    let mut found = diff(&dialect.comparable(from), &dialect.comparable(to));
    if dialect.view_columns_follow() {
        let of_view = |model: &Model, id: ObjectId| {
            let parent = model.object(id).parent.filter(|_| model.object(id).kind() == Kind::Column);
            parent.is_some_and(|parent| model.object(parent).kind() == Kind::View)
        };
        found.changes.retain(|it| {
            !it.to.is_some_and(|id| of_view(to, id)) && !it.from.is_some_and(|id| of_view(from, id))
        });
    }
    found
}

/// The rename candidates nobody has answered and for which it matters: what would be lost holds rows.
async fn open_questions(
    before: &Model,
    from: &Model,
    to: &Model,
    diff: &Diff,
    live: (&Live, &Live),
    answers: &RenameAnswers,
) -> Result<Vec<RenameQuestion>, AppError> {
    if answers.no_renames.iter().any(|it| it == "*") {
        return Ok(Vec::new());
    }
    let is_settled = |old: ObjectId, new: ObjectId| {
        let (old, new) = (from.display_name(old), to.display_name(new));
        answers.answered.iter().any(|answer| answer.from == old && answer.to == new)
            || answers.no_renames.iter().any(|text| {
                text.split_once('=').is_some_and(|(a, b)| {
                    let same = |full: &str, said: &str| {
                        full == said || full.split_once('.').is_some_and(|(_, rest)| rest == said)
                    };
                    same(&old, a.trim()) && (same(&new, b.trim()) || new.rsplit('.').next() == Some(b.trim()))
                })
            })
    };
    let open: Vec<Candidate> = candidates(from, to, diff, is_settled);
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let table_of = |id: ObjectId| match from.object(id).kind() {
        Kind::Column => from.object(id).parent.unwrap_or(id),
        _ => id,
    };
    // The server knows them by the names they had before.
    let tables: Vec<_> = open.iter().map(|it| before.walk(table_of(it.from)).qualified_name()).collect();
    let holds = match live.0 {
        Some((target, secret)) => {
            let driver = engines::driver(target.engine()).ok_or_else(|| unknown_engine(target.engine()))?;
            let secret = secret.clone().or_else(|| engines::password_for(target));
            let (reached, _tunnel) = tunnel::reach(target).await?;
            driver.holding_rows(&reached, secret.as_ref(), &tables).await?
        }
        None => vec![true; tables.len()],
    };
    let open: Vec<Candidate> =
        open.into_iter().zip(holds).filter(|(_, holds)| *holds).map(|it| it.0).collect();
    let old: Vec<ColumnRef> = open.iter().map(|it| telling_column(before, it.from)).collect();
    let new: Vec<ColumnRef> = open.iter().map(|it| telling_column(to, it.to)).collect();
    let in_common = values_in_common(live, &old, &new).await;
    let questions = open.into_iter().zip(in_common);
    Ok(questions
        .map(|(mut it, in_common)| {
            it.evidence.extend(in_common.map(|share| Evidence::new(Clue::Values, vec![share])));
            RenameQuestion {
                from: from.display_name(it.from),
                to: to.display_name(it.to),
                evidence: it.evidence,
            }
        })
        .collect())
}

/// How large the tables are that differ. What keeps it from being told is no error of the comparison.
async fn sizes_of(before: &Model, renamed: &Model, to: &Model, diff: &Diff, live: &Live) -> Vec<TableSize> {
    let Some((target, secret)) = live else { return Vec::new() };
    let table_of = |id: ObjectId| match renamed.object(id).kind() {
        Kind::Table => Some(id),
        _ => renamed.object(id).parent.filter(|parent| renamed.object(*parent).kind() == Kind::Table),
    };
    // What is added is added to something.
    let added_to = |change: &Change| to.object(change.to?).parent.and_then(|parent| diff.from(parent));
    let touched = diff.changes.iter().filter_map(|it| it.from.or_else(|| added_to(it)));
    let tables: BTreeSet<ObjectId> = touched.filter_map(table_of).collect();
    if tables.is_empty() {
        return Vec::new();
    }
    let Some(driver) = engines::driver(target.engine()) else { return Vec::new() };
    let secret = secret.clone().or_else(|| engines::password_for(target));
    let Ok((reached, _tunnel)) = tunnel::reach(target).await else { return Vec::new() };
    let names: Vec<QualifiedName> = tables.iter().map(|&id| before.walk(id).qualified_name()).collect();
    let sizes = driver.table_sizes(&reached, secret.as_ref(), &names).await.unwrap_or_default();
    let told = tables.iter().zip(sizes).filter_map(|(&id, size)| Some((id, size?)));
    told.map(|(id, (rows, bytes))| TableSize { table: locked_name(renamed, id), rows, bytes }).collect()
}

/// A table as the locks of steps name it.
fn locked_name(model: &Model, table: ObjectId) -> String {
    match model.origin.engine.as_str() {
        "postgres" => model.display_name(table),
        _ => model.object(table).name.clone(),
    }
}

/// The column that tells most of what something is: itself, or the first of a table, which is its key as a rule.
fn telling_column(model: &Model, id: ObjectId) -> ColumnRef {
    let is_column = |id: &&ObjectId| model.object(**id).kind() == Kind::Column;
    let (table, column) = match model.object(id).parent.filter(|_| model.object(id).kind() == Kind::Column) {
        Some(table) => (table, Some(&id)),
        None => (id, model.children(id).iter().find(is_column)),
    };
    let column = column.map(|&column| model.object(column).name.clone()).unwrap_or_default();
    ColumnRef { table: model.walk(table).qualified_name(), column }
}

/// How much the values of columns on both sides have in common, in per cent; nothing where one side cannot be read, or has none.
/// It is evidence only: what keeps it from being told is no error of the comparison.
async fn values_in_common(live: (&Live, &Live), old: &[ColumnRef], new: &[ColumnRef]) -> Vec<Option<usize>> {
    let (a, b) = (sketches(live.0, old).await, sketches(live.1, new).await);
    let pairs = a.into_iter().zip(b);
    pairs.map(|(a, b)| a.zip(b).and_then(|(a, b)| share_in_common(&a, &b))).collect()
}

async fn sketches(live: &Live, columns: &[ColumnRef]) -> Vec<Option<Vec<String>>> {
    let unknown = vec![None; columns.len()];
    let Some((target, secret)) = live else { return unknown };
    let Some(driver) = engines::driver(target.engine()) else { return unknown };
    let secret = secret.clone().or_else(|| engines::password_for(target));
    let Ok((reached, _tunnel)) = tunnel::reach(target).await else { return unknown };
    driver.value_sketches(&reached, secret.as_ref(), columns).await.unwrap_or(unknown)
}

/// Of the smallest hashes of both together, how many are of both, in per cent.
fn share_in_common(a: &[String], b: &[String]) -> Option<usize> {
    let (a, b): (BTreeSet<&String>, BTreeSet<&String>) = (a.iter().collect(), b.iter().collect());
    let smallest: Vec<&&String> = a.union(&b).take(SKETCH_SIZE).collect();
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let both = smallest.iter().filter(|hash| a.contains(**hash) && b.contains(**hash)).count();
    Some(both * 100 / smallest.len())
}

impl Comparison {
    /// Whether there is any difference.
    pub fn is_empty(&self) -> bool {
        self.diff.is_empty() && self.renames.is_empty()
    }

    /// The comparison with what the second schema would be if only some of the changes were made, those they need among them;
    /// and which these are. `chosen` holds places in the difference.
    ///
    /// # Errors
    /// Changes that cannot be taken apart.
    pub fn picked(&self, chosen: &BTreeSet<usize>) -> Result<(Self, Vec<usize>), AppError> {
        let dialect = dialect_of(&self.from.origin.engine)?;
        let picked = pick(&self.from, &self.to, &self.diff, chosen).map_err(|error| {
            AppError::new(Code::Conflict, format!("choosing changes: {error}"))
                .with_hint("choose the other change of this name as well")
        })?;
        let diff = difference(dialect, &self.from, &picked.model);
        let comparison = Self {
            original: self.original.clone(),
            from: self.from.clone(),
            to: picked.model,
            diff,
            open_questions: Vec::new(),
            across: self.across.clone(),
            sizes: self.sizes.clone(),
            said: self.said.clone(),
            renames: self.renames.clone(),
        };
        Ok((comparison, picked.also))
    }

    /// The model and the object that a change is best named by.
    fn named(&self, change: &Change) -> Option<(&Model, ObjectId)> {
        change.to.map(|id| (&self.to, id)).or(change.from.map(|id| (&self.from, id)))
    }

    /// A column as it is on both sides.
    fn both_columns(&self, change: &Change) -> Option<(&Column, &Column)> {
        match (&self.from.object(change.from?).body, &self.to.object(change.to?).body) {
            (Body::Column(a), Body::Column(b)) => Some((a, b)),
            _ => None,
        }
    }

    /// The plan from the first to the second.
    ///
    /// # Errors
    /// What the engine cannot plan.
    pub fn plan(&self, strategy: Strategy) -> Result<Plan, AppError> {
        self.expect_one_engine()?;
        let dialect = dialect_of(&self.from.origin.engine)?;
        let mut plan = dialect.plan(&self.from, &self.to, &self.diff)?;
        if strategy == Strategy::Online {
            plan = dialect.online(plan);
        }
        if !self.renames.is_empty() {
            plan.from = self.original.fingerprint().to_string();
            plan.groups.insert(0, rename_group(dialect, &self.renames));
        }
        plan.sizes.clone_from(&self.sizes);
        Ok(plan)
    }

    fn expect_one_engine(&self) -> Result<(), AppError> {
        if self.across.is_none() {
            return Ok(());
        }
        let message = "planning: the two sides are of two engines, and the statements of one are not those of the other";
        Err(AppError::new(Code::UnsupportedByEngine, message).with_hint(
            "export the first side as SQL for the other engine (cadastre inspect --format sql --as), and compare with that",
        ))
    }

    /// A plan as a script of the engine's client.
    ///
    /// # Errors
    /// An engine that is not known.
    pub fn script(&self, plan: &Plan) -> Result<String, AppError> {
        Ok(dialect_of(&plan.engine)?.plan_script(plan))
    }

    /// The differences in words, a line for each.
    pub fn summary(&self) -> String {
        let mut lines: Vec<String> = self.rename_statements().map(|sql| format!("> {sql}")).collect();
        for change in &self.diff.changes {
            let sign = match change.kind {
                ChangeKind::Added => '+',
                ChangeKind::Removed => '-',
                ChangeKind::Changed => '~',
            };
            let Some((model, id)) = self.named(change) else { continue };
            let what = match self.across.as_ref().and(self.both_columns(change)) {
                Some((a, b)) => vec![format!("{} → {}", across::column_words(a), across::column_words(b))],
                None => facet_words(change).into_iter().map(str::to_owned).collect(),
            };
            let what = if what.is_empty() { String::new() } else { format!(" ({})", what.join(", ")) };
            let kind = model.object(id).kind().word().replace('_', " ");
            lines.push(format!("{sign} {kind} {}{what}", model.display_name(id)));
        }
        lines.join("\n")
    }
}

/// In what respects an object differs.
fn facet_words(change: &Change) -> Vec<&'static str> {
    let facets = change.facets;
    let what = [
        (facets.body, "definition"),
        (facets.comment, "comment"),
        (facets.owner, "owner"),
        (facets.grants, "grants"),
    ];
    what.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect()
}
