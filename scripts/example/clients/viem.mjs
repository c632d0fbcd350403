import {
	ContractFunctionRevertedError,
	InsufficientFundsError,
	MethodNotFoundRpcError,
	NonceTooLowError,
	TransactionNotFoundError,
	createPublicClient,
	createWalletClient,
	defineChain,
	getContract,
	getContractAddress,
	http,
	keccak256,
	pad,
	parseEther,
	toHex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { LENGTHS_DIFFER, METAMASK_GAS, RECIPIENT, SUPPLY_SLOT, TOKEN } from './token.mjs';

const CURRENCY = { name: 'Ether', symbol: 'ETH', decimals: 18 };

/** Uses the node through a public client and a wallet client. */
export async function checkViem({ url, key, account, artifacts, checks }) {
	const clients = await connect(url, key);
	await checkFees(clients, checks);
	const deployment = await deploy(clients, artifacts.ExampleToken, checks);
	const sent = await sendEther(clients, checks);
	const transfer = await callMethod(clients, deployment, checks);
	await checkBlocks(clients, transfer, checks);
	await checkTransaction(clients, { account, sent }, checks);
	await checkLogs(clients, { account, deployment, transfer }, checks);
	await checkGas(clients, { deployment, sent }, checks);
	await checkReverts(clients, { account, deployment }, checks);
	await checkRefusals(clients, sent, checks);
	await checkEvents(clients, { deployment, how: 'by a filter' }, checks);
	const fromBlock = (await clients.reader.getBlockNumber()) + 1n;
	await checkEvents(clients, { deployment, how: 'from a block', options: { fromBlock } }, checks);
	await checkDeployless(clients, artifacts.Multicall, checks);
}

/** Clients as an application makes them, which only look for blocks more often. */
async function connect(url, key) {
	const common = { transport: http(url, { batch: true }), pollingInterval: 100, cacheTime: 0 };
	const id = await createPublicClient(common).getChainId();
	const rpcUrls = { default: { http: [url] } };
	const chain = defineChain({ id, name: 'Development', nativeCurrency: CURRENCY, rpcUrls });
	const signer = privateKeyToAccount(key);
	return {
		signer,
		reader: createPublicClient({ ...common, chain }),
		writer: createWalletClient({ ...common, chain, account: signer }),
	};
}

async function checkFees({ reader }, checks) {
	const { baseFeePerGas } = await reader.getBlock();
	const tip = await reader.estimateMaxPriorityFeePerGas();
	checks.equal('getGasPrice', await reader.getGasPrice(), baseFeePerGas + tip);
	const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas();
	checks.equal(
		'estimateFeesPerGas',
		{ maxFeePerGas, maxPriorityFeePerGas },
		{
			// viem's default leaves a fifth above the base fee.
			maxFeePerGas: (baseFeePerGas * 12n) / 10n + tip,
			maxPriorityFeePerGas: tip,
		},
	);
}

/** Deploys the token. */
async function deploy({ reader, writer, signer }, { abi, bytecode }, checks) {
	const from = signer.address;
	const nonce = BigInt(await reader.getTransactionCount({ address: from }));
	const balance = await reader.getBalance({ address: from });
	const args = [TOKEN.name, TOKEN.symbol, TOKEN.supply];
	const hash = await writer.deployContract({ abi, bytecode, args });
	const receipt = await reader.waitForTransactionReceipt({ hash });
	const address = getContractAddress({ from, nonce });
	checks.equal('status of a deployment', receipt.status, 'success');
	checks.equal('type of a deployment', receipt.type, 'eip1559');
	checks.equal('contractAddress of a deployment', receipt.contractAddress, address.toLowerCase());
	checks.equal('to of a deployment', receipt.to, null);
	const spent = balance - (await reader.getBalance({ address: from }));
	checks.equal('price of a deployment', spent, receipt.gasUsed * receipt.effectiveGasPrice);
	const slot = await reader.getStorageAt({ address, slot: toHex(SUPPLY_SLOT) });
	checks.equal('getStorageAt', slot, toHex(TOKEN.supply, { size: 32 }));
	const token = getContract({ address, abi, client: { public: reader, wallet: writer } });
	const views = [token.read.name(), token.read.symbol(), token.read.totalSupply()];
	checks.equal('views', await Promise.all(views), args);
	const before = receipt.blockNumber - 1n;
	checks.equal('getCode before', await reader.getCode({ address, blockNumber: before }), undefined);
	return { abi, address, token, receipt };
}

/** Sends ether, and compares both accounts before and after the block. */
async function sendEther({ reader, writer, signer }, checks) {
	const value = parseEther('0.25');
	const from = signer.address;
	const nonce = await reader.getTransactionCount({ address: from, blockTag: 'pending' });
	const balanceOf = (address, blockNumber) => reader.getBalance({ address, blockNumber });
	const before = { sender: await balanceOf(from), recipient: await balanceOf(RECIPIENT) };
	const hash = await writer.sendTransaction({ to: RECIPIENT, value });
	const receipt = await reader.waitForTransactionReceipt({ hash });
	const { blockNumber } = receipt;
	checks.equal('gas of a transfer of ether', receipt.gasUsed, 21_000n);
	checks.equal('recipient before', await balanceOf(RECIPIENT, blockNumber - 1n), before.recipient);
	checks.equal(
		'recipient after',
		await balanceOf(RECIPIENT, blockNumber),
		before.recipient + value,
	);
	checks.equal('sender before', await balanceOf(from, blockNumber - 1n), before.sender);
	const fee = receipt.gasUsed * receipt.effectiveGasPrice;
	checks.equal('sender after', await balanceOf(from, blockNumber), before.sender - value - fee);
	const nonceAt = (number) => reader.getTransactionCount({ address: from, blockNumber: number });
	checks.equal('nonce before', await nonceAt(blockNumber - 1n), nonce);
	checks.equal('nonce after', await nonceAt(blockNumber), nonce + 1);
	return { hash, receipt, nonce, value };
}

/** Simulates a writing method, calls it, and reads the state before and after. */
async function callMethod({ reader, writer, signer }, { abi, address }, checks) {
	const args = [RECIPIENT, 5n];
	const call = { account: signer, abi, address, functionName: 'transfer', args };
	const { request, result } = await reader.simulateContract(call);
	checks.equal('result of simulateContract', result, true);
	const hash = await writer.writeContract(request);
	const receipt = await reader.waitForTransactionReceipt({ hash });
	checks.equal('status of transfer()', receipt.status, 'success');
	checks.equal('events of transfer()', receipt.logs.length, 1);
	const balanceAt = (blockNumber) => {
		const read = { abi, address, functionName: 'balanceOf', args: [RECIPIENT] };
		return reader.readContract({ ...read, blockNumber });
	};
	checks.equal('balanceOf() before', await balanceAt(receipt.blockNumber - 1n), 0n);
	checks.equal('balanceOf() after', await balanceAt(receipt.blockNumber), 5n);
	return { hash, receipt, args };
}

/** Reads blocks by every name that they have. */
async function checkBlocks({ reader }, { hash, receipt }, checks) {
	const { blockNumber, blockHash } = receipt;
	const block = await reader.getBlock({ blockNumber });
	checks.equal('hash of a block', block.hash, blockHash);
	checks.equal('transactions of a block', block.transactions, [hash]);
	checks.equal('gasUsed of a block', block.gasUsed, receipt.gasUsed);
	checks.equal('logsBloom of a block', block.logsBloom, receipt.logsBloom);
	checks.equal('block by hash', await reader.getBlock({ blockHash }), block);
	for (const blockTag of ['latest', 'pending', 'safe', 'finalized']) {
		checks.equal(`block ${blockTag}`, await reader.getBlock({ blockTag }), block);
	}
	checks.equal('block earliest', (await reader.getBlock({ blockTag: 'earliest' })).number, 0n);
	const full = await reader.getBlock({ blockNumber, includeTransactions: true });
	const single = await reader.getTransaction({ hash });
	checks.equal('block with full transactions', full.transactions, [single]);
	const inBlock = await reader.getTransaction({ blockHash, index: 0 });
	checks.equal('getTransaction by block hash', inBlock, single);
	const atNumber = await reader.getTransaction({ blockNumber, index: 0 });
	checks.equal('getTransaction by block number', atNumber, single);
	const count = await reader.getBlockTransactionCount({ blockHash });
	checks.equal('getBlockTransactionCount by hash', count, 1);
	const counted = await reader.getBlockTransactionCount({ blockNumber });
	checks.equal('getBlockTransactionCount by number', counted, 1);

	const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] });
	checks.equal('oldestBlock of getFeeHistory', history.oldestBlock, blockNumber - 1n);
	checks.equal('base fees of getFeeHistory', history.baseFeePerGas[1], block.baseFeePerGas);
	const ratio = Number(block.gasUsed) / Number(block.gasLimit);
	checks.equal('gasUsedRatio of getFeeHistory', history.gasUsedRatio[1], ratio);
	const tip = receipt.effectiveGasPrice - block.baseFeePerGas;
	checks.equal('reward of getFeeHistory', history.reward[1], [tip]);
}

