//! The file that says how large an image is and what its tiles are.

use super::DeepZoomOptions;

/// The descriptor of an image, in XML.
pub(super) fn descriptor(options: &DeepZoomOptions) -> String {
    let DeepZoomOptions { spec, format, tile_size, overlap, .. } = options;
    let (width, height, extension) = (spec.width, spec.height, format.extension());
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="{extension}" Overlap="{overlap}" TileSize="{tile_size}">
  <Size Width="{width}" Height="{height}"/>
</Image>
"#
    )
}
