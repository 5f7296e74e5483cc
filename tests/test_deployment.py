"""What a deployment hands in from outside: secrets in files, proxies in front, and figures for those who watch."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import openai
import pytest

from core.errors import ModelUnavailable, SettingsError
from core.models.endpoint import endpoint_errors
from core.observability.counters import MODEL_FAILURES
from core.settings import Settings
from server.metrics import Metrics
from tests.graph_fakes import call, scripted
from tests.processes import ROOT, environment, free_port, support_agent, wait_for
from tests.server_fakes import SECRET
from tests.server_fakes import serving as fake_serving
from tools.desk.reports import OpenTickets


def from_files(**files: object) -> Settings:
    return Settings.from_env({f"SUPPORT_{name}": str(value) for name, value in files.items()}, env_file=None)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40 + "\n")
    (tmp_path / "url").write_text("postgresql://agent:pass@db/agent\n")
    settings = from_files(
        JWT_SECRET="x" * 32, DESK_WEBHOOK_SECRET_FILE=tmp_path / "secret", DATABASE_URL_FILE=tmp_path / "url"
    )
    assert settings.desk_webhook_secret is not None
    assert settings.desk_webhook_secret.get_secret_value() == "s" * 40
    assert settings.memory_url == "postgresql://agent:pass@db/agent"


def test_a_setting_that_is_itself_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("models: {}")
    assert from_files(PRICES_FILE=tmp_path / "prices.yaml").prices_file == tmp_path / "prices.yaml"


@pytest.mark.parametrize(
    ("content", "also", "told"),
    [
        (None, {}, "which cannot be read (No such file or directory); name a file with the value"),
        ("\n", {}, "which is empty; write the value into it"),
        ("x", {"DESK_WEBHOOK_SECRET": "hunter2"}, "are both set; set one of them"),
    ],
)
def test_a_wrong_secret_file_is_one_line_without_the_secret(
    tmp_path: Path, content: str | None, also: dict[str, str], told: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingsError) as failed:
        from_files(DESK_WEBHOOK_SECRET_FILE=tmp_path / "secret", **also)
    assert "SUPPORT_DESK_WEBHOOK_SECRET_FILE" in str(failed.value)
    assert told in str(failed.value)
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize("wrong", ["*", "proxy.internal", "10.0.0.1/8"])
def test_proxies_are_named_by_address(wrong: str) -> None:
    with pytest.raises(SettingsError, match="SUPPORT_TRUSTED_PROXIES"):
        from_files(TRUSTED_PROXIES=wrong)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[httpx.Client]:
    env = environment(folder, SUPPORT_JWT_SECRET=SECRET, SUPPORT_LIMITS="visitors_per_minute=1", **settings)
    (folder / "articles").mkdir()
    (folder / "articles" / "wrap.md").write_text("# Gift wrap\n\nGift wrap costs 3 euros.")
    assert support_agent("ingest", str(folder / "articles"), env=env).returncode == 0
    port, log = free_port(), folder / "serve.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process, log)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.server
@pytest.mark.parametrize(("proxies", "second"), [("127.0.0.0/8", 201), ("10.0.0.1", 429)])
def test_visitors_behind_a_trusted_proxy_are_told_apart_and_nobody_else_may_say_who_asks(
    tmp_path: Path, proxies: str, second: int
) -> None:
    with serving(tmp_path, SUPPORT_TRUSTED_PROXIES=proxies) as client:
        first, other = ({"X-Forwarded-For": address} for address in ("203.0.113.7", "198.51.100.9"))
        assert client.post("/v1/tokens", headers=first).status_code == 201
        assert client.post("/v1/tokens", headers=first).status_code == 429
        assert client.post("/v1/tokens", headers=other).status_code == second


@pytest.mark.server
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"SUPPORT_JWT_SECRET_FILE": "{folder}/binary"}, "it is no text"),
        ({"SUPPORT_JWT_SECRET_FILE": "{folder}/short"}, "has 5 bytes, at least 32 are needed"),
        ({"SUPPORT_JWT_KEYS": "{folder}/short"}, "which is no key set"),
        ({"SUPPORT_DATA_DIR": "/dev/null"}, "/dev/null"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe" * 30)
    (tmp_path / "short").write_text("short")
    (tmp_path / "wrap.md").write_text("# Gift wrap\n\nGift wrap costs 3 euros.")
    env = environment(tmp_path, SUPPORT_LOG_LEVEL="warning")
    assert support_agent("ingest", str(tmp_path / "wrap.md"), env=env).returncode == 0
    wrong = {name: value.format(folder=tmp_path) for name, value in settings.items()}
    done = support_agent("serve", "--port", "0", env=env | wrong)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("error: ") == 1


@pytest.mark.server
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write")
@pytest.mark.parametrize(
    ("command", "setting", "told"),
    [
        ("ingest {folder}/wrap.md", "SUPPORT_DATA_DIR=/proc/x", "set SUPPORT_DATA_DIR to another"),
        ("tickets list", "SUPPORT_DATA_DIR=/proc/x", "check SUPPORT_DATABASE_URL or SUPPORT_DATA_DIR"),
        ("threads list", "SUPPORT_DATA_DIR=/proc/x", "check SUPPORT_DATABASE_URL or SUPPORT_DATA_DIR"),
    ],
)
def test_a_folder_that_cannot_be_written_is_named_in_one_line(
    tmp_path: Path, command: str, setting: str, told: str
) -> None:
    (tmp_path / "wrap.md").write_text("# Gift wrap\n\nGift wrap costs 3 euros.")
    name, _, value = setting.partition("=")
    done = support_agent(*command.format(folder=tmp_path).split(), env=environment(tmp_path) | {name: value})
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error: ") == 1


def test_failures_of_a_model_are_counted_by_kind() -> None:
    counter = MODEL_FAILURES.labels(model="counted", kind="unavailable")
    before = counter._value.get()
    with pytest.raises(ModelUnavailable), endpoint_errors("http://127.0.0.1/v1", "counted"):
        raise openai.OpenAIError
    assert counter._value.get() == before + 1


async def test_tool_calls_handoffs_and_tickets_are_counted(tmp_path: Path) -> None:
    async with fake_serving(tmp_path, scripted(call("get_order", order_id="A1"), "It is delivered.")) as server:
        await server.say("ada", "where is A1?")
        await server.say("ada", "I want to talk to a person")
        figures = (await server.client.get("/metrics")).text
    assert 'support_tool_calls_total{outcome="success",tool="get_order"}' in figures
    assert 'support_handoffs_total{reason="asked"} 1.0' in figures
    assert 'support_tickets_open{stage="pending"} 1.0' in figures


def test_open_tickets_are_shown_with_the_age_of_the_oldest() -> None:
    metrics = Metrics()
    metrics.set_tickets({"pending": OpenTickets(number=2, oldest=timedelta(minutes=5))})
    shown = metrics.text().decode()
    assert 'support_tickets_open{stage="pending"} 2.0' in shown
    assert 'support_ticket_oldest_seconds{stage="pending"} 300.0' in shown
