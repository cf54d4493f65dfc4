//! Random schemas and random edits of them, the same for the same seed.
//!
//! A schema is a list of items. Each has a kind, the items it stands on, all of them earlier ones, and choices of which its kind
//! makes what it likes; so a schema can always be written as a script, and dropping an item drops what stands on it.

mod mongodb;
mod mysql;
mod postgres;
mod sqlite;

/// A generator of numbers: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is at least one.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// So many choices an item has.
const CHOICES: usize = 6;

/// One thing of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// By which others stand on it; never used again.
    pub id: u32,
    /// The place of its kind in the grammar.
    kind: usize,
    /// What it stands on, in the order of its kind's needs.
    refs: Vec<Option<u32>>,
    choices: [u8; CHOICES],
}

impl Item {
    /// One of several, by a choice.
    pub fn pick<'a>(&self, choice: usize, from: &[&'a str]) -> &'a str {
        from[usize::from(self.choices[choice]) % from.len()]
    }

    /// A number below a limit, by a choice.
    pub fn number(&self, choice: usize, limit: u8) -> u8 {
        self.choices[choice] % limit
    }
}

/// A kind of item.
pub(crate) struct Kind {
    /// What it is called.
    pub word: &'static str,
    /// The kinds it stands on; with a `?` behind, perhaps.
    pub needs: &'static [&'static str],
    /// How many of a thousand new items are of it, about.
    pub weight: usize,
    /// Only one may stand on the same items.
    pub single: bool,
    /// The statements that make it, each with its semicolon; nothing where another item's statement holds it.
    pub write: fn(&Sketch, &Item) -> String,
}

/// A kind of which there may be several on the same items.
const fn kind(
    word: &'static str,
    needs: &'static [&'static str],
    weight: usize,
    write: fn(&Sketch, &Item) -> String,
) -> Kind {
    Kind { word, needs, weight, single: false, write }
}

/// A kind of which there is one on the same items.
const fn single(
    word: &'static str,
    needs: &'static [&'static str],
    weight: usize,
    write: fn(&Sketch, &Item) -> String,
) -> Kind {
    Kind { word, needs, weight, single: true, write }
}

/// Seeds below this know the first kinds of a grammar only, so that those that were kept walk as they did.
pub const FIRST_SEED_OF_ALL_KINDS: u64 = 10_000;

/// Seeds below this give nothing another name, for the same reason.
pub const FIRST_SEED_WITH_RENAMES: u64 = 20_000;

/// What an engine has.
pub(crate) struct Grammar {
    kinds: &'static [Kind],
    /// So many of them were there first.
    first: usize,
    /// Before everything.
    preamble: &'static str,
}

/// A schema that can be edited and written as a script.
#[derive(Clone)]
pub struct Sketch {
    grammar: &'static Grammar,
    /// So many kinds of the grammar are used.
    known: usize,
    /// Things get other names.
    renames: bool,
    items: Vec<Item>,
    next: u32,
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sketch").field("items", &self.items.len()).finish()
    }
}

impl Sketch {
    /// A schema of so many items, of the kinds a seed knows.
    ///
    /// # Panics
    /// For an engine that has no grammar here.
    pub fn new(engine: &str, seed: u64, size: usize, random: &mut Random) -> Self {
        let grammar = match engine {
            "postgres" => &postgres::GRAMMAR,
            "mysql" => &mysql::GRAMMAR,
            "sqlite" => &sqlite::GRAMMAR,
            "mongodb" => &mongodb::GRAMMAR,
            other => panic!("there are no random schemas for {other}"),
        };
        let known = if seed < FIRST_SEED_OF_ALL_KINDS { grammar.first } else { grammar.kinds.len() };
        let mut sketch =
            Self { grammar, known, renames: seed >= FIRST_SEED_WITH_RENAMES, items: Vec::new(), next: 1 };
        while sketch.items.len() < size {
            sketch.add(random);
        }
        sketch
    }

