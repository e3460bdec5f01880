//! The boundary before a cloud plugin in this process, and before a real server on loopback.

use serde_json::json;

use crate::model::{Diagnostic, ErrorKind};
use crate::net::credential::StaticToken;
use crate::net::target::BoxFuture;
use crate::net::testing::Recorded;
use crate::net::{CloudServer, EnvironmentSecrets, Reach};

use super::*;

/// Answers with what it was asked: `{method, url, headers, body}`; some paths behave differently.
struct Echo;

impl CloudHandler for Echo {
    fn handle(&self, _: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            let path =
                request.url.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
            let body = json!({
                "method": request.method,
                "url": request.url,
                "headers": request.headers,
                "body": request.body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            });
            let (status, headers, body) = match path.as_str() {
                "trap" => {
                    return Err(Failure::new(
                        ErrorKind::Plugin,
                        Diagnostic::error("plugin/trap", "unreachable executed"),
                    ));
                }
                "redirect" => (302, vec![("location".to_owned(), "https://evil.test/".to_owned())], Vec::new()),
                "big" => (200, Vec::new(), vec![b'x'; 5000]),
                "busy" => (429, vec![("retry-after".to_owned(), "1".to_owned())], Vec::new()),
                "lost" => (200, vec![("mlhost-drop".to_owned(), "1".to_owned())], body.to_string().into_bytes()),
                "late" => (200, vec![("mlhost-delay-ms".to_owned(), "30000".to_owned())], Vec::new()),
                "slow" => {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    (200, Vec::new(), Vec::new())
                }
                _ => (200, vec![("set-cookie".to_owned(), "a=b".to_owned())], body.to_string().into_bytes()),
            };
            Ok(Response { status, headers, body })
        })
    }
}

const CLOUD: &str = "https://cloud.invalid";

fn secrets() -> Secrets {
    let lookup = |name: &str| (name == "PASSWORD").then(|| "s3cret-value".to_owned());
    Secrets::new(Arc::new(EnvironmentSecrets(lookup)), ["env:PASSWORD", "env:ABSENT"].map(str::to_owned))
}

fn embedded() -> Boundary {
    recorded().0
}

fn recorded() -> (Boundary, Arc<Recorded<Echo>>) {
    let cloud = Arc::new(Recorded::new(Echo));
    let target =
        Target::Embedded { origin: Origin::parse(CLOUD).unwrap(), cloud: Arc::<Recorded<Echo>>::clone(&cloud) };
    (Boundary::new(target, secrets()), cloud)
}

/// A boundary before `Echo` on loopback; the server stops with the runtime.
async fn network() -> (Boundary, String) {
    let server = CloudServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let text = format!("http://{}", server.address());
    tokio::spawn(server.run(Arc::new(Echo), std::future::pending()));
    let origin = Origin::parse(&text).unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let credential = Arc::new(StaticToken::new("the-bearer-token"));
    (Boundary::new(Target::Network { origin, client, credential }, secrets()), text)
}

fn get(url: impl Into<String>) -> Request {
    Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: None }
}

fn put(url: impl Into<String>, body: &serde_json::Value) -> Request {
    Request { method: "PUT".into(), body: Some(body.to_string().into_bytes()), ..get(url) }
}

async fn one(boundary: &Boundary, request: Request) -> Answer {
    boundary.send(vec![request]).await.remove(0)
}

fn json_of(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.as_ref().unwrap().body).unwrap()
}

fn header<'a>(echo: &'a serde_json::Value, name: &str) -> Option<&'a str> {
    echo["headers"].as_array().unwrap().iter().find(|pair| pair[0] == name).and_then(|pair| pair[1].as_str())
}

#[tokio::test]
async fn nothing_goes_anywhere_but_to_the_target() {
    let boundary = embedded();
    for url in [
        "https://evil.test/x",
        "http://cloud.invalid/x",
        "https://cloud.invalid:444/x",
        "https://eu.cloud.invalid/x",
        "https://cloud.invalid@evil.test/",
        "https://user:pw@cloud.invalid/x",
        "file:///etc/passwd",
    ] {
        assert_eq!(one(&boundary, get(url)).await.unwrap_err().code, BoundaryCode::Denied, "{url}");
    }
    for bad in ["", "/relative", "https://"] {
        assert_eq!(one(&boundary, get(bad)).await.unwrap_err().code, BoundaryCode::InvalidRequest, "{bad}");
    }
    for method in ["CONNECT", "TRACE", "get", "G T"] {
        let request = Request { method: method.into(), ..get(format!("{CLOUD}/x")) };
        assert_eq!(one(&boundary, request).await.unwrap_err().code, BoundaryCode::InvalidRequest, "{method}");
    }
    let readonly = embedded().with_methods(vec!["GET".to_owned()]);
    assert!(one(&readonly, get(format!("{CLOUD}/x"))).await.is_ok());
    let denied = one(&readonly, put(format!("{CLOUD}/x"), &json!({}))).await.unwrap_err();
    assert_eq!(
        (denied.code, denied.message.as_str()),
        (BoundaryCode::Denied, "the deployer may send GET requests, not PUT")
    );
    let regional = embedded().with_subdomains(true);
    assert!(one(&regional, get("https://eu.cloud.invalid/x")).await.is_ok());
}

