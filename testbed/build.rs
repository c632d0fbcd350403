//! Builds the runtime a second time, as Wasm, and exposes the blob to the native build.

fn main() {
	#[cfg(feature = "std")]
	{
		#[cfg(unix)]
		share_dependencies().expect("the folders of the Wasm builds can be written");
		substrate_wasm_builder::WasmBuilder::build_using_defaults();
	}
}

/// Lets the Wasm build of this runtime use the folder of the reference runtime's, so that FRAME and
/// the pallets are built once for both. A folder of its own, from before, stays.
#[cfg(all(feature = "std", unix))]
fn share_dependencies() -> std::io::Result<()> {
	let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
	// OUT_DIR is PROFILE/build/PACKAGE-HASH/out, and the Wasm builds are in PROFILE/wbuild.
	let builds = out.ancestors().nth(3).expect("OUT_DIR has four levels").join("wbuild");
	let shared = builds.join("migration-runtime/target");
	let own = builds.join(env!("CARGO_PKG_NAME")).join("target");
	std::fs::create_dir_all(&shared)?;
	std::fs::create_dir_all(builds.join(env!("CARGO_PKG_NAME")))?;
	match own.symlink_metadata() {
		Ok(_) => Ok(()),
		Err(_) => std::os::unix::fs::symlink(shared, own),
	}
}
