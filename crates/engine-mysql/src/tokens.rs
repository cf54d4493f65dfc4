//! Tokens of what `SHOW CREATE` writes. Manual: "Lexical Structure". Version comments are opened first ([`open_comments`]): what
//! stands in them holds for the server that wrote them.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An unquoted word or number.
    Word,
    /// A name in backticks.
    Name,
    /// A text in single or double quotes.
    Text,
    /// One character of anything else.
    Mark,
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
}

impl Token<'_> {
    /// Byte offset after its end.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this word, in any case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character.
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == TokenKind::Mark && self.text == mark
    }

    /// The name or text it stands for, without its quotes.
    pub fn value(&self) -> String {
        let inner = || &self.text[1..self.text.len().saturating_sub(1).max(1)];
        match self.kind {
            TokenKind::Name => inner().replace("``", "`"),
            TokenKind::Text => unescape(inner(), &self.text[..1]),
            TokenKind::Word | TokenKind::Mark => self.text.to_owned(),
        }
    }
}

/// Manual: "String Literals", table of escape sequences.
fn unescape(inner: &str, quote: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some('Z') => out.push('\u{1a}'),
                Some('b') => out.push('\u{8}'),
                Some(other) => out.push(other),
                None => {}
            }
        } else {
            out.push(c);
            if quote.starts_with(c) && chars.peek() == Some(&c) {
                chars.next();
            }
        }
    }
    out
}

/// Byte offset after the quoted token that starts at `start`.
fn end_of_quoted(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote != b'`' => at += 1,
            byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The tokens of a statement, without space and comments.
pub(crate) fn tokenize(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let kind = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = sql[at..].find("*/").map_or(bytes.len(), |end| at + end + 2);
                continue;
            }
            b'`' => TokenKind::Name,
            b'\'' | b'"' => TokenKind::Text,
            byte if is_word(byte) && byte != b'.' => TokenKind::Word,
            _ => TokenKind::Mark,
        };
        at = match kind {
            TokenKind::Name | TokenKind::Text => end_of_quoted(bytes, at),
            TokenKind::Word => end_of_word(bytes, at),
            TokenKind::Mark => at + 1,
        };
        tokens.push(Token { kind, text: &sql[start..at], start });
    }
    tokens
}

/// Byte offset after the word or number that starts at `start`; the sign of an exponent (`1e-30`) is part of a number.
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let run = |from: usize| from + bytes[from..].iter().take_while(|&&byte| is_word(byte)).count();
    let end = run(start);
    let (word, rest) = (&bytes[start..end], &bytes[end..]);
    let is_mantissa = word.split_last().is_some_and(|(last, digits)| {
        matches!(last, b'e' | b'E')
            && !digits.is_empty()
            && digits.iter().all(|it| it.is_ascii_digit() || *it == b'.')
    });
    let has_exponent = matches!(rest, [b'-' | b'+', digit, ..] if digit.is_ascii_digit());
    if is_mantissa && has_exponent { run(end + 1) } else { end }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte == b'.' || byte >= 0x80
}

/// Takes away the marks of version comments (`/*!50100 … */`, `/*M!100301 … */`) and keeps what is in them.
pub(crate) fn open_comments(sql: &str) -> String {
    let bytes = sql.as_bytes();
    let mut out = String::with_capacity(sql.len());
    let (mut at, mut copied, mut inside) = (0, 0, false);
    while at < bytes.len() {
        let rest = &sql[at..];
        if matches!(bytes[at], b'`' | b'\'' | b'"') {
            at = end_of_quoted(bytes, at);
            continue;
        }
        let opening = ["/*!", "/*M!"].iter().find(|mark| rest.starts_with(**mark));
        if let Some(mark) = opening {
            out.push_str(&sql[copied..at]);
            let digits = rest[mark.len()..].bytes().take_while(u8::is_ascii_digit).count();
            at += mark.len() + digits;
            (copied, inside) = (at, true);
        } else if inside && rest.starts_with("*/") {
            out.push_str(&sql[copied..at]);
            at += 2;
            (copied, inside) = (at, false);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.push_str(&sql[copied..]);
    out
}

/// Takes the database's own name from in front of names, so that texts do not tell where they were read. A text in which the
/// name stands for something else as well is left alone.
pub(crate) fn unqualify(sql: &str, database: &str) -> String {
    let tokens = tokenize(sql);
    let is_own = |token: &Token<'_>| token.kind == TokenKind::Name && token.value() == database;
    let followed_by_dot = |at: usize| tokens.get(at + 1).is_some_and(|next| next.is_mark("."));
    if tokens.iter().enumerate().any(|(at, token)| is_own(token) && !followed_by_dot(at)) {
        return sql.to_owned();
    }
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    for (at, token) in tokens.iter().enumerate() {
        let begins = at == 0 || !tokens[at - 1].is_mark(".");
        if begins && is_own(token) && followed_by_dot(at) {
            out.push_str(&sql[copied..token.start]);
            copied = tokens[at + 1].end();
        }
    }
    out.push_str(&sql[copied..]);
    out
}

/// A trigger's statement with the database's own name taken from in front of the trigger's and the table's: the server keeps them as they
/// were typed. What the trigger does is left alone.
pub(crate) fn unqualify_trigger(sql: &str, database: &str) -> String {
    let tokens = tokenize(sql);
    let head = tokens.iter().position(|token| token.is("FOR")).unwrap_or(0);
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    for (at, token) in tokens[..head].iter().enumerate() {
        let own = match token.kind {
            TokenKind::Name if token.value() == database => {
                tokens.get(at + 1).filter(|next| next.is_mark(".")).map(Token::end)
            }
            TokenKind::Word => {
                let rest = token.text.strip_prefix(database).and_then(|rest| rest.strip_prefix('.'));
                rest.map(|rest| token.end() - rest.len())
            }
            _ => None,
        };
        if let Some(end) = own {
            out.push_str(&sql[copied..token.start]);
            copied = end;
        }
    }
    out.push_str(&sql[copied..]);
    out
}
