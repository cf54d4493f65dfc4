//! SQLite's tokens, as far as reading stored statements needs them. Rules: <https://sqlite.org/lang_keywords.html> and the
//! tokenizer's own: quotes of four kinds, two kinds of comment.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An unquoted word: keyword or name.
    Word,
    /// A quoted name: `"…"`, `` `…` `` or `[…]`.
    QuotedName,
    /// A text literal.
    Text,
    /// A number, blob, parameter or operator character.
    Other,
    /// A comment.
    Comment,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'s> {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text as written.
    pub text: &'s str,
    /// Byte offset of its start.
    pub start: usize,
    /// Line it starts on, from 0.
    pub line: usize,
}

impl<'s> Token<'s> {
    /// Byte offset after its end.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword (unquoted, any case).
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this punctuation character.
    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Other && self.text.starts_with(mark)
    }

    /// The name it stands for, unquoted. SQLite also takes a text literal for a name in some places.
    pub fn name(&self) -> String {
        let inner = || &self.text[1..self.text.len().saturating_sub(1).max(1)];
        match (self.kind, self.text.chars().next()) {
            (TokenKind::QuotedName, Some('[')) => inner().to_owned(),
            (TokenKind::QuotedName | TokenKind::Text, Some(quote)) => {
                inner().replace(&format!("{quote}{quote}"), &quote.to_string())
            }
            _ => self.text.to_owned(),
        }
    }
}

/// Splits a statement into tokens; white space is dropped, comments are kept.
pub(crate) fn tokenize(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            line += usize::from(bytes[at] == b'\n');
            at += 1;
            continue;
        }
        let (kind, end) = scan(sql, at);
        let text = &sql[at..end];
        tokens.push(Token { kind, text, start: at, line });
        line += text.matches('\n').count();
        at = end;
    }
    tokens
}

fn scan(sql: &str, at: usize) -> (TokenKind, usize) {
    let rest = &sql[at..];
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '-' if rest.starts_with("--") => (TokenKind::Comment, at + rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => {
            (TokenKind::Comment, at + rest.find("*/").map_or(rest.len(), |n| n + 2))
        }
        '\'' => (TokenKind::Text, at + quoted_length(rest, '\'')),
        '"' | '`' => (TokenKind::QuotedName, at + quoted_length(rest, first)),
        '[' => (TokenKind::QuotedName, at + rest.find(']').map_or(rest.len(), |n| n + 1)),
        _ if is_word(first) => {
            (TokenKind::Word, at + rest.find(|c: char| !is_word(c) && c != '$').unwrap_or(rest.len()))
        }
        _ => (TokenKind::Other, at + first.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            if chars.peek().is_some_and(|&(_, next)| next == quote) {
                chars.next();
            } else {
                return at + 1;
            }
        }
    }
    rest.len()
}

/// The text of a run of tokens with its white space folded and its comments dropped.
pub(crate) fn canonical_text(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut last_end = None;
    for token in tokens.iter().filter(|token| token.kind != TokenKind::Comment) {
        if last_end.is_some_and(|end| end != token.start) {
            text.push(' ');
        }
        text.push_str(token.text);
        last_end = Some(token.end());
    }
    text
}
