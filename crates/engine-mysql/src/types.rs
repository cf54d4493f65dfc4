//! MySQL's types in common words, and the other way round. Manual: chapter "Data Types".

use cadastre_engine::{CommonType, type_words};

/// A type as all engines have it.
pub(crate) fn common_type(data_type: &str) -> Option<CommonType> {
    let (words, numbers) = type_words(data_type);
    let unsigned = words.contains("unsigned") || words.contains("zerofill");
    let length = numbers.first().copied();
    let integer = |bytes| CommonType::Integer { bytes, unsigned };
    Some(match words.split(' ').next().unwrap_or_default() {
        "tinyint" if length == Some(1) && !unsigned => CommonType::Boolean,
        "tinyint" => integer(1),
        "smallint" => integer(2),
        "mediumint" => integer(3),
        "int" => integer(4),
        "bigint" => integer(8),
        "year" => CommonType::Integer { bytes: 2, unsigned: false },
        "decimal" => CommonType::Decimal(Some((length.unwrap_or(10), numbers.get(1).copied().unwrap_or(0)))),
        "float" => CommonType::Real(4),
        "double" => CommonType::Real(8),
        "bit" if length == Some(1) => CommonType::Boolean,
        "char" => CommonType::Char(length.unwrap_or(1)),
        "varchar" => CommonType::Text(length),
        "tinytext" | "text" | "mediumtext" | "longtext" => CommonType::Text(None),
        "binary" | "varbinary" => CommonType::Bytes(length),
        "tinyblob" | "blob" | "mediumblob" | "longblob" => CommonType::Bytes(None),
        "date" => CommonType::Date,
        "time" => CommonType::Time,
        "datetime" => CommonType::Timestamp { zoned: false },
        "timestamp" => CommonType::Timestamp { zoned: true },
        "json" => CommonType::Json,
        "uuid" => CommonType::Uuid,
        _ => return None,
    })
}

/// The words for a type.
pub(crate) fn type_text(common: CommonType) -> String {
    match common {
        CommonType::Boolean => "tinyint(1)".into(),
        CommonType::Integer { bytes, unsigned } => {
            let word = match bytes {
                0..=1 => "tinyint",
                2 => "smallint",
                3 => "mediumint",
                4 => "int",
                _ => "bigint",
            };
            format!("{word}{}", if unsigned { " unsigned" } else { "" })
        }
        // The most digits there are; half of them after the point.
        CommonType::Decimal(None) => "decimal(65,30)".into(),
        CommonType::Decimal(Some((digits, scale))) => {
            let (digits, scale) = (digits.clamp(1, 65), scale.min(30));
            format!("decimal({},{scale})", digits.max(scale))
        }
        CommonType::Real(..=4) => "float".into(),
        CommonType::Real(_) => "double".into(),
        CommonType::Char(length @ ..=255) => format!("char({length})"),
        CommonType::Char(length @ ..=4_000) | CommonType::Text(Some(length @ ..=4_000)) => {
            format!("varchar({length})")
        }
        CommonType::Char(_) | CommonType::Text(_) => "longtext".into(),
        CommonType::Bytes(Some(length @ ..=4_000)) => format!("varbinary({length})"),
        CommonType::Bytes(_) => "longblob".into(),
        CommonType::Date => "date".into(),
        CommonType::Time => "time(6)".into(),
        // Its own moments end in 2038.
        CommonType::Timestamp { .. } => "datetime(6)".into(),
        CommonType::Json => "json".into(),
        CommonType::Uuid => "char(36)".into(),
    }
}
