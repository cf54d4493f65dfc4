//! The statements for kinds that are created and dropped as a whole: casts, collations, conversions, operator classes and families,
//! text search objects, foreign data wrappers and servers, event triggers, publications. Put together in the server, as `pg_dump`
//! does it in the client. Manual: the page of each `CREATE`.

use crate::queries::{MAPPING_IS_SHOWN, MAPPING_NAME, not_a_member};

/// What comes before the names of options that are not told, at the end of a statement.
const UNTOLD: &str = " /* to be set by hand, never read: ";

/// The names of the options of a definition that are not told.
pub(crate) fn untold(definition: &str) -> Option<&str> {
    definition.rsplit_once(UNTOLD).map(|(_, names)| names.trim_end_matches(" */"))
}

/// A definition without the names of options that are not told.
pub(crate) fn told(definition: &str) -> &str {
    definition.rsplit_once(UNTOLD).map_or(definition, |(told, _)| told)
}

/// One kind: its word, its catalogue, and SQL for the parts of a row.
struct Source {
    word: &'static str,
    class: &'static str,
    /// Where its rows are shown, if not in its catalogue.
    shown: String,
    name: &'static str,
    /// Number of its namespace; empty for what is in none.
    namespace: &'static str,
    definition: String,
    firing: &'static str,
    /// Number of its owner; empty for what has none.
    owner: &'static str,
    acl: &'static str,
    /// Letter of `acldefault`.
    acl_kind: &'static str,
    joins: &'static str,
    /// What makes a row of the catalogue one of this kind; empty where all are.
    only: &'static str,
}

impl Source {
    fn new(word: &'static str, class: &'static str, name: &'static str, definition: String) -> Self {
        Self {
            word,
            class,
            shown: class.to_owned(),
            name,
            namespace: "",
            definition,
            firing: "",
            owner: "",
            acl: "",
            acl_kind: "",
            joins: "",
            only: "",
        }
    }

    /// The condition on a row of the catalogue: not the system's own, and of this kind.
    fn own(&self) -> String {
        let and = if self.only.is_empty() { "" } else { " AND " };
        format!("x.oid >= 16384{and}{}", self.only)
    }

    /// Leaves out what another object brings along, as a range type its casts.
    fn select(&self) -> String {
        let number =
            |text: &'static str| if text.is_empty() { "NULL::oid".to_owned() } else { format!("x.{text}") };
        let owner = match self.owner {
            "" => "NULL::text".to_owned(),
            owner => format!("pg_get_userbyid(x.{owner})::text"),
        };
        let (acl, acl_default) = match self.acl {
            "" => ("NULL::text[]".to_owned(), "NULL::text[]".to_owned()),
            acl => (
                format!("x.{acl}::text[]"),
                format!("acldefault('{}', x.{})::text[]", self.acl_kind, self.owner),
            ),
        };
        let firing =
            if self.firing.is_empty() { "'O'::\"char\"".to_owned() } else { format!("x.{}", self.firing) };
        format!(
            "SELECT '{}', x.tableoid, x.oid, ({})::text, {}, ({})::text, {firing}, {owner}, {acl}, {acl_default}, \
             (SELECT d.description FROM pg_description d WHERE d.objoid = x.oid AND d.classoid = x.tableoid AND d.objsubid = 0) \
             FROM {} x {} WHERE {} AND {} \
             AND NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = x.tableoid AND i.objid = x.oid AND i.deptype = 'i')",
            self.word,
            self.name,
            number(self.namespace),
            self.definition,
            self.shown,
            self.joins,
            self.own(),
            not_a_member(self.class, "x.oid"),
        )
    }
}

/// Whether an option (`p`) holds what nobody else may read: by its name, or by an address with a password in its value.
const IS_SECRET: &str = "(p.option_name ~* 'passw(or)?d(?!_required)|passphrase|pwd|secret|token|credential|jwt|(api|auth|account|access|private|encryption|client|sa)_?key' \
    OR p.option_value ~* '://[^/@]*:[^/@]*@|(passw(or)?d|pwd) *=')";

/// The options of an array that may be told, with commas between them; null where there are none.
pub(crate) fn told_options(array: &str) -> String {
    listed(array, "NOT", "quote_ident(p.option_name) || ' ' || quote_literal(p.option_value)")
}

fn listed(array: &str, is: &str, item: &str) -> String {
    format!(
        "(SELECT string_agg({item}, ', ' ORDER BY p.option_name COLLATE \"C\") FROM pg_options_to_table({array}) p WHERE {is} {IS_SECRET})"
    )
}

