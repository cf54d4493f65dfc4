//! What there is, from a fixed number of lists; then all `SHOW CREATE` statements in one batch.

use cadastre_engine::{DbError, RunContext, Stage};
use cadastre_model::ClientCharset;
use futures_util::StreamExt;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column, Either, Executor, Row};

use crate::dialect::quote;
use crate::error::explain;

/// `SHOW FULL TABLES`.
#[derive(Debug)]
pub(crate) struct RelationRow {
    pub name: String,
    pub kind: RelationKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    Table,
    View,
    Sequence,
}

#[derive(Debug)]
pub(crate) struct RoutineRow {
    pub name: String,
    pub kind: String,
    pub returns: Option<String>,
    pub comment: Option<String>,
    pub definer: String,
}

#[derive(Debug)]
pub(crate) struct TriggerRow {
    pub name: String,
    pub table: String,
    pub timing: String,
    pub event: String,
    pub order: u32,
    pub definer: String,
}

#[derive(Debug)]
pub(crate) struct EventRow {
    pub name: String,
    pub comment: Option<String>,
    pub definer: String,
}

/// A column of a view, from `SHOW FULL COLUMNS`.
#[derive(Debug)]
pub(crate) struct ViewColumnRow {
    pub name: String,
    pub data_type: String,
    pub not_null: bool,
}

/// A statement as shown, with the session it was made in.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub statement: String,
    pub sql_mode: String,
    pub time_zone: Option<String>,
    /// Of views and programs.
    pub client: Option<ClientCharset>,
}

/// What a `SHOW` of the batch gave; the reason where it gave nothing.
pub(crate) type Answer<T> = Result<T, String>;

/// Everything read from one database.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// Default collation by character set.
    pub collations: Vec<(String, String)>,
    pub relations: Vec<(RelationRow, Answer<Shown>)>,
    /// In the order of the views.
    pub view_columns: Vec<Answer<Vec<ViewColumnRow>>>,
    pub routines: Vec<(RoutineRow, Answer<Shown>)>,
    pub triggers: Vec<(TriggerRow, Answer<Shown>)>,
    pub events: Vec<(EventRow, Answer<Shown>)>,
    /// Who has which rights on what: listed, not modelled.
    pub privileges: Vec<String>,
}

/// How many lists are read before the batch.
pub(crate) const LISTS: usize = 6;

const ROUTINES: &str = "SELECT ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_COMMENT, DEFINER \
    FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME";
const TRIGGERS: &str = "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, CAST(ACTION_ORDER AS CHAR), DEFINER \
    FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER";
const EVENTS: &str = "SELECT EVENT_NAME, EVENT_COMMENT, DEFINER FROM information_schema.EVENTS \
    WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME";
const PRIVILEGES: &str = "SELECT CONCAT(GRANTEE, ': ', GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY PRIVILEGE_TYPE SEPARATOR ', '), ' on ', TABLE_NAME) \
    FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE() GROUP BY GRANTEE, TABLE_NAME ORDER BY GRANTEE, TABLE_NAME";

/// Text of a column; nothing for NULL. The server's catalogues send some texts as binary.
fn text(row: &MySqlRow, at: usize) -> Option<String> {
    match row.try_get_unchecked::<Option<Vec<u8>>, _>(at) {
        Ok(Some(bytes)) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    }
}

fn required(row: &MySqlRow, at: usize) -> String {
    text(row, at).unwrap_or_default()
}

async fn list(connection: &mut MySqlConnection, sql: &'static str) -> Result<Vec<MySqlRow>, DbError> {
    let rows = connection.fetch_all(sqlx::raw_sql(sql)).await;
    rows.map_err(|error| explain("reading the catalogue", &error))
}

/// Reads everything.
///
/// # Errors
/// A lost connection, or cancellation. Single objects that cannot be read are part of the answer.
pub(crate) async fn read(connection: &mut MySqlConnection, context: &RunContext) -> Result<Catalog, DbError> {
    let mut done = 0;
    let mut step = || {
        context.report(Stage::Reading, done, LISTS + 1);
        done += 1;
        context.check()
    };
    step()?;
    let sets = list(connection, "SHOW CHARACTER SET").await?;
    let collations = sets.iter().map(|row| (required(row, 0), required(row, 2))).collect();
    step()?;
    let relations: Vec<RelationRow> =
        list(connection, "SHOW FULL TABLES").await?.iter().filter_map(relation).collect();
    step()?;
    let routines: Vec<RoutineRow> = list(connection, ROUTINES).await?.iter().map(routine).collect();
    step()?;
    let triggers: Vec<TriggerRow> = list(connection, TRIGGERS).await?.iter().map(trigger).collect();
    step()?;
    let events: Vec<EventRow> = list(connection, EVENTS).await?.iter().map(event).collect();
    step()?;
    let privileges = list(connection, PRIVILEGES).await?.iter().map(|row| required(row, 0)).collect();
    step()?;
    let mut statements = Vec::new();
    let of_kind = |kind: RelationKind| match kind {
        RelationKind::Table => "TABLE",
        RelationKind::View => "VIEW",
        RelationKind::Sequence => "SEQUENCE",
    };
    statements.extend(
        relations.iter().map(|row| format!("SHOW CREATE {} {}", of_kind(row.kind), quote(&row.name))),
    );
    let views = relations.iter().filter(|row| row.kind == RelationKind::View);
    statements.extend(views.map(|row| format!("SHOW FULL COLUMNS FROM {}", quote(&row.name))));
    statements.extend(routines.iter().map(|row| format!("SHOW CREATE {} {}", row.kind, quote(&row.name))));
    statements.extend(triggers.iter().map(|row| format!("SHOW CREATE TRIGGER {}", quote(&row.name))));
    statements.extend(events.iter().map(|row| format!("SHOW CREATE EVENT {}", quote(&row.name))));
    let mut answers = batch(connection, &statements, context).await?.into_iter();
    let mut shown =
        |at: Columns| answers.next().map_or_else(|| Err("no answer".into()), |rows| one(rows, at));
    let is_view = |row: &RelationRow| row.kind == RelationKind::View;
    let count = relations.iter().filter(|row| is_view(row)).count();
    let relations = relations.into_iter().map(|row| (row, shown(Columns::RELATION))).collect();
    let view_columns = answers
        .by_ref()
        .take(count)
        .map(|rows| rows.map(|rows| rows.iter().map(view_column).collect()))
        .collect();
    let mut shown =
        |at: Columns| answers.next().map_or_else(|| Err("no answer".into()), |rows| one(rows, at));
    Ok(Catalog {
        collations,
        relations,
        view_columns,
        routines: routines.into_iter().map(|row| (row, shown(Columns::PROGRAM))).collect(),
        triggers: triggers.into_iter().map(|row| (row, shown(Columns::PROGRAM))).collect(),
        events: events.into_iter().map(|row| (row, shown(Columns::EVENT))).collect(),
        privileges,
    })
}

