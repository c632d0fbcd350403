//! The page that a council member reads before the vote.
//!
//! It says what stands in the bundle and follows from it, and what nodes that were asked add. The same
//! bundle, names and answers give the same page, on any machine and at any time. What others have
//! chosen, such as the names of contracts, is shown with everything made visible that could
//! mislead or mean something to Markdown or HTML.

mod authority;
mod bytecode;
mod document;
mod explorer;
mod facts;
#[cfg(test)]
mod fixture;
mod html;
mod index;
mod markdown;
mod names;
mod outside;
mod page;
mod proxies;
mod roles;
mod signers;
mod text;
mod views;

pub use authority::{find as find_authority, Authority, Power, Unknown};
pub use bytecode::selector;
pub use document::{Block, Document, Line, Piece};
pub use explorer::{chain as known_chain, KnownChain};
pub use facts::{arrivals, Facts, Kind, Occupied, Proposal, SourceSays, TargetSays};
pub use html::html;
pub use index::{IndexError, Place, SnapshotIndex};
pub use markdown::markdown;
pub use names::{known_code, returned_text, Name, Names, NamesError};
pub use outside::{Mention, Mentions};
pub use page::{after, credits, page, warnings};
pub use text::{harmless, harmless_bytes, percent, utc, wei};
pub use views::{Answer, Read, Surroundings, Views};
