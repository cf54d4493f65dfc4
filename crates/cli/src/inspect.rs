//! `cadastre inspect` and `cadastre demo`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use cadastre_app::compare::{Purpose, translate};
use cadastre_app::engines;
use cadastre_app::export::{ExportFormat, read_json, render, write_file};
use cadastre_app::run::Runs;
use cadastre_app::schema::{counts, introspect};
use cadastre_app::source::{Argument, resolve};
use cadastre_app::{AppError, demo};

use crate::arguments::InspectOptions;
use crate::output::{Output, show};

/// Reads the source and writes it in the format asked for.
pub async fn run(options: &InspectOptions, folder: &Path, output: &Output) -> Result<(), AppError> {
    let model = match resolve(&options.source, folder)? {
        Argument::Json(path) => read_json(&path)?,
        Argument::Live(target, secret) => {
            let bar = output.progress();
            let shown = bar.clone();
            let runs = Arc::new(Runs::default());
            let run = runs.start("inspect", move |event| show(&shown, &event));
            let cancel = run.context.cancel.clone();
            tokio::spawn(async move {
                // Without a signal handler the default one ends the program, which is as good.
                if tokio::signal::ctrl_c().await.is_ok() {
                    cancel.cancel();
                }
            });
            let model = introspect(&target, secret, &options.schemas, &run.context).await;
            bar.finish_and_clear();
            model?
        }
    };
    let model = match options.engine {
        Some(engine) => {
            let told = translate(&model, engine.word(), Purpose::Create)?;
            told.notes.iter().for_each(|note| eprintln!("cadastre: warning: {note}"));
            told.model
        }
        None => model,
    };
    let text = match options.format.export() {
        Some(format) => render(&model, format)?,
        None => summary(&model),
    };
    if !model.unmodelled.is_empty() && options.format.export() == Some(ExportFormat::Sql) {
        eprintln!(
            "cadastre: warning: {} objects are not modelled and not in the script",
            model.unmodelled.len()
        );
    }
    match &options.output {
        Some(path) => write_file(path, text.as_bytes()),
        None => print(&text),
    }
}

/// Writes to standard output; a reader that goes away (`| head`) is no error.
pub fn print(text: &str) -> Result<(), AppError> {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(())
}

fn summary(model: &cadastre_app::schema::Model) -> String {
    let origin = &model.origin;
    let mut text = format!("{} · {}\n", origin.database, engines::product(origin));
    let _ = writeln!(text, "fingerprint {}\n", model.fingerprint());
    for count in counts(model) {
        let _ = writeln!(text, "{:>7}  {}", count.count, count.plural);
    }
    if !model.unmodelled.is_empty() {
        let _ = writeln!(text, "\nseen and not modelled:");
        for item in &model.unmodelled {
            let _ = writeln!(text, "  {} {}", item.kind, item.name);
        }
    }
    text
}

/// Writes the example database to a path, or makes sure that it is in the data folder; prints where it is.
pub fn write_demo(path: Option<&Path>, folder: &Path) -> Result<(), AppError> {
    let place = match path {
        Some(path) => {
            demo::write(path)?;
            path.display().to_string()
        }
        None => demo::prepare(folder)?.label(),
    };
    print(&format!("{place}\n"))
}
