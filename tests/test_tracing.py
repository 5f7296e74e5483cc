"""Send traces only when told to, and nothing personal in them: inputs, tool arguments, errors, names, tags,
metadata.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import langsmith
import pytest
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langsmith.utils import get_env_var

from benchmarks.support.outside import outside
from core.errors import SettingsError
from core.observability.tracing import RedactingClient, set_up_tracing
from core.privacy.known_people import KNOWN
from core.settings import Settings
from graph.agent import SupportAgent
from graph.builder import build_graph
from tests.graph_fakes import call, parts, scripted
from tools.tool import Tool

MAIL, PHONE, CARD = "zed.quux@example.com", "+1 202 555 0123", "4111 1111 1111 1111"
PRIVATE = (MAIL, "555 0123", "4111 1111", "Zelda", "Quill", "97999")


@pytest.fixture(autouse=True)
def tracing_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    KNOWN.add("zelda_quill_1", names=["Zelda Quill"])
    cast(Any, get_env_var).cache_clear()
    yield
    if langsmith.run_trees._CLIENT is not None:  # or it would go on looking for its server
        langsmith.run_trees._CLIENT.close(timeout=1)
    langsmith.configure(enabled=None, client=None)
    monkeypatch.undo()
    cast(Any, get_env_var).cache_clear()
    KNOWN.forget("zelda_quill_1")


@tool
async def get_order(order_id: str, note: str) -> str:
    """Look an order up."""
    if "broken" in note:
        raise RuntimeError(f"no order {order_id} for {note}")
    return f'{{"first_name":"Zelda","zip":"97999","email":"{MAIL}"}}'


async def converse(note: str) -> None:
    made = parts(
        scripted(call("get_order", order_id="#W1234567", note=note), f"It goes to {MAIL}."),
        tools=[Tool(bound=get_order)],
    )
    agent = SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000)
    await agent.send(
        "zelda_quill_1:chat", f"I am Zelda Quill, #W1234567, {MAIL}, {PHONE}, card {CARD}", customer_id="zelda_quill_1"
    )


@pytest.mark.server
async def test_nothing_is_sent_unless_our_own_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with outside() as server:
        for name, value in {"TRACING": "true", "TRACING_V2": "true", "API_KEY": "k", "ENDPOINT": server.url}.items():
            monkeypatch.setenv(f"LANGSMITH_{name}", value)
        set_up_tracing(Settings.from_env({}, None).langsmith_tracing)
        await converse("please")
        langsmith.run_trees.get_cached_client().flush()  # what would have been used
        assert server.came == []


@pytest.mark.server
async def test_what_is_sent_holds_the_run_and_nothing_personal(monkeypatch: pytest.MonkeyPatch) -> None:
    with outside() as server:
        monkeypatch.setenv("LANGSMITH_API_KEY", "k")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", server.url)
        set_up_tracing(True)
        client = langsmith.run_trees.get_cached_client()
        assert isinstance(client, RedactingClient)
        await converse(f"to {MAIL}")
        with pytest.raises(RuntimeError):
            await converse(f"broken {PHONE}")
        named = langsmith.trace(
            f"run of {MAIL}", tags=[MAIL], metadata={"who": "Zelda Quill", MAIL: 1}, inputs={"phone": "12345"}
        )
        with suppress(ValueError), named as run:
            run.add_event({"name": "said", "message": PHONE})
            raise ValueError(f"Zelda Quill {CARD}")
        client.flush()
        assert "execute_tools" in server.text()  # it did come
        assert "#W1234567" in server.text()
        assert "run of [email]" in server.text()
        assert [private for private in PRIVATE if private in server.text()] == []


def test_tracing_without_a_key_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSMITH_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="LANGSMITH_API_KEY"):
        set_up_tracing(True)
