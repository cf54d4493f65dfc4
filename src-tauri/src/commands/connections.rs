//! Connections.

use std::sync::Arc;

use cadastre_app::address::{self, ParsedAddress};
use cadastre_app::connections::{ConnectionDraft, ConnectionView, SecretPlaces, TestResult};
use cadastre_app::{AppError, Workspace};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

#[tauri::command]
#[specta::specta]
pub(crate) fn list_connections(
    workspace: State<'_, Arc<Workspace>>,
) -> Result<Vec<ConnectionView>, AppError> {
    workspace.list_connections()
}

#[tauri::command]
#[specta::specta]
pub(crate) fn parse_address(text: String) -> Result<ParsedAddress, AppError> {
    address::parse_address(&text)
}

/// Asking the keychain may wait for a person, so it happens beside the window's own thread.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn secret_places(workspace: State<'_, Arc<Workspace>>) -> SecretPlaces {
    workspace.secret_places()
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn unlock_vault(workspace: State<'_, Arc<Workspace>>, passphrase: String) -> Result<(), AppError> {
    workspace.unlock_vault(&passphrase)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn test_connection(
    workspace: State<'_, Arc<Workspace>>,
    draft: ConnectionDraft,
) -> Result<TestResult, AppError> {
    workspace.test_connection(&draft).await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_connection(
    workspace: State<'_, Arc<Workspace>>,
    draft: ConnectionDraft,
) -> Result<ConnectionView, AppError> {
    workspace.save_connection(&draft)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn remove_connection(workspace: State<'_, Arc<Workspace>>, id: u32) -> Result<(), AppError> {
    workspace.remove_connection(id)
}

/// The native dialog for a SQLite file; nothing when the person thinks better of it.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn choose_database_file(app: AppHandle) -> Option<String> {
    let dialog =
        app.dialog().file().add_filter("SQLite", &["db", "sqlite", "sqlite3", "db3"]).add_filter("*", &["*"]);
    dialog.blocking_pick_file().map(|path| path.to_string())
}
