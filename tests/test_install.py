"""Check the locks, and that an installation that fails says in one line what failed and what to do."""

import importlib.util
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from benchmarks.footprint import locked_packages, reasons
from tests.test_architecture import imported_modules

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-extras.lock", "requirements-test.lock")
FULL_DISK = "Failed to write: No space left on device (os error 28)"
READ_ONLY = "failed to create directory `.venv`: Read-only file system (os error 30)"


def pins(lock: str) -> dict[str, str]:
    """Return the text of each pin of a lock by its first line, with the hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {entry.split(" \\")[0]: entry for entry in re.split(r"\n(?=\S)", text) if "==" in entry}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_hashes_and_no_extra_that_pip_would_look_up(lock: str) -> None:
    assert [first for first, entry in pins(lock).items() if "--hash=sha256:" not in entry or "[" in first] == []


def test_the_tests_add_to_what_the_agent_is_installed_with_and_change_none_of_it() -> None:
    agent, extras, tests = ({first.split(";")[0].strip() for first in pins(lock)} for lock in LOCKS)
    assert agent < extras < tests


def test_the_locks_pin_whatever_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = project["dependencies"], [*extras["postgres"], *extras["web"], *extras["telemetry"]], extras["dev"]
    for lock, requirements in zip(LOCKS, asked, strict=True):
        pinned = {plain(first.split("==")[0]) for first in pins(lock)}
        named = {plain(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}
        assert named - {"support-agent"} - pinned == set(), f"{lock} is older than pyproject.toml: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_the_build_backend_is_pinned_too(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]
    assert [first for first in pins(lock) if first.startswith("setuptools==")] != []


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *, uv: str) -> str:
    """Run the installer with a stand-in for uv, a line of shell; returns what it ends with."""
    tool = folder / "bin" / "uv"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(folder / "calls"))}\n{uv}\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "argv", ["install.py", "requirements.lock", "--into", str(folder / "venv")])
    try:
        runpy.run_path(str(ROOT / "install.py"), run_name="__main__")
    except SystemExit as ended:
        return str(ended.code)
    return ""


def test_uv_installs_exactly_the_lock_and_then_the_project_and_checks_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installed(tmp_path, monkeypatch, uv="exit 0") == ""
    made, backend, lock, project, checked = (tmp_path / "calls").read_text().splitlines()
    assert made.startswith("venv ")
    assert "--no-deps --no-build-isolation --require-hashes -r " in backend
    assert "--no-deps --no-build-isolation --require-hashes -r requirements.lock" in lock
    assert f"--no-deps --no-build-isolation --editable {ROOT}" in project
    assert checked.startswith("pip check")
    assert Path(importlib.util.cache_from_source(str(ROOT / "core" / "settings.py"))).is_file()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (FULL_DISK, "is full: free 2 GB there, and run the same again"),
        (READ_ONLY, "cannot be written (Read-only file system): run this in a folder that is yours"),
        ("error: a hash of numpy differs", "error: a hash of numpy differs"),
    ],
)
def test_a_failure_is_one_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    line = installed(tmp_path, monkeypatch, uv=f"echo {shlex.quote(said)} >&2; exit 2")
    assert told in line
    assert "\n" not in line


def test_an_environment_left_half_made_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    assert installed(tmp_path, monkeypatch, uv="exit 0") == ""
    assert "--clear" in (tmp_path / "calls").read_text()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "venv" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    assert "move it away" in installed(tmp_path, monkeypatch, uv="exit 0")
    assert kept.read_text() == "mine"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (
            "import sys; sys.version_info = (3, 8, 18); sys.version = '3.8.18 (main)'",
            "needs 3.11 to 3.14: name another one",
        ),
        ("import sys; sys.modules['ensurepip'] = None", "-venv` on Debian and Ubuntu), or install uv"),
    ],
)
def test_an_unfit_python_is_told_which_one_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, told: str
) -> None:
    arguments = ["install.py", "requirements.lock", "--into", str(tmp_path / "venv")]
    script = (
        f"{before}; import runpy; sys.argv = {arguments!r}; runpy.run_path({str(ROOT / 'install.py')!r}, "
        f"run_name='__main__')"
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_every_package_that_is_imported_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(r for rs in project["optional-dependencies"].values() for r in rs)]
    named = {plain(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in asked}
    ours = {"core", "ingest", "tools", "graph", "server", "evals", "cli", "web"}
    imported = {
        module.split(".")[0]
        for package in ours
        for file in (ROOT / package).rglob("*.py")
        for module in imported_modules(file.read_text(encoding="utf-8"))
    }
    of_module = packages_distributions()
    # With what is asked for; phonenumberslite holds the module of the package without "lite".
    brought = {"google", "tau2", "av", "typing_extensions", "openai", "click", "urllib3", "httpx2", "psycopg_pool"}
    brought.add("_typeshed")  # read by type checkers alone
    foreign = imported - set(sys.stdlib_module_names) - ours - brought - {"phonenumbers"}
    assert {m for m in foreign if not {plain(name) for name in of_module.get(m, ())} & named} == set()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_large_package_has_a_reason_that_the_guide_shows() -> None:
    sizes, why = locked_packages(), reasons()
    assert [name for name, size in sizes.items() if size > 5e6 and name not in why] == []
    assert why.keys() - sizes.keys() == set()
    guide = (ROOT / "docs/guides/install.md").read_text(encoding="utf-8")
    assert [name for name, reason in why.items() if f"| {name} | {reason} |" not in guide] == []
