//! Walks through random schemas on a real server: from each to the next by a plan, and back.

use std::collections::BTreeSet;

use cadastre_app::compare::{Comparison, RenameAnswer, RenameAnswers, Scratch, Side, Strategy, compare};
use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret};
use cadastre_model::Model;

use crate::random::{Random, Sketch};
use crate::{TestServer, edits};

/// What a walk did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pairs that were compared, planned, run and returned from.
    pub pairs: usize,
    /// Differences in them.
    pub changes: usize,
    /// Edits that made no schema this server takes.
    pub refused: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.changes += other.changes;
        self.refused += other.refused;
    }
}

/// A pair that does not hold, with everything to look at it.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What is wrong.
    pub message: String,
    /// The script of the first schema.
    pub from: String,
    /// The script of the second schema.
    pub to: String,
    /// The plan, as far as there is one.
    pub plan: String,
}

/// The schema of a database.
///
/// # Errors
/// What keeps it from being read.
pub async fn read(server: &dyn TestServer, database: &str) -> Result<Model, String> {
    let target = server.target(database);
    let driver = engines::driver(target.engine()).ok_or("no such engine")?;
    let secret = Secret::new(server.password());
    let options = IntrospectOptions::default();
    let model = driver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await;
    model.map_err(|error| format!("{}: {error}", target.label()))
}

/// Compares two schemas; nothing is a rename.
///
/// # Errors
/// What keeps them from being compared.
pub async fn compare_models(from: Model, to: Model) -> Result<Comparison, String> {
    let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
    answered(from, to, &answers).await
}

async fn answered(from: Model, to: Model, answers: &RenameAnswers) -> Result<Comparison, String> {
    let side = |model| Side { model, live: None };
    compare(side(from), side(to), answers).await.map_err(|error| error.message)
}

/// Where a walk stands.
struct Walk<'s> {
    server: &'s dyn TestServer,
    random: Random,
    /// The database that is walked on, its schema, and a script of it.
    database: String,
    model: Model,
    script: String,
}

/// Walks so many pairs from a schema of a seed. The same seed walks the same way.
///
/// # Errors
/// The first pair that does not hold.
pub async fn walk(
    server: &dyn TestServer,
    engine: &str,
    seed: u64,
    pairs: usize,
) -> Result<Tally, Box<Broken>> {
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    let (mut sketch, database) = loop {
        // Each collection and index is a file of its own, which takes the server as long as a dozen things elsewhere.
        let (least, more) = if engine == "mongodb" { (6, 12) } else { (20, 40) };
        let sketch = Sketch::new(engine, seed, least + random.below(more), &mut random);
        match load(server, &sketch.script()) {
            Ok(database) => break (sketch, database),
            Err(_) => tally.refused += 1,
        }
    };
    let mut walk = Walk::begin(server, random, database, sketch.script()).await?;
    while tally.pairs < pairs {
        let mut next = sketch.clone();
        next.edit(1 + walk.random.below(10), &mut walk.random);
        match load(server, &next.script()) {
            Ok(other) => {
                walk.step(&other, next.script(), &mut tally).await?;
                sketch = next;
            }
            Err(_) => tally.refused += 1,
        }
    }
    server.drop_database(&walk.database);
    Ok(tally)
}

