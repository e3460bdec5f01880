//! The HTTP boundary: targets, credentials, secrets, and a cloud plugin behind a loopback port.
//!
//! A deployer plugin's requests leave the host through [`Boundary::send`] and nowhere else. There they are held against
//! the target's origin, and get what no plugin may see: the token and the values of secrets. Both are taken out of
//! answers and error texts again.

mod boundary;
mod carriage;
mod credential;
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod message;
mod network;
mod origin;
mod reach;
mod scrub;
mod secrets;
mod serve;
mod target;
#[cfg(test)]
mod testing;
mod throttle;
mod trace;

pub use boundary::Boundary;
pub use credential::{AzureSignIn, StaticToken, TokenSource};
pub use message::{BoundaryCode, BoundaryError, Request, Response};
pub use network::client;
pub use origin::Origin;
pub use reach::Reach;
pub use secrets::{EnvironmentSecrets, SecretError, SecretSource, Secrets};
pub use serve::CloudServer;
pub use target::{BoxFuture, CloudHandler, Target};
