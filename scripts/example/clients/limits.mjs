import { request } from 'node:http';
import { Wallet } from 'ethers';
import { sendLogs } from './filters.mjs';
import { methods } from './json-rpc.mjs';
import { connect } from './provider.mjs';
import { RECIPIENT } from './token.mjs';

const LIMIT_EXCEEDED = -32005;

/** What one answer of the node may hold. */
const LOGS = 10_000;
const DATA_BYTES = 5 * 1024 * 1024;

/** Logs with much data: three transactions of these exceed what an answer holds. */
const LARGE = { count: 28, bytes: 65_536 };

/** Asks for more than the node gives at once. */
export async function checkLimits({ url, key, checks }) {
	const { result, error } = methods(url);
	const provider = connect(url);
	try {
		const wallet = new Wallet(key, provider);
		await checkRange(result, checks);
		await checkLogs({ result, error, wallet }, checks);
		await checkData({ result, error, wallet }, checks);
		await checkRequests(url, error, checks);
	} finally {
		provider.destroy();
	}
}

/** Only the blocks of a range that are there count. */
async function checkRange(result, checks) {
	const wide = { address: RECIPIENT, fromBlock: '0x0', toBlock: '0xffffffff' };
	checks.equal('range over the whole chain', await result('eth_getLogs', wide), []);
}

/** One block with a log too many. */
async function checkLogs({ result, error, wallet }, checks) {
	const filter = await result('eth_newFilter', {});
	const most = await sendLogs(wallet, { count: LOGS, bytes: 0 });
	const found = await result('eth_getLogs', { blockHash: most.blockHash });
	checks.equal('most logs of an answer', found.length, LOGS);
	const many = await sendLogs(wallet, { count: LOGS + 1, bytes: 0 });
	const sentence = `logs that fit the filter, at least: ${LOGS + 1}, the limit is ${LOGS}`;
	const tooMany = await error('eth_getLogs', { blockHash: many.blockHash });
	checks.equal('a log too many', tooMany, [LIMIT_EXCEEDED, sentence]);
	checks.equal('first poll', (await result('eth_getFilterChanges', filter)).length, LOGS);
	const second = await error('eth_getFilterChanges', filter);
	checks.equal('second poll', second, [LIMIT_EXCEEDED, sentence]);
	await result('eth_uninstallFilter', filter);
}

/** Blocks whose logs have too much data together. */
async function checkData({ result, error, wallet }, checks) {
	const filter = await result('eth_newFilter', {});
	const receipts = [];
	for (let i = 0; i < 3; i += 1) receipts.push(await sendLogs(wallet, LARGE));
	const [first, second, third] = receipts.map(({ blockNumber }) => `0x${blockNumber.toString(16)}`);
	const two = await result('eth_getLogs', { fromBlock: first, toBlock: second });
	checks.equal('logs with much data', two.length, 2 * LARGE.count);
	checks.equal(
		'length of their data',
		new Set(two.map(({ data }) => data.length)),
		new Set([2 + 2 * LARGE.bytes]),
	);
	const found = (Math.floor(DATA_BYTES / LARGE.bytes) + 1) * LARGE.bytes;
	const what = 'bytes of data in the logs that fit the filter, at least';
	const sentence = `${what}: ${found}, the limit is ${DATA_BYTES}`;
	const tooMuch = await error('eth_getLogs', { fromBlock: first, toBlock: third });
	checks.equal('logs with too much data', tooMuch, [LIMIT_EXCEEDED, sentence]);
	checks.equal(
		'first poll of much data',
		(await result('eth_getFilterChanges', filter)).length,
		2 * LARGE.count,
	);
	checks.equal(
		'second poll of much data',
		(await result('eth_getFilterChanges', filter)).length,
		LARGE.count,
	);
	await result('eth_uninstallFilter', filter);
}

/** Requests that are too large themselves. */
async function checkRequests(url, error, checks) {
	const addresses = Array(1001).fill(RECIPIENT);
	checks.equal('addresses of a filter', await error('eth_getLogs', { address: addresses }), [
		LIMIT_EXCEEDED,
		'addresses in the filter: 1001, the limit is 1000',
	]);
	const percentiles = Array(101).fill(50);
	checks.equal('percentiles', await error('eth_feeHistory', '0x1', 'latest', percentiles), [
		LIMIT_EXCEEDED,
		'reward percentiles: 101, the limit is 100',
	]);
	const bytes = 128 * 1024 + 1;
	checks.equal(
		'raw transaction',
		await error('eth_sendRawTransaction', `0x${'00'.repeat(bytes)}`),
		[-32000, `oversized data: transaction size ${bytes}, limit ${bytes - 1}`],
	);
	checks.equal('HTTP status for a body of 16 MiB', await statusOf(url, 16 * 1024 * 1024), 413);
}

/** The HTTP status of the answer to a request that announces a body of so many bytes. */
function statusOf(url, bytes) {
	return new Promise((resolve, reject) => {
		const headers = { 'content-type': 'application/json', 'content-length': bytes };
		const announced = request(url, { method: 'POST', headers });
		announced.once('error', reject);
		announced.once('response', ({ statusCode }) => {
			announced.destroy();
			resolve(statusCode);
		});
		// The node answers without having read the body, and would close the connection in the midst.
		announced.flushHeaders();
	});
}
