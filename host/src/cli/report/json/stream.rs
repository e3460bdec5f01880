//! The stream of a run: one JSON object a line.

use std::collections::HashMap;
use std::time::Duration;

use mlhost::deploy::event::ApplyEvent;
use serde::Serialize;

use super::lines::Line;

/// How long the stream is silent about a change whose status stays as it is.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// A moment in RFC 3339, for `at`.
pub type Clock = Box<dyn Fn() -> String + Send>;

/// Writes lines. Without a clock they have no `at`.
#[derive(Default)]
pub struct Stream {
    clock: Option<Clock>,
    /// Of every change under way: its last status, and when that was said.
    said: HashMap<String, (String, Duration)>,
}

impl Stream {
    /// A stream with a clock, or without.
    pub fn new(clock: Option<Clock>) -> Self {
        Self { clock, said: HashMap::new() }
    }

    /// A line with its line break.
    pub fn line(&self, line: &Line<'_>) -> String {
        #[derive(Serialize)]
        struct Envelope<'a, 'b> {
            #[serde(rename = "type")]
            name: &'static str,
            message: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            at: Option<String>,
            #[serde(flatten)]
            line: &'a Line<'b>,
        }
        let at = self.clock.as_ref().map(|clock| clock());
        let mut out = super::text(&Envelope { name: line.name(), message: line.message(), at, line });
        out.push('\n');
        out
    }

    /// The lines of an event. A status that stays as it is is said again every 30 seconds.
    pub fn event(&mut self, event: &ApplyEvent) -> String {
        match event {
            ApplyEvent::Progress { address, status, elapsed } if !self.is_news(address, status, *elapsed) => {
                return String::new();
            }
            ApplyEvent::Heartbeat { running } => {
                let mut out = String::new();
                for one in running {
                    let status = self.said.get(&one.address).map(|(status, _)| status.clone()).unwrap_or_default();
                    if self.is_news(&one.address, &status, one.elapsed) {
                        let (address, elapsed) = (&one.address, one.elapsed);
                        out.push_str(&self.line(&Line::ApplyProgress { address, status: &status, elapsed }));
                    }
                }
                return out;
            }
            ApplyEvent::Started { address, .. } => {
                self.said.insert(address.clone(), (String::new(), Duration::ZERO));
            }
            ApplyEvent::Completed { address, .. } | ApplyEvent::Failed { address, .. } => {
                self.said.remove(address);
            }
            _ => {}
        }
        Line::event(event).map(|line| self.line(&line)).unwrap_or_default()
    }

    fn is_news(&mut self, address: &str, status: &str, elapsed: Duration) -> bool {
        let Some((said, at)) = self.said.get_mut(address) else { return false };
        let news = said != status || elapsed >= *at + HEARTBEAT;
        if news {
            status.clone_into(said);
            *at = elapsed;
        }
        news
    }
}
