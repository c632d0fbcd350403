//! Every bound of the formats, with its reason.

/// Version of the snapshot, the manifest and the chunks that this code reads and writes.
pub const FORMAT_VERSION: u16 = 1;

/// Longest contract code in bytes.
///
/// EIP-170 allows 24,576; chains older than it, and chains that raised it, hold longer code. The
/// bound keeps one code item inside one chunk.
pub const MAX_CODE_BYTES: usize = 65_536;

/// Longest source block header in bytes.
///
/// Ethereum's take about 600; a Clique header at an epoch lists its signers at 20 bytes each.
pub const MAX_HEADER_BYTES: u32 = 8_192;

/// Most nodes of one account proof: a key of 64 nibbles passes at most 64 nodes and a leaf.
pub const MAX_PROOF_NODES: usize = 65;

/// Longest node of an account proof in bytes: a full branch takes 532, a leaf below 150.
pub const MAX_PROOF_NODE_BYTES: usize = 576;

/// Longest Merkle path of a chunk: a tree of 2^32 leaves has 32 levels.
pub const MAX_MERKLE_PATH: u32 = 32;

/// Most chunks of a migration.
///
/// With chunks of a quarter megabyte it is sixteen terabytes, which no chain takes in; the bound
/// keeps cursor arithmetic far from its end.
pub const MAX_CHUNKS: u32 = 1 << 26;

/// Most entries of an address map.
pub const MAX_MAP_ENTRIES: u32 = 1 << 26;

/// Largest binary logarithm of the number of map entries in one run (map chunk).
pub const MAX_RUN_LOG2: u8 = 10;

/// Most calls after the import.
pub const MAX_POST_IMPORT_CALLS: u32 = 64;

/// Most bytes of call data of one of them: far more than an access right or a proxy's new address
/// takes, and room for an initialiser.
pub const MAX_POST_IMPORT_INPUT: u32 = 16_384;
