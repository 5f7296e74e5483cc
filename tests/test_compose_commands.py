"""The commands of deploy/compose.yaml work with its settings on a real PostgreSQL: articles first, then two agents."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.postgres import fresh_database
from tests.processes import QUIET, ROOT, environment, free_port, wait_for
from tests.server_fakes import SECRET, bearer

pytestmark = pytest.mark.server
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def settings_of(service: str, folder: Path) -> dict[str, str]:
    """Return what a service gets, its secrets from a folder, and nothing that a test would set."""
    kept = {name: value for name, value in environment(folder).items() if not name.startswith("SUPPORT_")}
    named = dict(re.findall(r"(SUPPORT_\w+)=(\S+)", DOCKERFILE)) | SERVICES[service]["environment"]
    return kept | QUIET | {name: str(value).replace("/run/secrets", str(folder)) for name, value in named.items()}


def command_of(service: str, articles: Path) -> list[str]:
    """Return what a service runs: the image's entry point with the service's command, or else with the image's."""
    entry = re.search(r"^ENTRYPOINT (\[.+\])$", DOCKERFILE, re.MULTILINE)
    default = re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert entry
    assert default
    assert yaml.safe_load(entry[1]) == ["support-agent"]
    words = SERVICES[service].get("command") or yaml.safe_load(default[1])
    return [sys.executable, "-m", "cli.main", *(word.replace("/articles", str(articles)) for word in words)]


class Agent:
    """One agent as compose starts it, with a folder of its own for `/data`."""

    def __init__(self, folder: Path, number: int) -> None:
        self.log, port = folder / f"agent{number}.log", free_port()
        self.url = f"http://127.0.0.1:{port}"
        data = folder / f"data{number}"
        data.mkdir()
        command, env = command_of("agent", folder), settings_of("agent", folder)
        command[command.index("--host") + 1] = "127.0.0.1"
        with self.log.open("w") as out:
            self.process = subprocess.Popen([*command, "--port", str(port)], cwd=data, env=env, stdout=out, stderr=out)


@contextmanager
def agents_at_once(folder: Path) -> Iterator[list[str]]:
    """Start as many agents as compose does, and yield their addresses once each would pass its health check."""
    agents = [Agent(folder, number) for number in range(SERVICES["agent"]["deploy"]["replicas"])]
    try:
        for agent in agents:
            wait_for(f"{agent.url}/readyz", agent.process, agent.log, seconds=120)
        yield [agent.url for agent in agents]
    finally:
        for agent in agents:
            agent.process.terminate()
        for agent in agents:
            agent.process.wait(30)


def test_two_agents_start_at_once_on_an_empty_database_and_share_what_they_keep(
    shared_postgres: str, tmp_path: Path
) -> None:
    (tmp_path / "database_url").write_text(fresh_database(shared_postgres) + "\n")
    (tmp_path / "jwt_secret").write_text(SECRET + "\n")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "wrap.md").write_text("# Gift wrap\n\nGift wrap costs 3 euros and comes in blue paper.\n")
    published = subprocess.run(
        command_of("setup", tmp_path / "articles"), cwd=tmp_path, env=settings_of("setup", tmp_path), timeout=120
    )
    assert published.returncode == 0, shlex.join(command_of("setup", tmp_path))
    with agents_at_once(tmp_path) as (first, second):
        asked = {"text": "How much does gift wrap cost?"}
        sent = httpx.post(f"{first}/v1/messages", json=asked, headers=bearer("ada"), timeout=60).json()
        assert "3 euros" in sent["reply"]["text"]
        seen = httpx.get(f"{second}/v1/threads/{sent['thread_id']}", headers=bearer("ada"), timeout=60).json()
        assert [message["role"] for message in seen["messages"]] == ["customer", "agent"]
