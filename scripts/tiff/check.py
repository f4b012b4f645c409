"""Has other programs read TIFF files: check.py FOLDER, as scripts/tiff.mjs has filled it."""

import json
import pathlib
import shutil
import subprocess
import sys
import warnings

import numpy
import tifffile

# These images have no place on the map.
warnings.filterwarnings("ignore", message="Dataset has no geotransform")

folder = pathlib.Path(sys.argv[1])
failures = []
counts = {}


def check(what, name, holds, why=""):
    """Notes whether something is as it should be."""
    counts[what] = counts.get(what, 0) + 1
    if not holds:
        failures.append(f"{what}: {name} {why}")


def half(image):
    """Means of four, ties to even; odd sides are filled up with their last pixels."""
    height, width, _ = image.shape
    image = numpy.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    if image.dtype == numpy.float32:
        rows = image[0::2] + image[1::2]
        return (rows[:, 0::2] + rows[:, 1::2]) * numpy.float32(0.25)
    wide = image.astype(numpy.int64)
    rows = wide[0::2] + wide[1::2]
    return numpy.rint((rows[:, 0::2] + rows[:, 1::2]) / 4).astype(image.dtype)


def levels(image, tile):
    """The image and its smaller copies."""
    yield image
    while max(image.shape[:2]) > tile:
        image = half(image)
        yield image


def same(entry, found, expected):
    """Whether pixels are as they should be, or near, where something was lost."""
    found = found.reshape(expected.shape)
    if entry["isLossy"]:
        return numpy.abs(found.astype(int) - expected.astype(int)).mean() < 6
    return (found == expected).all()


def run(*command):
    """What a program says; None if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode == 0 else None


def read_by_tifffile(entry, file, expected):
    with tifffile.TiffFile(file) as tiff:
        if entry.get("pyramid") == "ome":
            check("tifffile finds OME-TIFF", entry, tiff.is_ome)
            pages = tiff.series[0].levels
        elif "pyramid" in entry:
            pages = tiff.pages
        else:
            pages = tiff.pages[:1]
        check("tifffile finds all levels", entry, len(pages) == len(expected), f"{len(pages)}")
        for page, level in zip(pages, expected):
            check("tifffile reads the pixels", entry, same(entry, page.asarray(), level))


def read_by_libtiff(entry, file, expected):
    said = run("tiffinfo", "-s", file)
    check("tiffinfo has nothing to say", entry, said is not None and "arning" not in said, said)
    plain = folder / "plain.tif"
    unpacked = run("tiffcp", "-s", "-r", "32", "-c", "none", file, plain)
    check("tiffcp unpacks", entry, unpacked is not None)
    # The colours of a JPEG stay as they are stored.
    if unpacked is not None and entry["compression"] != "jpeg":
        pixels = tifffile.imread(plain, key=0)
        check("libtiff reads the pixels", entry, same(entry, pixels, expected[0]))


    # It compares row by row, which tiles do not have.
    if unpacked is not None and "rowsPerStrip" in entry and not entry["isLossy"]:
        check("tiffcmp finds no difference", entry, run("tiffcmp", file, plain) is not None)


def read_by_libvips(entry, file, expected):
    raw = folder / "vips.raw"
    said = run("vips", "rawsave", file, raw)
    check("libvips reads", entry, said is not None)
    if said is not None:
        pixels = numpy.fromfile(raw, entry["depth"])
        holds = pixels.size == expected[0].size and same(entry, pixels, expected[0])
        check("libvips reads the pixels", entry, holds)


def read_by_gdal(entry, file, expected):
    said = run("gdalinfo", "-json", "-checksum", file)
    check("gdalinfo reads", entry, said is not None)
    if said is not None and entry.get("pyramid") == "cog":
        info = json.loads(said[: said.rindex("}") + 1])
        overviews = len(info["bands"][0].get("overviews", []))
        check("gdalinfo finds all overviews", entry, overviews == len(expected) - 1)


def validated_by_rio_cogeo(entry, file):
    valid, errors, warnings = cog_validate(str(file), quiet=True, strict=True)
    check("rio-cogeo finds a valid COG", entry, valid and not errors, f"{errors} {warnings}")


def read_by_openslide(entry, file, expected):
    with openslide.OpenSlide(str(file)) as slide:
        sizes = [(level.shape[1], level.shape[0]) for level in expected]
        check("OpenSlide finds all levels", entry, list(slide.level_dimensions) == sizes)
        for at, level in enumerate(expected):
            read = numpy.asarray(slide.read_region((0, 0), at, sizes[at]))[:, :, :3]
            check("OpenSlide reads the pixels", entry, same(entry, read, level))


missing = [tool for tool in ("tiffinfo", "tiffcp", "tiffcmp", "gdalinfo", "vips") if not shutil.which(tool)]
try:
    from rio_cogeo.cogeo import cog_validate
except ImportError:
    missing.append("rio-cogeo")
try:
    import openslide
except ImportError:
    missing.append("openslide-python")

for entry in json.loads((folder / "manifest.json").read_text()):
    file = folder / entry["name"]
    shape = (entry["height"], entry["width"], entry["channels"])
    raw = folder / f"{entry['depth']}-{entry['channels']}.raw"
    image = numpy.fromfile(raw, entry["depth"]).reshape(shape)
    expected = list(levels(image, entry["tileSize"])) if "pyramid" in entry else [image]
    read_by_tifffile(entry, file, expected)
    if not {"tiffinfo", "tiffcp", "tiffcmp"} & set(missing):
        read_by_libtiff(entry, file, expected)
    if "vips" not in missing:
        read_by_libvips(entry, file, expected)
    if "gdalinfo" not in missing:
        read_by_gdal(entry, file, expected)
    if "rio-cogeo" not in missing and entry.get("pyramid") == "cog":
        validated_by_rio_cogeo(entry, file)
    is_slide = entry["depth"] == "uint8" and entry["channels"] == 3 and entry.get("pyramid") == "chain"
    # Its libtiff may have been built without Zstd.
    if "openslide-python" not in missing and is_slide and entry["compression"] != "zstd":
        read_by_openslide(entry, file, expected)

for what, count in counts.items():
    print(f"{count:5}  {what}")
if missing:
    print("NOT CHECKED, because they are not installed:", ", ".join(missing))
for failure in failures[:40]:
    print("FAILED", failure)
sys.exit(1 if failures else 0)
