"""Conversations with the agent of a business whose folder a test writes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from graph.agent import open_agent
from tests.server_fakes import settings_in

Talk = Callable[..., Awaitable[list[str]]]
"""Says lines in a conversation of its own and returns the replies."""


_READS = """
import json

def _read(path):
    with open(path) as file:
        return json.load(file)
"""
"""Begins the tools of each business: its records are one JSON file."""


@asynccontextmanager
async def talks(folder: Path, files: Mapping[str, str]) -> AsyncIterator[Talk]:
    """Yield what holds conversations with the business that these files make, in an empty folder."""
    for name, text in files.items():
        (folder / "business" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "business" / name).write_text(_READS + text if name == "tools.py" else text)
    async with open_agent(settings_in(folder / "data", business=folder / "business")) as agent:

        async def held(*lines: str) -> list[str]:
            return [(await agent.send(f"t-{lines}", line, customer_id="kim")).text for line in lines]

        yield held


def talk_with(files: Mapping[str, str]) -> Any:
    """Return a fixture that holds conversations with the business that these files make."""

    @pytest.fixture
    async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
        async with talks(tmp_path, files) as held:
            yield held

    return talk
