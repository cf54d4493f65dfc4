//! The `cadastre` command: the use cases without a window. Its contract (verbs, formats, exit codes) is stable.
//!
//! Results go to standard output; progress, warnings and errors to standard error.

mod arguments;
mod diff;
mod inspect;
mod output;
mod test;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cadastre: starting: {error}");
            return ExitCode::FAILURE;
        }
    };
    let folder = arguments.data_folder();
    let result = runtime.block_on(async {
        match &arguments.command {
            Command::Inspect(options) => inspect::run(options, &folder, &output).await.map(done),
            Command::Diff(options) => diff::run(options, &folder, &output).await,
            Command::Plan(options) => diff::write_plan(options, &folder, &output).await,
            Command::Test { url } => test::run(url, &folder, &output).await.map(done),
            Command::Demo { path } => inspect::write_demo(path.as_deref(), &folder).map(done),
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => output.fail(&error),
    }
}

fn done((): ()) -> ExitCode {
    ExitCode::SUCCESS
}
