//! Starts the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match cadastre_desktop::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("cadastre: {message}");
            ExitCode::FAILURE
        }
    }
}
