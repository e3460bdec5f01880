//! Rules for resource names.
