//! Memory from the host in pieces, as the source of `dlmalloc`.

use core::{cell::RefCell, ptr};

/// Bytes that are taken from the host at once.
const PIECE: usize = 1 << 20;

/// Bytes between two pieces that the host gives one after the other: the second one's header, which
/// the host reads only when the piece is given back.
const HOST_HEADER: usize = 8;

/// Most spans that can be told apart. The host fills at most one piece after another, and a node gives
/// the runtime 128 MiB unless its chain says otherwise.
const MAX_SPANS: usize = 512;

/// Runs that are kept aside while a longer one is looked for. The host has been given back few pieces of
/// that size at any time: values of half a megabyte and more.
const MAX_ASIDE: usize = 16;

/// Neighbouring pieces, each with the host's header before it.
#[derive(Clone, Copy)]
struct Run {
	start: usize,
	pieces: usize,
}

impl Run {
	fn end(&self) -> usize {
		self.start + self.pieces * (PIECE + HOST_HEADER) - HOST_HEADER
	}
}

/// The allocator of the host.
pub trait Host {
	/// At least `size` bytes, aligned to eight, or null.
	fn malloc(&self, size: usize) -> *mut u8;

	/// Takes back what [`Host::malloc`] gave.
	fn free(&self, pointer: *mut u8);
}

/// Addresses without a gap, `start..end`.
#[derive(Clone, Copy)]
struct Span {
	start: usize,
	end: usize,
}

struct Spans {
	spans: [Span; MAX_SPANS],
	count: usize,
}

impl Spans {
	fn all(&self) -> &[Span] {
		&self.spans[..self.count]
	}

	/// Adds `start..end`, and returns where the new bytes start: those of the header before them are
	/// among them if the span before ends there. `None` if there is no room for another span.
	fn add(&mut self, start: usize, end: usize) -> Option<usize> {
		let count = self.count;
		if let Some(before) =
			self.spans[..count].iter_mut().find(|span| span.end + HOST_HEADER == start)
		{
			let joined = before.end;
			before.end = end;
			return Some(joined);
		}
		*self.spans.get_mut(count)? = Span { start, end };
		self.count += 1;
		Some(start)
	}
}

/// What was taken from the host; never given back.
pub struct HostMemory<H> {
	host: H,
	spans: RefCell<Spans>,
}

impl<H: Host> HostMemory<H> {
	/// Nothing is taken yet.
	pub const fn new(host: H) -> Self {
		let spans = [Span { start: 0, end: 0 }; MAX_SPANS];
		Self { host, spans: RefCell::new(Spans { spans, count: 0 }) }
	}

	/// Whether the pointer is into memory that was taken here, and not one that the host itself gave to
	/// the runtime.
	#[inline]
	pub fn owns(&self, pointer: *const u8) -> bool {
		let address = pointer as usize;
		self.spans.borrow().all().iter().any(|span| (span.start..span.end).contains(&address))
	}

	/// Gives a pointer back that the host gave to the runtime.
	#[inline]
	pub fn free_foreign(&self, pointer: *mut u8) {
		self.host.free(pointer);
	}

	/// Addresses of at least `size` bytes without a gap.
	fn take(&self, size: usize) -> Option<(usize, usize)> {
		let pieces = size.div_ceil(PIECE);
		let mut run = Run { start: self.piece()?, pieces: 1 };
		// Pieces that were given back to the host lie anywhere and come first. They are kept until the run
		// is long enough: given back at once, the host would give them again.
		let (mut aside, mut count) = ([None; MAX_ASIDE], 0);
		while run.pieces < pieces {
			let next = self.piece();
			if next == Some(run.end() + HOST_HEADER) {
				run.pieces += 1;
				continue;
			}
			if let (Some(start), Some(place)) = (next, aside.get_mut(count)) {
				*place = Some(run);
				run = Run { start, pieces: 1 };
				count += 1;
				continue;
			}
			// The host has no more, or never gives one piece after the other.
			aside.iter().flatten().chain([&run]).for_each(|run| self.give_back(run));
			self.host.free(next? as *mut u8);
			let all = self.host.malloc(size);
			let start = all as usize;
			return (!all.is_null()).then_some((start, start.checked_add(size)?));
		}
		aside.iter().flatten().for_each(|run| self.give_back(run));
		Some((run.start, run.end()))
	}

	/// One piece.
	fn piece(&self) -> Option<usize> {
		let piece = self.host.malloc(PIECE);
		(!piece.is_null()).then_some(piece as usize)
	}

	fn give_back(&self, run: &Run) {
		for index in 0..run.pieces {
			self.host.free((run.start + index * (PIECE + HOST_HEADER)) as *mut u8);
		}
	}
}

// SAFETY: `alloc` returns memory that the host gave and that nobody else has: whole pieces, and the
// headers between neighbouring ones, which the host does not read since no piece is given back later.
// It says itself where it starts and ends.
#[allow(unsafe_code)]
unsafe impl<H: Host + Send> dlmalloc::Allocator for HostMemory<H> {
	fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
		let none = (ptr::null_mut(), 0, 0);
		let Some((start, end)) = self.take(size) else { return none };
		match self.spans.borrow_mut().add(start, end) {
			Some(start) => (start as *mut u8, end - start, 0),
			None => none,
		}
	}

	fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
		ptr::null_mut()
	}

	fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
		false
	}

	fn free(&self, _: *mut u8, _: usize) -> bool {
		false
	}

	fn can_release_part(&self, _: u32) -> bool {
		false
	}

	fn allocates_zeros(&self) -> bool {
		false
	}

	fn page_size(&self) -> usize {
		1 << 16
	}
}

#[cfg(test)]
mod tests;
