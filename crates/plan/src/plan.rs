//! The artefact and what it consists of.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hazard::Hazard;
use crate::note::Note;

/// The word in the file.
pub const FORMAT: &str = "cadastre-plan";
/// What a step is called that gives something another name.
pub const RENAMING: &str = "rename";
/// The version of the format.
pub const VERSION: u32 = 2;

/// How a table is locked while a step runs, from the weakest to the strongest. The names are those of table-level locks in the
/// manual of the engine that has most of them; engines with fewer use the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockClass {
    /// Reading goes on, and so does everything else.
    AccessShare,
    /// Other changes of the schema wait.
    ShareUpdateExclusive,
    /// Writing waits.
    Share,
    /// Writing waits, and so does what also wants this lock.
    ShareRowExclusive,
    /// All but plain reading waits.
    Exclusive,
    /// Everything waits.
    AccessExclusive,
}

/// A table and its lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableLock {
    /// The table, as people write it.
    pub table: String,
    /// The lock.
    pub lock: LockClass,
}

/// What a step costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkClass {
    /// The catalogue is changed, whatever the table's size.
    #[default]
    Metadata,
    /// Every row is read.
    Scan,
    /// Every row is written anew.
    Rewrite,
}

/// How long a step may take, in seconds; 0 for as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOuts {
    /// It gives up when it does not get a lock within this time: whoever comes after it waits behind it meanwhile.
    pub lock: u32,
    /// It gives up when a statement runs for longer.
    pub statement: u32,
}

impl TimeOuts {
    /// What holds for both.
    fn or(self, other: Self) -> Self {
        let longest = |a: u32, b: u32| if a == 0 || b == 0 { 0 } else { a.max(b) };
        Self { lock: longest(self.lock, other.lock), statement: longest(self.statement, other.statement) }
    }
}

/// How large a table is, as far as the server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSize {
    /// The table, as people write it.
    pub table: String,
    /// Rows, estimated.
    pub rows: u64,
    /// Bytes with indexes; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// One statement with what is known about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// What it is about: `table public.film`.
    pub object: String,
    /// The statements, in order, without closing semicolons.
    pub statements: Vec<String>,
    /// The tables it locks, and how.
    pub locks: Vec<TableLock>,
    /// What it costs.
    pub work: WorkClass,
    /// What to know before.
    pub hazards: Vec<Hazard>,
    /// How long it may take; nothing where the engine has no such limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_outs: Option<TimeOuts>,
    /// Of a step that is final when it is done: a query that answers whether it is, in one boolean. Of others the transaction tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// The statements that take it back, in order, where that was asked for; none where it has a hazard that says so. Not part of
    /// the hash: it follows from the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reverse: Vec<String>,
}

impl Step {
    /// One that gives something another name: only descriptions change, while the table is locked like this.
    pub fn renaming(statement: String, locks: Vec<TableLock>) -> Self {
        Self { object: RENAMING.into(), statements: vec![statement], locks, ..Self::default() }
    }

    /// The first statement that does more than set up the session.
    pub fn first_statement(&self) -> Option<&String> {
        let is_setting = |it: &&String| ["SET ", "RESET ", "PRAGMA "].iter().any(|word| it.starts_with(word));
        self.statements.iter().find(|it| !is_setting(it)).or(self.statements.first())
    }
}

/// Steps that happen together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Whether they run in one transaction; else each is final when it is done.
    pub transaction: bool,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Group {
    /// What holds for all of its steps; nothing if one has none.
    pub fn time_outs(&self) -> Option<TimeOuts> {
        let mut all = self.steps.iter().map(|step| step.time_outs);
        let first = all.next()??;
        all.try_fold(first, |sum, it| Some(sum.or(it?)))
    }
}

/// That a plan was run on a scratch database, there and back. It is of one plan between two schemas and of no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The hash of the plan.
    pub plan: String,
    /// The fingerprint it started from.
    pub from: String,
    /// The fingerprint it led to.
    pub to: String,
    /// What ran it, with its version.
    pub server: String,
    /// Steps whose locks and rewriting were watched, and stayed within what is announced.
    pub watched_steps: u32,
    /// Tables whose rows were counted before and after.
    pub tables_with_rows: u32,
}

/// Everything to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The engine's word.
    pub engine: String,
    /// The fingerprint of the schema it starts from.
    pub from: String,
    /// The fingerprint of the schema it leads to.
    pub to: String,
    /// Settings of the session, before everything.
    pub preamble: Vec<String>,
    /// The groups, in order.
    pub groups: Vec<Group>,
    /// Settings of the session that are put back, after everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing: Vec<String>,
    /// What differs and cannot be planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// How large the tables are whose rows are read or written, as far as that is known. Not part of its hash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<TableSize>,
    /// Its proof, if it has one. Not part of its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Plan {
    /// A plan for two ends.
    pub fn new(engine: &str, from: String, to: String) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            engine: engine.into(),
            from,
            to,
            preamble: Vec::new(),
            groups: Vec::new(),
            closing: Vec::new(),
            notes: Vec::new(),
            sizes: Vec::new(),
            proof: None,
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.steps.is_empty())
    }

    /// The steps, whatever their group.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.groups.iter().flat_map(|group| &group.steps)
    }

    /// Whether it carries a proof that is of this plan and of nothing else.
    pub fn is_proved(&self) -> bool {
        self.proof
            .as_ref()
            .is_some_and(|it| it.plan == self.hash() && it.from == self.from && it.to == self.to)
    }

    /// How large a table is that a step reads or writes.
    pub fn size_of(&self, step: &Step) -> Option<&TableSize> {
        let is_worked_on = |size: &&TableSize| step.locks.iter().any(|it| it.table == size.table);
        self.sizes
            .iter()
            .filter(is_worked_on)
            .max_by_key(|size| size.rows)
            .filter(|_| step.work != WorkClass::Metadata)
    }

    /// Equal for equal plans: SHA-256 (FIPS 180-4) of its JSON without the proof, the sizes and what takes steps back.
    pub fn hash(&self) -> String {
        let mut bare = Self { proof: None, sizes: Vec::new(), ..self.clone() };
        bare.groups.iter_mut().flat_map(|group| &mut group.steps).for_each(|step| step.reverse.clear());
        let bytes = serde_json::to_vec(&bare).unwrap_or_default();
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
