//! Rules for the size of compute clusters.
