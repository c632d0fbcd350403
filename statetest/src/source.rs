//! Files of tests: alone, in folders, in archives.

use std::{
	fs::{self, File},
	io::{self, BufReader, Read},
	path::{Component, Path, PathBuf},
};

/// More than any file of tests has, so that an archive cannot fill the memory.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// A file of tests.
#[derive(Debug)]
pub struct TestFile {
	/// Where it is from.
	pub name: String,
	/// Its name without folders and extension.
	pub stem: String,
	/// The JSON.
	pub bytes: Vec<u8>,
}

/// Why a path cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
	/// The system refused.
	#[error("{path}: {error}")]
	Io {
		/// The path.
		path: PathBuf,
		/// Why.
		error: io::Error,
	},
	/// Neither JSON nor an archive.
	#[error("{0}: neither a folder nor a file that ends with .json, .tar, .tar.gz or .tar.zst")]
	Kind(PathBuf),
	/// The file is above the limit.
	#[error("{name}: more than {limit} bytes")]
	TooLarge {
		/// The file.
		name: String,
		/// The limit in bytes.
		limit: u64,
	},
	/// Nobody wants more.
	#[error("stopped")]
	Stopped,
}

/// Gives every file of tests under a path to `sink`, until it is false. Folders and archives may hold
/// other files, which are passed over, as is what is in folders whose name begins with a dot.
pub fn read(path: &Path, sink: &mut dyn FnMut(TestFile) -> bool) -> Result<(), SourceError> {
	let at = |error| SourceError::Io { path: path.to_path_buf(), error };
	if fs::metadata(path).map_err(at)?.is_dir() {
		return read_folder(path, sink);
	}
	let name = path.to_string_lossy();
	if name.ends_with(".json") {
		let file = File::open(path).map_err(at)?;
		return emit(path, &name, file, sink);
	}
	let open = || File::open(path).map(BufReader::new).map_err(at);
	if name.ends_with(".tar") {
		read_archive(path, open()?, sink)
	} else if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
		read_archive(path, flate2::bufread::MultiGzDecoder::new(open()?), sink)
	} else if name.ends_with(".tar.zst") || name.ends_with(".tar.zstd") {
		let decoder = ruzstd::decoding::StreamingDecoder::new(open()?)
			.map_err(|error| at(io::Error::other(error.to_string())))?;
		read_archive(path, decoder, sink)
	} else {
		Err(SourceError::Kind(path.to_path_buf()))
	}
}

fn read_folder(path: &Path, sink: &mut dyn FnMut(TestFile) -> bool) -> Result<(), SourceError> {
	let at = |error| SourceError::Io { path: path.to_path_buf(), error };
	let mut entries: Vec<PathBuf> = fs::read_dir(path)
		.map_err(at)?
		.map(|entry| entry.map(|entry| entry.path()))
		.collect::<Result<_, _>>()
		.map_err(at)?;
	entries.sort();
	for entry in entries {
		let hidden = entry.components().next_back().is_some_and(is_hidden);
		if entry.is_dir() && !hidden {
			read_folder(&entry, sink)?;
		} else if entry.is_file() && is_json(&entry) && !hidden {
			let at = |error| SourceError::Io { path: entry.clone(), error };
			let file = File::open(&entry).map_err(at)?;
			emit(&entry, &entry.to_string_lossy(), file, sink)?;
		}
	}
	Ok(())
}

fn read_archive(
	path: &Path,
	reader: impl Read,
	sink: &mut dyn FnMut(TestFile) -> bool,
) -> Result<(), SourceError> {
	let at = |error| SourceError::Io { path: path.to_path_buf(), error };
	let mut archive = tar::Archive::new(reader);
	for entry in archive.entries().map_err(at)? {
		let entry = entry.map_err(at)?;
		let inner = entry.path().map_err(at)?.into_owned();
		let hidden = inner.components().any(is_hidden);
		if entry.header().entry_type().is_file() && is_json(&inner) && !hidden {
			emit(path, &inner.to_string_lossy(), entry, sink)?;
		}
	}
	Ok(())
}

/// Whether a folder's or file's name begins with a dot.
fn is_hidden(part: Component<'_>) -> bool {
	matches!(part, Component::Normal(name) if name.to_string_lossy().starts_with('.'))
}

fn is_json(path: &Path) -> bool {
	path.extension().is_some_and(|extension| extension == "json")
}

fn emit(
	path: &Path,
	name: &str,
	reader: impl Read,
	sink: &mut dyn FnMut(TestFile) -> bool,
) -> Result<(), SourceError> {
	let mut bytes = Vec::new();
	reader
		.take(MAX_FILE_BYTES + 1)
		.read_to_end(&mut bytes)
		.map_err(|error| SourceError::Io { path: path.to_path_buf(), error })?;
	if bytes.len() as u64 > MAX_FILE_BYTES {
		return Err(SourceError::TooLarge { name: name.to_owned(), limit: MAX_FILE_BYTES });
	}
	let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
	if sink(TestFile { name: name.to_owned(), stem, bytes }) {
		Ok(())
	} else {
		Err(SourceError::Stopped)
	}
}
