//! A target: the deployer plugin and the control plane it speaks to.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::model::{Diagnostic, ErrorKind, Failure};
use crate::plugin::imports::HttpGrant;
use crate::plugin::roles::Deployer;
use crate::plugin::{Catalog, Grants, deployer_api, types};

/// Resources per `read`: bounds the size of what one call returns.
const READ_BATCH: usize = 500;

/// Where an environment is deployed to.
pub struct Target<'a> {
    catalog: &'a Catalog,
    plugin: usize,
    context: types::Context,
    http: Arc<dyn HttpGrant>,
    idle: Mutex<Vec<Deployer>>,
}

/// What to look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The resource's address.
    pub address: &'a str,
    /// Its type.
    pub resource_type: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its details.
    pub details: &'a Map<String, Value>,
}

impl<'a> Target<'a> {
    /// A target that speaks through a deployer plugin.
    pub fn new(catalog: &'a Catalog, plugin: usize, context: types::Context, http: Arc<dyn HttpGrant>) -> Self {
        Self { catalog, plugin, context, http, idle: Mutex::new(Vec::new()) }
    }

    /// The deployer plugin's name.
    pub fn deployer_name(&self) -> &str {
        self.catalog.plugin(self.plugin).map_or("", |plugin| plugin.manifest.name.as_str())
    }

    async fn take(&self) -> Result<Deployer, Failure> {
        if let Some(deployer) = self.idle.lock().await.pop() {
            return Ok(deployer);
        }
        let core =
            self.catalog.instantiate(self.plugin, Grants { http: Some(Arc::clone(&self.http)), store: None }).await?;
        Deployer::new(core).map_err(plugin_failure)
    }

    /// An instance that failed is not used again: its memory may be in any condition.
    async fn give_back(&self, deployer: Deployer) {
        self.idle.lock().await.push(deployer);
    }

    /// Looks at resources; one reading for each, in the same order.
    ///
    /// # Errors
    /// When the plugin fails. A failed reading is in its place in the answer.
    pub async fn read(&self, subjects: &[Subject<'_>]) -> Result<Vec<deployer_api::Reading>, Failure> {
        let mut readings = Vec::with_capacity(subjects.len());
        let mut deployer = self.take().await?;
        for batch in subjects.chunks(READ_BATCH) {
            let batch: Vec<deployer_api::Subject> = batch.iter().map(outgoing).collect();
            let answers = deployer.read(&self.context, &batch).await.map_err(plugin_failure)?;
            if answers.len() != batch.len() {
                return Err(self.miscounted("read", batch.len(), answers.len()));
            }
            readings.extend(answers);
        }
        self.give_back(deployer).await;
        Ok(readings)
    }

    /// Starts one change.
    ///
    /// # Errors
    /// When the plugin fails.
    pub async fn submit(&self, action: deployer_api::Action) -> Result<deployer_api::Outcome, Failure> {
        let mut deployer = self.take().await?;
        let outcomes = deployer.submit(&self.context, &[action]).await.map_err(plugin_failure)?;
        self.one("submit", outcomes, deployer).await
    }

    /// Asks after one operation.
    ///
    /// # Errors
    /// When the plugin fails.
    pub async fn poll(&self, token: String) -> Result<deployer_api::Outcome, Failure> {
        let mut deployer = self.take().await?;
        let outcomes = deployer.poll(&self.context, &[token]).await.map_err(plugin_failure)?;
        self.one("poll", outcomes, deployer).await
    }

    async fn one(
        &self,
        function: &str,
        mut outcomes: Vec<deployer_api::Outcome>,
        deployer: Deployer,
    ) -> Result<deployer_api::Outcome, Failure> {
        let count = outcomes.len();
        match outcomes.pop() {
            Some(outcome) if count == 1 => {
                self.give_back(deployer).await;
                Ok(outcome)
            }
            _ => Err(self.miscounted(function, 1, count)),
        }
    }

    fn miscounted(&self, function: &str, asked: usize, answered: usize) -> Failure {
        plugin_failure(
            Diagnostic::error(
                "plugin/contract",
                format!(
                    "the plugin `{}` broke the contract: `{function}` answered {answered} of {asked}",
                    self.deployer_name()
                ),
            )
            .plugin(self.deployer_name())
            .help("report it to the plugin's author"),
        )
    }
}

fn outgoing(subject: &Subject<'_>) -> deployer_api::Subject {
    deployer_api::Subject {
        address: subject.address.to_owned(),
        type_: subject.resource_type.to_owned(),
        id: subject.id.to_owned(),
        details: Value::Object(subject.details.clone()).to_string(),
    }
}

fn plugin_failure(diagnostic: Diagnostic) -> Failure {
    Failure::new(ErrorKind::Plugin, diagnostic)
}
