//! Where a schema comes from: the demo, a registered connection, an address, or a file.

use cadastre_engine::{Secret, Target};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{AppError, Code};
use crate::{demo, engines};

/// A source as the window names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// The bundled example.
    Demo,
    /// A registered connection.
    Connection {
        /// Its number.
        id: u32,
    },
}

impl Source {
    /// A stable name, used as the key of its layout.
    pub fn key(&self) -> String {
        match self {
            Self::Demo => "demo".into(),
            Self::Connection { id } => format!("connection:{id}"),
        }
    }
}

/// What a word of the command line stands for.
#[derive(Debug)]
pub enum Argument {
    /// A live database.
    Live(Box<Target>, Option<Secret>),
    /// A model that was exported as JSON, by path.
    Json(String),
}

/// Resolves `demo`, a URL, or a path.
///
/// # Errors
/// An address nobody understands; a demo that cannot be written.
pub fn resolve(text: &str, data_folder: &std::path::Path) -> Result<Argument, AppError> {
    if text == "demo" {
        return Ok(Argument::Live(Box::new(demo::prepare(data_folder)?), None));
    }
    let is_file = |ending: &str| text.ends_with(ending) && !text.contains("://");
    if is_file(".json") {
        return Ok(Argument::Json(text.to_owned()));
    }
    if is_file(".sql") {
        return Err(AppError::new(
            Code::UnsupportedByEngine,
            format!("reading {text}: SQL files are not supported yet"),
        )
        .with_hint("load it into an empty database and give that database's address"));
    }
    let (target, secret) = engines::parse_url(text)?;
    Ok(Argument::Live(Box::new(target), secret))
}
