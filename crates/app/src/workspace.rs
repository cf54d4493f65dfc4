//! What a host holds: the store, the secrets, and the schemas that are open.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cadastre_diagram::{Diagram, Point, Router};
use cadastre_model::Model;
pub use cadastre_store::Keychain;
use cadastre_store::{SecretKeeper, Store};

pub use cadastre_store::data_folder;

use crate::compare::KeptComparison;
use crate::diagram::Folds;
use crate::error::{AppError, Code};
use crate::run::Runs;
use crate::schema::SchemaSummary;
use crate::source::Source;

/// A schema that was read and is shown.
#[derive(Debug)]
pub struct OpenSchema {
    /// The model.
    pub model: Arc<Model>,
    /// Boxes and links of its diagram.
    pub diagram: Arc<Diagram>,
    /// What its links' ways depend on.
    pub router: Arc<Router>,
    /// Where the boxes stand.
    pub corners: Vec<Point>,
    /// The nested fields that are folded.
    pub folds: Folds,
    /// What the window was told of it.
    pub summary: SchemaSummary,
    /// The database's stamp before it was read, where the engine has one.
    pub stamp: Option<String>,
    /// Which reading this is. Numbers of objects and boxes mean something within one reading only.
    pub reading: u32,
}

/// The state of a host.
pub struct Workspace {
    /// The store.
    pub store: Store,
    /// The secrets.
    pub secrets: SecretKeeper,
    /// The runs under way.
    pub runs: Arc<Runs>,
    open: Mutex<HashMap<Source, OpenSchema>>,
    compared: Mutex<Option<Arc<KeptComparison>>>,
    readings: AtomicU32,
}

impl Workspace {
    /// Opens the workspace in a data folder.
    ///
    /// # Errors
    /// A folder that cannot be written, or a store of a newer program.
    pub fn open(folder: &Path, keychain: Keychain) -> Result<Self, AppError> {
        let doing = |error: AppError| AppError {
            message: format!("opening the workspace: {}", error.message),
            ..error
        };
        let store = Store::open(folder).map_err(|error| doing(error.into()))?;
        let secrets = SecretKeeper::new(folder, keychain);
        Ok(Self {
            store,
            secrets,
            runs: Arc::default(),
            open: Mutex::default(),
            compared: Mutex::default(),
            readings: AtomicU32::new(0),
        })
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        self.store.folder().to_owned()
    }

    pub(crate) fn opened(&self) -> MutexGuard<'_, HashMap<Source, OpenSchema>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn kept_comparison(&self) -> MutexGuard<'_, Option<Arc<KeptComparison>>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the next reading.
    pub(crate) fn next_reading(&self) -> u32 {
        self.readings.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The model of one reading of a source.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the source is not open, or was read again since.
    pub(crate) fn model_of_reading(&self, source: &Source, reading: u32) -> Result<Arc<Model>, AppError> {
        let opened = self.opened();
        let open = opened.get(source).ok_or_else(|| not_open(source))?;
        if open.reading != reading {
            return Err(AppError::new(Code::NotFound, "this schema was read again in the meantime")
                .with_hint("choose the object once more in the tree"));
        }
        Ok(open.model.clone())
    }

    /// The model of a source that is open.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is not open.
    pub fn model(&self, source: &Source) -> Result<Arc<Model>, AppError> {
        self.opened().get(source).map(|open| open.model.clone()).ok_or_else(|| not_open(source))
    }
}

pub(crate) fn not_open(source: &Source) -> AppError {
    AppError::new(Code::NotFound, format!("{} is not open", source.key())).with_hint("open it first")
}
