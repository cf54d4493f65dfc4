//! The explorer: a flat list of what stands by itself, and a search over everything.

use cadastre_model::{Kind, Model, ObjectId};
use serde::Serialize;
use specta::Type;

use crate::error::AppError;
use crate::source::Source;
use crate::workspace::Workspace;

/// An object that stands by itself in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TreeItem {
    /// Its number in this model.
    pub id: u32,
    /// The kind's word.
    pub kind: String,
    /// The namespace; empty for what is in none.
    pub namespace: String,
    /// Its name; of a routine with argument types.
    pub name: String,
}

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The object that stands by itself and is it, or holds it.
    pub id: u32,
    /// The kind's word.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is in: `public.film`.
    pub within: String,
}

fn stands_alone(kind: Kind) -> bool {
    match kind {
        Kind::Extension | Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => true,
        Kind::BaseType | Kind::Transform | Kind::Language | Kind::AccessMethod => true,
        Kind::Sequence | Kind::Table | Kind::View | Kind::Routine | Kind::Operator | Kind::Event => true,
        Kind::OperatorFamily | Kind::OperatorClass | Kind::Cast | Kind::Collation | Kind::Conversion => true,
        Kind::TextSearchParser | Kind::TextSearchTemplate | Kind::TextSearchDictionary => true,
        Kind::TextSearchConfiguration | Kind::ForeignDataWrapper | Kind::ForeignServer => true,
        Kind::UserMapping | Kind::EventTrigger | Kind::Publication | Kind::DefaultPrivileges => true,
        Kind::Namespace | Kind::Column | Kind::PrimaryKey | Kind::Unique | Kind::ForeignKey => false,
        Kind::Check | Kind::Exclusion | Kind::Index | Kind::Rule | Kind::Trigger | Kind::Policy => false,
        Kind::Statistics => false,
    }
}

/// The items of the tree, sorted by kind, namespace and name.
pub fn tree(model: &Model) -> Vec<TreeItem> {
    let alone = model.objects().filter(|(_, object)| stands_alone(object.kind()));
    let mut items: Vec<(Kind, TreeItem)> = alone
        .map(|(id, object)| {
            let namespace = object.parent.map(|parent| model.object(parent).name.clone()).unwrap_or_default();
            let kind = object.kind();
            (
                kind,
                TreeItem { id: id.index() as u32, kind: kind.word().into(), namespace, name: object.key() },
            )
        })
        .collect();
    items.sort_by(|(a_kind, a), (b_kind, b)| {
        (a_kind, &a.namespace, &a.name).cmp(&(b_kind, &b.namespace, &b.name))
    });
    items.into_iter().map(|(_, item)| item).collect()
}

/// Finds objects whose name has all the words of the query; better matches first: the whole name, its beginning, its inside;
/// tables before what is in them.
pub fn search(model: &Model, query: &str, limit: usize) -> Vec<SearchHit> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u8, Kind, ObjectId)> = Vec::new();
    for (id, object) in model.objects().filter(|(_, object)| object.kind() != Kind::Namespace) {
        let name = object.name.to_lowercase();
        let holder = object.parent.map(|parent| model.object(parent).name.to_lowercase()).unwrap_or_default();
        // `film title` finds the column title of film, too; but something of the query must be in the name itself.
        let fits = words.iter().any(|word| name.contains(word))
            && words.iter().all(|word| name.contains(word) || holder.contains(word));
        if fits {
            let rank = match name.as_str() {
                it if it == words.join(" ") => 0,
                it if it.starts_with(&words[0]) => 1,
                _ => 2,
            };
            found.push((rank, object.kind(), id));
        }
    }
    found.sort_by(|a, b| (a.0, a.1, &model.object(a.2).name).cmp(&(b.0, b.1, &model.object(b.2).name)));
    found.truncate(limit);
    found.into_iter().map(|(_, _, id)| hit(model, id)).collect()
}

fn hit(model: &Model, id: ObjectId) -> SearchHit {
    let object = model.object(id);
    let mut page = id;
    while let Some(parent) = model.object(page).parent.filter(|_| !stands_alone(model.object(page).kind())) {
        page = parent;
    }
    let within = object.parent.map(|parent| model.display_name(parent)).unwrap_or_default();
    SearchHit { id: page.index() as u32, kind: object.kind().word().into(), name: object.key(), within }
}

impl Workspace {
    /// The tree of an open source.
    ///
    /// # Errors
    /// When the source is not open.
    pub fn tree(&self, source: &Source) -> Result<Vec<TreeItem>, AppError> {
        Ok(tree(&*self.model(source)?))
    }

    /// Searches an open source.
    ///
    /// # Errors
    /// When the source is not open.
    pub fn search(&self, source: &Source, query: &str, limit: u32) -> Result<Vec<SearchHit>, AppError> {
        Ok(search(&*self.model(source)?, query, limit as usize))
    }
}
