//! The local cloud of a project on loopback, served by the command itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::Project;

/// A running `mlhost cloud serve`; it ends with the test.
pub struct Served {
    child: Child,
    /// Its origin, `http://127.0.0.1:PORT`.
    pub endpoint: String,
}

impl Served {
    /// Serves the cloud of a project. `options` come after the command.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(project: &Project, options: &[&str]) -> Self {
        let mut command = project.command(&["cloud", "serve", "--output", "json"]);
        let mut child = command.args(options).stdout(Stdio::piped()).spawn().expect("the mlhost binary");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a first line");
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let endpoint = said.get("endpoint").and_then(serde_json::Value::as_str).expect("an endpoint").to_owned();
        Self { child, endpoint }
    }

    /// The JSON that a path, with its query, is answered with.
    ///
    /// # Panics
    /// When the cloud does not answer with 200 and JSON.
    pub fn get(&self, path: &str) -> serde_json::Value {
        let request = ureq::get(format!("{}{path}", self.endpoint)).header("authorization", "Bearer token");
        let mut answer = request.call().unwrap_or_else(|error| panic!("{path}: {error}"));
        let text = answer.body_mut().read_to_string().unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Project {
    /// Has the environment `dev` of `mlhost.toml` deploy to a control plane on the network.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn deploy_to(&self, endpoint: &str) {
        let text = self.read("mlhost.toml").replace(
            "[environments.dev]\n",
            &format!(
                "[environments.dev]\ntarget = \"azure\"\nendpoint = \"{endpoint}\"\n\
                 subscription_id = \"00000000-0000-0000-0000-000000000001\"\n\
                 tenant_id = \"00000000-0000-0000-0000-000000000002\"\n"
            ),
        );
        self.write("mlhost.toml", &text);
    }
}
