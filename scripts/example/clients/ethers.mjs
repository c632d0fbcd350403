import {
	Contract,
	ContractFactory,
	Interface,
	Transaction,
	Wallet,
	getCreateAddress,
	id,
	parseEther,
	toBeHex,
	zeroPadValue,
} from 'ethers';
import { checkEvents, checkLogs } from './ethers-events.mjs';
import { connect } from './provider.mjs';
import { LENGTHS_DIFFER, METAMASK_GAS, RECIPIENT, SUPPLY_SLOT, TOKEN } from './token.mjs';

/** Uses the node through a JsonRpcProvider and a Wallet. */
export async function checkEthers({ url, key, account, artifacts, checks }) {
	const provider = connect(url);
	const polling = connect(url, { polling: true });
	const wallet = new Wallet(key, provider);
	try {
		await checkNetwork(provider, checks);
		const deployment = await deploy(wallet, artifacts.ExampleToken, checks);
		const token = deployment.token;
		const sent = await sendEther(wallet, checks);
		const transfer = await callMethod(token, account, checks);
		await checkBlocks(provider, { deployment, transfer }, checks);
		await checkTransaction(provider, { account, sent }, checks);
		await checkLogs(token, { account, deployment, transfer }, checks);
		await checkGas(wallet, { token, transfer }, checks);
		await checkReverts(token, account, checks);
		await checkRefusals(wallet, sent, checks);
		await checkEvents(token, 'by a filter', checks);
		await checkEvents(token.connect(wallet.connect(polling)), 'by polling', checks);
		await checkMany(provider, { account, token }, checks);
	} finally {
		provider.destroy();
		polling.destroy();
	}
}

async function checkNetwork(provider, checks) {
	const { chainId } = await provider.getNetwork();
	checks.equal('net_version', await provider.send('net_version', []), String(chainId));
	const { baseFeePerGas } = await provider.getBlock('latest');
	const tip = BigInt(await provider.send('eth_maxPriorityFeePerGas', []));
	const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
	checks.holds('base fee above zero', baseFeePerGas > 0n, baseFeePerGas);
	checks.equal(
		'getFeeData',
		{ gasPrice, maxFeePerGas, maxPriorityFeePerGas },
		{
			gasPrice: baseFeePerGas + tip,
			maxFeePerGas: 2n * baseFeePerGas + tip,
			maxPriorityFeePerGas: tip,
		},
	);
}

/** Deploys the token, and gives it with the receipt and the block. */
async function deploy(wallet, { abi, bytecode }, checks) {
	const { provider, address: from } = wallet;
	const nonce = await provider.getTransactionCount(from);
	const before = await provider.getBalance(from);
	const factory = new ContractFactory(abi, bytecode, wallet);
	const token = await factory.deploy(TOKEN.name, TOKEN.symbol, TOKEN.supply);
	const transaction = token.deploymentTransaction();
	const receipt = await transaction.wait();
	const address = getCreateAddress({ from, nonce });

	checks.equal('type of a deployment', transaction.type, 2);
	checks.equal('nonce of a deployment', transaction.nonce, nonce);
	checks.equal('address of a deployment', await token.getAddress(), address);
	checks.equal('contractAddress of its receipt', receipt.contractAddress, address);
	checks.equal('to of its receipt', receipt.to, null);
	checks.equal('status of its receipt', receipt.status, 1);
	checks.equal('type of its receipt', receipt.type, 2);
	checks.holds('gas within the estimate', receipt.gasUsed <= transaction.gasLimit, receipt.gasUsed);
	const spent = before - (await provider.getBalance(from));
	checks.equal('price of a deployment', spent, receipt.gasUsed * receipt.gasPrice);
	checks.equal('fee of its receipt', receipt.fee, spent);
	checks.equal('events of the constructor', receipt.logs.map(nameOf(abi)), [
		'OwnershipTransferred',
		'Transfer',
	]);
	checks.equal('name()', await token.name(), TOKEN.name);
	checks.equal('totalSupply()', await token.totalSupply(), TOKEN.supply);
	const slot = await provider.getStorage(address, SUPPLY_SLOT);
	checks.equal('getStorage', slot, zeroPadValue(toBeHex(TOKEN.supply), 32));
	checks.equal('code before', await provider.getCode(address, receipt.blockNumber - 1), '0x');
	const code = await provider.getCode(address);
	checks.holds(
		'code after',
		code.length > 2 && bytecode.endsWith(code.slice(-64)),
		code.slice(-64),
	);
	return { token, address, receipt };
}

