//! Loads plugins, checks their contract and calls them.
