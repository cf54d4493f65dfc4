//! The frontend's types are the ones declared here.

use specta_typescript::Typescript;

const BINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/bindings.ts");

/// Run with `UPDATE_BINDINGS=1` to write the file anew.
#[test]
fn the_bindings_are_up_to_date() {
    let folder = std::env::temp_dir().join(format!("cadastre-bindings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let fresh = folder.join("bindings.ts");
    crate::commands::list().export(Typescript::default().header("/* eslint-disable */\n"), &fresh).unwrap();
    let text = std::fs::read_to_string(&fresh).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(BINDINGS, &text).unwrap();
    }
    let kept = std::fs::read_to_string(BINDINGS).unwrap_or_default();
    assert!(
        kept == text,
        "ui/src/ipc/bindings.ts is stale: run UPDATE_BINDINGS=1 cargo test -p cadastre-desktop"
    );
}

/// The permission list must name every command, or the window may not call it.
#[test]
fn every_command_is_permitted() {
    let capability = include_str!("../capabilities/main.json");
    let build = include_str!("../build.rs");
    let list = include_str!("commands/mod.rs");
    let commands: Vec<&str> = list
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',').and_then(|line| line.split_once("::")))
        .map(|(_, name)| name)
        .collect();
    assert!(commands.len() > 10);
    for command in commands {
        assert!(build.contains(&format!("\"{command}\"")), "build.rs does not list {command}");
        let permission = format!("\"allow-{}\"", command.replace('_', "-"));
        assert!(capability.contains(&permission), "the capability does not allow {command}");
    }
}
