//! Statements that take things away.

use cadastre_model::*;

use super::column::are_comparable;
use super::{Drop, Planning, has_relation_name, relation_name};
use crate::dialect::{qualified, quote};
use crate::script::Rank;

impl Planning<'_> {
    /// Everything that goes, but for what goes with something else.
    pub fn remove(&mut self) {
        let mut taken: Vec<ObjectId> = self.fates.taken.iter().copied().collect();
        taken.sort();
        for id in taken {
            if !self.goes_with_another(id)
                && let Some(sql) = self.drop_statement(id)
            {
                let rank = self.drop_rank(id);
                self.drops.push(Drop { object: id, rank, sql });
            }
        }
        self.free_identities();
        self.leave_no_heirs_columns();
        for &id in &self.fates.bare_defaults {
            let object = self.from.object(id);
            if self.fates.taken.contains(&id) {
                continue;
            }
            let on_view = object.parent.is_some_and(|it| self.from.object(it).kind() == Kind::View);
            let words = if on_view { "VIEW" } else { "TABLE ONLY" };
            let table = qualified(&self.old.name_of_parent(object));
            let sql =
                vec![format!("ALTER {words} {table} ALTER COLUMN {} DROP DEFAULT", quote(&object.name))];
            self.drops.push(Drop { object: id, rank: Rank::Takedown, sql });
        }
        self.swap_types();
    }

    /// What lies inside of something that goes; what is owned by a column that goes; what only came by inheritance.
    fn goes_with_another(&self, id: ObjectId) -> bool {
        let object = self.from.object(id);
        let parent = object.parent.filter(|it| self.fates.taken.contains(it));
        if let Some(parent) = parent
            && self.from.object(parent).kind() != Kind::Namespace
        {
            // Foreign keys between tables that all go are taken away first, or the tables would wait for each other.
            return match &object.body {
                Body::ForeignKey(key) => {
                    !self.leads_to_another_that_goes(id, key)
                        && !self.leads_to_freed_name(key)
                        && !self.leads_to_retyped(key)
                }
                _ if self.frees_name(id) => false,
                // Rules and policies of tables that go may read each other's tables.
                Body::Rule(_) | Body::Policy(_) => {
                    !object.depends_on.iter().any(|it| *it != parent && self.fates.taken.contains(it))
                }
                _ => true,
            };
        }
        match &object.body {
            Body::Sequence(Sequence { owned_by: Some(column), .. }) => {
                let table = self.from.find_relation(&column.relation);
                let owner = table.and_then(|table| {
                    let columns = self.from.children(table).iter();
                    columns.copied().find(|&it| {
                        self.from.object(it).kind() == Kind::Column
                            && self.from.object(it).name == column.column
                    })
                });
                owner.is_some_and(|owner| self.fates.taken.contains(&owner))
            }
            Body::Column(column) => {
                let on_view = object.parent.is_some_and(|it| self.from.object(it).kind() == Kind::View);
                on_view || column.inheritance == Inheritance::Inherited && self.has_parent_tables(object)
            }
            Body::Routine(_) => self.fates.taken.iter().any(|&it| {
                let object = self.from.object(it);
                object.kind() == Kind::BaseType && object.depends_on.contains(&id)
            }),
            Body::Check(check) => {
                check.inheritance == Inheritance::Inherited && self.has_parent_tables(object)
            }
            Body::ForeignKey(key) => key.inherited && !self.comes_back(object),
            // A partition that leaves its table takes what it had of it along.
            body @ (Body::PrimaryKey(_) | Body::Unique(_) | Body::Index(_)) => {
                self.stays_partition(object)
                    && body.attached_to().is_some_and(|above| {
                        self.fates.taken.iter().any(|&it| self.from.walk(it).qualified_name() == *above)
                    })
            }
            Body::Trigger(trigger) => trigger.inherited,
            _ => false,
        }
    }

    /// A column that an heir declares as well stays with it when its parent's goes. Which of them do so no comparison tells, for no statement
    /// could change it.
    fn leave_no_heirs_columns(&mut self) {
        for table in self.from.tables() {
            let is_heir = table.table().is_some_and(|it| !it.inherits.is_empty());
            let Some(to) = self.diff.to(table.id()).filter(|_| is_heir) else { continue };
            for &id in self.from.children(table.id()) {
                let object = self.from.object(id);
                let Body::Column(column) = &object.body else { continue };
                let goes = self.diff.to(id).is_none() && self.goes_with_another(id);
                if !goes || column.inheritance != Inheritance::Inherited {
                    continue;
                }
                let only = if self.heirs_keep(table.id(), &object.name) { "ONLY " } else { "" };
                let (name, column) = (qualified(&self.new.name(to)), quote(&object.name));
                let sql = format!("ALTER TABLE {only}{name} DROP COLUMN IF EXISTS {column}");
                let at = self.new.unit(Rank::Removal, to, sql);
                self.left_by_parents.push((at, id));
            }
        }
    }

    /// Columns of tables that go stop numbering when the name of their sequence is wanted before the table goes.
    fn free_identities(&mut self) {
        for table in self.from.tables() {
            let is_replaced = self.diff.to(table.id()).is_some();
            if is_replaced || !self.fates.taken.contains(&table.id()) {
                continue;
            }
            for &id in self.from.children(table.id()) {
                if let Body::Column(Column { identity: Some(it), .. }) = &self.from.object(id).body
                    && self.wanted_names.contains(&it.sequence)
                {
                    let name = qualified(&self.old.name(table.id()));
                    let column = quote(&self.from.object(id).name);
                    let sql = vec![format!("ALTER TABLE {name} ALTER COLUMN {column} DROP IDENTITY")];
                    self.drops.push(Drop { object: id, rank: Rank::Takedown, sql });
                }
            }
        }
    }

    /// Whether an index of a table that goes has a name that is wanted before the table goes.
    fn frees_name(&self, id: ObjectId) -> bool {
        let object = self.from.object(id);
        let is_attached = match &object.body {
            Body::PrimaryKey(key) | Body::Unique(key) => key.attached_to.is_some(),
            Body::Index(index) => index.attached_to.is_some(),
            _ => false,
        };
        let is_replaced = object.parent.is_none_or(|table| self.diff.to(table).is_some());
        has_relation_name(object.kind())
            && !is_attached
            && !is_replaced
            && self.wanted_names.contains(&relation_name(self.from, id))
    }

    fn leads_to_freed_name(&self, key: &ForeignKey) -> bool {
        let target = self.from.find_relation(&key.references);
        !key.inherited
            && target
                .is_some_and(|table| self.from.children(table).iter().any(|&child| self.frees_name(child)))
    }

    /// Whether what a foreign key leads to gets a type that it does not hold for, before its table goes.
    fn leads_to_retyped(&self, key: &ForeignKey) -> bool {
        let target = self.from.find_relation(&key.references);
        let columns = target.map(|table| self.from.children(table)).unwrap_or_default();
        columns.iter().any(|&id| {
            let after = self.diff.to(id).map(|to| &self.to.object(to).body);
            match (&self.from.object(id).body, after) {
                (Body::Column(a), Some(Body::Column(b))) => {
                    key.referenced_columns.contains(&self.from.object(id).name)
                        && !are_comparable(&a.data_type, &b.data_type)
                }
                _ => false,
            }
        })
    }

    fn leads_to_another_that_goes(&self, id: ObjectId, key: &ForeignKey) -> bool {
        let target = self.from.find_relation(&key.references);
        let goes = |table: ObjectId| {
            self.fates.taken.contains(&table)
                || self.from.children(table).iter().any(|child| {
                    let is_key = matches!(
                        self.from.object(*child).kind(),
                        Kind::PrimaryKey | Kind::Unique | Kind::Index
                    );
                    is_key && self.fates.taken.contains(child)
                })
        };
        let parent = self.from.object(id).parent;
        let is_partitioned = parent.is_some_and(|table| {
            matches!(&self.from.object(table).body, Body::Table(it) if it.kind == TableKind::Partitioned)
        });
        !key.inherited && (target != parent || is_partitioned) && target.is_some_and(goes)
    }

    /// Whether the table of a column or check stays below one that has the same. Of a table that does not inherit it any more it stays,
    /// and has to go by itself.
    fn has_parent_tables(&self, part: &Object) -> bool {
        let after = part.parent.and_then(|table| self.diff.to(table)).map(|it| &self.to.object(it).body);
        after.is_some_and(|after| self.comes_from_above(self.from, part, after))
    }

    /// What stands on other things goes first; what holds data, or may still be stood on, last.
    fn drop_rank(&self, id: ObjectId) -> Rank {
        let is_replaced = self.diff.to(id).is_some();
        match self.from.object(id).kind() {
            Kind::Table | Kind::Column if !is_replaced => Rank::Removal,
            Kind::PrimaryKey
            | Kind::Unique
            | Kind::ForeignKey
            | Kind::Check
            | Kind::Exclusion
            | Kind::Index => Rank::Takedown,
            Kind::View | Kind::Rule | Kind::Trigger | Kind::Policy | Kind::Statistics => Rank::Takedown,
            Kind::EventTrigger => Rank::First,
            // A routine that is made while a transform is there stands on it (source, "pg_proc.c").
            Kind::Publication | Kind::DefaultPrivileges | Kind::Transform => Rank::Takedown,
            _ if is_replaced => Rank::Takedown,
            _ => Rank::Removal,
        }
    }

    /// Whether a table that inherits a column, from however far above, is to keep it when its parent does not.
    fn heirs_keep(&self, parent: ObjectId, column: &str) -> bool {
        let name = self.from.walk(parent).qualified_name();
        let mut heirs = self
            .from
            .tables()
            .filter(|heir| heir.table().is_some_and(|table| table.inherits.contains(&name)));
        heirs.any(|heir| {
            self.heirs_keep(heir.id(), column)
                || self.from.children(heir.id()).iter().any(|&id| {
                    let object = self.from.object(id);
                    object.kind() == Kind::Column && object.name == column && !self.fates.taken.contains(&id)
                })
        })
    }

    fn drop_statement(&self, id: ObjectId) -> Option<Vec<String>> {
        let object = self.from.object(id);
        let name = quote(&object.name);
        Some(vec![match &object.body {
            Body::Column(_) => {
                let foreign = object.parent.is_some_and(|it| matches!(&self.from.object(it).body, Body::Table(it) if it.kind == TableKind::Foreign));
                let words = if foreign { "ALTER FOREIGN TABLE" } else { "ALTER TABLE" };
                let only = if object.parent.is_some_and(|table| self.heirs_keep(table, &object.name)) {
                    "ONLY "
                } else {
                    ""
                };
                format!("{words} {only}{} DROP COLUMN {name}", qualified(&self.old.name_of_parent(object)))
            }
            Body::PrimaryKey(_)
            | Body::Unique(_)
            | Body::ForeignKey(_)
            | Body::Check(_)
            | Body::Exclusion(_) => {
                let parent = object.parent.map(|it| self.from.object(it));
                let words = match parent.map(|it| &it.body) {
                    Some(Body::Domain(_)) => "ALTER DOMAIN",
                    Some(Body::Table(it)) if it.kind == TableKind::Foreign => "ALTER FOREIGN TABLE",
                    _ => "ALTER TABLE",
                };
                // It goes with that of the parent, if that one goes before the table leaves it.
                let is_inherited =
                    matches!(&object.body, Body::Check(it) if it.inheritance == Inheritance::Inherited);
                let condition = if is_inherited { "IF EXISTS " } else { "" };
                let table = qualified(&self.old.name_of_parent(object));
                format!("{words} {table} DROP CONSTRAINT {condition}{name}")
            }
            Body::Extension(_) => format!("DROP EXTENSION {name}"),
            Body::Namespace(_) if object.name == "public" => format!("DROP SCHEMA {name}"),
            Body::DefaultPrivileges(it) => {
                let schema = object.parent.map(|parent| self.from.object(parent).name.as_str());
                let back = DefaultPrivileges {
                    initial: it.grants.clone(),
                    grants: it.initial.clone(),
                    ..it.clone()
                };
                return Some(crate::satellites::default_privileges(&back, schema));
            }
            // Its functions and it stand on each other; nothing else lets go of both.
            Body::BaseType(_) => format!("DROP {} CASCADE", self.old.target(id)?),
            Body::Enum(_) | Body::Domain(_) | Body::Composite(_) | Body::Range(_) | Body::Collation(_)
                if self.fates.swapped.contains_key(&id) =>
            {
                return None;
            }
            Body::Table(Table { partition_of: Some(bound), .. }) if self.is_referenced(&bound.parent) => {
                let (parent, name) = (qualified(&bound.parent), qualified(&self.old.name(id)));
                let detach = format!("ALTER TABLE {parent} DETACH PARTITION {name}");
                return Some(vec![detach, format!("DROP TABLE {name}")]);
            }
            _ => format!("DROP {}", self.old.target(id)?),
        }])
    }
}
