import { getCreateAddress } from 'ethers';
import { cast } from '../lib/cast.mjs';
import { RECIPIENT, TOKEN } from './token.mjs';

/** Sends with `cast send`, without any flag about gas, and reads what it did. */
export async function checkCast({ url, key, account, artifacts, checks }) {
	const ask = (...args) => cast([...args, '--rpc-url', url]);
	const send = async (...args) => {
		const [before, options] = splitAtCreate(args);
		const flags = ['--rpc-url', url, '--private-key', key, '--json'];
		return JSON.parse(await cast(['send', ...before, ...flags, ...options]));
	};

	const balance = BigInt(await ask('balance', RECIPIENT));
	const sent = await send(RECIPIENT, '--value', '1ether');
	checks.equal('status of a transfer of ether', sent.status, '0x1');
	checks.equal('type of a transfer of ether', sent.type, '0x2');
	checks.equal('gas of a transfer of ether', sent.gasUsed, '0x5208');
	const received = BigInt(await ask('balance', RECIPIENT)) - balance;
	checks.equal('ether that was received', received, 10n ** 18n);
	const earlier = String(Number(sent.blockNumber) - 1);
	const before = await ask('balance', RECIPIENT, '--block', earlier);
	checks.equal('balance at the block before', BigInt(before), balance);

	const nonce = Number(await ask('nonce', account));
	const { abi, bytecode } = artifacts.ExampleToken;
	const { inputs } = abi.find(({ type }) => type === 'constructor');
	const signature = `constructor(${inputs.map(({ type }) => type).join(',')})`;
	const values = [TOKEN.name, TOKEN.symbol, String(TOKEN.supply)];
	const deployed = await send('--create', bytecode, signature, ...values);
	const token = getCreateAddress({ from: account, nonce });
	checks.equal('address of a deployment', deployed.contractAddress, token.toLowerCase());
	const transfer = await send(token, 'transfer(address,uint256)', RECIPIENT, '5');
	checks.equal('status of transfer()', transfer.status, '0x1');
	checks.equal('events of transfer()', transfer.logs.length, 1);
	const tokens = await ask('call', token, 'balanceOf(address)(uint256)', RECIPIENT);
	checks.equal('balanceOf() after', tokens, '5');
	const estimate = await ask('estimate', RECIPIENT, '--value', '1', '--from', account);
	checks.equal('estimate of a transfer of ether', estimate, '21000');

	for (const tag of ['latest', 'pending', 'safe', 'finalized']) {
		checks.equal(`block ${tag}`, await ask('block', tag, '--field', 'hash'), transfer.blockHash);
	}
	const logs = JSON.parse(
		await ask('logs', '--address', token, '--from-block', deployed.blockNumber, '--json'),
	);
	const places = logs.map(({ transactionHash, logIndex }) => [transactionHash, logIndex]);
	checks.equal('logs', places, [
		[deployed.transactionHash, '0x0'],
		[deployed.transactionHash, '0x1'],
		[transfer.transactionHash, '0x0'],
	]);
	const found = JSON.parse(await ask('receipt', transfer.transactionHash, '--json'));
	checks.equal('receipt', found.blockHash, transfer.blockHash);
	const failed = ask('call', token, 'transfer(address,uint256)', RECIPIENT, String(2n ** 255n));
	const wording = ({ output }) => /execution reverted/.test(output);
	await checks.fails('call that reverts', failed, wording, true);
}

/** `--create` ends the flags of `cast send`. */
function splitAtCreate(args) {
	const at = args.indexOf('--create');
	return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)];
}
