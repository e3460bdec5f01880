//! Signs in to Microsoft Entra through Azure's own identity library.

use std::str::FromStr;
use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, HttpClient, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use serde_json::{Map, Value};

use crate::model::{Diagnostic, Failure};
use crate::net::network::{client, probing_client};
use crate::net::origin::Origin;
use crate::net::reach::Reach;
use crate::net::target::BoxFuture;

use super::TokenSource;
use super::cache::{Candidate, Tokens};
use super::document::CredentialDocument;

const DEFAULT_AUTHORITY: &str = "https://login.microsoftonline.com";

/// Where Microsoft Entra answers in its clouds (Azure CLI 2.91, `cloud.py`). A client's secret goes to one of these, or to
/// where the user's own variable says, and never to where only a plugin says.
const AUTHORITIES: &[&str] = &[
    DEFAULT_AUTHORITY,
    "https://login.microsoftonline.us",
    "https://login.chinacloudapi.cn",
    "https://login.partner.microsoftonline.cn",
    "https://login.sovcloud-identity.fr",
];

/// A way to sign in, as the project file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CredentialChoice {
    /// A service principal's secret out of environment variables.
    Environment,
    /// A token out of a file that the platform (Kubernetes, a CI system) keeps fresh.
    WorkloadIdentity,
    /// The identity of the virtual machine or app that this runs on.
    ManagedIdentity,
    /// The user that `az login` signed in.
    AzureCli,
}

impl FromStr for CredentialChoice {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "environment" => Self::Environment,
            "workload_identity" => Self::WorkloadIdentity,
            "managed_identity" => Self::ManagedIdentity,
            "azure_cli" => Self::AzureCli,
            _ => {
                return Err(Failure::input(
                    Diagnostic::error("auth/credential", format!("there is no credential `{text}`"))
                        .help("Choose environment, workload_identity, managed_identity or azure_cli."),
                ));
            }
        })
    }
}

/// Tokens for a target in Azure.
pub struct AzureSignIn(Tokens);

impl AzureSignIn {
    /// Signs in as a deployer's document says (`credential` in `wit/schemas/deployer.schema.json`), with the fact
    /// `credential` as the only way to try where it is set. Nothing is asked of anybody before the first token is wanted.
    /// The identity service has to be within `reach`, too. `variable` looks up an environment variable.
    ///
    /// # Errors
    /// When the document does not say how to sign in at `origin`, when it would give a token or a client's secret to
    /// somebody they are not for, and when there can be no encrypted connections.
    pub fn from_document(
        document: &Value,
        facts: &Map<String, Value>,
        origin: &Origin,
        reach: Reach,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let credential = CredentialDocument::of(document, origin)?;
        let text = |name: &str| facts.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let authority = credential.authority(origin);
        let entra = Origin::parse(authority.as_deref().unwrap_or(DEFAULT_AUTHORITY))?;
        Ways {
            scope: credential.scope(origin)?,
            authority,
            tenant: credential.tenant_fact.as_deref().and_then(text).map(str::to_owned),
            choice: text("credential").map(str::parse).transpose()?,
            variable: &variable,
            client: Arc::new(client(&entra, reach)?),
        }
        .tokens()
        .map(Self)
    }
}

impl TokenSource for AzureSignIn {
    fn token(&self) -> BoxFuture<'_, Result<String, Failure>> {
        self.0.token()
    }
}

/// The ways to sign in.
struct Ways<'a> {
    /// Scope of the tokens.
    scope: String,
    /// Origin of Microsoft Entra; the variable `AZURE_AUTHORITY_HOST` comes first.
    authority: Option<String>,
    /// Tenant; the variable `AZURE_TENANT_ID` comes first for identities out of variables.
    tenant: Option<String>,
    /// The only way to try; `None` tries all in the order of Azure's SDKs.
    choice: Option<CredentialChoice>,
    /// Looks up an environment variable.
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// For requests to Microsoft Entra.
    client: Arc<dyn HttpClient>,
}