/// `OPTIONS (…)` from an array of options, with a space before; nothing where there are none. Of secret ones only the names are told, in a
/// comment at the end.
pub(crate) fn options(array: &str) -> String {
    let (told, untold) =
        (told_options(array), listed(array, "", "quote_ident(translate(p.option_name, '*/', ''))"));
    format!("coalesce(' OPTIONS (' || {told} || ')', '') || coalesce('{UNTOLD}' || {untold} || ' */', '')")
}

/// The statement that tells which of these kinds the database has at all, as their words: most have few, and to plan the
/// statement for all of them takes longer than to read most schemas.
pub(crate) fn present() -> String {
    let asked: Vec<_> = sources(0)
        .iter()
        .map(|source| {
            let (word, shown, own) = (source.word, &source.shown, source.own());
            format!("SELECT '{word}' WHERE EXISTS (SELECT 1 FROM {shown} x WHERE {own})")
        })
        .collect();
    asked.join(" UNION ALL ")
}

/// The statement that reads the kinds of these words; nothing where there are none.
pub(crate) fn defined(version: u32, words: &[String]) -> Option<String> {
    let asked: Vec<_> = sources(version)
        .iter()
        .filter(|source| words.iter().any(|word| word == source.word))
        .map(Source::select)
        .collect();
    (!asked.is_empty()).then(|| asked.join(" UNION ALL "))
}

