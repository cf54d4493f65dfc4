//! `npm test`: format, lint, unit and property tests, engines and journeys on real servers, the window's tests, end to end.
//!
//! Every step runs even if one before it failed, so that one run tells everything; the last line counts.

use std::fmt;

use crate::shell::{command, run_and_read, say};
use crate::{e2e, start};

/// How many tests ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub passed: u32,
    pub failed: u32,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs everything.
///
/// # Errors
/// When any step failed; the steps are named.
pub(crate) fn run() -> Result<(), String> {
    let mut total = Counts::default();
    let mut broken: Vec<String> = Vec::new();
    let mut note = |step: &str, result: Result<Counts, String>| match result {
        Ok(counts) => {
            total += counts;
            if counts.failed > 0 {
                broken.push(format!("{step}: {} failed", counts.failed));
            }
        }
        Err(message) => broken.push(format!("{step}: {message}")),
    };
    note("format", step("format", &["cargo", "fmt", "--check"]));
    // The desktop package embeds the built frontend, so it comes before anything that compiles it.
    note("frontend build", start::build_frontend().map(|()| Counts::default()));
    note("frontend check", step("frontend lint", &["npm", "run", "--silent", "ui:check"]));
    note("frontend tests", frontend_tests());
    note(
        "lint",
        step("lint", &["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    );
    note("tests", cargo_tests());
    note("end to end", e2e::build().and_then(|()| e2e::run()));
    println!();
    broken.iter().for_each(|line| println!("failed: {line}"));
    println!("{total}");
    if broken.is_empty() { Ok(()) } else { Err(format!("{} steps failed", broken.len())) }
}

fn step(name: &str, words: &[&str]) -> Result<Counts, String> {
    say(name);
    crate::shell::run(words).map(|()| Counts::default())
}

fn frontend_tests() -> Result<Counts, String> {
    say("frontend tests");
    let (text, ok) = run_and_read(command(&["npm", "run", "--silent", "ui:test"]).env("NO_COLOR", "1"))?;
    let line = text.lines().find(|line| line.trim_start().starts_with("Tests ")).unwrap_or_default();
    let counts = Counts { passed: number_before(line, "passed"), failed: number_before(line, "failed") };
    judge(counts, ok)
}

fn cargo_tests() -> Result<Counts, String> {
    say("unit, property, engine and journey tests");
    let words = ["cargo", "test", "--workspace", "--no-fail-fast"];
    let (text, ok) = run_and_read(command(&words).env("RUST_BACKTRACE", "0"))?;
    let mut counts = Counts::default();
    for line in text.lines().filter(|line| line.starts_with("test result:")) {
        counts += Counts { passed: number_before(line, "passed"), failed: number_before(line, "failed") };
    }
    judge(counts, ok)
}

/// A program that failed without a failed test (it did not compile, or crashed) is an error of its own; so is one that ran no
/// test at all.
fn judge(counts: Counts, ok: bool) -> Result<Counts, String> {
    match (ok, counts.failed, counts.passed) {
        (false, 0, _) => Err("ended with an error".into()),
        (true, _, 0) => Err("no test ran".into()),
        _ => Ok(counts),
    }
}

fn number_before(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|it| it.trim_end_matches(';') == word);
    at.and_then(|at| at.checked_sub(1)).and_then(|at| words[at].parse().ok()).unwrap_or(0)
}
