//! Bringing a call to whoever has the power to make it.

use anyhow::Result;
use codec::Decode;
use migration_primitives::H256;
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;

use super::error::GovernError;
use crate::{
	args::{GovernAction, GovernWith},
	commands::submit::{call_hash, motion},
	console::Console,
	substrate::{Chain, Signer, SubstrateError},
};

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
	/// It was executed.
	Executed {
		/// The block.
		block: u32,
	},
	/// The council votes on it.
	Moved {
		/// The call's hash.
		motion: H256,
		/// The motion's number.
		index: u32,
		/// How many must agree.
		threshold: u32,
	},
	/// Nothing was sent.
	Printed {
		/// The call.
		call: Vec<u8>,
	},
}

/// Who makes the calls.
enum Power {
	/// Any account that signs.
	Anybody(Signer),
	Sudo(Signer),
	Council(Signer, u32),
	Nobody,
}

/// Makes calls.
pub(super) struct Sender<'a> {
	chain: &'a Chain,
	power: Power,
}

impl<'a> Sender<'a> {
	/// Makes calls as an action's arguments say.
	pub(super) fn new(chain: &'a Chain, action: &GovernAction) -> Result<Self> {
		let signer = || Signer::from_args(&action.on().signer);
		let power = match action.power() {
			None => Power::Anybody(signer()?),
			Some(power) => match power.with {
				GovernWith::Sudo => Power::Sudo(signer()?),
				GovernWith::Council => {
					let threshold = power.council_threshold.ok_or(GovernError::NoThreshold)?;
					Power::Council(signer()?, threshold)
				}
				GovernWith::Print => Power::Nobody,
			},
		};
		Ok(Self { chain, power })
	}

	/// Makes a call of the pallet.
	pub(super) async fn send(&self, name: &str, call: Vec<u8>, console: &Console) -> Result<Sent> {
		let full = format!("Migration.{name}");
		match &self.power {
			Power::Anybody(signer) => {
				console.say(format!("sending {full}"));
				self.execute(signer, &full, &call).await
			}
			Power::Sudo(signer) => {
				console.say(format!("sending {full} through sudo"));
				self.execute(signer, &full, &self.chain.sudo(&call)?).await
			}
			Power::Council(signer, threshold) => {
				console.say(format!(
					"moving {full} in the council: motion {:?}, {threshold} must agree ({})",
					call_hash(&call),
					needed(name),
				));
				self.make_motion(signer, *threshold, &call).await
			}
			Power::Nobody => Ok(Sent::Printed { call }),
		}
	}

	async fn execute(&self, signer: &Signer, name: &str, call: &[u8]) -> Result<Sent> {
		let included = self.chain.execute(signer, name, call).await?;
		Ok(Sent::Executed { block: included.block })
	}

	async fn make_motion(&self, signer: &Signer, threshold: u32, call: &[u8]) -> Result<Sent> {
		let hash = call_hash(call);
		let bytes = motion(self.chain, threshold, call)?;
		let included = match self.chain.execute(signer, "Council.propose", &bytes).await {
			Err(SubstrateError::Failed { reason, .. }) if reason.contains("DuplicateProposal") => {
				return Err(GovernError::MotionExists { motion: hash }.into())
			}
			included => included?,
		};
		for fields in self.chain.events(included.hash, "Council", "Proposed").await? {
			let (_, index, motion, threshold) =
				<(AccountId32, u32, H256, u32)>::decode(&mut fields.as_slice())?;
			if motion == hash {
				return Ok(Sent::Moved { motion, index, threshold });
			}
		}
		// One who must agree is the one who moves it: the council executes it at once.
		Ok(Sent::Executed { block: included.block })
	}
}

/// What part of the council a call takes; a chain with other origins asks for another.
fn needed(name: &str) -> &'static str {
	match name {
		"pause" => "in the reference runtime it takes a third of the members",
		"abort" => "in the reference runtime it takes half of the members",
		_ => "in the reference runtime it takes two thirds of the members",
	}
}

/// What became of the calls, for programs and for people.
pub(super) fn report(chain: &Chain, sent: &[Sent]) -> (Value, String) {
	let (name, version) = chain.runtime();
	let list: Vec<Value> = sent.iter().map(data).collect();
	let lines: Vec<String> = sent.iter().map(text).collect();
	let mut lines = lines.join("\n");
	if sent.iter().any(|sent| matches!(sent, Sent::Printed { .. })) {
		lines.push_str(&format!(
			"\nmade for {name} version {version}: decode it before it is signed (polkadot.js, \
			 Developer, Extrinsics, Decode). Nothing was sent."
		));
	}
	(json!({ "sent": list, "spec_name": name, "spec_version": version }), lines)
}

fn data(sent: &Sent) -> Value {
	match sent {
		Sent::Executed { block } => json!({ "executed": true, "block": block }),
		Sent::Moved { motion, index, threshold } => json!({
			"executed": false, "motion": motion, "index": index, "threshold": threshold,
		}),
		Sent::Printed { call } => json!({
			"executed": false,
			"call": format!("0x{}", hex::encode(call)),
			"call_hash": call_hash(call),
			"call_length": call.len(),
		}),
	}
}

fn text(sent: &Sent) -> String {
	match sent {
		Sent::Executed { block } => format!("done in block {block}"),
		Sent::Moved { motion, index, threshold } => format!(
			"motion {index} of the council: {motion:?}. {threshold} members must agree \
			 (Council.vote), then anybody closes it (Council.close)"
		),
		Sent::Printed { call } => format!(
			"call 0x{}\nhash {:?} (Blake2-256), {} bytes",
			hex::encode(call),
			call_hash(call),
			call.len(),
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn needed_for_a_resumption_is_more_than_for_a_pause_works() {
		assert!(needed("pause").ends_with("a third of the members"));
		assert!(needed("abort").ends_with("half of the members"));
		assert!(needed("resume").ends_with("two thirds of the members"));
	}

	#[test]
	fn text_of_a_printed_call_has_hash_and_length_works() {
		let found = text(&Sent::Printed { call: vec![12, 5, 7, 0, 0, 0] });
		let hash = format!("{:?}", call_hash(&[12, 5, 7, 0, 0, 0]));
		assert_eq!(found, format!("call 0x0c0507000000\nhash {hash} (Blake2-256), 6 bytes"));
	}
}
