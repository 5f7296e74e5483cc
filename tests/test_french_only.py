"""A business that serves French alone speaks French by every way in, whatever language a program or browser names."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.language.fixed_sentences import PHRASES, phrase
from core.language.text import split_sentences
from graph.agent import open_agent
from graph.assembly import assemble
from graph.builder import build_graph
from graph.business_check import check_business
from graph.verification.reply_language import ReplyLanguages
from server.routes.pages import read_assets
from server.views.brand import brand_of
from tests.business_fakes import EXAMPLES, settings_of
from tests.server_fakes import Running, bearer, serving_business
from tests.terminal import Terminal
from tools.business.business_folder import read_business
from tools.business.starting import Answers, write_business

ENGLISH = {part for text in PHRASES["en"].values() for part in re.split(r"\{\w+\}", text) if len(part) > 15}
"""What stands between the places of the English sentences."""
FRENCH = ReplyLanguages(("fr",))
TALK = (
    "Bonjour",
    "Que puis-je faire en cas de panne ?",
    "Combien coûte une girafe ?",
    "Je voudrais un technicien pour L-1001",
    "S1",
    "pas de connexion",
    "oui",
    "Merci beaucoup",
    "L-9999 : j'ai besoin d'un technicien",
    "Je voudrais parler à une personne",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an internet provider that serves French alone."""
    shutil.copytree(EXAMPLES / "novanet", tmp_path / "novanet", ignore=shutil.ignore_patterns("evals"))
    file = tmp_path / "novanet" / "business.yaml"
    file.write_text(file.read_text().replace("languages: [en, fr]", "languages: [fr]"))
    return tmp_path / "novanet"


@pytest.fixture
async def net(folder: Path, tmp_path: Path) -> AsyncIterator[Running]:
    """Serve the provider over HTTP, without a model."""
    async with serving_business(folder, tmp_path) as running:
        yield running


def assert_french(text: str) -> None:
    """Fail for a text with a sentence in another language."""
    assert text.strip()
    assert [part for part in ENGLISH if part in text] == []
    assert [(one, found) for one in split_sentences(text)[0] if (found := FRENCH.foreign(one))] == []


def test_the_assertion_sees_english() -> None:
    for key in ("handed_over", "ask_yes", "disclosure", "not_found"):
        with pytest.raises(AssertionError):
            assert_french(PHRASES["en"][key])


@pytest.mark.parametrize("locale", [None, "en-US", "fr-CA"])
async def test_a_program_is_answered_in_french(folder: Path, tmp_path: Path, locale: str | None) -> None:
    async with open_agent(settings_of(folder, tmp_path)) as agent:
        said = [(await agent.send("t", text, customer_id="c-amelie", locale=locale)).text for text in TALK]
    for text in said:
        assert_french(text)
    assert "Un technicien est réservé pour la ligne L-1001" in said[6]
    assert "T1001" in said[-1]


async def test_a_graph_is_answered_in_french(folder: Path, tmp_path: Path) -> None:
    graph: Any = build_graph(assemble(settings_of(folder, tmp_path)), checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    for text in TALK[:3]:
        values = await graph.ainvoke({"messages": [HumanMessage(text)]}, config)
        assert_french(values["messages"][-1].text)


@pytest.mark.parametrize("said", [{}, {"locale": "en"}])
async def test_messages_over_http_are_answered_in_french(net: Running, said: dict[str, str]) -> None:
    thread: dict[str, str] = {}
    for number, text in enumerate(TALK):
        answer = await net.client.post("/v1/messages", json={"text": text} | said | thread, headers=bearer("c-amelie"))
        found = answer.json()
        thread = {"thread_id": found["thread_id"]}
        assert_french(found["reply"]["text"])
        if number == 0:
            assert_french(found["disclosure"])


async def test_events_of_a_stream_are_french(net: Running) -> None:
    headers = bearer("c-amelie") | {"Accept": "text/event-stream"}
    answer = await net.client.post("/v1/messages", json={"text": TALK[1]}, headers=headers)
    said = list(_said(answer.text))
    assert len(said) >= 3
    for text in said:
        assert_french(text)


def _said(stream: str) -> Iterator[str]:
    """Yield the texts in a stream of events, its pieces aside: they are the reply's."""
    for event in stream.split("\r\n\r\n"):
        lines = dict(line.split(": ", 1) for line in event.split("\r\n") if ": " in line)
        if lines.get("event") in ("disclosure", "progress"):
            yield json.loads(lines["data"])["text"]
        if lines.get("event") == "reply":
            yield json.loads(lines["data"])["reply"]["text"]


async def test_the_openai_protocol_is_answered_in_french(net: Running) -> None:
    messages: list[dict[str, str]] = []
    for text in TALK[:7]:
        messages.append({"role": "user", "content": text})
        body = {"model": "support-agent", "messages": messages}
        answer = await net.client.post("/v1/chat/completions", json=body, headers=bearer("c-amelie"))
        said = answer.json()["choices"][0]["message"]["content"]
        assert_french(said)
        messages.append({"role": "assistant", "content": said})
    assert "Un technicien est réservé" in said


async def test_what_a_page_shows_first_is_french(net: Running) -> None:
    for query in ("", "?locale=en-GB"):
        assert_french((await net.client.get(f"/v1/chat{query}")).json()["disclosure"])
        assert_french((await net.client.post(f"/v1/tokens{query}")).json()["disclosure"])
    no_voice = await net.client.post(
        "/v1/voice", content=b"RIFF", headers=bearer("c-a") | {"Content-Type": "audio/wav"}
    )
    assert no_voice.json()["detail"] == phrase("voice_off", "fr")


async def test_a_new_business_speaks_its_own_language_first(tmp_path: Path) -> None:
    write_business(tmp_path / "moulin", Answers(name="Le Moulin", languages=("fr",), record="commande"))
    assert check_business(tmp_path / "moulin").ok
    talk = (
        "je veux annuler ma commande",
        "B1002",
        "je veux annuler la commande B1001",
        "oui",
        "Comment vous joindre ?",
    )
    async with open_agent(settings_of(tmp_path / "moulin", tmp_path)) as agent:
        said = [(await agent.send("t", text, customer_id="c1")).text for text in talk]
    for text in said:
        assert_french(text.replace("first sample commande", "").replace("second sample commande", ""))
    assert said[3].startswith("C'est fait : « commande B1001 » est annulé.")


def test_pages_know_that_english_is_not_served(folder: Path) -> None:
    _, files = read_assets(brand_of(read_business(folder)))
    assert 'const SERVED = "fr".split(",")' in files["words.js"].body.decode()
    assert "Bonjour !" in files["words/fr.js"].body.decode()


def test_the_terminal_answers_in_french(folder: Path, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.settings["SUPPORT_BUSINESS"] = str(folder)
    talk = "\n".join(TALK[:3])
    said, told = terminal.run("chat", "--customer", "c-amelie", text=f"{talk}\n")
    assert_french(said)
    assert phrase("disclosure", "fr", shop="NovaNet") in " ".join(told.split())
    assert_french(terminal.out("ask", TALK[1], "--customer", "c-amelie"))
