//! An Azure Resource Manager control plane in a plugin: the protocol, the checks and the errors of Azure, as far as they
//! concern deploying machine-learning platforms, with everything kept in the store that the host gives it.
//!
//! `handle` takes a request through the front door (api-version, authorization), finds out what it is about ([`route`])
//! and hands it to the module of that name. [`types`] knows the bodies. Faults that somebody asked for are in [`chaos`],
//! which stands around all of it.

mod actions;
mod answer;
mod call;
mod catalogue;
mod chaos;
mod describe;
mod fault;
mod groups;
mod guid;
mod id;
mod links;
mod lists;
mod locks;
mod operations;
mod record;
mod regions;
mod resources;
mod route;
mod sensitive;
mod soft_delete;
mod subscription;
mod time;
mod types;
mod url;
mod vm_sizes;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use mlhost_plugin::{Cloud, Request, Response, Store};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::describe::{REGION, TENANT};
use crate::fault::Fault;
use crate::route::Route;
use crate::url::Url;

/// The cloud.
pub struct LocalArm;

mlhost_plugin::cloud_plugin!(LocalArm);

impl Cloud for LocalArm {
    fn describe() -> Value {
        describe::describe()
    }

    fn handle(store: &mut dyn Store, received_at_ms: u64, request: Request) -> Response {
        let answer = if chaos::is_control(&request.url) {
            chaos::control(store, &request)
        } else {
            chaos::around(store, received_at_ms, &request, serve)
        };
        answer.finish(&request, received_at_ms, REGION)
    }
}

/// Answers a request, and names the operation that it started.
fn serve(store: &mut dyn Store, now_ms: u64, request: &Request) -> (Answer, Option<String>) {
    let mut started = None;
    let answer = front_door(store, now_ms, request, &mut started).unwrap_or_else(|fault| {
        let answer = fault.answer();
        if fault.status != 401 {
            return answer;
        }
        let challenge = format!(
            "Bearer authorization_uri=\"https://login.microsoftonline.com/{TENANT}\", error=\"invalid_token\", \
             error_description=\"The authentication failed because of missing 'Authorization' header.\""
        );
        answer.header("www-authenticate", challenge)
    });
    (answer, started)
}

/// What ARM checks before it looks at the path: the api-version first, then the token.
fn front_door(
    store: &mut dyn Store,
    now_ms: u64,
    request: &Request,
    started: &mut Option<String>,
) -> Result<Answer, Fault> {
    let url = Url::parse(&request.url).ok_or_else(Fault::invalid_uri)?;
    let api_version =
        url.parameter("api-version").filter(|version| !version.is_empty()).ok_or_else(Fault::missing_api_version)?;
    if !is_api_version(api_version) {
        let supported = types::resource_group::API_VERSIONS.replace(' ', ", ");
        return Err(Fault::invalid_api_version(api_version, &supported));
    }
    let mut call = Call {
        store,
        now_ms,
        method: &request.method,
        url: &url,
        api_version,
        headers: &request.headers,
        body: request.body.as_deref(),
        now: OnceCell::new(),
        started: None,
    };
    if call.header("authorization").is_none_or(str::is_empty) {
        return Err(Fault::authentication_failed());
    }
    let answer = dispatch(&mut call, Route::parse(&url.segments)?);
    *started = call.started;
    answer
}

/// `2026-04-01`, perhaps with `-preview` or the like behind it.
fn is_api_version(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let dated = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let suffix = rest.strip_prefix('-').is_some_and(|suffix| {
        !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    });
    dated && (rest.is_empty() || suffix)
}

fn dispatch(call: &mut Call<'_>, route: Route) -> Result<Answer, Fault> {
    let method = call.method;
    match (method, route) {
        (_, Route::Group(name)) => groups::one(call, &name),
        ("GET", Route::Tenants) => Ok(subscription::tenants()),
        ("GET", Route::Subscriptions) => Ok(subscription::all()),
        ("GET", Route::Subscription) => Ok(subscription::one()),
        ("GET", Route::Locations) => Ok(subscription::locations()),
        ("GET", Route::Providers) => Ok(subscription::providers()),
        ("GET", Route::Provider(namespace)) | ("POST", Route::Register(namespace)) => {
            subscription::provider(&namespace)
        }
        ("GET", Route::Groups) => groups::list(call),
        ("GET", Route::Resources(group)) => lists::resources(call, group.as_deref()),
        ("GET", Route::Operation(id, status)) => operations::poll(call, &id, status),
        ("GET", Route::DeletedVaults) => soft_delete::list_vaults(call),
        ("GET", Route::DeletedVault(region, name)) => soft_delete::get_vault(call, &region, &name),
        ("POST", Route::PurgeVault(region, name)) => soft_delete::purge_vault(call, &region, &name),
        ("GET", Route::Resource(id)) => resources::read::get(call, &id),
        ("HEAD", Route::Resource(id)) => resources::read::head(call, &id),
        ("PUT", Route::Resource(id)) => resources::put::put(call, &id),
        ("PATCH", Route::Resource(id)) => resources::put::patch(call, &id),
        ("DELETE", Route::Resource(id)) => resources::remove::delete(call, &id),
        ("GET", Route::Collection(scope, namespace, pairs, kind)) => {
            lists::collection(call, &scope, &namespace, &pairs, &kind)
        }
        ("GET", Route::Below(id, kind)) => lists::collection(call, &id.scope, &id.namespace, &id.pairs, &kind),
        ("POST", Route::Below(id, action)) => actions::call(call, &id, &action),
        _ => Err(Fault::method_not_allowed(method, call.url.raw_path)),
    }
}
