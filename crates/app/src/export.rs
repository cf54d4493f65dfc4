//! A schema or its diagram as text: SQL, JSON, DBML, Mermaid, SVG; and reading a model from JSON.

use std::path::Path;

use cadastre_diagram::{Palette, render_svg};
use cadastre_exchange::{dbml, json, mermaid};
use cadastre_model::Model;
use serde::Deserialize;
use specta::Type;

use crate::compare::{Purpose, translate};
use crate::connections::unknown_engine;
use crate::error::{AppError, Code};
use crate::source::Source;
use crate::workspace::{Workspace, not_open};
use crate::{diagram, engines};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// A script the engine's own client runs.
    Sql,
    /// A script for PostgreSQL, whatever the engine.
    SqlAsPostgres,
    /// A script for MySQL and MariaDB, whatever the engine.
    SqlAsMysql,
    /// A script for SQLite, whatever the engine.
    SqlAsSqlite,
    /// The model, versioned.
    Json,
    /// DBML.
    Dbml,
    /// A Mermaid `erDiagram`.
    Mermaid,
    /// The diagram for light backgrounds.
    SvgLight,
    /// The diagram for dark backgrounds.
    SvgDark,
}

/// A model in a text format; a diagram is laid out afresh.
///
/// # Errors
/// When dependencies cannot be ordered for SQL.
pub fn render(model: &Model, format: ExportFormat) -> Result<String, AppError> {
    match format {
        ExportFormat::Sql => {
            let dialect =
                engines::dialect(&model.origin.engine).ok_or_else(|| unknown_engine(&model.origin.engine))?;
            Ok(header(model, &[]) + &dialect.create_script(model)?.text())
        }
        ExportFormat::SqlAsPostgres => sql_as(model, "postgres"),
        ExportFormat::SqlAsMysql => sql_as(model, "mysql"),
        ExportFormat::SqlAsSqlite => sql_as(model, "sqlite"),
        ExportFormat::Json => Ok(json::write(model)),
        ExportFormat::Dbml => Ok(dbml::write(model)),
        ExportFormat::Mermaid => Ok(mermaid::write(model)),
        ExportFormat::SvgLight | ExportFormat::SvgDark => Ok(diagram::svg_of(model, &model.origin.database)),
    }
}

/// The script in the words of another engine.
fn sql_as(model: &Model, engine: &str) -> Result<String, AppError> {
    let dialect = engines::dialect(engine).ok_or_else(|| unknown_engine(engine))?;
    let told = translate(model, engine, Purpose::Create)?;
    Ok(header(model, &told.notes) + &dialect.create_script(&told.model)?.text())
}

/// What the script is of, and what it does not hold.
fn header(model: &Model, notes: &[String]) -> String {
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let mut text = format!(
        "-- Schema of {}, {} {}, written by Cadastre {}\n",
        line(&model.origin.database),
        line(&model.origin.engine),
        line(&model.origin.version),
        env!("CARGO_PKG_VERSION"),
    );
    for item in &model.unmodelled {
        text.push_str(&format!("-- not included: {} {}\n", line(&item.kind), line(&item.name)));
    }
    for note in notes {
        text.push_str(&format!("-- {}\n", line(note)));
    }
    text.push('\n');
    text
}

/// Reads a model that was exported as JSON.
///
/// # Errors
/// A missing file, no JSON, another format, or a newer version of it.
pub fn read_json(path: &str) -> Result<Model, AppError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        AppError::new(Code::NotFound, format!("reading {path}: {error}")).with_hint("check the path")
    })?;
    json::read(&text).map_err(|error| {
        AppError::new(Code::InvalidInput, format!("reading {path}: {error}"))
            .with_hint("give a file that `cadastre inspect --format json` wrote")
    })
}

/// The bytes behind a base64 text; nothing if it is none.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Writes a text to a file: beside it first, then renamed, so that a file that was there is replaced whole or not at all.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), AppError> {
    let fail = |error: std::io::Error| {
        AppError::new(Code::PermissionDenied, format!("writing {}: {error}", path.display()))
            .with_hint("choose a folder you may write to")
    };
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".part");
    let fresh = std::path::PathBuf::from(fresh);
    std::fs::write(&fresh, content).map_err(fail)?;
    std::fs::rename(&fresh, path).map_err(|error| {
        drop(std::fs::remove_file(&fresh));
        fail(error)
    })
}

impl Workspace {
    /// An open source in a text format; a diagram as it is laid out.
    ///
    /// # Errors
    /// When the source is not open, or its dependencies cannot be ordered.
    pub fn export(&self, source: &Source, format: ExportFormat) -> Result<String, AppError> {
        let palette = match format {
            ExportFormat::SvgLight => &Palette::LIGHT,
            ExportFormat::SvgDark => &Palette::DARK,
            other => return render(&*self.model(source)?, other),
        };
        let opened = self.opened();
        let open = opened.get(source).ok_or_else(|| not_open(source))?;
        Ok(render_svg(&open.diagram, &open.corners, palette, &open.model.origin.database))
    }
}
