//! What the rows of a canvas held before an open transaction wrote to them.
//!
//! Only rows that are written to are copied, so the start of a stroke costs nothing however large the canvas is.

use super::Ink;

/// One place for each row of a canvas.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
struct Row {
    /// The whole row before the first write; empty before that.
    before: Box<[Ink]>,
    /// What was written: columns `left..right`.
    left: usize,
    right: usize,
}

impl Journal {
    pub(super) fn new(height: usize) -> Self {
        Self { rows: vec![Row::default(); height] }
    }

    /// Notes that columns `left..right` of row `y`, which is `now`, are about to be written.
    pub(super) fn note(&mut self, y: usize, left: usize, right: usize, now: &[Ink]) {
        let row = &mut self.rows[y];
        if row.before.is_empty() {
            row.before = now.into();
        }
        (row.left, row.right) = if row.left == row.right { (left, right) } else { (row.left.min(left), row.right.max(right)) };
    }

    /// Row, first column, column after the last, and what was there, for each row that was written.
    pub(super) fn written(&self) -> impl Iterator<Item = (usize, usize, usize, &[Ink])> {
        let written = self.rows.iter().enumerate().filter(|(_, row)| row.left < row.right);
        written.map(|(y, row)| (y, row.left, row.right, &row.before[row.left..row.right]))
    }

    /// Counts nothing as written any more, because it was brought back; the copies stay true.
    pub(super) fn forget_spans(&mut self) {
        for row in &mut self.rows {
            (row.left, row.right) = (0, 0);
        }
    }
}
