//! Holds an environment against the state and what is deployed, and says what to do.
