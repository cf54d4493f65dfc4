//! Generates the permission list of the application's own commands and embeds the configuration.
//!
//! Application commands bypass the permission list unless they are named here.

const COMMANDS: &[&str] = &[
    "start_up",
    "keep_settings",
    "copy_diagnostics",
    "cancel_run",
    "list_connections",
    "parse_address",
    "secret_places",
    "unlock_vault",
    "test_connection",
    "save_connection",
    "remove_connection",
    "choose_database_file",
    "open_schema",
    "list_tree",
    "search_schema",
    "read_page",
    "example_values",
    "read_diagram",
    "move_boxes",
    "fold_fields",
    "arrange_diagram",
    "export_schema",
    "render_schema",
    "export_png",
    "choose_side_file",
    "compare_sides",
    "compared_ddl",
    "compared_plan",
    "prove_compared",
    "save_compared",
    "compared_diagram",
    "move_compared",
];

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
