//! Random schemas of MariaDB.

use super::{Grammar, Item, Sketch, kind, single};

pub(super) static GRAMMAR: Grammar = Grammar {
    first: 20,
    preamble: "",
    kinds: &[
        kind("table", &[], 90, |s, it| {
            let id = id_type(it);
            let options = it.pick(
                1,
                &[
                    "",
                    "",
                    " COMMENT 'it''s'",
                    " DEFAULT CHARSET=latin1",
                    " ROW_FORMAT=DYNAMIC",
                    " COLLATE utf8mb4_bin",
                ],
            );
            format!(
                "CREATE TABLE {} (id {id} NOT NULL{}){options};",
                own(s, it),
                it.pick(2, &["", " DEFAULT 4", " COMMENT 'c'"])
            )
        }),
        kind("counted_table", &[], 20, |s, it| {
            let engine = it.pick(1, &["", "", " ENGINE=Aria", " ENGINE=MyISAM"]);
            format!(
                "CREATE TABLE {} (id {} NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar({})){engine};",
                own(s, it),
                id_type(it),
                10 + it.number(2, 3)
            )
        }),
        kind("versioned_table", &[], 8, |s, it| {
            format!(
                "CREATE TABLE {} (id int, note {}) {};",
                own(s, it),
                it.pick(0, &["int", "varchar(9)"]),
                it.pick(1, &["WITH SYSTEM VERSIONING", ""])
            )
        }),
        kind("partitioned_table", &[], 12, |s, it| {
            let how = it.pick(0, &[
                "PARTITION BY HASH (id) PARTITIONS 3",
                "PARTITION BY HASH (id) PARTITIONS 5",
                "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
                "PARTITION BY LIST (id) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3))",
                "",
            ]);
            format!("CREATE TABLE {} (id int NOT NULL, note varchar(9)) {how};", own(s, it))
        }),
        kind("column", &["table"], 170, |s, it| {
            let what = match it.number(0, 14) {
                0 => format!("int{}", it.pick(1, &["", " DEFAULT 1", " UNSIGNED DEFAULT 2"])),
                1 => format!("bigint{}", it.pick(1, &["", " UNSIGNED", " DEFAULT -3"])),
                2 => format!(
                    "varchar(20){}",
                    it.pick(1, &["", " DEFAULT 'it''s'", " CHARACTER SET latin1", " COLLATE utf8mb4_bin"])
                ),
                3 => format!("varchar(40){}", it.pick(1, &["", " DEFAULT ''"])),
                4 => format!("text{}", it.pick(1, &["", " DEFAULT 'x'", " CHARACTER SET ascii"])),
                5 => format!("decimal(10,2){}", it.pick(1, &["", " DEFAULT 1.50", " UNSIGNED"])),
                6 => format!(
                    "timestamp NULL{}",
                    it.pick(
                        1,
                        &[
                            " DEFAULT NULL",
                            " DEFAULT CURRENT_TIMESTAMP",
                            " DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
                        ]
                    )
                ),
                7 => format!(
                    "datetime(3){}",
                    it.pick(1, &["", " DEFAULT '2020-01-02 03:04:05.678'", " DEFAULT CURRENT_TIMESTAMP(3)"])
                ),
                8 => format!(
                    "enum('a', 'b'{}){}",
                    it.pick(1, &["", ", 'c'", ", 'it''s'"]),
                    it.pick(2, &["", " DEFAULT 'a'"])
                ),
                9 => format!("set('x', 'y'{})", it.pick(1, &["", ", 'z'"])),
                10 => format!("double{}", it.pick(1, &["", " DEFAULT 0.5"])),
                11 => format!("json{}", it.pick(1, &["", " DEFAULT '[]'"])),
                12 => format!("varbinary({})", 4 + it.number(1, 3)),
                _ => format!(
                    "date{}",
                    it.pick(1, &["", " DEFAULT '2020-01-02'", " DEFAULT (curdate() + interval 1 day)"])
                ),
            };
            let null = if what.contains("NULL") { "" } else { it.pick(3, &["", "", " NOT NULL"]) };
            let more = it.pick(4, &["", "", "", " COMMENT 'what'", " INVISIBLE DEFAULT 1"]);
            let more = if more.contains("INVISIBLE") && (what.contains("DEFAULT") || !what.starts_with("int"))
            {
                ""
            } else {
                more
            };
            format!(
                "ALTER TABLE {} ADD COLUMN {} {what}{null}{more}{};",
                other(s, it, 0),
                own(s, it),
                it.pick(5, &["", "", " FIRST", " AFTER id"])
            )
        }),
        kind("generated", &["table"], 20, |s, it| {
            let text = it.pick(0, &["id * 2", "id + 1", "concat('x', id)"]);
            let data_type = if text.starts_with("concat") { "varchar(30)" } else { "bigint" };
            format!(
                "ALTER TABLE {} ADD COLUMN {} {data_type} GENERATED ALWAYS AS ({text}) {};",
                other(s, it, 0),
                own(s, it),
                it.pick(1, &["VIRTUAL", "STORED"])
            )
        }),
        single("key", &["table"], 50, |s, it| {
            let sort = it.pick(0, &["PRIMARY KEY", "PRIMARY KEY", "UNIQUE KEY"]);
            let name = if sort == "PRIMARY KEY" { String::new() } else { format!(" {}", own(s, it)) };
            format!(
                "ALTER TABLE {} ADD {sort}{name} (id){};",
                other(s, it, 0),
                it.pick(1, &["", "", " COMMENT 'k'"])
            )
        }),
        kind("unique", &["column"], 24, |s, it| {
            format!(
                "ALTER TABLE {} ADD UNIQUE KEY {} ({}, id);",
                table_of(s, it),
                own(s, it),
                prefixed(s, it)
            )
        }),
        kind("index", &["column"], 40, |s, it| {
            let order = it.pick(0, &["", "", " DESC"]);
            let more = it.pick(1, &["", ", id"]);
            let tail = it.pick(2, &["", "", " COMMENT 'x'", " IGNORED"]);
            format!(
                "ALTER TABLE {} ADD KEY {} ({}{order}{more}){tail};",
                table_of(s, it),
                own(s, it),
                prefixed(s, it)
            )
        }),
        kind("fulltext", &["column"], 10, |s, it| match data_type(s, it).as_str() {
            "text" | "varchar(20)" | "varchar(40)" => format!(
                "ALTER TABLE {} ADD FULLTEXT KEY {} ({});",
                table_of(s, it),
                own(s, it),
                column(s, it)
            ),
            _ => String::new(),
        }),
        kind("foreign_key", &["table", "key"], 45, |s, it| {
            let Some(table) = s.on(it, 1).and_then(|key| s.on(key, 0)) else { return String::new() };
            let act = it.pick(0, &["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"]);
            format!(
                "ALTER TABLE {} ADD COLUMN {c} {};\nALTER TABLE {} ADD CONSTRAINT {c} FOREIGN KEY ({c}) REFERENCES {} (id){act};",
                other(s, it, 0),
                id_type(table),
                other(s, it, 0),
                own(s, table),
                c = own(s, it)
            )
        }),
        kind("check", &["table"], 26, |s, it| {
            let text =
                it.pick(0, &["id > 0", "id <> 7 and id < 100", "id in (1, 2, 3)", "concat(id, '') <> 'x'"]);
            format!("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({text});", other(s, it, 0), own(s, it))
        }),
        kind("view", &["column"], 40, |s, it| {
            let security = it.pick(0, &["", "", "SQL SECURITY INVOKER "]);
            let how = it.pick(1, &["", "", "ALGORITHM=MERGE "]);
            let filter = it.pick(2, &["", " WHERE t.id > 3"]);
            let check = it.pick(3, &["", "", " WITH CASCADED CHECK OPTION"]);
            format!(
                "CREATE {how}{security}VIEW {} AS SELECT t.id, t.{} FROM {} t{filter}{check};",
                own(s, it),
                column(s, it),
                table_of(s, it)
            )
        }),
        kind("view_on_view", &["view"], 24, |s, it| {
            let text = it.pick(
                0,
                &[
                    "SELECT id FROM {}",
                    "SELECT count(*) AS n, id FROM {} GROUP BY id",
                    "SELECT DISTINCT id, id + 1 AS next FROM {}",
                ],
            );
            format!("CREATE VIEW {} AS {};", own(s, it), text.replace("{}", &other(s, it, 0)))
        }),
        kind("star_view", &["table"], 14, |s, it| {
            format!("CREATE VIEW {} AS SELECT * FROM {};", own(s, it), other(s, it, 0))
        }),
        kind("function", &[], 22, |s, it| {
            format!(
                "CREATE FUNCTION {} ({}) RETURNS {} {} RETURN {};",
                own(s, it),
                it.pick(0, &["", "a int", "a int, b varchar(9)"]),
                it.pick(1, &["int", "bigint", "varchar(20)"]),
                it.pick(2, &["DETERMINISTIC", "READS SQL DATA", "NO SQL COMMENT 'f'"]),
                it.number(3, 4)
            )
        }),
        kind("procedure", &["table?"], 20, |s, it| {
            let body = match s.on(it, 0) {
                Some(table) => format!("DELETE FROM {} WHERE id > {}", own(s, table), it.number(3, 4)),
                None => format!("SELECT {}", it.number(3, 4)),
            };
            format!(
                "CREATE PROCEDURE {} ({}) {}{body};",
                own(s, it),
                it.pick(0, &["", "IN a int", "INOUT a int"]),
                it.pick(1, &["", "SQL SECURITY INVOKER "])
            )
        }),
        kind("trigger", &["table"], 26, |s, it| {
            let when = it.pick(0, &["BEFORE INSERT", "AFTER UPDATE", "BEFORE DELETE"]);
            format!(
                "CREATE TRIGGER {} {when} ON {} FOR EACH ROW SET @a = {};",
                own(s, it),
                other(s, it, 0),
                it.number(1, 4)
            )
        }),
        kind("event", &[], 10, |s, it| {
            format!(
                "CREATE EVENT {} ON SCHEDULE EVERY {} DAY STARTS '2035-01-01 00:00:00' {}DO SELECT {};",
                own(s, it),
                it.pick(0, &["1", "2"]),
                it.pick(1, &["", "DISABLE "]),
                it.number(2, 3)
            )
        }),
        kind("sequence", &[], 14, |s, it| {
            format!(
                "CREATE SEQUENCE {} INCREMENT BY {} CACHE {}{};",
                own(s, it),
                it.pick(0, &["1", "2"]),
                it.pick(1, &["1000", "10"]),
                it.pick(2, &["", " CYCLE"])
            )
        }),
        kind("composite_table", &[], 12, |s, it| {
            format!(
                "CREATE TABLE {} (a int NOT NULL, b {} NOT NULL, note text, PRIMARY KEY (a, b));",
                own(s, it),
                it.pick(0, &["varchar(20)", "date", "smallint unsigned"])
            )
        }),
        kind("composite_foreign_key", &["composite_table"], 14, |s, it| {
            let Some(table) = s.on(it, 0) else { return String::new() };
            format!(
                "CREATE TABLE {} (a int, b {}, FOREIGN KEY (a, b) REFERENCES {} (a, b){});",
                own(s, it),
                table.pick(0, &["varchar(20)", "date", "smallint unsigned"]),
                own(s, table),
                it.pick(0, &["", " ON DELETE CASCADE", " ON UPDATE CASCADE ON DELETE SET NULL"])
            )
        }),
        kind("spatial_table", &[], 8, |s, it| {
            format!(
                "CREATE TABLE {} (id int, place {} {}NOT NULL, SPATIAL KEY {} (place));",
                own(s, it),
                it.pick(0, &["point", "geometry", "polygon"]),
                it.pick(1, &["", "REF_SYSTEM_ID=4326 "]),
                it.pick(2, &["", "at_place"])
            )
        }),
        kind("odd_column", &["table"], 30, |s, it| {
            let types = ["uuid", "inet6", "year(4)", "time(2)", "bit(3)", "float unsigned", "tinyblob"];
            let padded = ["mediumint(6) zerofill", "char(3) binary"];
            let data_type = it.pick(0, &[&types[..], &padded[..]].concat()).to_owned();
            format!(
                "ALTER TABLE {} ADD COLUMN {} {data_type}{}{};",
                other(s, it, 0),
                own(s, it),
                it.pick(1, &["", " NOT NULL"]),
                it.pick(2, &["", " COMMENT 'odd; -- ''x'''"])
            )
        }),
        kind("column_check", &["table"], 14, |s, it| {
            format!(
                "ALTER TABLE {} ADD COLUMN {c} int CHECK ({c} {});",
                other(s, it, 0),
                it.pick(0, &["> 0", "<> 7", "between 1 and 9"]),
                c = own(s, it)
            )
        }),
        kind("aggregate", &[], 8, |s, it| {
            format!(
                "DELIMITER //\nCREATE AGGREGATE FUNCTION {} (x int) RETURNS int BEGIN DECLARE n int DEFAULT {}; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN n; LOOP FETCH GROUP NEXT ROW; SET n = n + x; END LOOP; END//\nDELIMITER ;",
                own(s, it),
                it.number(0, 4)
            )
        }),
        kind("trigger_behind", &["trigger"], 14, |s, it| {
            let Some(first) = s.on(it, 0) else { return String::new() };
            let when = first.pick(0, &["BEFORE INSERT", "AFTER UPDATE", "BEFORE DELETE"]);
            format!(
                "CREATE TRIGGER {} {when} ON {} FOR EACH ROW {} {} SET @b = {};",
                own(s, it),
                other(s, first, 0),
                it.pick(0, &["FOLLOWS", "PRECEDES"]),
                own(s, first),
                it.number(1, 4)
            )
        }),
        kind("sequence_default", &["table", "sequence"], 12, |s, it| {
            format!(
                "ALTER TABLE {} ADD COLUMN {} bigint DEFAULT nextval({});",
                other(s, it, 0),
                own(s, it),
                other(s, it, 1)
            )
        }),
        kind("view_over_function", &["function"], 14, |s, it| {
            let Some(function) = s.on(it, 0) else { return String::new() };
            let call = function.pick(0, &["()", "(1)", "(1, 'x')"]);
            format!("CREATE VIEW {} AS SELECT {}{call} AS it;", own(s, it), own(s, function))
        }),
        kind("subpartitioned_table", &[], 8, |s, it| {
            format!(
                "CREATE TABLE {} (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (year(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS {} (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN ({}));",
                own(s, it),
                it.pick(0, &["2", "3"]),
                it.pick(1, &["MAXVALUE", "2030"])
            )
        }),
        kind("period_table", &[], 8, |s, it| {
            format!(
                "CREATE TABLE {} (id int NOT NULL, since date NOT NULL, until date NOT NULL, PERIOD FOR valid (since, until){});",
                own(s, it),
                it.pick(0, &["", ", UNIQUE KEY u (id, valid WITHOUT OVERLAPS)"])
            )
        }),
        kind("unversioned_column", &["versioned_table"], 6, |s, it| {
            let is_versioned = s.on(it, 0).is_some_and(|table| !table.pick(1, &["WITH", ""]).is_empty());
            let more = if is_versioned { it.pick(0, &["", " WITHOUT SYSTEM VERSIONING"]) } else { "" };
            format!(
                "SET SESSION system_versioning_alter_history = KEEP;\nALTER TABLE {} ADD COLUMN {} int{more};",
                other(s, it, 0),
                own(s, it)
            )
        }),
    ],
};

