//! `mlhost cloud …`: the local cloud on its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::net::CloudServer;
use mlhost::plugin::kv::{KeyValue, LoggedRequest};

use super::Done;
use super::args::{CloudCommand, EnvironmentArguments};
use super::chaos;
use super::interrupt::interrupted;
use super::report::text;
use super::session::Session;
use super::target::{embedded, open_store};
use super::terminal::Terminal;

pub async fn run(command: CloudCommand, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    match command {
        CloudCommand::Serve { path, port } => serve(&path, port, terminal, sources).await,
        CloudCommand::Log { path, last, writes } => {
            let mut store = open(&path, sources).await?;
            let requests = store.requests(last).map_err(|error| unreadable(&error.to_string()))?;
            let changes = |request: &LoggedRequest| !matches!(request.method.as_str(), "GET" | "HEAD");
            for request in requests.iter().filter(|request| !writes || changes(request)) {
                print(request, terminal);
            }
            Ok(Done::Well)
        }
        CloudCommand::Chaos(command) => chaos::run(command, terminal, sources).await,
        CloudCommand::Reset { path, yes } => {
            let mut store = open(&path, sources).await?;
            if !yes {
                confirm(terminal, "Empty the local cloud? Everything in it is gone.")?;
            }
            store.clear().map_err(|error| unreadable(&error.to_string()))?;
            terminal.print("The local cloud is empty.\n");
            Ok(Done::Well)
        }
    }
}

/// The project whose cloud it is.
///
/// # Errors
/// What is wrong with it.
pub async fn session(path: &Path, sources: &mut Sources) -> Result<Session, Failure> {
    let options = EnvironmentArguments::default();
    Session::open(path, &options, sources).await
}

async fn open(path: &Path, sources: &mut Sources) -> Result<KeyValue, Failure> {
    let session = session(path, sources).await?;
    let index = cloud_plugin(&session)?;
    let name = session.catalog.plugin(index).map_or("", |plugin| plugin.manifest.name.as_str()).to_owned();
    open_store(&session.cloud_folder(), &name)
}

/// Its cloud, by its place in the catalog.
///
/// # Errors
/// When it has none.
pub fn cloud_plugin(session: &Session) -> Result<usize, Failure> {
    session
        .catalog
        .with_export("cloud")
        .ok_or_else(|| Failure::new(ErrorKind::Plugin, Diagnostic::error("target/no-plugin", "no plugin is a cloud")))
}

async fn serve(path: &Path, port: u16, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let session = session(path, sources).await?;
    let cloud = embedded(&session.catalog, cloud_plugin(&session)?, &session.cloud_folder()).await?;
    let server = CloudServer::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let address = server.address();
    if terminal.json() {
        terminal
            .print(&format!("{}\n", serde_json::json!({ "type": "serving", "endpoint": format!("http://{address}") })));
    } else {
        terminal.print(&format!("The local cloud answers at http://{address}. Ctrl-C ends it.\n"));
    }
    server.run(Arc::new(cloud), interrupted()).await;
    Ok(Done::Well)
}

fn print(request: &LoggedRequest, terminal: &Terminal) {
    if terminal.json() {
        terminal.print(&format!("{}\n", serde_json::to_string(request).unwrap_or_default()));
    } else {
        terminal.print(&format!(
            "{:<6} {} {}\n",
            text::clean(&request.method),
            request.status,
            text::clean(&request.url)
        ));
    }
}

/// Asks, where somebody can be asked.
///
/// # Errors
/// When nobody can, or the answer is no.
pub fn confirm(terminal: &Terminal, question: &str) -> Result<(), Failure> {
    if !terminal.can_ask() {
        return Err(Failure::input(
            Diagnostic::error("usage/no-terminal", "there is no terminal to ask for approval")
                .help("add --yes to go on without asking"),
        ));
    }
    if terminal.ask(question) {
        return Ok(());
    }
    Err(Failure::new(ErrorKind::Cancelled, Diagnostic::error("usage/declined", "declined: nothing was changed")))
}

fn unreadable(error: &str) -> Failure {
    Failure::new(
        ErrorKind::Other,
        Diagnostic::error("cloud/store", format!("the local cloud's data cannot be used: {error}")),
    )
}
