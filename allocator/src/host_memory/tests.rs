#![allow(unsafe_code)]

use super::*;
use dlmalloc::{Allocator, Dlmalloc};
use std::cell::{Cell, RefCell as Record};

/// Memory of the fake node.
const ADDRESS_SPACE: usize = 128 * PIECE;

/// A node that gives one piece after the other, each with a header before it, in powers of two, and
/// takes notes. With `gap` its headers are longer.
struct Node {
	memory: Box<[u64]>,
	next: Cell<usize>,
	gap: usize,
	freed: Record<Vec<usize>>,
	/// Pieces that were given back to this node and that it gives again, the last first.
	free: Record<Vec<usize>>,
}

impl Node {
	fn with_gap(gap: usize) -> Self {
		let memory = vec![0; ADDRESS_SPACE / 8].into_boxed_slice();
		let (freed, free) = (Record::default(), Record::default());
		Self { memory, next: Cell::new(0), gap, freed, free }
	}

	fn base(&self) -> usize {
		self.memory.as_ptr() as usize
	}
}

impl Host for &Node {
	fn malloc(&self, size: usize) -> *mut u8 {
		if size == PIECE {
			if let Some(piece) = self.free.borrow_mut().pop() {
				return piece as *mut u8;
			}
		}
		let start = self.next.get() + HOST_HEADER + self.gap;
		let end = start + size.next_power_of_two();
		if end > ADDRESS_SPACE {
			return ptr::null_mut();
		}
		self.next.set(end);
		(self.base() + start) as *mut u8
	}

	fn free(&self, pointer: *mut u8) {
		self.freed.borrow_mut().push(pointer as usize);
	}
}

// SAFETY: each test has one thread.
unsafe impl Sync for Node {}

fn node() -> Node {
	Node::with_gap(0)
}

#[test]
fn neighbouring_pieces_become_one_span_works() {
	let node = node();
	let memory = HostMemory::new(&node);
	let (first, size, _) = memory.alloc(10);
	assert_eq!((first as usize, size), (node.base() + HOST_HEADER, PIECE));
	let (second, size, _) = memory.alloc(3 * PIECE - 5);
	// With the header between, and those of the two other pieces.
	assert_eq!((second as usize, size), (first as usize + PIECE, 3 * (PIECE + HOST_HEADER)));
	assert_eq!(memory.spans.borrow().count, 1);
	assert!(
		memory.owns(first) && memory.owns(second) && memory.owns(second.wrapping_add(size - 1))
	);
	assert!(!memory.owns(second.wrapping_add(size)) && !memory.owns(first.wrapping_sub(1)));
}

#[test]
fn what_the_host_gave_in_between_is_not_owned_works() {
	let node = node();
	let memory = HostMemory::new(&node);
	let (first, ..) = memory.alloc(1);
	let foreign = (&node).malloc(100);
	let (second, size, _) = memory.alloc(1);
	assert_eq!(size, PIECE);
	assert_eq!(memory.spans.borrow().count, 2);
	assert!(memory.owns(first) && memory.owns(second) && !memory.owns(foreign));
	memory.free_foreign(foreign);
	assert_eq!(*node.freed.borrow(), [foreign as usize]);
}

#[test]
fn host_that_does_not_give_neighbours_is_asked_for_all_at_once_works() {
	let node = Node::with_gap(8);
	let memory = HostMemory::new(&node);
	let (all, size, _) = memory.alloc(3 * PIECE);
	assert_eq!(size, 3 * PIECE);
	assert!(memory.owns(all) && memory.owns(all.wrapping_add(size - 1)));
	let tried = node.base() + HOST_HEADER + 8;
	// All that could be put aside, the last run, and the piece after it.
	let count = MAX_ASIDE + 2;
	let expected: Vec<usize> =
		(0..count).map(|index| tried + index * (PIECE + HOST_HEADER + 8)).collect();
	assert_eq!(*node.freed.borrow(), expected);
	assert!(!memory.owns(tried as *const u8));
}

