//! Reads what `SHOW CREATE TABLE` and `SHOW CREATE SEQUENCE` write: one item a line in a fixed grammar, which says more than
//! `information_schema` does. Manual: "CREATE TABLE". Anything not understood is an error, never passed over.

use cadastre_model::*;

use crate::tokens::{Token, TokenKind, open_comments, tokenize};

/// A table as its statement tells it, before character sets are resolved.
#[derive(Debug, Default)]
pub(crate) struct ParsedTable {
    /// Everything of the table itself.
    pub table: Table,
    /// Its comment.
    pub comment: Option<String>,
    /// Columns in order: name, column, comment.
    pub columns: Vec<(String, Column, Option<String>)>,
    /// Keys, indexes and constraints in order: name, body, comment.
    pub parts: Vec<(String, Body, Option<String>)>,
}

/// What was not understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotUnderstood(pub String);

type Parsed<T> = Result<T, NotUnderstood>;

struct Reader<'s> {
    sql: &'s str,
    tokens: Vec<Token<'s>>,
    at: usize,
    unsaid: ReferentialAction,
}

impl<'s> Reader<'s> {
    fn new(sql: &'s str) -> Self {
        Self { sql, tokens: tokenize(sql), at: 0, unsaid: ReferentialAction::default() }
    }

    fn peek(&self) -> Option<Token<'s>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    fn next(&mut self) -> Parsed<Token<'s>> {
        let token = self.peek().ok_or_else(|| NotUnderstood("the statement ends too early".into()))?;
        self.at += 1;
        Ok(token)
    }

    /// Takes the words if all of them come next.
    fn take(&mut self, words: &[&str]) -> bool {
        let all = words.iter().enumerate().all(|(offset, word)| {
            self.tokens.get(self.at + offset).is_some_and(|token| token.is(word) || token.is_mark(word))
        });
        if all {
            self.at += words.len();
        }
        all
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(&[word]) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> NotUnderstood {
        let from = self.peek().map_or(self.sql.len(), |token| token.start);
        let near: String = self.sql[from..].chars().take(40).collect();
        NotUnderstood(format!("near “{near}”"))
    }

    fn name(&mut self) -> Parsed<String> {
        match self.next()? {
            token if token.kind == TokenKind::Mark => {
                self.at -= 1;
                Err(self.unexpected())
            }
            token => Ok(token.value()),
        }
    }

    /// The text between the parentheses that come next, without them.
    fn group(&mut self) -> Parsed<&'s str> {
        self.expect("(")?;
        let start = self.tokens[self.at - 1].end();
        let mut depth = 1;
        loop {
            let token = self.next()?;
            match () {
                () if token.is_mark("(") => depth += 1,
                () if token.is_mark(")") => depth -= 1,
                () => {}
            }
            if depth == 0 {
                return Ok(self.sql[start..token.start].trim());
            }
        }
    }

    /// The names in the parentheses that come next.
    fn names(&mut self) -> Parsed<Vec<String>> {
        let inner = self.group()?;
        let tokens = tokenize(inner);
        Ok(tokens.iter().filter(|token| token.kind == TokenKind::Name).map(Token::value).collect())
    }

    fn number(&mut self) -> Parsed<u32> {
        let token = self.next()?;
        token.text.parse().map_err(|_| NotUnderstood(format!("“{}” is no number", token.text)))
    }

    /// A default or `ON UPDATE` value as written: a sign, a literal, a call, or an expression in parentheses.
    fn value(&mut self) -> Parsed<String> {
        let start = self.peek().map_or(0, |token| token.start);
        if self.take(&["-"]) || self.take(&["+"]) {
            self.next()?;
        } else if self.peek().is_some_and(|token| token.is_mark("(")) {
            self.group()?;
        } else {
            let first = self.next()?;
            // `b'101'`, `x'ff'`, `_utf8mb4'text'`: the text belongs to the word before it.
            let joined =
                self.peek().is_some_and(|next| next.kind == TokenKind::Text && next.start == first.end());
            if first.kind == TokenKind::Word && joined {
                self.next()?;
            }
            if first.kind != TokenKind::Text && self.peek().is_some_and(|token| token.is_mark("(")) {
                self.group()?;
            }
        }
        let end = self.tokens[self.at - 1].end();
        Ok(self.sql[start..end].to_owned())
    }
}

