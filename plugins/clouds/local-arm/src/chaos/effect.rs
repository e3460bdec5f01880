//! What a fault does: instead of the work, to the request, to the operation that it started, to the answer.

use std::borrow::Cow;

use mlhost_plugin::cloud::transport;
use mlhost_plugin::{Request, Store};
use serde_json::Value;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::id::ResourceId;
use crate::operations::{self, Doom};
use crate::record::{Record, group_key, resource_key};
use crate::route::Route;
use crate::url::Url;

use super::decision::fits;
use super::rules::{Kind, Rule, Rules};
use super::stale;

/// Operations that are kept from ending, so that they can be released.
const HELD: &str = "chaos/endless/";
const PAGE: u32 = 100;

/// Answers a request, and names the operation that it started.
type Serve = fn(&mut dyn Store, u64, &Request) -> (Answer, Option<String>);

/// Answers a request with the faults that the rules ask for.
pub fn around(store: &mut dyn Store, now_ms: u64, request: &Request, serve: Serve) -> Answer {
    let Some(rules) = Rules::load(store) else { return serve(store, now_ms, request).0 };
    let subject = Subject::of(store, &request.url);
    let before = rules.clone();
    let mut turn = Turn { rules, subject, method: &request.method };
    let answer = turn.take(store, now_ms, request, serve);
    if turn.rules != before {
        turn.rules.save(store);
    }
    answer
}

/// Lets operations end that were kept from it.
pub fn release(store: &mut dyn Store) {
    loop {
        let page = store.scan(HELD, "", PAGE);
        if page.is_empty() {
            return;
        }
        for (key, _) in page {
            operations::doom(store, key.strip_prefix(HELD).unwrap_or_default(), None);
            store.delete(&key);
        }
    }
}

/// What a request is about.
#[derive(Default)]
struct Subject {
    /// Type of the resource; empty when it is about none.
    resource_type: String,
    /// Key of the resource, when the request is about it itself.
    key: Option<String>,
    /// The refusal of a read that finds nothing.
    absent: Option<Fault>,
}

impl Subject {
    fn of(store: &dyn Store, url: &str) -> Self {
        let Some(route) = Url::parse(url).and_then(|url| Route::parse(&url.segments).ok()) else {
            return Self::default();
        };
        let typed = |resource_type: String| Self { resource_type, ..Self::default() };
        match route {
            Route::Group(name) => Self {
                resource_type: "Microsoft.Resources/resourceGroups".to_owned(),
                key: Some(group_key(crate::describe::SUBSCRIPTION, &name)),
                absent: Some(Fault::group_not_found(&name)),
            },
            Route::Resource(id) => Self {
                resource_type: id.full_type(),
                key: Some(resource_key(&id)),
                absent: Some(Fault::resource_not_found(&id.full_name(), id.scope.group().unwrap_or_default())),
            },
            Route::Operation(id, _) => typed(operations::subject(store, &id).map_or_else(String::new, type_of)),
            Route::Collection(_, namespace, pairs, kind) => {
                let kinds: Vec<&str> = pairs.iter().map(|(kind, _)| kind.as_str()).chain([kind.as_str()]).collect();
                typed(format!("{namespace}/{}", kinds.join("/")))
            }
            Route::Below(id, _) => typed(id.full_type()),
            _ => Self::default(),
        }
    }
}

fn type_of(path: String) -> String {
    ResourceId::parse(&path).map_or_else(|| "Microsoft.Resources/resourceGroups".to_owned(), |id| id.full_type())
}

/// One request and the rules that may be about it.
struct Turn<'a> {
    rules: Rules,
    subject: Subject,
    method: &'a str,
}

