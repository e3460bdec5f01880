//! A control plane on loopback that gives the answers a test wrote.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An answer: status, headers as `name: value` lines, body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Further header lines.
    pub headers: Vec<String>,
    /// The body as it is sent.
    pub body: String,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// The body.
    pub body: String,
}

/// The server; it ends with the test.
pub struct Server {
    /// Its origin, `http://127.0.0.1:PORT`.
    pub origin: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers every request by a function.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || {
                    // A client that goes away in the middle ends its connection, not the test.
                    let _ = serve(stream, &seen, answer.as_ref());
                });
            }
        });
        Self { origin, requests }
    }

    /// What came in so far.
    ///
    /// # Panics
    /// Never in practice.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panics while it holds this").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &dyn Fn(&Request) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim().to_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request = Request { method, path, body: String::from_utf8_lossy(&body).into_owned() };
        let given = answer(&request);
        if let Ok(mut seen) = seen.lock() {
            seen.push(request);
        }
        let mut text = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", given.status, given.body.len());
        for header in &given.headers {
            text.push_str(&format!("{header}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(&given.body);
        stream.write_all(text.as_bytes())?;
    }
}