/// Reads a `CREATE TABLE` as the server shows it. `unsaid` is the action of a foreign key of which nothing is shown: the servers
/// do not agree on which of two words for the same they leave out.
///
/// # Errors
/// The place that was not understood.
pub(crate) fn parse_table(statement: &str, unsaid: ReferentialAction) -> Parsed<ParsedTable> {
    let opened = open_comments(statement);
    let mut reader = Reader { unsaid, ..Reader::new(&opened) };
    let mut parsed = ParsedTable::default();
    reader.expect("CREATE")?;
    reader.take(&["TEMPORARY"]);
    reader.expect("TABLE")?;
    reader.name()?;
    reader.expect("(")?;
    loop {
        item(&mut reader, &mut parsed)?;
        if !reader.take(&[","]) {
            break;
        }
    }
    reader.expect(")")?;
    table_options(&mut reader, &mut parsed)?;
    Ok(parsed)
}

fn item(reader: &mut Reader<'_>, parsed: &mut ParsedTable) -> Parsed<()> {
    if reader.peek().is_some_and(|token| token.kind == TokenKind::Name) {
        return column(reader, parsed);
    }
    let constraint = if reader.take(&["CONSTRAINT"]) {
        let is_named = reader.peek().is_some_and(|token| token.kind == TokenKind::Name);
        if is_named { Some(reader.name()?) } else { None }
    } else {
        None
    };
    if reader.take(&["PERIOD", "FOR"]) {
        let name = reader.name()?;
        let columns = reader.names()?;
        if let [start, end] = columns.as_slice() {
            parsed.table.periods.push(Period { name, start: start.clone(), end: end.clone() });
        }
        return Ok(());
    }
    let part = if reader.take(&["PRIMARY", "KEY"]) {
        primary_key(reader)?
    } else if reader.take(&["FOREIGN", "KEY"]) {
        foreign_key(reader, constraint)?
    } else if reader.take(&["CHECK"]) {
        check(reader, constraint, None)?
    } else {
        index(reader)?
    };
    parsed.parts.push(part);
    Ok(())
}

type Part = (String, Body, Option<String>);

fn column(reader: &mut Reader<'_>, parsed: &mut ParsedTable) -> Parsed<()> {
    let name = reader.name()?;
    let mut column = Column { data_type: data_type(reader)?, ..Column::default() };
    let mut comment = None;
    while let Some(token) = reader.peek().filter(|token| !token.is_mark(",") && !token.is_mark(")")) {
        if reader.take(&["CHARACTER", "SET"]) {
            column.character_set = Some(reader.name()?);
        } else if reader.take(&["COLLATE"]) {
            column.collation = Some(reader.name()?);
        } else if reader.take(&["GENERATED", "ALWAYS"]) || reader.peek_is("AS") {
            generated(reader, &mut column)?;
        } else if reader.take(&["NOT", "NULL"]) {
            column.not_null = true;
        } else if reader.take(&["NULL"]) || reader.take(&["VISIBLE"]) {
            // What a column is anyway.
        } else if reader.take(&["DEFAULT"]) {
            column.default = Some(reader.value()?).filter(|value| !value.eq_ignore_ascii_case("NULL"));
        } else if reader.take(&["ON", "UPDATE"]) {
            column.on_update = Some(reader.value()?);
        } else if reader.take(&["AUTO_INCREMENT"]) {
            column.autoincrement = true;
        } else if reader.take(&["INVISIBLE"]) {
            column.invisible = true;
        } else if reader.take(&["COMMENT"]) {
            comment = Some(reader.name()?);
        } else if reader.take(&["CHECK"]) {
            parsed.parts.push(check(reader, None, Some(&name))?);
        } else if reader.take(&["WITHOUT", "SYSTEM", "VERSIONING"]) {
            column.unversioned = true;
        } else if reader.take(&["COMPRESSED"]) {
            column.compression = Some("zlib".into());
        } else if reader.take(&["REF_SYSTEM_ID"]) || reader.take(&["SRID"]) {
            reader.take(&["="]);
            column.srid = Some(reader.number()?);
        } else if let Some(option) = column_option(reader)? {
            column.options.push(option);
        } else {
            return Err(NotUnderstood(format!("the column `{name}` has “{}”", token.text)));
        }
    }
    parsed.columns.push((name, column, comment));
    Ok(())
}