function nameOf(abi) {
	const contract = new Interface(abi);
	return (log) => contract.parseLog(log).name;
}

/** Sends ether, and compares both accounts before and after the block. */
async function sendEther(wallet, checks) {
	const { provider, address: from } = wallet;
	const value = parseEther('0.25');
	const before = {
		nonce: await wallet.getNonce(),
		sender: await provider.getBalance(from),
		recipient: await provider.getBalance(RECIPIENT),
	};
	const transaction = await wallet.sendTransaction({ to: RECIPIENT, value });
	const receipt = await transaction.wait();
	checks.equal('gas of a transfer of ether', receipt.gasUsed, 21_000n);
	checks.equal('status of a transfer of ether', receipt.status, 1);
	checks.equal(
		'receipt by hash',
		(await provider.getTransactionReceipt(transaction.hash)).toJSON(),
		receipt.toJSON(),
	);
	const waited = await provider.waitForTransaction(transaction.hash, 1, 10_000);
	checks.equal('waitForTransaction', waited.toJSON(), receipt.toJSON());

	const block = receipt.blockNumber;
	checks.equal(
		'recipient before',
		await provider.getBalance(RECIPIENT, block - 1),
		before.recipient,
	);
	checks.equal(
		'recipient after',
		await provider.getBalance(RECIPIENT, block),
		before.recipient + value,
	);
	checks.equal('sender before', await provider.getBalance(from, block - 1), before.sender);
	const left = before.sender - value - receipt.fee;
	checks.equal('sender after', await provider.getBalance(from, block), left);
	checks.equal('nonce before', await provider.getTransactionCount(from, block - 1), before.nonce);
	checks.equal('nonce after', await provider.getTransactionCount(from, block), before.nonce + 1);
	checks.equal(
		'pending nonce',
		await provider.getTransactionCount(from, 'pending'),
		before.nonce + 1,
	);
	return { transaction, receipt, value };
}

/** Calls a writing method. */
async function callMethod(token, account, checks) {
	const amount = 5n;
	const transaction = await token.transfer(RECIPIENT, amount);
	const receipt = await transaction.wait();
	const [log] = receipt.logs;
	checks.equal('events of transfer()', receipt.logs.length, 1);
	checks.equal('event of transfer()', log.eventName, 'Transfer');
	checks.equal('arguments of the event', [...log.args], [account, RECIPIENT, amount]);
	checks.equal('balanceOf() after', await token.balanceOf(RECIPIENT), amount);
	const earlier = { blockTag: receipt.blockNumber - 1 };
	checks.equal('balanceOf() at the block before', await token.balanceOf(RECIPIENT, earlier), 0n);
	return { transaction, receipt, amount };
}

