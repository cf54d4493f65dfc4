//! Texts as servers show them, and what is made of them. What a live server shows is tested in `tests/engines`.

use std::collections::HashMap;

use cadastre_engine::{Dialect, Target, TlsMode};
use cadastre_model::*;

use crate::assemble::{take_definer, without_password};
use crate::dialect::MySqlDialect;
use crate::parse::{parse_sequence, parse_table};
use crate::render::column_item;
use crate::tokens::{open_comments, unqualify, unqualify_trigger};
use crate::url::{Environment, parse_url};

#[test]
fn version_comments_are_opened_and_texts_left_alone() {
    let sql = "a /*!80023 INVISIBLE */ b '/*!1 x */' /*M!100301 COMPRESSED*/ `c*/`";
    assert_eq!(open_comments(sql), "a  INVISIBLE  b '/*!1 x */'  COMPRESSED `c*/`");
}

#[test]
fn the_own_database_goes_from_in_front_of_names_unless_it_means_something_else() {
    assert_eq!(unqualify("select `d`.`t`.`a` from `d`.`t`", "d"), "select `t`.`a` from `t`");
    assert_eq!(unqualify("select `t`.`d`.`x` from `other`.`t`", "d"), "select `t`.`d`.`x` from `other`.`t`");
    let alias = "select `d`.`a` from `t` `d`";
    assert_eq!(unqualify(alias, "d"), alias);
}

#[test]
fn a_table_of_mysql_8_is_read_with_all_its_oddities() {
    let sql = "CREATE TABLE `t` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `g` point NOT NULL /*!80003 SRID 4326 */,
  `a` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT _utf8mb4'it''s \\\\ here' COMMENT 'x, ) y',
  `b` int GENERATED ALWAYS AS ((`id` + 1)) VIRTUAL /*!80023 INVISIBLE */,
  `c` timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `e` enum('a,b','c)') NOT NULL DEFAULT 'a,b',
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`a`(5) DESC) USING BTREE COMMENT 'k',
  KEY `f` ((lower(`a`))) /*!80000 INVISIBLE */,
  FULLTEXT KEY `ft` (`a`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `o`.`p` (`x`) ON DELETE SET NULL,
  CONSTRAINT `ch` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=DYNAMIC COMMENT='tab'
/*!50100 PARTITION BY HASH (`id`)
PARTITIONS 4 */";
    let parsed = parse_table(sql, ReferentialAction::NoAction).unwrap();
    let column = |name: &str| &parsed.columns.iter().find(|(it, _, _)| it == name).unwrap().1;
    assert_eq!(column("id").data_type, "bigint unsigned");
    assert!(column("id").autoincrement && column("id").not_null);
    assert_eq!(column("g").srid, Some(4326));
    assert_eq!(column("a").default.as_deref(), Some("_utf8mb4'it''s \\\\ here'"));
    assert!(column("b").invisible && column("b").generated.as_ref().unwrap().expression == "(`id` + 1)");
    assert_eq!(column("c").on_update.as_deref(), Some("CURRENT_TIMESTAMP"));
    assert_eq!(column("e").data_type, "enum('a,b','c)')");
    let part = |name: &str| &parsed.parts.iter().find(|(it, _, _)| it == name).unwrap().1;
    let Body::Index(unique) = part("u") else { panic!() };
    assert!(unique.unique && unique.parts[0].descending && unique.parts[0].prefix_length == Some(5));
    let Body::Index(functional) = part("f") else { panic!() };
    assert!(
        functional.invisible && functional.parts[0].target == IndexTarget::Expression("lower(`a`)".into())
    );
    let Body::Index(full_text) = part("ft") else { panic!() };
    assert_eq!((full_text.method.as_str(), full_text.parser.as_deref()), ("fulltext", Some("ngram")));
    let Body::ForeignKey(key) = part("fk") else { panic!() };
    assert_eq!((&key.references, key.on_delete), (&QualifiedName::new("o", "p"), ReferentialAction::SetNull));
    let Body::Check(check) = part("ch") else { panic!() };
    assert!(check.not_enforced);
    assert_eq!(parsed.table.partition_by.as_deref(), Some("PARTITION BY HASH (`id`) PARTITIONS 4"));
    assert_eq!(parsed.table.options[0].value, "DYNAMIC");
    assert_eq!(parsed.comment.as_deref(), Some("tab"));
}

