//! Catalogue rows to model. Pure.

use std::collections::{HashMap, HashSet};

use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;

use crate::catalog::{Answer, Catalog, EventRow, RelationKind, RoutineRow, Shown, TriggerRow, ViewColumnRow};
use crate::dialect::is_mariadb;
use crate::parse::{ParsedTable, parse_sequence, parse_table};
use crate::tokens::{Token, TokenKind, tokenize, unqualify, unqualify_trigger};

/// The one namespace: the database, under a name that is the same for all databases, so that two can be compared.
pub(crate) const NAMESPACE: &str = "main";

/// Builds the model of one database. What cannot be read is listed as not modelled, with the reason.
///
/// # Errors
/// [`ErrorCode::Internal`] when the rows contradict each other.
pub(crate) fn assemble(catalog: Catalog, origin: Origin) -> Result<Model, DbError> {
    let database = origin.database.clone();
    let unsaid = if is_mariadb(&origin) { ReferentialAction::Restrict } else { ReferentialAction::NoAction };
    let mut builder = ModelBuilder::new(origin);
    let namespace = builder.add(Object::new(None, NAMESPACE, Body::Namespace(Namespace {})));
    let mut assembly = Assembly {
        main_definer: main_definer(&catalog),
        collations: catalog.collations.into_iter().collect(),
        builder,
        namespace,
        database,
        unsaid,
        relations: HashMap::new(),
        routines: HashMap::new(),
        uses: Vec::new(),
    };
    let mut view_columns = catalog.view_columns.into_iter();
    for (row, shown) in catalog.relations {
        match row.kind {
            RelationKind::Table => assembly.add_table(row.name, shown),
            RelationKind::Sequence => assembly.add_sequence(row.name, shown),
            RelationKind::View => {
                let columns = view_columns.next().unwrap_or_else(|| Err("no answer".into()));
                assembly.add_view(row.name, shown, columns);
            }
        }
    }
    let functions: HashSet<String> = catalog
        .routines
        .iter()
        .filter(|(row, _)| row.kind == "FUNCTION")
        .map(|(row, _)| row.name.clone())
        .collect();
    for (row, shown) in catalog.routines {
        let is_twin = row.kind != "FUNCTION" && functions.contains(&row.name);
        assembly.add_routine(row, shown, is_twin);
    }
    catalog.triggers.into_iter().for_each(|(row, shown)| assembly.add_trigger(row, shown));
    catalog.events.into_iter().for_each(|(row, shown)| assembly.add_event(row, shown));
    catalog.privileges.into_iter().for_each(|text| assembly.builder.note_unmodelled("privilege", text));
    assembly.add_dependencies();
    let built = assembly.builder.finish();
    built.map_err(|error| DbError::new(ErrorCode::Internal, format!("building the model: {error}")))
}

/// The account that defines most programs and views: naming it at every one would only be noise.
fn main_definer(catalog: &Catalog) -> String {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let views = catalog.relations.iter().filter(|(row, _)| row.kind == RelationKind::View);
    let of_views =
        views.filter_map(|(_, shown)| shown.as_ref().ok()).filter_map(|it| take_definer(&it.statement).0);
    let of_programs = catalog.routines.iter().map(|(row, _)| row.definer.clone());
    let of_programs = of_programs.chain(catalog.triggers.iter().map(|(row, _)| row.definer.clone()));
    let of_programs = of_programs.chain(catalog.events.iter().map(|(row, _)| row.definer.clone()));
    for definer in of_views.chain(of_programs) {
        *counts.entry(definer).or_default() += 1;
    }
    let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    most.map(|(definer, _)| definer).unwrap_or_default()
}

struct Assembly {
    main_definer: String,
    /// Default collation by character set.
    collations: HashMap<String, String>,
    builder: ModelBuilder,
    namespace: ObjectId,
    database: String,
    /// What a foreign key does of which the server shows nothing.
    unsaid: ReferentialAction,
    relations: HashMap<String, ObjectId>,
    routines: HashMap<String, ObjectId>,
    /// Texts that name relations and routines, with the object they belong to.
    uses: Vec<(ObjectId, String)>,
}

