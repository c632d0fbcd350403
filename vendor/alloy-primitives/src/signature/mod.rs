mod error;
pub use error::SignatureError;

mod utils;
pub use utils::{normalize_v, to_eip155_v};

mod sig;
pub use sig::Signature;