fn sources(version: u32) -> Vec<Source> {
    vec![
        Source::new(
            "cast",
            "pg_cast",
            "format('(%s AS %s)', format_type(x.castsource, NULL), format_type(x.casttarget, NULL))",
            "format('CREATE CAST (%s AS %s) %s%s', format_type(x.castsource, NULL), format_type(x.casttarget, NULL), \
             CASE x.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || x.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END, \
             CASE x.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)"
                .into(),
        ),
        Source {
            owner: "lanowner",
            acl: "lanacl",
            acl_kind: "l",
            ..Source::new(
                "language",
                "pg_language",
                "x.lanname",
                "format('CREATE %sLANGUAGE %I%s%s%s', CASE WHEN x.lanpltrusted THEN 'TRUSTED ' ELSE '' END, x.lanname, \
                 coalesce(' HANDLER ' || nullif(x.lanplcallfoid, 0)::regproc, ''), coalesce(' INLINE ' || nullif(x.laninline, 0)::regproc, ''), \
                 coalesce(' VALIDATOR ' || nullif(x.lanvalidator, 0)::regproc, ''))"
                    .into(),
            )
        },
        Source::new(
            "access_method",
            "pg_am",
            "x.amname",
            "format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', x.amname, CASE x.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, x.amhandler)".into(),
        ),
        Source {
            joins: "JOIN pg_language l ON l.oid = x.trflang",
            ..Source::new(
                "transform",
                "pg_transform",
                "format('%s LANGUAGE %I', format_type(x.trftype, NULL), l.lanname)",
                "format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(x.trftype, NULL), l.lanname, \
                 concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(x.trffromsql, 0)::regprocedure, 'TO SQL WITH FUNCTION ' || nullif(x.trftosql, 0)::regprocedure))"
                    .into(),
            )
        },
        Source {
            namespace: "typnamespace",
            owner: "typowner",
            acl: "typacl",
            acl_kind: "T",
            joins: "JOIN pg_namespace n ON n.oid = x.typnamespace",
            // Arrays come with what they are of; row types and ranges are read elsewhere.
            only: "(x.typtype = 'p' OR x.typtype = 'b' AND x.typinput <> 'array_in'::regproc)",
            ..Source::new("base_type", "pg_type", "x.typname", base_type(version))
        },
        Source {
            namespace: "collnamespace",
            owner: "collowner",
            joins: "JOIN pg_namespace n ON n.oid = x.collnamespace",
            ..Source::new("collation", "pg_collation", "x.collname", collation(version))
        },
        Source {
            namespace: "connamespace",
            owner: "conowner",
            joins: "JOIN pg_namespace n ON n.oid = x.connamespace",
            ..Source::new(
                "conversion",
                "pg_conversion",
                "x.conname",
                "format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN x.condefault THEN 'DEFAULT ' ELSE '' END, n.nspname, x.conname, \
                 pg_encoding_to_char(x.conforencoding), pg_encoding_to_char(x.contoencoding), x.conproc::regproc)"
                    .into(),
            )
        },
        Source {
            firing: "evtenabled",
            owner: "evtowner",
            ..Source::new(
                "event_trigger",
                "pg_event_trigger",
                "x.evtname",
                "format('CREATE EVENT TRIGGER %I ON %I%s EXECUTE FUNCTION %s()', x.evtname, x.evtevent, \
                 coalesce((SELECT ' WHEN TAG IN (' || string_agg(quote_literal(t), ', ') || ')' FROM unnest(x.evttags) t), ''), x.evtfoid::regproc)"
                    .into(),
            )
        },
        Source { owner: "pubowner", ..Source::new("publication", "pg_publication", "x.pubname", publication(version)) },
        Source {
            owner: "fdwowner",
            acl: "fdwacl",
            acl_kind: "F",
            ..Source::new(
                "foreign_data_wrapper",
                "pg_foreign_data_wrapper",
                "x.fdwname",
                format!(
                    "format('CREATE FOREIGN DATA WRAPPER %I%s%s', x.fdwname, coalesce(' HANDLER ' || nullif(x.fdwhandler, 0)::regproc, ''), \
                     coalesce(' VALIDATOR ' || nullif(x.fdwvalidator, 0)::regproc, '')) || {}",
                    options("x.fdwoptions")
                ),
            )
        },
        Source {
            owner: "srvowner",
            acl: "srvacl",
            acl_kind: "S",
            joins: "JOIN pg_foreign_data_wrapper w ON w.oid = x.srvfdw",
            ..Source::new(
                "foreign_server",
                "pg_foreign_server",
                "x.srvname",
                format!(
                    "format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I', x.srvname, coalesce(' TYPE ' || quote_literal(x.srvtype), ''), \
                     coalesce(' VERSION ' || quote_literal(x.srvversion), ''), w.fdwname) || {}",
                    options("x.srvoptions")
                ),
            )
        },
        Source {
            // The catalogue itself only superusers may read.
            shown: format!(
                "(SELECT 'pg_user_mapping'::regclass::oid AS tableoid, x.umid AS oid, x.* FROM pg_user_mappings x WHERE {MAPPING_IS_SHOWN})"
            ),
            ..Source::new(
                "user_mapping",
                "pg_user_mapping",
                MAPPING_NAME,
                format!("'CREATE USER MAPPING FOR ' || {MAPPING_NAME} || {}", options("x.umoptions")),
            )
        },
        Source {
            namespace: "prsnamespace",
            joins: "JOIN pg_namespace n ON n.oid = x.prsnamespace",
            ..Source::new(
                "text_search_parser",
                "pg_ts_parser",
                "x.prsname",
                "format('CREATE TEXT SEARCH PARSER %I.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s)', n.nspname, x.prsname, \
                 x.prsstart, x.prstoken, x.prsend, x.prslextype, coalesce(', HEADLINE = ' || nullif(x.prsheadline::oid, 0)::regproc, ''))"
                    .into(),
            )
        },
        Source {
            namespace: "tmplnamespace",
            joins: "JOIN pg_namespace n ON n.oid = x.tmplnamespace",
            ..Source::new(
                "text_search_template",
                "pg_ts_template",
                "x.tmplname",
                "format('CREATE TEXT SEARCH TEMPLATE %I.%I (%sLEXIZE = %s)', n.nspname, x.tmplname, \
                 coalesce('INIT = ' || nullif(x.tmplinit::oid, 0)::regproc || ', ', ''), x.tmpllexize)"
                    .into(),
            )
        },
        Source {
            namespace: "dictnamespace",
            owner: "dictowner",
            joins: "JOIN pg_namespace n ON n.oid = x.dictnamespace",
            ..Source::new(
                "text_search_dictionary",
                "pg_ts_dict",
                "x.dictname",
                "format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %s%s)', n.nspname, x.dictname, \
                 (SELECT format('%I.%I', tn.nspname, t.tmplname) FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE t.oid = x.dicttemplate), \
                 coalesce(', ' || x.dictinitoption, ''))"
                    .into(),
            )
        },
        Source {
            namespace: "cfgnamespace",
            owner: "cfgowner",
            joins: "JOIN pg_namespace n ON n.oid = x.cfgnamespace",
            ..Source::new(
                "text_search_configuration",
                "pg_ts_config",
                "x.cfgname",
                "format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %s)', n.nspname, x.cfgname, \
                 (SELECT format('%I.%I', pn.nspname, p.prsname) FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE p.oid = x.cfgparser)) || \
                 coalesce((SELECT string_agg(format(E';\\nALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', n.nspname, x.cfgname, m.alias, m.dicts), '' ORDER BY m.alias) \
                 FROM (SELECT t.alias, string_agg(c.mapdict::regdictionary::text, ', ' ORDER BY c.mapseqno) AS dicts FROM pg_ts_config_map c \
                 JOIN LATERAL ts_token_type(x.cfgparser) t ON t.tokid = c.maptokentype WHERE c.mapcfg = x.oid GROUP BY t.alias) m), '')"
                    .into(),
            )
        },
        Source {
            namespace: "opfnamespace",
            owner: "opfowner",
            joins: "JOIN pg_namespace n ON n.oid = x.opfnamespace JOIN pg_am a ON a.oid = x.opfmethod",
            ..Source::new("operator_family", "pg_opfamily", "x.opfname || ' USING ' || quote_ident(a.amname)", operator_family())
        },
        Source {
            namespace: "opcnamespace",
            owner: "opcowner",
            joins: "JOIN pg_namespace n ON n.oid = x.opcnamespace JOIN pg_am a ON a.oid = x.opcmethod JOIN pg_opfamily f ON f.oid = x.opcfamily \
                    JOIN pg_namespace fn ON fn.oid = f.opfnamespace",
            ..Source::new("operator_class", "pg_opclass", "x.opcname || ' USING ' || quote_ident(a.amname)", operator_class())
        },
    ]
}

