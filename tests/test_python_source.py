"""The functions of a business's own file: what counts as a refusal, and what can neither end nor stop the program."""

import asyncio
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from tools.connectors.python_source import MOST_AT_ONCE, PythonSource

TOOLS = """
import asyncio, json, sys, time
from pathlib import Path
from datetime import datetime

def says_no() -> dict:
    raise ValueError("The mill is closed on Sundays.")

def no_number() -> dict:
    return {"id": int("AB-12")}

def bad_answer() -> dict:
    return json.loads("")

def bad_date() -> dict:
    return {"at": datetime.strptime("x", "%Y")}

def bad_bytes() -> dict:
    return {"text": b"\\xff".decode()}

def circle() -> dict:
    found = {}
    found["self"] = found
    return found

def leaves() -> dict:
    sys.exit(3)

async def leaves_later() -> dict:
    sys.exit(3)

async def cancelled() -> dict:
    raise asyncio.CancelledError

def waits() -> dict:
    while not Path(__file__).with_name("go_on").exists():
        time.sleep(0.01)
    return {}
"""
FAIL = ("no_number", "bad_answer", "bad_date", "bad_bytes", "circle", "leaves", "leaves_later", "cancelled")
NAMES = ("says_no", "waits", *FAIL)


@asynccontextmanager
async def tools(tmp_path: Path, *, timeout_seconds: float = 20) -> AsyncIterator[PythonSource]:
    (tmp_path / "tools.py").write_text(textwrap.dedent(TOOLS))
    source = PythonSource(tmp_path / "tools.py", NAMES, timeout_seconds=timeout_seconds)
    yield source
    await source.close()


async def test_a_raise_of_the_business_refuses_in_its_words(tmp_path: Path) -> None:
    async with tools(tmp_path) as source:
        with pytest.raises(Refused, match="closed on Sundays"):
            await source.call("says_no", {})


@pytest.mark.parametrize("name", FAIL)
async def test_whatever_else_comes_out_of_a_function_leaves_its_outcome_unknown(tmp_path: Path, name: str) -> None:
    async with tools(tmp_path) as source:
        with pytest.raises(OutcomeUnknown):
            await source.call(name, {})


async def test_calls_that_do_not_end_hold_nobody_elses_threads(tmp_path: Path) -> None:
    async with tools(tmp_path, timeout_seconds=0.05) as source:
        calls = [source.call("waits", {}) for _ in range(MOST_AT_ONCE + 4)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(each) for each in found] == [OutcomeUnknown] * MOST_AT_ONCE + [BackendUnavailable] * 4
        assert await asyncio.wait_for(asyncio.to_thread(lambda: 1), 5) == 1
        (tmp_path / "go_on").touch()  # lets the threads end