/// An item's own name, quoted. Some are names nobody should give.
fn own(sketch: &Sketch, item: &Item) -> String {
    let word: String = sketch.word(item).chars().take(5).collect();
    match item.id % 7 {
        0 => format!("`{word} '{} ``\"ü`", item.id),
        _ => format!("`{word}{}`", item.id),
    }
}

fn other(sketch: &Sketch, item: &Item, need: usize) -> String {
    sketch.on(item, need).map(|it| own(sketch, it)).unwrap_or_default()
}

fn table_of(sketch: &Sketch, item: &Item) -> String {
    sketch.on(item, 0).map(|column| other(sketch, column, 0)).unwrap_or_default()
}

fn column(sketch: &Sketch, item: &Item) -> String {
    other(sketch, item, 0)
}

/// The type of the column an item stands on, as far as an index must know it.
fn data_type(sketch: &Sketch, item: &Item) -> String {
    let number = sketch.on(item, 0).map_or(0, |column| column.number(0, 14));
    match number {
        2 => "varchar(20)",
        3 => "varchar(40)",
        4 => "text",
        11 => "json",
        _ => "",
    }
    .to_owned()
}

/// A column as a part of an index: long texts by their beginning.
fn prefixed(sketch: &Sketch, item: &Item) -> String {
    let length = if matches!(data_type(sketch, item).as_str(), "text" | "json") { "(10)" } else { "" };
    format!("{}{length}", column(sketch, item))
}

fn id_type(table: &Item) -> &'static str {
    table.pick(0, &["int", "bigint", "int unsigned"])
}
