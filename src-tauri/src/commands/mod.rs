//! The commands of the window: adapters of a few lines between IPC and the use cases. [`list`] is the only list of them.

mod compare;
mod connections;
mod diagram;
mod explorer;
mod export;
mod session;

use tauri::Wry;
use tauri_specta::{Builder, collect_commands};

/// Every command with its types.
pub(crate) fn list() -> Builder<Wry> {
    Builder::<Wry>::new().commands(collect_commands![
        session::start_up,
        session::keep_settings,
        session::copy_diagnostics,
        session::cancel_run,
        connections::list_connections,
        connections::parse_address,
        connections::secret_places,
        connections::unlock_vault,
        connections::test_connection,
        connections::save_connection,
        connections::remove_connection,
        connections::choose_database_file,
        explorer::open_schema,
        explorer::list_tree,
        explorer::search_schema,
        explorer::read_page,
        explorer::example_values,
        diagram::read_diagram,
        diagram::move_boxes,
        diagram::fold_fields,
        diagram::arrange_diagram,
        export::export_schema,
        export::render_schema,
        export::export_png,
        compare::choose_side_file,
        compare::compare_sides,
        compare::compared_ddl,
        compare::compared_plan,
        compare::prove_compared,
        compare::save_compared,
        compare::compared_diagram,
        compare::move_compared,
    ])
}
