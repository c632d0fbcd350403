//! The global allocator of a runtime that is built as Wasm.

use crate::host_memory::{Host, HostMemory};
use core::{
	alloc::{GlobalAlloc, Layout},
	cell::UnsafeCell,
	ptr,
};
use dlmalloc::Dlmalloc;

/// The allocator of the node that runs this runtime.
struct Node;

impl Host for Node {
	fn malloc(&self, size: usize) -> *mut u8 {
		u32::try_from(size).map_or(ptr::null_mut(), sp_io::allocator::malloc)
	}

	fn free(&self, pointer: *mut u8) {
		sp_io::allocator::free(pointer);
	}
}

struct RuntimeAllocator(UnsafeCell<Dlmalloc<HostMemory<Node>>>);

// SAFETY: a runtime has one thread.
#[allow(unsafe_code)]
unsafe impl Sync for RuntimeAllocator {}

#[global_allocator]
static ALLOCATOR: RuntimeAllocator =
	RuntimeAllocator(UnsafeCell::new(Dlmalloc::new_with_allocator(HostMemory::new(Node))));

impl RuntimeAllocator {
	/// Only for the time of one call below: none of them calls another or is called within another.
	#[allow(unsafe_code, clippy::mut_from_ref)]
	fn inner(&self) -> &mut Dlmalloc<HostMemory<Node>> {
		// SAFETY: a runtime has one thread, and nothing that runs within a call allocates.
		unsafe { &mut *self.0.get() }
	}
}

// SAFETY: what comes from `dlmalloc` goes back to it with its own layout. All other pointers are those
// in which the host returned values, and go back to the host.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for RuntimeAllocator {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		self.inner().malloc(layout.size(), layout.align())
	}

	unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
		self.inner().calloc(layout.size(), layout.align())
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		let inner = self.inner();
		if inner.allocator().owns(pointer) {
			inner.free(pointer, layout.size(), layout.align());
		} else {
			inner.allocator().free_foreign(pointer);
		}
	}

	unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
		let inner = self.inner();
		if inner.allocator().owns(pointer) {
			return inner.realloc(pointer, layout.size(), layout.align(), size);
		}
		let moved = inner.malloc(size, layout.align());
		if !moved.is_null() {
			ptr::copy_nonoverlapping(pointer, moved, layout.size().min(size));
			inner.allocator().free_foreign(pointer);
		}
		moved
	}
}
