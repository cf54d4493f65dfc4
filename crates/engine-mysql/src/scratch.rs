//! Databases of our own on a scratch server: made, used and dropped within one call. And whether tables hold rows.

use std::sync::atomic::{AtomicU32, Ordering};

use cadastre_engine::{
    DbError, Driver, ErrorCode, IntrospectOptions, Rehearsal, Rehearse, RunContext, Secret, ServerAddress,
    Target,
};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Executor};

use crate::connect::open;
use crate::dialect::quote;
use crate::driver::MySqlDriver;
use crate::error::explain;
use crate::rehearsal::rehearse;

/// Tells the databases of one process apart; the process number tells those of several.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// What is done in a database of our own.
#[derive(Clone, Copy)]
pub(crate) enum Work<'a> {
    /// A script is run.
    Script(&'a str),
    /// A plan is rehearsed.
    Plan(&'a Rehearse<'a>),
}

/// Does its work in a new database on the scratch server, reads it, and drops it.
///
/// # Errors
/// No right to create databases; the statement that does not run, with its line.
pub(crate) async fn in_scratch(
    scratch: Option<&Target>,
    secret: Option<&Secret>,
    work: Work<'_>,
    context: &RunContext,
) -> Result<Rehearsal, DbError> {
    let Some(Target::MySql(own)) = scratch else {
        return Err(DbError::new(
            ErrorCode::InvalidInput,
            "elaborating a script: no scratch server was given",
        )
        .with_hint(
            "give --scratch the address of a MySQL or MariaDB server on which databases may be created",
        ));
    };
    let name = format!("cadastre_scratch_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let home_target = Target::MySql(own.clone());
    let mut home = open(&home_target, secret).await?;
    let doing = format!("making a scratch database on {}", home_target.label());
    run(&mut home, &format!("CREATE DATABASE {}", quote(&name))).await.map_err(|error| {
        explain(&doing, &error).with_hint("the user must have the right to create databases")
    })?;
    let target = Target::MySql(ServerAddress { database: name.clone(), ..own.clone() });
    let result = match work {
        Work::Script(script) => fill_and_read(&target, secret, script, context).await,
        Work::Plan(what) => rehearse(&target, secret, what, context).await,
    };
    // What is left behind here is a database of ours with a name that says so; nothing better can be done about it.
    let _ = run(&mut home, &format!("DROP DATABASE IF EXISTS {}", quote(&name))).await;
    result
}

pub(crate) async fn run(connection: &mut MySqlConnection, sql: &str) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map(|_| ())
}

async fn fill_and_read(
    target: &Target,
    secret: Option<&Secret>,
    script: &str,
    context: &RunContext,
) -> Result<Rehearsal, DbError> {
    let mut connection = open(target, secret).await?;
    run_script(&mut connection, script, context).await?;
    drop(connection);
    let model = MySqlDriver.introspect(target, secret, &IntrospectOptions::default(), context).await?;
    Ok(Rehearsal { model, steps: Vec::new(), rows: Vec::new() })
}

/// Runs the statements of a script.
///
/// # Errors
/// The first that does not run, with its line; [`ErrorCode::Cancelled`].
pub(crate) async fn run_script(
    connection: &mut MySqlConnection,
    script: &str,
    context: &RunContext,
) -> Result<(), DbError> {
    for (line, statement) in split_statements(script) {
        context.check()?;
        run(connection, &statement).await.map_err(|error| {
            let first = statement.trim().lines().next().unwrap_or_default();
            let doing = format!("running the script, line {line} ({first})");
            explain(&doing, &error)
                .with_hint("correct the statement; nothing outside of the scratch database was touched")
        })?;
    }
    Ok(())
}

/// The statements of a script with the line each begins at, as the server's client tells them apart: `DELIMITER` included.
pub(crate) fn split_statements(script: &str) -> Vec<(usize, String)> {
    let (mut found, mut delimiter, mut statement) = (Vec::new(), ";".to_owned(), String::new());
    let (mut begin, mut line, mut rest) = (1, 1, script);
    while !rest.is_empty() {
        let at_line_start = statement.trim().is_empty();
        if at_line_start && rest.get(..10).is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER ")) {
            let end = rest.find('\n').unwrap_or(rest.len());
            delimiter = rest[10..end].trim().to_owned();
            rest = &rest[end..];
            continue;
        }
        if rest.starts_with(&delimiter) {
            if !statement.trim().is_empty() {
                found.push((begin, std::mem::take(&mut statement)));
            }
            statement.clear();
            rest = &rest[delimiter.len()..];
            continue;
        }
        let length = token_length(rest);
        let (token, after) = rest.split_at(length);
        if statement.trim().is_empty() && !token.trim().is_empty() {
            begin = line;
        }
        // A comment for people between statements is no statement.
        let is_comment = token.starts_with("--") || token.starts_with('#');
        if !(is_comment && statement.trim().is_empty()) {
            statement.push_str(token);
        }
        line += token.matches('\n').count();
        rest = after;
    }
    if !statement.trim().is_empty() {
        found.push((begin, statement));
    }
    found
}

fn token_length(text: &str) -> usize {
    let first = text.chars().next().map_or(1, char::len_utf8);
    let until =
        |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    match text.as_bytes()[0] {
        quote @ (b'\'' | b'"' | b'`') => {
            let mut chars = text.char_indices().skip(1);
            while let Some((at, c)) = chars.next() {
                match c {
                    '\\' if quote != b'`' => drop(chars.next()),
                    c if c as u32 == u32::from(quote) => return at + 1,
                    _ => {}
                }
            }
            text.len()
        }
        b'#' => text.find('\n').unwrap_or(text.len()),
        b'-' if text.starts_with("-- ") || text.starts_with("--\n") => text.find('\n').unwrap_or(text.len()),
        b'/' if text.starts_with("/*") => until("*/", 2),
        _ => first,
    }
}
