//! Reads a stored `CREATE TABLE` for what the pragmas do not tell. Grammar: <https://sqlite.org/lang_createtable.html>.
//!
//! SQLite has accepted the statement before we see it, so this never has to refuse anything; what it does not understand it
//! steps over.

use cadastre_model::Deferrable;

use crate::tokens::{Token, TokenKind, canonical_text, tokenize};

/// What a stored statement tells about a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedTable {
    pub comment: Option<String>,
    pub columns: Vec<ParsedColumn>,
    pub keys: Vec<ParsedKey>,
    pub foreign_keys: Vec<ParsedForeignKey>,
    pub checks: Vec<ParsedCheck>,
}

/// What a stored statement tells about a column.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedColumn {
    pub name: String,
    pub comment: Option<String>,
    pub collation: Option<String>,
    pub generated: Option<String>,
    pub autoincrement: bool,
    pub not_null_conflict: Option<String>,
}

/// A primary or unique key as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedKey {
    pub name: Option<String>,
    pub primary: bool,
    pub columns: Vec<String>,
    pub conflict: Option<String>,
}

/// A foreign key as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedForeignKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub deferrable: Deferrable,
}

/// A check as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedCheck {
    pub name: Option<String>,
    pub expression: String,
}

/// Reads a `CREATE TABLE` statement; an empty result for `CREATE TABLE … AS SELECT`, which SQLite never stores.
pub(crate) fn parse_create_table(sql: &str) -> ParsedTable {
    let tokens = tokenize(sql);
    let mut table = ParsedTable::default();
    let Some(open) = tokens.iter().position(|token| token.is_mark('(')) else { return table };
    let Some(close) = closing_parenthesis(&tokens, open) else { return table };
    table.comment = table_comment(&tokens[..=open], tokens.get(open + 1));
    for item in split_items(&tokens, open + 1, close) {
        Cursor { tokens: significant(&item.tokens), at: 0 }.read_item(&mut table, &item);
    }
    table
}

struct Item<'s> {
    tokens: Vec<Token<'s>>,
    comment: Option<String>,
}

fn significant<'s>(tokens: &[Token<'s>]) -> Vec<Token<'s>> {
    tokens.iter().copied().filter(|token| token.kind != TokenKind::Comment).collect()
}

fn closing_parenthesis(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_mark('(') {
            depth += 1;
        } else if token.is_mark(')') {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Splits at the commas of the outermost level. A comment on the line an item ends on belongs to that item, also when it
/// stands after the comma; comments on lines of their own belong to what follows.
fn split_items<'s>(tokens: &[Token<'s>], from: usize, to: usize) -> Vec<Item<'s>> {
    let mut items: Vec<Item<'s>> = vec![Item { tokens: Vec::new(), comment: None }];
    let (mut depth, mut comma_line) = (0_i32, None);
    let opening_line = tokens[from - 1].line;
    for token in &tokens[from..to] {
        if token.kind == TokenKind::Comment {
            let text = comment_text(token.text);
            let last = items.len() - 1;
            let started = !items[last].tokens.is_empty();
            if !started && comma_line == Some(token.line) && last > 0 {
                append(&mut items[last - 1].comment, &text);
            } else if started || token.line != opening_line {
                append(&mut items[last].comment, &text);
            }
            continue;
        }
        depth += i32::from(token.is_mark('(')) - i32::from(token.is_mark(')'));
        if depth == 0 && token.is_mark(',') {
            comma_line = Some(token.line);
            items.push(Item { tokens: Vec::new(), comment: None });
        } else if let Some(item) = items.last_mut() {
            item.tokens.push(*token);
        }
    }
    items
}

