//! Carries out a plan through a deployer plugin.
