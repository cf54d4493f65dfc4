//! Random schemas of PostgreSQL.

use super::{Grammar, Item, Sketch, kind, single};

pub(super) static GRAMMAR: Grammar = Grammar {
    first: 71,
    preamble: "SET client_min_messages = error;\n",
    kinds: &[
        kind("schema", &[], 12, |s, it| format!("CREATE SCHEMA {};", own(s, it))),
        kind("enum", &["schema?"], 20, |s, it| {
            let labels = it
                .pick(0, &["'a', 'b'", "'a', 'b', 'c'", "'a', 'x y', 'b'", "'c', 'b', 'a'", "'a', 'it''s'"]);
            format!("CREATE TYPE {} AS ENUM ({labels});", name(s, it))
        }),
        kind("domain", &["schema?"], 20, |s, it| {
            let base = it.pick(0, &["integer", "text", "numeric(8,2)"]);
            let check = match base {
                "text" => {
                    it.pick(1, &["", " CHECK (VALUE <> '')", " CONSTRAINT ok CHECK (length(VALUE) < 9)"])
                }
                _ => it.pick(1, &["", " CHECK (VALUE > 0)", " CONSTRAINT ok CHECK (VALUE < 99)"]),
            };
            let default = match base {
                "text" => it.pick(2, &["", " DEFAULT 'x'"]),
                _ => it.pick(2, &["", " DEFAULT 7"]),
            };
            let null = it.pick(3, &["", "", " NOT NULL"]);
            format!("CREATE DOMAIN {} AS {base}{default}{null}{check};", name(s, it))
        }),
        kind("composite", &["schema?"], 12, |s, it| {
            let more = it.pick(0, &["", ", y text", ", y numeric", ", y text, z date"]);
            format!("CREATE TYPE {} AS (x {}{more});", name(s, it), it.pick(1, &["integer", "bigint"]))
        }),
        kind("range", &["schema?"], 8, |s, it| {
            format!(
                "CREATE TYPE {} AS RANGE (subtype = {});",
                name(s, it),
                it.pick(0, &["date", "numeric", "integer"])
            )
        }),
        kind("sequence", &["schema?"], 20, |s, it| {
            format!(
                "CREATE SEQUENCE {} AS {} INCREMENT {} CACHE {}{};",
                name(s, it),
                it.pick(0, &["bigint", "integer"]),
                it.pick(1, &["1", "2", "-1"]),
                it.pick(2, &["1", "5"]),
                it.pick(3, &["", " CYCLE"])
            )
        }),
        kind("table", &["schema?"], 90, |s, it| {
            let options =
                it.pick(1, &["", "", " WITH (fillfactor = 70)", " WITH (autovacuum_enabled = false)"]);
            format!("CREATE TABLE {} (id {}){options};", name(s, it), id_column(it))
        }),
        kind("scratch_table", &["schema?"], 10, |s, it| {
            let logged = it.pick(0, &["", "UNLOGGED "]);
            format!(
                "CREATE {logged}TABLE {} (id integer, note text DEFAULT '{}');",
                name(s, it),
                it.number(1, 3)
            )
        }),
        kind("column", &["table"], 170, |s, it| {
            let (data_type, default) = match it.number(0, 11) {
                0 => ("integer", it.pick(1, &["", " DEFAULT 1", " DEFAULT -7"])),
                1 => ("bigint", it.pick(1, &["", " DEFAULT 1"])),
                2 => ("text", it.pick(1, &["", " DEFAULT 'it''s'", " COLLATE \"C\"", " COMPRESSION pglz"])),
                3 => ("varchar(20)", it.pick(1, &["", " DEFAULT 'x'", " COLLATE \"POSIX\""])),
                4 => ("varchar(40)", it.pick(1, &["", " DEFAULT 'x'"])),
                5 => ("numeric(10,2)", it.pick(1, &["", " DEFAULT 1.50"])),
                6 => (
                    "timestamp with time zone",
                    it.pick(1, &["", " DEFAULT now()", " DEFAULT CURRENT_TIMESTAMP"]),
                ),
                7 => ("boolean", it.pick(1, &["", " DEFAULT true"])),
                8 => ("jsonb", it.pick(1, &["", " DEFAULT '{}'"])),
                9 => ("uuid", it.pick(1, &["", " DEFAULT gen_random_uuid()"])),
                _ => ("text[]", it.pick(1, &["", " DEFAULT '{}'", " DEFAULT ARRAY['a', 'b']"])),
            };
            add_column(s, it, &format!("{data_type}{default}"))
        }),
        kind("enum_column", &["table", "enum"], 22, |s, it| {
            let default = if it.number(1, 2) == 0 { " DEFAULT 'a'" } else { "" };
            add_column(
                s,
                it,
                &format!(
                    "{}{}{default}",
                    other(s, it, 1),
                    it.pick(2, &["", "", "[]"]).replace("[]", if default.is_empty() { "[]" } else { "" })
                ),
            )
        }),
        kind("domain_column", &["table", "domain"], 18, |s, it| add_column(s, it, &other(s, it, 1))),
        kind("composite_column", &["table", "composite"], 10, |s, it| {
            add_column(s, it, &format!("{}{}", other(s, it, 1), it.pick(1, &["", "[]"])))
        }),
        kind("range_column", &["table", "range"], 8, |s, it| add_column(s, it, &other(s, it, 1))),
        kind("sequence_column", &["table", "sequence"], 14, |s, it| {
            let sequence = other(s, it, 1).replace('\'', "''");
            add_column(s, it, &format!("bigint DEFAULT nextval('{sequence}')"))
        }),
        kind("generated", &["table"], 18, |s, it| {
            let expression = it.pick(0, &["id::integer * 2", "id::integer + 1", "abs(id::integer)"]);
            format!(
                "ALTER TABLE {} ADD COLUMN {} integer GENERATED ALWAYS AS ({expression}) STORED;",
                other(s, it, 0),
                own(s, it)
            )
        }),
        kind("function_column", &["table", "pure_function"], 14, |s, it| {
            add_column(s, it, &format!("bigint DEFAULT {}({})", other(s, it, 1), it.number(1, 3)))
        }),
        kind("key", &["table"], 50, |s, it| {
            let table = s.on(it, 0).map(|table| table.id).unwrap_or_default();
            let is_first = s.standing_on(table, "key").next().is_some_and(|first| first.id == it.id);
            let sort = if is_first && it.number(0, 4) != 0 { "PRIMARY KEY" } else { "UNIQUE" };
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {} {sort} (id){};",
                other(s, it, 0),
                own(s, it),
                it.pick(1, &["", "", " WITH (fillfactor = 80)"])
            )
        }),
        kind("unique", &["column"], 22, |s, it| {
            let timing = it.pick(0, &["", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]);
            let nulls = it.pick(1, &["", "", " NULLS NOT DISTINCT"]);
            let include = it.pick(2, &["", "", " INCLUDE (id)"]);
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {} UNIQUE{nulls} ({}){include}{timing};",
                table_of(s, it),
                own(s, it),
                column(s, it)
            )
        }),
        kind("foreign_key", &["table", "key"], 45, |s, it| {
            let Some(table) = s.on(it, 1).and_then(|key| s.on(key, 0)) else { return String::new() };
            let data_type = if id_column(table).starts_with("bigint") { "bigint" } else { "integer" };
            let act = it.pick(
                0,
                &["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE ON DELETE RESTRICT"],
            );
            let timing = it.pick(1, &["", "", " DEFERRABLE INITIALLY DEFERRED", " NOT VALID"]);
            let how = it.pick(2, &["", "", " MATCH FULL"]);
            format!(
                "ALTER TABLE {t} ADD COLUMN {c} {data_type};\nALTER TABLE {t} ADD CONSTRAINT {c} FOREIGN KEY ({c}) REFERENCES {} (id){how}{act}{timing};",
                name(s, table),
                t = other(s, it, 0),
                c = own(s, it)
            )
        }),
        kind("check", &["table"], 28, |s, it| {
            let text = it.pick(
                0,
                &["id > 0", "id <> 7 AND id < 100", "id IN (1, 2, 3) OR id IS NULL", "(id::text) LIKE '1%'"],
            );
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({text}){};",
                other(s, it, 0),
                own(s, it),
                it.pick(1, &["", "", " NOT VALID", " NO INHERIT"])
            )
        }),
        kind("function_check", &["table", "pure_function"], 10, |s, it| {
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({}(id) > {});",
                other(s, it, 0),
                own(s, it),
                other(s, it, 1),
                it.number(0, 3)
            )
        }),
        kind("exclusion", &["table"], 8, |s, it| {
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {} EXCLUDE USING btree (id WITH =){};",
                other(s, it, 0),
                own(s, it),
                it.pick(0, &["", " WHERE (id > 3)", " DEFERRABLE"])
            )
        }),
        kind("index", &["column"], 40, |s, it| {
            let tail = it.pick(2, &["", "", " WHERE id > 3"]);
            if it.number(0, 4) == 0 {
                return format!(
                    "CREATE INDEX {} ON {} USING hash ({}){tail};",
                    own(s, it),
                    table_of(s, it),
                    column(s, it)
                );
            }
            let unique = it.pick(1, &["", "", "UNIQUE "]);
            let order = it.pick(3, &["", " DESC", " NULLS FIRST", " DESC NULLS LAST"]);
            let more = it.pick(4, &["", ", id", ", id DESC", ") INCLUDE (id"]);
            format!(
                "CREATE {unique}INDEX {} ON {} ({}{order}{more}){tail};",
                own(s, it),
                table_of(s, it),
                column(s, it)
            )
        }),
        kind("expression_index", &["table"], 14, |s, it| {
            format!(
                "CREATE INDEX {} ON {} (({}));",
                own(s, it),
                other(s, it, 0),
                it.pick(0, &["id + 1", "abs(id)", "id % 7", "COALESCE(id, 0)"])
            )
        }),
        kind("function_index", &["table", "pure_function"], 8, |s, it| {
            format!("CREATE INDEX {} ON {} ({}(id));", own(s, it), other(s, it, 0), other(s, it, 1))
        }),
        kind("view", &["column"], 40, |s, it| {
            let options = it.pick(0, &["", "", " WITH (security_barrier = true)"]);
            let filter = it.pick(1, &["", " WHERE t.id > 3", " WHERE t.id BETWEEN 1 AND 5"]);
            let more = it.pick(2, &["", ", 1 AS one", ", now() AS at"]);
            let check = if more.is_empty() { it.pick(3, &["", "", " WITH LOCAL CHECK OPTION"]) } else { "" };
            format!(
                "CREATE VIEW {}{options} AS SELECT t.id, t.{}{more} FROM {} t{filter}{check};",
                name(s, it),
                column(s, it),
                table_of(s, it)
            )
        }),
        kind("view_on_view", &["view"], 22, |s, it| {
            let text = it.pick(
                0,
                &[
                    "SELECT id FROM",
                    "SELECT count(*) AS n, id FROM",
                    "SELECT DISTINCT id, id + 1 AS next FROM",
                ],
            );
            let tail = if text.contains("count") { " GROUP BY id" } else { "" };
            format!("CREATE VIEW {} AS {text} {}{tail};", name(s, it), other(s, it, 0))
        }),
        kind("star_view", &["table"], 14, |s, it| {
            format!(
                "CREATE VIEW {} AS SELECT * FROM {}{};",
                name(s, it),
                other(s, it, 0),
                it.pick(0, &["", " WHERE id > 1"])
            )
        }),
        kind("materialized_view", &["column"], 16, |s, it| {
            format!(
                "CREATE MATERIALIZED VIEW {} AS SELECT t.id, t.{} FROM {} t WHERE t.id > {}{};",
                name(s, it),
                column(s, it),
                table_of(s, it),
                it.number(0, 4),
                it.pick(1, &["", " WITH NO DATA"])
            )
        }),
        kind("materialized_index", &["materialized_view"], 10, |s, it| {
            format!(
                "CREATE {}INDEX {} ON {} (id);",
                it.pick(0, &["", "UNIQUE "]),
                own(s, it),
                other(s, it, 0)
            )
        }),
        kind("view_on_materialized", &["materialized_view"], 8, |s, it| {
            format!(
                "CREATE VIEW {} AS SELECT id + {} AS n FROM {};",
                name(s, it),
                it.number(0, 4),
                other(s, it, 0)
            )
        }),
        kind("pure_function", &["schema?"], 18, |s, it| {
            let cost = it.pick(1, &["", " COST 7", " PARALLEL SAFE"]);
            format!(
                "CREATE FUNCTION {}(x bigint) RETURNS bigint LANGUAGE sql IMMUTABLE{cost} AS 'SELECT x + {}';",
                name(s, it),
                it.number(0, 4)
            )
        }),
        kind("function", &["schema?"], 22, |s, it| {
            let arguments = it.pick(
                0,
                &["", "a integer", "a integer, b text DEFAULT 'x'", "VARIADIC a integer[]", "OUT n integer"],
            );
            let returns = if arguments.starts_with("OUT") {
                "integer"
            } else {
                it.pick(1, &["integer", "bigint", "SETOF integer"])
            };
            let how = it.pick(2, &["", " STRICT", " STABLE", " SECURITY DEFINER", " SET work_mem = '1MB'"]);
            format!(
                "CREATE FUNCTION {}({arguments}) RETURNS {returns} LANGUAGE sql{how} AS $$SELECT {}$$;",
                name(s, it),
                it.number(3, 4)
            )
        }),
        kind("table_function", &["table"], 10, |s, it| {
            let table = other(s, it, 0);
            match it.number(0, 2) {
                0 => format!(
                    "CREATE FUNCTION {}() RETURNS SETOF {table} LANGUAGE sql AS $$SELECT * FROM {table}$$;",
                    name(s, it)
                ),
                _ => format!(
                    "CREATE FUNCTION {}(r {table}) RETURNS bigint LANGUAGE sql AS $$SELECT 1 + {}$$;",
                    name(s, it),
                    it.number(1, 3)
                ),
            }
        }),
        kind("atomic_function", &["table"], 8, |s, it| {
            format!(
                "CREATE FUNCTION {}() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) + {} FROM {}; END;",
                name(s, it),
                it.number(0, 3),
                other(s, it, 0)
            )
        }),
        kind("procedure", &["schema?"], 10, |s, it| {
            format!(
                "CREATE PROCEDURE {}({}) LANGUAGE plpgsql AS $$BEGIN PERFORM {}; END$$;",
                name(s, it),
                it.pick(0, &["", "a integer", "INOUT a integer"]),
                it.number(1, 4)
            )
        }),
        kind("aggregate", &["schema?"], 8, |s, it| {
            format!(
                "CREATE AGGREGATE {}(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '{}');",
                name(s, it),
                it.number(0, 4)
            )
        }),
        kind("trigger_function", &["schema?"], 14, |s, it| {
            format!(
                "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM {}; RETURN NEW; END$$;",
                name(s, it),
                it.number(0, 4)
            )
        }),
        kind("trigger", &["table", "trigger_function"], 26, |s, it| {
            let table = other(s, it, 0);
            let when = it
                .pick(0, &["BEFORE INSERT", "AFTER UPDATE", "AFTER UPDATE OF id", "BEFORE INSERT OR DELETE"]);
            let row = it.pick(1, &["ROW", "ROW", "STATEMENT"]);
            let only = if row == "ROW" && !when.contains("DELETE") {
                it.pick(2, &["", "", " WHEN (NEW.id > 3)"])
            } else {
                ""
            };
            let state = match it.number(3, 4) {
                0 => format!("\nALTER TABLE {table} DISABLE TRIGGER {};", own(s, it)),
                1 => format!("\nALTER TABLE {table} ENABLE ALWAYS TRIGGER {};", own(s, it)),
                _ => String::new(),
            };
            format!(
                "CREATE TRIGGER {} {when} ON {table} FOR EACH {row}{only} EXECUTE FUNCTION {}({});{state}",
                own(s, it),
                other(s, it, 1),
                it.pick(4, &["", "'x'"])
            )
        }),
        kind("view_trigger", &["view", "trigger_function"], 8, |s, it| {
            format!(
                "CREATE TRIGGER {} INSTEAD OF {} ON {} FOR EACH ROW EXECUTE FUNCTION {}();",
                own(s, it),
                it.pick(0, &["INSERT", "UPDATE"]),
                other(s, it, 0),
                other(s, it, 1)
            )
        }),
        kind("rule", &["table"], 8, |s, it| {
            let event = it.pick(0, &["INSERT", "UPDATE"]);
            format!(
                "CREATE RULE {} AS ON {event} TO {} WHERE new.id > {} DO INSTEAD NOTHING;",
                own(s, it),
                other(s, it, 0),
                it.number(1, 5)
            )
        }),
        single("row_security", &["table"], 10, |s, it| {
            format!(
                "ALTER TABLE {} {};",
                other(s, it, 0),
                it.pick(0, &["ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"])
            )
        }),
        kind("policy", &["table"], 18, |s, it| {
            let (command, using) = match it.number(0, 3) {
                0 => ("SELECT", format!("USING (id > {})", it.number(1, 4))),
                1 => ("INSERT", format!("WITH CHECK (id > {})", it.number(1, 4))),
                _ => ("ALL", format!("USING (id > {}) WITH CHECK (id < 99)", it.number(1, 4))),
            };
            format!(
                "CREATE POLICY {} ON {} {}FOR {command} TO public {using};",
                own(s, it),
                other(s, it, 0),
                it.pick(2, &["", "AS RESTRICTIVE "])
            )
        }),
        single("table_comment", &["table"], 14, |s, it| {
            format!("COMMENT ON TABLE {} IS '{}';", other(s, it, 0), said(it))
        }),
        single("column_comment", &["column"], 14, |s, it| {
            format!("COMMENT ON COLUMN {}.{} IS '{}';", table_of(s, it), column(s, it), said(it))
        }),
        single("view_comment", &["view"], 8, |s, it| {
            format!("COMMENT ON VIEW {} IS '{}';", other(s, it, 0), said(it))
        }),
        single("key_comment", &["key"], 5, |s, it| match s.on(it, 0) {
            Some(key) => {
                format!("COMMENT ON CONSTRAINT {} ON {} IS '{}';", own(s, key), other(s, key, 0), said(it))
            }
            None => String::new(),
        }),
        kind("table_grant", &["table"], 14, |s, it| {
            format!(
                "GRANT {} ON {} TO public{};",
                it.pick(0, &["SELECT", "SELECT, INSERT", "ALL"]),
                other(s, it, 0),
                ""
            )
        }),
        kind("column_grant", &["column"], 6, |s, it| {
            format!(
                "GRANT {} ({}) ON {} TO public;",
                it.pick(0, &["SELECT", "UPDATE"]),
                column(s, it),
                table_of(s, it)
            )
        }),
        kind("view_grant", &["view"], 10, |s, it| format!("GRANT SELECT ON {} TO public;", other(s, it, 0))),
        single("function_grant", &["pure_function"], 6, |s, it| {
            format!("REVOKE ALL ON FUNCTION {}(bigint) FROM public;", other(s, it, 0))
        }),
        single("schema_grant", &["schema"], 5, |s, it| {
            format!("GRANT {} ON SCHEMA {} TO public;", it.pick(0, &["USAGE", "ALL"]), other(s, it, 0))
        }),
        single("default_privileges", &["schema"], 5, |s, it| {
            format!(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT {} ON TABLES TO public;",
                other(s, it, 0),
                it.pick(0, &["SELECT", "INSERT, UPDATE"])
            )
        }),
        kind("statistics", &["column"], 10, |s, it| {
            format!(
                "CREATE STATISTICS {}{} ON id, {} FROM {};",
                own(s, it),
                it.pick(0, &["", " (ndistinct)", " (dependencies)"]),
                column(s, it),
                table_of(s, it)
            )
        }),
        kind("publication", &["table"], 6, |s, it| {
            format!(
                "CREATE PUBLICATION {} FOR TABLE {}{};",
                own(s, it),
                other(s, it, 0),
                it.pick(0, &["", " WITH (publish = 'insert')"])
            )
        }),
        kind("partitioned", &["schema?"], 16, |s, it| {
            format!(
                "CREATE TABLE {} (id integer NOT NULL, note {}) PARTITION BY RANGE (id);",
                name(s, it),
                it.pick(0, &["text", "varchar(9)"])
            )
        }),
        kind("partition", &["partitioned", "schema?"], 22, |s, it| {
            let from = it.id * 100;
            let schema = s.on(it, 1).map(|schema| format!("{}.", own(s, schema))).unwrap_or_default();
            format!(
                "CREATE TABLE {schema}{} PARTITION OF {} FOR VALUES FROM ({from}) TO ({});",
                own(s, it),
                other(s, it, 0),
                from + 50 + u32::from(it.number(0, 2))
            )
        }),
        kind("partitioned_column", &["partitioned"], 10, |s, it| {
            format!(
                "ALTER TABLE {} ADD COLUMN {} {};",
                other(s, it, 0),
                own(s, it),
                it.pick(0, &["integer", "text DEFAULT 'x'", "integer NOT NULL DEFAULT 4"])
            )
        }),
        kind("partitioned_index", &["partitioned"], 10, |s, it| {
            format!(
                "CREATE {}INDEX {} ON {} (id{});",
                it.pick(0, &["", "UNIQUE "]),
                own(s, it),
                other(s, it, 0),
                it.pick(1, &["", ", note"])
            )
        }),
        single("partitioned_key", &["partitioned"], 8, |s, it| {
            format!("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY (id);", other(s, it, 0), own(s, it))
        }),
        kind("child", &["table", "schema?"], 10, |s, it| {
            let schema = s.on(it, 1).map(|schema| format!("{}.", own(s, schema))).unwrap_or_default();
            format!(
                "CREATE TABLE {schema}{} (extra {}) INHERITS ({});",
                own(s, it),
                it.pick(0, &["integer", "text"]),
                other(s, it, 0)
            )
        }),
        kind("foreign_data_wrapper", &[], 4, |s, it| {
            format!(
                "CREATE FOREIGN DATA WRAPPER {}{};",
                own(s, it),
                it.pick(0, &["", " OPTIONS (debug 'true')"])
            )
        }),
        kind("server", &["foreign_data_wrapper"], 6, |s, it| {
            format!(
                "CREATE SERVER {}{} FOREIGN DATA WRAPPER {}{};",
                own(s, it),
                it.pick(0, &["", " TYPE 'x'"]),
                other(s, it, 0),
                it.pick(1, &["", " OPTIONS (host 'h')"])
            )
        }),
        kind("foreign_table", &["server"], 8, |s, it| {
            format!(
                "CREATE FOREIGN TABLE {} (id integer, note {}) SERVER {}{};",
                own(s, it),
                it.pick(0, &["text", "date"]),
                other(s, it, 0),
                it.pick(1, &["", " OPTIONS (path '/x')"])
            )
        }),
        single("cast", &["composite"], 4, |s, it| {
            format!(
                "CREATE CAST ({} AS text) WITH INOUT{};",
                other(s, it, 0),
                it.pick(0, &["", " AS ASSIGNMENT"])
            )
        }),
        kind("collation", &["schema?"], 5, |s, it| {
            format!(
                "CREATE COLLATION {} (provider = libc, locale = '{}');",
                name(s, it),
                it.pick(0, &["C", "POSIX"])
            )
        }),
        kind("search_dictionary", &["schema?"], 5, |s, it| {
            format!(
                "CREATE TEXT SEARCH DICTIONARY {} (TEMPLATE = pg_catalog.simple{});",
                name(s, it),
                it.pick(0, &["", ", STOPWORDS = english"])
            )
        }),
        kind("search_configuration", &["schema?"], 5, |s, it| {
            format!(
                "CREATE TEXT SEARCH CONFIGURATION {} (COPY = pg_catalog.{});",
                name(s, it),
                it.pick(0, &["simple", "english"])
            )
        }),
        kind("event_function", &[], 3, |s, it| {
            format!(
                "CREATE FUNCTION {}() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN PERFORM {}; END$$;",
                own(s, it),
                it.number(0, 3)
            )
        }),
        kind("event_trigger", &["event_function"], 3, |s, it| {
            format!(
                "CREATE EVENT TRIGGER {} ON {} EXECUTE FUNCTION {}();",
                own(s, it),
                it.pick(0, &["ddl_command_end", "ddl_command_start", "sql_drop"]),
                other(s, it, 0)
            )
        }),
        single("column_settings", &["column"], 8, |s, it| {
            format!(
                "ALTER TABLE {} ALTER COLUMN {} SET {};",
                table_of(s, it),
                column(s, it),
                it.pick(0, &["STATISTICS 50", "(n_distinct = 5)", "NOT NULL"])
            )
        }),
    ],
};

