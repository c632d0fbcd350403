//! State tests: the committed fixtures and lists, the official archive, and the program from outside.

mod command;
mod fixtures;
mod lists;
mod official;