impl Assembly {
    fn owner(&self, definer: &str) -> Option<String> {
        (definer != self.main_definer).then(|| definer.to_owned())
    }

    fn session(&self, shown: Shown) -> ProgramSession {
        let client = self.unusual(shown.client);
        ProgramSession { sql_mode: shown.sql_mode, time_zone: shown.time_zone, client }
    }

    /// How a client spoke, if not as every client of this server does that says nothing but `SET NAMES utf8mb4`.
    fn unusual(&self, client: Option<ClientCharset>) -> Option<ClientCharset> {
        let usual = self.collations.get("utf8mb4");
        client.filter(|it| it.character_set != "utf8mb4" || Some(&it.collation) != usual)
    }

    fn gap(&mut self, kind: &str, name: &str, reason: &str) {
        self.builder.note_unmodelled(format!("unreadable {kind}"), format!("{name}: {reason}"));
    }

    fn add_table(&mut self, name: String, shown: Answer<Shown>) {
        let parsed = shown.and_then(|shown| {
            parse_table(&shown.statement, self.unsaid).map_err(|error| format!("not understood: {}", error.0))
        });
        match parsed {
            Ok(parsed) => self.add_parsed_table(name, parsed),
            Err(reason) => self.gap("table", &name, &reason),
        }
    }

    fn add_parsed_table(&mut self, name: String, mut parsed: ParsedTable) {
        self.resolve_collations(&mut parsed);
        for option in parsed.table.options.iter_mut().filter(|option| option.name == "CONNECTION") {
            if let Some(safe) = without_password(&option.value) {
                option.value = safe;
                self.builder.note_unmodelled("password of a federated table", name.clone());
            }
        }
        let mut object = Object::new(Some(self.namespace), name.clone(), Body::Table(parsed.table));
        object.comment = parsed.comment;
        let table = self.builder.add(object);
        self.relations.insert(name, table);
        for (name, mut column, comment) in parsed.columns {
            column.default = column.default.map(|text| unqualify(&text, &self.database));
            let uses = column.default.clone();
            let mut object = Object::new(Some(table), name, Body::Column(column));
            object.comment = comment;
            self.builder.add(object);
            self.uses.extend(uses.filter(|text| text.contains('`')).map(|text| (table, text)));
        }
        for (name, mut body, comment) in parsed.parts {
            if let Body::ForeignKey(key) = &mut body {
                let here = key.references.namespace.is_empty() || key.references.namespace == self.database;
                if here {
                    key.references.namespace = NAMESPACE.into();
                }
            }
            let mut object = Object::new(Some(table), name, body);
            object.comment = comment;
            self.builder.add(object);
        }
    }

    /// The collation of the table, and those of columns that have another. What a server leaves out differs between releases;
    /// what it means does not.
    fn resolve_collations(&self, parsed: &mut ParsedTable) {
        let default_of = |set: &str| self.collations.get(set).cloned();
        let table = &mut parsed.table;
        if let (Some(set), None) = (&table.character_set, &table.collation) {
            table.collation = default_of(set);
        }
        for (_, column, _) in &mut parsed.columns {
            if let (Some(set), None) = (&column.character_set, &column.collation) {
                column.collation = default_of(set);
            }
            if let (None, Some(collation)) = (&column.character_set, &column.collation) {
                column.character_set = collation.split('_').next().map(str::to_owned);
            }
            if column.collation == table.collation && column.character_set == table.character_set {
                (column.collation, column.character_set) = (None, None);
            }
        }
    }

    fn add_sequence(&mut self, name: String, shown: Answer<Shown>) {
        let parsed = shown.and_then(|shown| {
            parse_sequence(&shown.statement).map_err(|error| format!("not understood: {}", error.0))
        });
        match parsed {
            Ok(parsed) => {
                // Where a sequence is kept is not modelled; it makes a difference to what a crash leaves of it.
                if let Some(engine) = parsed.engine.filter(|engine| engine != "InnoDB") {
                    self.builder.note_unmodelled("storage engine of a sequence", format!("{name}: {engine}"));
                }
                let body = Body::Sequence(Sequence { options: parsed.options, owned_by: None });
                let mut object = Object::new(Some(self.namespace), name.clone(), body);
                object.comment = parsed.comment;
                let id = self.builder.add(object);
                self.relations.insert(name, id);
            }
            Err(reason) => self.gap("sequence", &name, &reason),
        }
    }

