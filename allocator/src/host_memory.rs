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
		let first = self.host.malloc(PIECE);
		if first.is_null() {
			return None;
		}
		let start = first as usize;
		let mut end = start.checked_add(PIECE)?;
		for taken in 1..pieces {
			let next = self.host.malloc(PIECE);
			if next as usize != end + HOST_HEADER {
				// A host that does not give one after the other: it has to have room for all at once.
				self.give_back(first, taken);
				if !next.is_null() {
					self.host.free(next);
				}
				let all = self.host.malloc(size);
				let start = all as usize;
				return (!all.is_null()).then_some((start, start.checked_add(size)?));
			}
			end = (next as usize).checked_add(PIECE)?;
		}
		Some((start, end))
	}

	/// Gives `count` neighbouring pieces back.
	fn give_back(&self, first: *mut u8, count: usize) {
		for index in 0..count {
			self.host.free(first.wrapping_add(index * (PIECE + HOST_HEADER)));
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