#[test]
fn pieces_that_the_host_was_given_back_do_not_break_a_run_works() {
	let node = node();
	let given: Vec<*mut u8> = (0..3).map(|_| (&node).malloc(PIECE)).collect();
	(&node).malloc(100);
	// The first and the third are no neighbours.
	node.free.borrow_mut().extend([given[0] as usize, given[2] as usize]);
	let memory = HostMemory::new(&node);
	let (all, size, _) = memory.alloc(33 * PIECE);
	assert_eq!(size, 33 * PIECE + 32 * HOST_HEADER);
	assert!(memory.owns(all) && memory.owns(all.wrapping_add(size - 1)));
	assert!(given.iter().all(|piece| !memory.owns(*piece)));
	assert_eq!(*node.freed.borrow(), [given[2] as usize, given[0] as usize]);
}

#[test]
fn run_that_begins_with_pieces_given_back_works() {
	let node = node();
	let given: Vec<*mut u8> = (0..2).map(|_| (&node).malloc(PIECE)).collect();
	node.free.borrow_mut().extend([given[1] as usize, given[0] as usize]);
	let memory = HostMemory::new(&node);
	let (all, size, _) = memory.alloc(2 * PIECE);
	assert_eq!((all, size), (given[0], 2 * PIECE + HOST_HEADER));
	assert!(node.freed.borrow().is_empty());
}

#[test]
fn host_without_memory_fails() {
	let node = node();
	let memory = HostMemory::new(&node);
	assert!(memory.alloc(ADDRESS_SPACE).0.is_null());
}

#[test]
fn more_spans_than_the_table_holds_fails() {
	let mut spans = Spans { spans: [Span { start: 0, end: 0 }; MAX_SPANS], count: 0 };
	for index in 0..MAX_SPANS {
		assert_eq!(spans.add(1_000 * index, 1_000 * index + 10), Some(1_000 * index));
	}
	assert_eq!(spans.add(1_000 * MAX_SPANS, 1_000 * MAX_SPANS + 10), None);
	// One that continues another still has room.
	assert_eq!(spans.add(10 + HOST_HEADER, 50), Some(10));
}

#[test]
fn what_was_given_back_serves_other_sizes_works() {
	let node = node();
	let mut allocator = Dlmalloc::new_with_allocator(HostMemory::new(&node));
	// A buffer that doubles up to a quarter of the memory, and then most of it in small pieces: with one list
	// for each power of two that would be more than there is.
	let mut size = 1 << 16;
	let mut buffer = unsafe { allocator.malloc(size, 8) };
	while size < 32 * PIECE {
		buffer = unsafe { allocator.realloc(buffer, size, 8, 2 * size) };
		assert!(!buffer.is_null());
		size *= 2;
		unsafe { ptr::write_bytes(buffer, 0xab, size) };
	}
	unsafe { allocator.free(buffer, size, 8) };
	let pieces: Vec<_> = (0..100 * PIECE / 10_000)
		.map(|index| {
			let piece = unsafe { allocator.malloc(10_000, 8) };
			assert!(!piece.is_null() && piece as usize % 8 == 0);
			assert!(allocator.allocator().owns(piece));
			unsafe { ptr::write_bytes(piece, index as u8, 10_000) };
			piece
		})
		.collect();
	for (index, piece) in pieces.iter().enumerate() {
		let bytes = unsafe { std::slice::from_raw_parts(*piece, 10_000) };
		assert!(bytes.iter().all(|byte| *byte == index as u8));
	}
}

#[test]
fn alignment_is_kept_works() {
	let node = node();
	let mut allocator = Dlmalloc::new_with_allocator(HostMemory::new(&node));
	for align in [1, 2, 4, 8, 16, 64, 4_096] {
		let pointer = unsafe { allocator.malloc(33, align) };
		assert_eq!(pointer as usize % align, 0);
		assert!(allocator.allocator().owns(pointer));
	}
}
