//! The model with the changes that are taken.

use std::collections::{BTreeSet, HashMap, HashSet};

use cadastre_model::{Body, Model, ModelBuilder, ModelError, Object, ObjectId};

use super::needs::{Needs, subtree};
use crate::compare::Diff;

/// Puts the model together.
pub(super) struct Taking<'a> {
    pub from: &'a Model,
    pub to: &'a Model,
    pub diff: &'a Diff,
    pub needs: &'a Needs<'a>,
    pub taken: &'a BTreeSet<usize>,
}

/// An object of the result by where it comes from.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Only the first model has it, or its change is not taken.
    From(ObjectId),
    /// As the second model has it.
    To(ObjectId),
}

impl Taking<'_> {
    pub fn build(&self) -> Result<Model, ModelError> {
        let mut builder = ModelBuilder::new(self.to.origin.clone());
        let mut places = Vec::new();
        self.emit(None, self.from.roots(), self.to.roots(), &mut builder, &mut places);
        let (mut of_from, mut of_to) = (HashMap::new(), HashMap::new());
        for (id, place) in &places {
            match *place {
                Place::From(old) => {
                    of_from.insert(old, *id);
                    of_to.extend(self.diff.to(old).map(|it| (it, *id)));
                }
                Place::To(new) => {
                    of_to.insert(new, *id);
                    of_from.extend(self.diff.from(new).map(|it| (it, *id)));
                }
            }
        }
        for (id, place) in places {
            let (depends_on, known) = match place {
                Place::From(old) => (&self.from.object(old).depends_on, &of_from),
                Place::To(new) => (&self.to.object(new).depends_on, &of_to),
            };
            builder.object_mut(id).depends_on =
                depends_on.iter().filter_map(|it| known.get(it).copied()).collect();
        }
        let unmodelled = if self.taken.is_empty() { &self.from.unmodelled } else { &self.to.unmodelled };
        unmodelled.iter().for_each(|it| builder.note_unmodelled(it.kind.clone(), it.name.clone()));
        builder.finish()
    }

    fn emit(
        &self,
        parent: Option<ObjectId>,
        from: &[ObjectId],
        to: &[ObjectId],
        builder: &mut ModelBuilder,
        places: &mut Vec<(ObjectId, Place)>,
    ) {
        let mut taken_names = HashSet::new();
        for place in self.siblings(from, to) {
            let object = match place {
                Place::From(id) => self.from.object(id),
                Place::To(id) => self.to.object(id),
            };
            let mut object = Object { parent, depends_on: Vec::new(), ..object.clone() };
            if let Body::Table(table) = &mut object.body {
                table.source = self.source_of(place);
            }
            // Names that the engine made up mean nothing, and both models may have made up the same one.
            while !taken_names.insert((object.kind(), object.key())) && object.body.is_unnamed() {
                object.name.push('\'');
            }
            let id = builder.add(object);
            places.push((id, place));
            let (old, new) = match place {
                Place::From(id) => (Some(id), self.diff.to(id)),
                Place::To(id) => (self.diff.from(id), Some(id)),
            };
            let from = old.map_or(&[][..], |id| self.from.children(id));
            let to = new.map_or(&[][..], |id| self.to.children(id));
            self.emit(Some(id), from, to, builder, places);
        }
    }

    /// The statement a table was made with, if the table is wholly as one of the models has it.
    fn source_of(&self, place: Place) -> Option<String> {
        let source = |model: &Model, id: ObjectId| match &model.object(id).body {
            Body::Table(table) => table.source.clone(),
            _ => None,
        };
        let (old, new) = match place {
            Place::From(old) => (old, self.diff.to(old)),
            Place::To(new) => match self.diff.from(new) {
                Some(old) => (old, Some(new)),
                None => return source(self.to, new),
            },
        };
        let Some(new) = new else { return source(self.from, old) };
        let removed = subtree(self.from, old).into_iter().filter_map(|id| self.needs.removed.get(&id));
        let others = subtree(self.to, new);
        let others = others.iter().filter_map(|id| self.needs.added.get(id).or(self.needs.changed.get(id)));
        let taken: BTreeSet<bool> = removed.chain(others).map(|at| self.taken.contains(at)).collect();
        match (taken.contains(&true), taken.contains(&false)) {
            (true, true) => None,
            (true, false) => source(self.to, new),
            (false, _) => source(self.from, old),
        }
    }

    /// The siblings of the result in their order: that of the second model where all of it is there, else that of the first with
    /// what is new behind what it follows.
    fn siblings(&self, from: &[ObjectId], to: &[ObjectId]) -> Vec<Place> {
        let is_taken = |at: Option<&usize>| at.is_some_and(|at| self.taken.contains(at));
        let as_it_is = |old: ObjectId, new: ObjectId| {
            let own = self.needs.changed.get(&new);
            // A view is what its columns are.
            let of_view = self.needs.of_view.get(&new).and_then(|all| all.first());
            if is_taken(own) || is_taken(of_view) { Place::To(new) } else { Place::From(old) }
        };
        let stays = |id: &&ObjectId| self.diff.to(**id).is_none() && !is_taken(self.needs.removed.get(*id));
        let comes = |id: &ObjectId| self.diff.from(*id).is_some() || is_taken(self.needs.added.get(id));
        if !from.iter().any(|id| stays(&id)) && to.iter().all(comes) {
            let place = |id: &ObjectId| self.diff.from(*id).map_or(Place::To(*id), |old| as_it_is(old, *id));
            return to.iter().map(place).collect();
        }
        let mut all: Vec<(Option<ObjectId>, Place)> = Vec::new();
        for &id in from {
            match self.diff.to(id) {
                Some(new) => all.push((Some(new), as_it_is(id, new))),
                None if stays(&&id) => all.push((None, Place::From(id))),
                None => {}
            }
        }
        for (at, id) in to.iter().enumerate() {
            if self.diff.from(*id).is_some() || !comes(id) {
                continue;
            }
            let before = to[..at].iter().rev();
            let place = before.filter_map(|it| all.iter().position(|(new, _)| *new == Some(*it))).next();
            all.insert(place.map_or(0, |at| at + 1), (Some(*id), Place::To(*id)));
        }
        all.into_iter().map(|(_, place)| place).collect()
    }
}
