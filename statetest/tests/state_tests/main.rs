//! State tests: the committed fixtures and lists, the official archive, what a run finds beside the state
//! root, and the program from outside.

mod command;
mod fixtures;
mod invariants;
mod lists;
mod memory;
mod official;
