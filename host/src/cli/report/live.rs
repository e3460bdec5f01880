//! A run on a terminal: one line for each change under way, with its time; what ended scrolls above; the share that is
//! done at the bottom.
//!
//! Events only update a board; a thread redraws it ten times a second, so that a thousand quick changes do not wait for
//! the terminal.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlhost::deploy::event::ApplyEvent;
use mlhost::model::plan::Action;

use super::progress::{self, Ended};
use super::style::{Role, Style};
use super::{plan, text};

const TICK: Duration = Duration::from_millis(100);
/// At most so many lines for what is under way; the bottom line counts the others.
const ROWS: usize = 16;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

struct Row {
    address: String,
    action: Action,
    status: String,
    since: Duration,
}

/// What is under way. Times are those since the run began.
struct Board {
    style: Style,
    ended: Ended,
    failed: usize,
    rows: Vec<Row>,
    /// Lines about what ended that were not written yet.
    pending: String,
}

impl Board {
    fn new(style: Style) -> Self {
        Self { style, ended: Ended::default(), failed: 0, rows: Vec::new(), pending: String::new() }
    }

    fn event(&mut self, event: &ApplyEvent, now: Duration) {
        self.pending.push_str(&self.ended.event(event, &self.style));
        match event {
            ApplyEvent::Started { address, action, .. } => {
                self.rows.push(Row { address: address.clone(), action: *action, status: String::new(), since: now });
            }
            ApplyEvent::Progress { address, status, .. } => self.set_status(address, status),
            ApplyEvent::Retry { address, cause, attempt, .. } => {
                self.set_status(address, &format!("{}, attempt {attempt}", cause.code));
            }
            ApplyEvent::Completed { address, .. } => self.rows.retain(|row| row.address != *address),
            ApplyEvent::Failed { address, .. } => {
                self.failed += 1;
                self.rows.retain(|row| row.address != *address);
            }
            ApplyEvent::Begin { .. } | ApplyEvent::Skipped { .. } | ApplyEvent::Heartbeat { .. } => {}
        }
    }

    fn set_status(&mut self, address: &str, status: &str) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.address == address) {
            status.clone_into(&mut row.status);
        }
    }

    /// The lines at the bottom of the terminal, the share that is done last.
    fn lines(&self, now: Duration) -> Vec<String> {
        let frames: &[&str] = if self.style.unicode { &SPINNER } else { &ASCII_SPINNER };
        let frame =
            frames.get((now.as_millis() / TICK.as_millis()) as usize % frames.len()).copied().unwrap_or_default();
        let mut lines: Vec<String> = self.rows.iter().take(ROWS).map(|row| self.row(row, frame, now)).collect();
        let mut share = format!("{} done, {} under way", self.ended.share(), text::number(self.rows.len()));
        if self.failed > 0 {
            share.push_str(&format!(", {} failed", text::number(self.failed)));
        }
        share.push_str(&format!(", {}", text::duration(now)));
        lines.push(self.style.paint(Role::Strong, &text::cut(&share, self.style.width.saturating_sub(1), &self.style)));
        lines
    }

    /// The time stands at the end and is never cut; the name gives way first.
    fn row(&self, row: &Row, frame: &str, now: Duration) -> String {
        let style = &self.style;
        let elapsed = text::duration(now.saturating_sub(row.since));
        let status = if row.status.is_empty() { String::new() } else { format!(" ({})", text::clean(&row.status)) };
        let doing = format!("{}{status}", progress::verb(row.action).0);
        let room = style.width.saturating_sub(8 + elapsed.len());
        let doing = text::cut(&doing, room / 2, style);
        let address = text::clean(&row.address);
        let name = text::cut_middle(&address, room.saturating_sub(text::width(&doing)), style);
        let (_, role) = plan::sign(row.action);
        format!("  {} {name}: {doing} {elapsed}", style.paint(role, frame))
    }
}

struct Screen {
    board: Board,
    began: Instant,
    multi: MultiProgress,
    bars: Vec<ProgressBar>,
    over: bool,
}

impl Screen {
    fn draw(&mut self) {
        if !self.board.pending.is_empty() {
            let pending = std::mem::take(&mut self.board.pending);
            // A terminal that is gone is no reason to end the run.
            let _ = self.multi.println(pending.trim_end());
        }
        let lines = self.board.lines(self.began.elapsed());
        while self.bars.len() > lines.len() {
            if let Some(bar) = self.bars.pop() {
                bar.finish_and_clear();
                self.multi.remove(&bar);
            }
        }
        while self.bars.len() < lines.len() {
            let bar = ProgressBar::no_length();
            if let Ok(template) = ProgressStyle::with_template("{msg}") {
                bar.set_style(template);
            }
            self.bars.push(self.multi.add(bar));
        }
        for (bar, line) in self.bars.iter().zip(lines) {
            bar.set_message(line);
        }
    }
}

type Shared = Arc<(Mutex<Screen>, Condvar)>;

/// Shows a run on a terminal until it is dropped.
pub struct LiveProgress {
    shared: Shared,
    thread: Option<JoinHandle<()>>,
}

fn lock(shared: &Shared) -> MutexGuard<'_, Screen> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveProgress {
    /// Starts to draw.
    pub fn new(style: Style, target: ProgressDrawTarget) -> Self {
        let multi = MultiProgress::with_draw_target(target);
        let screen = Screen { board: Board::new(style), began: Instant::now(), multi, bars: Vec::new(), over: false };
        let shared: Shared = Arc::new((Mutex::new(screen), Condvar::new()));
        let ours = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let mut screen = lock(&ours);
            while !screen.over {
                screen.draw();
                screen = ours.1.wait_timeout(screen, TICK).unwrap_or_else(PoisonError::into_inner).0;
            }
        });
        Self { shared, thread: Some(thread) }
    }

    /// Notes an event; it is drawn soon.
    pub fn event(&self, event: &ApplyEvent) {
        let mut screen = lock(&self.shared);
        let now = screen.began.elapsed();
        screen.board.event(event, now);
    }
}

impl Drop for LiveProgress {
    /// Writes what ended, takes the rest off the terminal.
    fn drop(&mut self) {
        lock(&self.shared).over = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // It can only have panicked while drawing; the run itself is not concerned.
            let _ = thread.join();
        }
        let mut screen = lock(&self.shared);
        let pending = std::mem::take(&mut screen.board.pending);
        if !pending.is_empty() {
            let _ = screen.multi.println(pending.trim_end());
        }
        for bar in &screen.bars {
            bar.finish_and_clear();
        }
        let _ = screen.multi.clear();
    }
}

#[cfg(test)]
#[path = "tests/live.rs"]
mod tests;
