//! The desktop host: opens the workspace and one window, and offers the commands. No use case lives here.

mod commands;
mod rendering;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use cadastre_app::Workspace;
use cadastre_app::diagnostics::Log;
use cadastre_app::workspace::{Keychain, data_folder};
use tauri::{WebviewUrl, WebviewWindowBuilder};

/// Another data folder than the platform's.
const DATA_FOLDER: &str = "CADASTRE_DATA";
/// Set to leave the system's keychain alone.
const NO_KEYCHAIN: &str = "CADASTRE_NO_KEYCHAIN";

/// Runs the window until it is closed.
///
/// # Errors
/// What keeps the window from opening, in words for a person.
pub fn run() -> Result<(), String> {
    rendering::prepare();
    let folder = chosen_folder(std::env::args_os().skip(1))?;
    if let Ok(log) = Log::open(&folder) {
        log.install();
    }
    let keychain = if std::env::var_os(NO_KEYCHAIN).is_some() { Keychain::Off } else { Keychain::System };
    let workspace = Workspace::open(&folder, keychain)
        .map_err(|error| format!("{}\n  → {}", error.message, error.hint.unwrap_or_default()))?;
    let commands = commands::list();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(Arc::new(workspace))
        .invoke_handler(commands.invoke_handler())
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Cadastre")
                .inner_size(1280.0, 820.0)
                .min_inner_size(760.0, 480.0)
                .center()
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .map_err(|error| format!("opening the window: {error}"))
}

/// The data folder: `--data FOLDER`, else the variable's, else the platform's.
fn chosen_folder(mut arguments: impl Iterator<Item = OsString>) -> Result<PathBuf, String> {
    match arguments.next() {
        None => Ok(std::env::var_os(DATA_FOLDER).map_or_else(data_folder, PathBuf::from)),
        Some(option) if option == "--data" => {
            arguments.next().map(PathBuf::from).ok_or_else(|| "--data needs a folder".to_owned())
        }
        Some(other) => Err(format!(
            "{} is not an option of the window\n  → use --data FOLDER; the command `cadastre` can do more",
            other.to_string_lossy()
        )),
    }
}

#[cfg(test)]
mod tests;
