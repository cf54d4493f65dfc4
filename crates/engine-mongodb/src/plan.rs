//! The plan from one model to another: commands, each final when it is done. What `collMod` can change is changed in place; other options of a
//! collection cannot be, and it is not dropped for their sake. Manual: "collMod", "createIndexes".

use std::collections::BTreeSet;

use cadastre_diff::{ChangeKind, Diff};
use cadastre_model::*;
use cadastre_plan::{Group, Hazard, LockClass, Note, Obstacle, Plan, Reason, Step, TableLock, WorkClass};
use serde_json::{Map, Value, json};

use crate::fields::{self, Fate};
use crate::orders::Order;
use crate::probe;
use crate::script::{commands, index_command, parsed, views_in_order};

/// The plan that leads from `from` to `to`.
pub(crate) fn plan(from: &Model, to: &Model, diff: &Diff) -> Plan {
    let mut result = Plan::new("mongodb", from.fingerprint().to_string(), to.fingerprint().to_string());
    let mut planning = Planning { from, to, diff, steps: Vec::new(), notes: Vec::new() };
    planning.run();
    result.notes = planning.notes;
    if !planning.steps.is_empty() {
        result.groups = vec![Group { transaction: false, steps: planning.steps }];
    }
    result
}

struct Planning<'m> {
    from: &'m Model,
    to: &'m Model,
    diff: &'m Diff,
    steps: Vec<Step>,
    notes: Vec<Note>,
}