    fn add_view(&mut self, name: String, shown: Answer<Shown>, columns: Answer<Vec<ViewColumnRow>>) {
        let (shown, columns) = match (shown, columns) {
            (Ok(shown), Ok(columns)) => (shown, columns),
            (Err(reason), _) => return self.gap("view", &name, &reason),
            // The statement can be shown, but it no longer runs.
            (Ok(_), Err(reason)) => return self.gap("view", &name, &format!("broken: {reason}")),
        };
        let Some((view, definer)) = view_of(&shown.statement, &self.database) else {
            return self.gap("view", &name, "not understood");
        };
        let text = view.definition.clone();
        let view = View { client: self.unusual(shown.client), ..view };
        let mut object = Object::new(Some(self.namespace), name.clone(), Body::View(view));
        object.owner = definer.and_then(|definer| self.owner(&definer));
        let id = self.builder.add(object);
        self.relations.insert(name, id);
        self.uses.push((id, text));
        for row in columns {
            let column = Column { data_type: row.data_type, not_null: row.not_null, ..Column::default() };
            self.builder.add(Object::new(Some(id), row.name, Body::Column(column)));
        }
    }

    /// A procedure may be called as a function is: its twin, which its key tells apart.
    fn add_routine(&mut self, row: RoutineRow, shown: Answer<Shown>, is_twin: bool) {
        let kind = match row.kind.as_str() {
            "FUNCTION" => RoutineKind::Function,
            "PROCEDURE" => RoutineKind::Procedure,
            other => return self.builder.note_unmodelled(other.to_lowercase(), row.name),
        };
        let shown = match shown {
            Ok(shown) => shown,
            Err(reason) => return self.gap("routine", &row.name, &reason),
        };
        let routine = Routine {
            kind,
            signature: if is_twin { "procedure".into() } else { String::new() },
            returns: row.returns.unwrap_or_default(),
            language: "SQL".into(),
            definition: take_definer(&shown.statement).1,
            session: Some(self.session(shown)),
        };
        let mut object = Object::new(Some(self.namespace), row.name.clone(), Body::Routine(routine));
        object.comment = row.comment.filter(|text| !text.is_empty());
        object.owner = self.owner(&row.definer);
        let id = self.builder.add(object);
        if kind == RoutineKind::Function {
            self.routines.insert(row.name, id);
        }
    }

    fn add_trigger(&mut self, row: TriggerRow, shown: Answer<Shown>) {
        let shown = match shown {
            Ok(shown) => shown,
            Err(reason) => return self.gap("trigger", &row.name, &reason),
        };
        let Some(&table) = self.relations.get(&row.table) else {
            return self.gap("trigger", &row.name, "its table could not be read");
        };
        let trigger = Trigger {
            definition: unqualify_trigger(&take_definer(&shown.statement).1, &self.database),
            firing: Firing::Origin,
            event: format!("{} {}", row.timing, row.event),
            inherited: false,
            order: Some(row.order),
            session: Some(self.session(shown)),
        };
        let mut object = Object::new(Some(table), row.name, Body::Trigger(trigger));
        object.owner = self.owner(&row.definer);
        self.builder.add(object);
    }

    fn add_event(&mut self, row: EventRow, shown: Answer<Shown>) {
        let shown = match shown {
            Ok(shown) => shown,
            Err(reason) => return self.gap("event", &row.name, &reason),
        };
        let event = Event { definition: take_definer(&shown.statement).1, session: self.session(shown) };
        let mut object = Object::new(Some(self.namespace), row.name, Body::Event(event));
        object.comment = row.comment.filter(|text| !text.is_empty());
        object.owner = self.owner(&row.definer);
        self.builder.add(object);
    }