fn relation(row: &MySqlRow) -> Option<RelationRow> {
    let kind = match required(row, 1).as_str() {
        "VIEW" => RelationKind::View,
        "SEQUENCE" => RelationKind::Sequence,
        // The server's own tables of temporary use are no schema.
        "TEMPORARY" | "TEMPORARY SEQUENCE" | "LOCAL TEMPORARY" => return None,
        _ => RelationKind::Table,
    };
    Some(RelationRow { name: required(row, 0), kind })
}

fn routine(row: &MySqlRow) -> RoutineRow {
    let (kind, returns) = (required(row, 1), text(row, 2));
    RoutineRow { name: required(row, 0), kind, returns, comment: text(row, 3), definer: required(row, 4) }
}

fn trigger(row: &MySqlRow) -> TriggerRow {
    TriggerRow {
        name: required(row, 0),
        table: required(row, 1),
        timing: required(row, 2),
        event: required(row, 3),
        order: required(row, 4).parse().unwrap_or(1),
        definer: required(row, 5),
    }
}

fn event(row: &MySqlRow) -> EventRow {
    EventRow { name: required(row, 0), comment: text(row, 1), definer: required(row, 2) }
}

fn view_column(row: &MySqlRow) -> ViewColumnRow {
    ViewColumnRow { name: required(row, 0), data_type: required(row, 1), not_null: required(row, 3) == "NO" }
}

/// Where a `SHOW CREATE` has what.
#[derive(Clone, Copy)]
struct Columns {
    statement: usize,
    sql_mode: Option<usize>,
    time_zone: Option<usize>,
    /// The character set of the client, and behind it the collation of the connection.
    client: usize,
}

impl Columns {
    const RELATION: Self = Self { statement: 1, sql_mode: None, time_zone: None, client: 2 };
    const PROGRAM: Self = Self { statement: 2, sql_mode: Some(1), time_zone: None, client: 3 };
    const EVENT: Self = Self { statement: 3, sql_mode: Some(1), time_zone: Some(2), client: 4 };
}

/// Tables have none.
fn client(row: &MySqlRow, at: usize) -> Option<ClientCharset> {
    let is_there = row.columns().get(at).is_some_and(|column| column.name() == "character_set_client");
    let (character_set, collation) = (is_there.then(|| text(row, at))??, text(row, at + 1)?);
    Some(ClientCharset { character_set, collation })
}

fn one(rows: Answer<Vec<MySqlRow>>, at: Columns) -> Answer<Shown> {
    let rows = rows?;
    let row = rows.first().ok_or("it is gone")?;
    // The text of a program is kept from whoever may not alter it.
    let statement = text(row, at.statement).ok_or("its text may not be read")?;
    Ok(Shown {
        statement,
        sql_mode: at.sql_mode.map(|at| required(row, at)).unwrap_or_default(),
        time_zone: at.time_zone.and_then(|at| text(row, at)),
        client: client(row, at.client),
    })
}

/// No packet is larger; servers take 16 MiB unless told otherwise.
const PACKET: usize = 1 << 20;

/// Runs all statements in as few round trips as packets allow. A statement that fails ends its packet, which is taken up again
/// behind it.
async fn batch(
    connection: &mut MySqlConnection,
    statements: &[String],
    context: &RunContext,
) -> Result<Vec<Answer<Vec<MySqlRow>>>, DbError> {
    let mut answers: Vec<Answer<Vec<MySqlRow>>> = Vec::with_capacity(statements.len());
    while answers.len() < statements.len() {
        context.check()?;
        let rest = &statements[answers.len()..];
        let mut size = 0;
        let fits = |statement: &&String| {
            size += statement.len() + 1;
            size <= PACKET
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let packet = rest[..count].join(";");
        let mut stream = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(packet)));
        let mut rows = Vec::new();
        let expected = answers.len() + count;
        while let Some(item) = stream.next().await {
            match item {
                Ok(Either::Right(row)) => rows.push(row),
                Ok(Either::Left(_)) if answers.len() < expected => {
                    answers.push(Ok(std::mem::take(&mut rows)))
                }
                Ok(Either::Left(_)) => {}
                Err(error) if error.as_database_error().is_some() => {
                    answers.push(Err(error
                        .as_database_error()
                        .map(|it| it.message().to_owned())
                        .unwrap_or_default()));
                    break;
                }
                Err(error) => return Err(explain("reading the catalogue", &error)),
            }
        }
    }
    Ok(answers)
}
