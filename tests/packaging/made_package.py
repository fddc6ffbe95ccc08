"""The packages that the tests install, made by scripts/package.sh."""

import functools
import subprocess

from support import REPOSITORY

FOLDER = REPOSITORY / "build" / "packaging"


@functools.cache
def package(revision):
    """The path of the package with this revision of its own, made from the sources as they are."""
    script = REPOSITORY / "scripts" / "package.sh"
    made = subprocess.run(
        [script, "--revision", revision, "--output", FOLDER / "packages"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise AssertionError(f"scripts/package.sh failed:\n{made.stdout[-2000:]}\n{made.stderr[-4000:]}")
    return made.stdout.strip()
