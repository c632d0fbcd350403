//! A vector or two for every precompile; the mathematics is revm's and tested there.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{EvmSpec, ExecuteMode};
use hex_literal::hex;

fn precompile(number: u64) -> H160 {
	H160::from_low_u64_be(number)
}

/// Calls a precompile at top level with plenty of gas.
#[track_caller]
fn ask(number: u64, input: &[u8]) -> Vec<u8> {
	let request = ExecuteRequest::call(alice(), precompile(number), input.to_vec(), 2_000_000);
	let info = Pallet::<Test>::execute(request, ExecuteMode::ReadOnly).expect("the call is valid");
	assert!(info.exit.is_succeed(), "{:?}", info.exit);
	info.value
}

/// Whether a precompile rejects an input.
fn rejects(number: u64, input: &[u8]) -> bool {
	let request = ExecuteRequest::call(alice(), precompile(number), input.to_vec(), 2_000_000);
	let info = Pallet::<Test>::execute(request, ExecuteMode::ReadOnly).expect("the call is valid");
	!info.exit.is_succeed()
}

const HELLO: [u8; 32] = hex!("1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8");
const SIGNER: H160 = H160(hex!("2c7536e3605d9c16a7a3d7b1898e529396a65c23"));
const R: [u8; 32] = hex!("bc81bfc04b658485b9820cf4fac760c84f0fc628da21c9e64ed8aaede215e633");
const S: [u8; 32] = hex!("76cc1bfb23f9869c5b71a4069b48fce3ab0caaebc6bfb7a81cb12ac3b9b2f7b1");
const HIGH_S: [u8; 32] = hex!("8933e404dc067963a48e5bf964b7031b0fa231fae888e893a32133c916834990");

fn recover(v: H256, s: [u8; 32]) -> Vec<u8> {
	ask(1, &[HELLO, v.0, R, s].concat())
}

#[test]
fn ecrecover_works() {
	run(|| {
		let expected = address_word(SIGNER).to_vec();
		assert_eq!(recover(word(28), S), expected);
		assert_eq!(recover(word(27), HIGH_S), expected, "high s is valid here");
		assert_ne!(recover(word(27), S), expected);
		for v in [word(0), word(1), word(26), word(29), H256::repeat_byte(27)] {
			assert!(recover(v, S).is_empty());
		}
		assert!(recover(word(27), [0; 32]).is_empty());
		assert!(recover(word(27), [0xff; 32]).is_empty());
		assert!(ask(1, &[]).is_empty());
	});
}

/// The host's recovery and revm's own must agree on every kind of input.
#[test]
fn ecrecover_equals_the_reference_implementation() {
	use revm::precompile::{Crypto, DefaultCrypto};
	run(|| {
		let mut seed = [7u8; 32];
		let mut next = || {
			seed = sp_io::hashing::keccak_256(&seed);
			seed
		};
		for round in 0..200u32 {
			let message = next();
			let (mut r, mut s) = (next(), next());
			match round % 5 {
				0 => r[..20].fill(0),
				1 => s[..20].fill(0),
				2 => r[..16].fill(0xff),
				3 => s[..16].fill(0xff),
				_ => {}
			}
			for v in [27u8, 28] {
				let signature: [u8; 64] = [r, s].concat().try_into().unwrap();
				let expected = DefaultCrypto
					.secp256k1_ecrecover(&signature, v - 27, &message)
					.map_or(vec![], |address| address.to_vec());
				let input = [message, word(v.into()).0, r, s].concat();
				assert_eq!(ask(1, &input), expected, "round {round}");
			}
		}
	});
}

