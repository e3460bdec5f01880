//! Writes to the host's log. Outside of a component, to standard error.

#[cfg(target_arch = "wasm32")]
use crate::bindings::host::mlhost::plugin::log as host;

macro_rules! level {
    ($name:ident, $level:ident, $doc:literal) => {
        #[doc = $doc]
        pub fn $name(message: &str) {
            #[cfg(target_arch = "wasm32")]
            host::log(host::Level::$level, message);
            #[cfg(not(target_arch = "wasm32"))]
            eprintln!("{}: {message}", stringify!($name));
        }
    };
}

level!(trace, Trace, "Every step, for the plugin's author.");
level!(debug, Debug, "What the plugin does, for the plugin's author.");
level!(info, Info, "Worth knowing for a user who asks.");
level!(warn, Warn, "Something that a user should look at.");
level!(error, Error, "Something went wrong.");