fn table_comment(head: &[Token<'_>], next: Option<&Token<'_>>) -> Option<String> {
    let mut comment = None;
    let open_line = head.last().map_or(0, |open| open.line);
    let after = next.filter(|token| token.kind == TokenKind::Comment && token.line == open_line);
    for token in head.iter().filter(|token| token.kind == TokenKind::Comment).chain(after) {
        append(&mut comment, &comment_text(token.text));
    }
    comment
}

fn append(comment: &mut Option<String>, text: &str) {
    match comment {
        Some(before) if !text.is_empty() => *before = format!("{before} {text}"),
        None if !text.is_empty() => *comment = Some(text.to_owned()),
        _ => {}
    }
}

fn comment_text(raw: &str) -> String {
    let inner = raw.trim_start_matches("--").trim_start_matches("/*").trim_end_matches("*/");
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Cursor<'s> {
    tokens: Vec<Token<'s>>,
    at: usize,
}

impl<'s> Cursor<'s> {
    fn peek(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.at)
    }

    fn next_is(&self, keyword: &str) -> bool {
        self.peek().is_some_and(|token| token.is(keyword))
    }

    fn take(&mut self, keyword: &str) -> bool {
        let found = self.next_is(keyword);
        self.at += usize::from(found);
        found
    }

    fn take_name(&mut self) -> Option<String> {
        let name = self.peek()?.name();
        self.at += 1;
        Some(name)
    }

    /// The tokens between the parenthesis that stands here and its partner; steps behind it.
    fn take_parenthesised(&mut self) -> Vec<Token<'s>> {
        if !self.peek().is_some_and(|token| token.is_mark('(')) {
            return Vec::new();
        }
        let close = closing_parenthesis(&self.tokens, self.at).unwrap_or(self.tokens.len());
        let inner = self.tokens[self.at + 1..close].to_vec();
        self.at = (close + 1).min(self.tokens.len());
        inner
    }

    fn read_item(&mut self, table: &mut ParsedTable, item: &Item<'s>) {
        const TABLE_CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        if TABLE_CONSTRAINTS.iter().any(|word| self.next_is(word)) {
            self.read_constraints(table, None);
            return;
        }
        let Some(name) = self.take_name() else { return };
        table.columns.push(ParsedColumn {
            name: name.clone(),
            comment: item.comment.clone(),
            ..Default::default()
        });
        self.skip_type();
        self.read_constraints(table, Some(&name));
    }

    fn skip_type(&mut self) {
        const STARTS: [&str; 11] = [
            "CONSTRAINT",
            "PRIMARY",
            "NOT",
            "NULL",
            "UNIQUE",
            "CHECK",
            "DEFAULT",
            "COLLATE",
            "REFERENCES",
            "GENERATED",
            "AS",
        ];
        while let Some(token) = self.peek() {
            if STARTS.iter().any(|word| token.is(word)) {
                return;
            }
            if token.is_mark('(') {
                self.take_parenthesised();
            } else {
                self.at += 1;
            }
        }
    }

    /// Reads constraints one after the other until the tokens end. `column` is the column they stand at, if any.
    fn read_constraints(&mut self, table: &mut ParsedTable, column: Option<&str>) {
        let mut name = None;
        while self.peek().is_some() {
            if self.take("CONSTRAINT") {
                name = self.take_name();
                continue;
            }
            self.read_constraint(table, column, name.take());
        }
    }

    fn read_constraint(&mut self, table: &mut ParsedTable, column: Option<&str>, name: Option<String>) {
        let own = || column.map(|it| vec![it.to_owned()]).unwrap_or_default();
        if self.take("PRIMARY") {
            self.take("KEY");
            let columns = self.key_columns(own());
            let conflict = self.take_conflict();
            if self.take("AUTOINCREMENT")
                && let Some(last) = table.columns.last_mut()
            {
                last.autoincrement = true;
            }
            table.keys.push(ParsedKey { name, primary: true, columns, conflict });
        } else if self.take("UNIQUE") {
            let columns = self.key_columns(own());
            let conflict = self.take_conflict();
            table.keys.push(ParsedKey { name, primary: false, columns, conflict });
        } else if self.take("CHECK") {
            let expression = canonical_text(&self.take_parenthesised());
            self.take_conflict();
            table.checks.push(ParsedCheck { name, expression });
        } else if self.take("FOREIGN") {
            self.take("KEY");
            let columns = column_names(&self.take_parenthesised());
            self.take("REFERENCES");
            self.read_references(table, name, columns);
        } else if self.take("REFERENCES") {
            self.read_references(table, name, own());
        } else {
            self.read_column_option(table);
        }
    }

    fn read_column_option(&mut self, table: &mut ParsedTable) {
        if self.take("NOT") {
            self.take("NULL");
            let conflict = self.take_conflict();
            if let Some(last) = table.columns.last_mut() {
                last.not_null_conflict = conflict;
            }
        } else if self.take("COLLATE") {
            let collation = self.take_name();
            if let Some(last) = table.columns.last_mut() {
                last.collation = collation;
            }
        } else if self.take("AS") {
            let expression = canonical_text(&self.take_parenthesised());
            if let Some(last) = table.columns.last_mut() {
                last.generated = Some(expression);
            }
        } else if self.take("DEFAULT") {
            // The pragma tells the value; only step over it, its parentheses included.
            if self.take_parenthesised().is_empty() {
                self.at += 1;
            }
        } else {
            self.at += 1;
        }
    }

    fn key_columns(&mut self, own: Vec<String>) -> Vec<String> {
        if self.peek().is_some_and(|token| token.is_mark('(')) {
            return column_names(&self.take_parenthesised());
        }
        let _direction = self.take("ASC") || self.take("DESC");
        own
    }

    fn take_conflict(&mut self) -> Option<String> {
        if !self.next_is("ON") || !self.tokens.get(self.at + 1).is_some_and(|token| token.is("CONFLICT")) {
            return None;
        }
        self.at += 2;
        // ABORT is the default and says nothing.
        self.take_name().map(|word| word.to_ascii_uppercase()).filter(|word| word != "ABORT")
    }

    fn read_references(&mut self, table: &mut ParsedTable, name: Option<String>, columns: Vec<String>) {
        self.at += 1;
        self.take_parenthesised();
        let mut deferrable = Deferrable::No;
        loop {
            if self.take("ON") {
                self.at += 1;
                let two_words = self.next_is("SET") || self.next_is("NO");
                self.at += if two_words { 2 } else { 1 };
            } else if self.take("MATCH") {
                self.at += 1;
            } else if self.next_is("NOT") && self.tokens.get(self.at + 1).is_some_and(|t| t.is("DEFERRABLE"))
            {
                self.at += 2;
                self.take_initially();
            } else if self.take("DEFERRABLE") {
                deferrable = match self.take_initially() {
                    true => Deferrable::InitiallyDeferred,
                    false => Deferrable::InitiallyImmediate,
                };
            } else {
                break;
            }
        }
        table.foreign_keys.push(ParsedForeignKey { name, columns, deferrable });
    }

    /// Steps over `INITIALLY …`; whether it said `DEFERRED`.
    fn take_initially(&mut self) -> bool {
        if !self.take("INITIALLY") {
            return false;
        }
        let deferred = self.next_is("DEFERRED");
        self.at += 1;
        deferred
    }
}