#[test]
fn hashes_and_identity_work() {
	run(|| {
		let sha256 = hex!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		assert_eq!(ask(2, b"abc"), sha256);
		let ripemd = hex!("0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
		assert_eq!(ask(3, b"abc"), ripemd);
		assert_eq!(ask(4, b"abc"), b"abc");
	});
}

/// Fermat's little theorem, the example of EIP-198.
#[test]
fn modexp_works() {
	run(|| {
		let input = [
			word(1).0.as_slice(),
			&word(32).0,
			&word(32).0,
			&hex!("03"),
			&hex!("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"),
			&hex!("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"),
		]
		.concat();
		assert_eq!(ask(5, &input), word(1).0);
		// Osaka: no operand above 1,024 bytes (EIP-7823).
		assert!(rejects(5, &[word(1_025).0, word(1).0, word(1).0].concat()));
	});
}

const BN_DOUBLE: [u8; 64] = hex!(
	"030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
	"15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4"
);
const BN_G2: [u8; 128] = hex!(
	"198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
	"1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
	"090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
	"12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
);

#[test]
fn bn254_works() {
	run(|| {
		let generator = [word(1).0, word(2).0].concat();
		assert_eq!(ask(6, &[generator.clone(), generator.clone()].concat()), BN_DOUBLE);
		assert_eq!(ask(7, &[generator.clone(), word(2).0.to_vec()].concat()), BN_DOUBLE);
		assert!(rejects(6, &[word(1).0, word(1).0].concat()), "not on the curve");

		let minus_two = hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45");
		let negative = [word(1).0, minus_two].concat();
		let pair = |g1: &[u8]| [g1, &BN_G2].concat();
		assert_eq!(ask(8, &[]), word(1).0);
		assert_eq!(ask(8, &pair(&generator)), word(0).0);
		assert_eq!(ask(8, &[pair(&generator), pair(&negative)].concat()), word(1).0);
	});
}

/// The fifth vector of EIP-152: BLAKE2b of "abc".
#[test]
fn blake2_works() {
	run(|| {
		let mut message = [0u8; 128];
		message[..3].copy_from_slice(b"abc");
		let input = [
			hex!("0000000c").as_slice(),
			&hex!("48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"),
			&hex!("d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b"),
			&message,
			&hex!("03000000000000000000000000000000"),
			&hex!("01"),
		]
		.concat();
		let expected = hex!(
			"ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
			"7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
		);
		assert_eq!(ask(9, &input), expected);
		assert!(rejects(9, &input[1..]));
	});
}

/// The commitment to the zero polynomial, opened anywhere.
#[test]
fn point_evaluation_works() {
	run(|| {
		let hash = hex!("010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
		let mut infinity = [0u8; 48];
		infinity[0] = 0xc0;
		let input = [&hash[..], &word(5).0, &word(0).0, &infinity, &infinity].concat();
		let expected = [
			word(4_096).0,
			hex!("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"),
		]
		.concat();
		assert_eq!(ask(10, &input), expected);
		let wrong = [&hash[..], &word(5).0, &word(1).0, &infinity, &infinity].concat();
		assert!(rejects(10, &wrong));
	});
}

const BLS_G1_X: [u8; 64] = hex!(
	"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f"
	"c3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
);
const BLS_G1_Y: [u8; 64] = hex!(
	"0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4"
	"fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"
);
const BLS_G1_MINUS_Y: [u8; 64] = hex!(
	"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f2"
	"67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca"
);
const BLS_G2: [u8; 256] = hex!(
	"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051"
	"c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
	"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65"
	"596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
	"000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351a"
	"adfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
	"000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99"
	"cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"
);

#[test]
fn bls12_381_works() {
	run(|| {
		let generator = [BLS_G1_X, BLS_G1_Y].concat();
		let negative = [BLS_G1_X, BLS_G1_MINUS_Y].concat();
		let sum = |a: &[u8], b: &[u8]| ask(0x0b, &[a, b].concat());
		assert_eq!(sum(&generator, &negative), vec![0; 128]);
		assert_eq!(sum(&generator, &[0; 128]), generator);
		let doubled = sum(&generator, &generator);
		assert_eq!(ask(0x0c, &[generator.clone(), word(2).0.to_vec()].concat()), doubled);

		let g2_double = ask(0x0d, &[BLS_G2, BLS_G2].concat());
		assert_eq!(ask(0x0e, &[&BLS_G2[..], &word(2).0].concat()), g2_double);

		let pair = |g1: &[u8]| [g1, &BLS_G2].concat();
		assert_eq!(ask(0x0f, &pair(&generator)), word(0).0);
		assert_eq!(ask(0x0f, &[pair(&generator), pair(&negative)].concat()), word(1).0);
		assert_eq!(ask(0x10, &[0; 64]).len(), 128);
		assert_eq!(ask(0x11, &[0; 128]).len(), 256);
		assert!(rejects(0x0b, &[1; 256]));
	});
}

#[test]
fn p256_works() {
	run(|| {
		let input = hex!(
			"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
			"942eb915a836fa5c5582304a381f96118bf42e266c538f84035150abe948546e"
			"60cb02069dc8c80520a2f9af7f8a53c430e6207bc5a2079526c2a2402113f26d"
			"3293fa71d97e94b739ee7ac6d36c395b79822b54ad28e3459d4e8557dcf5acb2"
			"2951a77122e574b836bdbc8db800052dccd22d315cf841b554f5f5d0147cf512"
		);
		assert_eq!(ask(0x100, &input), word(1).0);
		let mut wrong = input;
		wrong[0] ^= 1;
		assert!(ask(0x100, &wrong).is_empty());
	});
}

#[test]
fn precompiles_belong_to_their_hard_fork() {
	run(|| {
		let empty_before = |spec, number, input: &[u8]| {
			Spec::set(spec);
			ask(number, input).is_empty()
		};
		assert!(empty_before(EvmSpec::Homestead, 8, &[]));
		assert!(!empty_before(EvmSpec::Byzantium, 8, &[]));
		assert!(empty_before(EvmSpec::Cancun, 0x10, &[0; 64]));
		assert!(!empty_before(EvmSpec::Prague, 0x10, &[0; 64]));
	});
}

#[test]
fn precompile_called_from_a_contract_works() {
	run(|| {
		// STATICCALL sha256 over the input, then return its word.
		let code = Code::new()
			.copy_input()
			.push(32)
			.push(0)
			.ops(&[op::CALLDATASIZE])
			.push(0)
			.push(2)
			.ops(&[op::GAS, op::STATICCALL])
			.ops(&[op::POP])
			.push(32)
			.push(0)
			.ops(&[op::RETURN]);
		let contract = install(0xc0, code);
		let expected = sp_io::hashing::sha2_256(b"abc").to_vec();
		assert_eq!(view(contract, b"abc".to_vec()), expected);
	});
}

/// A contract that calls the point evaluation with nothing, twice, each time with this much gas, and
/// stores a one in the end.
fn failing_twice(gas: u64) -> H160 {
	let call = |code: Code| {
		let code = code.push(0).push(0).push(0).push(0).push(0x0a).push(gas);
		code.ops(&[op::STATICCALL, op::POP])
	};
	install(0xc0, call(call(Code::new())).sstore(1, 1))
}

#[test]
fn failed_precompile_takes_no_more_time_than_its_work_works() {
	run(|| {
		BoundsPrecompiles::set(true);
		let contract = failing_twice(5_000_000);
		let gas = crate::MAX_TRANSACTION_GAS_LIMIT;
		let info = succeed(ExecuteRequest::call(alice(), contract, vec![], gas));
		assert_eq!(slot(contract, 1), 1.into());
		// All gas that it was given is lost, and 50,000 of it at most was work.
		assert!(info.used_gas > 10_000_000);
		assert_eq!(info.surcharge.ref_time(), 2 * 50_000 * (410_000 - 20_000));
	});
}

#[test]
fn precompile_without_gas_takes_no_time_works() {
	run(|| {
		BoundsPrecompiles::set(true);
		let contract = failing_twice(49_999);
		let info = succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		assert_eq!(info.surcharge.ref_time(), 0);
	});
}
