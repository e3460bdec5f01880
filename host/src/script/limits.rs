//! How much a script may do. Rhai's limits are only as good as the weakest of them, so each one is set.

use std::time::Duration;

use rhai::Engine;

/// Stack of the thread that evaluates: room for [`CALL_LEVELS`] calls of expressions nested [`EXPRESSION_DEPTH`] deep.
pub(super) const STACK_BYTES: usize = 256 << 20;
/// Steps of evaluation, unless the input says otherwise.
pub(super) const OPERATIONS: u64 = 20_000_000;
/// Wall clock.
pub(super) const TIME: Duration = Duration::from_secs(20);
/// How often the clock is read, in steps.
pub(super) const STEPS_PER_CLOCK_READ: u64 = 64;
/// By how much the memory of the process may grow meanwhile. Rhai does not measure what grows by assignment to a part
/// (`map[key] = value`), so its limits of size alone do not bound the memory of a script.
pub(super) const MEMORY_BYTES: usize = 1 << 30;
/// How often memory is looked at, in steps; at most this many strings of [`STRING_BYTES`] are made in between.
pub(super) const STEPS_PER_MEMORY_READ: u64 = 1024;
/// Nested function calls.
pub(super) const CALL_LEVELS: usize = 64;
/// Nesting of expressions and blocks.
pub(super) const EXPRESSION_DEPTH: usize = 64;
/// Characters of a string, in bytes; all the strings of one array or map count together.
pub(super) const STRING_BYTES: usize = 256 << 10;
/// Elements of an array.
pub(super) const ARRAY_ELEMENTS: usize = 50_000;
/// Keys of a map.
pub(super) const MAP_KEYS: usize = 20_000;
/// Variables in scope.
pub(super) const VARIABLES: usize = 2_000;
/// Functions that a script defines.
pub(super) const FUNCTIONS: usize = 1_000;
/// Imports that are carried out.
pub(super) const MODULES: usize = 128;
/// Length of a script text, in bytes.
pub(super) const SOURCE_BYTES: usize = 8 << 20;
/// Lines of a script text; Rhai counts lines in 16 bits.
pub(super) const SOURCE_LINES: usize = 65_000;
/// Declarations.
pub(super) const DECLARATIONS: usize = 100_000;
/// Size of all declared properties and outputs together, in bytes.
pub(super) const DECLARED_BYTES: usize = 128 << 20;
/// Nesting of a property value.
pub(super) const VALUE_DEPTH: usize = 64;
/// Lines that `print` and `debug` may give.
pub(super) const PRINTS: usize = 200;
/// Length of such a line, in characters.
pub(super) const PRINT_CHARACTERS: usize = 2_000;
/// Length of a name, in characters.
pub(super) const NAME_CHARACTERS: usize = 512;

/// Memory that the process holds, where the system says so (Linux: `VmRSS` of proc(5)).
pub(super) fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
}

/// Sets Rhai's own limits; `steps` are those of evaluation.
pub(super) fn apply(engine: &mut Engine, steps: u64) {
    engine
        .set_max_operations(steps)
        .set_max_call_levels(CALL_LEVELS)
        .set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH)
        .set_max_string_size(STRING_BYTES)
        .set_max_array_size(ARRAY_ELEMENTS)
        .set_max_map_size(MAP_KEYS)
        .set_max_variables(VARIABLES)
        .set_max_functions(FUNCTIONS)
        .set_max_modules(MODULES);
}
