//! Types that all relational engines have, between which a schema of one is told in the words of another.

/// A type of columns, whatever the engine calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommonType {
    /// True or false.
    Boolean,
    /// Whole numbers of so many bytes.
    Integer {
        /// 1, 2, 3, 4 or 8.
        bytes: u8,
        /// Not below zero.
        unsigned: bool,
    },
    /// Exact numbers: digits in all, and after the point; without, as many as there are.
    Decimal(Option<(u32, u32)>),
    /// Floating point numbers of 4 or 8 bytes.
    Real(u8),
    /// Texts of one length, filled up with blanks.
    Char(u32),
    /// Texts of at most so many characters, if there is such a limit.
    Text(Option<u32>),
    /// Bytes, at most so many, if there is such a limit.
    Bytes(Option<u32>),
    /// A day.
    Date,
    /// A time of the day.
    Time,
    /// A day with its time.
    Timestamp {
        /// A moment, the same everywhere.
        zoned: bool,
    },
    /// JSON.
    Json,
    /// A UUID (RFC 9562).
    Uuid,
}

/// A type's words in lower case without what stands in parentheses, and the numbers that stand there:
/// `timestamp(3) with time zone` is `timestamp with time zone` and 3.
pub fn type_words(text: &str) -> (String, Vec<u32>) {
    let lower = text.to_ascii_lowercase();
    let Some((head, rest)) = lower.split_once('(') else { return (lower.trim().to_owned(), Vec::new()) };
    let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{} {}", head.trim(), tail.trim()).trim().to_owned(), numbers)
}
