//! Generates the permission list of the application's own commands and embeds the configuration.
fn main() {
    tauri_build::build();
}
