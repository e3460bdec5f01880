//! Lets policy plugins judge an environment.
