//! Keeps the state: one document per environment, a journal, a lock.
