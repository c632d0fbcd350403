//! What one request may cost the node.

use std::time::Duration;

/// Gas of `eth_call` and `eth_estimateGas`: the most one transaction may use (EIP-7825), so that
/// whatever is simulated could also be sent.
pub(super) const CALL_GAS: u64 = 1 << 24;

/// Bytes of a raw transaction, as Geth's pool (`txMaxSize`). Contract creation needs 48 KiB of them
/// (EIP-3860).
pub(super) const RAW_TRANSACTION_BYTES: usize = 128 * 1024;

/// Blocks that one `eth_getLogs` looks at: each costs a call into the runtime, about 0.1 ms.
pub(super) const LOG_BLOCK_RANGE: u64 = 10_000;

/// Logs that one `eth_getLogs` returns, the number that public endpoints use.
pub(super) const LOG_RESULTS: usize = 10_000;

/// Bytes of data in the logs that one `eth_getLogs` returns. In hexadecimal they double, and the
/// server refuses to send more than 15 MiB.
pub(super) const LOG_DATA_BYTES: usize = 5 * 1024 * 1024;

/// Addresses of a log filter, and alternatives of one topic, as Geth (`maxAddresses`,
/// `maxSubTopics`). Each log is compared with all of them.
pub(super) const LOG_ALTERNATIVES: usize = 1_000;

/// Positions of topics in a log filter: no log has more.
pub(super) const LOG_TOPICS: usize = 4;

/// Filters that clients may have installed at one time; each takes up to 150 KB.
pub(super) const FILTERS: usize = 512;

/// How long a filter lives that nobody polls, as in Geth (`filters.Config.Timeout`).
pub(super) const FILTER_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Blocks of one `eth_feeHistory`, as Geth (`maxBlockHistory`).
pub(super) const FEE_HISTORY_BLOCKS: u64 = 1_024;

/// Percentiles of one `eth_feeHistory`, as Geth (`maxQueryLimit`).
pub(super) const FEE_HISTORY_PERCENTILES: usize = 100;

/// Blocks whose tips `eth_maxPriorityFeePerGas` samples, as Geth (`gpo.blocks`).
pub(super) const TIP_SAMPLE_BLOCKS: u32 = 20;

/// Tips taken from each sampled block, the lowest ones, as Geth (`sampleNumber`).
pub(super) const TIP_SAMPLES_PER_BLOCK: usize = 3;

/// Bytes of a revert reason that are repeated in the error's message; the error's data has it whole.
pub(super) const REVERT_REASON_BYTES: usize = 1_024;