/// A type made of functions; nothing for one that is only a name.
fn base_type(version: u32) -> String {
    let subscript =
        if version >= 140_000 { "'SUBSCRIPT = ' || nullif(x.typsubscript::oid, 0)::regproc, " } else { "" };
    format!(
        "CASE WHEN NOT x.typisdefined THEN '' ELSE format('CREATE TYPE %I.%I (%s)', n.nspname, x.typname, concat_ws(', ', \
         'INPUT = ' || x.typinput, 'OUTPUT = ' || x.typoutput, 'RECEIVE = ' || nullif(x.typreceive::oid, 0)::regproc, 'SEND = ' || nullif(x.typsend::oid, 0)::regproc, \
         'TYPMOD_IN = ' || nullif(x.typmodin::oid, 0)::regproc, 'TYPMOD_OUT = ' || nullif(x.typmodout::oid, 0)::regproc, 'ANALYZE = ' || nullif(x.typanalyze::oid, 0)::regproc, {subscript}\
         'INTERNALLENGTH = ' || CASE WHEN x.typlen = -1 THEN 'VARIABLE' ELSE x.typlen::text END, CASE WHEN x.typbyval THEN 'PASSEDBYVALUE' END, \
         'ALIGNMENT = ' || CASE x.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' ELSE 'int4' END, \
         'STORAGE = ' || CASE x.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main' ELSE 'plain' END, \
         CASE WHEN x.typcategory <> 'U' THEN 'CATEGORY = ' || quote_literal(x.typcategory::text) END, CASE WHEN x.typispreferred THEN 'PREFERRED = true' END, \
         'DEFAULT = ' || quote_literal(x.typdefault), 'ELEMENT = ' || CASE WHEN x.typelem <> 0 THEN format_type(x.typelem, NULL) END, \
         CASE WHEN x.typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(x.typdelim::text) END, CASE WHEN x.typcollation <> 0 THEN 'COLLATABLE = true' END)) END"
    )
}

fn collation(version: u32) -> String {
    let locale = match version {
        170_000.. => "CASE WHEN x.colllocale IS NOT NULL THEN 'LOCALE = ' || quote_literal(x.colllocale) END",
        150_000.. => {
            "CASE WHEN x.colliculocale IS NOT NULL THEN 'LOCALE = ' || quote_literal(x.colliculocale) END"
        }
        _ => "CASE WHEN x.collprovider = 'i' THEN 'LOCALE = ' || quote_literal(x.collcollate) END",
    };
    let rules = if version >= 160_000 { ", 'RULES = ' || quote_literal(x.collicurules)" } else { "" };
    format!(
        "format('CREATE COLLATION %I.%I (%s)', n.nspname, x.collname, concat_ws(', ', \
         CASE x.collprovider WHEN 'i' THEN 'PROVIDER = icu' WHEN 'c' THEN 'PROVIDER = libc' WHEN 'b' THEN 'PROVIDER = builtin' END, \
         CASE WHEN NOT x.collisdeterministic THEN 'DETERMINISTIC = false' END, {locale}, \
         CASE WHEN x.collprovider = 'c' THEN 'LC_COLLATE = ' || quote_literal(x.collcollate) || ', LC_CTYPE = ' || quote_literal(x.collctype) END{rules}))"
    )
}

