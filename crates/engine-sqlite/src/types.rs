//! SQLite's types in common words, and the other way round. Declared types are free; these are what people declare, and after
//! them what the affinity tells (manual: "Datatypes In SQLite", section 3.1).

use cadastre_engine::{CommonType, type_words};

/// A type as all engines have it.
pub(crate) fn common_type(data_type: &str) -> Option<CommonType> {
    let (words, numbers) = type_words(data_type);
    let length = numbers.first().copied();
    let has = |word: &str| words.contains(word);
    Some(match words.as_str() {
        "boolean" | "bool" => CommonType::Boolean,
        "date" => CommonType::Date,
        "time" => CommonType::Time,
        "datetime" | "timestamp" => CommonType::Timestamp { zoned: false },
        "timestamptz" | "timestamp with time zone" => CommonType::Timestamp { zoned: true },
        "json" | "jsonb" => CommonType::Json,
        "uuid" => CommonType::Uuid,
        "decimal" | "numeric" => {
            CommonType::Decimal(length.map(|digits| (digits, numbers.get(1).copied().unwrap_or(0))))
        }
        "char" | "character" | "nchar" => CommonType::Char(length.unwrap_or(1)),
        "" => return None,
        // The rules of affinity, in their order.
        _ if has("int") => CommonType::Integer { bytes: 8, unsigned: false },
        _ if has("char") || has("clob") || has("text") => CommonType::Text(length),
        _ if has("blob") || has("binary") => CommonType::Bytes(length),
        _ if has("real") || has("floa") || has("doub") => CommonType::Real(8),
        _ => return None,
    })
}

/// The words for a type.
pub(crate) fn type_text(common: CommonType) -> String {
    match common {
        CommonType::Boolean => "BOOLEAN".into(),
        CommonType::Integer { .. } => "INTEGER".into(),
        CommonType::Decimal(None) => "DECIMAL".into(),
        CommonType::Decimal(Some((digits, scale))) => format!("DECIMAL({digits},{scale})"),
        CommonType::Real(_) => "REAL".into(),
        CommonType::Char(length) => format!("CHAR({length})"),
        CommonType::Text(Some(length)) => format!("VARCHAR({length})"),
        CommonType::Text(None) => "TEXT".into(),
        CommonType::Bytes(_) => "BLOB".into(),
        CommonType::Date => "DATE".into(),
        CommonType::Time => "TIME".into(),
        CommonType::Timestamp { zoned: false } => "TIMESTAMP".into(),
        CommonType::Timestamp { zoned: true } => "TIMESTAMPTZ".into(),
        CommonType::Json => "JSON".into(),
        CommonType::Uuid => "UUID".into(),
    }
}
