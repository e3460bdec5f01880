//! The project file, environments and their values.
