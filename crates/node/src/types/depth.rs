use raster::Depth;

use crate::error::{Thrown, invalid_argument};

/// The depth of that name.
pub(crate) fn parse_depth(name: &str) -> Result<Depth, Thrown> {
    Depth::parse(name)
        .ok_or_else(|| invalid_argument(format!("expected a depth but received {name}")))
}

/// The depth of that name; `None` leaves the choice to the filter.
pub(crate) fn parse_output(name: Option<&str>) -> Result<Option<Depth>, Thrown> {
    name.map(parse_depth).transpose()
}
