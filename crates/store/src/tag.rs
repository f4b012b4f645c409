//! What containers say beside pixels, as they say it.

/// A tag of a TIFF file that describes the image to people and other programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The number, such as 34675 for an ICC profile.
    pub number: u16,
    /// TIFF's number for the type of its values.
    pub kind: u16,
    /// How many values there are.
    pub count: u64,
    /// The values in this machine's byte order.
    pub bytes: Vec<u8>,
}
