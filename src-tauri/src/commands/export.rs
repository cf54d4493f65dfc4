//! Exports, through the native save dialog.

use std::path::PathBuf;
use std::sync::Arc;

use cadastre_app::error::Code;
use cadastre_app::export::{ExportFormat, write_file};
use cadastre_app::source::Source;
use cadastre_app::{AppError, Workspace};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// Tests choose the path by this variable, for no driver can press a native dialog's buttons.
const PATH_FOR_TESTS: &str = "CADASTRE_SAVE_AS";

/// Asks where to save; nothing when the person thinks better of it.
fn ask_path(app: &AppHandle, name: &str, ending: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(PATH_FOR_TESTS) {
        return Some(PathBuf::from(folder).join(format!("{name}.{ending}")));
    }
    let dialog = app.dialog().file().set_file_name(format!("{name}.{ending}")).add_filter(ending, &[ending]);
    dialog.blocking_save_file().and_then(|path| path.into_path().ok())
}

/// Writes an open schema to a file the person chooses; returns the path, or nothing if they chose none.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn export_schema(
    app: AppHandle,
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    format: ExportFormat,
    name: String,
) -> Result<Option<String>, AppError> {
    let content = workspace.export(&source, format)?;
    let ending = match format {
        ExportFormat::Sql
        | ExportFormat::SqlAsPostgres
        | ExportFormat::SqlAsMysql
        | ExportFormat::SqlAsSqlite => "sql",
        ExportFormat::Json => "json",
        ExportFormat::Dbml => "dbml",
        ExportFormat::Mermaid => "mmd",
        ExportFormat::SvgLight | ExportFormat::SvgDark => "svg",
    };
    save(&app, &name, ending, content.as_bytes())
}

/// An open schema as text, for the window to draw or copy.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn render_schema(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    format: ExportFormat,
) -> Result<String, AppError> {
    workspace.export(&source, format)
}

/// Writes a picture the window has drawn; `data` is base64.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn export_png(app: AppHandle, name: String, data: String) -> Result<Option<String>, AppError> {
    let bytes = cadastre_app::export::decode_base64(&data)
        .ok_or_else(|| AppError::new(Code::InvalidInput, "saving the picture: it is not base64"))?;
    save(&app, &name, "png", &bytes)
}

pub(super) fn save(
    app: &AppHandle,
    name: &str,
    ending: &str,
    content: &[u8],
) -> Result<Option<String>, AppError> {
    let Some(path) = ask_path(app, name, ending) else { return Ok(None) };
    write_file(&path, content)?;
    Ok(Some(path.display().to_string()))
}
