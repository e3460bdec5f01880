//! The server, asked by a real client.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use crate::net::target::BoxFuture;
use crate::net::testing::Recorded;
use crate::net::{Origin, client};

use super::*;

/// Answers 201 with the URL and the length of the body; `/trap` traps, `/odd` has no valid status, `/slow` takes a
/// while, the answer to `/lost` is lost.
struct Cloud;

impl CloudHandler for Cloud {
    fn handle(&self, _: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            if request.url.ends_with("/trap") {
                return Err(Failure::new(ErrorKind::Plugin, Diagnostic::error("plugin/trap", "unreachable executed")));
            }
            if request.url.ends_with("/lost") {
                let headers = vec![("mlhost-drop".to_owned(), "1".to_owned())];
                return Ok(Response { status: 0, headers, body: Vec::new() });
            }
            if request.url.ends_with("/slow") {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            let length = request.body.map_or(0, |body| body.len());
            let status = if request.url.ends_with("/odd") { 7 } else { 201 };
            let headers = [("x-method", request.method.as_str()), ("content-length", "1"), ("bad name", "x")];
            Ok(Response {
                status,
                headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
                body: format!("{} {length}", request.url).into_bytes(),
            })
        })
    }
}

struct Running {
    base: String,
    address: SocketAddr,
    client: reqwest::Client,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
    cloud: Arc<Recorded<Cloud>>,
}

async fn start() -> Running {
    let server = CloudServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    let base = format!("http://{address}");
    let (stop, stopped) = oneshot::channel::<()>();
    let cloud = Arc::new(Recorded::new(Cloud));
    let task = tokio::spawn(server.run(Arc::<Recorded<Cloud>>::clone(&cloud), async {
        let _ = stopped.await;
    }));
    let client = client(&Origin::parse(&base).unwrap(), crate::net::Reach::Private).unwrap();
    Running { base, address, client, stop, task, cloud }
}

#[tokio::test]
async fn requests_reach_the_cloud_with_absolute_urls() {
    let running = start().await;
    let url = format!("{}/a/b?api-version=1&x=%20", running.base);
    let response = running.client.put(&url).body("12345").send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-method"], "PUT");
    assert_eq!(response.text().await.unwrap(), format!("{url} 5"));
    let records = running.cloud.asked.lock().unwrap();
    assert_eq!((records[0].method.as_str(), records[0].url.as_str(), records[0].status), ("PUT", url.as_str(), 201));
}

#[tokio::test]
async fn only_this_machines_names_are_answered() {
    let running = start().await;
    let port = running.address.port();
    let ask = |host: String| running.client.get(&running.base).header("host", host).send();
    for own in
        [format!("localhost:{port}"), format!("LOCALHOST:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")]
    {
        assert_eq!(ask(own.clone()).await.unwrap().status(), 201, "{own}");
    }
    for other in [
        "evil.test".to_owned(),
        format!("evil.test:{port}"),
        "localhost".to_owned(),
        "localhost:1".to_owned(),
        "[::1]".to_owned(),
    ] {
        assert_eq!(ask(other.clone()).await.unwrap().status(), 400, "{other}");
    }
}

#[tokio::test]
async fn a_port_that_others_can_reach_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let failure = CloudServer::bind(address.parse().unwrap()).await.err().unwrap();
        assert_eq!((failure.kind, failure.diagnostics[0].code.as_str()), (ErrorKind::Input, "serve/not-loopback"));
    }
    let taken = start().await;
    assert_eq!(CloudServer::bind(taken.address).await.err().unwrap().diagnostics[0].code, "serve/bind");
}

#[tokio::test]
async fn a_broken_cloud_is_a_500_and_the_server_lives_on() {
    let running = start().await;
    for path in ["trap", "odd"] {
        let response = running.client.get(format!("{}/{path}", running.base)).send().await.unwrap();
        assert_eq!(response.status(), 500);
        let body: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"]["code"], "InternalServerError");
    }
    assert_eq!(running.client.get(&running.base).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_a_broken_connection_and_the_server_lives_on() {
    let running = start().await;
    let error = running.client.get(format!("{}/lost", running.base)).send().await.unwrap_err();
    assert!(!error.is_timeout() && !error.is_status(), "{error:?}");
    assert_eq!(running.client.get(&running.base).send().await.unwrap().status(), 201);
    assert_eq!(running.cloud.asked.lock().unwrap().len(), 2, "nobody asks again by himself");
}

#[tokio::test]
async fn too_large_a_body_is_refused() {
    let running = start().await;
    let response = running.client.put(&running.base).body(vec![0u8; LARGEST_REQUEST + 1]).send().await;
    // The server may close the connection before all was sent: the client sees either.
    assert!(response.is_err() || response.is_ok_and(|response| response.status() == 413));
    assert!(running.cloud.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nonsense_does_not_stop_the_server() {
    let running = start().await;
    for nonsense in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET http://evil.test/ HTTP/1.1\r\nhost: evil.test\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(running.client.get(&running.base).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_request_under_way_is_finished_when_the_server_stops() {
    let Running { base, address, client, stop, task, cloud: _cloud } = start().await;
    let slow = tokio::spawn(async move { client.get(format!("{base}/slow")).send().await.unwrap().status() });
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), 201);
    task.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