impl Turn<'_> {
    fn take(&mut self, store: &mut dyn Store, now_ms: u64, request: &Request, serve: Serve) -> Answer {
        if let Some(answer) = self.instead() {
            return answer;
        }
        if let Some(answer) = self.behind(store) {
            return self.brought_home(answer);
        }
        let request = self.with_ignored(store, request);
        let writes = !matches!(self.method, "GET" | "HEAD" | "POST");
        let before = self.subject.key.as_deref().filter(|_| writes).and_then(|key| stale::snapshot(store, key));
        let (answer, started) = serve(store, now_ms, &request);
        let well = (200..300).contains(&answer.status);
        if let Some(started) = started.filter(|_| well) {
            self.doom(store, &started);
        }
        if let Some(key) = self.subject.key.clone().filter(|_| writes && well)
            && let Some(rule) = self.strike(Kind::StaleRead)
        {
            stale::remember(store, &key, before, rule.reads.unwrap_or(1));
        }
        self.brought_home(answer)
    }

    /// The rule of the first of a kind that is about this request and gives it its fault.
    fn strike(&mut self, kind: Kind) -> Option<Rule> {
        self.strike_if(|rule| rule.fault == kind)
    }

    fn strike_if(&mut self, wanted: impl Fn(&Rule) -> bool) -> Option<Rule> {
        let Self { rules, subject, method } = self;
        rules
            .0
            .iter_mut()
            .filter(|armed| {
                let rule = &armed.rule;
                wanted(rule) && fits(&rule.resource_type, &subject.resource_type) && fits(&rule.method, method)
            })
            .find_map(|armed| armed.strike().then(|| armed.rule.clone()))
    }

    /// A fault that comes instead of the work.
    fn instead(&mut self) -> Option<Answer> {
        let rule = self.strike_if(|rule| (rule.fault as usize) <= Kind::Reset as usize)?;
        let said = "This fault was asked for.";
        let fault = match rule.fault {
            Kind::Throttled => Fault::gateway(429, "TooManyRequests", said),
            Kind::RequestTimeout => Fault::gateway(408, "RequestTimeout", said),
            Kind::Conflict => Fault::service(409, "AnotherOperationInProgress", said),
            Kind::Unavailable => Fault::gateway(503, "ServiceUnavailable", said),
            Kind::Reset => return Some(Answer::empty(0).header(transport::DROP, "1")),
            _ => Fault::service(500, "InternalServerError", said),
        };
        let wait = match rule.fault {
            Kind::Throttled => Some(rule.seconds.unwrap_or(1.0)),
            Kind::Unavailable => rule.seconds,
            _ => None,
        };
        let answer = fault.answer();
        Some(match wait {
            Some(seconds) => answer.header("retry-after", seconds.ceil().to_string()),
            None => answer,
        })
    }

    /// The answer to a read that shows what was before a write.
    fn behind(&self, store: &mut dyn Store) -> Option<Answer> {
        let may_be = self.rules.0.iter().any(|armed| armed.rule.fault == Kind::StaleRead);
        let key = self.subject.key.as_deref().filter(|_| may_be && matches!(self.method, "GET" | "HEAD"))?;
        let shown = match (stale::look(store, key)?, self.method) {
            (Some(body), "GET") => Answer::bytes(200, body.into_bytes()),
            (Some(_), _) => Answer::empty(204),
            (None, _) => self.subject.absent.as_ref()?.answer(),
        };
        Some(shown)
    }

    /// The request without a property that is to stay as it was.
    fn with_ignored<'r>(&mut self, store: &dyn Store, request: &'r Request) -> Cow<'r, Request> {
        let unchanged = Cow::Borrowed(request);
        let Some(key) = self.subject.key.clone().filter(|_| matches!(self.method, "PUT" | "PATCH")) else {
            return unchanged;
        };
        let body = request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let Some(mut body) = body else { return unchanged };
        let has = |rule: &Rule| rule.pointer.as_deref().is_some_and(|pointer| body.pointer(pointer).is_some());
        let Some(rule) = self.strike_if(|rule| rule.fault == Kind::IgnoredProperty && has(rule)) else {
            return unchanged;
        };
        let old = Record::load(store, &key).and_then(|record| serde_json::from_slice::<Value>(&record.body).ok());
        restore(&mut body, old.as_ref(), rule.pointer.as_deref().unwrap_or_default());
        Cow::Owned(Request { body: Some(body.to_string().into_bytes()), ..request.clone() })
    }

    fn doom(&mut self, store: &mut dyn Store, operation: &str) {
        if self.strike(Kind::LateFailure).is_some() {
            operations::doom(store, operation, Some(Doom::Fails));
        } else if self.strike(Kind::Endless).is_some() {
            operations::doom(store, operation, Some(Doom::Endless));
            store.set(&format!("{HELD}{operation}"), Vec::new());
        }
    }

    /// What happens to an answer on its way.
    fn brought_home(&mut self, mut answer: Answer) -> Answer {
        if let Some(rule) = self.strike(Kind::Slow) {
            let milliseconds = (rule.seconds.unwrap_or(1.0) * 1000.0).round();
            answer = answer.header(transport::DELAY, milliseconds.to_string());
        }
        if self.strike(Kind::LostAnswer).is_some() {
            answer = answer.header(transport::DROP, "1");
        }
        answer
    }
}

/// Gives the value at a pointer back what it was, or takes it out.
fn restore(body: &mut Value, old: Option<&Value>, pointer: &str) {
    if let (Some(value), Some(old)) = (body.pointer_mut(pointer), old.and_then(|old| old.pointer(pointer))) {
        *value = old.clone();
    } else if let Some((owner, name)) = pointer.rsplit_once('/')
        && let Some(owner) = body.pointer_mut(owner).and_then(Value::as_object_mut)
    {
        owner.remove(&name.replace("~1", "/").replace("~0", "~"));
    }
}
