"""Has other programs read what TIFF files say of their images: described.py FOLDER, as described.mjs has filled it."""

import json
import pathlib
import sys

import rasterio
import tifffile
from rasterio.transform import Affine
from rasterio.windows import Window

folder = pathlib.Path(sys.argv[1])
failures = []
count = 0


def check(what, entry, found, expected):
    """Notes whether something is as it should be."""
    global count
    count += 1
    if found != expected:
        failures.append(f"{what}: {entry}: {found}, not {expected}")


def placed(source, step):
    """The transform of what was made of the source, by rasterio's own arithmetic."""
    width, height, here = source.width, source.height, source.transform
    return {
        "same": here,
        "crop": source.window_transform(Window(37, 11, 200, 150)),
        "pad": source.window_transform(Window(-3, -5, width + 3, height + 5)),
        "flip": here * Affine(1, 0, 0, 0, -1, height),
        "flop": here * Affine(-1, 0, width, 0, 1, 0),
        "turned": here * Affine(0, 1, 0, -1, 0, height),
        "deep": source.window_transform(Window(10, 20, 100, 90)),
    }[step]


def micrometres(resolution):
    return 10_000 / resolution


manifest = json.loads((folder / "described.json").read_text())
resolution = [manifest["resolution"][axis] for axis in "xy"]
source = rasterio.open(folder / "described.tif")
check("rasterio reads the transform", "described.tif", list(source.transform)[:6], manifest["geo"]["transform"])
for entry in manifest["entries"]:
    file, step = folder / entry["name"], entry["step"]
    across, down = resolution[::-1] if step == "turned" else resolution
    with rasterio.open(file) as image:
        check("rasterio reads the place", entry, image.transform, placed(source, step))
        check("rasterio reads the coordinates", entry, image.crs, source.crs)
        check("rasterio reads nodata", entry, image.nodata, None if step == "deep" else 0)
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        check("tifffile reads the profile", entry, len(page.tags["InterColorProfile"].value), manifest["icc"])
        check("tifffile reads the resolution", entry, page.get_resolution("CENTIMETER"), (across, down))
        check("tifffile reads XMP", entry, bytes(page.tags["XMP"].value)[:11], b"<x:xmpmeta ")
        if entry["options"].get("pyramid") == "ome":
            pixels = tifffile.xml2dict(tiff.ome_metadata)["OME"]["Image"]
            check("tifffile reads the description", entry, pixels["Description"], "A place")
            sizes = [pixels["Pixels"][f"PhysicalSize{axis}"] for axis in "XY"]
            check("tifffile reads the size of pixels", entry, sizes, [micrometres(across), micrometres(down)])
        else:
            check("tifffile reads the description", entry, page.description, "A place")

print(f"{count:5}  facts about images, read by rasterio and tifffile")
for failure in failures[:40]:
    print("FAILED", failure)
sys.exit(1 if failures else 0)