/** Reads blocks by every name that they have. */
async function checkBlocks(provider, { deployment, transfer }, checks) {
	const { receipt, transaction } = transfer;
	const block = await provider.getBlock(receipt.blockNumber);
	checks.equal('hash of a block', block.hash, receipt.blockHash);
	checks.equal('transactions of a block', [...block.transactions], [transaction.hash]);
	checks.equal('gasUsed of a block', block.gasUsed, receipt.gasUsed);
	const byHash = await provider.getBlock(block.hash);
	checks.equal('block by hash', byHash.toJSON(), block.toJSON());
	const parent = await provider.getBlock(block.parentHash);
	checks.equal('number of the parent', parent.number, block.number - 1);
	checks.holds('time of the parent', parent.timestamp < block.timestamp, parent.timestamp);

	const full = await provider.getBlock(block.number, true);
	const inFull = full.prefetchedTransactions.map((each) => each.toJSON());
	const single = await provider.getTransaction(transaction.hash);
	checks.equal('block with full transactions', inFull, [single.toJSON()]);

	const number = await provider.getBlockNumber();
	checks.equal('number of the best block', number, block.number);
	for (const tag of ['latest', 'pending', 'safe', 'finalized']) {
		checks.equal(`block ${tag}`, (await provider.getBlock(tag)).toJSON(), block.toJSON());
	}
	checks.equal('block earliest', (await provider.getBlock('earliest')).number, 0);
	checks.equal('block above the best', await provider.getBlock(number + 1), null);
	checks.equal('block with an unknown hash', await provider.getBlock(id('unknown')), null);
	const deployed = await provider.getBlock(deployment.receipt.blockNumber);
	checks.equal('block of the deployment', deployed.hash, deployment.receipt.blockHash);
	await checkFeeHistory(provider, number, checks);
}

/** Compares eth_feeHistory with the blocks that it is about. */
async function checkFeeHistory(provider, newest, checks) {
	const history = await provider.send('eth_feeHistory', ['0x3', 'latest', [25, 75]]);
	const numbers = [newest - 2, newest - 1, newest];
	const blocks = await Promise.all(numbers.map((number) => provider.getBlock(number)));
	const fees = blocks.map(({ baseFeePerGas }) => baseFeePerGas);
	checks.equal('oldestBlock of feeHistory', Number(history.oldestBlock), newest - 2);
	checks.equal('base fees of feeHistory', history.baseFeePerGas.slice(0, 3).map(BigInt), fees);
	checks.equal('number of base fees of feeHistory', history.baseFeePerGas.length, 4);
	const ratios = blocks.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit));
	checks.equal('gasUsedRatio of feeHistory', history.gasUsedRatio, ratios);
	const tips = await Promise.all(
		blocks.map(async ({ transactions, baseFeePerGas }) => {
			const { gasPrice } = await provider.getTransactionReceipt(transactions[0]);
			return [gasPrice - baseFeePerGas, gasPrice - baseFeePerGas];
		}),
	);
	checks.equal(
		'reward of feeHistory',
		history.reward.map((each) => each.map(BigInt)),
		tips,
	);
}

/** Reads a transaction by its hash, and signs its fields again. */
async function checkTransaction(provider, { account, sent }, checks) {
	const { transaction, receipt, value } = sent;
	const found = await provider.getTransaction(transaction.hash);
	const { from, to, type, nonce, data, blockHash, blockNumber, index } = found;
	checks.equal(
		'getTransaction',
		{ from, to, type, nonce, data, value: found.value, blockHash, blockNumber, index },
		{
			...{ from: account, to: RECIPIENT, type: 2, nonce: transaction.nonce, data: '0x', value },
			...{ blockHash: receipt.blockHash, blockNumber: receipt.blockNumber, index: 0 },
		},
	);
	checks.equal('hash of its fields', Transaction.from(found).hash, transaction.hash);
	checks.equal('signer of its fields', Transaction.from(found).from, account);
	checks.equal(
		'confirmations',
		await found.confirmations(),
		(await provider.getBlockNumber()) - blockNumber + 1,
	);
	const unknown = id('unknown');
	checks.equal('getTransaction of an unknown one', await provider.getTransaction(unknown), null);
	checks.equal('its receipt', await provider.getTransactionReceipt(unknown), null);
}

/** Estimates, and calls with as much gas as wallets give. */
async function checkGas(wallet, { token, transfer }, checks) {
	const { provider, address: from } = wallet;
	const plain = { from, to: RECIPIENT, value: 1n };
	checks.equal('estimateGas of a transfer of ether', await provider.estimateGas(plain), 21_000n);
	const estimate = await token.transfer.estimateGas(RECIPIENT, transfer.amount);
	const { gasLimit } = transfer.transaction;
	checks.holds('estimateGas of transfer()', estimate > 21_000n && estimate <= gasLimit, estimate);
	const overrides = { gasLimit: METAMASK_GAS };
	checks.equal(
		'call with the gas of a block',
		await token.transfer.staticCall(RECIPIENT, 1n, overrides),
		true,
	);
	checks.equal(
		'estimate with the gas of a block',
		await provider.estimateGas({ ...plain, ...overrides }),
		21_000n,
	);
}

