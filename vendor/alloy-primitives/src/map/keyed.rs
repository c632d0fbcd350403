// Not in the published crate.

use core::{
    fmt,
    hash::{BuildHasher, Hasher},
    sync::atomic::{AtomicU32, Ordering},
};
use siphasher::sip::SipHasher13;

/// The key of maps that are made from now on, in pieces that every platform writes at once.
static KEY: [AtomicU32; 4] = [const { AtomicU32::new(0) }; 4];

/// Sets the key of the hash for maps that are made from now on.
///
/// Maps that are there keep theirs, so it may be called at any time. A runtime has no randomness:
/// who fills maps with keys that others choose sets a key that those could not foresee.
pub fn set_key(key: [u8; 16]) {
    for (piece, bytes) in KEY.iter().zip(key.as_chunks::<4>().0) {
        piece.store(u32::from_le_bytes(*bytes), Ordering::Relaxed);
    }
}

/// Makes the hashers of a map, all under the key of the time when it was made: SipHash-1-3.
#[derive(Clone, Copy)]
pub struct KeyedState(SipHasher13);

impl Default for KeyedState {
    #[inline]
    fn default() -> Self {
        let [a, b, c, d] = KEY.each_ref().map(|piece| u64::from(piece.load(Ordering::Relaxed)));
        Self(SipHasher13::new_with_keys(a | b << 32, c | d << 32))
    }
}

impl fmt::Debug for KeyedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedState").finish_non_exhaustive()
    }
}

impl BuildHasher for KeyedState {
    type Hasher = KeyedHasher;

    #[inline]
    fn build_hasher(&self) -> KeyedHasher {
        KeyedHasher(self.0)
    }
}

/// SipHash-1-3 under a map's key.
#[derive(Clone, Copy)]
pub struct KeyedHasher(SipHasher13);

impl fmt::Debug for KeyedHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedHasher").finish_non_exhaustive()
    }
}

impl Hasher for KeyedHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }
}
