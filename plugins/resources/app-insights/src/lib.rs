//! Azure application insights.
