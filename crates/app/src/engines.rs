//! Which engines there are: the only place that lists them.

use std::collections::HashMap;

use cadastre_engine::{DbError, Dialect, Driver, ErrorCode, Secret, Target};
use cadastre_engine_mongodb::{MongoDialect, MongoDriver};
use cadastre_engine_mysql::{Environment as MySqlEnvironment, MySqlDialect, MySqlDriver};
use cadastre_engine_postgres::{Environment, PostgresDialect, PostgresDriver};
use cadastre_engine_sqlite::{SqliteDialect, SqliteDriver};
use cadastre_model::Origin;

/// The engines' words, in the order in which a person is offered them.
pub const ENGINES: [&str; 4] = ["postgres", "mysql", "sqlite", "mongodb"];

/// The driver for an engine's word.
pub fn driver(engine: &str) -> Option<&'static dyn Driver> {
    match engine {
        "postgres" => Some(&PostgresDriver),
        "mysql" => Some(&MySqlDriver),
        "sqlite" => Some(&SqliteDriver),
        "mongodb" => Some(&MongoDriver),
        _ => None,
    }
}

/// The dialect for an engine's word.
pub fn dialect(engine: &str) -> Option<&'static dyn Dialect> {
    match engine {
        "postgres" => Some(&PostgresDialect),
        "mysql" => Some(&MySqlDialect),
        "sqlite" => Some(&SqliteDialect),
        "mongodb" => Some(&MongoDialect),
        _ => None,
    }
}

/// Product and version of where a model was read, as people say it.
pub fn product(origin: &Origin) -> String {
    dialect(&origin.engine).map_or_else(|| origin.version.clone(), |dialect| dialect.product(&origin.version))
}

/// Reads an address as a person writes it, and the password that belongs to it.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] when no engine understands it; the engine's own words when one does in part.
pub fn parse_url(text: &str) -> Result<(Target, Option<Secret>), DbError> {
    let text = text.trim();
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
    match scheme.as_str() {
        "postgres" | "postgresql" => cadastre_engine_postgres::parse_url(text, &Environment::of_process()),
        "mysql" | "mariadb" => cadastre_engine_mysql::parse_url(text, &MySqlEnvironment::of_process()),
        "mongodb" | "mongodb+srv" => cadastre_engine_mongodb::parse_url(text),
        "sqlite" | "file" => cadastre_engine_sqlite::parse_url(text).map(|target| (target, None)),
        _ if !text.is_empty() && !text.contains("://") && std::path::Path::new(text).exists() => {
            cadastre_engine_sqlite::parse_url(text).map(|target| (target, None))
        }
        "" => Err(unknown("it has no scheme, and no file has this name")),
        other => Err(unknown(&format!("{other}: is no scheme of an engine that is supported"))),
    }
}

fn unknown(what: &str) -> DbError {
    DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}"))
        .with_hint("addresses start with postgres://, mysql://, mariadb://, mongodb:// or sqlite:")
}

/// The password that stands in the address itself, not one found in the environment.
pub fn password_in(text: &str) -> Option<String> {
    let text = text.trim();
    // The user may be left to the environment; who it is makes no difference to what stands in the address.
    let variables: HashMap<String, String> = [("USER".to_owned(), "-".to_owned())].into();
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
    let secret = match scheme.as_str() {
        "mysql" | "mariadb" => {
            cadastre_engine_mysql::parse_url(text, &MySqlEnvironment { variables, home: None })
        }
        "mongodb" | "mongodb+srv" => cadastre_engine_mongodb::parse_url(text),
        _ => {
            // A service file may be what makes the address complete.
            let home = Environment::of_process().home;
            let environment = Environment { variables, home };
            let parsed = cadastre_engine_postgres::parse_url(text, &environment);
            let has_own = text.split_once("://").is_some_and(|(_, rest)| {
                rest.split_once('@').is_some_and(|(login, _)| login.contains(':'))
                    || rest.contains("password=")
            });
            return parsed
                .ok()
                .filter(|_| has_own)
                .and_then(|(_, secret)| secret)
                .map(|secret| secret.expose().to_owned());
        }
    };
    secret.ok().and_then(|(_, secret)| secret).map(|secret| secret.expose().to_owned())
}

/// The password the environment knows for a target (`PGPASSWORD`, the password file).
pub fn password_for(target: &Target) -> Option<Secret> {
    match target {
        Target::Postgres(_) | Target::MySql(_) => {
            parse_url(&target.url()).ok().and_then(|(_, secret)| secret)
        }
        Target::Sqlite { .. } | Target::MongoDb(_) => None,
    }
}
