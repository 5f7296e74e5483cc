"""Start `langgraph dev` and talk to it with the SDK."""

from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_client

from tests.processes import ROOT, dev_server, environment
from tests.terminal import copied_sample, fill_sample_shop

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("shop")
    fill_sample_shop(folder)
    env = environment(folder, SUPPORT_BUSINESS=str(copied_sample(folder / "business")))
    return folder, env


async def turn(client: Any, thread: str, text: str) -> tuple[str, list[str]]:
    """Return the streamed reply and the progress events of one turn."""
    tokens, progress = "", []
    stream = client.runs.stream(
        thread,
        "support_agent",
        input={"messages": [{"role": "user", "content": text}]},
        context={"customer_id": "ada_brook_1001"},
        stream_mode=["messages-tuple", "custom"],
    )
    async for part in stream:
        if part.event == "custom":
            progress.append(part.data["progress"])
        elif part.event == "messages":
            message, _ = part.data
            if message["type"] == "AIMessageChunk":
                tokens += message["content"]
        assert part.event != "error", part.data
    return tokens, progress


async def test_two_turns_on_one_thread_stream_and_remember(shop: tuple[Path, dict[str, str]]) -> None:
    folder, env = shop
    with dev_server(folder, env) as (url, log):
        client = get_client(url=url)
        thread = (await client.threads.create())["thread_id"]
        said, progress = await turn(client, thread, "How long do I have to return something?")
        assert "30 days" in said
        assert progress == ["Searching help articles…"]
        said, progress = await turn(client, thread, "And where are my orders?")
        assert "AF1" in said
        assert "Looking that up…" in progress
        state: Any = await client.threads.get_state(thread)
        said_by_customer = [m["content"] for m in state["values"]["messages"] if m["type"] == "human"]
        assert said_by_customer == ["How long do I have to return something?", "And where are my orders?"]
        assistant = (await client.assistants.search(graph_id="support_agent"))[0]["assistant_id"]
        nodes: Any = await client.assistants.get_graph(assistant)
        assert {"retrieve", "reason", "execute_tools", "escalate"} <= {n["id"] for n in nodes["nodes"]}
        assert (await client.assistants.get_schemas(assistant))["input_schema"]
        business = folder / "business" / "business.yaml"
        good = business.read_text() + "phrases: {why_asked: By all means.}\n"
        business.write_text(good)
        assert "By all means." in await asked_for_person(client)
        business.write_text(good.replace("By all means.", "Certainly.") + "tongues: [en]\n")
        assert "By all means." in await asked_for_person(client)
        assert "tongues is not known here" in log.read_text()
    text = log.read_text()
    assert "Blocking" not in text
    assert "Traceback" not in text


async def asked_for_person(client: Any) -> str:
    """Return what a new conversation reads that begins with the wish for a person."""
    thread = (await client.threads.create())["thread_id"]
    await turn(client, thread, "I want to talk to a person")
    state: Any = await client.threads.get_state(thread)
    return str(state["values"]["messages"][-1]["content"])


def test_the_module_form_is_used(tmp_path: Path) -> None:
    # The path form loads the file a second time under another name.
    assert '"graph.entry:graph"' in (ROOT / "langgraph.json").read_text()
