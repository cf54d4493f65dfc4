//! Start-up, settings, diagnostics, runs.

use std::sync::Arc;

use cadastre_app::settings::Settings;
use cadastre_app::{AppError, Workspace, diagnostics};
use serde::Serialize;
use specta::Type;
use tauri::State;

/// What the window needs to know first.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartUp {
    version: String,
    settings: Settings,
}

#[tauri::command]
#[specta::specta]
pub(crate) fn start_up(workspace: State<'_, Arc<Workspace>>) -> Result<StartUp, AppError> {
    Ok(StartUp { version: env!("CARGO_PKG_VERSION").into(), settings: workspace.settings()? })
}

#[tauri::command]
#[specta::specta]
pub(crate) fn keep_settings(
    workspace: State<'_, Arc<Workspace>>,
    settings: Settings,
) -> Result<(), AppError> {
    workspace.keep_settings(&settings)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn copy_diagnostics(workspace: State<'_, Arc<Workspace>>) -> String {
    diagnostics::diagnostics(&workspace.folder())
}

#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_run(workspace: State<'_, Arc<Workspace>>, run_id: String) {
    workspace.runs.cancel(&run_id);
}
