//! Secrets in bodies of which the shape says nothing: a service takes them and never answers them, so they are not kept.

use serde_json::{Map, Value};

/// Names of properties that the public API definitions mark as sensitive, in lower case, and of those that hold
/// passwords and keys in the newest versions of the same types.
const NAMES: &[&str] = &[
    "accesskey",
    "adminpassword",
    "adminuserpassword",
    "adminusersshpublickey",
    "administratorloginpassword",
    "authtoken",
    "clientsecret",
    "developertoken",
    "password",
    "primarykey",
    "privatekeydata",
    "radiusserversecret",
    "refreshtoken",
    "relayconnectionstring",
    "secondarykey",
    "secret",
    "securevalue",
    "securitytoken",
    "serverappsecret",
    "servicebusconnectionstring",
    "sharedkey",
    "storageaccountkey",
    "workspacekey",
];

/// Members of `sslConfiguration` that are secrets there and not elsewhere.
const CERTIFICATE: &[&str] = &["cert", "key"];

/// Removes them from a body, at any depth. Tags are the user's own and stay.
pub fn strip(body: &mut Map<String, Value>, full_type: &str) {
    for (name, value) in body.iter_mut().filter(|(name, _)| !name.eq_ignore_ascii_case("tags")) {
        strip_value(name, value);
    }
    if full_type.eq_ignore_ascii_case("Microsoft.KeyVault/vaults/secrets")
        && let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
    {
        properties.retain(|name, _| !name.eq_ignore_ascii_case("value"));
    }
}

fn strip_value(name: &str, value: &mut Value) {
    let certificate = name.eq_ignore_ascii_case("sslConfiguration");
    match value {
        Value::Object(map) => {
            map.retain(|name, value| {
                let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
                let secret = value.is_string() && (is_in(NAMES) || (certificate && is_in(CERTIFICATE)));
                !secret && !name.eq_ignore_ascii_case("protectedSettings")
            });
            for (name, value) in map.iter_mut() {
                strip_value(name, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip_value(name, item)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let body = json!({
            "tags": {"password": "a tag"},
            "properties": {
                "osProfile": {"adminUsername": "u", "adminPassword": "p"},
                "list": [{"Secret": "s", "secret": {"name": "n"}}],
                "protectedSettings": {"script": "x"},
                "sslConfiguration": {"key": "k", "cert": "c", "cname": "n"},
                "value": "v", "key": "not a secret here",
            }
        });
        let mut map = body.as_object().unwrap().clone();
        strip(&mut map, "Microsoft.X/y");
        let expected = json!({
            "tags": {"password": "a tag"},
            "properties": {
                "osProfile": {"adminUsername": "u"},
                "list": [{"secret": {"name": "n"}}],
                "sslConfiguration": {"cname": "n"},
                "value": "v", "key": "not a secret here",
            }
        });
        assert_eq!(Value::Object(map.clone()), expected);
        strip(&mut map, "microsoft.keyvault/Vaults/secrets");
        assert_eq!(map["properties"].get("value"), None);
    }
}
