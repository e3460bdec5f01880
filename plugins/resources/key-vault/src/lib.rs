//! Azure key vaults.