#[tokio::test]
async fn answers_keep_the_order_of_the_requests() {
    let (network, origin) = network().await;
    for (boundary, origin) in [(embedded(), CLOUD.to_owned()), (network, origin)] {
        let mut requests: Vec<Request> = (0..100).map(|n| get(format!("{origin}/{n}?api-version=1"))).collect();
        requests[7].url = "https://evil.test".into();
        let answers = boundary.send(requests).await;
        for (n, answer) in answers.iter().enumerate() {
            if n == 7 {
                assert_eq!(answer.as_ref().unwrap_err().code, BoundaryCode::Denied);
            } else {
                assert_eq!(json_of(answer)["url"], format!("{origin}/{n}?api-version=1"));
            }
        }
    }
}

#[tokio::test]
async fn the_host_adds_its_headers_and_hides_the_token_again() {
    let (boundary, origin) = network().await;
    let boundary = boundary.with_request_ids(["x-ms-client-request-id", "not a name"]);
    let mut request = get(format!("{origin}/x"));
    request.headers = vec![("if-match".into(), "*".into())];
    let answer = one(&boundary, request.clone()).await;
    let echo = json_of(&answer);
    assert_eq!(header(&echo, "authorization"), Some("Bearer (secret)"));
    assert_eq!(header(&echo, "user-agent"), Some(network::USER_AGENT));
    assert_eq!(header(&echo, "if-match"), Some("*"));
    assert!(answer.unwrap().headers.iter().all(|(name, _)| name != "set-cookie"));
    let id = header(&echo, "x-ms-client-request-id").unwrap();
    assert!(id.len() == 36 && &id[14..15] == "4" && "89ab".contains(&id[19..20]), "{id}");
    let again = json_of(&one(&boundary, request.clone()).await);
    assert_ne!(header(&again, "x-ms-client-request-id"), Some(id));
    request.headers.push(("authorization".into(), "Bearer mine".into()));
    assert_eq!(one(&boundary, request).await.unwrap_err().code, BoundaryCode::Denied);
}

#[tokio::test]
async fn a_cloud_plugin_gets_some_token_but_no_secret() {
    let body = json!({"p": "${secret:env:PASSWORD}", "q": "$${x}"});
    let echo = json_of(&one(&embedded(), put(format!("{CLOUD}/x"), &body)).await);
    assert_eq!(echo["body"], json!({"p": "(secret)", "q": "${x}"}).to_string());
    assert!(header(&echo, "authorization").is_some_and(|value| value.starts_with("Bearer ")));
}

#[tokio::test]
async fn a_secret_reaches_the_target_and_comes_back_scrubbed() {
    let server = CloudServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let text = format!("http://{}", server.address());
    #[derive(Default)]
    struct Seen(Mutex<Vec<String>>);
    impl CloudHandler for Seen {
        fn handle(&self, _: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
            let body = request.body.unwrap_or_default();
            self.0.lock().unwrap().push(String::from_utf8(body.clone()).unwrap());
            Box::pin(std::future::ready(Ok(Response { status: 400, headers: Vec::new(), body })))
        }
    }
    let seen = Arc::new(Seen::default());
    tokio::spawn(server.run(Arc::<Seen>::clone(&seen), std::future::pending()));
    let origin = Origin::parse(&text).unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let credential = Arc::new(StaticToken::new("t"));
    let boundary = Boundary::new(Target::Network { origin, client, credential }, secrets());
    let answer = one(&boundary, put(format!("{text}/x"), &json!({"p": "${secret:env:PASSWORD}"}))).await;
    assert_eq!(*seen.0.lock().unwrap(), [json!({"p": "s3cret-value"}).to_string()]);
    assert_eq!(json_of(&answer), json!({"p": "(secret)"}));
}

