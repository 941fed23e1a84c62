//! What every node's value looks like to those who read it, while a graph is being fused.

use super::{Border, Dropout, Fused, Norm, Operand, Part, Rectifier, Step, Value, ValueId, Work};
use crate::graph::{Activation, Graph, NodeId, PadMode};
use crate::shape::GraphError;

/// The deferred form of each node so far, and the steps that were needed.
pub(super) struct Views {
    fused: Fused,
    /// One for each node.
    of_node: Vec<Operand>,
    /// How many nodes and outputs read each node.
    readers: Vec<usize>,
}

impl Views {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut readers = vec![0; graph.nodes.len()];
        let inputs = graph.nodes.iter().flat_map(|node| &node.inputs);
        for read in inputs.copied().chain(graph.outputs.iter().map(|output| output.node)) {
            if let Some(count) = readers.get_mut(read.0) {
                *count += 1;
            }
        }
        Self { fused: Fused::default(), of_node: Vec::with_capacity(graph.nodes.len()), readers }
    }

    /// The next node is a step of its own.
    pub(super) fn step(&mut self, node: NodeId, work: Work, operands: Vec<Operand>) {
        let value = self.store(node, work, operands, None);
        self.of_node.push(Operand::stored(value));
    }

    /// The next node is nothing but this way of loading.
    pub(super) fn defer(&mut self, view: Operand) {
        self.of_node.push(view);
    }

    pub(super) fn of(&self, node: NodeId) -> Operand {
        self.of_node[node.0].clone()
    }

    /// The node's view without a border, stored first if it has one.
    pub(super) fn unbordered(&mut self, node: NodeId) -> Operand {
        if self.of_node[node.0].border.amount > 0 { self.stored(node) } else { self.of(node) }
    }

    /// The node's view inside another border.
    pub(super) fn bordered(&mut self, node: NodeId, border: Border) -> Operand {
        let inner = self.of_node[node.0].border;
        if border.amount == 0 {
            return self.of(node);
        }
        // Two reflections one after another are not one wide reflection; two borders of zeros are one.
        let joins = inner.amount == 0 || (inner.mode == PadMode::Zero && border.mode == PadMode::Zero);
        let mut view = if joins { self.of(node) } else { self.stored(node) };
        view.border = Border { mode: border.mode, amount: view.border.amount + border.amount };
        view
    }

    /// The next node normalises `input`.
    pub(super) fn norm(&mut self, input: NodeId, norm: &Norm) {
        let view = &self.of_node[input.0];
        // A batch norm's vectors run over all channels, so it stays with one value.
        let one_run = *norm == Norm::Instance || view.parts.len() == 1;
        let deferrable = one_run && view.border.amount == 0 && view.parts.iter().all(Part::is_stored);
        let mut view = if deferrable { self.of(input) } else { self.stored(input) };
        for part in &mut view.parts {
            part.norm = Some(norm.clone());
            self.fused.values[part.value.0].statistics |= norm.reads_statistics();
        }
        self.of_node.push(view);
    }

    /// The next node applies `function` to `input`.
    pub(super) fn activation(&mut self, node: NodeId, input: NodeId, function: Activation) {
        if let Some(Rectifier { slope }) = Rectifier::of(function) {
            let mut view = self.of(input);
            for part in &mut view.parts {
                part.rectifier.slope *= slope;
            }
            self.of_node.push(view);
            return;
        }
        let view = self.of(input);
        // Nobody else sees the value without the function, so the step before can apply it.
        if let Some(value) = view.as_stored().filter(|_| self.readers[input.0] == 1) {
            let computed_there = self.fused.steps[value.0].node == input;
            if computed_there && self.fused.steps[value.0].activation.is_none() && !self.fused.values[value.0].statistics {
                self.fused.steps[value.0].activation = Some(function);
                self.of_node.push(view);
                return;
            }
        }
        let value = self.store(node, Work::Copy, vec![view], Some(function));
        self.of_node.push(Operand::stored(value));
    }

    /// The next node drops out values of `input`.
    pub(super) fn dropout(&mut self, input: NodeId, dropout: Dropout) {
        let view = &self.of_node[input.0];
        let deferrable = matches!(view.parts.as_slice(), [part] if part.dropout.is_none()) && view.border.amount == 0;
        let mut view = if deferrable { self.of(input) } else { self.stored(input) };
        for part in &mut view.parts {
            part.dropout = Some(dropout);
        }
        self.of_node.push(view);
    }

    /// Stores outputs that are deferred, and finds when each value is read last.
    pub(super) fn finish(mut self, graph: &Graph) -> Result<Fused, GraphError> {
        for output in &graph.outputs {
            if output.node.0 >= self.of_node.len() {
                return Err(GraphError::Wiring { node: output.node.0 });
            }
            let view = self.stored(output.node);
            self.fused.outputs.push(view.parts[0].value);
        }
        let Fused { steps, values, outputs } = &mut self.fused;
        for (index, step) in steps.iter().enumerate() {
            for part in step.operands.iter().flat_map(|operand| &operand.parts) {
                values[part.value.0].last_use = index;
            }
        }
        for output in outputs {
            values[output.0].last_use = steps.len();
        }
        Ok(self.fused)
    }

    /// The node's value in memory exactly as its readers see it, copied there if need be.
    fn stored(&mut self, node: NodeId) -> Operand {
        let view = self.of(node);
        if view.as_stored().is_some() {
            return view;
        }
        let value = self.store(node, Work::Copy, vec![view], None);
        // Later readers find the copy.
        self.of_node[node.0] = Operand::stored(value);
        Operand::stored(value)
    }

    fn store(&mut self, node: NodeId, work: Work, operands: Vec<Operand>, activation: Option<Activation>) -> ValueId {
        let id = ValueId(self.fused.steps.len());
        self.fused.steps.push(Step { work, operands, activation, node });
        self.fused.values.push(Value { node, statistics: false, last_use: id.0 });
        id
    }
}

