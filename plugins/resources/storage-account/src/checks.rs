//! What must fit together in a storage account, beyond what the schema of each property says.

use mlhost_arm::Builder;
use mlhost_plugin::Prop;

use crate::StorageAccount;

/// Adds a diagnostic for everything that Azure would refuse. Values that are known only later are left to Azure.
pub fn check(account: &StorageAccount, builder: &mut Builder) {
    let premium = account.sku.starts_with("Premium");
    let premium_kind = matches!(account.kind.as_str(), "FileStorage" | "BlockBlobStorage");
    if premium_kind && account.sku.starts_with("Standard") {
        let message = format!("an account of kind `{}` needs a premium sku, not `{}`", account.kind, account.sku);
        builder.problem("sku", message, "/sku");
    }
    match account.access_tier.as_deref() {
        None if account.kind == "BlobStorage" => {
            builder.problem("access_tier", "an account of kind `BlobStorage` needs an access tier", "");
        }
        Some(_) if account.kind == "Storage" => {
            builder.problem("access_tier", "an account of kind `Storage` has no access tier", "/access_tier");
        }
        Some("Premium") if !premium && account.sku.starts_with("Standard") => {
            builder.problem("access_tier", "the access tier `Premium` needs a premium sku", "/access_tier");
        }
        _ => {}
    }
    let hierarchical = known(account.hierarchical_namespace.as_ref());
    let possible = matches!(account.kind.as_str(), "StorageV2" | "BlockBlobStorage") || account.kind.contains("${");
    if hierarchical == Some(true) && !possible {
        let message = format!("an account of kind `{}` cannot have a hierarchical namespace", account.kind);
        builder.problem("hierarchical_namespace", message, "/hierarchical_namespace");
    }
    let flat = account.hierarchical_namespace.is_none() || hierarchical == Some(false);
    for (word, value) in [("sftp", &account.sftp), ("nfs_v3", &account.nfs_v3)] {
        if flat && known(value.as_ref()) == Some(true) {
            builder.problem(word, format!("`{word}` needs `hierarchical_namespace: true`"), &format!("/{word}"));
        }
    }
}

fn known(value: Option<&Prop<bool>>) -> Option<bool> {
    value.and_then(Prop::known).copied()
}
