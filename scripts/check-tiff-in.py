"""Compares how gigapx reads TIFF files with how tifffile and libtiff's tools do.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r scripts/tiff/requirements.txt
    apt-get install libtiff-tools
    cargo build --release -p gigapx-store --example pixels
    /tmp/venv/bin/python scripts/check-tiff-in.py target/release/examples/pixels [FILE ...]

Without files it writes a matrix of its own: compression x predictor x layout x depth x channels x byte
order by tifffile, and CCITT, JPEG and reversed bits by tiffcp. Ends with 1 if any pixel differs.
"""

import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import tifffile

sys.path.append(str(pathlib.Path(__file__).with_name('tiff')))
import oracle  # noqa: E402, the folder has just been named

SIZE = (61, 83)
def sample(kind, channels, rng):
    shape = (*SIZE, channels) if channels > 1 else SIZE
    if kind.startswith('float'):
        return (rng.standard_normal(shape) * 100).astype(kind)
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)


def matrix(folder):
    """Files of every combination that tifffile writes."""
    rng = np.random.default_rng(1)
    table = json.loads(pathlib.Path(__file__).with_name('formats').joinpath('matrix.json').read_text())
    rows = [row['read'] for row in table['rows'] if 'tifffile' in row['read']]
    predicted = {name: len(row['predictors']) > 1 for row in rows for name in row['tifffile']}
    layouts = [{'tile': (32, 48)}, {'rowsperstrip': 7}, {'rowsperstrip': 61}]
    axes = itertools.product(oracle.DEPTHS, (1, 2, 3, 4), ('contig', 'separate'), predicted,
                             (False, True), range(3), '<>')
    for number, axis in enumerate(axes):
        kind, channels, planar, compression, has_predictor, layout, order = axis
        is_plain = not predicted[compression]
        if (planar == 'separate' and channels == 1) or (has_predictor and is_plain):
            continue
        # A seventh of them, in turn, is as good as all.
        if number % 7:
            continue
        data = sample(kind, channels, rng)
        if planar == 'separate':
            data = np.moveaxis(data, -1, 0)
        path = folder / f'{"-".join(map(str, axis)).replace("<", "le").replace(">", "be")}.tif'
        try:
            tifffile.imwrite(
                path, data, photometric='rgb' if channels > 2 else 'minisblack',
                planarconfig=planar if channels > 1 else None, compression=compression,
                predictor=has_predictor or None, byteorder=order, bigtiff=number % 2 == 1,
                **layouts[layout])
        except ValueError as error:
            # Predictors of some 64-bit samples it cannot write.
            assert 'predictor' in str(error), error
            continue
        yield path


def images(folder):
    """Files of compressions that know images."""
    rng = np.random.default_rng(2)
    smooth = np.add.outer(np.arange(SIZE[0]), np.arange(SIZE[1]))
    rgb = np.stack([smooth, 255 - smooth, (smooth * 2) % 256], -1).astype('uint8')
    for tile, (photometric, subsampling) in itertools.product(
            [{'tile': (32, 48)}, {'rowsperstrip': 16}, {}],
            [('ycbcr', (2, 2)), ('ycbcr', (1, 1)), ('ycbcr', (2, 1)), ('rgb', None)]):
        name = f'jpeg-{photometric}-{subsampling}-{sorted(tile.items())}.tif'.replace(' ', '')
        path = folder / name
        # libtiff pads tiles, which the smaller ones of subsampled colours need.
        tifffile.imwrite(path, rgb, photometric=photometric, compression='jpeg',
                         subsampling=subsampling, **tile)
        yield path
    path = folder / 'jpeg-grey.tif'
    tifffile.imwrite(path, rgb[..., 0], compression='jpeg', tile=(32, 32))
    yield path
    for alpha in (False, True):
        path = folder / f'webp-{alpha}.tif'
        data = np.concatenate([rgb, rgb[..., :1]], -1) if alpha else rgb
        tifffile.imwrite(path, data, photometric='rgb', tile=(32, 48), compression='webp',
                         compressionargs={'lossless': True},
                         extrasamples=['unassalpha'] if alpha else None)
        yield path
    colours = rng.integers(0, 65536, (3, 256), dtype='uint16')
    for deep in (False, True):
        path = folder / f'palette-{deep}.tif'
        tifffile.imwrite(path, rgb[..., 0], photometric='palette', compression='lzw',
                         colormap=colours if deep else colours // 257 * 257)
        yield path
    path = folder / 'white.tif'
    tifffile.imwrite(path, rgb[..., 0], photometric='miniswhite', compression='zlib')
    yield path
    path = folder / 'cmyk.tif'
    tifffile.imwrite(path, rng.integers(0, 256, (*SIZE, 4), dtype='uint8'),
                     photometric='separated', compression='zlib')
    yield path


def fax(folder):
    """Files that libtiff's tools write: bilevel compressions, reversed bits, shared JPEG tables."""
    if shutil.which('tiffcp') is None:
        print('tiffcp is missing: CCITT, reversed bits and shared JPEG tables are NOT checked')
        return
    rng = np.random.default_rng(3)
    base = folder / 'bilevel.tif'
    bits = np.repeat(rng.random((SIZE[0], 21)) < 0.4, 4, axis=1)[:, :SIZE[1]]
    tifffile.imwrite(base, bits, photometric='miniswhite')
    for options in ('g3', 'g3:1d', 'g3:2d', 'g3:2d:fill', 'g3:1d:fill', 'g4', 'lzw', 'packbits', 'zip'):
        for fill in ('msb2lsb', 'lsb2msb'):
            for layout in (['-s', '-r', '9'], ['-s', '-r', '999'], ['-t', '-w', '32', '-l', '16']):
                path = folder / f'{options.replace(":", "_")}-{fill}-{layout[0]}{layout[-1]}.tif'
                command = ['tiffcp', '-c', options, '-f', fill, *layout, base, path]
                if subprocess.run(command, capture_output=True).returncode == 0:
                    yield path
    rgb = folder / 'jpeg-rgb.tif'
    smooth = np.add.outer(np.arange(200), np.arange(300))
    data = np.stack([smooth % 256, smooth // 2, 255 - smooth // 2], -1).astype('uint8')
    tifffile.imwrite(rgb, data, photometric='rgb')
    for options in ('jpeg:90', 'jpeg:r:90'):
        for layout in (['-s', '-r', '16'], ['-t', '-w', '64', '-l', '64']):
            path = folder / f'tables-{options.replace(":", "_")}-{layout[0]}.tif'
            subprocess.run(['tiffcp', '-c', options, *layout, rgb, path], check=True)
            yield path


def main():
    program, *files = sys.argv[1:]
    wrong, count = 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        paths = map(pathlib.Path, files) if files else itertools.chain(
            images(folder), fax(folder), matrix(folder))
        for path in paths:
            for page, level, verdict, why in oracle.compare(path, program):
                count += 1
                if verdict != 'alike':
                    wrong += 1
                    print(f'{path.name}, page {page}, level {level}: {verdict}: {why}')
    print(f'{count - wrong} of {count} images are read alike')
    sys.exit(wrong > 0)


main()
