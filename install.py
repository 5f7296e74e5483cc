"""Install what a lock pins, and this project, into an environment: with uv where it is on PATH, else with pip.

Nothing is resolved: a lock is complete and hashed, the build backend included, so no later release of anything changes
what is installed. Each failure ends in one line that says what it was and what to do.
"""

import argparse
import compileall
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BUILD_BACKEND = "setuptools"
OLDEST, NEWEST = (3, 11), (3, 14)
_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")

if not OLDEST <= sys.version_info[:2] <= NEWEST:  # before anything below that an old Python cannot read
    sys.exit(
        f"{sys.executable} is Python {sys.version.split()[0]}, and this needs 3.{OLDEST[1]} to 3.{NEWEST[1]}: "
        "name another one, as in `make chat PYTHON=python3.12`"
    )


def main() -> None:
    """Install the lock that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("lock", type=Path, help="requirements.lock, or requirements-test.lock")
    parser.add_argument("--into", type=Path, default=ROOT / ".venv", help="folder of the environment")
    given = parser.parse_args()
    try:
        install(given.lock, given.into)
    except OSError as error:
        sys.exit(_about_files(error, given.into))


def install(lock: Path, folder: Path) -> None:
    """Make the environment where there is none that works, install the lock and the project into it, and check it.

    Raises:
        SystemExit: with one line that says what failed and what to do.
        OSError: a file or folder could not be written.
    """
    uv = shutil.which("uv")
    python = folder / "bin" / "python"
    if not _works(python, with_pip=uv is None):
        _make_environment(folder, uv)
    print(
        f"Installing what {lock.name} pins into {folder.name}, with {'uv' if uv else 'pip'}; this happens once.",
        flush=True,
    )
    if uv:
        where = ["--quiet", "--python", str(python)]
        install_, check = [uv, "pip", "install", *where], [uv, "pip", "check", *where]
    else:
        # What is imported is compiled at its first use: to compile all of it takes as long again, and 150 MB.
        install_, check = [str(python), *_PIP, "install", "--quiet", "--no-compile"], [str(python), *_PIP, "check"]
    as_it_is = [*install_, "--no-deps", "--no-build-isolation"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as backend:
        # First, because a package without a wheel is built with it; an isolated build would look for a newer one.
        backend.write(_pin_of(lock, BUILD_BACKEND))
        backend.flush()
        _run([*as_it_is, "--require-hashes", "-r", backend.name], folder)
    _run([*as_it_is, "--require-hashes", "-r", str(lock)], folder)
    _run([*as_it_is, "--editable", str(ROOT)], folder)
    # Else the first start compiles the project's own code, and each one where a variable forbids Python to keep it.
    for package in ROOT.glob("*/__init__.py"):
        compileall.compile_dir(package.parent, quiet=2)
    _run(check, folder)


def _pin_of(lock: Path, package: str) -> str:
    """Return the lines of a lock that pin one package."""
    lines = lock.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if line.startswith(f"{package}==")), None)
    if start is None:
        sys.exit(f"{lock} does not pin {package}: write it anew with `make lock`")
    end = next(at for at, line in enumerate(lines[start:], start) if not line.rstrip().endswith("\\"))
    return "".join(lines[start : end + 1])


def _works(python: Path, *, with_pip: bool) -> bool:
    """Return whether an environment is there, whole, and of the version of Python that runs this."""
    script = f"import sys{', pip' if with_pip else ''}; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        return subprocess.run([str(python), "-c", script], capture_output=True).returncode == 0
    except OSError:
        return False


def _make_environment(folder: Path, uv: "str | None") -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
            sys.exit(f"{folder} is there and is no environment of Python: move it away, or name another with --into")
        print(f"{folder.name} is half made, or of another Python: making it anew.", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    if uv:
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], folder)
        return
    try:
        import ensurepip  # noqa: F401 - what Debian and Ubuntu leave out of their Python
        import venv  # noqa: F401
    except ImportError as missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(
            f"{sys.executable} has no module {missing.name!r}, which makes environments: install it "
            f"(`apt install python{version}-venv` on Debian and Ubuntu), or install uv"
        )
    _run([sys.executable, "-m", "venv", "--clear", str(folder)], folder)


def _run(command: "list[str]", folder: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
        if any(os.strerror(code) in line for line in said):
            sys.exit(_about_files(OSError(code, os.strerror(code)), folder))
    said = [line for line in said if not line.startswith("WARNING")]
    told = next((line for line in said if line.lower().startswith(("error", "× "))), said[-1] if said else "")
    sys.exit(
        f"`{' '.join([Path(command[0]).name, *command[1:]])}` failed ({told or f'status {done.returncode}'}): "
        f"run it by hand to see all it says, then the same `make` again"
    )


def _about_files(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk of {folder.parent} is full: free 2 GB there, and run the same again"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{error.filename or folder} cannot be written ({error.strerror}): run this in a folder that is yours"
    return f"{error.filename or folder}: {error.strerror}; mend that, and run the same again"


if __name__ == "__main__":
    main()
