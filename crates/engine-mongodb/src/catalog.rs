//! What there is: collections and views in one list, indexes and a sample of each collection.

use std::collections::BTreeSet;

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use cadastre_engine::{DbError, FieldRef, RunContext, Stage};
use futures::stream::{self, StreamExt, TryStreamExt};
use mongodb::Database;

use crate::error::explain;
use crate::references::{Candidate, FEWEST_VALUES, LEAST_FOUND, Referable, candidates, need_no_name};
use crate::sample::{Inferred, infer};

/// A collection with no more documents, and no more bytes of them, is read as a whole.
const WHOLE: u64 = 10_000;
const WHOLE_BYTES: i64 = 8 << 20;
/// Collections are read so many at a time.
const AT_ONCE: usize = 8;
/// No more bytes of documents of one collection are held in memory, however many documents were asked for.
const MOST_BYTES: usize = 32 << 20;
/// Examples are looked for in so many documents.
const EXAMPLE_DOCUMENTS: i32 = 200;

/// A collection or view as `listCollections` tells it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CollectionRow {
    pub name: String,
    pub kind: String,
    pub options: Document,
}

/// A collection with what is known of it.
pub(crate) struct CollectionFacts {
    pub row: CollectionRow,
    /// The reason where they could not be read.
    pub indexes: Result<Vec<Document>, String>,
    pub sample: Result<Sampled, String>,
}

/// A sample and how many documents there are.
#[derive(Default)]
pub(crate) struct Sampled {
    pub inferred: Inferred,
    pub total: u64,
    pub references: Vec<Reference>,
}

/// Reads everything.
///
/// # Errors
/// A lost connection, missing rights on the database, or cancellation. What cannot be read of one collection is part of the answer.
pub(crate) async fn read(
    database: &Database,
    sample_size: u32,
    context: &RunContext,
) -> Result<Vec<CollectionFacts>, DbError> {
    let doing = "reading the list of collections";
    context.report(Stage::Reading, 0, 1);
    let command = doc! { "listCollections": 1, "nameOnly": false };
    let cursor = database.run_cursor_command(command).await.map_err(|error| explain(doing, &error))?;
    let documents: Vec<Document> = cursor.try_collect().await.map_err(|error| explain(doing, &error))?;
    let mut rows: Vec<CollectionRow> =
        documents.iter().map(row).filter(|row| !row.name.starts_with("system.")).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let total = rows.len() * 2;
    let mut facts = Vec::with_capacity(rows.len());
    let mut reading = stream::iter(rows).map(|row| read_one(database, row, sample_size)).buffered(AT_ONCE);
    while let Some(one) = reading.next().await {
        context.check()?;
        facts.push(one?);
        context.report(Stage::Reading, facts.len(), total);
    }
    drop(reading);
    find_references(database, &mut facts, context).await?;
    context.report(Stage::Reading, total, total);
    Ok(facts)
}

fn row(document: &Document) -> CollectionRow {
    let text = |name: &str| document.get_str(name).unwrap_or_default().to_owned();
    CollectionRow {
        name: text("name"),
        kind: text("type"),
        options: document.get_document("options").cloned().unwrap_or_default(),
    }
}

/// What one collection does not let us see is said of it; a server that is gone is gone for all.
async fn read_one(
    database: &Database,
    row: CollectionRow,
    sample_size: u32,
) -> Result<CollectionFacts, DbError> {
    if row.kind == "view" {
        return Ok(CollectionFacts { row, indexes: Ok(Vec::new()), sample: Err(String::new()) });
    }
    let indexes = or_reason(read_indexes(database, &row.name).await, "reading indexes")?;
    let sample = or_reason(read_sample(database, &row.name, sample_size).await, "reading documents")?;
    Ok(CollectionFacts { row, indexes, sample })
}

