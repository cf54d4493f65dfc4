//! From actions that need each other to steps in order.

use cadastre_model::{Cycle, creation_order};

use crate::plan::{Group, Step};

/// Whether a step may share a transaction with others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transactional {
    /// It may.
    #[default]
    Yes,
    /// It is done alone, and final when it is done.
    No,
}

/// A step before it has its place.
#[derive(Debug, Clone, Default)]
pub struct Action {
    /// Among actions that are free to go the smallest rank goes first.
    pub rank: u16,
    /// Among those of one rank the first by name.
    pub name: String,
    /// The step.
    pub step: Step,
    /// Whether it may share a transaction.
    pub transactional: Transactional,
    /// The actions that come before it, by place.
    pub needs: Vec<usize>,
}

/// Orders actions so that each stands after those it needs, and gathers them into groups.
///
/// # Errors
/// [`Cycle`] when some need each other in a circle.
pub fn arrange(actions: Vec<Action>) -> Result<Vec<Group>, Cycle> {
    let ranks: Vec<(u16, &str)> = actions.iter().map(|it| (it.rank, it.name.as_str())).collect();
    let needs: Vec<Vec<usize>> = actions.iter().map(|it| it.needs.clone()).collect();
    let order = creation_order(&ranks, &needs)?;
    let mut taken: Vec<Option<Action>> = actions.into_iter().map(Some).collect();
    let mut groups: Vec<Group> = Vec::new();
    for at in order {
        let Some(action) = taken[at].take().filter(|it| !it.step.statements.is_empty()) else { continue };
        let transaction = action.transactional == Transactional::Yes;
        match groups.last_mut().filter(|group| group.transaction && transaction) {
            Some(group) => group.steps.push(action.step),
            None => groups.push(Group { transaction, steps: vec![action.step] }),
        }
    }
    Ok(groups)
}
