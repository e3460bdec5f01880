//! Typed callers: one for each interface a plugin may export.

use super::bindings::{cloud, cloud_api, deployer, deployer_api, kinds_api, policies_api, policy, resource, types};
use super::instance::Core;
use super::limits::Limit;
use crate::model::Diagnostic;

/// Calls one exported function under the limits of its instance.
macro_rules! call {
    ($self:ident, $interface:ident, $function:literal, $method:ident $(, $argument:expr)*) => {{
        $self.core.arm();
        let limit = $self.core.store.data().limits.time(Limit::Call);
        let result =
            tokio::time::timeout(limit, $self.guest.$interface().$method(&mut $self.core.store $(, $argument)*)).await;
        $self.core.settle($function, result)
    }};
}

macro_rules! caller {
    ($(#[$doc:meta])* $name:ident, $guest:ty) => {
        $(#[$doc])*
        pub struct $name {
            /// The instance.
            pub core: Core,
            guest: $guest,
        }

        impl $name {
            /// Finds the interface in an instance.
            ///
            /// # Errors
            /// `plugin/contract` when the interface is not as this host knows it.
            pub fn new(mut core: Core) -> Result<Self, Diagnostic> {
                let guest = <$guest>::new(&mut core.store, &core.instance).map_err(|error| {
                    Diagnostic::error("plugin/contract", format!("the plugin `{}` does not fit the contract: {}", core.name, error.root_cause()))
                        .plugin(core.name.as_ref())
                        .help("rebuild the plugin against the wit/ of this mlhost")
                })?;
                Ok(Self { core, guest })
            }
        }
    };
}

caller!(
    /// A plugin with resource kinds.
    Kinds,
    resource::ResourcePlugin
);
caller!(
    /// A plugin with policies.
    Policies,
    policy::PolicyPlugin
);
caller!(
    /// A plugin that speaks to a control plane.
    Deployer,
    deployer::DeployerPlugin
);
caller!(
    /// A plugin that is a control plane.
    Cloud,
    cloud::CloudPlugin
);

impl Kinds {
    /// The kinds it offers.
    pub async fn kinds(&mut self) -> Result<Vec<kinds_api::Kind>, Diagnostic> {
        call!(self, mlhost_plugin_resource_kinds, "kinds", call_kinds)
    }

    /// Expands declarations.
    pub async fn expand(
        &mut self,
        context: &types::Context,
        declarations: &[types::Declaration],
    ) -> Result<Vec<kinds_api::Expansion>, Diagnostic> {
        call!(self, mlhost_plugin_resource_kinds, "expand", call_expand, context, declarations)
    }
}

impl Policies {
    /// The policies it offers.
    pub async fn policies(&mut self) -> Result<Vec<policies_api::Policy>, Diagnostic> {
        call!(self, mlhost_plugin_policies, "policies", call_policies)
    }

    /// Judges an environment.
    pub async fn evaluate(
        &mut self,
        context: &types::Context,
        environment: &[types::Resource],
        parameters: &String,
    ) -> Result<Vec<policies_api::Finding>, Diagnostic> {
        call!(self, mlhost_plugin_policies, "evaluate", call_evaluate, context, environment, parameters)
    }
}

impl Deployer {
    /// Its description.
    pub async fn describe(&mut self) -> Result<String, Diagnostic> {
        call!(self, mlhost_plugin_deployer, "describe", call_describe)
    }

    /// Reads resources.
    pub async fn read(
        &mut self,
        context: &types::Context,
        subjects: &[deployer_api::Subject],
    ) -> Result<Vec<deployer_api::Reading>, Diagnostic> {
        call!(self, mlhost_plugin_deployer, "read", call_read, context, subjects)
    }

    /// Starts changes.
    pub async fn submit(
        &mut self,
        context: &types::Context,
        actions: &[deployer_api::Action],
    ) -> Result<Vec<deployer_api::Outcome>, Diagnostic> {
        call!(self, mlhost_plugin_deployer, "submit", call_submit, context, actions)
    }

    /// Asks after operations.
    pub async fn poll(
        &mut self,
        context: &types::Context,
        tokens: &[String],
    ) -> Result<Vec<deployer_api::Outcome>, Diagnostic> {
        call!(self, mlhost_plugin_deployer, "poll", call_poll, context, tokens)
    }
}

impl Cloud {
    /// Its description.
    pub async fn describe(&mut self) -> Result<String, Diagnostic> {
        call!(self, mlhost_plugin_cloud, "describe", call_describe)
    }

    /// Answers a request.
    pub async fn handle(
        &mut self,
        received_at: u64,
        request: &types::Request,
    ) -> Result<cloud_api::Response, Diagnostic> {
        call!(self, mlhost_plugin_cloud, "handle", call_handle, received_at, request)
    }
}
