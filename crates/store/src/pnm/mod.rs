//! PNM, the portable any map of Netpbm: a header of text, then rows of samples with the highest byte
//! first.

mod write;
