//! The account on the machines of a cluster.

use mlhost_arm::Builder;
use mlhost_plugin::{Diagnostic, token};
use schemars::JsonSchema;
use serde::Deserialize;

/// An account on each machine; it needs a password, an SSH key or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminUser {
    /// Name of the account.
    name: String,
    /// Its password, as a secret: `secret("env:NAME")`. A password that is written out is refused.
    password: Option<String>,
    /// Its public SSH key.
    ssh_public_key: Option<String>,
}

impl AdminUser {
    /// Sets `/properties/properties/userAccountCredentials`.
    pub fn write(self, cluster: &mut Builder) {
        if self.password.as_deref().is_some_and(|password| !token::is_token(password)) {
            cluster.diagnostics.push(
                Diagnostic::error("ml_compute_cluster/plain_secret", "the password is written out in the script")
                    .at("/admin_user/password")
                    .help("give it as secret(\"env:NAME\"), so that it stays out of scripts, plans and state"),
            );
        }
        if self.password.is_none() && self.ssh_public_key.is_none() {
            let message = "the account needs a `password` or an `ssh_public_key`";
            cluster.problem("admin_user", message, "/admin_user");
        }
        let credentials = "/properties/properties/userAccountCredentials";
        cluster
            .set(&format!("{credentials}/adminUserName"), self.name)
            .set(&format!("{credentials}/adminUserPassword"), self.password)
            .set(&format!("{credentials}/adminUserSshPublicKey"), self.ssh_public_key);
    }
}
