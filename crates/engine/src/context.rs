//! What accompanies a long operation: how far it is, and whether it should stop.

use tokio_util::sync::CancellationToken;

/// The steps a person may see; the host translates them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reaching the server.
    Connecting,
    /// Reading catalogue rows.
    Reading,
    /// Building the model from them.
    Building,
}

impl Stage {
    /// A stable word for IPC and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Reading => "reading",
            Self::Building => "building",
        }
    }
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub stage: Stage,
    /// Parts of the step that are done.
    pub done: u32,
    /// Parts of the step altogether.
    pub total: u32,
}

/// The operation was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Progress out, cancellation in.
pub struct RunContext {
    /// Cancelled by the host.
    pub cancel: CancellationToken,
    report: Box<dyn Fn(Progress) + Send + Sync>,
}

impl RunContext {
    /// A context that reports to `report` and stops when `cancel` is.
    pub fn new(cancel: CancellationToken, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { cancel, report: Box::new(report) }
    }

    /// A context nobody watches and nobody stops.
    pub fn silent() -> Self {
        Self::new(CancellationToken::new(), |_| {})
    }

    /// Says how far it is.
    pub fn report(&self, stage: Stage, done: usize, total: usize) {
        (self.report)(Progress { stage, done: done as u32, total: total as u32 });
    }

    /// Fails when the operation should stop.
    ///
    /// # Errors
    /// [`Cancelled`] after the host's token was cancelled.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}
