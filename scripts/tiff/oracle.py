"""What gigapx should read of TIFF files, as tifffile and libtiff's tools read them.

`compare(path, program)` has the example `pixels` read every page and level of a file, and yields how
each differs from what the oracles find by the rules of docs/design/formats.md.
"""

import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import tifffile

DEPTHS = {
    'uint8': 'uint8', 'uint16': 'uint16', 'int8': 'int16', 'int16': 'int16', 'int32': 'int32',
    'uint32': 'int32', 'uint64': 'int32', 'int64': 'int32', 'float16': 'float32',
    'float32': 'float32', 'float64': 'float32',
}
REDUCED, MASK = 1, 4
LOSSY = {6, 7, 33003, 33004, 33005, 34892, 50001}


def colours(pixels, page):
    """The colours that indices stand for, in 8 bits if the palette has no more."""
    found = np.moveaxis(page.colormap, 0, -1)[pixels]
    is_narrow = (page.colormap % 257 == 0).all() or (page.colormap % 256 == 0).all()
    return (found >> 8).astype('uint8') if is_narrow else found


def expected(pixels, page):
    """What gigapx reads, by its rules, where an oracle reads `pixels`."""
    kind = pixels.dtype.name
    # What says nothing of its zero is black there, as for libtiff; tifffile takes it for white.
    meaning = page.photometric if 'PhotometricInterpretation' in page.tags else 1
    if meaning == 3:
        return colours(pixels.astype('uint8') if kind == 'bool' else pixels, page)
    if kind == 'bool' or page.bitspersample < 8:
        most = 2 ** page.bitspersample - 1
        pixels = np.floor(pixels.astype('float64') * 255 / most + 0.5).astype('uint8')
        kind = 'uint8'
    if meaning == 0 and kind in ('uint8', 'uint16'):
        most = 2 ** page.bitspersample - 1 if page.bitspersample > 8 else 255
        pixels = pixels.copy()
        grey = pixels if page.samplesperpixel == 1 else pixels[..., 0]
        grey[...] = most - grey
    if kind not in DEPTHS:
        raise ValueError(f'samples of {kind}')
    depth = DEPTHS[kind]
    if depth == 'int32':
        limits = np.iinfo('int32')
        low = 0 if kind.startswith('u') else limits.min
        pixels = np.clip(pixels, low, limits.max)
    with np.errstate(over='ignore', invalid='ignore'):
        return pixels.astype(depth)


def asarray(page):
    """The samples of a page as tifffile reads them, channels last."""
    pixels = page.asarray()
    return np.moveaxis(pixels, 0, -1) if page.planarconfig == 2 and page.samplesperpixel > 1 else pixels


def unpacked(path, page):
    """The samples of a page as libtiff reads them; an error says why it does not."""
    if page.compression in LOSSY:
        raise ValueError('tiffcp leaves the colours of what is lossy as they are stored')
    if page.is_tiled and page.planarconfig == 2 and page.bitspersample > 8:
        raise ValueError('tiffcp joins planes of tiles byte by byte, whatever the size of a sample')
    if shutil.which('tiffcp') is None:
        raise ValueError('tiffcp is missing')
    with tempfile.TemporaryDirectory() as folder:
        plain = pathlib.Path(folder, 'plain.tif')
        command = ['tiffcp', '-c', 'none', '-s', '-o', str(page.offset), path, plain]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(done.stderr.strip().splitlines()[-1] if done.stderr else 'tiffcp fails')
        with tifffile.TiffFile(plain) as file:
            return asarray(file.pages[0])


def selections(file):
    """The pages of a file and their levels, largest first: what gigapx means by those words."""
    found = []
    for at, page in enumerate(file.pages):
        kind = page.subfiletype if len(file.pages) > 1 else 0
        if at == 0 or not kind & (REDUCED | MASK):
            found.append([page])
        elif not kind & MASK and found:
            found[-1].append(page)
    for levels in found:
        listed = levels[0].pages or []
        smaller = levels[1:] + [page for page in listed if not page.subfiletype & MASK]
        smaller.sort(key=lambda page: -max(page.imagewidth, page.imagelength))
        levels[1:] = smaller
    return found


def difference(found, wanted, is_lossy):
    """How pixels differ; None if they do not."""
    wanted = wanted.reshape(wanted.shape[0], wanted.shape[1], -1)
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        return f'{found.shape} {found.dtype} instead of {wanted.shape} {wanted.dtype}'
    if is_lossy:
        # Decoders may round as they like, and smooth colours between samples.
        apart = np.abs(found.astype(int) - wanted.astype(int))
        return None if apart.max() <= 6 and apart.mean() < 1 else (
            f'{apart.max()} apart, {apart.mean():.2f} on average')
    same = np.array_equal(found, wanted, equal_nan=found.dtype.kind == 'f')
    return None if same else f'{(found != wanted).sum()} of {found.size} samples differ'


def readings(path, page):
    """What each oracle makes of a page: pixels, or the error that says why not."""
    for name, read in (('tifffile', lambda: asarray(page)), ('libtiff', lambda: unpacked(path, page))):
        try:
            yield name, expected(read(), page)
        except Exception as error:  # Oracles fail in any way they like on what they cannot read.
            yield name, error


def judge(path, line, page):
    """Compares one image: what gigapx says of it, and what the oracles find."""
    number, level, *shape = line.split(' ', 5)
    oracles = dict(readings(path, page))
    read = {name: pixels for name, pixels in oracles.items() if not isinstance(pixels, Exception)}
    if shape[0] == 'error':
        verdict = 'refused' if read else 'refused by all'
        return verdict, line.split(' ', 3)[3]
    width, height, channels, depth = shape
    found = np.fromfile(f'{path}.{number}.{level}.raw', depth)
    found = found.reshape(int(height), int(width), int(channels))
    if not read:
        return 'read by gigapx alone', '; '.join(f'{name}: {error}' for name, error in oracles.items())
    differences = {name: difference(found, pixels, page.compression in LOSSY) for name, pixels in read.items()}
    wrong = [f'{name}: {text}' for name, text in differences.items() if text]
    return ('differs', '; '.join(wrong)) if wrong else ('alike', ', '.join(read))


def compare(path, program):
    """Yields page, level, verdict and why, for every image of a file."""
    subprocess.run([program, path], check=True)
    lines = pathlib.Path(f'{path}.txt').read_text().splitlines()
    said = {tuple(map(int, line.split(' ', 2)[:2])): line for line in lines}
    try:
        file = tifffile.TiffFile(path)
    except Exception as error:
        line = lines[0].split(' ', 2)[2]
        yield 0, 0, 'refused by all' if line.startswith('error') else 'read by gigapx alone', f'{line}; {error}'
        return
    with file:
        for number, levels in enumerate(selections(file)):
            for level, page in enumerate(levels):
                line = said.get((number, level), f'{number} {level} error not found')
                yield number, level, *judge(path, line, page)
