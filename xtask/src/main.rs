//! Set-up, run, test, end-to-end and bench: what `npm start` and `npm test` call.

mod bench;
mod corpus;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["corpus", folder] => corpus::run(folder),
        ["bench", names @ ..] => bench::run(names),
        _ => Err("usage: cargo xtask bench [layout] | corpus FOLDER".into()),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            std::process::ExitCode::FAILURE
        }
    }
}
