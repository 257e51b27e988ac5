//! OpenBLAS itself: its threads and its identity.

use std::ffi::{CStr, c_char, c_int};
use std::sync::Once;

#[expect(unsafe_code, reason = "OpenBLAS's own functions have no binding crate")]
unsafe extern "C" {
    safe fn openblas_set_num_threads(num_threads: c_int);
    safe fn openblas_get_config() -> *const c_char;
    safe fn openblas_get_corename() -> *const c_char;
}

/// Holds OpenBLAS to one thread, for the whole process and for good; all calls after the first cost nothing.
///
/// Everything in this module does so itself. Code that reaches BLAS by another way (ndarray's `dot`) calls it first.
pub fn pin_blas() {
    static PINNED: Once = Once::new();
    PINNED.call_once(|| openblas_set_num_threads(1));
}

/// Which BLAS computes here: build options and processor kernel. Another kernel may change last bits, hence this belongs
/// into the record of a run.
pub fn blas_description() -> String {
    format!("{}; kernel {}", text(openblas_get_config()).trim(), text(openblas_get_corename()))
}

#[expect(unsafe_code, reason = "the two functions return pointers to static strings")]
fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null, and OpenBLAS documents both as zero-terminated strings that live as long as the library.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_library_names_itself() {
        super::pin_blas();
        let description = super::blas_description();
        assert!(description.starts_with("OpenBLAS") && description.contains("; kernel "), "{description}");
    }
}