/** Reads a transaction by its hash. */
async function checkTransaction({ reader }, { account, sent }, checks) {
	const { hash, receipt, nonce, value } = sent;
	const { from, to, type, input, blockHash, ...found } = await reader.getTransaction({ hash });
	checks.equal(
		'getTransaction',
		{ from, to, type, input, blockHash, nonce: found.nonce, value: found.value },
		{
			...{ from: account.toLowerCase(), to: RECIPIENT.toLowerCase(), type: 'eip1559' },
			...{ input: '0x', blockHash: receipt.blockHash, nonce, value },
		},
	);
	const again = await reader.getTransactionReceipt({ hash });
	checks.equal('getTransactionReceipt', again, receipt);
	const confirmations = await reader.getTransactionConfirmations({ hash });
	const expected = (await reader.getBlockNumber()) - receipt.blockNumber + 1n;
	checks.equal('getTransactionConfirmations', confirmations, expected);
	const unknown = reader.getTransaction({ hash: keccak256('0x00') });
	const kind = (error) => error instanceof TransactionNotFoundError;
	await checks.fails('getTransaction of an unknown one', unknown, kind, true);
}

/** Finds the same logs by range, event, block hash and contract. */
async function checkLogs({ reader }, { account, deployment, transfer }, checks) {
	const { abi, address } = deployment;
	const fromBlock = deployment.receipt.blockNumber;
	const event = abi.find(({ type, name }) => type === 'event' && name === 'Transfer');
	const places = (logs) => logs.map(({ transactionHash, logIndex }) => [transactionHash, logIndex]);
	const minted = [deployment.receipt.transactionHash, 1];
	const transferred = [transfer.hash, 0];
	const all = await reader.getLogs({ address, event, fromBlock });
	checks.equal('getLogs by event', places(all), [minted, transferred]);
	checks.equal(
		'topics of a log',
		all[1].topics.slice(1),
		[account, RECIPIENT].map((each) => pad(each.toLowerCase())),
	);
	const { blockHash } = transfer.receipt;
	checks.equal('getLogs by block hash', places(await reader.getLogs({ blockHash })), [transferred]);
	const args = { from: account };
	const own = await reader.getLogs({ address, event, args, fromBlock, toBlock: 'latest' });
	checks.equal('getLogs by argument', places(own), [transferred]);
	const query = { address, abi, eventName: 'Transfer', args, fromBlock };
	const [found, ...more] = await reader.getContractEvents(query);
	checks.equal('getContractEvents', [places([found]), more.length], [[transferred], 0]);
	checks.equal('arguments of getContractEvents', found.args, {
		from: account,
		to: RECIPIENT,
		value: 5n,
	});
	const filter = await reader.createContractEventFilter(query);
	checks.equal('getFilterLogs', places(await reader.getFilterLogs({ filter })), [transferred]);
	checks.equal('uninstallFilter', await reader.uninstallFilter({ filter }), true);
	checks.equal('uninstallFilter again', await reader.uninstallFilter({ filter }), false);
}