/// Walks so many pairs from the schema a script makes, with at most so many statements from one to the next. The same seed walks the
/// same way.
///
/// # Errors
/// The first pair that does not hold; also when the script does not run.
pub async fn walk_from(
    server: &dyn TestServer,
    script: &str,
    seed: u64,
    pairs: usize,
    edits: usize,
) -> Result<Tally, Box<Broken>> {
    let broken = |message| {
        Box::new(Broken { message, from: script.to_owned(), to: String::new(), plan: String::new() })
    };
    let database = load(server, script).map_err(broken)?;
    let mut walk = Walk::begin(server, Random::new(seed), database, script.to_owned()).await?;
    let mut tally = Tally::default();
    for round in 0..2 * pairs {
        if tally.pairs == pairs {
            break;
        }
        let other = load(server, &walk.script).map_err(broken)?;
        let mut run = String::new();
        for number in 0..1 + walk.random.below(edits) {
            let number = round * edits + number;
            let Some(statement) = edits::statement(&walk.model, &mut walk.random, number) else { continue };
            match server.try_sql(&other, &statement) {
                Ok(_) => run.push_str(&format!("{statement}\n")),
                Err(_) => tally.refused += 1,
            }
        }
        let wanted = read(server, &other).await.map_err(broken)?;
        if wanted.unmodelled.len() > walk.model.unmodelled.len() {
            // A view over something that is not there any more can be read by nobody, and made by nobody.
            tally.refused += 1;
            server.drop_database(&other);
            continue;
        }
        walk.step(&other, format!("{}\n-- edited\n{run}", walk.script), &mut tally).await?;
        walk.script = script_for_new_database(&walk.model).map_err(broken)?;
    }
    server.drop_database(&walk.database);
    Ok(tally)
}

fn load(server: &dyn TestServer, script: &str) -> Result<String, String> {
    let database = server.create_database();
    match server.try_sql(&database, script) {
        Ok(_) => Ok(database),
        Err(output) => {
            server.drop_database(&database);
            Err(output)
        }
    }
}

fn script_for_new_database(model: &Model) -> Result<String, String> {
    let dialect = engines::dialect(&model.origin.engine).ok_or("no such dialect")?;
    dialect.script_for_new_database(model).map_err(|error| error.to_string())
}

/// The script that makes a schema.
///
/// # Errors
/// What keeps it from being written.
pub fn create_script(model: &Model) -> Result<String, String> {
    let dialect = engines::dialect(&model.origin.engine).ok_or("no such dialect")?;
    dialect.create_script(model).map(|script| script.text()).map_err(|error| error.to_string())
}

impl<'s> Walk<'s> {
    async fn begin(
        server: &'s dyn TestServer,
        random: Random,
        database: String,
        script: String,
    ) -> Result<Self, Box<Broken>> {
        let model = read(server, &database).await.map_err(|message| {
            Box::new(Broken { message, from: script.clone(), to: String::new(), plan: String::new() })
        })?;
        Ok(Self { server, random, database, model, script })
    }

    /// Checks the pair with what another database has, which is dropped, and goes on from there.
    async fn step(&mut self, other: &str, script: String, tally: &mut Tally) -> Result<(), Box<Broken>> {
        let mut plan = String::new();
        let checked = self.check(other, &mut plan, tally.pairs % 4).await;
        let (changes, model) = checked.map_err(|message| {
            Box::new(Broken { message, from: self.script.clone(), to: script.clone(), plan: plan.clone() })
        })?;
        self.server.drop_database(other);
        self.model = model;
        self.script = script;
        tally.pairs += 1;
        tally.changes += changes;
        Ok(())
    }

    /// Brings the own database to what the other is, and the other to what the own was; and, by the number of the pair, more.
    async fn check(
        &mut self,
        other: &str,
        plan: &mut String,
        number: usize,
    ) -> Result<(usize, Model), String> {
        let wanted = read(self.server, other).await?;
        let comparison = compare_models(self.model.clone(), wanted.clone()).await?;
        let planned = comparison.plan(Strategy::Direct).map_err(|error| error.message)?;
        if let Some(note) = planned.notes.first() {
            return Err(format!("cannot be planned: {}", note.message));
        }
        let (script, back) = (text(&comparison, &planned)?, text(&comparison, &reverse(&comparison)?)?);
        *plan = format!("-- there\n{script}\n-- back\n{back}");
        match number {
            0 => {
                self.check_pick(&comparison, plan).await?;
                self.prove(&comparison).await?;
            }
            2 => self.check_renames(&wanted, plan).await?,
            _ => {}
        }
        self.server.try_sql(&self.database, &script).map_err(|output| format!("there: {output}"))?;
        let reached = read(self.server, &self.database).await?;
        expect_same(reached.clone(), wanted, "there").await?;
        self.server.try_sql(other, &back).map_err(|output| format!("back: {output}"))?;
        expect_same(read(self.server, other).await?, self.model.clone(), "back").await?;
        Ok((comparison.diff.changes.len(), reached))
    }

