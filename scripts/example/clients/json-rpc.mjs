import { METAMASK_GAS, RECIPIENT } from './token.mjs';

/** Sends requests as wallets and scripts do, and compares answers and errors. */
export async function checkJsonRpc({ url, account, checks }) {
	const { result, error } = methods(url);
	await checkWallet(result, account, checks);
	await checkErrors(error, account, checks);
	await checkBatch(url, checks);
}

/** Functions for one request: `result` gives the result, `error` code and message. */
export function methods(url) {
	const call = (method, ...params) => post(url, { jsonrpc: '2.0', id: 1, method, params });
	return {
		result: async (...request) => {
			const { body } = await call(...request);
			if (body.error) throw new Error(`${request[0]}: ${body.error.message}`);
			return body.result;
		},
		error: async (...request) => {
			const { body } = await call(...request);
			return body.error && [body.error.code, body.error.message];
		},
	};
}

/** Posts a body, as JSON unless it is text, and gives status and body of the answer. */
export async function post(url, request) {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: typeof request === 'string' ? request : JSON.stringify(request),
	});
	const text = await response.text();
	return { status: response.status, body: response.ok ? JSON.parse(text) : text };
}

/** What MetaMask asks before it sends ether. */
async function checkWallet(result, account, checks) {
	const chainId = await result('eth_chainId');
	checks.equal('net_version', await result('net_version'), String(BigInt(chainId)));
	const version = await result('web3_clientVersion');
	checks.holds('web3_clientVersion', /^migration-node\/v[0-9.]+/.test(version), version);
	checks.equal('eth_accounts', await result('eth_accounts'), []);
	checks.equal('eth_syncing', await result('eth_syncing'), false);
	const gas = `0x${METAMASK_GAS.toString(16)}`;
	const payment = { from: account, to: RECIPIENT, value: '0x1', gas };
	checks.equal('eth_estimateGas', await result('eth_estimateGas', payment), '0x5208');
	checks.equal('eth_call', await result('eth_call', payment, 'latest'), '0x');
	checks.equal('eth_getCode', await result('eth_getCode', RECIPIENT, 'latest'), '0x');
	const block = await result('eth_getBlockByNumber', 'latest', false);
	const both = [block.nonce, block.sha3Uncles, block.uncles, block.difficulty, block.extraData];
	checks.equal('fields that proof of work left', both, [
		'0x0000000000000000',
		'0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
		[],
		'0x0',
		'0x',
	]);
	const { hash } = block;
	const atHash = await result('eth_getBalance', account, {
		blockHash: hash,
		requireCanonical: true,
	});
	checks.equal(
		'eth_getBalance at a hash',
		atHash,
		await result('eth_getBalance', account, 'latest'),
	);
	const receipts = await result('eth_getBlockReceipts', 'latest');
	const receipt = await result('eth_getTransactionReceipt', block.transactions[0]);
	checks.equal('eth_getBlockReceipts', receipts, [receipt]);
}

/** The codes of errors; the wording where it is ours. */
async function checkErrors(error, account, checks) {
	const code = async (...request) => (await error(...request))?.[0];
	checks.equal('unknown method', await error('eth_foo'), [-32601, 'Method not found']);
	checks.equal(
		'method of a signing node',
		await code('eth_sendTransaction', { from: account }),
		-32601,
	);
	checks.equal('missing parameter', await code('eth_getBalance'), -32602);
	checks.equal('address that is too short', await code('eth_getBalance', '0x12', 'latest'), -32602);
	checks.equal('unknown tag', await code('eth_getBalance', account, 'newest'), -32602);
	const above = await error('eth_getBalance', account, '0xffffff');
	checks.equal('block above the best', above, [-32000, 'header not found']);
	const hash = `0x${'11'.repeat(32)}`;
	const unknown = await error('eth_getLogs', { blockHash: hash });
	checks.equal('unknown block hash', unknown, [-32000, `header for hash not found: ${hash}`]);
	const reversed = await error('eth_getLogs', { fromBlock: '0x2', toBlock: '0x1' });
	checks.equal('reversed range', reversed, [-32602, 'invalid block range params: 2 to 1']);
	checks.equal('unknown filter', await error('eth_getFilterChanges', '0x1'), [
		-32000,
		'filter not found',
	]);
	const garbage = await code('eth_sendRawTransaction', '0x1234');
	checks.equal('transaction that does not decode', garbage, -32000);
}

/** Batches, in which one request fails. */
async function checkBatch(url, checks) {
	const methodNames = ['eth_chainId', 'eth_foo', 'eth_blockNumber'];
	const batch = methodNames.map((method, i) => ({
		jsonrpc: '2.0',
		id: `${i}`,
		method,
		params: [],
	}));
	const { body } = await post(url, batch);
	const outcome = body.map(({ id, result, error }) => [id, typeof result, error?.code]);
	checks.equal('batch of three', outcome, [
		['0', 'string', undefined],
		['1', 'undefined', -32601],
		['2', 'string', undefined],
	]);
	const many = Array.from({ length: 1000 }, (_, id) => ({ ...batch[0], id }));
	const answers = (await post(url, many)).body;
	checks.equal(
		'ids of a batch of a thousand',
		answers.map(({ id }) => id),
		many.map(({ id }) => id),
	);
	const broken = await post(url, '{"jsonrpc": "2.0", "id": 1,');
	checks.equal('JSON that does not parse', broken.body.error.code, -32700);
	const empty = await post(url, []);
	checks.equal('empty batch', empty.body.error.code, -32600);
}
