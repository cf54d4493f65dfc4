//! Removals and additions that look like renames, with what speaks for it. Asked about, never assumed.

use std::collections::{BTreeSet, HashMap, HashSet};

use cadastre_model::{Body, IndexTarget, Kind, Model, ObjectId};

use crate::compare::{ChangeKind, Diff};
use crate::rename::is_from_above;

/// A removal and an addition that look like a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The object in the first model.
    pub from: ObjectId,
    /// The object in the second model.
    pub to: ObjectId,
    /// Why it looks like one.
    pub evidence: Vec<Evidence>,
}

macro_rules! clues {
    ($($name:ident: $word:literal = $words:literal;)*) => {
        /// What speaks for a rename. `{0}` and `{1}` stand for numbers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Clue {
            $(#[doc = $words] $name,)*
        }

        impl Clue {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for hosts, which say it in the reader's language.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// In English.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

clues! {
    AllColumns: "all_columns" = "both have the same {0} columns";
    MostColumns: "most_columns" = "{0} of {1} columns are the same";
    Type: "type" = "same table and type";
    Position: "position" = "same position";
    Keys: "keys" = "part of the same keys, indexes and checks";
    Values: "values" = "about {0} % of their values are the same";
}

/// Something that speaks for a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What.
    pub clue: Clue,
    /// How much, for the places in its words.
    pub numbers: Vec<usize>,
}

impl Evidence {
    /// A clue with its numbers, as many as there are places in its words.
    pub fn new(clue: Clue, numbers: Vec<usize>) -> Self {
        Self { clue, numbers }
    }

    /// In English.
    pub fn words(&self) -> String {
        let fill =
            |text: String, (at, it): (usize, &usize)| text.replace(&format!("{{{at}}}"), &it.to_string());
        self.numbers.iter().enumerate().fold(self.clue.words().to_owned(), fill)
    }
}

/// Two tables may be one if at least so many of three columns of the larger one are the same.
const OF_THREE: usize = 2;

/// Removals and additions that look like renames: of tables with the same columns, or most of them, and of columns of one table with the
/// same type. Nothing is in two of them; what has more in common goes first. `is_denied` says of a pair that it is none.
pub fn candidates(
    from: &Model,
    to: &Model,
    diff: &Diff,
    is_denied: impl Fn(ObjectId, ObjectId) -> bool,
) -> Vec<Candidate> {
    let gone = |kind: Kind| -> Vec<ObjectId> {
        let removed = diff.changes.iter().filter(|it| it.kind == ChangeKind::Removed);
        removed.filter_map(|it| it.from).filter(|id| from.object(*id).kind() == kind).collect()
    };
    let come = |kind: Kind| -> Vec<ObjectId> {
        let added = diff.changes.iter().filter(|it| it.kind == ChangeKind::Added);
        added.filter_map(|it| it.to).filter(|id| to.object(*id).kind() == kind).collect()
    };
    let tables = tables((from, &gone(Kind::Table)), (to, &come(Kind::Table)), diff, &is_denied);
    let mut columns = columns((from, &gone(Kind::Column)), (to, &come(Kind::Column)), diff);
    columns.retain(|(_, it)| !is_denied(it.from, it.to));
    [best(tables), best(columns)].concat()
}

/// Of pairs with how much they have in common, those that have most, each object in one of them.
fn best(mut pairs: Vec<(usize, Candidate)>) -> Vec<Candidate> {
    pairs.sort_by_key(|(score, it)| (std::cmp::Reverse(*score), it.from, it.to));
    let (mut old, mut new) = (HashSet::new(), HashSet::new());
    let mut is_free = |it: &Candidate| {
        let is_free = !old.contains(&it.from) && !new.contains(&it.to);
        is_free && old.insert(it.from) && new.insert(it.to)
    };
    let mut chosen: Vec<Candidate> = pairs.into_iter().map(|(_, it)| it).filter(|it| is_free(it)).collect();
    chosen.sort_by_key(|it| it.from);
    chosen
}

/// Tables by the columns they share; how much is in hundredths of the columns of the larger one. Those with the same columns are paired
/// one by one first, so that many of one shape do not all meet.
fn tables(
    (from, gone): (&Model, &[ObjectId]),
    (to, come): (&Model, &[ObjectId]),
    diff: &Diff,
    is_denied: &dyn Fn(ObjectId, ObjectId) -> bool,
) -> Vec<(usize, Candidate)> {
    let pair = |old: ObjectId, new: ObjectId, same: usize, of: usize| {
        let evidence = match same == of {
            true => Evidence::new(Clue::AllColumns, vec![of]),
            false => Evidence::new(Clue::MostColumns, vec![same, of]),
        };
        (same * 100 / of, Candidate { from: old, to: new, evidence: vec![evidence] })
    };
    let may_be = |old: ObjectId, new: ObjectId| same_place(from, old, to, new, diff) && !is_denied(old, new);
    let mut of_shape: HashMap<Vec<(&str, &str)>, Vec<ObjectId>> = HashMap::new();
    come.iter().for_each(|&new| of_shape.entry(columns_of(to, new).collect()).or_default().push(new));
    let (mut found, mut rest, mut taken) = (Vec::new(), Vec::new(), HashSet::new());
    for &old in gone {
        let shape: Vec<(&str, &str)> = columns_of(from, old).collect();
        let alike = of_shape.get_mut(&shape).filter(|_| !shape.is_empty());
        let new = alike.and_then(|all| Some(all.remove(all.iter().position(|&new| may_be(old, new))?)));
        match new {
            Some(new) => {
                taken.insert(new);
                found.push(pair(old, new, shape.len(), shape.len()));
            }
            None => rest.push((old, shape)),
        }
    }
    let mut having: HashMap<(&str, &str), Vec<(ObjectId, usize)>> = HashMap::new();
    for (shape, all) in &of_shape {
        let left = all.iter().filter(|new| !taken.contains(new));
        for &new in left {
            shape.iter().for_each(|column| having.entry(*column).or_default().push((new, shape.len())));
        }
    }
    for (old, shape) in rest {
        let mut shared: HashMap<ObjectId, (usize, usize)> = HashMap::new();
        for &(new, size) in shape.iter().filter_map(|column| having.get(column)).flatten() {
            shared.entry(new).or_insert((0, size)).0 += 1;
        }
        for (new, (same, size)) in shared {
            let of = shape.len().max(size);
            if same * 3 >= of * OF_THREE && may_be(old, new) {
                found.push(pair(old, new, same, of));
            }
        }
    }
    found
}

/// Columns of one table by their type, and by what else they have in common.
fn columns(
    (from, gone): (&Model, &[ObjectId]),
    (to, come): (&Model, &[ObjectId]),
    diff: &Diff,
) -> Vec<(usize, Candidate)> {
    let mut of_table: HashMap<Option<ObjectId>, Vec<ObjectId>> = HashMap::new();
    come.iter().for_each(|&new| of_table.entry(to.object(new).parent).or_default().push(new));
    let mut found = Vec::new();
    for &old in gone {
        let table = from.object(old).parent.and_then(|table| diff.to(table));
        for &new in table.and_then(|table| of_table.get(&Some(table))).into_iter().flatten() {
            let likeness = like_columns(from, old, to, new);
            found.extend(
                likeness.map(|(score, evidence)| (score, Candidate { from: old, to: new, evidence })),
            );
        }
    }
    found
}

/// How much two columns have in common: keys tell more than the place.
fn like_columns(from: &Model, old: ObjectId, to: &Model, new: ObjectId) -> Option<(usize, Vec<Evidence>)> {
    let (Body::Column(a), Body::Column(b)) = (&from.object(old).body, &to.object(new).body) else {
        return None;
    };
    let is_inherited = is_from_above(&from.object(old).body) && is_from_above(&to.object(new).body);
    if a.data_type != b.data_type || a.generated.is_some() != b.generated.is_some() || is_inherited {
        return None;
    }
    let mut evidence = vec![Evidence::new(Clue::Type, Vec::new())];
    let mut score = 0;
    let (x, y) = (parts_over(from, old), parts_over(to, new));
    if !x.is_empty() && x == y {
        score += 4;
        evidence.push(Evidence::new(Clue::Keys, Vec::new()));
    }
    if position(from, old) == position(to, new) {
        score += 2;
        evidence.push(Evidence::new(Clue::Position, Vec::new()));
    }
    if (a.not_null, &a.default) == (b.not_null, &b.default) {
        score += 1;
    }
    Some((score, evidence))
}

/// The keys, indexes and foreign keys that a column is part of, by the other columns they have and what they lead to.
fn parts_over(model: &Model, column: ObjectId) -> BTreeSet<String> {
    let object = model.object(column);
    let Some(table) = object.parent else { return BTreeSet::new() };
    let others = |columns: &[String]| {
        let names = columns.iter().map(|name| if *name == object.name { "·" } else { name.as_str() });
        names.collect::<Vec<_>>().join(",")
    };
    let over = |columns: &[String]| columns.contains(&object.name);
    let own = model.children(table).iter().filter_map(|&id| match &model.object(id).body {
        Body::PrimaryKey(key) if over(&key.columns) => Some(format!("primary {}", others(&key.columns))),
        Body::Unique(key) if over(&key.columns) => Some(format!("unique {}", others(&key.columns))),
        Body::ForeignKey(key) if over(&key.columns) => {
            let (space, name) = (&key.references.namespace, &key.references.name);
            Some(format!("to {space}.{name} by {}", others(&key.columns)))
        }
        Body::Index(index) => {
            let columns: Vec<String> = index
                .parts
                .iter()
                .filter_map(|part| match &part.target {
                    IndexTarget::Column(name) => Some(name.clone()),
                    IndexTarget::Expression(_) => None,
                })
                .collect();
            over(&columns).then(|| format!("index {} {}", index.unique, others(&columns)))
        }
        Body::Check(check) if check.column.as_ref() == Some(&object.name) => {
            Some(format!("check {}", check.expression.replace(&object.name, "·")))
        }
        _ => None,
    });
    let referencing = model.referencing(table).iter().filter_map(|&id| match &model.object(id).body {
        Body::ForeignKey(key) if over(&key.referenced_columns) => {
            Some(format!("from {}", model.display_name(id)))
        }
        _ => None,
    });
    own.chain(referencing).collect()
}

fn same_place(from: &Model, old: ObjectId, to: &Model, new: ObjectId, diff: &Diff) -> bool {
    match (from.object(old).parent, to.object(new).parent) {
        (Some(a), Some(b)) => diff.to(a) == Some(b),
        (None, None) => true,
        _ => false,
    }
}

fn position(model: &Model, id: ObjectId) -> usize {
    let siblings = model.object(id).parent.map(|parent| model.children(parent)).unwrap_or_default();
    siblings.iter().position(|&it| it == id).unwrap_or_default()
}

/// The columns of a table by name and type.
fn columns_of(model: &Model, table: ObjectId) -> impl Iterator<Item = (&str, &str)> {
    model.children(table).iter().filter_map(|&id| match &model.object(id).body {
        Body::Column(column) => Some((model.object(id).name.as_str(), column.data_type.as_str())),
        _ => None,
    })
}