/// What a storage engine is told of a column: words of MySQL ("CREATE TABLE", `column_definition`), or `name=value` of MariaDB ("Engine-defined
/// New Table/Field/Index Attributes").
fn column_option(reader: &mut Reader<'_>) -> Parsed<Option<SettingPair>> {
    for word in ["STORAGE", "COLUMN_FORMAT", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"] {
        if reader.take(&[word]) {
            let value = reader.next()?.text.to_owned();
            return Ok(Some(SettingPair { name: word.into(), value }));
        }
    }
    if reader.take(&["NOT", "SECONDARY"]) {
        return Ok(Some(SettingPair { name: "NOT SECONDARY".into(), value: String::new() }));
    }
    let is_pair = reader.tokens.get(reader.at + 1).is_some_and(|next| next.is_mark("="));
    let Some(token) = reader.peek().filter(|token| is_pair && token.kind != TokenKind::Mark) else {
        return Ok(None);
    };
    reader.next()?;
    reader.expect("=")?;
    Ok(Some(SettingPair { name: token.text.to_owned(), value: reader.value()? }))
}

fn data_type(reader: &mut Reader<'_>) -> Parsed<String> {
    let start = reader.next()?;
    let mut end = start.end();
    if reader.peek().is_some_and(|token| token.is_mark("(")) {
        reader.group()?;
        end = reader.tokens[reader.at - 1].end();
    }
    for word in ["unsigned", "zerofill"] {
        if reader.take(&[word]) {
            end = reader.tokens[reader.at - 1].end();
        }
    }
    Ok(reader.sql[start.start..end].to_owned())
}

fn generated(reader: &mut Reader<'_>, column: &mut Column) -> Parsed<()> {
    reader.expect("AS")?;
    if reader.take(&["ROW"]) {
        column.row_time = Some(if reader.take(&["START"]) { RowTime::Start } else { RowTime::End });
        if column.row_time == Some(RowTime::End) {
            reader.expect("END")?;
        }
        return Ok(());
    }
    let expression = reader.group()?.to_owned();
    let stored = reader.take(&["STORED"]) || reader.take(&["PERSISTENT"]);
    if !stored {
        reader.take(&["VIRTUAL"]);
    }
    let storage = if stored { GeneratedStorage::Stored } else { GeneratedStorage::Virtual };
    column.generated = Some(Generated { expression, storage });
    Ok(())
}

fn check(reader: &mut Reader<'_>, name: Option<String>, column: Option<&str>) -> Parsed<Part> {
    let expression = reader.group()?.to_owned();
    let not_enforced = reader.take(&["NOT", "ENFORCED"]);
    let check = Check {
        expression,
        no_inherit: false,
        validated: Validated::Yes,
        inheritance: Inheritance::Local,
        not_enforced,
        column: column.map(str::to_owned),
        unnamed: column.is_some(),
    };
    // A check of the table may have a column's name; this one has none that anybody gave.
    let name = name.or_else(|| column.map(|column| format!("{column} (column)"))).unwrap_or_default();
    Ok((name, Body::Check(check), None))
}

/// The parts of a key and, where its last part is a period without overlaps, that period.
fn key_parts(reader: &mut Reader<'_>) -> Parsed<(Vec<IndexPart>, Option<String>)> {
    reader.expect("(")?;
    let mut parts = Vec::new();
    let mut period = None;
    loop {
        let target = if reader.peek().is_some_and(|token| token.is_mark("(")) {
            IndexTarget::Expression(reader.group()?.to_owned())
        } else {
            IndexTarget::Column(reader.name()?)
        };
        let mut part = IndexPart {
            target,
            prefix_length: None,
            collation: None,
            operator_class: None,
            descending: false,
            nulls: None,
        };
        if reader.take(&["("]) {
            part.prefix_length = Some(reader.number()?);
            reader.expect(")")?;
        }
        part.descending = reader.take(&["DESC"]);
        reader.take(&["ASC"]);
        match part.target {
            IndexTarget::Column(name) if reader.take(&["WITHOUT", "OVERLAPS"]) => period = Some(name),
            _ => parts.push(part),
        }
        if !reader.take(&[","]) {
            break;
        }
    }
    reader.expect(")")?;
    Ok((parts, period))
}