/// A model of one table, of MySQL 8 or of MariaDB.
fn model_of(version: &str, sql: &str) -> Model {
    let parsed = parse_table(sql, ReferentialAction::NoAction).unwrap();
    let origin =
        Origin { engine: "mysql".into(), version: version.into(), database: "d".into(), owner: None };
    let mut builder = ModelBuilder::new(origin);
    let namespace = builder.add(Object::new(None, "d", Body::Namespace(Namespace {})));
    let table = builder.add(Object::new(Some(namespace), "t", Body::Table(parsed.table)));
    for (name, column, _) in parsed.columns {
        builder.add(Object::new(Some(table), name, Body::Column(column)));
    }
    for (name, part, _) in parsed.parts {
        builder.add(Object::new(Some(table), name, part));
    }
    builder.finish().unwrap()
}

#[test]
fn mysql_is_not_asked_to_rename_what_it_would_refuse() {
    let sql = "CREATE TABLE `t` (
  `a` int NOT NULL,
  `b` int DEFAULT NULL,
  `c` int DEFAULT NULL,
  `d` int DEFAULT NULL,
  `e` int GENERATED ALWAYS AS ((`a` + 1)) VIRTUAL,
  KEY `f` ((abs(`b`))),
  KEY `plain` (`d`)
) ENGINE=InnoDB
/*!50100 PARTITION BY HASH (`c`)
PARTITIONS 4 */";
    let rename = |model: &Model, name: &str| {
        let column = model.objects().find(|(_, it)| it.kind() == Kind::Column && it.name == name).unwrap().0;
        MySqlDialect.rename_step(model, column, "z").map(|step| step.statements.concat())
    };
    let model = model_of("MySQL 8.0.36", sql);
    for (column, place) in [("a", "d.t.e"), ("b", "d.t.f"), ("c", "the partitions of t")] {
        let error = rename(&model, column).unwrap_err();
        assert!(error.message.contains(place) && error.hint.is_some(), "{error:?}");
    }
    assert_eq!(rename(&model, "d").unwrap(), "ALTER TABLE `t` RENAME COLUMN `d` TO `z`");
    assert_eq!(rename(&model, "e").unwrap(), "ALTER TABLE `t` RENAME COLUMN `e` TO `z`");
    let sql = sql.replace("  KEY `f` ((abs(`b`))),\n", "");
    assert!(rename(&model_of("MariaDB 10.11.6", &sql), "a").is_ok());
}

#[test]
fn what_storage_engines_are_told_of_columns_is_kept_and_comments_are_not_taken_for_it() {
    let sql = "CREATE TABLE `t` (
  `a` time /* mariadb-5.3 */ DEFAULT NULL,
  `b` double DEFAULT 1e-30,
  `c` int /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */ DEFAULT NULL /*!80021 ENGINE_ATTRIBUTE '{\"k\": 1}' */,
  `d` int NOT SECONDARY,
  `e` int(11) DEFAULT NULL `DATE_FORMAT`='yy',
  `f` double DEFAULT -2.5E+10 COMMENT 'x /* y */'
) ENGINE=InnoDB";
    let parsed = parse_table(sql, ReferentialAction::NoAction).unwrap();
    let column = |name: &str| &parsed.columns.iter().find(|(it, _, _)| it == name).unwrap().1;
    assert_eq!(column("b").default.as_deref(), Some("1e-30"));
    assert_eq!(column("f").default.as_deref(), Some("-2.5E+10"));
    assert_eq!(parsed.columns[5].2.as_deref(), Some("x /* y */"));
    let item =
        |name: &str| column_item(&Object::new(None, name, Body::Namespace(Namespace {})), column(name), None);
    assert_eq!(item("c"), "`c` int NULL STORAGE DISK COLUMN_FORMAT DYNAMIC ENGINE_ATTRIBUTE '{\"k\": 1}'");
    assert_eq!(item("d"), "`d` int NULL NOT SECONDARY");
    assert_eq!(item("e"), "`e` int(11) NULL `DATE_FORMAT`='yy'");
}

#[test]
fn what_is_not_understood_is_said() {
    let error =
        parse_table("CREATE TABLE `t` (\n `a` int FROBNICATED\n) ENGINE=InnoDB", ReferentialAction::NoAction)
            .unwrap_err();
    assert!(error.0.contains("FROBNICATED"), "{error:?}");
}

