//! Tokens for a target on the network.

mod azure;
mod cache;
mod document;

pub use azure::AzureSignIn;

use crate::model::Failure;

use super::target::BoxFuture;

/// Gives tokens, and keeps them as long as they hold.
pub trait TokenSource: Send + Sync {
    /// A token that holds for some minutes yet.
    ///
    /// # Errors
    /// Of the kind `Authentication`, with what was tried and why it failed.
    fn token(&self) -> BoxFuture<'_, Result<String, Failure>>;
}

/// A token that the user gives. For emulators and tests: it is never refreshed.
pub struct StaticToken(String);

impl StaticToken {
    /// A source of that token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl TokenSource for StaticToken {
    fn token(&self) -> BoxFuture<'_, Result<String, Failure>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}
