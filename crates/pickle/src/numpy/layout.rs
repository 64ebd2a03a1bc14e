//! Where the items of an array are: shapes, strides, and the walk through them.

use super::node;
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};

/// How many dimensions numpy allows.
const DIMENSIONS: usize = 64;

/// How many items an array may have that are of no size: nothing in the pickle pays for them.
const EMPTY_ITEMS: usize = 1 << 16;

/// How the items of an array follow each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// The last index counts first: rows after each other.
    C,
    /// The first index counts first: columns after each other.
    Fortran,
    /// As [`Order::C`] with these axes of it: `numpy.transpose(array, axes)`.
    Axes(Vec<usize>),
}

/// A shape as numpy writes it: a tuple of lengths.
pub(super) fn shape(graph: &Graph<'_>, id: NodeId) -> Result<Vec<usize>> {
    let dimensions = node::expect(graph, id, node::tuple, ["the shape of a numpy array", "a tuple"])?;
    check_dimensions(dimensions.len())?;
    let what = ["the shape of a numpy array", "lengths that are not negative"];
    dimensions.iter().map(|length| node::expect(graph, *length, node::size, what)).collect()
}

pub(super) fn check_dimensions(count: usize) -> Result<()> {
    if count > DIMENSIONS {
        return Err(Error::data(format!("a numpy array of more than {DIMENSIONS} dimensions")));
    }
    Ok(())
}

/// How many items an array of this shape has.
pub(super) fn count(shape: &[usize]) -> Result<usize> {
    if shape.contains(&0) {
        return Ok(0);
    }
    let count = shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length));
    count.ok_or_else(|| Error::data("the shape of a numpy array is larger than any memory"))
}

/// How many bytes an array of this shape has.
pub(super) fn byte_count(shape: &[usize], item: usize) -> Result<usize> {
    let count = count(shape)?;
    if item == 0 && count > EMPTY_ITEMS {
        return Err(Error::data(format!("a numpy array of {count} items that have no size")));
    }
    let bytes = count.checked_mul(item);
    bytes.ok_or_else(|| Error::data("the shape of a numpy array is larger than any memory"))
}

/// How far apart items are along each axis, of an array without gaps.
pub(super) fn strides(shape: &[usize], item: usize, order: &Order) -> Result<(Vec<usize>, Vec<usize>)> {
    match order {
        Order::C => Ok((shape.to_vec(), steps(shape, item, (0..shape.len()).rev()))),
        Order::Fortran => Ok((shape.to_vec(), steps(shape, item, 0..shape.len()))),
        Order::Axes(axes) => {
            let mut seen = axes.clone();
            seen.sort_unstable();
            if !seen.iter().copied().eq(0..shape.len()) {
                return Err(Error::data("the axes of a numpy array are not a permutation"));
            }
            let steps = steps(shape, item, (0..shape.len()).rev());
            Ok(axes.iter().map(|axis| (shape[*axis], steps[*axis])).unzip())
        }
    }
}

fn steps(shape: &[usize], item: usize, axes: impl Iterator<Item = usize>) -> Vec<usize> {
    let (mut steps, mut step) = (vec![0; shape.len()], item);
    for axis in axes {
        steps[axis] = step;
        step = step.saturating_mul(shape[axis]); // saturates for arrays without items only
    }
    steps
}

/// Where the items are, the last index counting first.
pub(super) struct Offsets<'s> {
    shape: &'s [usize],
    strides: &'s [usize],
    index: Vec<usize>,
    offset: usize,
    left: usize,
}

impl<'s> Offsets<'s> {
    pub(super) fn new(shape: &'s [usize], strides: &'s [usize], offset: usize, count: usize) -> Self {
        Self { shape, strides, index: vec![0; shape.len()], offset, left: count }
    }
}

impl Iterator for Offsets<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let offset = self.offset;
        for axis in (0..self.shape.len()).rev() {
            self.index[axis] += 1;
            if self.index[axis] < self.shape[axis] {
                self.offset += self.strides[axis];
                break;
            }
            self.offset -= self.strides[axis] * (self.shape[axis] - 1);
            self.index[axis] = 0;
        }
        Some(offset)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Offsets<'_> {}
