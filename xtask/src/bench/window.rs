//! The real window under a private X server: time to the first diagram, frame times while panning and zooming, CPU a frame,
//! idle memory. The raw limit in the same run is an empty animation in the same window.

use std::path::Path;

use crate::bench::layout::synthetic;
use crate::e2e;
use crate::shell::{command, say, target_folder};

/// Builds SQLite databases of two sizes and measures the window on them.
pub(crate) fn run() -> Result<(), String> {
    e2e::build_release()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for (tables, keys) in [(1000, 1500), (3000, 4300)] {
        write_database(&folder.path().join(format!("{tables}.db")), tables, keys)?;
    }
    say("measuring the window");
    let status = command(&["dbus-run-session", "--", "node", "tests/e2e/bench.mjs"])
        .env("CADASTRE_PROGRAM", target_folder().join("release/cadastre-desktop"))
        .env("CADASTRE_PICTURES", target_folder().join("e2e"))
        .env("BENCH_FOLDER", folder.path())
        .status()
        .map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("the window could not be measured".into()) }
}

/// The same graph as the layout is measured with, as tables.
fn write_database(path: &Path, tables: usize, keys: usize) -> Result<(), String> {
    let diagram = synthetic(tables, keys);
    let mut columns: Vec<Vec<String>> = diagram
        .boxes
        .iter()
        .map(|it| {
            let plain = it.rows.iter().skip(1).map(|row| format!("{} BIGINT", row.label));
            std::iter::once("id INTEGER PRIMARY KEY".to_owned()).chain(plain).collect()
        })
        .collect();
    for (at, link) in diagram.links.iter().enumerate() {
        columns[link.from].push(format!("key_{at} INTEGER REFERENCES {} (id)", diagram.boxes[link.to].title));
    }
    let script: String = diagram
        .boxes
        .iter()
        .zip(&columns)
        .map(|(it, columns)| format!("CREATE TABLE {} ({});\n", it.title, columns.join(", ")))
        .collect();
    cadastre_app::demo::write_script(path, &script).map_err(|error| error.message)
}
