//! A control plane whose operations end when the test says so.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use mlhost_tests::Project;
use mlhost_tests::server::{Answer, Request, Server};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The control plane, and a project with two resources, the second of which refers to the first.
pub struct Slow {
    /// The project.
    pub project: Project,
    server: Server,
    released: Arc<AtomicBool>,
}

impl Slow {
    /// Nothing is deployed yet; the resource group is there.
    pub fn start() -> Self {
        let released = Arc::new(AtomicBool::new(false));
        let origin = Arc::new(OnceLock::new());
        let (done, own) = (Arc::clone(&released), Arc::clone(&origin));
        let there: Mutex<Vec<(String, String)>> = Mutex::default();
        let server = Server::start(move |request| {
            let done = done.load(Ordering::SeqCst);
            answer(request, done, own.get().map_or("", String::as_str), &mut there.lock().unwrap())
        });
        origin.set(server.origin.clone()).unwrap();
        let project = Project::new();
        project.write("mlhost.toml", "[environments.dev]\nlocation = \"westeurope\"\n");
        project.deploy_to(&server.origin);
        project.write(
            "platform.rhai",
            "existing(\"resource_group\", \"rg\");\n\
             let first = arm_resource(\"Microsoft.Test/things\", \"first\", #{ api_version: \"2024-01-01\", properties: #{} });\n\
             arm_resource(\"Microsoft.Test/things\", \"second\", #{ api_version: \"2024-01-01\", properties: #{ of: first.state } });\n",
        );
        Self { project, server, released }
    }

    /// Lets the operations end.
    pub fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }

    /// Starts an apply and waits until its first operation is followed.
    pub fn apply_until_it_waits(&self) -> Child {
        let mut command = self.project.command(&["apply", "platform.rhai", "--yes"]);
        command.env("MLHOST_BEARER_TOKEN", "token").stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        self.wait_for("the operation is asked after", |request| request.path.starts_with("/operation"));
        child
    }

    fn wait_for(&self, what: &str, wanted: impl Fn(&Request) -> bool) {
        let began = Instant::now();
        while !self.server.requests().iter().any(&wanted) {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{:#?}", self.server.requests());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How often a resource was written.
    pub fn writes(&self, name: &str) -> usize {
        let wanted = |request: &&Request| request.method == "PUT" && request.path.contains(&format!("/{name}?"));
        self.server.requests().iter().filter(wanted).count()
    }
}

fn answer(request: &Request, done: bool, origin: &str, there: &mut Vec<(String, String)>) -> Answer {
    let json = |status: u16, body: String| Answer { status, headers: Vec::new(), body };
    let path = request.path.split('?').next().unwrap_or_default().to_owned();
    if path.starts_with("/operation") {
        // Asked again after a while: the test need not count thousands of polls.
        let headers = vec!["retry-after: 1".to_owned()];
        let status = if done { "Succeeded" } else { "Running" };
        return Answer { headers, ..json(200, format!("{{\"status\":\"{status}\"}}")) };
    }
    if path.ends_with("/resourceGroups/rg") {
        return json(
            200,
            "{\"location\":\"westeurope\",\"properties\":{\"provisioningState\":\"Succeeded\"}}".to_owned(),
        );
    }
    if request.method == "PUT" {
        let state = if done { "Succeeded" } else { "Creating" };
        let body = request.body.replacen(
            "\"properties\":{",
            &format!("\"properties\":{{\"provisioningState\":\"{state}\","),
            1,
        );
        let body = body.replace(",}", "}");
        there.retain(|(other, _)| *other != path);
        there.push((path, body.replace("Creating", "Succeeded").replacen('{', "{\"state\":\"made\",", 1)));
        let headers = if done {
            Vec::new()
        } else {
            vec![format!("azure-asyncoperation: {origin}/operation"), "retry-after: 0".to_owned()]
        };
        return Answer { headers, ..json(201, body) };
    }
    match there.iter().find(|(other, _)| *other == path) {
        Some((_, body)) => json(200, body.clone()),
        None => json(404, "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"It is not there.\"}}".to_owned()),
    }
}
