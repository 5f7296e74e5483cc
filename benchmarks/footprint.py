"""Measure what `make chat` installs in a fresh clone and a fresh home, and how long its first answer takes.

`python -m benchmarks.footprint --check` installs with the pip that `python3 -m venv` brings, `--pip 23.2.1` with
another one, `--uv` with uv, `--python PATH` with another Python. `--newer` puts a newer and empty release of every
pinned package on offer beside the index, and fails if one of them is taken. `--packages` prints, without installing
anything, what the lock's packages take in this environment and why each stays, as docs/guides/install.md shows it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml

from benchmarks.newer_releases import NEWER, offer_newer
from benchmarks.support.figures import Figure, parser, report

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "How long does delivery take?"
REASONS = ROOT / "benchmarks" / "data" / "package_reasons.yaml"
MOST_PACKAGES, MOST_MEGABYTES = 105, 540
"""What v0.1.0 installed for the same was 117 packages and 714 MB; docs/guides/install.md says why the rest stays."""
_PACKAGES = """
import importlib.metadata as m, json, re
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
print(json.dumps({plain(d.name): {
    "version": d.version,
    "bytes": sum(f.locate().stat().st_size for f in d.files or [] if f.locate().is_file()),
    "needs": [plain(re.match(r"[A-Za-z0-9._-]+", r)[0]) for r in d.requires or [] if "extra ==" not in r],
} for d in m.distributions()}))
"""


def locked_packages(lock: Path = ROOT / "requirements.lock") -> dict[str, int]:
    """Return the bytes that each package of a lock takes here, the largest first, without what Python compiled of it.

    Those that only other systems install are left out.
    """
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    sizes: dict[str, int] = {}
    for name in names:
        try:
            files = [file for file in distribution(name).files or [] if file.suffix != ".pyc"]
        except PackageNotFoundError:
            continue
        sizes[name] = sum(path.stat().st_size for file in files if (path := Path(str(file.locate()))).is_file())
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def reasons() -> dict[str, str]:
    """Return why each of the large packages stays."""
    return dict(yaml.safe_load(REASONS.read_text(encoding="utf-8")))


def packages_table() -> str:
    """Return Markdown: each package with a reason, what it takes, and one line for all others."""
    sizes, why = locked_packages(), reasons()
    rest = [size for name, size in sizes.items() if name not in why]
    lines = [f"| {size / 1e6:.1f} | {name} | {why[name]} |" for name, size in sizes.items() if name in why]
    lines.append(f"| {sum(rest) / 1e6:.1f} | {len(rest)} others | below 1.1 MB each |")
    return "\n".join(["| MB | Package | Why it stays |", "|---|---|---|", *lines])


def environment(folder: Path, given: argparse.Namespace) -> dict[str, str]:
    """Return variables with a fresh home, without settings of the agent, and with or without uv on PATH."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("SUPPORT_", "OXLO_", "XDG_", "VIRTUAL_ENV"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    search = [part for part in kept["PATH"].split(os.pathsep) if not (Path(part) / "uv").exists()]
    if given.uv:
        (folder / "bin").mkdir()
        (folder / "bin" / "uv").symlink_to(shutil.which("uv") or sys.exit("--uv needs uv on PATH"))
        search.insert(0, str(folder / "bin"))
    env = kept | {"HOME": str(folder / "home"), "PATH": os.pathsep.join(search)}
    if given.newer:
        offer_newer(ROOT / "requirements.lock", folder)
        env["PIP_FIND_LINKS"] = f"{env.get('PIP_FIND_LINKS', '')} {folder}".strip()
        env["UV_FIND_LINKS"] = str(folder)
    return env


def measure(folder: Path, given: argparse.Namespace) -> list[Figure]:
    """Clone, install and ask; returns the figures.

    Raises:
        SystemExit: a step failed, with what it printed.
    """
    env, clone = environment(folder, given), folder / "clone"
    began = time.monotonic()
    _run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], folder, env)
    if given.pip:
        _run([given.python, "-m", "venv", ".venv"], clone, env)
        _run([".venv/bin/python", "-m", "pip", "install", "--quiet", f"pip=={given.pip}"], clone, env)
    _run(["make", "install", f"PYTHON={given.python}"], clone, env)
    installed = time.monotonic() - began
    told = _run(["make", "chat", f"PYTHON={given.python}"], clone, env, say=f"{QUESTION}\n")
    answered = time.monotonic() - began
    if "business days" not in told:
        sys.exit(f"the agent did not answer {QUESTION!r}:\n{told}")
    packages = json.loads(_run([".venv/bin/python", "-c", _PACKAGES], clone, env))
    ours = {name: about for name, about in packages.items() if name != "pip"}
    if not given.json:
        _print_largest(ours)
    return [
        Figure("packages", len(ours) - 1, MOST_PACKAGES, "at most"),
        Figure("megabytes", _size(clone / ".venv") / 1e6, MOST_MEGABYTES, "at most"),
        Figure("seconds from clone to installed", installed),
        Figure("seconds from clone to first answer", answered),
        Figure("newer releases taken", sum(about["version"] == NEWER for about in packages.values()), 0, "at most"),
    ]


def _print_largest(packages: dict[str, dict[str, Any]]) -> None:
    """Print what takes most, and who asks for it."""
    for name in sorted(packages, key=lambda name: -packages[name]["bytes"])[:15]:
        askers = sorted(other for other, about in packages.items() if name in about["needs"])
        print(f"{packages[name]['bytes'] / 1e6:6.1f} MB  {name}, for {', '.join(askers) or 'an extra of another'}")


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _run(command: list[str], folder: Path, env: dict[str, str], say: str = "") -> str:
    done = subprocess.run(command, cwd=folder, env=env, input=say, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """Measure in a folder of its own, which is removed afterwards."""
    options = parser(__doc__)
    options.add_argument("--python", default="python3", help="the Python that makes the environment")
    options.add_argument("--pip", help="version of pip to install with")
    options.add_argument("--uv", action="store_true", help="install with uv, which is on PATH")
    options.add_argument("--newer", action="store_true", help="offer newer releases of every pinned package")
    options.add_argument("--packages", action="store_true", help="print what each package takes and why it stays")
    given = options.parse_args()
    if given.packages:
        print(packages_table())
        return 0
    with tempfile.TemporaryDirectory(prefix="footprint-") as folder:
        (Path(folder) / "home").mkdir()
        return report("What `make chat` installs", measure(Path(folder), given), given)


if __name__ == "__main__":
    sys.exit(main())
