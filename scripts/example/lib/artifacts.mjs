import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import solc from 'solc';

const require = createRequire(import.meta.url);
const CONTRACTS = new URL('../contracts/', import.meta.url);

/** Compiled by us although they are OpenZeppelin's: no package has their bytecode. */
const OPENZEPPELIN = [
	'@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol',
	'@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol',
	'@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol',
];

/** Where each package keeps a contract that was compiled by its authors. */
const PUBLISHED = {
	CompatibilityFallbackHandler: safe('handler/CompatibilityFallbackHandler'),
	Safe: safe('Safe'),
	SafeProxyFactory: safe('proxies/SafeProxyFactory'),
	UniswapV2Factory: '@uniswap/v2-core/build/UniswapV2Factory.json',
	UniswapV2Pair: '@uniswap/v2-core/build/UniswapV2Pair.json',
	UniswapV2Router02: '@uniswap/v2-periphery/build/UniswapV2Router02.json',
	WETH9: '@uniswap/v2-periphery/build/WETH9.json',
};

/** All contracts of the example by name, each with its ABI and creation code. */
export function loadArtifacts() {
	const artifacts = compile();
	for (const [name, path] of Object.entries(PUBLISHED)) {
		const { abi, bytecode, evm } = JSON.parse(readFileSync(require.resolve(path), 'utf8'));
		const code = evm?.bytecode.object ?? bytecode;
		artifacts[name] = { name, abi, bytecode: code.startsWith('0x') ? code : `0x${code}` };
	}
	return artifacts;
}

/** Compiles `contracts/*.sol` and the OpenZeppelin proxies; the settings are part of the example. */
function compile() {
	const sources = {};
	for (const file of readdirSync(CONTRACTS).filter((file) => file.endsWith('.sol'))) {
		sources[`contracts/${file}`] = { content: readFileSync(new URL(file, CONTRACTS), 'utf8') };
	}
	for (const path of OPENZEPPELIN) sources[path] = { content: readPackageFile(path) };
	const input = {
		language: 'Solidity',
		sources,
		settings: {
			evmVersion: 'shanghai',
			optimizer: { enabled: true, runs: 200 },
			outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
		},
	};
	const readImport = (path) => ({ contents: readPackageFile(path) });
	const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
	const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
	if (errors.length > 0) {
		throw new Error(`solc: ${errors.map((error) => error.formattedMessage).join('\n')}`);
	}
	const artifacts = {};
	for (const contracts of Object.values(output.contracts)) {
		for (const [name, { abi, evm }] of Object.entries(contracts)) {
			artifacts[name] = { name, abi, bytecode: `0x${evm.bytecode.object}` };
		}
	}
	return artifacts;
}

function readPackageFile(path) {
	return readFileSync(require.resolve(path), 'utf8');
}

function safe(path) {
	const name = path.split('/').at(-1);
	return `@safe-global/safe-smart-account/build/artifacts/contracts/${path}.sol/${name}.json`;
}
