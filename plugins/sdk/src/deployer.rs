//! The protocol of a control plane in a plugin.

use crate::bindings::deployer::exports::mlhost::plugin::deployer as wire;
use crate::bindings::host::mlhost::plugin::{http, types};
use crate::{Context, Request, Response, Value};

pub use http::Error as HttpError;
pub use wire::{Action, Failure, Operation, Outcome, Reading, Subject};

/// A protocol: implement it and name the type in [`deployer_plugin!`](crate::deployer_plugin).
pub trait Deployer: 'static {
    /// What this deployer is and which facts it wants (`wit/schemas/deployer.schema.json`).
    fn describe() -> Value;

    /// Reads resources; one reading for each, in the same order.
    fn read(http: &mut dyn Http, context: &Context, subjects: Vec<Subject>) -> Vec<Reading>;

    /// Starts changes that do not depend on each other; one outcome for each, in the same order. Must be safe to repeat
    /// when an answer was lost.
    fn submit(http: &mut dyn Http, context: &Context, actions: Vec<Action>) -> Vec<Outcome>;

    /// Asks after operations by the tokens of their last `pending`. Tokens come out of a journal: check them.
    fn poll(http: &mut dyn Http, context: &Context, tokens: Vec<String>) -> Vec<Outcome>;
}

/// Sends HTTP requests.
pub trait Http {
    /// Sends requests side by side and waits for all; one answer for each, in the same order.
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>>;
}

/// The HTTP that the host offers.
struct HostHttp;

impl Http for HostHttp {
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        http::send(&requests)
    }
}

impl<D: Deployer> wire::Guest for D {
    fn describe() -> String {
        <D as Deployer>::describe().to_string()
    }

    fn read(context: types::Context, subjects: Vec<Subject>) -> Vec<Reading> {
        <D as Deployer>::read(&mut HostHttp, &context.into(), subjects)
    }

    fn submit(context: types::Context, actions: Vec<Action>) -> Vec<Outcome> {
        <D as Deployer>::submit(&mut HostHttp, &context.into(), actions)
    }

    fn poll(context: types::Context, tokens: Vec<String>) -> Vec<Outcome> {
        <D as Deployer>::poll(&mut HostHttp, &context.into(), tokens)
    }
}

/// Makes the crate a deployer plugin: `deployer_plugin!(Arm);`.
#[macro_export]
macro_rules! deployer_plugin {
    ($deployer:ident) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
    $crate::bindings::deployer::export_plugin!($deployer with_types_in $crate::bindings::deployer);
        };
    };
}
