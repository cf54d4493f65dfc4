//! Schemas: open, list, search, read.

use std::sync::Arc;

use cadastre_app::explorer::{SearchHit, TreeItem};
use cadastre_app::page::ObjectPage;
use cadastre_app::run::RunEvent;
use cadastre_app::schema::SchemaSummary;
use cadastre_app::source::Source;
use cadastre_app::{AppError, Workspace};
use tauri::State;
use tauri::ipc::Channel;

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_schema(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    run_id: String,
    events: Channel<RunEvent>,
) -> Result<SchemaSummary, AppError> {
    // A window that has gone away does not stop the run's other watchers.
    workspace.open_schema(&source, &run_id, move |event| drop(events.send(event))).await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn list_tree(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
) -> Result<Vec<TreeItem>, AppError> {
    workspace.tree(&source)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn search_schema(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    query: String,
    limit: u32,
) -> Result<Vec<SearchHit>, AppError> {
    workspace.search(&source, &query, limit)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn read_page(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    reading: u32,
    id: u32,
) -> Result<ObjectPage, AppError> {
    workspace.object_page(&source, reading, id)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn example_values(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    reading: u32,
    id: u32,
    path: String,
) -> Result<Vec<String>, AppError> {
    workspace.example_values(&source, reading, id, path).await
}