/** Estimates, and calls with as much gas as wallets give. */
async function checkGas({ reader, signer }, { deployment, sent }, checks) {
	const { abi, address } = deployment;
	const plain = { account: signer.address, to: RECIPIENT, value: sent.value };
	checks.equal('estimateGas of a transfer of ether', await reader.estimateGas(plain), 21_000n);
	const call = {
		account: signer.address,
		abi,
		address,
		functionName: 'transfer',
		args: [RECIPIENT, 1n],
	};
	const estimate = await reader.estimateContractGas(call);
	checks.holds('estimateContractGas', estimate > 21_000n && estimate < 100_000n, estimate);
	const { result } = await reader.simulateContract({ ...call, gas: METAMASK_GAS });
	checks.equal('call with the gas of a block', result, true);
	const overrides = { stateOverride: [{ address: RECIPIENT, balance: 1n }] };
	const overridden = reader.call({ ...plain, ...overrides });
	const code = (error) => error.walk((each) => each.code !== undefined)?.code;
	await checks.fails('call with a state override', overridden, code, -32602);
}

/** What viem makes of bytes that a contract reverts with. */
async function checkReverts({ reader, writer, signer }, { account, deployment }, checks) {
	const { abi, address, token } = deployment;
	const reverted = (error) => error.walk((each) => each instanceof ContractFunctionRevertedError);
	const custom = (error) => {
		const data = reverted(error)?.data;
		return [data?.errorName, ...(data?.args ?? [])];
	};
	const balance = await token.read.balanceOf([account]);
	const call = {
		account: signer,
		abi,
		address,
		functionName: 'transfer',
		args: [RECIPIENT, balance + 1n],
	};
	const short = ['ERC20InsufficientBalance', account, balance, balance + 1n];
	await checks.fails('custom error of a call', reader.simulateContract(call), custom, short);
	const estimated = reader.estimateContractGas(call);
	await checks.fails('custom error of an estimate', estimated, custom, short);
	const sent = writer.writeContract(call);
	await checks.fails('custom error of a transaction', sent, custom, short);
	const uneven = { ...call, functionName: 'distribute', args: [[RECIPIENT], []] };
	const reason = (error) => reverted(error)?.reason;
	const simulated = reader.simulateContract(uneven);
	await checks.fails('Error(string) of a call', simulated, reason, LENGTHS_DIFFER);
	const hash = await writer.writeContract({ ...call, gas: 100_000n });
	const receipt = await reader.waitForTransactionReceipt({ hash });
	checks.equal('status of a transaction that reverts', receipt.status, 'reverted');
	checks.equal('logs of a transaction that reverts', receipt.logs, []);
}