fn publication(version: u32) -> String {
    let (columns, condition, schemas) = if version >= 150_000 {
        (
            "coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY u.ord) || ')' FROM unnest(r.prattrs::int2[]) WITH ORDINALITY u (num, ord) \
             JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = u.num), '')",
            "coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')",
            "(SELECT 'TABLES IN SCHEMA ' || string_agg(quote_ident(s.nspname), ', ' ORDER BY s.nspname) FROM pg_publication_namespace p JOIN pg_namespace s ON s.oid = p.pnnspid WHERE p.pnpubid = x.oid)",
        )
    } else {
        ("''", "''", "NULL")
    };
    let root = if version >= 130_000 {
        ", CASE WHEN x.pubviaroot THEN 'publish_via_partition_root = true' END"
    } else {
        ""
    };
    format!(
        "format('CREATE PUBLICATION %I', x.pubname) || CASE WHEN x.puballtables THEN ' FOR ALL TABLES' ELSE \
         coalesce(' FOR ' || nullif(concat_ws(', ', \
         (SELECT 'TABLE ' || string_agg('ONLY ' || r.prrelid::regclass || {columns} || {condition}, ', ' ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = x.oid), \
         {schemas}), ''), '') END || \
         ' WITH (' || concat_ws(', ', 'publish = ' || quote_literal(concat_ws(', ', CASE WHEN x.pubinsert THEN 'insert' END, CASE WHEN x.pubupdate THEN 'update' END, \
         CASE WHEN x.pubdelete THEN 'delete' END, CASE WHEN x.pubtruncate THEN 'truncate' END)){root}) || ')'"
    )
}

/// An operator of a family or class: number, operator with its types, what it is for.
const MEMBER_OPERATOR: &str = "format('OPERATOR %s %s%s', o.amopstrategy, o.amopopr::regoperator, \
    CASE WHEN o.amoppurpose = 'o' THEN (SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily) ELSE '' END)";

/// A function of a family or class: number, the types it is for, the function.
const MEMBER_FUNCTION: &str = "format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)";

/// Members hang on their class; those of a family that hang on none are added by themselves.
fn operator_family() -> String {
    let loose = |catalog: &str, alias: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = '{catalog}'::regclass AND i.objid = {alias}.oid AND i.refclassid = 'pg_opclass'::regclass AND i.deptype = 'i')"
        )
    };
    format!(
        "format('CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, x.opfname, a.amname) || \
         coalesce((SELECT format(E';\\nALTER OPERATOR FAMILY %I.%I USING %I ADD ', n.nspname, x.opfname, a.amname) || string_agg(m.item, ', ' ORDER BY m.item) FROM (\
         SELECT {MEMBER_OPERATOR} AS item FROM pg_amop o WHERE o.amopfamily = x.oid AND {} \
         UNION ALL SELECT {MEMBER_FUNCTION} FROM pg_amproc p WHERE p.amprocfamily = x.oid AND {}) m), '')",
        loose("pg_amop", "o"),
        loose("pg_amproc", "p"),
    )
}

fn operator_class() -> String {
    let own = |catalog: &str, alias: &str| {
        format!(
            "EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = '{catalog}'::regclass AND i.objid = {alias}.oid AND i.refclassid = 'pg_opclass'::regclass AND i.refobjid = x.oid AND i.deptype = 'i')"
        )
    };
    format!(
        "format('CREATE OPERATOR CLASS %I.%I%s FOR TYPE %s USING %I FAMILY %I.%I AS %s', n.nspname, x.opcname, CASE WHEN x.opcdefault THEN ' DEFAULT' ELSE '' END, \
         format_type(x.opcintype, NULL), a.amname, fn.nspname, f.opfname, \
         coalesce((SELECT string_agg(m.item, ', ' ORDER BY m.item) FROM (\
         SELECT 'STORAGE ' || format_type(x.opckeytype, NULL) AS item WHERE x.opckeytype <> 0 \
         UNION ALL SELECT {MEMBER_OPERATOR} FROM pg_amop o WHERE o.amopfamily = x.opcfamily AND {} \
         UNION ALL SELECT {MEMBER_FUNCTION} FROM pg_amproc p WHERE p.amprocfamily = x.opcfamily AND {}) m), 'STORAGE ' || format_type(x.opcintype, NULL)))",
        own("pg_amop", "o"),
        own("pg_amproc", "p"),
    )
}

/// The statement that reads default privileges: role, kind of object, schema, and the rights.
pub(crate) fn default_privileges() -> String {
    "SELECT pg_get_userbyid(x.defaclrole)::text, x.defaclobjtype, nullif(x.defaclnamespace, 0), x.defaclacl::text[], \
     CASE WHEN x.defaclnamespace = 0 THEN acldefault(CASE x.defaclobjtype WHEN 'S' THEN 's' ELSE x.defaclobjtype END, x.defaclrole)::text[] ELSE '{}'::text[] END \
     FROM pg_default_acl x ORDER BY 1, 2, 3"
        .into()
}
