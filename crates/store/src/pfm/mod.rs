//! PFM, the portable float map: a header of text, then rows of floats, the lowest row first.

mod write;