    /// Proves the plan on the same server: locks, rewriting and rows are held against what it says.
    async fn prove(&self, comparison: &Comparison) -> Result<(), String> {
        let scratch =
            Scratch::new(self.server.target(&self.database), Some(Secret::new(self.server.password())));
        let proved = comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await;
        proved.map(|_| ()).map_err(|error| match error.details.first() {
            Some(detail) => format!("{} ({detail})", error.message),
            None => error.message,
        })
    }

    /// Makes some of the changes, and those they need, on a database of its own.
    async fn check_pick(&mut self, comparison: &Comparison, plan: &mut String) -> Result<(), String> {
        let all = comparison.diff.changes.len();
        let chosen: BTreeSet<usize> = (0..all).filter(|_| self.random.below(2) == 0).collect();
        let (picked, _) = comparison.picked(&chosen).map_err(|error| error.message)?;
        let planned =
            picked.plan(Strategy::Online).map_err(|error| format!("of a choice: {}", error.message))?;
        let script = text(&picked, &planned)?;
        plan.push_str(&format!("\n-- of the choice {chosen:?}\n{script}"));
        let database = load(self.server, &self.script)?;
        self.server.try_sql(&database, &script).map_err(|output| format!("a choice: {output}"))?;
        expect_same(read(self.server, &database).await?, picked.to, "a choice").await?;
        self.server.drop_database(&database);
        Ok(())
    }

    /// Whatever looks like a rename is one: also where it is none, the plan leads there, and back.
    async fn check_renames(&self, wanted: &Model, plan: &mut String) -> Result<(), String> {
        let mut answers = RenameAnswers::default();
        let comparison = loop {
            let comparison = answered(self.model.clone(), wanted.clone(), &answers).await?;
            if comparison.open_questions.is_empty() {
                break comparison;
            }
            answers.answered.extend(comparison.open_questions.iter().map(|it| RenameAnswer {
                from: it.from.clone(),
                to: it.to.clone(),
                is_rename: true,
            }));
        };
        if answers.answered.is_empty() {
            return Ok(());
        }
        let planned =
            comparison.plan(Strategy::Direct).map_err(|error| format!("of renames: {}", error.message))?;
        let (script, back) = (text(&comparison, &planned)?, text(&comparison, &reverse(&comparison)?)?);
        plan.push_str(&format!("\n-- with renames\n{script}\n-- and back\n{back}"));
        let database = load(self.server, &self.script)?;
        let run = |script: &str, what: &str| {
            self.server.try_sql(&database, script).map_err(|output| format!("{what}: {output}"))
        };
        run(&script, "with renames")?;
        expect_same(read(self.server, &database).await?, wanted.clone(), "with renames").await?;
        run(&back, "renames back")?;
        expect_same(read(self.server, &database).await?, self.model.clone(), "renames back").await?;
        self.prove(&comparison).await?;
        self.server.drop_database(&database);
        Ok(())
    }
}

fn reverse(comparison: &Comparison) -> Result<cadastre_app::compare::Plan, String> {
    comparison.reverse().map_err(|error| format!("back: {}", error.message))
}

fn text(comparison: &Comparison, plan: &cadastre_app::compare::Plan) -> Result<String, String> {
    comparison.script(plan).map_err(|error| error.message)
}

async fn expect_same(got: Model, wanted: Model, what: &str) -> Result<(), String> {
    let rest = compare_models(got, wanted).await?;
    if rest.is_empty() { Ok(()) } else { Err(format!("{what}, differs still:\n{}", rest.summary())) }
}
