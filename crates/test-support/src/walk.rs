//! Walks through random schemas on a real server: from each to the next by a plan, and back.

use std::collections::BTreeSet;

use cadastre_app::compare::{Comparison, RenameAnswers, Scratch, Side, Strategy, compare};
use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret};
use cadastre_model::Model;

use crate::TestServer;
use crate::random::{Random, Sketch};

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
    let side = |model| Side { model, live: None };
    compare(side(from), side(to), &answers).await.map_err(|error| error.message)
}

/// Where a walk stands.
struct Walk<'s> {
    server: &'s dyn TestServer,
    random: Random,
    /// The schema, and the database that has it.
    sketch: Sketch,
    database: String,
    model: Model,
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
    let (sketch, database) = loop {
        let sketch = Sketch::new(engine, 20 + random.below(40), &mut random);
        match load(server, &sketch) {
            Ok(database) => break (sketch, database),
            Err(_) => tally.refused += 1,
        }
    };
    let broken =
        |message| Box::new(Broken { message, from: sketch.script(), to: String::new(), plan: String::new() });
    let model = read(server, &database).await.map_err(broken)?;
    let mut walk = Walk { server, random, sketch, database, model };
    while tally.pairs < pairs {
        walk.step(&mut tally).await?;
    }
    server.drop_database(&walk.database);
    Ok(tally)
}

fn load(server: &dyn TestServer, sketch: &Sketch) -> Result<String, String> {
    let database = server.create_database();
    match server.try_sql(&database, &sketch.script()) {
        Ok(_) => Ok(database),
        Err(output) => {
            server.drop_database(&database);
            Err(output)
        }
    }
}

impl Walk<'_> {
    async fn step(&mut self, tally: &mut Tally) -> Result<(), Box<Broken>> {
        let mut next = self.sketch.clone();
        next.edit(1 + self.random.below(10), &mut self.random);
        let Ok(other) = load(self.server, &next) else {
            tally.refused += 1;
            return Ok(());
        };
        let mut plan = String::new();
        let checked = self.check(&other, &mut plan, tally.pairs.is_multiple_of(4)).await;
        let (changes, model) = checked.map_err(|message| {
            Box::new(Broken { message, from: self.sketch.script(), to: next.script(), plan: plan.clone() })
        })?;
        self.server.drop_database(&other);
        self.model = model;
        self.sketch = next;
        tally.pairs += 1;
        tally.changes += changes;
        Ok(())
    }

    /// Brings the own database to what the other is, and the other to what the own was.
    async fn check(
        &mut self,
        other: &str,
        plan: &mut String,
        also_picks: bool,
    ) -> Result<(usize, Model), String> {
        let wanted = read(self.server, other).await?;
        let comparison = compare_models(self.model.clone(), wanted.clone()).await?;
        let planned = comparison.plan(Strategy::Direct).map_err(|error| error.message)?;
        if let Some(note) = planned.notes.first() {
            return Err(format!("cannot be planned: {note}"));
        }
        let (script, back) = (text(&comparison, &planned)?, text(&comparison, &reverse(&comparison)?)?);
        *plan = format!("-- there\n{script}\n-- back\n{back}");
        if also_picks {
            self.check_pick(&comparison, plan).await?;
            self.prove(&comparison).await?;
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
        let database = load(self.server, &self.sketch)?;
        self.server.try_sql(&database, &script).map_err(|output| format!("a choice: {output}"))?;
        expect_same(read(self.server, &database).await?, picked.to, "a choice").await?;
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
