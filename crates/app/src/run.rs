//! Runs: operations that take longer than a second, with progress out and cancellation in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cadastre_engine::{Progress, RunContext};
use serde::Serialize;
use specta::Type;
use tokio_util::sync::CancellationToken;

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunEvent {
    /// The run.
    pub run_id: String,
    /// `connecting`, `reading`, `building`, `drawing`.
    pub stage: String,
    /// Parts done.
    pub done: u32,
    /// Parts altogether.
    pub total: u32,
}

/// The shortest time between two events, the first and last of a stage excepted.
const PAUSE: Duration = Duration::from_millis(100);

/// The runs that are under way.
#[derive(Debug, Default)]
pub struct Runs {
    tokens: Mutex<HashMap<String, CancellationToken>>,
}

/// A run under way; it is forgotten when this goes.
pub struct RunGuard {
    /// For the driver.
    pub context: RunContext,
    runs: Arc<Runs>,
    id: String,
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        self.runs.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Runs {
    /// Starts a run under the host's id; events go to `report`, ten a second at most.
    pub fn start(self: &Arc<Self>, id: &str, report: impl Fn(RunEvent) + Send + Sync + 'static) -> RunGuard {
        let token = CancellationToken::new();
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), token.clone());
        let (run_id, last) = (id.to_owned(), Mutex::new(None::<Instant>));
        let context = RunContext::new(token, move |progress: Progress| {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let is_edge = progress.done == 0 || progress.done == progress.total;
            if is_edge || last.is_none_or(|at| at.elapsed() >= PAUSE) {
                *last = Some(Instant::now());
                let stage = progress.stage.word().to_owned();
                report(RunEvent {
                    run_id: run_id.clone(),
                    stage,
                    done: progress.done,
                    total: progress.total,
                });
            }
        });
        RunGuard { context, runs: self.clone(), id: id.to_owned() }
    }

    /// Asks a run to stop; one that is over is not missed.
    pub fn cancel(&self, id: &str) {
        if let Some(token) = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            token.cancel();
        }
    }
}