    /// The server keeps no dependencies of views; their texts quote every name, so that naming is using.
    fn add_dependencies(&mut self) {
        for (id, text) in std::mem::take(&mut self.uses) {
            let tokens = tokenize(&text);
            let names = tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Name);
            for (at, token) in names {
                // An alias or a column behind its table names no relation.
                let before = at.checked_sub(1).map(|before| tokens[before]);
                if before.is_some_and(|it| it.is("AS") || it.is_mark(".")) {
                    continue;
                }
                let name = token.value();
                let is_call = tokens.get(at + 1).is_some_and(|next| next.is_mark("("));
                let needed = if is_call { self.routines.get(&name) } else { self.relations.get(&name) };
                if let Some(&needed) = needed.filter(|&&needed| needed != id) {
                    let depends_on = &mut self.builder.object_mut(id).depends_on;
                    if !depends_on.contains(&needed) {
                        depends_on.push(needed);
                    }
                }
            }
        }
    }
}

/// Takes `DEFINER=…` out of a statement; returns the account as `user@host`.
pub(crate) fn take_definer(statement: &str) -> (Option<String>, String) {
    let tokens = tokenize(statement);
    let head = tokens.iter().take(12).position(|token| token.is("DEFINER"));
    let Some(at) = head.filter(|&at| tokens.get(at + 1).is_some_and(|token| token.is_mark("="))) else {
        return (None, statement.to_owned());
    };
    let Some(user) = tokens.get(at + 2) else { return (None, statement.to_owned()) };
    // A role (MariaDB) has no host.
    let host = tokens.get(at + 4).filter(|_| tokens[at + 3].is_mark("@"));
    let rest = statement[host.unwrap_or(user).end()..].trim_start();
    let definer = format!("{}@{}", user.value(), host.map(Token::value).unwrap_or_default());
    (Some(definer), format!("{}{rest}", &statement[..tokens[at].start]))
}

/// The address of a federated table without its password (`'mysql://user:password@host/database/table'`), if it has one.
pub(crate) fn without_password(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let (login, place) = rest.rsplit_once('@')?;
    let (user, _) = login.split_once(':')?;
    Some(format!("{scheme}://{user}@{place}"))
}

/// A view from its statement, and its definer. `CREATE ALGORITHM=… DEFINER=… SQL SECURITY … VIEW name AS query WITH … CHECK OPTION`.
fn view_of(statement: &str, database: &str) -> Option<(View, Option<String>)> {
    let (definer, statement) = take_definer(statement);
    let tokens = tokenize(&statement);
    let word_after = |words: &[&str]| {
        let starts = |at: usize| {
            words
                .iter()
                .enumerate()
                .all(|(n, word)| tokens.get(at + n).is_some_and(|it| it.is(word) || it.is_mark(word)))
        };
        (0..tokens.len().min(12)).find(|&at| starts(at)).and_then(|at| tokens.get(at + words.len()))
    };
    let mut options = Vec::new();
    let algorithm = word_after(&["ALGORITHM", "="]).filter(|token| !token.is("UNDEFINED"));
    options.extend(
        algorithm.map(|token| SettingPair { name: "algorithm".into(), value: token.text.to_lowercase() }),
    );
    let invoker = word_after(&["SQL", "SECURITY"]).is_some_and(|token| token.is("INVOKER"));
    let view = tokens.iter().position(|token| token.is("VIEW"))?;
    let begins = tokens[view..].iter().find(|token| token.is("AS"))?.end();
    // `VIEW name (a, b) AS …`: the names of its columns, where they are not the query's own.
    let named = tokens.get(view + 2).filter(|token| token.is_mark("(")).map(|token| token.start);
    let names = named
        .map(|start| statement[start..begins].trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim());
    options.extend(names.map(|names| SettingPair { name: "columns".into(), value: names.to_owned() }));
    let mut end = statement.len();
    if let [.., with, kind, check, option] = tokens.as_slice()
        && with.is("WITH")
        && check.is("CHECK")
        && option.is("OPTION")
    {
        options.push(SettingPair { name: "check_option".into(), value: kind.text.to_lowercase() });
        end = with.start;
    }
    let view = View {
        definition: unqualify(statement[begins..end].trim(), database),
        security: Some(if invoker { Security::Invoker } else { Security::Definer }),
        options,
        ..View::default()
    };
    Some((view, definer))
}
