//! Run, test, end-to-end, bench and corpus: what `npm start` and `npm test` call after `setup.mjs` has made a compiler sure.

mod bench;
mod corpus;
mod e2e;
mod pairs;
mod shell;
mod soak;
mod start;
mod suite;

const USAGE: &str = "usage: cargo run -p xtask -- start | test | e2e | bench [layout|introspect|compare|window]… | corpus FOLDER | across FOLDER | edits FOLDER [SEED [PAIRS [STATEMENTS [ONLY]]]] | pairs FOLDER [ONLY] | soak MINUTES [postgres|mysql|sqlite|mongodb] [SEED]";

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["start"] => start::run(),
        ["test"] => suite::run(),
        ["e2e"] => e2e::build().and_then(|()| e2e::run()).map(|counts| println!("{counts}")),
        ["bench", names @ ..] => bench::run(names),
        ["corpus", folder] => corpus::run(folder),
        ["across", folder] => corpus::across(folder),
        ["edits", folder, rest @ ..] => corpus::edit(folder, rest),
        ["pairs", folder] => pairs::run(folder, None),
        ["pairs", folder, only] => pairs::run(folder, Some(only)),
        ["soak", minutes, rest @ ..] => soak::run(minutes, rest),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            std::process::ExitCode::FAILURE
        }
    }
}