#[test]
fn sequences_and_definers_are_read() {
    let sql =
        "CREATE SEQUENCE `s` start with 1 minvalue -5 maxvalue 99 increment by 2 nocache cycle ENGINE=InnoDB";
    let options = parse_sequence(sql).unwrap().options;
    assert_eq!((options.min.as_str(), options.cache.as_str(), options.cycle), ("-5", "0", true));
    let (definer, rest) = take_definer("CREATE DEFINER=`o``k`@`%` PROCEDURE `p`() SELECT 1");
    assert_eq!((definer.as_deref(), rest.as_str()), (Some("o`k@%"), "CREATE PROCEDURE `p`() SELECT 1"));
    let (role, rest) = take_definer("CREATE DEFINER=`staff` PROCEDURE `p`() SELECT 1");
    assert_eq!((role.as_deref(), rest.as_str()), (Some("staff@"), "CREATE PROCEDURE `p`() SELECT 1"));
}

#[test]
fn the_password_of_a_federated_table_is_not_kept() {
    let safe = without_password("'mysql://ann:p@ss/w@h:3306/d/t'");
    assert_eq!(safe.as_deref(), Some("'mysql://ann@h:3306/d/t'"));
    assert_eq!(without_password("'mysql://ann@h:3306/d/t'"), None);
    assert_eq!(without_password("'server_1/t'"), None);
}

#[test]
fn a_trigger_does_not_tell_where_it_was_read() {
    let plain = |sql: &str| unqualify_trigger(sql, "d");
    assert_eq!(
        plain("CREATE TRIGGER d.x BEFORE INSERT ON `d`.`t` FOR EACH ROW SET NEW.a = d.f()"),
        "CREATE TRIGGER x BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = d.f()"
    );
    let other = "CREATE TRIGGER dd BEFORE INSERT ON d FOR EACH ROW SET NEW.a = 1";
    assert_eq!(plain(other), other);
}

fn address(text: &str) -> cadastre_engine::ServerAddress {
    match parse_url(text, &Environment::default()).unwrap().0 {
        Target::MySql(address) => address,
        other => panic!("{other:?}"),
    }
}

#[test]
fn addresses_default_to_checked_tls_away_from_this_machine() {
    assert_eq!(address("mysql://u@db.example.org/d").tls, TlsMode::VerifyFull);
    assert_eq!(address("mysql://u@127.0.0.1:3307/d").tls, TlsMode::Prefer);
    assert_eq!(address("mariadb://u@h/d?ssl_mode=VERIFY_CA").tls, TlsMode::VerifyCa);
    let socket = address("mysql://u@localhost/d?socket=/run/mysqld/mysqld.sock");
    assert!(
        socket.is_socket()
            && parse_url(&Target::MySql(socket.clone()).url(), &Environment::default()).unwrap().0
                == Target::MySql(socket)
    );
    assert!(
        parse_url("mysql://u@h/d?sslmood=x", &Environment::default())
            .unwrap_err()
            .message
            .contains("sslmood")
    );
}

#[test]
fn a_password_that_is_not_encoded_is_refused_and_never_shown() {
    for address in
        ["mysql://root:canary/x@h/db", "mysql://root:123/canary@h/db", "mysql://root:1?canary@h/db"]
    {
        let error = parse_url(address, &Environment::default()).unwrap_err();
        assert!(!format!("{error:?}").contains("canary") && error.message.contains("%2F"), "{error:?}");
    }
}

#[test]
fn the_option_file_gives_its_password_to_its_own_server_only() {
    let home = std::env::temp_dir().join(format!("cadastre-my-cnf-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(
        home.join(".my.cnf"),
        "[mysqld]\nuser=x\n[client]\nuser = ann\npassword=\"s e\"\nhost=db1\n",
    )
    .unwrap();
    let environment = Environment { variables: HashMap::new(), home: Some(home.clone()) };
    let password = |url: &str| parse_url(url, &environment).unwrap().1.map(|it| it.expose().to_owned());
    assert_eq!(password("mysql:///shop").as_deref(), Some("s e"));
    assert_eq!(password("mysql://ann@db2/shop"), None);
    assert_eq!(password("mysql://bob@db1/shop"), None);
    std::fs::remove_dir_all(home).unwrap();
}
