//! Random schemas of SQLite. A table is one statement with everything that is part of it.

use super::{Grammar, Item, Sketch, kind};

pub(super) static GRAMMAR: Grammar = Grammar {
    first: 17,
    preamble: "",
    kinds: &[
        kind("table", &[], 100, |s, it| {
            let id = it.pick(
                0,
                &[
                    "id INTEGER PRIMARY KEY",
                    "id INTEGER PRIMARY KEY AUTOINCREMENT",
                    "id INTEGER NOT NULL UNIQUE",
                    "id TEXT PRIMARY KEY",
                ],
            );
            let strict = it.pick(1, &["", "", "STRICT"]);
            let mut parts = vec![id.to_owned()];
            for word in ["column", "generated", "foreign_key", "bare_column", "self_reference"] {
                parts.extend(
                    s.standing_on(it.id, word)
                        .filter(|part| {
                            s.on(part, 0) == Some(it) && (strict.is_empty() || word != "bare_column")
                        })
                        .map(|part| inline(s, part)),
                );
            }
            parts.extend(s.standing_on(it.id, "unique").map(|part| inline(s, part)));
            for column in s.standing_on(it.id, "column") {
                parts.extend(s.standing_on(column.id, "column_unique").map(|part| inline(s, part)));
            }
            parts.extend(s.standing_on(it.id, "check").map(|part| inline(s, part)));
            let keys = s.standing_on(it.id, "table_foreign_key").filter(|part| s.on(part, 0) == Some(it));
            parts.extend(keys.map(|part| inline(s, part)));
            let rowid = if id.contains("TEXT PRIMARY") { it.pick(2, &["", "WITHOUT ROWID"]) } else { "" };
            let options: Vec<&str> = [strict, rowid].into_iter().filter(|it| !it.is_empty()).collect();
            format!("CREATE TABLE {} ({}) {};", own(s, it), parts.join(", "), options.join(", "))
        }),
        kind("column", &["table"], 180, |_, _| String::new()),
        kind("generated", &["table"], 20, |_, _| String::new()),
        kind("foreign_key", &["table", "table"], 60, |_, _| String::new()),
        kind("check", &["table"], 40, |_, _| String::new()),
        kind("unique", &["table"], 14, |_, _| String::new()),
        kind("column_unique", &["column"], 20, |_, _| String::new()),
        kind("index", &["column"], 60, |s, it| {
            let collation = it.pick(0, &["", "", " COLLATE NOCASE"]);
            format!(
                "CREATE {}INDEX {} ON {} ({}{collation}{}{});{}",
                it.pick(1, &["", "", "UNIQUE "]),
                own(s, it),
                table_of(s, it),
                other(s, it, 0),
                it.pick(2, &["", " DESC"]),
                it.pick(3, &["", ", id"]),
                ""
            )
        }),
        kind("partial_index", &["column"], 20, |s, it| {
            format!(
                "CREATE INDEX {} ON {} ({}) WHERE id > {};",
                own(s, it),
                table_of(s, it),
                other(s, it, 0),
                it.number(0, 4)
            )
        }),
        kind("expression_index", &["table"], 20, |s, it| {
            format!(
                "CREATE INDEX {} ON {} ({});",
                own(s, it),
                other(s, it, 0),
                it.pick(0, &["id + 1", "abs(id)", "coalesce(id, 0)"])
            )
        }),
        kind("view", &["column"], 50, |s, it| {
            let columns = it.pick(0, &["", "", " (id, b)"]);
            format!(
                "CREATE VIEW {}{columns} AS SELECT t.id, t.{} FROM {} AS t{};",
                own(s, it),
                other(s, it, 0),
                table_of(s, it),
                it.pick(1, &["", " WHERE t.id > 3", " ORDER BY 1"])
            )
        }),
        kind("view_on_view", &["view"], 24, |s, it| {
            let text = it.pick(
                0,
                &[
                    "SELECT id FROM {}",
                    "SELECT count(*) AS n, id FROM {} GROUP BY id",
                    "SELECT DISTINCT id FROM {}",
                ],
            );
            format!("CREATE VIEW {} AS {};", own(s, it), text.replace("{}", &other(s, it, 0)))
        }),
        kind("star_view", &["table"], 16, |s, it| {
            format!("CREATE VIEW {} AS SELECT * FROM {};", own(s, it), other(s, it, 0))
        }),
        kind("trigger", &["table", "table"], 30, |s, it| {
            format!(
                "CREATE TRIGGER {} {} ON {}{} BEGIN DELETE FROM {} WHERE id > {}; END;",
                own(s, it),
                it.pick(0, &["BEFORE INSERT", "AFTER UPDATE", "AFTER DELETE", "AFTER UPDATE OF id"]),
                other(s, it, 0),
                it.pick(1, &["", " WHEN 1 > 0"]),
                other(s, it, 1),
                it.number(2, 5)
            )
        }),
        kind("view_trigger", &["view"], 12, |s, it| {
            format!(
                "CREATE TRIGGER {} INSTEAD OF {} ON {} BEGIN SELECT {}; END;",
                own(s, it),
                it.pick(0, &["INSERT", "DELETE"]),
                other(s, it, 0),
                it.number(1, 4)
            )
        }),
        kind("text_search", &[], 10, |s, it| {
            format!(
                "CREATE VIRTUAL TABLE {} USING fts5 (title{}{});",
                own(s, it),
                it.pick(0, &["", ", body"]),
                it.pick(1, &["", ", tokenize = 'porter'"])
            )
        }),
        kind("tree", &[], 6, |s, it| {
            format!(
                "CREATE VIRTUAL TABLE {} USING rtree (id, x0, x1{});",
                own(s, it),
                it.pick(0, &["", ", y0, y1"])
            )
        }),
        kind("bare_column", &["table"], 24, |_, _| String::new()),
        kind("self_reference", &["table"], 14, |_, _| String::new()),
        kind("table_foreign_key", &["table", "table"], 14, |_, _| String::new()),
        kind("composite_table", &[], 14, |s, it| {
            format!(
                "CREATE TABLE {} (a INTEGER, b TEXT COLLATE NOCASE, note, PRIMARY KEY (a, b{})) {};",
                own(s, it),
                it.pick(0, &["", " DESC"]),
                it.pick(1, &["", "WITHOUT ROWID"])
            )
        }),
        kind("composite_foreign_key", &["composite_table"], 14, |s, it| {
            format!(
                "CREATE TABLE {} (x INTEGER, y TEXT, FOREIGN KEY (x, y) REFERENCES {}{}{});",
                own(s, it),
                other(s, it, 0),
                it.pick(0, &["", " (a, b)"]),
                it.pick(1, &["", " MATCH FULL", " ON DELETE RESTRICT"])
            )
        }),
        kind("commented_table", &[], 12, |s, it| {
            format!(
                "CREATE TABLE {} ( -- what it is; \n  id integer{}, /* a, b (c */\n  it text -- the 'thing'\n);",
                own(s, it),
                it.pick(0, &["", " primary key", " not null on conflict ignore"])
            )
        }),
        kind("recursive_view", &["table?"], 10, |s, it| {
            let until =
                s.on(it, 0).map(|table| format!(" WHERE n < (SELECT count(*) FROM {})", own(s, table)));
            format!(
                "CREATE VIEW {} AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + {} FROM c{}) SELECT n FROM c LIMIT 9;",
                own(s, it),
                1 + it.number(0, 3),
                until.unwrap_or_default()
            )
        }),
        kind("long_trigger", &["table", "view?"], 14, |s, it| {
            let read = s.on(it, 1).map(|view| format!("(SELECT count(*) FROM {})", own(s, view)));
            let table = other(s, it, 0);
            format!(
                "CREATE TRIGGER {} AFTER INSERT ON {table} FOR EACH ROW WHEN NEW.id > {}\nBEGIN\n  SELECT CASE WHEN {} > 3 THEN RAISE(IGNORE) END; -- stop\n  UPDATE {table} SET id = id;\nEND;",
                own(s, it),
                it.number(0, 4),
                read.unwrap_or("1".into())
            )
        }),
        kind("integer_tree", &[], 6, |s, it| {
            format!(
                "CREATE VIRTUAL TABLE {} USING rtree_i32 (id, x0, x1{});",
                own(s, it),
                it.pick(0, &["", ", +note TEXT"])
            )
        }),
        kind("content_search", &["table"], 8, |s, it| {
            format!(
                "CREATE VIRTUAL TABLE {} USING fts5 (id, content = '{}', prefix = '{}');",
                own(s, it),
                other(s, it, 0).replace('\'', "''"),
                it.pick(0, &["2", "2 3"])
            )
        }),
    ],
};

