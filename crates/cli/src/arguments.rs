//! What the command understands.

use std::path::PathBuf;

use cadastre_app::export::ExportFormat;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Cadastre reads, shows and exports the schemas of databases.
///
/// A SOURCE is an address (postgres://user@host:5432/database, sqlite:/folder/file.db), the path of a SQLite file, a .json model
/// written by `cadastre inspect --format json`, or the word `demo` for the bundled example.
///
/// Passwords come from the address, PGPASSWORD or ~/.pgpass; they are never shown. PGHOST and the other PG* variables and
/// pg_service.conf are understood.
#[derive(Debug, Parser)]
#[command(name = "cadastre", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    /// Write errors as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Keep the demo database and other data in this folder instead of the platform's
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    error; the message says what to do
  2    `diff`: there are differences; any verb: wrong use of this command
  4    refused: something was perhaps renamed and nobody has said so; a plan that was kept does not hold any more
  130  cancelled

Examples:
  cadastre inspect demo
  cadastre inspect postgres://ann@localhost/shop --format sql -o shop.sql
  cadastre inspect shop.db --format svg -o shop.svg
  cadastre diff postgres://ann@localhost/shop postgres://ann@localhost/shop_new --format sql
  cadastre plan postgres://ann@localhost/shop postgres://ann@localhost/shop_new -o plan.json
  cadastre plan postgres://ann@localhost/shop postgres://ann@localhost/shop_new --check plan.json
  cadastre test postgres://ann@db.example/shop";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a schema and write it as a summary, SQL, JSON, DBML, Mermaid or a diagram
    Inspect(InspectOptions),
    /// Compare two schemas: what differs, the script that leads from the first to the second, or the one that goes back
    Diff(DiffOptions),
    /// Compare two schemas and keep the plan, to review it and to apply it later
    Plan(PlanOptions),
    /// Say whether a database can be reached, as whom, which server it is, and with which rights
    Test {
        /// The database's address
        url: String,
    },
    /// Write the bundled example database, or say where it is
    Demo {
        /// Where to write it; without a path it is kept in the data folder
        path: Option<PathBuf>,
    },
}

/// Options of `inspect`.
#[derive(Debug, Args)]
pub struct InspectOptions {
    /// An address, a SQLite file, a .json model, or `demo`
    pub source: String,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Summary)]
    pub format: Format,
    /// In the words of another engine: tables, columns, keys and indexes
    #[arg(long = "as", value_enum, value_name = "ENGINE")]
    pub engine: Option<Engine>,
    /// Only this schema; may be given several times
    #[arg(long = "schema", value_name = "NAME")]
    pub schemas: Vec<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What is compared, and how.
#[derive(Debug, Args)]
pub struct CompareOptions {
    /// What there is: an address, a SQLite file, a .json model, a .sql script, or `demo`
    pub from: String,
    /// What there is to be
    pub to: String,
    /// Only this schema; may be given several times
    #[arg(long = "schema", value_name = "NAME")]
    pub schemas: Vec<String>,
    /// This was renamed: schema.table=name or schema.table.column=name; MongoDB: collection.field=name
    #[arg(long = "rename", value_name = "OLD=NEW")]
    pub renames: Vec<String>,
    /// This was not renamed; '*' for all
    #[arg(long = "no-rename", value_name = "OLD=NEW")]
    pub no_renames: Vec<String>,
    /// A server on which databases of our own may be made and dropped
    #[arg(long, value_name = "URL")]
    pub scratch: Option<String>,
    /// Ask for the forms that lock least (indexes concurrently, constraints validated later)
    #[arg(long)]
    pub online: bool,
    /// Run the plan, and its way back, on a scratch database first
    #[arg(long)]
    pub prove: bool,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// The sides.
    #[command(flatten)]
    pub sides: CompareOptions,
    /// What to write
    #[arg(long, value_enum, default_value_t = DiffFormat::Summary)]
    pub format: DiffFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct PlanOptions {
    /// The sides.
    #[command(flatten)]
    pub sides: CompareOptions,
    /// The file the plan is written to
    #[arg(short, long, value_name = "FILE", required_unless_present = "check")]
    pub output: Option<PathBuf>,
    /// Write nothing, and say whether the plan in this file is still the plan between the two sides
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "prove"])]
    pub check: Option<PathBuf>,
}

/// The formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// A line for each difference
    Summary,
    /// The plan
    Json,
    /// A script that the engine's own client runs
    Sql,
    /// The script that goes back
    Reverse,
}

/// Engines a schema can be told in the words of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// PostgreSQL
    Postgres,
    /// MySQL and MariaDB
    Mysql,
    /// SQLite
    Sqlite,
}

impl Engine {
    /// The engine's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }
}

/// The formats of `inspect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// What there is, counted, and what is not modelled
    Summary,
    /// The model, versioned; can be read back
    Json,
    /// A script that the engine's own client runs
    Sql,
    /// For dbdiagram.io
    Dbml,
    /// A Mermaid erDiagram
    Mermaid,
    /// The ER diagram as a picture
    Svg,
}

impl Format {
    /// The format as the use case knows it; `None` for the summary.
    pub fn export(self) -> Option<ExportFormat> {
        match self {
            Self::Summary => None,
            Self::Json => Some(ExportFormat::Json),
            Self::Sql => Some(ExportFormat::Sql),
            Self::Dbml => Some(ExportFormat::Dbml),
            Self::Mermaid => Some(ExportFormat::Mermaid),
            Self::Svg => Some(ExportFormat::SvgLight),
        }
    }
}

impl Arguments {
    /// The data folder asked for, or the platform's.
    pub fn data_folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(cadastre_app::workspace::data_folder)
    }
}
