//! Opening a source: introspection, counts, and what is not modelled.

use std::sync::Arc;
use std::time::Instant;

use cadastre_diagram::Router;
use cadastre_engine::{IntrospectOptions, RunContext, Secret, Target};
pub use cadastre_model::Model;
use serde::Serialize;
use specta::Type;

use crate::connections::unknown_engine;
use crate::diagram;
use crate::engines;
use crate::error::AppError;
use crate::run::RunEvent;
use crate::source::Source;
use crate::tunnel;
use crate::workspace::{OpenSchema, Workspace};

/// How many objects of a kind there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KindCount {
    /// The kind's word.
    pub kind: String,
    /// The word for many, in English.
    pub plural: String,
    /// How many.
    pub count: u32,
}

/// Something seen and not modelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnmodelledItem {
    /// What it is, in the engine's terms.
    pub kind: String,
    /// What it is called.
    pub name: String,
}

/// A schema that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchemaSummary {
    /// What it is called in the window.
    pub title: String,
    /// The engine's word.
    pub engine: String,
    /// Product and version.
    pub version: String,
    /// The database.
    pub database: String,
    /// The environment's word; `demo` for the example.
    pub environment: String,
    /// The colour's name; empty for none.
    pub colour: String,
    /// Equal for equal schemas.
    pub fingerprint: String,
    /// Objects by kind, in the order of display.
    pub counts: Vec<KindCount>,
    /// What is there and not modelled.
    pub unmodelled: Vec<UnmodelledItem>,
    /// How long reading took, in milliseconds.
    pub elapsed_ms: u32,
    /// Which reading this is; numbers of objects and boxes are asked about together with it.
    pub reading: u32,
}

/// Reads the schema of a target.
///
/// # Errors
/// What failed exactly, and what to do.
pub async fn introspect(
    target: &Target,
    secret: Option<Secret>,
    schemas: &[String],
    context: &RunContext,
) -> Result<Model, AppError> {
    let driver = engines::driver(target.engine()).ok_or_else(|| unknown_engine(target.engine()))?;
    let secret = secret.or_else(|| engines::password_for(target));
    let options = IntrospectOptions { schemas: schemas.to_vec() };
    let (reached, _tunnel) = tokio::select! {
        reached = tunnel::reach(target) => reached?,
        () = context.cancel.cancelled() => return Err(cadastre_engine::DbError::from(cadastre_engine::Cancelled).into()),
    };
    let model = driver.introspect(&reached, secret.as_ref(), &options, context).await?;
    tracing::info!(source = %target.label(), objects = model.len(), "schema read");
    Ok(model)
}

fn elapsed(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}

/// The stamp of a database; nothing where there is none, and where it cannot be asked for: reading will say why.
async fn stamp_of(target: &Target, secret: Option<Secret>, context: &RunContext) -> Option<String> {
    let driver = engines::driver(target.engine())?;
    let secret = secret.or_else(|| engines::password_for(target));
    let asking = async {
        let (reached, _tunnel) = tunnel::reach(target).await.ok()?;
        driver.stamp(&reached, secret.as_ref()).await.ok().flatten()
    };
    tokio::select! {
        stamp = asking => stamp,
        () = context.cancel.cancelled() => None,
    }
}

/// Objects by kind, in the order of display.
pub fn counts(model: &Model) -> Vec<KindCount> {
    let counts = model.counts().into_iter();
    counts
        .map(|(kind, count)| KindCount {
            kind: kind.word().into(),
            plural: kind.plural().into(),
            count: count as u32,
        })
        .collect()
}

impl Workspace {
    /// Reads a source, again if it is open already, and lays its diagram out: surviving tables stay where they are.
    ///
    /// # Errors
    /// What failed exactly; what was open stays open.
    pub async fn open_schema(
        &self,
        source: &Source,
        run_id: &str,
        report: impl Fn(RunEvent) + Send + Sync + 'static,
    ) -> Result<SchemaSummary, AppError> {
        let started = Instant::now();
        let run = self.runs.start(run_id, report);
        let (target, secret, title, environment, colour) = match source {
            Source::Demo => (
                crate::demo::prepare(&self.folder())?,
                None,
                "demo".to_owned(),
                "demo".to_owned(),
                String::new(),
            ),
            Source::Connection { id } => {
                let (target, secret, connection) = self.connection_target(*id)?;
                (target, secret, connection.name, connection.environment.word().to_owned(), connection.colour)
            }
        };
        let stamp = stamp_of(&target, secret.clone(), &run.context).await;
        let unchanged = self
            .opened()
            .get(source)
            .filter(|it| stamp.is_some() && it.stamp == stamp)
            .map(|it| it.summary.clone());
        if let Some(summary) = unchanged {
            tracing::info!(source = %target.label(), "nothing has changed since it was read");
            return Ok(SchemaSummary { title, environment, colour, elapsed_ms: elapsed(started), ..summary });
        }
        let read = introspect(&target, secret, &[], &run.context).await;
        let model = Arc::new(read.map_err(|error| {
            tracing::warn!(source = %target.label(), code = ?error.code, message = %error.message, "reading failed");
            error.in_run(run_id)
        })?);
        let stopped =
            |_| AppError::from(cadastre_engine::DbError::from(cadastre_engine::Cancelled)).in_run(run_id);
        run.context.check().map_err(stopped)?;
        let diagram = Arc::new(diagram::diagram_of(&model));
        let corners = self.place_boxes(source, &model, &diagram)?;
        // The window has given up on this run, so what it shows must stay what is open here.
        run.context.check().map_err(stopped)?;
        let summary = SchemaSummary {
            title,
            engine: model.origin.engine.clone(),
            version: engines::product(&model.origin),
            database: model.origin.database.clone(),
            environment,
            colour,
            fingerprint: model.fingerprint().to_string(),
            counts: counts(&model),
            unmodelled: model
                .unmodelled
                .iter()
                .map(|item| UnmodelledItem { kind: item.kind.clone(), name: item.name.clone() })
                .collect(),
            elapsed_ms: elapsed(started),
            reading: self.next_reading(),
        };
        let router = Arc::new(Router::new(&diagram));
        let open = OpenSchema {
            model,
            diagram,
            router,
            corners,
            folds: Default::default(),
            reading: summary.reading,
            summary: summary.clone(),
            stamp,
        };
        self.opened().insert(source.clone(), open);
        Ok(summary)
    }
}
