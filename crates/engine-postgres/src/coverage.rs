//! PostgreSQL's column of the coverage ledger.

use cadastre_engine::{Coverage, CoverageLine};

const fn modelled(kind: &'static str, note: &'static str) -> CoverageLine {
    CoverageLine { kind, coverage: Coverage::Modelled, note }
}

const fn reported(kind: &'static str, note: &'static str) -> CoverageLine {
    CoverageLine { kind, coverage: Coverage::Reported, note }
}

const fn unsupported(kind: &'static str, note: &'static str) -> CoverageLine {
    CoverageLine { kind, coverage: Coverage::Unsupported, note }
}

/// Every kind of thing a PostgreSQL database can hold.
pub(crate) const COVERAGE: &[CoverageLine] = &[
    modelled("schemas", "comment, owner, grants; `public` is taken as given"),
    modelled("extensions", "name, schema, version; their members are left out"),
    modelled("enums", "labels in order"),
    modelled("domains", "base type, default, NOT NULL, collation, checks"),
    modelled("composite types", "attributes with collation"),
    modelled("range types", "all options; the multirange type by name"),
    modelled("sequences", "options, owner column"),
    modelled("tables", "storage parameters, unlogged, inheritance, access method, replica identity"),
    modelled("partitions", "key, bounds, sub-partitions, attached keys and indexes"),
    modelled("foreign tables", "server and options; the server itself is reported"),
    modelled(
        "columns",
        "type, NOT NULL, default, generated, identity, collation, storage, compression, statistics target",
    ),
    modelled("primary keys", "include, deferrability, storage parameters"),
    modelled("unique constraints", "as primary keys; NULLS NOT DISTINCT"),
    modelled("foreign keys", "actions, columns of SET NULL, match, deferrability, NOT VALID"),
    modelled("check constraints", "NO INHERIT, NOT VALID, inherited ones"),
    modelled("exclusion constraints", "as the server writes them"),
    modelled(
        "indexes",
        "columns, expressions, order, collation, operator class, predicate, include, method, validity",
    ),
    modelled("views", "query, options"),
    modelled("materialized views", "query, storage parameters, indexes; not whether rows were fetched"),
    modelled("rules", "as the server writes them; enabled state"),
    modelled("functions", "as the server writes them; window functions too"),
    modelled("procedures", "as the server writes them"),
    modelled("aggregates", "all options; ordered-set and moving aggregates too"),
    modelled("operators", "put together from the catalogue; owners are not read"),
    modelled("triggers", "as the server writes them; enabled state; clones of partitions left out"),
    modelled("policies", "command, roles, conditions, permissive or restrictive"),
    modelled("row-level security", "enabled, forced"),
    modelled("statistics objects", "as the server writes them"),
    modelled("comments", "on everything modelled"),
    modelled("owners", "where it is not the role that owns most of the database"),
    modelled("grants", "on schemas, types, tables, columns, sequences, routines"),
    reported("typed tables", "modelled as tables; the type they were made of is only named"),
    reported("foreign keys into schemas left out", "when only some schemas are read"),
    reported("casts", ""),
    reported("operator classes", ""),
    reported("operator families", ""),
    reported("collations", ""),
    reported("conversions", ""),
    reported("text search configurations", ""),
    reported("text search dictionaries", ""),
    reported("text search parsers", ""),
    reported("text search templates", ""),
    reported("languages", ""),
    reported("access methods", ""),
    reported("event triggers", ""),
    reported("publications", ""),
    reported("foreign data wrappers", ""),
    reported("foreign servers", ""),
    reported("user mappings", "their options may be secret and are never read"),
    reported("transforms", ""),
    reported("default privileges", ""),
    reported("base types", "need functions in C"),
    unsupported("subscriptions", "only superusers may see them"),
    unsupported("tablespaces", "belong to the server, not to the database"),
    unsupported("roles", "belong to the server, not to the database"),
    unsupported("large objects", "are data"),
    unsupported("security labels", "no provider is known to us"),
    unsupported("column options of foreign tables", "not read yet"),
    unsupported("parameters of operator classes", "not read yet"),
];