#[tokio::test]
async fn a_missing_secret_sends_nothing() {
    let (boundary, cloud) = recorded();
    let error = one(&boundary, put(format!("{CLOUD}/x"), &json!({"p": "${secret:env:ABSENT}"}))).await.unwrap_err();
    assert!(error.message.contains("ABSENT"), "{error}");
    assert!(cloud.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn secrets_do_not_go_to_subdomains() {
    let boundary = embedded().with_subdomains(true);
    let request = put("https://eu.cloud.invalid/x", &json!({"p": "${secret:env:PASSWORD}"}));
    assert_eq!(one(&boundary, request).await.unwrap_err().code, BoundaryCode::Denied);
}

#[tokio::test]
async fn redirects_are_answers() {
    let (boundary, origin) = network().await;
    let answer = one(&boundary, get(format!("{origin}/redirect"))).await.unwrap();
    assert_eq!((answer.status, answer.headers.iter().any(|(name, _)| name == "location")), (302, true));
}

#[tokio::test]
async fn answers_are_bounded_in_size_and_time() {
    let (boundary, origin) = network().await;
    let boundary = boundary.with_largest_answer(4999).with_timeout(Duration::from_millis(200));
    assert_eq!(one(&boundary, get(format!("{origin}/big"))).await.unwrap_err().code, BoundaryCode::TooLarge);
    assert_eq!(one(&boundary, get(format!("{origin}/slow"))).await.unwrap_err().code, BoundaryCode::Timeout);
    let embedded = embedded().with_largest_answer(4999);
    assert_eq!(one(&embedded, get(format!("{CLOUD}/big"))).await.unwrap_err().code, BoundaryCode::TooLarge);
}

#[tokio::test]
async fn nobody_there_is_a_clear_failure() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let origin = Origin::parse(&format!("http://{free}")).unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let credential = Arc::new(StaticToken::new("t"));
    let boundary = Boundary::new(Target::Network { origin, client, credential }, Secrets::none());
    let error = one(&boundary, get(format!("http://{free}/x?sig=signed"))).await.unwrap_err();
    assert_eq!(error.code, BoundaryCode::Connect);
    assert!(error.message.contains("refused") && !error.message.contains("signed"), "{error}");
}

#[tokio::test]
async fn a_target_that_does_not_speak_tls_is_a_clear_failure() {
    let (_plain, origin) = network().await;
    let text = origin.replace("http://", "https://");
    let origin = Origin::parse(&text).unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let credential = Arc::new(StaticToken::new("t"));
    let boundary = Boundary::new(Target::Network { origin, client, credential }, Secrets::none());
    let error = one(&boundary, get(format!("{text}/x"))).await.unwrap_err();
    assert_eq!(error.code, BoundaryCode::Connect);
}

#[tokio::test]
async fn an_interrupt_ends_the_waiting() {
    let (stop, interrupt) = watch::channel(false);
    let (boundary, origin) = network().await;
    for (boundary, origin) in [(embedded(), CLOUD.to_owned()), (boundary, origin)] {
        stop.send(false).unwrap();
        let boundary = boundary.with_interrupt(interrupt.clone());
        let (answer, _) = tokio::join!(one(&boundary, get(format!("{origin}/slow"))), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            stop.send(true).unwrap();
        });
        assert_eq!(answer.unwrap_err().code, BoundaryCode::Interrupted);
    }
}

#[tokio::test]
async fn failures_of_the_host_are_kept_for_its_report() {
    let boundary = embedded();
    assert_eq!(one(&boundary, get(format!("{CLOUD}/trap"))).await.unwrap_err().code, BoundaryCode::TargetFailed);
    assert_eq!(boundary.take_failure().map(|failure| failure.kind), Some(ErrorKind::Plugin));
    assert!(boundary.take_failure().is_none());

    struct NoToken;
    impl TokenSource for NoToken {
        fn token(&self) -> BoxFuture<'_, Result<String, Failure>> {
            let failure = Failure::new(ErrorKind::Authentication, Diagnostic::error("auth/no-token", "no token"));
            Box::pin(std::future::ready(Err(failure)))
        }
    }
    let origin = Origin::parse("http://127.0.0.1:1").unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let boundary = Boundary::new(Target::Network { origin, client, credential: Arc::new(NoToken) }, Secrets::none());
    let answers = boundary.send(vec![get("http://127.0.0.1:1/x"), get("https://evil.test/")]).await;
    let codes: Vec<BoundaryCode> = answers.into_iter().map(|answer| answer.unwrap_err().code).collect();
    assert_eq!(codes, [BoundaryCode::Authentication, BoundaryCode::Denied]);
    assert_eq!(boundary.take_failure().map(|failure| failure.kind), Some(ErrorKind::Authentication));
}