/// What may follow a key: method, comment, parser, visibility, settings.
#[derive(Default)]
struct KeyOptions {
    comment: Option<String>,
    parser: Option<String>,
    invisible: bool,
    settings: Vec<SettingPair>,
}

fn key_options(reader: &mut Reader<'_>) -> Parsed<KeyOptions> {
    let mut options = KeyOptions::default();
    while let Some(token) = reader.peek().filter(|token| !token.is_mark(",") && !token.is_mark(")")) {
        if reader.take(&["COMMENT"]) {
            options.comment = Some(reader.name()?);
        } else if reader.take(&["WITH", "PARSER"]) {
            options.parser = Some(reader.name()?);
        } else if reader.take(&["INVISIBLE"]) || reader.take(&["IGNORED"]) {
            options.invisible = true;
        } else if reader.take(&["USING"]) {
            options.settings.push(SettingPair { name: "using".into(), value: reader.name()? });
        } else if token.kind != TokenKind::Mark {
            reader.next()?;
            reader.expect("=")?;
            let name =
                if token.kind == TokenKind::Name { token.text.to_owned() } else { token.text.to_uppercase() };
            options.settings.push(SettingPair { name, value: reader.value()? });
        } else {
            return Err(reader.unexpected());
        }
    }
    Ok(options)
}

fn primary_key(reader: &mut Reader<'_>) -> Parsed<Part> {
    let (parts, without_overlaps) = key_parts(reader)?;
    let options = key_options(reader)?;
    let mut key = Key { without_overlaps, options: options.settings, ..Key::default() };
    for (at, part) in parts.into_iter().enumerate() {
        let at = at as u16;
        let IndexTarget::Column(name) = part.target else { return Err(reader.unexpected()) };
        key.columns.push(name);
        key.prefix_lengths.extend(part.prefix_length.map(|length| (at, length)));
        if part.descending {
            key.descending.push(at);
        }
    }
    Ok(("PRIMARY".into(), Body::PrimaryKey(key), options.comment))
}

fn index(reader: &mut Reader<'_>) -> Parsed<Part> {
    let mut index = Index { method: "btree".into(), ..Index::default() };
    if reader.take(&["UNIQUE"]) {
        index.unique = true;
    } else {
        for method in ["FULLTEXT", "SPATIAL", "VECTOR"] {
            if reader.take(&[method]) {
                index.method = method.to_lowercase();
            }
        }
    }
    if !reader.take(&["KEY"]) {
        reader.expect("INDEX")?;
    }
    let name = reader.name()?;
    (index.parts, index.without_overlaps) = key_parts(reader)?;
    let options = key_options(reader)?;
    index.invisible = options.invisible;
    index.parser = options.parser;
    index.options = options.settings;
    Ok((name, Body::Index(index), options.comment))
}

fn foreign_key(reader: &mut Reader<'_>, name: Option<String>) -> Parsed<Part> {
    let columns = reader.names()?;
    reader.expect("REFERENCES")?;
    let mut references = QualifiedName::new("", reader.name()?);
    if reader.take(&["."]) {
        references = QualifiedName::new(references.name, reader.name()?);
    }
    let mut key = ForeignKey {
        columns,
        references,
        referenced_columns: reader.names()?,
        on_update: reader.unsaid,
        on_delete: reader.unsaid,
        on_delete_columns: Vec::new(),
        match_type: MatchType::default(),
        deferrable: Deferrable::default(),
        validated: Validated::default(),
        inherited: false,
        unnamed: false,
    };
    while reader.take(&["ON"]) {
        let on_update = reader.take(&["UPDATE"]);
        if !on_update {
            reader.expect("DELETE")?;
        }
        let action = action(reader)?;
        if on_update { key.on_update = action } else { key.on_delete = action }
    }
    Ok((name.unwrap_or_default(), Body::ForeignKey(key), None))
}

