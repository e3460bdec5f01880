//! Targets that stand for what they should not.

use super::{refused, said};
use mlhost_tests::Project;

const SCRIPT: &str = "storage_account(\"mystore\");\n";

fn with_endpoint(endpoint: &str, settings: &str) -> Project {
    let project = Project::new();
    project.write("platform.rhai", SCRIPT).write(
        "mlhost.toml",
        &format!(
            "{settings}[environments.dev]\ntarget = \"azure\"\nlocation = \"westeurope\"\nendpoint = \"{endpoint}\"\n\
             subscription_id = \"00000000-0000-0000-0000-000000000001\"\n"
        ),
    );
    project
}

#[test]
fn an_address_that_is_not_public_has_to_be_granted() {
    for (endpoint, kind) in [
        ("https://10.0.0.4", "a private address"),
        ("https://[fd00::1]:8443", "a private address"),
        ("https://169.254.169.254", "a link-local address"),
        ("https://0.0.0.0", "an address of this machine"),
    ] {
        let run = with_endpoint(endpoint, "").run(&["plan", "platform.rhai"]);
        refused(&run, 10, "net/private-address");
        assert!(said(&run).contains(kind) && said(&run).contains("private_network = true"), "{}", run.transcript());
    }
}

#[test]
fn what_is_granted_is_tried() {
    // This machine, by an address that is not the one of `localhost`: nobody listens there.
    let run =
        with_endpoint("https://0.0.0.0:9", "[targets.azure]\nprivate_network = true\n").run(&["plan", "platform.rhai"]);
    assert!(!said(&run).contains("net/private-address"), "{}", run.transcript());
    let run = with_endpoint("https://0.0.0.0:9", "[targets.azure]\nprivate_network = \"yes\"\n")
        .run(&["plan", "platform.rhai"]);
    refused(&run, 10, "project/type");
}
