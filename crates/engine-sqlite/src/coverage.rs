//! SQLite's column of the coverage ledger.

use cadastre_engine::CoverageLine;

/// Every kind of thing a SQLite file can hold.
pub(crate) const COVERAGE: &[CoverageLine] = &[
    CoverageLine::modelled(
        "tables",
        "STRICT, WITHOUT ROWID; the stored statement is kept and exported as it stands",
    ),
    CoverageLine::modelled(
        "columns",
        "type, NOT NULL, default, collation, generated, AUTOINCREMENT, ON CONFLICT",
    ),
    CoverageLine::modelled("primary keys", "name, direction, ON CONFLICT"),
    CoverageLine::modelled("unique constraints", "name, ON CONFLICT"),
    CoverageLine::modelled(
        "foreign keys",
        "actions, deferrability; MATCH is parsed by SQLite and has no effect",
    ),
    CoverageLine::modelled("check constraints", "of columns and tables, names"),
    CoverageLine::modelled("indexes", "expressions, collation, direction, predicate"),
    CoverageLine::modelled("views", "columns as far as the view is not broken"),
    CoverageLine::modelled("triggers", "the stored statement"),
    CoverageLine::modelled("virtual tables", "module and arguments; their shadow tables are hidden"),
    CoverageLine::modelled("comments", "those inside a stored CREATE TABLE"),
    CoverageLine::reported("broken views", "kept as views without columns, and named"),
    CoverageLine::modelled(
        "attached databases",
        "named with the address, each a schema; plans are made for one file",
    ),
];