impl Planning<'_> {
    fn run(&mut self) {
        let of = |kind: ChangeKind| self.diff.changes.iter().filter(move |change| change.kind == kind);
        let removed: Vec<ObjectId> = of(ChangeKind::Removed).filter_map(|change| change.from).collect();
        let added: BTreeSet<ObjectId> = of(ChangeKind::Added).filter_map(|change| change.to).collect();
        let changed: Vec<(ObjectId, ObjectId)> =
            of(ChangeKind::Changed).filter_map(|change| change.from.zip(change.to)).collect();
        for kind in [Kind::View, Kind::Index] {
            removed
                .iter()
                .filter(|&&id| self.from.object(id).kind() == kind)
                .for_each(|&id| self.drop_one(id));
        }
        let mut remade: BTreeSet<ObjectId> = BTreeSet::new();
        for &(a, b) in &changed {
            match (&self.from.object(a).body, &self.to.object(b).body) {
                (Body::Table(x), Body::Table(y)) => self.change_collection(b, x, y),
                (Body::Index(x), Body::Index(y)) => self.change_index(a, b, x, y),
                (Body::View(x), Body::View(y)) if x.options == y.options => {}
                (Body::View(_), Body::View(_)) => self.drop_one(a),
                _ => {}
            }
        }
        for &id in added.iter().filter(|&&id| self.to.object(id).kind() == Kind::Table) {
            let made = commands(self.to, id);
            self.push(self.to, id, made, WorkClass::Metadata);
            self.probe_made(id);
        }
        let indexes: Vec<ObjectId> =
            added.iter().copied().filter(|&id| self.to.object(id).kind() == Kind::Index).collect();
        indexes.into_iter().for_each(|id| self.make_index(id));
        remade.extend(changed.iter().map(|(_, b)| *b).filter(|&b| self.to.object(b).kind() == Kind::View));
        for id in views_in_order(self.to) {
            if added.contains(&id) {
                let made = commands(self.to, id);
                self.push(self.to, id, made, WorkClass::Metadata);
                self.probe_made(id);
            } else if remade.contains(&id) {
                self.change_view(id);
            }
        }
        // What holds documents goes last.
        removed
            .iter()
            .filter(|&&id| self.from.object(id).kind() == Kind::Table)
            .for_each(|&id| self.drop_one(id));
    }

    fn push(&mut self, model: &Model, id: ObjectId, made: Vec<Value>, work: WorkClass) {
        self.push_orders(model, id, made.into_iter().map(Order::Command).collect(), work);
    }

    fn push_orders(&mut self, model: &Model, id: ObjectId, orders: Vec<Order>, work: WorkClass) {
        let object = model.object(id);
        let table = match object.kind() {
            Kind::Index => object.parent.map(|parent| model.object(parent).name.clone()).unwrap_or_default(),
            _ => object.name.clone(),
        };
        self.steps.push(Step {
            object: format!("{} {}", object.kind().word(), model.display_name(id)),
            statements: orders.iter().map(Order::shown).collect(),
            locks: vec![TableLock { table, lock: LockClass::Exclusive }],
            work,
            ..Step::default()
        });
    }

    /// How one sees that the last step is done.
    fn probe(&mut self, probe: String) {
        if let Some(step) = self.steps.last_mut() {
            step.probe = Some(probe);
        }
    }

    /// Of a collection or view that is made: its indexes come after it, all at once.
    fn probe_made(&mut self, id: ObjectId) {
        let name = &self.to.object(id).name;
        let mut parts = self.to.children(id).iter().map(|&child| self.to.object(child));
        let index = parts.find(|part| part.kind() == Kind::Index);
        self.probe(match index {
            Some(index) => probe::index(name, &index.name, Map::new(), true),
            None => probe::collection(name, Map::new()),
        });
    }

    fn hazard(&mut self, hazard: Hazard) {
        if let Some(step) = self.steps.last_mut() {
            step.hazards.push(hazard);
        }
    }

    fn drop_one(&mut self, id: ObjectId) {
        let object = self.from.object(id);
        match (&object.body, object.parent) {
            // With its collection it goes by itself.
            (Body::Index(_), Some(parent)) if self.diff.to(parent).is_some() => {
                let collection = &self.from.object(parent).name;
                let command = json!({ "dropIndexes": collection, "index": object.name });
                self.push(self.from, id, vec![command], WorkClass::Metadata);
                self.probe(probe::index(collection, &object.name, Map::new(), false));
            }
            (Body::Table(_), _) => {
                self.push(self.from, id, vec![json!({ "drop": object.name })], WorkClass::Metadata);
                self.probe(probe::no_collection(&object.name));
                self.hazard(Hazard::new(Reason::DocumentsGone));
                self.hazard(Hazard::new(Reason::OnlyBackup));
            }
            (Body::View(_), _) => {
                self.push(self.from, id, vec![json!({ "drop": object.name })], WorkClass::Metadata);
                self.probe(probe::no_collection(&object.name));
            }
            _ => {}
        }
    }

    fn make_index(&mut self, id: ObjectId) {
        let object = self.to.object(id);
        let Some(parent) = object.parent.filter(|&parent| self.diff.from(parent).is_some()) else { return };
        if let Some(command) = index_command(self.to.object(parent), [object]) {
            self.push(self.to, id, vec![command], WorkClass::Scan);
            self.probe(probe::index(&self.to.object(parent).name, &object.name, Map::new(), true));
            let is_unique = matches!(&self.to.object(id).body, Body::Index(index) if index.unique);
            if is_unique {
                self.hazard(Hazard::new(Reason::Duplicates));
            }
        }
    }

    fn change_collection(&mut self, id: ObjectId, a: &Table, b: &Table) {
        let (x, y) = (
            a.collection.as_deref().cloned().unwrap_or_default(),
            b.collection.as_deref().cloned().unwrap_or_default(),
        );
        let name = self.to.object(id).name.clone();
        let (mut change, mut seen) = (Map::new(), Map::new());
        if x.validator != y.validator {
            self.bring_in_line(id, a, &y);
            match &y.validator {
                Some(it) => {
                    change.insert("validator".into(), parsed(&it.rule));
                    change.insert("validationLevel".into(), json!(it.level));
                    change.insert("validationAction".into(), json!(it.action));
                    seen.extend(rule_seen(&it.rule, &it.level, &it.action));
                }
                None => {
                    change.insert("validator".into(), json!({}));
                    change.insert("validationLevel".into(), json!("off"));
                    seen.insert("options.validationLevel".into(), json!("off"));
                }
            }
        }
        if x.pre_and_post_images != y.pre_and_post_images {
            change.insert("changeStreamPreAndPostImages".into(), json!({ "enabled": y.pre_and_post_images }));
            let wanted = if y.pre_and_post_images { json!(true) } else { json!({ "$ne": true }) };
            seen.insert("options.changeStreamPreAndPostImages.enabled".into(), wanted);
        }
        if x.expire_after_seconds != y.expire_after_seconds {
            let seconds = y.expire_after_seconds.as_ref().map(|text| parsed(text));
            let wanted = seconds.clone().unwrap_or(json!({ "$exists": false }));
            seen.insert("options.expireAfterSeconds".into(), wanted);
            change.insert("expireAfterSeconds".into(), seconds.unwrap_or(json!("off")));
        }
        if !change.is_empty() {
            let mut command = Map::from_iter([("collMod".to_owned(), json!(name))]);
            command.extend(change);
            self.push(self.to, id, vec![Value::Object(command)], WorkClass::Metadata);
            self.probe(probe::collection(&name, seen));
            self.hazard(Hazard::new(Reason::BreakingDocuments));
        }
        let fixed = |it: &Collection| {
            (
                it.capped_bytes.clone(),
                it.capped_documents.clone(),
                it.time_series.clone(),
                it.clustered.clone(),
                it.collation.clone(),
            )
        };
        if fixed(&x) != fixed(&y) {
            self.notes.push(Note::about(Obstacle::MadeOtherwise, vec![name.clone()]));
        }
    }

    /// What was seen of documents is made as the new rule wants it. Until that is done the rule only warns, so that whoever
    /// writes meanwhile is not held up.
    fn bring_in_line(&mut self, id: ObjectId, before: &Table, after: &Collection) {
        let (Some(sample), Some(validator)) = (&before.sample, &after.validator) else { return };
        let name = self.to.object(id).name.clone();
        let changes = fields::in_line(&name, sample, &parsed(&validator.rule));
        if changes.is_empty() || validator.level == "off" {
            return;
        }
        if after.capped_bytes.is_some() || after.time_series.is_some() {
            let fields: Vec<&str> = changes.iter().map(|it| it.path.as_str()).collect();
            self.notes.push(Note::about(Obstacle::FieldsStay, vec![name, fields.join(", ")]));
            return;
        }
        if validator.action == "error" {
            let warn = json!({
                "collMod": name,
                "validator": parsed(&validator.rule),
                "validationLevel": validator.level,
                "validationAction": "warn",
            });
            self.push(self.to, id, vec![warn], WorkClass::Metadata);
            self.probe(probe::collection(&name, rule_seen(&validator.rule, &validator.level, "warn")));
        }
        for it in changes {
            let left = it.order.left();
            self.push_orders(self.to, id, vec![it.order], WorkClass::Rewrite);
            left.into_iter().for_each(|probe| self.probe(probe));
            match it.fate {
                Fate::Converted => {
                    self.hazard(Hazard::about(Reason::Unconverted, vec![it.path]));
                    self.hazard(Hazard::new(Reason::OnlyBackupTells));
                }
                Fate::Removed => {
                    self.hazard(Hazard::about(Reason::FieldGone, vec![it.path]));
                    self.hazard(Hazard::new(Reason::OnlyBackup));
                }
            }
        }
    }

    /// Whether it is hidden and when documents expire can be changed in place.
    fn change_index(&mut self, old: ObjectId, new: ObjectId, a: &Index, b: &Index) {
        let without = |index: &Index| Index {
            invisible: false,
            options: index.options.iter().filter(|pair| pair.name != "expireAfterSeconds").cloned().collect(),
            ..index.clone()
        };
        let seconds = |index: &Index| {
            index
                .options
                .iter()
                .find(|pair| pair.name == "expireAfterSeconds")
                .map(|pair| parsed(&pair.value))
        };
        let (object, parent) = (self.to.object(new), self.to.object(new).parent);
        let collection = parent.map(|it| self.to.object(it).name.clone()).unwrap_or_default();
        let in_place = without(a) == without(b) && seconds(a).is_some() == seconds(b).is_some();
        if !in_place {
            self.drop_one(old);
            return self.make_index(new);
        }
        let mut index = Map::from_iter([("name".to_owned(), json!(object.name))]);
        let mut seen = Map::new();
        if a.invisible != b.invisible {
            index.insert("hidden".into(), json!(b.invisible));
            let wanted = if b.invisible { json!(true) } else { json!({ "$ne": true }) };
            seen.insert("spec.hidden".into(), wanted);
        }
        if let Some(seconds) = seconds(b).filter(|it| Some(it) != seconds(a).as_ref()) {
            seen.insert("spec.expireAfterSeconds".into(), seconds.clone());
            index.insert("expireAfterSeconds".into(), seconds);
        }
        let probe = probe::index(&collection, &object.name, seen, true);
        self.push(self.to, new, vec![json!({ "collMod": collection, "index": index })], WorkClass::Metadata);
        self.probe(probe);
    }

    fn change_view(&mut self, id: ObjectId) {
        let object = self.to.object(id);
        let Body::View(view) = &object.body else { return };
        let is_remade = self.diff.from(id).is_some_and(
            |from| matches!(&self.from.object(from).body, Body::View(before) if before.options != view.options),
        );
        if is_remade {
            self.push(self.to, id, commands(self.to, id), WorkClass::Metadata);
            return self.probe_made(id);
        }
        let reads = view.reads.as_ref().map(|name| name.name.as_str()).unwrap_or_default();
        let pipeline = parsed(&view.definition);
        let seen = Map::from_iter([
            ("options.viewOn".to_owned(), json!(reads)),
            ("options.pipeline".to_owned(), json!({ "$eq": pipeline })),
        ]);
        let command = json!({ "collMod": object.name, "viewOn": reads, "pipeline": pipeline });
        self.push(self.to, id, vec![command], WorkClass::Metadata);
        self.probe(probe::collection(&object.name, seen));
    }
}

/// A rule for documents, as it is seen in a list of collections.
fn rule_seen(rule: &str, level: &str, action: &str) -> Map<String, Value> {
    Map::from_iter([
        ("options.validator".to_owned(), json!({ "$eq": parsed(rule) })),
        ("options.validationLevel".to_owned(), json!(level)),
        ("options.validationAction".to_owned(), json!(action)),
    ])
}
