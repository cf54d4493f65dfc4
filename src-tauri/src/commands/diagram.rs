//! The diagram.

use std::sync::Arc;

use cadastre_app::diagram::{BoxMove, DiagramView, Keep, Rerouted};
use cadastre_app::source::Source;
use cadastre_app::{AppError, Workspace};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn read_diagram(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
) -> Result<DiagramView, AppError> {
    workspace.diagram(&source)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn move_boxes(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    reading: u32,
    moves: Vec<BoxMove>,
    keep: Keep,
) -> Result<Vec<Rerouted>, AppError> {
    workspace.move_boxes(&source, reading, &moves, keep)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn fold_fields(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
    reading: u32,
    index: u32,
    row: u32,
) -> Result<DiagramView, AppError> {
    workspace.fold_fields(&source, reading, index, row)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn arrange_diagram(
    workspace: State<'_, Arc<Workspace>>,
    source: Source,
) -> Result<DiagramView, AppError> {
    workspace.arrange_diagram(&source)
}
