//! Azure storage accounts.