/** What ethers makes of bytes that a contract reverts with. */
async function checkReverts(token, account, checks) {
	const custom = ({ code, revert }) => [code, revert?.name, ...(revert?.args ?? [])];
	// ethers decodes the data itself only where a call was meant.
	const encoded = ({ code, data }) => custom({ code, revert: token.interface.parseError(data) });
	const balance = await token.balanceOf(account);
	const tooMuch = [RECIPIENT, balance + 1n];
	const short = ['CALL_EXCEPTION', 'ERC20InsufficientBalance', account, balance, balance + 1n];
	const read = token.transfer.staticCall(...tooMuch);
	await checks.fails('custom error of a call', read, custom, short);
	const estimated = token.transfer.estimateGas(...tooMuch);
	await checks.fails('custom error of an estimate', estimated, encoded, short);
	await checks.fails('custom error of a transaction', token.transfer(...tooMuch), encoded, short);
	const anybody = token.connect(token.runner.provider);
	const stranger = anybody.distribute.staticCall([], [], { from: RECIPIENT });
	const unauthorized = ['CALL_EXCEPTION', 'OwnableUnauthorizedAccount', RECIPIENT];
	await checks.fails('custom error for a stranger', stranger, custom, unauthorized);

	const text = ({ code, reason }) => [code, reason];
	const uneven = token.distribute.staticCall([RECIPIENT], []);
	await checks.fails('Error(string) of a call', uneven, text, ['CALL_EXCEPTION', LENGTHS_DIFFER]);

	// ethers sends no transaction that would fail, unless it is told the gas.
	const sent = await token.transfer(...tooMuch, { gasLimit: 100_000 });
	const status = ({ code, receipt }) => [code, receipt?.status];
	await checks.fails('transaction that reverts', sent.wait(), status, ['CALL_EXCEPTION', 0]);
}

/** What ethers makes of the node's reasons to refuse a transaction. */
async function checkRefusals(wallet, sent, checks) {
	const code = (error) => error.code;
	const poor = new Wallet(id('an account without ether'), wallet.provider);
	const payment = poor.sendTransaction({ to: RECIPIENT, value: 1n });
	await checks.fails('transaction without the ether', payment, code, 'INSUFFICIENT_FUNDS');
	const stale = wallet.sendTransaction({ to: RECIPIENT, nonce: sent.transaction.nonce });
	await checks.fails('transaction with a used nonce', stale, code, 'NONCE_EXPIRED');
	const found = await wallet.provider.getTransaction(sent.transaction.hash);
	const again = wallet.provider.broadcastTransaction(Transaction.from(found).serialized);
	await checks.fails('transaction sent a second time', again, code, 'NONCE_EXPIRED');
}

/** Many requests at once, which ethers puts into batches. */
async function checkMany(provider, { account, token }, checks) {
	const expected = await provider.getBalance(account);
	const many = Array.from({ length: 250 }, () => provider.getBalance(account));
	checks.equal('250 balances at once', new Set(await Promise.all(many)), new Set([expected]));
	const reads = [token.name(), token.symbol(), token.decimals(), token.totalSupply()];
	checks.equal('four views at once', await Promise.all(reads), [
		TOKEN.name,
		TOKEN.symbol,
		18n,
		TOKEN.supply,
	]);
	const other = new Contract(RECIPIENT, ['function name() view returns (string)'], provider);
	await checks.fails(
		'view of an account without code',
		other.name(),
		({ code }) => code,
		'BAD_DATA',
	);
	const unknown = provider.send('eth_foo', []);
	await checks.fails('unknown method', unknown, ({ error }) => error?.code, -32601);
}