fn action(reader: &mut Reader<'_>) -> Parsed<ReferentialAction> {
    let known: [(&[&str], ReferentialAction); 5] = [
        (&["CASCADE"], ReferentialAction::Cascade),
        (&["RESTRICT"], ReferentialAction::Restrict),
        (&["SET", "NULL"], ReferentialAction::SetNull),
        (&["SET", "DEFAULT"], ReferentialAction::SetDefault),
        (&["NO", "ACTION"], ReferentialAction::NoAction),
    ];
    let found = known.into_iter().find(|(words, _)| reader.take(words));
    found.map(|(_, action)| action).ok_or_else(|| reader.unexpected())
}

fn table_options(reader: &mut Reader<'_>, parsed: &mut ParsedTable) -> Parsed<()> {
    let table = &mut parsed.table;
    while let Some(token) = reader.peek() {
        if token.is("PARTITION") {
            table.partition_by = Some(partitioning(&reader.sql[token.start..]));
            table.kind = TableKind::Partitioned;
            return Ok(());
        }
        if reader.take(&["WITH", "SYSTEM", "VERSIONING"]) {
            table.system_versioned = true;
            continue;
        }
        if reader.take(&[","]) {
            continue;
        }
        reader.take(&["DEFAULT"]);
        let word = reader.next()?;
        let mut name =
            if word.kind == TokenKind::Name { word.text.to_owned() } else { word.text.to_uppercase() };
        if ["DATA", "INDEX"].contains(&name.as_str()) && reader.take(&["DIRECTORY"]) {
            name.push_str(" DIRECTORY");
        }
        if name == "TABLESPACE" {
            let value = reader.next()?.text.to_owned();
            reader.take(&["STORAGE", "DISK"]);
            table.options.push(SettingPair { name, value });
            continue;
        }
        reader.expect("=")?;
        match name.as_str() {
            "ENGINE" => table.access_method = Some(reader.name()?),
            "CHARSET" => table.character_set = Some(reader.name()?),
            "COLLATE" => table.collation = Some(reader.name()?),
            "AUTO_INCREMENT" => table.next_number = Some(reader.name()?),
            "COMMENT" => parsed.comment = Some(reader.name()?),
            _ => table.options.push(SettingPair { name, value: reader.value()? }),
        }
    }
    Ok(())
}

/// The partition clause with its line breaks made spaces: where the server breaks lines means nothing.
fn partitioning(text: &str) -> String {
    text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A sequence as its statement tells it.
#[derive(Debug)]
pub(crate) struct ParsedSequence {
    /// Its options.
    pub options: SequenceOptions,
    /// Its comment.
    pub comment: Option<String>,
    /// Its storage engine.
    pub engine: Option<String>,
}

/// Reads a `CREATE SEQUENCE` as the server shows it.
///
/// # Errors
/// The place that was not understood.
pub(crate) fn parse_sequence(statement: &str) -> Parsed<ParsedSequence> {
    let opened = open_comments(statement);
    let mut reader = Reader::new(&opened);
    let mut options = SequenceOptions {
        data_type: "bigint".into(),
        start: String::new(),
        increment: String::new(),
        min: String::new(),
        max: String::new(),
        cache: "0".into(),
        cycle: false,
        persistence: Persistence::Permanent,
    };
    let (mut comment, mut engine) = (None, None);
    reader.expect("CREATE")?;
    reader.expect("SEQUENCE")?;
    reader.name()?;
    while reader.peek().is_some() {
        if reader.take(&["AS"]) {
            options.data_type = data_type(&mut reader)?;
        } else if reader.take(&["START", "WITH"]) {
            options.start = reader.value()?;
        } else if reader.take(&["MINVALUE"]) {
            options.min = reader.value()?;
        } else if reader.take(&["MAXVALUE"]) {
            options.max = reader.value()?;
        } else if reader.take(&["INCREMENT", "BY"]) {
            options.increment = reader.value()?;
        } else if reader.take(&["CACHE"]) {
            options.cache = reader.value()?;
        } else if reader.take(&["CYCLE"]) {
            options.cycle = true;
        } else if reader.take(&["NOCYCLE"]) || reader.take(&["NOCACHE"]) {
            // What they are at the start.
        } else if reader.take(&["ENGINE", "="]) {
            engine = Some(reader.name()?);
        } else if reader.take(&["COMMENT", "="]) {
            comment = Some(reader.name()?);
        } else {
            return Err(reader.unexpected());
        }
    }
    Ok(ParsedSequence { options, comment, engine })
}