/** What viem makes of the node's reasons to refuse a request. */
async function checkRefusals({ reader, writer }, sent, checks) {
	const isOf = (kind) => (error) => error.walk((each) => each instanceof kind) !== null;
	const poor = privateKeyToAccount(keccak256('0x01'));
	const payment = writer.sendTransaction({ account: poor, to: RECIPIENT, value: 1n });
	await checks.fails('transaction without the ether', payment, isOf(InsufficientFundsError), true);
	const stale = writer.sendTransaction({ to: RECIPIENT, nonce: sent.nonce });
	await checks.fails('transaction with a used nonce', stale, isOf(NonceTooLowError), true);
	const proof = reader.getProof({ address: RECIPIENT, storageKeys: [] });
	await checks.fails('method that is not there', proof, isOf(MethodNotFoundRpcError), true);
}

/** Watches the event of a method, as an application does. */
async function checkEvents({ reader }, { deployment, how, options }, checks) {
	const { abi, address, token } = deployment;
	const seen = [];
	let unwatch;
	const both = new Promise((resolve, reject) => {
		const onLogs = (logs) => {
			for (const { args, transactionHash } of logs) seen.push([args.value, transactionHash]);
			if (seen.length >= 2) resolve();
		};
		const watch = { abi, address, eventName: 'Transfer', onLogs, onError: reject };
		unwatch = reader.watchContractEvent({ ...watch, ...options });
	});
	const numbers = [];
	const unwatchNumber = reader.watchBlockNumber({
		onBlockNumber: (number) => numbers.push(number),
	});
	const hashes = [];
	for (const amount of [7n, 8n]) {
		const hash = await token.write.transfer([RECIPIENT, amount]);
		hashes.push(hash);
		await reader.waitForTransactionReceipt({ hash });
	}
	await checks.soon(`watchContractEvent, ${how}`, both);
	unwatch();
	unwatchNumber();
	checks.equal(`watchContractEvent, ${how}`, seen, [
		[7n, hashes[0]],
		[8n, hashes[1]],
	]);
	const ascending = numbers.every((number, i) => i === 0 || number > numbers[i - 1]);
	checks.holds(`watchBlockNumber, ${how}`, numbers.length > 0 && ascending, numbers);
}

/** What viem does in contracts that it deploys within a call. */
async function checkDeployless({ reader, signer }, multicall, checks) {
	const message = 'a message';
	const signature = await signer.signMessage({ message });
	const verify = (text) => {
		return reader.verifyMessage({ address: signer.address, message: text, signature });
	};
	checks.equal('verifyMessage', await verify(message), true);
	checks.equal('verifyMessage of another', await verify('another'), false);
	const { abi, bytecode } = multicall;
	const read = { abi, code: bytecode, functionName: 'getChainId' };
	const id = await reader.readContract(read);
	checks.equal('view of a contract that is not deployed', id, BigInt(reader.chain.id));
}
