//! The asynchronous half: blocking work moves to its own thread and can be interrupted.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use cadastre_engine::{
    AttachedFile, ColumnRef, DbError, Dialect, Driver, ErrorCode, IntrospectOptions, Rehearsal, Rehearse,
    Rights, RunContext, SKETCH_ROWS, SKETCH_SIZE, Secret, Stage, Target, TestReport,
};
use cadastre_model::{Model, QualifiedName};
use rusqlite::Connection;

use crate::assemble::{NAMESPACE, assemble};
use crate::connect::{files_of, open_read_only};
use crate::dialect::SqliteDialect;
use crate::rehearsal::rehearse;
use crate::{catalog, error::explain};

/// Reads SQLite files.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteDriver;

#[async_trait]
impl Driver for SqliteDriver {
    fn dialect(&self) -> &dyn Dialect {
        &SqliteDialect
    }

    async fn test(&self, target: &Target, _secret: Option<&Secret>) -> Result<TestReport, DbError> {
        let files = files_of(target)?;
        run_blocking(move || test_files(&files)).await
    }

    async fn elaborate(
        &self,
        _scratch: Option<&Target>,
        _secret: Option<&Secret>,
        script: &str,
        _context: &RunContext,
    ) -> Result<Model, DbError> {
        elaborate_script(script.to_owned()).await
    }

    async fn rehearse(
        &self,
        _scratch: Option<&Target>,
        _secret: Option<&Secret>,
        what: &Rehearse<'_>,
        context: &RunContext,
    ) -> Result<Rehearsal, DbError> {
        let (script, from, plan) = (what.script.to_owned(), what.from.clone(), what.plan.clone());
        let (with_rows, cancel) = (what.with_rows, context.cancel.clone());
        run_blocking(move || {
            let what = Rehearse { script: &script, from: &from, plan: &plan, with_rows };
            let path = scratch_file();
            let context = RunContext::new(cancel, |_| ());
            let done = rehearse(&path, &what, &context).and_then(|rows| {
                let model = introspect_files(&[main(&path)], &context, &SharedInterrupt::default())?;
                Ok(Rehearsal { model, steps: Vec::new(), rows })
            });
            // A file in the folder for temporary files that cannot be removed is the system's to remove.
            let _ = std::fs::remove_file(&path);
            done
        })
        .await
    }

    async fn holding_rows(
        &self,
        target: &Target,
        _secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<bool>, DbError> {
        let files = files_of(target)?;
        let tables = tables.to_vec();
        run_blocking(move || {
            let open = |file: &AttachedFile| {
                open_read_only(&file.path, "looking for rows")
                    .map(|connection| (file.name.clone(), connection))
            };
            let connections: HashMap<String, Connection> =
                files.iter().map(open).collect::<Result<_, _>>()?;
            let holds = |table: &QualifiedName| {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", crate::dialect::quote(&table.name));
                let connection = connections.get(&table.namespace)?;
                connection.query_row(&sql, [], |row| row.get::<_, bool>(0)).ok()
            };
            // In doubt there are some.
            Ok(tables.iter().map(|table| holds(table).unwrap_or(true)).collect())
        })
        .await
    }

    async fn table_sizes(
        &self,
        target: &Target,
        _secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
        let files = files_of(target)?;
        let tables = tables.to_vec();
        run_blocking(move || {
            let count = |table: &QualifiedName| {
                let file = files.iter().find(|file| file.name == table.namespace)?;
                let connection = open_read_only(&file.path, "asking how large tables are").ok()?;
                let sql = format!("SELECT count(*) FROM {}", crate::dialect::quote(&table.name));
                let count = connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).ok()?;
                Some((u64::try_from(count).ok()?, None))
            };
            Ok(tables.iter().map(count).collect())
        })
        .await
    }

    async fn value_sketches(
        &self,
        target: &Target,
        _secret: Option<&Secret>,
        columns: &[ColumnRef],
    ) -> Result<Vec<Option<Vec<String>>>, DbError> {
        let files = files_of(target)?;
        let columns = columns.to_vec();
        run_blocking(move || {
            let of = |it: &ColumnRef| {
                let file = files.iter().find(|file| file.name == it.table.namespace)?;
                let connection = open_read_only(&file.path, "comparing values").ok()?;
                sketch(&connection, it).ok()
            };
            Ok(columns.iter().map(of).collect())
        })
        .await
    }