    /// The kinds of items there can be.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.grammar.kinds.iter().map(|kind| kind.word).collect()
    }

    /// Adds, drops, changes or renames a few things.
    pub fn edit(&mut self, edits: usize, random: &mut Random) {
        for _ in 0..edits {
            match random.below(10) {
                0..5 => self.add(random),
                5..7 => self.remove(random),
                9 if self.renames => self.rename(random),
                _ => self.vary(random),
            }
        }
    }

    fn add(&mut self, random: &mut Random) {
        let known = &self.grammar.kinds[..self.known];
        let total: usize = known.iter().map(|kind| kind.weight).sum();
        let mut at = random.below(total);
        let kind = known.iter().position(|kind| {
            let is_it = at < kind.weight;
            at = at.saturating_sub(kind.weight);
            is_it
        });
        let Some(kind) = kind else { return };
        let rule = &self.grammar.kinds[kind];
        let mut refs = Vec::new();
        for need in rule.needs {
            let (word, may_lack) = need.strip_suffix('?').map_or((*need, false), |word| (word, true));
            let fits: Vec<u32> = self.of(word).map(|item| item.id).collect();
            match fits.len() {
                0 if may_lack => refs.push(None),
                0 => return,
                _ if may_lack && random.below(2) == 0 => refs.push(None),
                count => refs.push(Some(fits[random.below(count)])),
            }
        }
        if rule.single && self.items.iter().any(|it| it.kind == kind && it.refs == refs) {
            return;
        }
        let choices = std::array::from_fn(|_| random.below(256) as u8);
        self.items.push(Item { id: self.next, kind, refs, choices });
        self.next += 1;
    }

    fn remove(&mut self, random: &mut Random) {
        if self.items.is_empty() {
            return;
        }
        let mut gone = vec![self.items[random.below(self.items.len())].id];
        for item in &self.items {
            if item.refs.iter().flatten().any(|id| gone.contains(id)) {
                gone.push(item.id);
            }
        }
        self.items.retain(|item| !gone.contains(&item.id));
    }

    fn vary(&mut self, random: &mut Random) {
        if !self.items.is_empty() {
            let at = random.below(self.items.len());
            self.items[at].choices[random.below(CHOICES)] = random.below(256) as u8;
        }
    }

    /// Something on which nothing stands is what it was under another name, for names are made of the numbers of items.
    fn rename(&mut self, random: &mut Random) {
        let used: Vec<u32> = self.items.iter().flat_map(|item| item.refs.iter().flatten().copied()).collect();
        let mut free: Vec<&mut Item> =
            self.items.iter_mut().filter(|item| !used.contains(&item.id)).collect();
        if !free.is_empty() {
            let at = random.below(free.len());
            free[at].id = self.next;
            self.next += 1;
        }
    }

    /// The script that makes it in an empty database.
    pub fn script(&self) -> String {
        let mut text = self.grammar.preamble.to_owned();
        for item in &self.items {
            let statements = (self.grammar.kinds[item.kind].write)(self, item);
            text.push_str(&statements);
            text.push_str(if statements.is_empty() { "" } else { "\n" });
        }
        text
    }

    /// The items of a kind.
    pub(crate) fn of<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| self.grammar.kinds[item.kind].word == word)
    }

    /// The items of a kind that stand on another.
    pub(crate) fn standing_on<'a>(&'a self, id: u32, word: &'a str) -> impl Iterator<Item = &'a Item> {
        self.of(word).filter(move |item| item.refs.contains(&Some(id)))
    }

    /// The kind of an item.
    pub(crate) fn word(&self, item: &Item) -> &'static str {
        self.grammar.kinds[item.kind].word
    }

    /// What an item stands on by a need of its kind.
    pub(crate) fn on(&self, item: &Item, need: usize) -> Option<&Item> {
        let id = item.refs.get(need).copied().flatten()?;
        self.items.iter().find(|it| it.id == id)
    }
}