#[tokio::test]
async fn requests_reach_a_cloud_plugin_once_and_with_the_time() {
    let (boundary, cloud) = recorded();
    one(&boundary, put(format!("{CLOUD}/x?a=1"), &json!({"password": "x"}))).await.unwrap();
    one(&boundary, get(format!("{CLOUD}/trap"))).await.unwrap_err();
    let records = cloud.asked.lock().unwrap();
    let lines: Vec<String> =
        records.iter().map(|record| format!("{} {} {}", record.method, record.url, record.status)).collect();
    assert_eq!(lines, [format!("PUT {CLOUD}/x?a=1 200"), format!("GET {CLOUD}/trap 0")]);
    assert!(records[0].received_at > 1_600_000_000_000);
}

#[tokio::test]
async fn a_name_that_stands_for_this_machine_is_the_hosts_to_report() {
    let origin = Origin::parse("https://localhost:9").unwrap();
    let client = network::client(&origin, Reach::Public).unwrap();
    let credential = Arc::new(StaticToken::new("the-bearer-token"));
    let boundary = Boundary::new(Target::Network { origin, client, credential }, secrets());
    let error = one(&boundary, get("https://localhost:9/x")).await.unwrap_err();
    assert_eq!(error.code, BoundaryCode::Denied, "{error}");
    assert_eq!(boundary.take_failure().unwrap().diagnostics[0].code, "net/private-address");
    // What a plugin may not ask for is the plugin's to report.
    assert!(one(&boundary, get("https://evil.test/x")).await.is_err());
    assert!(boundary.take_failure().is_none());
}

#[tokio::test]
async fn whoever_is_throttled_all_wait() {
    let (network, origin) = network().await;
    for (boundary, origin) in [(embedded(), CLOUD.to_owned()), (network, origin)] {
        let began = std::time::Instant::now();
        assert_eq!(one(&boundary, get(format!("{origin}/busy"))).await.unwrap().status, 429);
        let (first, second) =
            tokio::join!(one(&boundary, get(format!("{origin}/a"))), one(&boundary, get(format!("{origin}/b"))));
        assert!(first.is_ok() && second.is_ok());
        assert!(began.elapsed() >= Duration::from_secs(1), "nothing is sent before the second is over");
    }
}

#[tokio::test]
async fn being_held_back_ends_with_an_interrupt() {
    let (stop, interrupt) = watch::channel(false);
    let (network, origin) = network().await;
    for (boundary, origin) in [(embedded(), CLOUD.to_owned()), (network, origin)] {
        stop.send(false).unwrap();
        let boundary = boundary.with_interrupt(interrupt.clone());
        one(&boundary, get(format!("{origin}/busy"))).await.unwrap();
        let (answer, _) = tokio::join!(one(&boundary, get(format!("{origin}/a"))), async { stop.send(true) });
        assert_eq!(answer.unwrap_err().code, BoundaryCode::Interrupted);
    }
}

#[tokio::test]
async fn answers_are_lost_and_late_as_the_cloud_asks() {
    let (network, origin) = network().await;
    for (boundary, origin) in [(embedded(), CLOUD.to_owned()), (network, origin)] {
        let boundary = boundary.with_timeout(Duration::from_millis(100));
        let lost = one(&boundary, get(format!("{origin}/lost"))).await.unwrap_err();
        assert_eq!(lost.code, BoundaryCode::Connect, "{lost}");
        assert_eq!(one(&boundary, get(format!("{origin}/late"))).await.unwrap_err().code, BoundaryCode::Timeout);
    }
}

#[tokio::test]
async fn an_endpoint_on_the_network_has_no_say_in_that() {
    // What stands behind `network()` acts on the headers and takes them off; this server passes all on.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let answer = "HTTP/1.1 200 OK\r\nmlhost-drop: 1\r\nmlhost-delay-ms: 60000\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let origin = Origin::parse(&text).unwrap();
    let client = network::client(&origin, Reach::Private).unwrap();
    let credential = Arc::new(StaticToken::new("t"));
    let boundary = Boundary::new(Target::Network { origin, client, credential }, Secrets::none());
    assert_eq!(one(&boundary, get(format!("{text}/x"))).await.unwrap().status, 200);
}
