//! End-to-end tests: the real node and the real command line together, a module for each subject.
//!
//! They are one program, whose tests run at the same time. Each has nodes, ports and folders of its own,
//! and none changes what all share: the environment and the current folder.

mod cli_errors;
mod faults;
mod govern;
mod kill;
mod logs;
mod mutation;
mod pool;
mod proposal;
mod remap;
mod seal;
mod share;
mod tampering;
mod targets;
mod users;