fn or_reason<T>(read: mongodb::error::Result<T>, doing: &str) -> Result<Result<T, String>, DbError> {
    match read.map_err(|error| explain(doing, &error)) {
        Ok(value) => Ok(Ok(value)),
        Err(error) if error.retryable => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

async fn read_indexes(database: &Database, name: &str) -> mongodb::error::Result<Vec<Document>> {
    database.run_cursor_command(doc! { "listIndexes": name }).await?.try_collect().await
}

/// Some documents that have a field.
pub(crate) async fn documents_with(
    database: &Database,
    field: &FieldRef,
) -> mongodb::error::Result<Vec<Document>> {
    let top = field.path.split(['.', '[']).next().unwrap_or_default();
    let collection = database.collection::<Document>(&field.collection);
    let stages = [
        doc! { "$sample": { "size": EXAMPLE_DOCUMENTS } },
        doc! { "$match": { top: { "$exists": true } } },
        doc! { "$project": { top: 1 } },
    ];
    collection.aggregate(stages).await?.try_collect().await
}

/// All documents of a small collection, so that nothing has to be estimated; random ones of a large one. The server takes them from
/// a random cursor when they are less than a twentieth of the collection (manual: "$sample").
async fn read_sample(database: &Database, name: &str, size: u32) -> mongodb::error::Result<Sampled> {
    let collection = database.collection::<Document>(name);
    let total = collection.estimated_document_count().await?;
    let stage = if is_small(database, name, total, size).await {
        doc! { "$match": {} }
    } else {
        doc! { "$sample": { "size": size } }
    };
    let mut cursor = collection.aggregate([stage]).batch_size(200).await?;
    let (mut documents, mut bytes) = (Vec::new(), 0);
    while bytes < MOST_BYTES && cursor.advance().await? {
        bytes += cursor.current().as_bytes().len();
        documents.push(cursor.deserialize_current()?);
    }
    Ok(Sampled { inferred: infer(&documents), total, references: Vec::new() })
}

async fn is_small(database: &Database, name: &str, total: u64, size: u32) -> bool {
    if total <= u64::from(size) {
        return true;
    }
    // Whoever may not ask for the size gets a sample.
    let stats = database.run_command(doc! { "collStats": name }).await.unwrap_or_default();
    let size = stats.get("size").and_then(|size| size.as_i64().or_else(|| size.as_i32().map(i64::from)));
    total <= WHOLE && size.is_some_and(|size| size <= WHOLE_BYTES)
}

/// A field whose values may be keys of a collection.
struct Question<'f> {
    /// The collection it is in.
    of: usize,
    path: &'f str,
    values: &'f [Bson],
    candidates: Vec<Candidate>,
}

impl Question<'_> {
    /// The first of its values that are object ids.
    fn probes(&self) -> impl Iterator<Item = ObjectId> {
        self.values.iter().take(PROBES).filter_map(Bson::as_object_id)
    }
}

/// Path, collection, key, values looked up, values found.
type Reference = (String, String, String, u32, u32);

/// So many values of a field with no telling name are looked for in every collection.
const PROBES: usize = 8;
/// So many values are looked for in one request.
const MOST_PROBES: usize = 5_000;

async fn find_references(
    database: &Database,
    facts: &mut [CollectionFacts],
    context: &RunContext,
) -> Result<(), DbError> {
    let all: Vec<Referable> = facts
        .iter()
        .filter(|it| it.row.kind == "collection")
        .map(|it| Referable {
            name: it.row.name.clone(),
            keys: unique_keys(it.indexes.as_deref().unwrap_or_default()),
        })
        .collect();
    let mut questions = Vec::new();
    for (of, one) in facts.iter().enumerate() {
        for (path, values) in one.sample.iter().flat_map(|sample| &sample.inferred.values) {
            let candidates = candidates(&one.row.name, path, values, &all);
            questions.push(Question { of, path, values, candidates });
        }
    }
    let mut answers = ask_all(database, &questions, context).await?;
    let is_open = |of: usize, path: &str| !answers.iter().any(|(it, answer)| *it == of && answer.0 == path);
    questions.retain(|it| need_no_name(it.path, it.values) && is_open(it.of, it.path));
    probe(database, &mut questions, &all, context).await?;
    answers.extend(ask_all(database, &questions, context).await?);
    for (of, answer) in answers {
        if let Ok(sample) = &mut facts[of].sample {
            sample.references.push(answer);
        }
    }
    Ok(())
}

