"""Reads the DeepZoom images that deepzoom.mjs has written, with other programs' eyes."""

import io
import json
import re
import sys
import zipfile
from pathlib import Path

try:
    from PIL import Image
except ImportError:
    Image = None

directory = Path(sys.argv[1])
failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)


def attributes(text):
    return dict(re.findall(r'(Format|Overlap|TileSize|Width|Height)="(\w+)"', text))


def files(root):
    """The tiles below a directory by name; not what only vips writes."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*.*")
        if path.is_file() and path.suffix != ".xml"
    }


count = 0
for entry in json.loads((directory / "manifest.json").read_text()):
    name = entry["name"]
    tiles = files(directory / f"{name}_files")
    count += len(tiles)
    descriptor = (directory / f"{name}.dzi").read_text()
    with zipfile.ZipFile(directory / f"{name}.szi") as archive:
        expect(archive.testzip() is None, f"{name}.szi: a file is damaged")
        packed = {info.filename: archive.read(info) for info in archive.infolist()}
    expect(packed.pop(f"{name}/{name}.dzi", b"").decode() == descriptor, f"{name}.szi: another descriptor")
    prefix = f"{name}/{name}_files/"
    expect({prefix + tile: data for tile, data in tiles.items()} == packed, f"{name}.szi: other tiles")
    theirs = directory / f"vips-{name}_files"
    if theirs.exists():
        expected = files(theirs)
        expect(expected.keys() == tiles.keys(), f"{name}: other names than vips")
        said = (directory / f"vips-{name}.dzi").read_text()
        expect(attributes(said) == attributes(descriptor), f"{name}: another descriptor than vips")
    if Image is not None and len(tiles) < 10_000:
        for tile, data in tiles.items():
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
                bands = len(picture.getbands())
                expect(bands == entry["channels"], f"{name} {tile}: {bands} channels")
                if theirs.exists():
                    with Image.open(io.BytesIO(expected[tile])) as other:
                        expect(picture.size == other.size, f"{name} {tile}: {picture.size}, not {other.size}")

if Image is None:
    print("tiles not decoded, for lack of Pillow")
for failure in failures[:20]:
    print(failure)
print(f"{count} tiles read, {len(failures)} failures")
sys.exit(1 if failures else 0)
