//! In which order resources are deleted: what depends on another, or lies within it, goes first.

use std::collections::{BTreeSet, HashMap};

/// A resource to delete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deletion<'a> {
    pub(super) address: &'a str,
    pub(super) id: &'a str,
    pub(super) depends_on: &'a [String],
}

/// The order of deletions, and which have to wait for which.
#[derive(Debug, PartialEq)]
pub(super) struct DeletionOrder {
    /// Indices in an order in which each comes after those that must go before it.
    pub(super) order: Vec<usize>,
    /// (first, then): sorted, without doubles, without cycles.
    pub(super) edges: Vec<(usize, usize)>,
}

/// The ids that an id lies within, from the nearest out.
pub(super) fn ancestors(id: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(id), |id| id.rfind('/').map(|at| id.get(..at).unwrap_or_default()))
        .skip(1)
        .take_while(|id| !id.is_empty())
}

/// Orders deletions. A state that was written by several runs, or by hand, may hold a cycle: then the wait that closes it
/// is dropped.
pub(super) fn deletion_order(deletions: &[Deletion<'_>]) -> DeletionOrder {
    let by_address: HashMap<&str, usize> =
        deletions.iter().enumerate().map(|(index, deletion)| (deletion.address, index)).collect();
    let lower: Vec<String> = deletions.iter().map(|deletion| deletion.id.to_ascii_lowercase()).collect();
    let by_id: HashMap<&str, usize> = lower.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
    let mut edges = BTreeSet::new();
    for (index, deletion) in deletions.iter().enumerate() {
        let dependencies = deletion.depends_on.iter().filter_map(|address| by_address.get(address.as_str()));
        let parent = lower.get(index).and_then(|id| ancestors(id).find_map(|id| by_id.get(id)));
        edges.extend(dependencies.chain(parent).filter(|other| **other != index).map(|other| (index, *other)));
    }
    let order = sort(deletions.len(), &edges);
    let mut rank = vec![0; order.len()];
    for (position, index) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(*index) {
            *slot = position;
        }
    }
    let forward = |(first, then): &(usize, usize)| rank.get(*first) < rank.get(*then);
    let edges = edges.into_iter().filter(forward).collect();
    DeletionOrder { order, edges }
}

/// Kahn's algorithm; where only cycles are left, the first of what is left goes next.
fn sort(count: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut successors = vec![Vec::new(); count];
    let mut waits = vec![0usize; count];
    for (first, then) in edges {
        if let (Some(list), Some(wait)) = (successors.get_mut(*first), waits.get_mut(*then)) {
            list.push(*then);
            *wait += 1;
        }
    }
    let mut left: BTreeSet<usize> = (0..count).collect();
    let mut ready: BTreeSet<usize> =
        waits.iter().enumerate().filter(|(_, wait)| **wait == 0).map(|(index, _)| index).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        order.push(next);
        for then in successors.get(next).into_iter().flatten() {
            let Some(wait) = waits.get_mut(*then) else { continue };
            *wait = wait.saturating_sub(1);
            if *wait == 0 && left.contains(then) {
                ready.insert(*then);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_id_lies_within() {
        assert_eq!(ancestors("/a/b/c").collect::<Vec<_>>(), ["/a/b", "/a"]);
        assert_eq!(ancestors("x").count(), 0);
        assert_eq!(ancestors("").count(), 0);
    }

    #[test]
    fn dependents_and_children_go_first() {
        let none: &[String] = &[];
        let on_group = ["group".to_owned()];
        let deletion = |address, id, depends_on| Deletion { address, id, depends_on };
        let found = deletion_order(&[
            deletion("group", "/rg", none),
            deletion("other", "/x", &on_group),
            deletion("child", "/RG/child", none),
        ]);
        assert_eq!(found, DeletionOrder { order: vec![1, 2, 0], edges: vec![(1, 0), (2, 0)] });
    }

    proptest! {
        #[test]
        fn every_deletion_is_ordered_once_whatever_the_state_says(
            links in prop::collection::vec(prop::collection::vec(0usize..12, 0..4), 1..12),
        ) {
            let names: Vec<String> = (0..12).map(|index| format!("n{index}")).collect();
            let depends: Vec<Vec<String>> =
                links.iter().map(|to| to.iter().map(|index| names[*index].clone()).collect()).collect();
            let deletions: Vec<Deletion<'_>> = depends.iter().enumerate()
                .map(|(index, depends_on)| Deletion { address: &names[index], id: "", depends_on })
                .collect();
            let found = deletion_order(&deletions);
            let mut sorted = found.order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..deletions.len()).collect::<Vec<_>>());
            let rank = |index: usize| found.order.iter().position(|other| *other == index).unwrap();
            for (first, then) in found.edges {
                prop_assert!(rank(first) < rank(then));
            }
        }
    }
}
