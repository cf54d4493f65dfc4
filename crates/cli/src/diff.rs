//! `cadastre diff` and `cadastre plan`.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cadastre_app::AppError;
use cadastre_app::compare::{
    Comparison, Plan, Proof, RenameAnswers, Scratch, Strategy, compare, plan_json, plan_summary, read_plan,
    read_side,
};
use cadastre_app::error::Code;
use cadastre_app::export::write_file;
use cadastre_app::run::Runs;

use crate::arguments::{CompareOptions, DiffFormat, DiffOptions, PlanOptions};
use crate::inspect::print;
use crate::output::{Output, show};

/// There are differences.
const DIFFERENT: u8 = 2;

/// The comparison, and the proof of its plan if that was asked for.
async fn compare_sides(
    options: &CompareOptions,
    folder: &Path,
    output: &Output,
) -> Result<(Comparison, Option<Proof>), AppError> {
    let bar = output.progress();
    let shown = bar.clone();
    let runs = Arc::new(Runs::default());
    let run = runs.start("compare", move |event| show(&shown, &event));
    let cancel = run.context.cancel.clone();
    tokio::spawn(async move {
        // Without a signal handler the default one ends the program, which is as good.
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let scratch = options.scratch.as_deref().map(Scratch::parse).transpose()?;
    let engine_of = |text: &str| text.split_once(':').map(|(scheme, _)| engine_word(scheme));
    let (a, b) = (engine_of(&options.to).flatten(), engine_of(&options.from).flatten());
    let read = |text, other| read_side(text, &options.schemas, scratch.as_ref(), other, folder, &run.context);
    let (from, to) = tokio::try_join!(read(&options.from, a), read(&options.to, b))?;
    let answers = RenameAnswers {
        renames: options.renames.clone(),
        no_renames: options.no_renames.clone(),
        answered: Vec::new(),
    };
    let comparison = compare(from, to, &answers).await;
    bar.finish_and_clear();
    let comparison = comparison?;
    if let Some(notes) = &comparison.across {
        eprintln!(
            "cadastre: two engines: their tables, columns, keys and indexes are compared, and nothing else"
        );
        notes.iter().for_each(|note| eprintln!("cadastre: not compared: {note}"));
    }
    for it in &comparison.open_questions {
        eprintln!("cadastre: may be a rename: {} → {} ({})", it.from, it.to, it.evidence_words());
    }
    if options.prove && comparison.open_questions.is_empty() {
        let proof = comparison.prove(strategy(options), scratch.as_ref(), &run.context).await?;
        eprintln!(
            "cadastre: proved on {}, there and back ({} steps watched, rows of {} tables kept)",
            proof.server, proof.watched_steps, proof.tables_with_rows
        );
        return Ok((comparison, Some(proof)));
    }
    Ok((comparison, None))
}

fn strategy(options: &CompareOptions) -> Strategy {
    if options.online { Strategy::Online } else { Strategy::Direct }
}

fn engine_word(scheme: &str) -> Option<&'static str> {
    match scheme {
        "postgres" | "postgresql" => Some("postgres"),
        "mysql" | "mariadb" => Some("mysql"),
        "sqlite" | "file" => Some("sqlite"),
        "mongodb" | "mongodb+srv" => Some("mongodb"),
        _ => None,
    }
}

/// A drop and an add that may be a rename are not decided here.
fn refuse(comparison: &Comparison) -> Result<(), AppError> {
    let Some(question) = comparison.open_questions.first() else { return Ok(()) };
    let old = &question.from;
    let name = question.to.rsplit('.').next().unwrap_or(&question.to);
    Err(AppError::new(
        Code::PolicyDenied,
        "comparing: something was perhaps renamed, and its data would be lost",
    )
    .with_hint(format!(
        "say which it is: --rename {old}={name}, or --no-rename {old}={name} (or --no-rename '*')"
    )))
}

/// Compares two sources and writes the difference in the form asked for.
pub async fn run(options: &DiffOptions, folder: &Path, output: &Output) -> Result<ExitCode, AppError> {
    let (comparison, proof) = compare_sides(&options.sides, folder, output).await?;
    if comparison.is_empty() {
        write(options.output.as_deref(), if options.format == DiffFormat::Json { "{}\n" } else { "" })?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.format != DiffFormat::Summary {
        refuse(&comparison)?;
    }
    let text = match options.format {
        DiffFormat::Summary => format!("{}\n", comparison.summary()),
        DiffFormat::Sql => {
            let plan = comparison.plan(strategy(&options.sides))?;
            plan.notes.iter().for_each(|note| eprintln!("cadastre: warning: {}", note.message));
            comparison.script(&plan)?
        }
        DiffFormat::Reverse => comparison.script(&comparison.reverse()?)?,
        DiffFormat::Json => {
            plan_json(&Plan { proof, ..comparison.plan_with_ways_back(strategy(&options.sides))? })?
        }
    };
    write(options.output.as_deref(), &text)?;
    refuse(&comparison)?;
    Ok(ExitCode::from(DIFFERENT))
}

/// Compares two sources and keeps the plan, or says whether one that was kept still holds.
pub async fn write_plan(options: &PlanOptions, folder: &Path, output: &Output) -> Result<ExitCode, AppError> {
    let (comparison, proof) = compare_sides(&options.sides, folder, output).await?;
    refuse(&comparison)?;
    if let Some(path) = &options.check {
        return check_plan(&comparison, path, strategy(&options.sides));
    }
    let plan = Plan { proof, ..comparison.plan_with_ways_back(strategy(&options.sides))? };
    write(options.output.as_deref(), &plan_json(&plan)?)?;
    eprint!("{}", plan_summary(&plan));
    Ok(ExitCode::SUCCESS)
}

fn check_plan(comparison: &Comparison, path: &Path, strategy: Strategy) -> Result<ExitCode, AppError> {
    let kept = read_plan(path)?;
    comparison.expect_kept(&kept, strategy)?;
    let proof = match (&kept.proof, kept.is_proved()) {
        (None, _) => "it was not proved".to_owned(),
        (Some(proof), true) => format!("proved on {}", proof.server),
        (Some(_), false) => "its proof is of another plan, and void".to_owned(),
    };
    eprintln!("cadastre: the plan holds: both sides are as they were when it was made ({proof})");
    Ok(ExitCode::SUCCESS)
}

fn write(path: Option<&Path>, text: &str) -> Result<(), AppError> {
    match path {
        Some(path) => write_file(path, text.as_bytes()),
        None => print(text),
    }
}
