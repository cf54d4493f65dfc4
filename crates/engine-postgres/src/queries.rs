//! The catalogue statements: with those of [`crate::defined`] fourteen to sixteen, whatever the number of objects. Manual: "System Catalogs".
//!
//! They run with `search_path = pg_catalog`, so that every function of the server qualifies names the same way. Objects of
//! extensions and of the system are left out. A statement that needs a newer catalogue takes the server's version number.

use crate::defined::{options, told_options};

/// Leaves out members of extensions.
pub(crate) fn not_a_member(class: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '{class}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"
    )
}

/// Leaves out the system's own namespaces and temporary ones.
const USER_NAMESPACE: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// A setting that servers since 15.20 keep at each column for themselves; `pg_dump` leaves it out as well.
const OWN_MARK: &str = "pg_attver";

fn comment(class: &str, oid: &str) -> String {
    format!(
        "LEFT JOIN pg_description d ON d.objoid = {oid} AND d.classoid = '{class}'::regclass AND d.objsubid = 0"
    )
}

/// A collation's qualified name; `regcollation` does it too, but only since PostgreSQL 13.
fn collation(oid: &str) -> String {
    format!(
        "(SELECT quote_ident(cn.nspname) || '.' || quote_ident(cl.collname) FROM pg_collation cl \
         JOIN pg_namespace cn ON cn.oid = cl.collnamespace WHERE cl.oid = {oid})"
    )
}

pub(crate) fn namespaces() -> String {
    format!(
        "SELECT n.oid, n.nspname::text, pg_get_userbyid(n.nspowner)::text, n.nspacl::text[], \
         acldefault('n', n.nspowner)::text[], d.description \
         FROM pg_namespace n {} WHERE {USER_NAMESPACE} AND {} ORDER BY 2",
        comment("pg_namespace", "n.oid"),
        not_a_member("pg_namespace", "n.oid"),
    )
}

pub(crate) fn extensions() -> String {
    format!(
        "SELECT e.oid, e.extname::text, n.nspname::text, e.extversion, d.description FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace {} WHERE e.oid >= 16384 ORDER BY 2",
        comment("pg_extension", "e.oid")
    )
}

/// What extensions say of themselves, which the server reads from files: one of them that cannot be read makes the statement fail.
pub(crate) fn own_comments() -> String {
    "SELECT a.name::text, a.comment FROM pg_available_extensions a \
     WHERE EXISTS (SELECT 1 FROM pg_extension WHERE oid >= 16384) AND a.name IN (SELECT extname FROM pg_extension)"
        .into()
}

