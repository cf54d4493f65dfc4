//! `npm start`: builds and opens the window on the demo database; without a display, does the same job in the terminal.

use crate::shell::{self, say, target_folder};

/// Builds what has changed and starts.
///
/// # Errors
/// When a build fails or the program ends with an error.
pub(crate) fn run() -> Result<(), String> {
    if has_display() {
        build_frontend()?;
        say("building the window (the first time takes some minutes)");
        shell::run(&["cargo", "build", "--release", "--package", "cadastre-desktop"])?;
        say("opening the window");
        let program = target_folder().join("release/cadastre-desktop");
        return run_program(&program.to_string_lossy(), &[]);
    }
    say("there is no display: the schema is summarised here and its diagram written as SVG");
    shell::run(&["cargo", "build", "--release", "--package", "cadastre-cli"])?;
    let program = target_folder().join("release/cadastre");
    let program = program.to_string_lossy();
    run_program(&program, &["inspect", "demo"])?;
    let picture = "cadastre-demo.svg";
    run_program(&program, &["inspect", "demo", "--format", "svg", "--output", picture])?;
    println!("\nThe diagram is in {picture}.");
    Ok(())
}

fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Builds the frontend unless it is newer than its sources.
///
/// # Errors
/// When the build fails.
pub(crate) fn build_frontend() -> Result<(), String> {
    let built = newest(&shell::root().join("ui/dist"));
    let sources = newest(&shell::root().join("ui/src")).max(newest(&shell::root().join("package-lock.json")));
    if built.is_some() && built > sources {
        return Ok(());
    }
    say("checking and building the frontend");
    shell::run(&["npm", "run", "--silent", "ui:build", "--", "--logLevel", "warn"])
}

fn newest(path: &std::path::Path) -> Option<std::time::SystemTime> {
    let data = std::fs::metadata(path).ok()?;
    if data.is_file() {
        return data.modified().ok();
    }
    std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}

fn run_program(program: &str, arguments: &[&str]) -> Result<(), String> {
    let words: Vec<&str> = std::iter::once(program).chain(arguments.iter().copied()).collect();
    shell::run(&words)
}
