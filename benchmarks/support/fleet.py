"""Run server processes on loopback for benchmarks: start them, kill them, start them again; and the model they ask."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

ROOT = Path(__file__).resolve().parents[2]
SECRET = "benchmark-secret-of-more-than-32-bytes"  # noqa: S105  for servers on loopback that live for minutes
POISON = "this message is poison"
REPLY = "You are welcome."


@dataclass
class Fleet:
    """The server processes, one a slot."""

    env: dict[str, str]
    folder: Path
    ports: list[int]
    endpoint: str = ""
    running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    deaths: int = 0
    poisoned: int = 0

    def start(self, slot: int) -> None:
        """Start the process of a slot."""
        log = (self.folder / f"server-{slot}.log").open("ab")
        own = {"SUPPORT_BASE_URL": self.endpoint, "SUPPORT_MODEL": "stub", "SUPPORT_API_KEY": f"slot-{slot}"}
        command = [sys.executable, "-m", "cli.main", "serve", "--port", str(self.ports[slot])]
        self.running[slot] = subprocess.Popen(command, env=self.env | own, cwd=ROOT, stdout=log, stderr=log)

    def kill(self, slot: int) -> None:
        """Kill the process of a slot without warning."""
        self.running[slot].send_signal(signal.SIGKILL)
        self.deaths += 1

    async def keep_running(self) -> None:
        """Start again whatever died."""
        while True:
            for slot, process in list(self.running.items()):
                if process.poll() is not None:
                    self.start(slot)
            await asyncio.sleep(0.2)

    async def kill_at_random(self, kills: int, chance: random.Random) -> None:
        """Kill processes that are ready, one every few seconds."""
        while kills:
            await asyncio.sleep(chance.uniform(0.5, 3))
            slot = chance.choice(list(self.running))
            if await is_ready(self.ports[slot]):
                self.kill(slot)
                kills -= 1

    def stop(self) -> None:
        """End every process."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


async def is_ready(port: int) -> bool:
    """Say whether a server takes messages."""
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{port}/readyz", timeout=2)).status_code == 200
    except httpx.HTTPError:
        return False


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on."""
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]


@contextlib.asynccontextmanager
async def model_endpoint(fleet: Fleet) -> AsyncIterator[str]:
    """Serve a model that thanks for everything, and kills whoever asks it about the poison."""

    async def complete(request: Request) -> StreamingResponse:
        asked = await request.json()
        if any(POISON in str(message["content"]) for message in asked["messages"] if message["role"] == "user"):
            fleet.poisoned += 1
            fleet.kill(int(request.headers["authorization"].rsplit("-", 1)[1]))
            await asyncio.sleep(1)

        async def pieces() -> AsyncIterator[str]:
            for delta in ({"role": "assistant", "content": REPLY}, {}):
                choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
                chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
                yield f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n"
            yield "data: [DONE]\n\n"

        if asked.get("stream"):
            return StreamingResponse(pieces(), media_type="text/event-stream")
        message = {"role": "assistant", "content": REPLY}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice]}
        return StreamingResponse(iter([json.dumps(whole)]), media_type="application/json")

    [port] = free_ports(1)
    app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  it offers no event to wait for
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    await serving


def environment(folder: Path, url: str) -> dict[str, str]:
    """Return the environment of servers that keep everything in a folder, or in one PostgreSQL."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUPPORT_", "OXLO_", "LANGSMITH_"))}
    return kept | {
        "SUPPORT_DATA_DIR": str(folder),
        "SUPPORT_DATABASE_URL": url if url.startswith("postgresql") else "",
        "SUPPORT_JWT_SECRET": SECRET,
        "SUPPORT_LIMITS": "messages_per_minute=100000 max_waiting=100000 burst_seconds=0.2 lease_seconds=4",
        "LANGSMITH_TRACING": "false",
        "PYTHONPATH": str(ROOT),
    }
