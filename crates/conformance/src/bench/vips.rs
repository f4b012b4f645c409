//! libvips as a peer for a chain of operations, which its command line cannot run in one process.
//!
//! The library is loaded when it is asked for, so that nothing needs it to be built.

use std::error::Error;
use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;

use libloading::{Library, Symbol};
use raster::Spec;

/// A `VipsImage`, which only the library looks into.
type Image = *mut c_void;
type Operation<A> = unsafe extern "C" fn(Image, *mut Image, A, ...) -> c_int;

/// `VIPS_PRECISION_INTEGER`, and `VIPS_OPERATION_RELATIONAL_MORE`.
const INTEGER: c_int = 0;
const MORE: c_int = 4;
/// Ends a list of options.
const END: *const c_char = ptr::null();

/// libvips.
pub struct Vips(Library);

impl Vips {
    /// Loads and starts the library; `None` if it is not installed.
    pub fn load() -> Option<Self> {
        // SAFETY: starting the library has no requirements, and `vips_init` is the first of its
        // functions that is called.
        unsafe {
            let library = Library::new("libvips.so.42").ok()?;
            let init: Symbol<'_, unsafe extern "C" fn(*const c_char) -> c_int> =
                library.get("vips_init").ok()?;
            if init(c"gigapx".as_ptr()) != 0 {
                return None;
            }
            // It would remember results, and do nothing when it is asked again.
            let forget: Symbol<'_, unsafe extern "C" fn(c_int)> =
                library.get("vips_cache_set_max").ok()?;
            forget(0);
            Some(Self(library))
        }
    }

    /// Gaussian of `sigma` cut at `min_amplitude`, horizontal Sobel to a quarter around 128, and what is
    /// above 128: raw uint8 pixels of one channel to raw pixels. In three operations, which is how it
    /// is fastest: its masks scale and shift, and stay in uint8.
    ///
    /// # Errors
    /// If the library refuses a step.
    pub fn edges(
        &self,
        [input, output]: [&Path; 2],
        spec: &Spec,
        sigma: f64,
        min_amplitude: f64,
    ) -> Result<(), Box<dyn Error>> {
        let [input, output] =
            [input, output].map(|path| CString::new(path.to_string_lossy().as_bytes()));
        let (input, output) = (input?, output?);
        // SAFETY: the functions have these types in vips.h of version 8; strings and the matrix outlive
        // the calls, every list of options ends with a null, and images are let go of by `Held`.
        unsafe {
            let load: Symbol<
                '_,
                unsafe extern "C" fn(*const c_char, *mut Image, c_int, c_int, c_int, ...) -> c_int,
            > = self.0.get("vips_rawload")?;
            let source = self.made(|out| {
                load(input.as_ptr(), out, spec.width as c_int, spec.height as c_int, 1, END)
            })?;
            let blur: Symbol<'_, Operation<f64>> = self.0.get("vips_gaussblur")?;
            let blurred = self.made(|out| {
                let options = (c"min_ampl".as_ptr(), c"precision".as_ptr());
                blur(source.0, out, sigma, options.0, min_amplitude, options.1, INTEGER, END)
            })?;
            let mask = self.mask()?;
            let convolve: Symbol<'_, Operation<Image>> = self.0.get("vips_conv")?;
            let edges = self.made(|out| {
                convolve(blurred.0, out, mask.0, c"precision".as_ptr(), INTEGER, END)
            })?;
            let relate: Symbol<
                '_,
                unsafe extern "C" fn(Image, *mut Image, c_int, f64, ...) -> c_int,
            > = self.0.get("vips_relational_const1")?;
            let result = self.made(|out| relate(edges.0, out, MORE, 128.0, END))?;
            let save: Symbol<'_, unsafe extern "C" fn(Image, *const c_char, ...) -> c_int> =
                self.0.get("vips_rawsave")?;
            if save(result.0, output.as_ptr(), END) == 0 { Ok(()) } else { Err(REFUSED.into()) }
        }
    }

    /// Sobel's mask, divided by 4, and 128 on top.
    ///
    /// # Safety
    /// As in `edges`.
    unsafe fn mask(&self) -> Result<Held<'_>, Box<dyn Error>> {
        const SOBEL: [f64; 9] = [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
        // SAFETY: as in `edges`; the matrix is copied.
        unsafe {
            let make: Symbol<'_, unsafe extern "C" fn(c_int, c_int, *const f64, c_int) -> Image> =
                self.0.get("vips_image_new_matrix_from_array")?;
            let set: Symbol<'_, unsafe extern "C" fn(Image, *const c_char, f64)> =
                self.0.get("vips_image_set_double")?;
            let mask = make(3, 3, SOBEL.as_ptr(), SOBEL.len() as c_int);
            if mask.is_null() {
                return Err(REFUSED.into());
            }
            set(mask, c"scale".as_ptr(), 4.0);
            set(mask, c"offset".as_ptr(), 128.0);
            Ok(Held(mask, &self.0))
        }
    }

    /// The image that an operation makes.
    fn made(&self, make: impl FnOnce(*mut Image) -> c_int) -> Result<Held<'_>, Box<dyn Error>> {
        let mut image = ptr::null_mut();
        if make(&raw mut image) == 0 { Ok(Held(image, &self.0)) } else { Err(REFUSED.into()) }
    }
}

const REFUSED: &str = "libvips refused a step";

/// An image that is let go of at the end.
struct Held<'a>(Image, &'a Library);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: this is a GObject that nobody else lets go of; the library finds the function among
        // those it depends on.
        unsafe {
            if let Ok(unref) = self.1.get::<unsafe extern "C" fn(*mut c_void)>("g_object_unref") {
                unref(self.0);
            }
        }
    }
}
