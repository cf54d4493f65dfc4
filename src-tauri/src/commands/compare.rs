//! Comparing two schemas.

use std::sync::Arc;

use cadastre_app::compare::{
    CompareRequest, ComparisonView, DdlLine, PlanChoice, PlanFile, PlanView, ProofView,
};
use cadastre_app::diagram::{BoxMove, DiagramView, Rerouted};
use cadastre_app::run::RunEvent;
use cadastre_app::{AppError, Workspace};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

use super::export::save;

/// Tests choose the file by this variable, for no driver can press a native dialog's buttons.
const FILE_FOR_TESTS: &str = "CADASTRE_OPEN_FILE";

/// The native dialog for a file to compare; nothing when the person thinks better of it.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn choose_side_file(app: AppHandle) -> Option<String> {
    if let Some(path) = std::env::var_os(FILE_FOR_TESTS) {
        return Some(path.to_string_lossy().into_owned());
    }
    let dialog = app
        .dialog()
        .file()
        .add_filter("JSON, SQL, SQLite", &["json", "sql", "db", "sqlite", "sqlite3", "db3"])
        .add_filter("*", &["*"]);
    dialog.blocking_pick_file().map(|path| path.to_string())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_sides(
    workspace: State<'_, Arc<Workspace>>,
    request: CompareRequest,
    run_id: String,
    events: Channel<RunEvent>,
) -> Result<ComparisonView, AppError> {
    workspace.compare_sides(&request, &run_id, move |event| drop(events.send(event))).await
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn compared_ddl(
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
    index: u32,
) -> Result<Vec<DdlLine>, AppError> {
    workspace.compared_ddl(number, index)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn compared_plan(
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
    choice: PlanChoice,
) -> Result<PlanView, AppError> {
    workspace.compared_plan(number, &choice)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn prove_compared(
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
    choice: PlanChoice,
    scratch: Option<u32>,
    run_id: String,
    events: Channel<RunEvent>,
) -> Result<ProofView, AppError> {
    workspace.prove_compared(number, &choice, scratch, &run_id, move |event| drop(events.send(event))).await
}

/// Writes a plan or a script of it to a file the person chooses; returns the path, or nothing if they chose none.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_compared(
    app: AppHandle,
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
    choice: PlanChoice,
    file: PlanFile,
) -> Result<Option<String>, AppError> {
    let content = workspace.compared_file(number, &choice, file)?;
    let (name, ending) = match file {
        PlanFile::Script => ("migration", "sql"),
        PlanFile::Reverse => ("migration-back", "sql"),
        PlanFile::Plan => ("plan", "json"),
    };
    save(&app, name, ending, content.as_bytes())
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn compared_diagram(
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
) -> Result<DiagramView, AppError> {
    workspace.compared_diagram(number)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn move_compared(
    workspace: State<'_, Arc<Workspace>>,
    number: u32,
    moves: Vec<BoxMove>,
) -> Result<Vec<Rerouted>, AppError> {
    workspace.move_compared(number, &moves)
}
