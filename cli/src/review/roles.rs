//! Roles, as OpenZeppelin's AccessControl and AccessManager have them.
//!
//! A contract does not list who has a role, unless it is enumerable: its storage holds hashes. So it
//! is asked, for every role that its code names, whether each account that the snapshot names has
//! it. The roles of an access manager are numbers that its code does not name, but for that of its
//! administrators.

use std::collections::BTreeSet;

use migration_primitives::{hash::keccak256, H160, H256};

use super::{
	authority::{address, number, Search},
	bytecode::selector,
	index::IndexError,
};

/// Roles with a common name; their numbers are the hashes of the names.
const NAMES: [&str; 20] = [
	"ADMIN_ROLE",
	"BURNER_ROLE",
	"CANCELLER_ROLE",
	"DEPOSITOR_ROLE",
	"EXECUTOR_ROLE",
	"GOVERNOR_ROLE",
	"GUARDIAN_ROLE",
	"KEEPER_ROLE",
	"MANAGER_ROLE",
	"MINTER_ROLE",
	"OPERATOR_ROLE",
	"ORACLE_ROLE",
	"PAUSER_ROLE",
	"PREDICATE_ROLE",
	"PROPOSER_ROLE",
	"SNAPSHOT_ROLE",
	"TIMELOCK_ADMIN_ROLE",
	"TREASURY_ROLE",
	"UNPAUSER_ROLE",
	"UPGRADER_ROLE",
];

/// What an access manager is asked instead of `hasRole(bytes32,address)`.
const IS_MANAGED: &str = "hasRole(uint64,address)";

/// Most questions about the roles of one contract.
const MAX_QUESTIONS: usize = 20_000;
/// Most members of one role that are listed.
const MAX_MEMBERS: u64 = 256;
/// Most powers of one contract that are listed.
const MAX_POWERS: usize = 1_000;

/// Adds the roles of a contract, if it has any. `functions` are the selectors in its code, `constants`
/// the words.
pub(super) fn find(
	search: &mut Search<'_, '_>,
	functions: &BTreeSet<[u8; 4]>,
	constants: &BTreeSet<H256>,
	candidates: &BTreeSet<H160>,
) -> Result<(), IndexError> {
	access_control(search, constants, candidates)?;
	match functions.contains(&selector(IS_MANAGED)) {
		true => manager(search, candidates),
		false => Ok(()),
	}
}

fn access_control(
	search: &mut Search<'_, '_>,
	constants: &BTreeSet<H256>,
	candidates: &BTreeSet<H160>,
) -> Result<(), IndexError> {
	if has_role(search, H256::zero(), H160::zero())?.is_none() {
		return Ok(());
	}
	let mut roles = BTreeSet::from([H256::zero()]);
	roles.extend(constants);
	let mut open = Vec::new();
	for role in roles {
		if search.found.len() >= MAX_POWERS {
			search.cannot(format!("more than {MAX_POWERS} powers"));
			return Ok(());
		}
		if !enumerate(search, role)? {
			open.push(role);
		}
	}
	let questions = open.len().saturating_mul(candidates.len());
	if questions > MAX_QUESTIONS {
		search.cannot(format!(
			"its roles: {} numbers that may be roles and {} accounts are too many questions",
			open.len(),
			candidates.len(),
		));
		return Ok(());
	}
	let mut members = 0usize;
	for role in &open {
		for account in candidates {
			if has_role(search, *role, *account)? == Some(true) {
				if search.found.len() >= MAX_POWERS {
					search.cannot(format!("more than {MAX_POWERS} powers"));
					return Ok(());
				}
				members = members.saturating_add(1);
				search.add(power(*role), *account, "asked: hasRole()");
			}
		}
	}
	if !open.is_empty() {
		let found =
			if members == 0 { "no members were found" } else { "there may be more members" };
		search.cannot(format!(
			"all members of its roles: {found}; the {} accounts that the snapshot names were asked for",
			candidates.len(),
		));
	}
	Ok(())
}

/// Lists the members of a role where the contract can. Whether it could.
fn enumerate(search: &mut Search<'_, '_>, role: H256) -> Result<bool, IndexError> {
	let mut input = selector("getRoleMemberCount(bytes32)").to_vec();
	input.extend_from_slice(role.as_bytes());
	let count = search.call("getRoleMemberCount()", &input)?;
	let Some(count) = count.and_then(|data| number(&data)) else { return Ok(false) };
	let before = search.found.len();
	for index in 0..count.min(MAX_MEMBERS) {
		let mut input = selector("getRoleMember(bytes32,uint256)").to_vec();
		input.extend_from_slice(role.as_bytes());
		input.extend_from_slice(H256::from_low_u64_be(index).as_bytes());
		let member = search.call("getRoleMember()", &input)?;
		let Some(member) = member.and_then(|data| address(&data)) else {
			search.found.truncate(before);
			return Ok(false);
		};
		search.add(power(role), member, "asked: getRoleMember()");
	}
	if count > MAX_MEMBERS {
		search.cannot(format!(
			"{} more members of {}",
			count.saturating_sub(MAX_MEMBERS),
			power(role)
		));
	}
	Ok(true)
}

/// The administrators of an access manager.
fn manager(search: &mut Search<'_, '_>, candidates: &BTreeSet<H160>) -> Result<(), IndexError> {
	if candidates.len() > MAX_QUESTIONS {
		search.cannot(format!("its roles: {} accounts are too many questions", candidates.len()));
		return Ok(());
	}
	for account in candidates {
		let mut input = selector(IS_MANAGED).to_vec();
		input.extend_from_slice(H256::zero().as_bytes());
		input.extend_from_slice(H256::from(*account).as_bytes());
		let answer = search.call(IS_MANAGED, &input)?;
		// The second word is a delay.
		let is_member = answer.and_then(|data| number(data.get(..32)?));
		if is_member == Some(1) {
			if search.found.len() >= MAX_POWERS {
				search.cannot(format!("more than {MAX_POWERS} powers"));
				return Ok(());
			}
			search.add("role ADMIN_ROLE of an access manager", *account, "asked: hasRole()");
		}
	}
	search.cannot(format!(
		"all members of its roles, and which functions they may call: an access manager does not list \
		 them; the {} accounts that the snapshot names were asked for ADMIN_ROLE",
		candidates.len(),
	));
	Ok(())
}

/// What `hasRole` answers; `None` where the contract has no such function, and where that cannot be
/// known, which is noted.
fn has_role(
	search: &mut Search<'_, '_>,
	role: H256,
	account: H160,
) -> Result<Option<bool>, IndexError> {
	let mut input = selector("hasRole(bytes32,address)").to_vec();
	input.extend_from_slice(role.as_bytes());
	input.extend_from_slice(H256::from(account).as_bytes());
	let answer = search.call("hasRole()", &input)?;
	Ok(match answer.and_then(|data| number(&data)) {
		Some(0) => Some(false),
		Some(1) => Some(true),
		_ => None,
	})
}

/// A role by its name, if it is a common one.
fn power(role: H256) -> String {
	if role.is_zero() {
		return "role DEFAULT_ADMIN_ROLE".to_owned();
	}
	match NAMES.iter().find(|name| keccak256(name.as_bytes()) == role) {
		Some(name) => format!("role {name}"),
		None => format!("role {role:?}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn power_of_known_and_other_roles_works() {
		assert_eq!(power(H256::zero()), "role DEFAULT_ADMIN_ROLE");
		assert_eq!(power(keccak256(b"MINTER_ROLE")), "role MINTER_ROLE");
		let other = H256::repeat_byte(7);
		assert_eq!(power(other), format!("role {other:?}"));
	}
}
