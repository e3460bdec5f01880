//! Tests of the board and of what reaches a terminal.

use insta::assert_snapshot;

use super::super::tests::a_run;
use super::*;

fn board(width: usize) -> String {
    let mut board = Board::new(Style::plain(width));
    for (index, event) in a_run().iter().take(6).enumerate() {
        board.event(event, Duration::from_secs(index as u64));
    }
    let shown = board.lines(Duration::from_millis(12_300)).join("\n");
    assert!(shown.lines().all(|line| text::width(line) <= width), "{shown}");
    shown
}

#[test]
fn the_board_shows_what_is_under_way() {
    assert_snapshot!(board(100), @"
      ⠸ key_vault.main: creating (TooManyRequests, attempt 2) 11s
      ⠸ ml_workspace.main: updating (Provisioning) 10s
    0/3 done, 2 under way, 12s
    ");
    assert_snapshot!(board(40), @"
      ⠸ key_vault.main: creating (Too… 11s
      ⠸ ml_w…space.main: updating (Pro… 10s
    0/3 done, 2 under way, 12s
    ");
}

/// A terminal that keeps what is written to it.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

impl Recorder {
    fn push(&self, text: &str) -> std::io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
}

impl indicatif::TermLike for Recorder {
    fn width(&self) -> u16 {
        100
    }
    fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> std::io::Result<()> {
        self.push(text)?;
        self.push("\n")
    }
    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.push(text)
    }
    fn clear_line(&self) -> std::io::Result<()> {
        Ok(())
    }
    fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn everything_that_ended_reaches_the_terminal() {
    let recorder = Recorder::default();
    let live = LiveProgress::new(Style::plain(100), ProgressDrawTarget::term_like(Box::new(recorder.clone())));
    a_run().iter().for_each(|event| live.event(event));
    drop(live);
    let written = recorder.0.lock().unwrap().clone();
    let mut ended = Ended::default();
    for event in a_run() {
        for line in ended.event(&event, &Style::plain(100)).lines() {
            assert_eq!(written.matches(line.trim_end()).count(), 1, "{line} in {written}");
        }
    }
}

#[test]
fn a_thousand_quick_changes_do_not_wait_for_the_terminal() {
    let live = LiveProgress::new(Style::plain(100), ProgressDrawTarget::term_like(Box::new(Recorder::default())));
    let began = Instant::now();
    for n in 0..1_000 {
        let (address, id) = (format!("k.{n}"), String::new());
        live.event(&ApplyEvent::Started { address: address.clone(), action: Action::Create, id: id.clone() });
        live.event(&ApplyEvent::Completed { address, action: Action::Create, id, elapsed: Duration::ZERO });
    }
    drop(live);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn the_last_line_counts_failures() {
    let mut board = Board::new(Style::plain(100));
    a_run().iter().for_each(|event| board.event(event, Duration::ZERO));
    assert_snapshot!(board.lines(Duration::from_secs(61)).join("\n"), @"3/3 done, 0 under way, 1 failed, 1m01s");
}
