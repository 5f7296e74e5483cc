"""Build the image of `deploy/Dockerfile` without a container engine, and start it as a container would be.

    python -m benchmarks.operations.image_stages FOLDER [--python PREFIX] [--bind PATH]... [--json] [--check]

Each stage is a root folder made by `debootstrap`; its instructions run in it under `unshare` and `chroot` (needs root
on Linux). The interpreter of the base image is a copy of the one in PREFIX. The last stage then starts as its user,
on a root that cannot be written and without a network, and the image's own health check has to succeed. `--bind` shows
a folder of this machine to the build, for packages that are kept in one.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.support.figures import Figure, parser, report

ROOT = Path(__file__).parents[2]
LIBRARIES = "ca-certificates,libssl3,zlib1g,libffi8,libsqlite3-0,libbz2-1.0,liblzma5,libreadline8,libncursesw6,libuuid1"
READY_SECONDS = 60
LOOPBACK_ALONE = "ip link set lo up"


class Stage:
    """A root folder that a stage's instructions have changed so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
        self.folder = "/"
        self.user = "0:0"
        self.command: list[str] = []
        self.health: list[str] = []
        self.volumes: list[str] = []

    def run(
        self,
        command: list[str],
        *,
        binds: list[str],
        network: bool = True,
        read_only: bool = False,
        stdout: Any = sys.stderr,
    ) -> subprocess.Popen[bytes]:
        """Start a command in the root, as the stage's user."""
        for path in binds:
            (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        before = ["mount --bind $ROOT $ROOT", "mount -t proc proc $ROOT/proc"]
        before += [f"mount --bind {shlex.quote(path)} $ROOT{shlex.quote(path)}" for path in binds]
        before += [f"mount -t tmpfs -o uid={self.user.split(':')[0]} tmpfs $ROOT{volume}" for volume in self.volumes]
        before += [] if network else [LOOPBACK_ALONE]
        before += ["mount -t tmpfs tmpfs $ROOT/tmp", "mount -o remount,bind,ro $ROOT"] if read_only else []
        inside = f"cd {self.folder} && exec {shlex.join(command)}"
        words = ["env", "-i", *(f"{k}={v}" for k, v in self.env.items()), "sh", "-c", inside]
        before.append(f"exec chroot --userspec={self.user} $ROOT {shlex.join(words)}")
        isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])]
        script = f"set -e; ROOT={shlex.quote(str(self.root))}; " + "; ".join(before)
        return subprocess.Popen([*isolated, "sh", "-c", script], stdout=stdout)


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Yield each instruction's name and its arguments, continued lines joined."""
    lines = [line for line in dockerfile.read_text("utf-8").splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if line.strip():
            name, _, arguments = line.partition(" ")
            yield name, " ".join(arguments.split())


def build(folder: Path, prefix: Path, binds: list[str]) -> Stage:
    """Run the instructions of all stages and return the last one.

    Raises:
        CalledProcessError: an instruction failed.
        ValueError: an instruction is not known here.
    """
    base, stages = _base(folder, prefix), dict[str, Stage]()
    steps = [*instructions(ROOT / "deploy" / "Dockerfile")]
    for name, arguments in track(steps, "image", disable=not sys.stderr.isatty()):
        print(name, arguments[:100], file=sys.stderr)
        words = shlex.split(arguments)
        if name == "FROM":
            stage = Stage(folder / f"stage-{len(stages)}")
            stages[words[2] if len(words) > 2 else "last"] = stage
            shutil.rmtree(stage.root, ignore_errors=True)
            _run("cp", "-a", base, stage.root)
        elif name == "RUN":
            network = "--network=none" not in words
            command = arguments.removeprefix("--network=none ")
            if stage.run(["sh", "-c", command], binds=binds if network else [], network=network).wait():
                raise subprocess.CalledProcessError(1, command)
        elif name == "COPY":
            _copy(stage, words, stages)
        elif name == "WORKDIR":
            stage.folder = arguments
            (stage.root / arguments.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            stage.env |= dict(word.replace("$PATH", stage.env["PATH"]).split("=", 1) for word in words)
        elif name == "USER":
            stage.user = arguments
        elif name == "VOLUME":
            stage.volumes.append(arguments)
        elif name == "HEALTHCHECK":
            stage.health = json.loads(arguments.partition("CMD ")[2])
        elif name in ("ENTRYPOINT", "CMD"):
            stage.command += json.loads(arguments)
        elif name != "EXPOSE":
            raise ValueError(f"the instruction {name} is not known here")
    return stage


def _base(folder: Path, prefix: Path) -> Path:
    """Return the root of the base image: a minimal Debian with the interpreter where it is on this machine."""
    base = folder / "base"
    if not base.exists():
        _run("debootstrap", "--variant=minbase", f"--include={LIBRARIES}", "bookworm", base)
        place = base / "usr" / "local"
        shutil.copytree(prefix, place, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("test"))
        (place / "bin" / "pip").write_text('#!/bin/sh\nexec /usr/local/bin/python -m pip "$@"\n')
        for name in ("resolv.conf", "pip.conf", "ssl/certs/ca-certificates.crt"):
            if (file := Path("/etc") / name).exists():
                shutil.copy(file, base / "etc" / name)
        _run("chroot", base, "ldconfig")
    return base


def _copy(stage: Stage, words: list[str], stages: dict[str, Stage]) -> None:
    *options, source, target = words
    place = stage.root / (target.lstrip("/") if target.startswith("/") else f"{stage.folder.lstrip('/')}/{target}")
    if options:
        _run("cp", "-a", f"{stages[options[0].removeprefix('--from=')].root}{source}", place)
    elif source == ".":
        kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
        archive = ["git", "archive", "HEAD", *kept]
        files = subprocess.run(archive, cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", place], input=files, check=True)
    else:
        shutil.copy(ROOT / source, place)


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=sys.stderr)


def start(stage: Stage) -> tuple[float, bool]:
    """Start the image's command and return the seconds until it is healthy, and whether it could write its root.

    Raises:
        TimeoutError: the health check did not succeed in a minute.
    """
    stage.env["SUPPORT_JWT_SECRET"] = "x" * 32
    articles = str(ROOT / "examples" / "alder-finch" / "articles")
    script = f"""support-agent ingest {shlex.quote(articles)} >&2; echo ingested
    {shlex.join(stage.command)} >&2 &
    until {shlex.join(stage.health)} 2>/dev/null; do sleep 0.2; done
    echo healthy
    touch /opt/written 2>/dev/null && echo written || echo refused
    kill $!"""
    words = ["timeout", str(READY_SECONDS), "sh", "-c", script]
    process = stage.run(words, binds=[articles], network=False, read_only=True, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.monotonic()
        if process.stdout.readline() != b"healthy\n":
            raise TimeoutError(
                f"the health check did not succeed in {READY_SECONDS} seconds; the server's log is above"
            )
        return time.monotonic() - begun, process.stdout.read() == b"written\n"


def figures(given: argparse.Namespace) -> list[Figure]:
    """Build, start, and return what came of it."""
    begun = time.monotonic()
    stage = build(given.folder.absolute(), given.python, given.bind)
    built = time.monotonic() - begun
    ready, writes = start(stage)
    return [
        Figure("seconds of the build", built),
        Figure("megabytes added to the base image", _megabytes(stage.root) - _megabytes(given.folder / "base")),
        Figure("seconds until healthy, no network, root read-only", ready, READY_SECONDS, "at most"),
        Figure("user number", int(stage.user.split(":")[0]), 1),
        Figure("files written into the image", float(writes), 0, "at most"),
    ]


def _megabytes(folder: Path) -> float:
    said = subprocess.run(["du", "-sxm", folder], check=True, capture_output=True, text=True).stdout
    return float(said.split()[0])


def main() -> int:
    """Print the figures and return the exit code."""
    options = parser(__doc__)
    options.add_argument("folder", type=Path, help="where the roots are made")
    options.add_argument("--python", type=Path, default=Path(sys.base_prefix), help="prefix of the interpreter")
    options.add_argument("--bind", action="append", default=[], metavar="PATH", help="a folder shown to the build")
    given = options.parse_args()
    return report("the image, built by hand", figures(given), given)


if __name__ == "__main__":
    sys.exit(main())
