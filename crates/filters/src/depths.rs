//! From depths that are known at run time to types.

/// Runs an expression with the type `$sample` set to that of a [`Depth`](raster::Depth).
macro_rules! with_depth {
    ($depth:expr, $sample:ident => $body:expr) => {
        match $depth {
            raster::Depth::U8 => {
                type $sample = u8;
                $body
            }
            raster::Depth::U16 => {
                type $sample = u16;
                $body
            }
            raster::Depth::I16 => {
                type $sample = i16;
                $body
            }
            raster::Depth::I32 => {
                type $sample = i32;
                $body
            }
            raster::Depth::F32 => {
                type $sample = f32;
                $body
            }
        }
    };
}
pub(crate) use with_depth;
