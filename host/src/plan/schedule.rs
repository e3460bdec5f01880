//! Works through the steps of a plan: which may be taken now, and which no longer can be.

use std::collections::VecDeque;

use super::steps::StepGraph;

/// A step that cannot be taken, and the failed one that is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The step.
    pub step: usize,
    /// The step that failed.
    pub because_of: usize,
}

/// Where the carrying out of a [`StepGraph`] stands.
#[derive(Debug, Clone)]
pub struct Schedule {
    graph: StepGraph,
    waits: Vec<usize>,
    over: Vec<bool>,
    ready: VecDeque<usize>,
    running: usize,
    left: usize,
}

impl Schedule {
    /// Nothing is done yet.
    pub fn new(graph: StepGraph) -> Self {
        let waits: Vec<usize> = (0..graph.steps().len()).map(|step| graph.predecessors(step).len()).collect();
        let ready = waits.iter().enumerate().filter(|(_, wait)| **wait == 0).map(|(step, _)| step).collect();
        let count = waits.len();
        Self { graph, waits, over: vec![false; count], ready, running: 0, left: count }
    }

    /// The graph.
    pub fn graph(&self) -> &StepGraph {
        &self.graph
    }

    /// Takes up to `most` steps that nothing is in the way of; each is given once and then counts as running.
    pub fn ready(&mut self, most: usize) -> Vec<usize> {
        let taken: Vec<usize> = self.ready.drain(..most.min(self.ready.len())).collect();
        self.running += taken.len();
        taken
    }

    /// A running step has succeeded.
    pub fn done(&mut self, step: usize) {
        if self.end(step) {
            for then in self.graph.successors(step) {
                let Some(wait) = self.waits.get_mut(*then) else { continue };
                *wait = wait.saturating_sub(1);
                if *wait == 0 && self.over.get(*then) == Some(&false) {
                    self.ready.push_back(*then);
                }
            }
        }
    }

    /// A running step has failed; gives the steps that are skipped because of it.
    pub fn failed(&mut self, step: usize) -> Vec<Skipped> {
        let mut skipped = Vec::new();
        if !self.end(step) {
            return skipped;
        }
        let mut next = VecDeque::from([step]);
        while let Some(current) = next.pop_front() {
            for then in self.graph.successors(current) {
                if let Some(over) = self.over.get_mut(*then).filter(|over| !**over) {
                    *over = true;
                    self.left -= 1;
                    skipped.push(Skipped { step: *then, because_of: step });
                    next.push_back(*then);
                }
            }
        }
        skipped
    }

    /// How many steps are running.
    pub fn running(&self) -> usize {
        self.running
    }

    /// How many steps are neither done, failed nor skipped.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether all steps are done, failed or skipped.
    pub fn is_finished(&self) -> bool {
        self.left == 0
    }

    fn end(&mut self, step: usize) -> bool {
        match self.over.get_mut(step) {
            Some(over) if !*over => {
                *over = true;
                self.running = self.running.saturating_sub(1);
                self.left -= 1;
                true
            }
            _ => false,
        }
    }
}
