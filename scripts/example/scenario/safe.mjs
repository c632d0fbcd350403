import { Signature, ZeroAddress, concat, parseEther } from 'ethers';
import { contractAt } from '../lib/chain.mjs';
import { byRole, holdersOf } from './accounts.mjs';

const THRESHOLD = 2;
const SALT_NONCE = 2024;
const CALL = 0;

/** The three owners of the Safe. */
function owners(accounts) {
	return [1, 2, 3].map((i) => byRole(accounts, `safe owner ${i}`));
}

/** Deploys Safe with its factory and fallback handler, and creates one Safe with three owners. */
export async function deploySafe(chain, accounts, artifacts) {
	const deployer = byRole(accounts, 'deployer');
	const singleton = await chain.deploy(deployer, artifacts.Safe, {
		name: 'SafeSingleton',
		kind: 'Safe singleton',
	});
	const handler = await chain.deploy(deployer, artifacts.CompatibilityFallbackHandler, {
		name: 'SafeFallbackHandler',
		kind: 'Safe fallback handler',
	});
	const factory = await chain.deploy(deployer, artifacts.SafeProxyFactory, {
		kind: 'Safe proxy factory',
	});
	const setup = singleton.interface.encodeFunctionData('setup', [
		owners(accounts).map(({ address }) => address),
		THRESHOLD,
		ZeroAddress,
		'0x',
		handler.address,
		ZeroAddress,
		0,
		ZeroAddress,
	]);
	const receipt = await chain.execute(deployer, factory, 'createProxyWithNonce', [
		singleton.address,
		setup,
		SALT_NONCE,
	]);
	const created = receipt.logs
		.map((log) => factory.interface.parseLog(log))
		.find((event) => event?.name === 'ProxyCreation');
	const safe = contractAt({
		name: 'Safe',
		kind: 'Safe with three owners',
		address: created.args.proxy,
		deployer: factory.address,
		abi: artifacts.Safe.abi,
	});
	return { singleton, handler, factory, safe };
}

/** Funds the Safe, executes two transactions with two signatures each, and approves a third one. */
export async function exerciseSafe(chain, accounts, { tokens, safe: { safe } }) {
	const treasurer = byRole(accounts, 'treasurer');
	await chain.send(treasurer, { to: safe.address, value: parseEther('25') });
	const fund = [safe.address, parseEther('4000')];
	await chain.execute(treasurer, tokens.alder, 'transfer', fund);
	const [first, second] = holdersOf(accounts);
	await executeSafe(chain, accounts, safe, { to: first.address, value: parseEther('1.75') });
	const payment = [second.address, parseEther('120')];
	const data = tokens.alder.interface.encodeFunctionData('transfer', payment);
	await executeSafe(chain, accounts, safe, { to: tokens.alder.address, data });
	const waiting = await safeHash(chain, safe, { to: first.address, value: parseEther('2') });
	await chain.execute(owners(accounts)[2], safe, 'approveHash', [waiting]);
}

/** Executes a Safe transaction, signed by the first two owners in the order of their addresses. */
async function executeSafe(chain, accounts, safe, transaction) {
	const hash = await safeHash(chain, safe, transaction);
	const signers = owners(accounts)
		.slice(0, THRESHOLD)
		.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
	const sign = ({ signingKey }) => Signature.from(signingKey.sign(hash)).serialized;
	const args = [...fieldsOf(transaction), concat(signers.map(sign))];
	const receipt = await chain.execute(signers[0], safe, 'execTransaction', args);
	const success = safe.interface.getEvent('ExecutionSuccess').topicHash;
	if (!receipt.logs.some((log) => log.topics[0] === success)) {
		throw new Error(`the Safe transaction ${hash} failed`);
	}
}

/** The hash of a Safe transaction with the Safe's next nonce. */
async function safeHash(chain, safe, transaction) {
	const nonce = await chain.read(safe, 'nonce');
	return chain.read(safe, 'getTransactionHash', [...fieldsOf(transaction), nonce]);
}

/** A Safe transaction's fields without the last one: a call without refund of gas. */
function fieldsOf({ to, value = 0n, data = '0x' }) {
	return [to, value, data, CALL, 0, 0, 0, ZeroAddress, ZeroAddress];
}
