"""The wheel holds what the agent needs away from the repository, and nothing else."""

import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, environment, free_port, wait_for

pytestmark = pytest.mark.server
PACKAGES = ("core", "ingest", "tools", "graph", "server", "evals", "cli", "web")
ARTICLE = "# Gift wrap\n\nGift wrap costs 3 euros and comes in blue paper."


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, as the build leaves files behind."""
    copy, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    build = [sys.executable, "-c", "import setuptools.build_meta as b, sys; b.build_wheel(sys.argv[1])", str(built)]
    subprocess.run(build, cwd=copy, capture_output=True, check=True)
    (file,) = built.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with pip into a new environment that sees what it needs, and return its site-packages."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text("\n".join(path for path in sys.path if "site-packages" in path))
    return site


def test_it_holds_the_packages_with_their_types_and_no_benchmarks_or_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    about = next(top for top in tops if top.endswith(".dist-info"))
    assert tops - {about} - {"examples"} == set(PACKAGES)
    assert [package for package in PACKAGES if f"{package}/py.typed" not in names] == []
    assert f"{about}/licenses/LICENSE" in names
    assert [
        name
        for name in names
        if name.endswith((".pyc", ".db"))
        or ("/tests/" in name and not name.startswith("examples/"))  # those of procedures belong to them
        or "node_modules" in name
    ] == []


def test_it_holds_every_file_that_the_packages_read(installed: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    left_out = (".md", "package.json", "package-lock.json", "jsconfig.json", ".d.ts", ".png")
    missing = [
        name
        for name in listed.stdout.splitlines()
        if not (installed / name).is_file() and not name.endswith(left_out) and "/." not in name
    ]
    assert missing == []


class Elsewhere:
    """An empty folder in which the installed command runs, and nothing of the repository is in reach."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder = folder
        self.env = environment(folder) | {"PYTHONPATH": "", "PYTHONSAFEPATH": "1"}
        self.programs = site.parents[2] / "bin"

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.programs / "support-agent"), *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def elsewhere(tmp_path: Path, installed: Path) -> Elsewhere:
    """Return a folder with one article, ingested."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "gift-wrap.md").write_text(ARTICLE)
    place = Elsewhere(tmp_path, installed)
    place.run("ingest", "articles")
    return place


def test_questions_are_answered_from_ones_own_articles(elsewhere: Elsewhere) -> None:
    assert "blue paper" in elsewhere.run("ask", "How much does gift wrap cost?")
    script = "import core; print(core.__file__)"
    where = subprocess.run(
        [str(elsewhere.programs / "python"), "-c", script],
        env=elsewhere.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not where.stdout.startswith(str(ROOT))


def test_the_shipped_suite_runs(elsewhere: Elsewhere) -> None:
    elsewhere.run("eval", "run", "--sample", "2", "--out", "run")
    assert len(list((elsewhere.folder / "run").glob("**/*.json"))) > 2  # two trials, and what was run


@pytest.fixture
def server(elsewhere: Elsewhere) -> Iterator[str]:
    """Serve, and yield the address."""
    port, log = free_port(), elsewhere.folder / "serve.log"
    with log.open("w") as out:
        command = [str(elsewhere.programs / "support-agent"), "serve", "--port", str(port)]
        process = subprocess.Popen(
            command, cwd=elsewhere.folder, env=elsewhere.env, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_server_shows_its_pages(server: str) -> None:
    for page in ("chat", "desk", "insight", "widget.js"):
        with urllib.request.urlopen(f"{server}/{page}") as answer:  # noqa: S310  loopback only
            assert answer.status == 200
            assert answer.read()
