//! PostgreSQL's types in common words, and the other way round. Manual: chapter "Data Types".

use cadastre_engine::{CommonType, type_words};

/// A type as all engines have it.
pub(crate) fn common_type(data_type: &str) -> Option<CommonType> {
    let (words, numbers) = type_words(data_type);
    let length = numbers.first().copied();
    Some(match words.as_str() {
        "boolean" => CommonType::Boolean,
        "smallint" => CommonType::Integer { bytes: 2, unsigned: false },
        "integer" => CommonType::Integer { bytes: 4, unsigned: false },
        "bigint" => CommonType::Integer { bytes: 8, unsigned: false },
        "numeric" => CommonType::Decimal(length.map(|digits| (digits, numbers.get(1).copied().unwrap_or(0)))),
        "real" => CommonType::Real(4),
        "double precision" => CommonType::Real(8),
        "character" => CommonType::Char(length.unwrap_or(1)),
        "character varying" => CommonType::Text(length),
        "text" => CommonType::Text(None),
        "bytea" => CommonType::Bytes(None),
        "date" => CommonType::Date,
        "time without time zone" => CommonType::Time,
        "timestamp without time zone" => CommonType::Timestamp { zoned: false },
        "timestamp with time zone" => CommonType::Timestamp { zoned: true },
        "json" | "jsonb" => CommonType::Json,
        "uuid" => CommonType::Uuid,
        _ => return None,
    })
}

/// The words for a type. What has no sign goes into the next larger one.
pub(crate) fn type_text(common: CommonType) -> String {
    match common {
        CommonType::Boolean => "boolean".into(),
        CommonType::Integer { bytes: 0..=1, .. } | CommonType::Integer { bytes: 2, unsigned: false } => {
            "smallint".into()
        }
        CommonType::Integer { bytes: 2..=3, .. } | CommonType::Integer { bytes: 4, unsigned: false } => {
            "integer".into()
        }
        CommonType::Integer { bytes: 8.., unsigned: true } => "numeric(20,0)".into(),
        CommonType::Integer { .. } => "bigint".into(),
        CommonType::Decimal(None) => "numeric".into(),
        CommonType::Decimal(Some((digits, scale))) => format!("numeric({digits},{scale})"),
        CommonType::Real(..=4) => "real".into(),
        CommonType::Real(_) => "double precision".into(),
        CommonType::Char(length) => format!("character({length})"),
        CommonType::Text(Some(length)) => format!("character varying({length})"),
        CommonType::Text(None) => "text".into(),
        CommonType::Bytes(_) => "bytea".into(),
        CommonType::Date => "date".into(),
        CommonType::Time => "time without time zone".into(),
        CommonType::Timestamp { zoned: false } => "timestamp without time zone".into(),
        CommonType::Timestamp { zoned: true } => "timestamp with time zone".into(),
        CommonType::Json => "jsonb".into(),
        CommonType::Uuid => "uuid".into(),
    }
}