/// The first candidate of each question that most of the values are found in.
async fn ask_all(
    database: &Database,
    questions: &[Question<'_>],
    context: &RunContext,
) -> Result<Vec<(usize, Reference)>, DbError> {
    let asked: Vec<_> = questions.iter().map(|question| first_that_holds(database, question)).collect();
    let mut asking = stream::iter(asked).buffered(AT_ONCE);
    let mut answers = Vec::new();
    while let Some(answer) = asking.next().await {
        context.check()?;
        answers.extend(answer);
    }
    Ok(answers)
}

async fn first_that_holds(database: &Database, question: &Question<'_>) -> Option<(usize, Reference)> {
    let values = question.values;
    for candidate in &question.candidates {
        let found = look_up(database, &candidate.collection, &candidate.key, values).await;
        // A collection whose documents may not be read is not referred to, as far as anybody can tell.
        let Ok(found) = found else { continue };
        if values.len() >= FEWEST_VALUES && f64::from(found) >= LEAST_FOUND * values.len() as f64 {
            let (collection, key) = (candidate.collection.clone(), candidate.key.clone());
            let reference = (question.path.to_owned(), collection, key, values.len() as u32, found);
            return Some((question.of, reference));
        }
    }
    None
}

/// Gives the questions the collection as a candidate that has most of their first values as `_id`. Values of all fields go into
/// one request for each collection, so that their number does not grow with that of the fields.
async fn probe(
    database: &Database,
    questions: &mut [Question<'_>],
    all: &[Referable],
    context: &RunContext,
) -> Result<(), DbError> {
    let pool: BTreeSet<ObjectId> = questions.iter().flat_map(Question::probes).collect();
    let pool: Vec<Bson> = pool.into_iter().map(Bson::ObjectId).collect();
    let mut requests = Vec::new();
    for target in all {
        for ids in pool.chunks(MOST_PROBES) {
            requests.push(async move { (&target.name, ids_in(database, &target.name, ids).await) });
        }
    }
    let mut asking = stream::iter(requests).buffered(AT_ONCE);
    let mut best = vec![0; questions.len()];
    while let Some((name, ids)) = asking.next().await {
        context.check()?;
        let Ok(ids) = ids else { continue };
        for (question, best) in questions.iter_mut().zip(&mut best) {
            let found = question.probes().filter(|id| ids.contains(id)).count();
            if found > *best {
                *best = found;
                question.candidates = vec![Candidate { collection: name.clone(), key: "_id".into() }];
            }
        }
    }
    Ok(())
}

/// Which of the values are `_id`s of a collection.
async fn ids_in(
    database: &Database,
    collection: &str,
    ids: &[Bson],
) -> mongodb::error::Result<BTreeSet<ObjectId>> {
    let pipeline = [doc! { "$match": { "_id": { "$in": ids } } }, doc! { "$project": { "_id": 1 } }];
    let cursor = database.collection::<Document>(collection).aggregate(pipeline).await?;
    let documents: Vec<Document> = cursor.try_collect().await?;
    Ok(documents.iter().filter_map(|document| document.get_object_id("_id").ok()).collect())
}

/// How many of the values there are in a collection.
async fn look_up(
    database: &Database,
    collection: &str,
    key: &str,
    values: &[Bson],
) -> mongodb::error::Result<u32> {
    let pipeline = [
        doc! { "$match": { key: { "$in": values } } },
        doc! { "$group": { "_id": format!("${key}") } },
        doc! { "$count": "found" },
    ];
    let mut cursor = database.collection::<Document>(collection).aggregate(pipeline).await?;
    let found = cursor.try_next().await?.and_then(|document| document.get_i32("found").ok());
    Ok(found.unwrap_or_default().unsigned_abs())
}

fn unique_keys(indexes: &[Document]) -> BTreeSet<String> {
    let single = |index: &Document| {
        let key = index.get_document("key").ok()?;
        let is_unique = index.get_bool("unique").unwrap_or_default();
        (is_unique && key.len() == 1).then(|| key.keys().next().cloned()).flatten()
    };
    indexes.iter().filter_map(single).chain(std::iter::once("_id".to_owned())).collect()
}
