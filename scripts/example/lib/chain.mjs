import { setTimeout } from 'node:timers/promises';
import { AbiCoder, HDNodeWallet, Interface, Transaction, getCreateAddress } from 'ethers';
import { rpc } from './rpc.mjs';

/** The mnemonic that anvil funds by default; public, so worth nothing. */
export const MNEMONIC = 'test test test test test test test test test test test junk';

const GWEI = 10n ** 9n;
const DEFAULT_GAS_LIMIT = 3_000_000n;
const DEPLOY_GAS_LIMIT = 8_000_000n;
const RECEIPT_TIMEOUT_MS = 10_000;

/** The wallet at `index` of the test mnemonic. */
export function walletAt(index) {
	return HDNodeWallet.fromPhrase(MNEMONIC, '', `m/44'/60'/0'/0/${index}`);
}

/** Sends transactions one by one, each in its own block, with fixed fees: every run is the same. */
export class Chain {
	constructor(url) {
		this.url = url;
		this.nonces = new Map();
	}

	/** Checks that the chain is fresh and makes every block 12 seconds younger than the one before. */
	async prepare() {
		const blockNumber = Number(await rpc(this.url, 'eth_blockNumber'));
		if (blockNumber !== 0) {
			throw new Error(`the chain must be fresh: its last block is ${blockNumber}, expected 0`);
		}
		this.chainId = BigInt(await rpc(this.url, 'eth_chainId'));
		await rpc(this.url, 'anvil_setBlockTimestampInterval', [12]);
	}

	/** Signs and sends one transaction, and gives its receipt; throws if it failed. */
	async send(wallet, { to = null, data = '0x', value = 0n, gasLimit = DEFAULT_GAS_LIMIT }) {
		const nonce = this.nonceOf(wallet.address);
		const transaction = Transaction.from({
			type: 2,
			chainId: this.chainId,
			nonce,
			to,
			data,
			value,
			gasLimit,
			maxFeePerGas: 5n * GWEI,
			maxPriorityFeePerGas: GWEI,
		});
		transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
		const hash = await rpc(this.url, 'eth_sendRawTransaction', [transaction.serialized]);
		const receipt = await this.receipt(hash);
		if (receipt.status !== '0x1') {
			const selector = data.slice(0, 10);
			throw new Error(`transaction ${nonce} of ${wallet.address} to ${to} (${selector}) failed`);
		}
		this.nonces.set(wallet.address, nonce + 1);
		return receipt;
	}

	/** Waits for the block that has the transaction, and gives its receipt. */
	async receipt(hash) {
		const deadline = Date.now() + RECEIPT_TIMEOUT_MS;
		for (;;) {
			const receipt = await rpc(this.url, 'eth_getTransactionReceipt', [hash]);
			if (receipt !== null) return receipt;
			if (Date.now() > deadline) {
				const seconds = RECEIPT_TIMEOUT_MS / 1000;
				throw new Error(`transaction ${hash} is in no block after ${seconds} seconds`);
			}
			await setTimeout(1);
		}
	}

	/** Calls a function of `contract` in a transaction. */
	execute(wallet, contract, name, args, value = 0n) {
		const data = contract.interface.encodeFunctionData(name, args);
		return this.send(wallet, { to: contract.address, data, value });
	}

	/** Reads a function of `contract`, and gives its only result, or all of them. */
	async read(contract, name, args = []) {
		const data = contract.interface.encodeFunctionData(name, args);
		const result = await rpc(this.url, 'eth_call', [{ to: contract.address, data }, 'latest']);
		const decoded = contract.interface.decodeFunctionResult(name, result);
		return decoded.length === 1 ? decoded[0] : decoded;
	}

	/** Deploys `artifact` with CREATE, and gives the contract as the description names it. */
	async deploy(wallet, artifact, { name = artifact.name, kind, args = [], abi = artifact.abi }) {
		const deployerNonce = this.nonceOf(wallet.address);
		const parameters = artifact.abi.find(({ type }) => type === 'constructor')?.inputs ?? [];
		const encoded = AbiCoder.defaultAbiCoder().encode(parameters, args);
		const data = artifact.bytecode + encoded.slice(2);
		const receipt = await this.send(wallet, { data, gasLimit: DEPLOY_GAS_LIMIT });
		const address = getCreateAddress({ from: wallet.address, nonce: deployerNonce });
		if (receipt.contractAddress !== address.toLowerCase()) {
			throw new Error(`${name} is at ${receipt.contractAddress}, expected ${address}`);
		}
		return contractAt({ name, kind, address, deployer: wallet.address, deployerNonce, abi });
	}

	/** The nonce of the next transaction of `address`, which is an account of this script alone. */
	nonceOf(address) {
		return this.nonces.get(address) ?? 0;
	}
}

/** A contract of the example: what the description says of it, and the interface to call it. */
export function contractAt({ name, kind, address, deployer, deployerNonce, abi }) {
	return { name, kind, address, deployer, deployerNonce, interface: new Interface(abi) };
}