#[cfg(test)]
mod tests {
    use crate::architecture::{Architecture, Family, InputKind};
    use crate::fuse::{Fused, Norm, Work, fuse};
    use crate::graph::{Activation, Graph, NormStats, Op, PadMode, Plane, Range};

    fn fused(family: Family, input: InputKind, channels: usize, depth: usize, blocks: usize) -> Fused {
        let architecture = Architecture::new(family, input, channels, 16, depth, blocks);
        fuse(&architecture.graph(NormStats::Image).expect("a possible network"), false).expect("a sound graph")
    }

    #[test]
    fn a_residual_generator_needs_no_step_but_convolutions_and_sums() {
        let fused = fused(Family::Pix2pixhdGlobal, InputKind::Labels, 35, 3, 2);
        let sums = fused.steps.iter().filter(|step| step.work == Work::Add).count();
        assert_eq!((fused.steps.len(), sums), (1 + 1 + 3 + 2 * 2 + 3 + 1 + 2, 2));
        let last = fused.steps.last().expect("steps");
        assert_eq!(last.activation, Some(Activation::Tanh));
        let operand = &last.operands[0];
        assert_eq!((operand.border.mode, operand.border.amount), (PadMode::Reflect, 3));
        assert_eq!((operand.parts[0].norm.as_ref(), operand.parts[0].rectifier.slope), (Some(&Norm::Instance), 0.0));
    }

    #[test]
    fn a_unet_joins_skips_without_copies() {
        let fused = fused(Family::Unet, InputKind::Rgb, 3, 4, 0);
        assert_eq!(fused.steps.len(), 1 + 4 + 4);
        let last = &fused.steps[fused.steps.len() - 1].operands[0];
        // [skip, deeper]: the skip has no norm at the outermost level, and both go through the relu after the join.
        assert_eq!(last.parts.iter().map(|part| part.norm.is_some()).collect::<Vec<_>>(), [false, true]);
        assert!(last.parts.iter().all(|part| part.rectifier.slope == 0.0));
    }

    #[test]
    fn what_cannot_be_deferred_is_stored() {
        let mut graph = Graph::default();
        let x = graph.push(Op::Input(Plane::Rgb), &[]);
        let padded = graph.push(Op::Pad { mode: PadMode::Reflect, amount: 1 }, &[x]);
        let norm = graph.push(Op::InstanceNorm, &[padded]);
        let relu = graph.push(Op::Activation(Activation::Relu), &[norm]);
        let wider = graph.push(Op::Pad { mode: PadMode::Reflect, amount: 1 }, &[relu]);
        let widest = graph.push(Op::Pad { mode: PadMode::Reflect, amount: 2 }, &[wider]);
        graph.output("picture", widest, Range::Symmetric);
        let fused = fuse(&graph, false).expect("a sound graph");
        let copies: Vec<_> = fused.steps.iter().filter(|step| step.work == Work::Copy).map(|step| step.node).collect();
        assert_eq!(copies, [padded, wider, widest]);
        assert!(fused.values[1].statistics, "the norm reads the bordered picture");
        assert_eq!(fused.values[3].last_use, fused.steps.len());
    }
}