pub(crate) fn types(version: u32) -> String {
    let (type_collation, range_collation) = (collation("t.typcollation"), collation("r.rngcollation"));
    let attribute_collation = collation("a.attcollation");
    let multirange = if version >= 140_000 { "r.rngmultitypid" } else { "0::oid" };
    format!(
        "SELECT t.oid, t.typnamespace, t.typname::text, t.typtype, pg_get_userbyid(t.typowner)::text, t.typacl::text[], \
         acldefault('T', t.typowner)::text[], d.description, \
         CASE WHEN t.typtype = 'e' THEN (SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid) END, \
         CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, \
         CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) END, \
         CASE WHEN t.typtype = 'd' AND t.typcollation <> 0 AND t.typcollation <> b.typcollation THEN {type_collation} END, \
         CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
         CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
         CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(CASE WHEN a.attcollation <> 0 AND a.attcollation <> y.typcollation THEN {attribute_collation} ELSE '' END ORDER BY a.attnum) \
              FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
         CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(col_description(t.typrelid, a.attnum) ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
         CASE WHEN t.typtype = 'r' THEN ARRAY['subtype', format_type(r.rngsubtype, NULL), \
              'subtype_opclass', CASE WHEN NOT o.opcdefault THEN (SELECT quote_ident(x.nspname) || '.' || quote_ident(o.opcname) FROM pg_namespace x WHERE x.oid = o.opcnamespace) ELSE '' END, \
              'collation', CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> s.typcollation THEN {range_collation} ELSE '' END, \
              'canonical', CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text ELSE '' END, \
              'subtype_diff', CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text ELSE '' END, \
              'multirange_type_name', CASE WHEN {multirange} <> 0 THEN {multirange}::regtype::text ELSE '' END] END \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
         LEFT JOIN pg_type b ON b.oid = t.typbasetype LEFT JOIN pg_class c ON c.oid = t.typrelid \
         LEFT JOIN pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc LEFT JOIN pg_type s ON s.oid = r.rngsubtype \
         {} WHERE {USER_NAMESPACE} AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c') AND {} ORDER BY t.oid",
        comment("pg_type", "t.oid"),
        not_a_member("pg_type", "t.oid"),
    )
}

pub(crate) fn relations() -> String {
    let table_options = options("f.ftoptions");
    format!(
        "SELECT c.oid, c.relnamespace, c.relname::text, c.relkind, c.relpersistence, pg_get_userbyid(c.relowner)::text, c.relacl::text[], \
         CASE WHEN c.relacl IS NOT NULL THEN acldefault(CASE WHEN c.relkind = 'S' THEN 's'::\"char\" ELSE 'r'::\"char\" END, c.relowner)::text[] END, d.description, \
         coalesce(c.reloptions, '{{}}') || CASE WHEN tc.reloptions IS NULL THEN '{{}}' ELSE (SELECT array_agg('toast.' || o) FROM unnest(tc.reloptions) o) END, \
         c.relrowsecurity, c.relforcerowsecurity, \
         CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END, \
         CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, \
         CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, \
         h.parents, \
         CASE WHEN c.relkind = 'S' THEN ARRAY[format_type(q.seqtypid, NULL), q.seqstart::text, q.seqincrement::text, q.seqmin::text, q.seqmax::text, q.seqcache::text, q.seqcycle::text, c.relpersistence::text] END, \
         o.refobjid, o.refobjsubid, o.deptype, \
         CASE WHEN c.relkind IN ('r', 'm') AND am.amname <> 'heap' THEN am.amname::text END, \
         CASE CASE WHEN c.relkind IN ('r', 'p') THEN c.relreplident END WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN \
              (SELECT 'using index ' || quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END, \
         CASE WHEN c.relkind = 'f' THEN (SELECT quote_ident(s.srvname) || {table_options} \
              FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END, \
         CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END, c.relispopulated \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid AND c.relkind IN ('r', 'm') LEFT JOIN pg_am am ON am.oid = c.relam \
         LEFT JOIN pg_sequence q ON q.seqrelid = c.oid \
         LEFT JOIN (SELECT inhrelid, array_agg(inhparent ORDER BY inhseqno) AS parents FROM pg_inherits GROUP BY inhrelid) h ON h.inhrelid = c.oid \
         LEFT JOIN pg_depend o ON c.relkind = 'S' AND o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0 \
              AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i') \
         {} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {USER_NAMESPACE} AND {} ORDER BY c.oid",
        comment("pg_class", "c.oid"),
        not_a_member("pg_class", "c.oid"),
    )
}

pub(crate) fn columns(version: u32) -> String {
    let attribute_collation = collation("a.attcollation");
    let column_options = told_options("a.attfdwoptions");
    let compression = if version >= 140_000 {
        // What is left of it when a column has become of a type that cannot be compressed means nothing.
        "CASE WHEN a.attlen = -1 THEN a.attcompression ELSE ''::\"char\" END"
    } else {
        "''::\"char\""
    };
    format!(
        "SELECT a.attrelid, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
         pg_get_expr(f.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE f.adrelid END), a.attgenerated, a.attidentity, \
         CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN {attribute_collation} END, \
         a.attislocal, a.attinhcount::int4, CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage ELSE ''::\"char\" END, {compression}, \
         coalesce(a.attstattarget::int4, -1), a.attacl::text[], d.description, CASE WHEN a.attoptions IS NOT NULL THEN ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o NOT LIKE '{OWN_MARK}=%') END, \
         CASE WHEN a.attfdwoptions IS NOT NULL THEN {column_options} END \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_attrdef f ON a.atthasdef AND f.adrelid = a.attrelid AND f.adnum = a.attnum \
         LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {USER_NAMESPACE} \
         ORDER BY a.attrelid, a.attnum"
    )
}

pub(crate) fn constraints(version: u32) -> String {
    let (delete_columns, not_distinct) = if version >= 150_000 {
        ("c.confdelsetcols", "coalesce(i.indnullsnotdistinct, false)")
    } else {
        ("NULL::int2[]", "false")
    };
    format!(
        "SELECT c.oid, c.conname::text, c.contype, c.conrelid, c.contypid, c.conkey, c.confrelid, c.confkey, c.confupdtype, c.confdeltype, \
         c.confmatchtype, c.condeferrable, c.condeferred, c.convalidated, c.connoinherit, c.conislocal, c.coninhcount::int4, c.conparentid <> 0, \
         CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) WHEN 'x' THEN pg_get_constraintdef(c.oid) END, \
         {delete_columns}, {not_distinct}, i.indkey::int2[], coalesce(i.indnkeyatts, 0::int2), x.reloptions, px.relname::text, px.relnamespace, d.description, \
         coalesce(i.indisclustered, false), \
         CASE WHEN c.contype IN ('p', 'u', 'x') THEN (SELECT k.description FROM pg_description k WHERE k.objoid = c.conindid AND k.classoid = 'pg_class'::regclass AND k.objsubid = 0) END \
         FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace \
         LEFT JOIN pg_index i ON c.contype IN ('p', 'u') AND i.indexrelid = c.conindid LEFT JOIN pg_class x ON x.oid = i.indexrelid \
         LEFT JOIN pg_inherits ih ON c.contype IN ('p', 'u') AND ih.inhrelid = c.conindid LEFT JOIN pg_class px ON px.oid = ih.inhparent \
         {} WHERE c.contype IN ('c', 'p', 'u', 'f', 'x') AND {USER_NAMESPACE} ORDER BY c.conrelid, c.conname",
        comment("pg_constraint", "c.oid"),
    )
}

pub(crate) fn indexes(version: u32) -> String {
    let not_distinct = if version >= 150_000 { "i.indnullsnotdistinct" } else { "false" };
    format!(
        "SELECT i.indexrelid, i.indrelid, x.relname::text, am.amname::text, i.indisunique, i.indisvalid AND i.indisready, \
         i.indkey::int2[], i.indnkeyatts, i.indoption::int2[], i.indclass::oid[], i.indcollation::oid[], {not_distinct}, \
         CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k) END, \
         pg_get_expr(i.indpred, i.indrelid), x.reloptions, h.inhparent, i.indisclustered, d.description, \
         CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT s.attnum || '=' || s.attstattarget FROM pg_attribute s WHERE s.attrelid = i.indexrelid AND s.attstattarget >= 0 ORDER BY s.attnum) END, \
         (SELECT array_agg(s.attnum || '=' || l.list) FROM pg_attribute s CROSS JOIN LATERAL \
              (SELECT string_agg(quote_ident(p.option_name) || '=' || quote_literal(p.option_value), ', ') AS list FROM pg_options_to_table(s.attoptions) p \
               WHERE p.option_name <> '{OWN_MARK}') l WHERE s.attrelid = i.indexrelid AND s.attoptions IS NOT NULL AND l.list IS NOT NULL) \
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_am am ON am.oid = x.relam \
         LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid \
         {} WHERE {USER_NAMESPACE} AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')) \
         AND {} ORDER BY i.indexrelid",
        comment("pg_class", "i.indexrelid"),
        not_a_member("pg_class", "i.indexrelid"),
    )
}

/// No function of the server writes an operator, so its statement is put together from the catalogue.
const OPERATOR: &str = "format('CREATE OPERATOR %I.%s (%s)', n.nspname, o.oprname, concat_ws(', ', 'FUNCTION = ' || o.oprcode::regproc, \
    'LEFTARG = ' || CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END, \
    'RIGHTARG = ' || CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END, \
    'COMMUTATOR = ' || (SELECT format('OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprcom), \
    'NEGATOR = ' || (SELECT format('OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprnegate), \
    'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regproc, 'JOIN = ' || nullif(o.oprjoin::oid, 0)::regproc, \
    CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END))";

/// Triggers, rules, statistics objects and operators, told apart by their first column. The third is the table's number, of an
/// operator the schema's.
pub(crate) fn attachments(version: u32) -> String {
    // Of clones in partitions only what they have changed counts: when they fire.
    let (clone, not_a_clone) = if version >= 130_000 {
        (
            "t.tgparentid <> 0",
            "AND (t.tgparentid = 0 OR t.tgenabled <> (SELECT p.tgenabled FROM pg_trigger p WHERE p.oid = t.tgparentid))",
        )
    } else {
        ("false", "")
    };
    // Unsaid it was -1 once and is nothing since 17.
    let target = if version >= 130_000 { "coalesce(s.stxstattarget::int4, -1)" } else { "-1" };
    format!(
        "SELECT 't'::\"char\", t.oid, t.tgrelid, t.tgname::text, pg_get_triggerdef(t.oid), t.tgenabled, d.description, t.tgtype::int4, {clone}, NULL::text, -1 \
         FROM pg_trigger t {} WHERE NOT t.tgisinternal {not_a_clone} \
         UNION ALL SELECT 'r', r.oid, r.ev_class, r.rulename::text, pg_get_ruledef(r.oid), r.ev_enabled, d.description, 0, false, NULL, -1 \
         FROM pg_rewrite r {} WHERE r.rulename <> '_RETURN' AND r.oid >= 16384 \
         UNION ALL SELECT 's', s.oid, s.stxrelid, s.stxname::text, pg_get_statisticsobjdef(s.oid), ' ', d.description, 0, false, pg_get_userbyid(s.stxowner), {target} \
         FROM pg_statistic_ext s {} \
         UNION ALL SELECT 'o', o.oid, o.oprnamespace, o.oprname::text || '(' || concat_ws(', ', CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) ELSE 'NONE' END, \
         CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) ELSE 'NONE' END) || ')', {OPERATOR}, ' ', d.description, 0, false, pg_get_userbyid(o.oprowner), -1 \
         FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace {} WHERE o.oid >= 16384 AND o.oprcode <> 0 AND {} ORDER BY 1, 2",
        comment("pg_trigger", "t.oid"),
        comment("pg_rewrite", "r.oid"),
        comment("pg_statistic_ext", "s.oid"),
        comment("pg_operator", "o.oid"),
        not_a_member("pg_operator", "o.oid"),
    )
}

pub(crate) fn policies() -> String {
    format!(
        "SELECT p.oid, p.polrelid, p.polname::text, p.polcmd, p.polpermissive, \
         ARRAY(SELECT CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END FROM unnest(p.polroles) r ORDER BY 1), \
         pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), d.description FROM pg_policy p {} ORDER BY 1",
        comment("pg_policy", "p.oid"),
    )
}

/// `pg_get_functiondef` refuses aggregates, so their statement is put together from `pg_aggregate`.
const AGGREGATE: &str = "format('CREATE AGGREGATE %I.%I(%s) (%s)', n.nspname, p.proname, \
    CASE WHEN g.aggkind = 'n' AND p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END, \
    concat_ws(', ', 'SFUNC = ' || g.aggtransfn::regproc, 'STYPE = ' || format_type(g.aggtranstype, NULL), \
    'SSPACE = ' || nullif(g.aggtransspace, 0), \
    'FINALFUNC = ' || nullif(g.aggfinalfn::oid, 0)::regproc, CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END, \
    CASE WHEN g.aggfinalfn <> 0 AND g.aggfinalmodify <> CASE WHEN g.aggkind = 'n' THEN 'r'::\"char\" ELSE 'w'::\"char\" END THEN \
      'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END, \
    'COMBINEFUNC = ' || nullif(g.aggcombinefn::oid, 0)::regproc, \
    'SERIALFUNC = ' || nullif(g.aggserialfn::oid, 0)::regproc, 'DESERIALFUNC = ' || nullif(g.aggdeserialfn::oid, 0)::regproc, \
    'INITCOND = ' || quote_literal(g.agginitval), \
    'MSFUNC = ' || nullif(g.aggmtransfn::oid, 0)::regproc, 'MINVFUNC = ' || nullif(g.aggminvtransfn::oid, 0)::regproc, \
    'MSTYPE = ' || CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END, \
    'MSSPACE = ' || nullif(g.aggmtransspace, 0), 'MFINALFUNC = ' || nullif(g.aggmfinalfn::oid, 0)::regproc, \
    CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END, \
    CASE WHEN g.aggmfinalfn <> 0 AND g.aggmfinalmodify <> CASE WHEN g.aggkind = 'n' THEN 'r'::\"char\" ELSE 'w'::\"char\" END THEN \
      'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END, \
    'MINITCOND = ' || quote_literal(g.aggminitval), \
    'SORTOP = ' || CASE WHEN g.aggsortop <> 0 THEN (SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_operator o \
      JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = g.aggsortop) END, \
    CASE WHEN p.proparallel <> 'u' THEN 'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' ELSE 'RESTRICTED' END END, \
    CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END))";

pub(crate) fn routines() -> String {
    format!(
        "SELECT p.oid, p.pronamespace, p.proname::text, p.prokind, oidvectortypes(p.proargtypes), coalesce(pg_get_function_result(p.oid), ''), \
         l.lanname::text, CASE WHEN p.prokind = 'a' THEN {AGGREGATE} ELSE pg_get_functiondef(p.oid) END, \
         pg_get_userbyid(p.proowner)::text, p.proacl::text[], CASE WHEN p.proacl IS NOT NULL THEN acldefault('f', p.proowner)::text[] END, d.description \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
         LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid {} \
         WHERE p.oid >= 16384 AND {USER_NAMESPACE} AND {} \
         AND NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i') ORDER BY 1",
        comment("pg_proc", "p.oid"),
        not_a_member("pg_proc", "p.oid"),
    )
}

/// What must exist before what. Members of extensions count as their extension, rules of views count as their view, defaults as their column, array and row types as what
/// they are of.
pub(crate) fn dependencies(version: u32) -> String {
    // A type of several ranges stands for the range type that it came with.
    let (range, ranges) = if version >= 140_000 {
        (
            "r.rngtypid",
            "LEFT JOIN pg_range r ON d.refclassid = 'pg_type'::regclass AND r.rngmultitypid = coalesce(e.oid, d.refobjid)",
        )
    } else {
        ("NULL::oid", "")
    };
    format!(
        "SELECT DISTINCT CASE WHEN s.oid IS NOT NULL THEN 'pg_type'::regclass::oid WHEN w.oid IS NOT NULL AND w.rulename = '_RETURN' OR f.oid IS NOT NULL THEN 'pg_class'::regclass::oid \
           WHEN p.oid IS NOT NULL THEN 'pg_publication'::regclass::oid ELSE coalesce(o.refclassid, d.classid) END, \
         CASE WHEN s.oid IS NOT NULL THEN s.reltype WHEN w.rulename = '_RETURN' THEN w.ev_class WHEN f.oid IS NOT NULL THEN f.adrelid ELSE coalesce(p.prpubid, o.refobjid, d.objid) END, \
         CASE WHEN f.oid IS NOT NULL THEN f.adnum::int4 ELSE 0 END, \
         CASE WHEN m.refobjid IS NOT NULL THEN 'pg_extension'::regclass::oid WHEN coalesce(e.typrelid, t.typrelid) <> 0 AND k.relkind <> 'c' THEN 'pg_class'::regclass::oid ELSE d.refclassid END, \
         CASE WHEN m.refobjid IS NOT NULL THEN m.refobjid WHEN coalesce(e.typrelid, t.typrelid) <> 0 AND k.relkind <> 'c' THEN k.oid ELSE coalesce({range}, e.oid, d.refobjid) END \
         FROM pg_depend d \
         LEFT JOIN pg_depend m ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e' \
         LEFT JOIN pg_class s ON d.classid = 'pg_class'::regclass AND s.oid = d.objid AND s.relkind = 'c' \
         LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid \
         LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid \
         LEFT JOIN pg_publication_rel p ON d.classid = 'pg_publication_rel'::regclass AND p.oid = d.objid \
         LEFT JOIN pg_depend o ON o.classid = d.classid AND o.objid = d.objid AND o.objsubid = 0 \
             AND (d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND o.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass) \
               OR d.classid = 'pg_class'::regclass AND o.refclassid = 'pg_constraint'::regclass AND o.deptype = 'i') \
         LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid \
         LEFT JOIN pg_type e ON t.typelem <> 0 AND t.typlen = -1 AND e.oid = t.typelem \
         LEFT JOIN pg_class k ON k.oid = coalesce(nullif(e.typrelid, 0), t.typrelid) {ranges} \
         WHERE d.deptype IN ('n', 'a') AND d.objid >= 16384 AND d.refobjid >= 16384 \
         AND (d.deptype = 'n' OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_proc'::regclass OR d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_proc'::regclass \
             OR d.classid = 'pg_opclass'::regclass AND d.refclassid = 'pg_opfamily'::regclass OR p.oid IS NOT NULL AND d.refclassid = 'pg_class'::regclass \
             OR o.refclassid <> 'pg_constraint'::regclass AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)) \
         AND d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, \
             'pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_operator'::regclass, 'pg_extension'::regclass, \
             'pg_cast'::regclass, 'pg_collation'::regclass, 'pg_conversion'::regclass, 'pg_event_trigger'::regclass, 'pg_publication_rel'::regclass, 'pg_foreign_server'::regclass, \
             'pg_foreign_data_wrapper'::regclass, 'pg_user_mapping'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_config'::regclass, 'pg_opfamily'::regclass, 'pg_opclass'::regclass, \
             'pg_language'::regclass, 'pg_am'::regclass, 'pg_transform'::regclass, 'pg_statistic_ext'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass) \
         AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_operator'::regclass, 'pg_extension'::regclass, \
             'pg_collation'::regclass, 'pg_foreign_server'::regclass, 'pg_foreign_data_wrapper'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass, 'pg_ts_dict'::regclass, \
             'pg_ts_config'::regclass, 'pg_opfamily'::regclass, 'pg_opclass'::regclass, 'pg_language'::regclass, 'pg_am'::regclass, 'pg_transform'::regclass)"
    )
}

/// Whether a row of `pg_user_mappings` (`x`) shows its options to who asks (manual, "pg_user_mappings").
pub(crate) const MAPPING_IS_SHOWN: &str = "(SELECT r.rolsuper OR CASE WHEN x.umuser = 0 THEN pg_has_role(s.srvowner, 'USAGE') \
    ELSE x.umuser = r.oid AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')) END \
    FROM pg_foreign_server s, pg_roles r WHERE s.oid = x.srvid AND r.rolname = current_user)";

/// What a row of `pg_user_mappings` (`x`) is called.
pub(crate) const MAPPING_NAME: &str =
    "format('%s SERVER %I', CASE WHEN x.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(x.usename) END, x.srvname)";

/// What is seen and not modelled; and, in the same round trip, the names that arrays of numbers stand for: operator classes
/// and collations of indexes.
pub(crate) fn remainder() -> String {
    let seen = format!(
        "SELECT 'user mapping', {MAPPING_NAME}, 0::oid, false FROM pg_user_mappings x WHERE NOT {MAPPING_IS_SHOWN} \
         UNION ALL SELECT 'subscription', s.subname, 0::oid, false FROM pg_subscription s \
         WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"
    );
    let rights = system_rights();
    let names = format!(
        "SELECT 'opclass', quote_ident(n.nspname) || '.' || quote_ident(o.opcname), o.oid, o.opcdefault FROM pg_opclass o \
         JOIN pg_namespace n ON n.oid = o.opcnamespace \
         UNION ALL SELECT 'index collation', {}, u.c, false FROM \
         (SELECT DISTINCT unnest(i.indcollation::oid[]) AS c FROM pg_index i WHERE i.indexrelid >= 16384) u WHERE u.c NOT IN (0, 100)",
        collation("u.c")
    );
    format!("{seen} UNION ALL {rights} UNION ALL {names}")
}

/// The system's own objects on which rights are others than the server was made with (manual: "pg_init_privs").
fn system_rights() -> String {
    // Those of the information schema are given after the record of the first rights is written.
    let of = |catalogue: &str, from: &str, object: &str, part: &str, rights: &str, name: &str| {
        format!(
            "SELECT 'rights on a system object', {name}, 0::oid, false FROM {from} \
             LEFT JOIN pg_init_privs i ON i.classoid = '{catalogue}'::regclass AND i.objoid = {object} AND i.objsubid = {part} \
             WHERE {object} < 16384 AND {rights} IS DISTINCT FROM i.initprivs"
        )
    };
    [
        of(
            "pg_class",
            "(SELECT * FROM pg_class WHERE relnamespace = 11) c",
            "c.oid",
            "0",
            "c.relacl",
            "c.oid::regclass::text",
        ),
        of(
            "pg_class",
            "pg_attribute a",
            "a.attrelid",
            "a.attnum",
            "a.attacl",
            "a.attrelid::regclass::text || '.' || quote_ident(a.attname)",
        ),
        of(
            "pg_proc",
            "(SELECT * FROM pg_proc WHERE pronamespace = 11) p",
            "p.oid",
            "0",
            "p.proacl",
            "p.oid::regprocedure::text",
        ),
        rights_on_members(),
    ]
    .join(" UNION ALL ")
}

/// The same of what extensions brought along, told by extension: rights are given to all at once as a rule.
fn rights_on_members() -> String {
    let kinds = [
        ("pg_class", "relacl"),
        ("pg_proc", "proacl"),
        ("pg_type", "typacl"),
        ("pg_namespace", "nspacl"),
        ("pg_foreign_data_wrapper", "fdwacl"),
        ("pg_language", "lanacl"),
    ];
    let changed = kinds.map(|(catalogue, rights)| {
        format!(
            "SELECT m.refobjid FROM pg_depend m JOIN {catalogue} o ON o.oid = m.objid \
             LEFT JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = o.oid AND i.objsubid = 0 \
             WHERE m.refclassid = 'pg_extension'::regclass AND m.refobjid >= 16384 AND m.deptype = 'e' AND m.classid = '{catalogue}'::regclass \
             AND o.{rights} IS DISTINCT FROM i.initprivs"
        )
    });
    format!(
        "SELECT 'rights on members of an extension', e.extname, 0::oid, false FROM pg_extension e WHERE e.oid IN ({})",
        changed.join(" UNION ALL ")
    )
}
