//! NPY, the array file of `NumPy`: a header with a Python dictionary, then samples of any type.

mod write;