    async fn introspect(
        &self,
        target: &Target,
        _secret: Option<&Secret>,
        _options: &IntrospectOptions,
        context: &RunContext,
    ) -> Result<Model, DbError> {
        let files = files_of(target)?;
        let cancel = context.cancel.clone();
        let (progress, mut progressed) = tokio::sync::mpsc::unbounded_channel();
        let inner = RunContext::new(cancel.clone(), move |event| {
            // The receiver only goes away when the whole call does.
            let _ = progress.send(event);
        });
        let handle = Arc::new(std::sync::Mutex::new(None));
        let shared = handle.clone();
        let mut work = Box::pin(run_blocking(move || introspect_files(&files, &inner, &shared)));
        loop {
            tokio::select! {
                result = &mut work => return result,
                Some(event) = progressed.recv() => {
                    context.report(event.stage, event.done as usize, event.total as usize);
                }
                () = cancel.cancelled() => {
                    interrupt(&handle);
                    return work.await.and(Err(cadastre_engine::Cancelled.into()));
                }
            }
        }
    }
}

/// The path of a file that is not there.
fn scratch_file() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("cadastre_scratch_{}_{number}.db", std::process::id());
    std::env::temp_dir().join(name).to_string_lossy().into_owned()
}

/// Runs a script in a file of our own, and reads it.
async fn elaborate_script(script: String) -> Result<Model, DbError> {
    run_blocking(move || {
        let path = scratch_file();
        let read = crate::connect::build_file(&path, &script).and_then(|()| {
            introspect_files(&[main(&path)], &RunContext::silent(), &SharedInterrupt::default())
        });
        // A file in the folder for temporary files that cannot be removed is the system's to remove.
        let _ = std::fs::remove_file(&path);
        read
    })
    .await
}

type SharedInterrupt = std::sync::Mutex<Option<rusqlite::InterruptHandle>>;

fn interrupt(handle: &SharedInterrupt) {
    if let Ok(guard) = handle.lock()
        && let Some(handle) = guard.as_ref()
    {
        handle.interrupt();
    }
}

async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(DbError::new(ErrorCode::Internal, format!("reading a SQLite file: the worker stopped ({error})")))
    })
}

fn main(path: &str) -> AttachedFile {
    AttachedFile { name: NAMESPACE.into(), path: path.to_owned() }
}

/// Reads each file by itself: nothing in one refers to another.
fn introspect_files(
    files: &[AttachedFile],
    context: &RunContext,
    handle: &SharedInterrupt,
) -> Result<Model, DbError> {
    let mut catalogs = Vec::with_capacity(files.len());
    for file in files {
        context.report(Stage::Connecting, 0, 1);
        let connection = open_read_only(&file.path, "opening the file")?;
        if let Ok(mut guard) = handle.lock() {
            *guard = Some(connection.get_interrupt_handle());
        }
        context.report(Stage::Connecting, 1, 1);
        catalogs.push((file.name.clone(), catalog::read(&connection, &file.path, context)?));
    }
    context.report(Stage::Building, 0, 1);
    let model = assemble(catalogs, &database_name(files.first().map_or("", |file| &file.path)))?;
    context.report(Stage::Building, 1, 1);
    Ok(model)
}

fn test_files(files: &[AttachedFile]) -> Result<TestReport, DbError> {
    let reports = files.iter().map(|file| test_file(&file.path));
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    let may_write = reports.iter().all(|report| report.rights == Rights::Owner);
    let first = reports.into_iter().next();
    let first = first.ok_or_else(|| DbError::new(ErrorCode::Internal, "testing the connection: no file"))?;
    Ok(TestReport { rights: if may_write { Rights::Owner } else { Rights::ReadOnly }, ..first })
}

fn test_file(path: &str) -> Result<TestReport, DbError> {
    let doing = "testing the connection";
    let connection = open_read_only(path, doing)?;
    let started = Instant::now();
    let version: String = connection
        .query_row("SELECT sqlite_version()", [], |row| row.get(0))
        .map_err(|error| explain(path, doing, &error))?;
    let latency_micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
    let writable = std::fs::OpenOptions::new().append(true).open(path).is_ok();
    Ok(TestReport {
        server: format!("SQLite {version}"),
        user: String::new(),
        database: database_name(path),
        rights: if writable { Rights::Owner } else { Rights::ReadOnly },
        encrypted: None,
        latency_micros,
    })
}

fn database_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or(path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The smallest hashes of the values of a column, as text, ascending.
fn sketch(connection: &Connection, of: &ColumnRef) -> rusqlite::Result<Vec<String>> {
    let (table, column) = (crate::dialect::quote(&of.table.name), crate::dialect::quote(&of.column));
    let sql = format!(
        "SELECT CAST(v AS TEXT) FROM (SELECT {column} AS v FROM {table} LIMIT {SKETCH_ROWS}) WHERE v IS NOT NULL"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut smallest = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let mut hasher = DefaultHasher::new();
        row.get_ref(0)?.as_bytes().unwrap_or_default().hash(&mut hasher);
        smallest.insert(format!("{:016x}", hasher.finish()));
        if smallest.len() > SKETCH_SIZE {
            smallest.pop_last();
        }
    }
    Ok(smallest.into_iter().collect())
}
