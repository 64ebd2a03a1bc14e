//! Topological order, with what is in a circle left over.

use std::collections::BTreeSet;

/// Orders nodes `0..count` such that each comes after those it needs; among free nodes the smallest comes first.
///
/// `needs` are pairs of a node and one that must come before it. The second part of the result are the nodes that
/// are in a circle, or need one that is.
pub(super) fn topological(count: usize, needs: &[(usize, usize)]) -> (Vec<usize>, Vec<usize>) {
    if needs.is_empty() {
        return ((0..count).collect(), Vec::new());
    }
    let mut needed_by = vec![Vec::new(); count];
    let mut open = vec![0_usize; count];
    for &(node, needed) in needs {
        needed_by[needed].push(node);
        open[node] += 1;
    }
    let mut free: BTreeSet<usize> = (0..count).filter(|&node| open[node] == 0).collect();
    let mut ordered = Vec::with_capacity(count);
    while let Some(node) = free.pop_first() {
        ordered.push(node);
        for &next in &needed_by[node] {
            open[next] -= 1;
            if open[next] == 0 {
                free.insert(next);
            }
        }
    }
    let rest = (0..count).filter(|&node| open[node] > 0).collect();
    (ordered, rest)
}

/// Groups nodes such that each group comes after those that it needs, and nodes of one circle share a group.
///
/// Nodes that lie between two circles share a group with both.
pub(super) fn groups(count: usize, needs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let (before, rest) = topological(count, needs);
    let among: BTreeSet<usize> = rest.iter().copied().collect();
    let position: Vec<usize> = among.iter().copied().collect();
    let local = |node: usize| position.binary_search(&node).ok();
    let reversed: Vec<(usize, usize)> =
        needs.iter().filter_map(|&(node, needed)| Some((local(needed)?, local(node)?))).collect();
    let (after, circles) = topological(position.len(), &reversed);
    let mut groups: Vec<Vec<usize>> = before.into_iter().map(|node| vec![node]).collect();
    if !circles.is_empty() {
        groups.push(circles.into_iter().map(|node| position[node]).collect());
    }
    groups.extend(after.into_iter().rev().map(|node| vec![position[node]]));
    groups
}

/// A circle among nodes of which each needs another: the pairs along it, by their position in `needs`.
pub(super) fn circle(count: usize, needs: &[(usize, usize)], within: &[usize]) -> Vec<usize> {
    let mut inside = vec![false; count];
    for &node in within {
        inside[node] = true;
    }
    let mut next = vec![None; count];
    for (position, &(node, needed)) in needs.iter().enumerate() {
        if inside[node] && inside[needed] {
            next[node] = Some((position, needed));
        }
    }
    let mut visited = vec![false; count];
    let Some(&(mut node)) = within.first() else { return Vec::new() };
    while !visited[node] {
        visited[node] = true;
        let Some((_, needed)) = next[node] else { return Vec::new() };
        node = needed;
    }
    let start = node;
    let mut pairs = Vec::new();
    while let Some((position, needed)) = next[node] {
        pairs.push(position);
        node = needed;
        if node == start {
            break;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_nodes_come_first_and_order_is_kept_otherwise() {
        assert_eq!(topological(4, &[(0, 3), (1, 0)]), (vec![2, 3, 0, 1], vec![]));
        assert_eq!(topological(3, &[(0, 1), (1, 0)]), (vec![2], vec![0, 1]));
    }

    #[test]
    fn circles_share_a_group_between_what_they_need_and_what_needs_them() {
        let needs = [(1, 0), (1, 2), (2, 1), (3, 2)];
        assert_eq!(groups(4, &needs), vec![vec![0], vec![1, 2], vec![3]]);
    }

    #[test]
    fn a_circle_is_found_behind_a_tail() {
        let needs = [(0, 1), (1, 2), (2, 1)];
        assert_eq!(circle(3, &needs, &[0, 1, 2]), vec![1, 2]);
    }
}