impl Ways<'_> {
    fn tokens(&self) -> Result<Tokens, Failure> {
        if let Some(authority) = self.authority.as_deref().filter(|authority| !AUTHORITIES.contains(authority)) {
            let message = format!("the deployer wants to sign in at `{authority}`, which is not Microsoft Entra");
            return Err(Failure::input(
                Diagnostic::error("auth/authority", message)
                    .help("Where that is meant, set the variable AZURE_AUTHORITY_HOST."),
            ));
        }
        let order = [
            CredentialChoice::Environment,
            CredentialChoice::WorkloadIdentity,
            CredentialChoice::ManagedIdentity,
            CredentialChoice::AzureCli,
        ];
        let wanted = order.into_iter().filter(|choice| self.choice.is_none_or(|only| only == *choice));
        let candidates = wanted.map(|choice| self.candidate(choice)).collect::<Result<_, _>>()?;
        Ok(Tokens::new(self.scope.clone(), candidates))
    }

    fn candidate(&self, choice: CredentialChoice) -> Result<Candidate, Failure> {
        Ok(match choice {
            CredentialChoice::Environment => {
                Candidate { name: "environment", credential: self.environment(), decisive: true }
            }
            CredentialChoice::WorkloadIdentity => {
                Candidate { name: "workload identity", credential: self.workload_identity(), decisive: true }
            }
            CredentialChoice::ManagedIdentity => {
                Candidate { name: "managed identity", credential: self.managed_identity()?, decisive: false }
            }
            CredentialChoice::AzureCli => {
                Candidate { name: "Azure CLI", credential: self.azure_cli(), decisive: false }
            }
        })
    }

    fn environment(&self) -> Result<Arc<dyn TokenCredential>, String> {
        let tenant = self.tenant()?;
        let client_id = self.required("AZURE_CLIENT_ID")?;
        let secret = self.required("AZURE_CLIENT_SECRET")?;
        let options = ClientSecretCredentialOptions { client_options: self.client_options() };
        let credential = ClientSecretCredential::new(&tenant, client_id, Secret::new(secret), Some(options));
        Ok(credential.map_err(|error| error.to_string())?)
    }

    fn workload_identity(&self) -> Result<Arc<dyn TokenCredential>, String> {
        let token_file = self.required("AZURE_FEDERATED_TOKEN_FILE")?;
        let options = WorkloadIdentityCredentialOptions {
            credential_options: ClientAssertionCredentialOptions { client_options: self.client_options() },
            client_id: Some(self.required("AZURE_CLIENT_ID")?),
            tenant_id: Some(self.tenant()?),
            token_file_path: Some(token_file.into()),
        };
        Ok(WorkloadIdentityCredential::new(Some(options)).map_err(|error| error.to_string())?)
    }

    /// Unless it was chosen, it is only tried for a moment: most machines have no metadata service.
    fn managed_identity(&self) -> Result<Result<Arc<dyn TokenCredential>, String>, Failure> {
        let retry = if self.choice.is_none() { RetryOptions::none() } else { RetryOptions::default() };
        let transport = Some(Transport::new(Arc::new(probing_client()?)));
        let client_options = ClientOptions { retry, transport, ..ClientOptions::default() };
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: self.value("AZURE_CLIENT_ID").map(UserAssignedId::ClientId),
            client_options,
        };
        Ok(match ManagedIdentityCredential::new(Some(options)) {
            Ok(credential) => Ok(credential),
            Err(error) => Err(error.to_string()),
        })
    }

    fn azure_cli(&self) -> Result<Arc<dyn TokenCredential>, String> {
        let options =
            AzureCliCredentialOptions { tenant_id: self.tenant.clone(), ..AzureCliCredentialOptions::default() };
        Ok(AzureCliCredential::new(Some(options)).map_err(|error| error.to_string())?)
    }

    fn client_options(&self) -> ClientOptions {
        let cloud = self.value("AZURE_AUTHORITY_HOST").or_else(|| self.authority.clone()).map(|authority| {
            let mut cloud = CustomConfiguration::default();
            cloud.authority_host = if authority.contains("://") { authority } else { format!("https://{authority}") };
            Arc::new(CloudConfiguration::Custom(cloud))
        });
        ClientOptions { transport: Some(Transport::new(Arc::clone(&self.client))), cloud, ..ClientOptions::default() }
    }

    fn tenant(&self) -> Result<String, String> {
        self.value("AZURE_TENANT_ID")
            .or_else(|| self.tenant.clone())
            .ok_or_else(|| "AZURE_TENANT_ID is not set".to_owned())
    }

    fn required(&self, name: &str) -> Result<String, String> {
        self.value(name).ok_or_else(|| format!("{name} is not set"))
    }

    fn value(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use azure_core::http::headers::Headers;
    use azure_core::http::{AsyncRawResponse, Body, Request, StatusCode};

    use serde_json::json;

    use super::*;

    /// Microsoft Entra, as far as a token needs it.
    #[derive(Debug, Default)]
    struct Entra {
        seen: Mutex<Vec<String>>,
    }

    // What `#[async_trait]` would write.
    impl HttpClient for Entra {
        fn execute_request<'a, 'b, 'c>(
            &'a self,
            request: &'b Request,
        ) -> BoxFuture<'c, azure_core::Result<AsyncRawResponse>>
        where
            'a: 'c,
            'b: 'c,
            Self: 'c,
        {
            let Body::Bytes(body) = request.body() else { panic!("a stream") };
            let body = String::from_utf8(body.to_vec()).unwrap();
            let (status, answer) = if body.contains("wrong") {
                (
                    StatusCode::Unauthorized,
                    r#"{"error_codes":[7000215],"error_description":"AADSTS7000215: Invalid client secret"}"#,
                )
            } else {
                (StatusCode::Ok, r#"{"token_type":"Bearer","expires_in":3599,"access_token":"the-token"}"#)
            };
            self.seen.lock().unwrap().push(format!("{} {body}", request.url()));
            let response = AsyncRawResponse::from_bytes(status, Headers::new(), answer.as_bytes().to_vec());
            Box::pin(std::future::ready(Ok(response)))
        }
    }

    async fn sign_in(
        variables: &[(&str, &str)],
        choice: Option<CredentialChoice>,
    ) -> (Result<String, Failure>, Vec<String>) {
        let entra = Arc::new(Entra::default());
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let ways = Ways {
            scope: "https://management.azure.com/.default".into(),
            authority: Some("https://login.microsoftonline.us".into()),
            tenant: None,
            choice,
            variable: &lookup,
            client: Arc::<Entra>::clone(&entra),
        };
        let token = ways.tokens().unwrap().token().await;
        let seen = entra.seen.lock().unwrap().clone();
        (token, seen)
    }

    const PRINCIPAL: [(&str, &str); 2] = [("AZURE_TENANT_ID", "tenant"), ("AZURE_CLIENT_ID", "client")];

    #[tokio::test]
    async fn a_service_principal_signs_in_with_its_secret() {
        let [tenant, client] = PRINCIPAL;
        let (token, seen) = sign_in(&[tenant, client, ("AZURE_CLIENT_SECRET", "right")], None).await;
        assert_eq!(token.unwrap(), "the-token");
        assert!(seen[0].starts_with("https://login.microsoftonline.us/tenant/oauth2/v2.0/token "), "{seen:?}");
        assert!(
            seen[0].contains("client_secret=right")
                && seen[0].contains("scope=https%3A%2F%2Fmanagement.azure.com%2F.default")
        );
    }

    #[tokio::test]
    async fn the_users_own_authority_comes_first() {
        let [tenant, client] = PRINCIPAL;
        let secret = ("AZURE_CLIENT_SECRET", "right");
        let (token, seen) =
            sign_in(&[tenant, client, secret, ("AZURE_AUTHORITY_HOST", "login.example.org")], None).await;
        assert_eq!(token.unwrap(), "the-token");
        assert!(seen[0].starts_with("https://login.example.org/tenant/"), "{seen:?}");
    }

    #[tokio::test]
    async fn a_workload_signs_in_with_the_platforms_token() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "platform-token").unwrap();
        let [tenant, client] = PRINCIPAL;
        let path = file.path().to_str().unwrap();
        let (token, seen) = sign_in(&[tenant, client, ("AZURE_FEDERATED_TOKEN_FILE", path)], None).await;
        assert_eq!(token.unwrap(), "the-token");
        assert!(seen[0].contains("client_assertion=platform-token"), "{seen:?}");
    }

    #[tokio::test]
    async fn a_wrong_secret_is_told_and_not_shown() {
        let [tenant, client] = PRINCIPAL;
        let (token, _) = sign_in(&[tenant, client, ("AZURE_CLIENT_SECRET", "wrong-secret")], None).await;
        let diagnostic = token.unwrap_err().diagnostics.remove(0);
        assert_eq!(diagnostic.notes.len(), 1, "{:?}", diagnostic.notes);
        assert!(diagnostic.notes[0].contains("AADSTS7000215"), "{:?}", diagnostic.notes);
        assert!(!format!("{diagnostic:?}").contains("wrong-secret"));
    }

    #[tokio::test]
    async fn a_choice_without_its_variables_says_which_is_missing() {
        for (choice, missing) in
            [("environment", "AZURE_CLIENT_SECRET"), ("workload_identity", "AZURE_FEDERATED_TOKEN_FILE")]
        {
            let (token, seen) = sign_in(&PRINCIPAL, Some(choice.parse().unwrap())).await;
            let notes = token.unwrap_err().diagnostics.remove(0).notes;
            assert!(notes.len() == 1 && notes[0].ends_with(&format!("{missing} is not set")), "{notes:?}");
            assert!(seen.is_empty());
        }
        assert!("cli".parse::<CredentialChoice>().is_err());
    }

    fn from_document(document: &Value, facts: &Value, endpoint: &str) -> Result<AzureSignIn, String> {
        let origin = Origin::parse(endpoint).unwrap();
        let facts = facts.as_object().unwrap();
        AzureSignIn::from_document(document, facts, &origin, Reach::Public, |_| None)
            .map_err(|failure| failure.diagnostics[0].code.clone())
    }

    #[test]
    fn tokens_and_secrets_go_nowhere_but_where_they_are_for() {
        let public = "https://management.azure.com";
        let document = json!({"credential": {
            "kind": "azure",
            "scopes": {
                public: "https://management.azure.com/.default",
                "https://phish.test": "https://phish.test/.default",
                "https://thief.test": "https://management.azure.com/.default",
            },
            "authorities": {public: "https://login.microsoftonline.com", "https://phish.test": "https://login.phish.test"},
        }});
        assert!(from_document(&document, &json!({}), public).is_ok());
        assert!(from_document(&document, &json!({"credential": "azure_cli"}), public).is_ok());
        for (document, facts, endpoint, code) in [
            (&document, json!({}), "https://elsewhere.test", "auth/scope"),
            (&document, json!({}), "http://127.0.0.1:1", "auth/scope"),
            (&document, json!({}), "https://thief.test", "auth/foreign-scope"),
            (&document, json!({}), "https://phish.test", "auth/authority"),
            (&document, json!({"credential": "password"}), public, "auth/credential"),
            (&json!({}), json!({}), public, "auth/kind"),
            (&json!({"credential": {"kind": "aws"}}), json!({}), public, "auth/kind"),
        ] {
            assert_eq!(from_document(document, &facts, endpoint).err().unwrap(), code, "{endpoint}");
        }
    }
}
