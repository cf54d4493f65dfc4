//! Which tables belong together, for colour and reading order: by namespace where there are several, else by the first word of
//! the name where at least three tables share it. Where names tell nothing apart, links do.

use std::collections::HashMap;

use cadastre_diagram::{Diagram, communities};
use cadastre_model::RelationWalker;

const FEWEST: usize = 3;

/// The group of every relation, in the order of the relations given.
pub(crate) fn groups(relations: &[RelationWalker<'_>]) -> Vec<String> {
    let first = relations.first().map(|relation| relation.namespace());
    if relations.iter().any(|relation| Some(relation.namespace()) != first) {
        return relations.iter().map(|relation| relation.namespace().to_owned()).collect();
    }
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    relations.iter().for_each(|relation| *sizes.entry(first_word(relation.name())).or_default() += 1);
    let group = |relation: &RelationWalker<'_>| {
        let word = first_word(relation.name());
        if sizes[word] >= FEWEST { word.to_owned() } else { String::new() }
    };
    relations.iter().map(group).collect()
}

/// Groups by links where all boxes have come into one group by name; a group is called after its most linked box.
pub(crate) fn regroup_by_links(diagram: &mut Diagram) {
    let one = diagram.boxes.first().map(|it| it.group.clone());
    if diagram.boxes.iter().any(|it| Some(&it.group) != one.as_ref()) {
        return;
    }
    let hubs = communities(diagram);
    let mut sizes = vec![0_usize; hubs.len()];
    hubs.iter().for_each(|&hub| sizes[hub] += 1);
    let name = |&hub: &usize| if sizes[hub] > 1 { diagram.boxes[hub].title.clone() } else { String::new() };
    let names: Vec<String> = hubs.iter().map(name).collect();
    for (it, name) in diagram.boxes.iter_mut().zip(names) {
        it.group = name;
    }
}

fn first_word(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, c)| *c == '_' || c.is_uppercase()).map(|(at, _)| at);
    &name[..end.unwrap_or(name.len())]
}