/// An item's own name, quoted. Some are names nobody should give.
fn own(sketch: &Sketch, item: &Item) -> String {
    let word: String = sketch.word(item).chars().take(5).collect();
    match item.id % 7 {
        0 => format!("\"{word} '{} \"\"ü\"", item.id),
        3 => format!("\"{}{}\"", word.to_uppercase(), item.id),
        _ => format!("{word}{}", item.id),
    }
}

/// The name of an item whose first need is a schema.
fn name(sketch: &Sketch, item: &Item) -> String {
    let schema = sketch.on(item, 0).filter(|it| sketch.word(it) == "schema");
    match schema {
        Some(schema) => format!("{}.{}", own(sketch, schema), own(sketch, item)),
        None => format!("public.{}", own(sketch, item)),
    }
}

/// The name of what an item stands on.
fn other(sketch: &Sketch, item: &Item, need: usize) -> String {
    match sketch.on(item, need) {
        Some(it)
            if matches!(sketch.word(it), "schema" | "foreign_data_wrapper" | "server" | "event_function") =>
        {
            own(sketch, it)
        }
        Some(it) => name(sketch, it),
        None => String::new(),
    }
}

/// The table of the column an item stands on.
fn table_of(sketch: &Sketch, item: &Item) -> String {
    sketch.on(item, 0).map(|column| other(sketch, column, 0)).unwrap_or_default()
}

/// The column an item stands on.
fn column(sketch: &Sketch, item: &Item) -> String {
    sketch.on(item, 0).map(|it| own(sketch, it)).unwrap_or_default()
}

fn id_column(table: &Item) -> &'static str {
    table.pick(
        0,
        &[
            "integer NOT NULL",
            "bigint NOT NULL",
            "integer GENERATED ALWAYS AS IDENTITY",
            "bigint GENERATED BY DEFAULT AS IDENTITY (INCREMENT 5)",
            "integer",
        ],
    )
}

fn add_column(sketch: &Sketch, item: &Item, what: &str) -> String {
    let null = item.pick(3, &["", "", " NOT NULL"]);
    format!("ALTER TABLE {} ADD COLUMN {} {what}{null};", other(sketch, item, 0), own(sketch, item))
}

fn said(item: &Item) -> &'static str {
    item.pick(0, &["what it is", "it''s “this”", "line\nline", "--"])
}