fn inline(s: &Sketch, it: &Item) -> String {
    let name = own(s, it);
    match s.word(it) {
        "column" => {
            let (data_type, default) = match it.number(0, 5) {
                0 => ("INTEGER", it.pick(1, &["", " DEFAULT 1", " DEFAULT (1 + 2)"])),
                1 => ("TEXT", it.pick(1, &["", " DEFAULT 'it''s'", " DEFAULT CURRENT_TIMESTAMP"])),
                2 => ("REAL", it.pick(1, &["", " DEFAULT 0.5"])),
                3 => ("BLOB", it.pick(1, &["", " DEFAULT x'00ff'"])),
                _ => ("ANY", it.pick(1, &["", " DEFAULT NULL"])),
            };
            let collation = if data_type == "TEXT" { it.pick(2, &["", " COLLATE NOCASE"]) } else { "" };
            let check = it.pick(4, &["", "", "", " CHECK (id <> 3)"]);
            format!("{name} {data_type}{default}{}{collation}{check}", it.pick(3, &["", "", " NOT NULL"]))
        }
        "generated" => format!(
            "{name} TEXT GENERATED ALWAYS AS ({}) {}",
            it.pick(0, &["id || 'x'", "'a' || id", "id"]),
            it.pick(1, &["VIRTUAL", "STORED"])
        ),
        "foreign_key" => {
            let Some(target) = s.on(it, 1) else { return String::new() };
            format!(
                "{name} {} REFERENCES {} (id){}{}",
                if target.number(0, 4) == 3 { "TEXT" } else { "INTEGER" },
                own(s, target),
                it.pick(0, &["", " ON DELETE CASCADE", " ON UPDATE SET NULL"]),
                it.pick(1, &["", " DEFERRABLE INITIALLY DEFERRED"])
            )
        }
        "bare_column" => format!("{name}{}", it.pick(0, &["", " DEFAULT 7", " /* anything */"])),
        "self_reference" => format!(
            "{name} INTEGER REFERENCES {} (id){}",
            other(s, it, 0),
            it.pick(0, &["", " ON DELETE SET NULL"])
        ),
        "table_foreign_key" => format!(
            "{}FOREIGN KEY (id) REFERENCES {} (id){}",
            it.pick(0, &["", &format!("CONSTRAINT {name} ")]),
            other(s, it, 1),
            it.pick(1, &["", " ON DELETE CASCADE", " NOT DEFERRABLE"])
        ),
        "check" => format!(
            "{}CHECK ({})",
            it.pick(1, &["", &format!("CONSTRAINT {name} ")]),
            it.pick(0, &["id > 0", "id <> 7", "length(id) < 9"])
        ),
        "unique" => format!(
            "{}UNIQUE (id{})",
            it.pick(1, &["", &format!("CONSTRAINT {name} ")]),
            it.pick(0, &["", " COLLATE NOCASE"])
        ),
        _ => format!("CONSTRAINT {name} UNIQUE ({}, id)", other(s, it, 0)),
    }
}

/// An item's own name, quoted. Some are names nobody should give.
fn own(sketch: &Sketch, item: &Item) -> String {
    let word: String = sketch.word(item).chars().take(5).collect();
    match item.id % 7 {
        0 => format!("\"{word} '{} \"\"ü\"", item.id),
        3 => format!("[{word} {}]", item.id),
        _ => format!("{word}{}", item.id),
    }
}

fn other(sketch: &Sketch, item: &Item, need: usize) -> String {
    sketch.on(item, need).map(|it| own(sketch, it)).unwrap_or_default()
}

fn table_of(sketch: &Sketch, item: &Item) -> String {
    sketch.on(item, 0).map(|column| other(sketch, column, 0)).unwrap_or_default()
}
