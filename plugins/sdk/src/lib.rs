//! What the author of an mlhost plugin depends on.
