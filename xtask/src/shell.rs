//! Running other programs, and saying so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Says what comes next.
pub(crate) fn say(text: &str) {
    println!("\x1b[1m› {text}\x1b[0m");
}

/// A program to run in the root, by words.
pub(crate) fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(root());
    command
}

/// Runs a program with its output on ours.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    finish(&mut command(words), words)
}

/// Runs a prepared program.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn finish(command: &mut Command, words: &[&str]) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{}: {error}", words.join(" ")))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed", words.join(" "))) }
}

/// Runs a program, shows its output as it comes, and returns what it wrote to standard output.
///
/// # Errors
/// When it cannot be started; whether it failed is the second value.
pub(crate) fn run_and_read(command: &mut Command) -> Result<(String, bool), String> {
    use std::io::{BufRead, BufReader};
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let mut text = String::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| error.to_string())?;
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((text, status.success()))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
