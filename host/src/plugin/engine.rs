//! The one engine configuration: what compiles plugins ahead of time and what runs them must be the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::{Config, Engine, EngineWeak};

use super::limits::{Limit, Limits};

/// Time between two increments of the engine's epoch.
pub const EPOCH: Duration = Duration::from_millis(20);

/// Stack that the host's own functions have on top of the guest's.
const ROOM_FOR_THE_HOST: usize = 1 << 20;

/// The engine. Of the limits, the stack is its own; it does not change the code that it makes.
///
/// # Errors
/// When the processor or the operating system lacks what wasmtime needs.
pub fn engine(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(&config(limits)?)
}

/// An engine whose code counts the work that it does (in wasmtime's fuel), which takes it half as long again: for tests.
/// It makes its own code; what [`engine`] made does not load.
///
/// # Errors
/// When the processor or the operating system lacks what wasmtime needs.
pub fn counting_engine(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(config(limits)?.consume_fuel(true))
}

fn config(limits: &Limits) -> wasmtime::Result<Config> {
    let stack = limits.size(Limit::Stack);
    let mut config = Config::new();
    config
        // Without a target the compiler would use features of the machine that builds, and the artefact would be
        // refused by a lesser one.
        .target(&target())?
        .epoch_interruption(true)
        .max_wasm_stack(stack)
        .async_stack_size(stack + ROOM_FOR_THE_HOST)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .memory_init_cow(true);
    Ok(config)
}

fn target() -> String {
    let system = if cfg!(target_os = "macos") {
        "apple-darwin"
    } else if cfg!(target_os = "windows") {
        "pc-windows-msvc"
    } else {
        "unknown-linux-gnu"
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// Advances an engine's epoch until it is dropped, so that calls meet their deadline.
pub struct EpochTicker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EpochTicker {
    /// Starts a thread that holds no more than a weak reference to the engine.
    pub fn start(engine: &Engine) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let weak: EngineWeak = engine.weak();
        let thread = std::thread::Builder::new().name("mlhost-epoch".to_owned()).spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                std::thread::park_timeout(EPOCH);
                match weak.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => break,
                }
            }
        });
        Self { stop, thread: thread.ok() }
    }
}

impl Drop for EpochTicker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in the ticker could only be wasmtime's; there is nothing to save here.
            let _ = thread.join();
        }
    }
}
