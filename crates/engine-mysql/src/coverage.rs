//! MySQL's and MariaDB's column of the coverage ledger.

use cadastre_engine::CoverageLine;

/// Every kind of thing a MySQL or MariaDB database can hold.
pub(crate) const COVERAGE: &[CoverageLine] = &[
    CoverageLine::modelled("tables", "storage engine, character set, collation, options, comment"),
    CoverageLine::modelled(
        "automatic numbers",
        "kept with the table and left out of comparison: they are data",
    ),
    CoverageLine::modelled("partitions", "the whole clause as the server writes it"),
    CoverageLine::modelled(
        "columns",
        "full type, NOT NULL, default, ON UPDATE, generated, AUTO_INCREMENT, invisible, character set, collation, SRID, compression (MariaDB), what the storage engine is told, comment",
    ),
    CoverageLine::modelled("primary keys", "prefix lengths, direction, method, comment"),
    CoverageLine::modelled(
        "indexes",
        "unique, prefix lengths, expressions, direction, full-text with parser, spatial, vector, invisible or ignored, comment",
    ),
    CoverageLine::modelled("foreign keys", "actions; tables of other databases by name"),
    CoverageLine::modelled("check constraints", "of columns (MariaDB) and tables, NOT ENFORCED"),
    CoverageLine::modelled("views", "query, algorithm, security, check option, definer"),
    CoverageLine::modelled("triggers", "the statement, order, SQL mode, definer"),
    CoverageLine::modelled("functions", "the statement, SQL mode, definer, comment"),
    CoverageLine::modelled("procedures", "the statement, SQL mode, definer, comment"),
    CoverageLine::modelled("events", "the statement, SQL mode, time zone, definer, comment"),
    CoverageLine::modelled(
        "character sets of clients",
        "that created a view or program; left out of comparison, and not restored where the text has other bytes in them than in UTF-8",
    ),
    CoverageLine::modelled("sequences", "all options, comment (MariaDB)"),
    CoverageLine::reported("storage engines of sequences", "where it is not InnoDB"),
    CoverageLine::modelled("system versioning", "of tables and columns, periods (MariaDB)"),
    CoverageLine::modelled("periods", "of the application, keys without overlaps (MariaDB)"),
    CoverageLine::modelled("definers", "where it is not the account that defines most of the database"),
    CoverageLine::reported("passwords of federated tables", "never kept; the rest of their address is"),
    CoverageLine::reported("privileges", "of tables, by account; they belong to the server"),
    CoverageLine::reported("broken views", "with the server's message"),
    CoverageLine::reported(
        "unreadable objects",
        "with the server's message, when rights are missing or something vanished",
    ),
    CoverageLine::reported("packages", "of MariaDB's Oracle mode"),
    CoverageLine::unsupported("accounts and roles", "belong to the server, not to the database"),
    CoverageLine::unsupported("tablespaces", "belong to the server; a table's own is kept by name"),
    CoverageLine::unsupported("loadable functions", "belong to the server"),
    CoverageLine::unsupported("columns of partitions' own options", "are part of the clause"),
];