/// The column names of a parenthesised list; `COLLATE`, `ASC` and `DESC` behind them are left out.
fn column_names(inner: &[Token<'_>]) -> Vec<String> {
    inner.split(|token| token.is_mark(',')).filter_map(|part| part.first().map(Token::name)).collect()
}

/// `BEFORE INSERT`, `INSTEAD OF UPDATE` … from a stored `CREATE TRIGGER`; the default time is said.
pub(crate) fn trigger_event(sql: &str) -> String {
    let tokens = significant(&tokenize(sql));
    let time =
        ["BEFORE", "AFTER", "INSTEAD"].into_iter().find(|word| head_of(&tokens).any(|token| token.is(word)));
    let event =
        head_of(&tokens).find(|token| ["INSERT", "UPDATE", "DELETE"].iter().any(|word| token.is(word)));
    let time = match time {
        Some("INSTEAD") => "INSTEAD OF",
        Some(word) => word,
        None => "BEFORE",
    };
    format!("{time} {}", event.map(|token| token.text.to_ascii_uppercase()).unwrap_or_default())
}

fn head_of<'t, 's>(tokens: &'t [Token<'s>]) -> impl Iterator<Item = &'t Token<'s>> {
    tokens.iter().take_while(|token| !token.is("ON"))
}

/// The query of a stored `CREATE VIEW`.
pub(crate) fn view_query(sql: &str) -> String {
    let tokens = significant(&tokenize(sql));
    let start = tokens.iter().position(|token| token.is("AS")).map_or(0, |at| at + 1);
    canonical_text(&tokens[start..])
}

/// The names that a stored `CREATE VIEW` gives its columns in front of the query; none when they follow from it.
pub(crate) fn view_column_names(sql: &str) -> Vec<String> {
    let tokens = significant(&tokenize(sql));
    let query = tokens.iter().position(|token| token.is("AS")).unwrap_or(tokens.len());
    let Some(open) = tokens[..query].iter().position(|token| token.is_mark('(')) else { return Vec::new() };
    let names = tokens[open + 1..query].iter().filter(|token| !token.is_mark(',') && !token.is_mark(')'));
    names.map(Token::name).collect()
}

/// The expressions of a stored `CREATE INDEX`, part by part without direction and collation, and its predicate.
pub(crate) fn index_texts(sql: &str) -> (Vec<String>, Option<String>) {
    let tokens = significant(&tokenize(sql));
    let Some(open) = tokens.iter().position(|token| token.is_mark('(')) else { return (Vec::new(), None) };
    let close = closing_parenthesis(&tokens, open).unwrap_or(tokens.len());
    let mut parts = vec![Vec::new()];
    let mut depth = 0_i32;
    for token in &tokens[open + 1..close] {
        depth += i32::from(token.is_mark('(')) - i32::from(token.is_mark(')'));
        if depth == 0 && token.is_mark(',') {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(*token);
        }
    }
    let predicate = tokens[close.min(tokens.len())..].iter().position(|token| token.is("WHERE"));
    let predicate = predicate.map(|at| canonical_text(&tokens[close + at + 1..]));
    (parts.iter().map(|part| canonical_text(without_order(part))).collect(), predicate)
}

fn without_order<'t, 's>(part: &'t [Token<'s>]) -> &'t [Token<'s>] {
    let mut end = part.len();
    if end > 1 && (part[end - 1].is("ASC") || part[end - 1].is("DESC")) {
        end -= 1;
    }
    if end > 2 && part[end - 2].is("COLLATE") {
        end -= 2;
    }
    &part[..end]
}

/// Module and arguments of a stored `CREATE VIRTUAL TABLE`.
pub(crate) fn virtual_module(sql: &str) -> (String, String) {
    let tokens = tokenize(sql);
    let Some(using) = tokens.iter().position(|token| token.is("USING")) else { return Default::default() };
    let module = tokens.get(using + 1).map(Token::name).unwrap_or_default();
    let open = using + 2;
    let close =
        closing_parenthesis(&tokens, open).filter(|_| tokens.get(open).is_some_and(|t| t.is_mark('(')));
    let arguments = close.map(|close| sql[tokens[open].end()..tokens[close].start].trim().to_owned());
    (module, arguments.unwrap_or_default())
}
