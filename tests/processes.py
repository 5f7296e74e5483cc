"""Start and stop real processes on loopback for tests."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
QUIET = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "true", "LANGSMITH_TRACING": "false"}


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process that keeps everything in one folder and takes no setting from outside."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUPPORT_", "OXLO_", "OPENAI_", "LANGSMITH_"))}
    ours = {
        "SUPPORT_DATA_DIR": str(folder),
    }
    return kept | QUIET | ours | {"PYTHONPATH": str(ROOT)} | settings


def support_agent(
    *arguments: str, env: Mapping[str, str], text: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        input=text,
        env=dict(env),
        cwd=cwd or ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def dev_server(folder: Path, env: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Run `langgraph dev` and yield its address and its log file; its process group is named in `dev.pid` beside it."""
    port, log = free_port(), folder / "dev.log"
    command = [str(BIN / "langgraph"), "dev", "--config", str(ROOT / "langgraph.json")]
    command += ["--no-browser", "--no-reload", "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=dict(env), cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    (folder / "dev.pid").write_text(str(process.pid))
    try:
        wait_for(f"http://127.0.0.1:{port}/ok", process, log, seconds=300)
        yield f"http://127.0.0.1:{port}", log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Return once the address answers; fail with the log when the process ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=1)  # noqa: S310  loopback only
            return
        time.sleep(0.2)
    raise AssertionError(f"{url} did not answer; its log ends with:\n{log.read_text()[-2000:]}")
