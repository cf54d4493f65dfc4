//! MongoDB's column of the coverage ledger.

use cadastre_engine::CoverageLine;

/// Every kind of thing a MongoDB database can hold.
pub(crate) const COVERAGE: &[CoverageLine] = &[
    CoverageLine::modelled(
        "collections",
        "capped, time series, clustered, collation, expiry, pre- and post-images",
    ),
    CoverageLine::modelled("validators", "$jsonSchema and query rules as they stand, level and action"),
    CoverageLine::modelled("views", "the collection they read, pipeline, collation"),
    CoverageLine::modelled(
        "indexes",
        "keys in order, unique, sparse, partial, TTL, text with weights, geo, hashed, wildcard, hidden, collation",
    ),
    CoverageLine::modelled(
        "inferred fields",
        "from a sample, apart from the schema: they take no part in comparison",
    ),
    CoverageLine::modelled("inferred references", "guessed by name, confirmed by looking values up"),
    CoverageLine::reported("other collection options", "by name"),
    CoverageLine::reported("unreadable documents and indexes", "with the server's message"),
    CoverageLine::unsupported("system collections", "belong to the server"),
    CoverageLine::unsupported("search indexes", "belong to a service beside the server"),
    CoverageLine::unsupported("users and roles", "belong to the server, not to the database"),
    CoverageLine::unsupported("sharding", "belongs to the cluster"),
    CoverageLine::unsupported("storage engine options", "listed among the other options"),
];
