//! Properties that many types have in common.

use std::collections::BTreeMap;

use mlhost_plugin::{Diagnostic, JsonSchema, Map, Prop, Value, json, token};
use serde::Deserialize;

use crate::body::Body;
use crate::handle::id_of_type;

/// Tags: at most 50, names up to 512 and values up to 256 characters.
pub type Tags = BTreeMap<String, String>;

/// A managed identity.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// `SystemAssigned` makes an identity that lives and dies with the resource, `UserAssigned` uses those of
    /// `user_assigned`.
    #[schemars(extend("enum" = ["None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"]))]
    pub r#type: String,
    /// Ids of user-assigned identities.
    #[serde(default)]
    pub user_assigned: Vec<String>,
}

/// The type of user-assigned identities.
pub const USER_ASSIGNED_IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

impl Identity {
    /// An identity of the system.
    pub fn system_assigned() -> Self {
        Self { r#type: "SystemAssigned".into(), user_assigned: Vec::new() }
    }

    /// Sets `/identity`. `separator` stands between the two words of `SystemAssigned,UserAssigned`: services differ.
    pub fn write(&self, kind: &str, separator: &str, body: &mut Body, diagnostics: &mut Vec<Diagnostic>) {
        let uses = self.r#type.contains("UserAssigned");
        if uses == self.user_assigned.is_empty() {
            let message = if uses {
                format!("the identity type `{}` needs ids in `user_assigned`", self.r#type)
            } else {
                format!("the identity type `{}` takes no `user_assigned`", self.r#type)
            };
            diagnostics.push(Diagnostic::error(format!("{kind}/identity"), message).at("/identity"));
        }
        body.set("/identity/type", self.r#type.replace(',', separator));
        let mut ids = Map::new();
        for (index, id) in self.user_assigned.iter().enumerate() {
            let pointer = format!("/identity/user_assigned/{index}");
            if token::holds_token(id) {
                // Azure wants the ids as member names, and a name cannot be filled in later.
                let message = "the id of an identity must be written out here, a reference is not possible";
                diagnostics.push(Diagnostic::error(format!("{kind}/identity"), message).at(pointer));
            } else if let Err(diagnostic) = id_of_type(kind, &pointer, id, USER_ASSIGNED_IDENTITY) {
                diagnostics.push(diagnostic);
            }
            ids.insert(id.clone(), json!({}));
        }
        if !ids.is_empty() {
            body.set("/identity/userAssignedIdentities", Value::Object(ids));
        }
    }
}

/// Rules for the network that a service may be reached from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkAcls {
    /// What happens to traffic that no rule allows.
    #[schemars(extend("enum" = ["Allow", "Deny"]))]
    pub default_action: String,
    /// Whose traffic passes without a rule: trusted services of Azure, or nobody's. Default: `AzureServices`.
    #[serde(default = "azure_services")]
    #[schemars(extend("enum" = ["AzureServices", "None"]))]
    pub bypass: String,
    /// Addresses or ranges of addresses (CIDR) that are allowed.
    #[serde(default)]
    pub ip_rules: Vec<String>,
    /// Ids of subnets that are allowed.
    #[serde(default)]
    pub subnets: Vec<String>,
}

fn azure_services() -> String {
    "AzureServices".into()
}

/// The type of subnets.
pub const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";

impl NetworkAcls {
    /// Sets `/properties/networkAcls`. `action` is the member `action` of each rule, for services that want it.
    pub fn write(&self, kind: &str, action: Option<&str>, body: &mut Body, diagnostics: &mut Vec<Diagnostic>) {
        let rule = |name: &str, value: &str| {
            let mut rule = Map::new();
            rule.insert(name.to_owned(), value.into());
            if let Some(action) = action {
                rule.insert("action".into(), action.into());
            }
            Value::Object(rule)
        };
        for (index, id) in self.subnets.iter().enumerate() {
            let pointer = format!("/network_acls/subnets/{index}");
            diagnostics.extend(id_of_type(kind, &pointer, id, SUBNET).err());
        }
        let ip_rules: Vec<Value> = self.ip_rules.iter().map(|value| rule("value", value)).collect();
        let subnets: Vec<Value> = self.subnets.iter().map(|id| rule("id", id)).collect();
        body.set("/properties/networkAcls/bypass", self.bypass.as_str())
            .set("/properties/networkAcls/defaultAction", self.default_action.as_str())
            .set("/properties/networkAcls/ipRules", ip_rules)
            .set("/properties/networkAcls/virtualNetworkRules", subnets);
    }
}

/// The default `true` of a property.
pub fn yes() -> Prop<bool> {
    Prop::Known(true)
}

/// The default `false` of a property.
pub fn no() -> Prop<bool> {
    Prop::Known(false)
}
