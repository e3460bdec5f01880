//! Lets resource plugins validate and expand a definition into an environment.
