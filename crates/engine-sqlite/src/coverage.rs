//! SQLite's column of the coverage ledger.

use cadastre_engine::{Coverage, CoverageLine};

const fn modelled(kind: &'static str, note: &'static str) -> CoverageLine {
    CoverageLine { kind, coverage: Coverage::Modelled, note }
}

/// Every kind of thing a SQLite file can hold.
pub(crate) const COVERAGE: &[CoverageLine] = &[
    modelled("tables", "STRICT, WITHOUT ROWID; the stored statement is kept and exported as it stands"),
    modelled("columns", "type, NOT NULL, default, collation, generated, AUTOINCREMENT, ON CONFLICT"),
    modelled("primary keys", "name, direction, ON CONFLICT"),
    modelled("unique constraints", "name, ON CONFLICT"),
    modelled("foreign keys", "actions, deferrability; MATCH is parsed by SQLite and has no effect"),
    modelled("check constraints", "of columns and tables, names"),
    modelled("indexes", "expressions, collation, direction, predicate"),
    modelled("views", "columns as far as the view is not broken"),
    modelled("triggers", "the stored statement"),
    modelled("virtual tables", "module and arguments; their shadow tables are hidden"),
    modelled("comments", "those inside a stored CREATE TABLE"),
    CoverageLine {
        kind: "broken views",
        coverage: Coverage::Reported,
        note: "kept as views without columns, and named",
    },
    CoverageLine {
        kind: "attached databases",
        coverage: Coverage::Unsupported,
        note: "an attachment belongs to a session",
    },
];
