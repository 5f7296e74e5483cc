"""What a connector calls personal is in an export, and nowhere after an erasure but in the business's own records."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.privacy.known_people import KNOWN
from core.privacy.redaction import Redactor
from server.personal_stores import open_personal_data
from tests.server_fakes import serving_business

PERSONAL = ("Zelda", "Quux", "Elm Row", "zq@new.example")
CONNECTOR = """
python: people.py
bind: {customer_id: $customer}
tools:
  get_contact:
    effect: read
    personal: [full_name, street]
    also_called: [contact]
    ahead: {when: few}
  change_email:
    effect: write
    look: get_contact
    once: [email]
    personal: [email]
    also_called: [change]
    ask: "Change the e-mail address to {email}."
    done: "Your e-mail address is changed."
"""
TOOLS = """
def get_contact(customer_id: str) -> dict:
    "Look up the contact of the customer."
    return {"full_name": "Zelda Quux", "street": "7 Elm Row", "plan": "L"}


def change_email(email: str, customer_id: str) -> dict:
    "Change the e-mail address."
    return {"email": email}
"""
PROCEDURE = """---
name: change-email
description: Change the e-mail address of the customer. Use when they have a new one.
examples: [please change my e-mail address, I have a new e-mail address]
slots:
  email: {ask: "What is the new address?", pattern: '[a-z]+@[a-z.]+'}
rules:
  new: {must: "email != ''", say: "That is no address."}
do:
  change: {tool: change_email, args: {email: email}, needs: [new]}
---
Ask for the {email} and do {do.change}.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a business with personal fields in a read, and in the argument that names the record of a write."""
    for name, text in (
        ("business.yaml", "name: People\n"),
        ("connectors/people.yaml", CONNECTOR),
        ("people.py", TOOLS),
        ("procedures/change-email.md", PROCEDURE),
    ):
        path = tmp_path / "people" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "people"


def left(data: Path) -> list[str]:
    """Return which personal values stand in which file of a folder."""
    files = [file for file in data.rglob("*") if file.is_file()]
    return [f"{value} in {file.name}" for file in files for value in PERSONAL if value.encode() in file.read_bytes()]


async def test_personal_fields_are_exported_and_gone_after_an_erasure(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with serving_business(folder, data) as server:
        await server.say("c1", "what is my contact?")
        asked = await server.say("c1", "please change my e-mail address to zq@new.example")
        assert "zq@new.example" in asked["reply"]["text"]
        done = await server.say("c1", "yes", asked["thread_id"])
        assert "is changed" in done["reply"]["text"]
        assert Redactor().text("Zelda Quux of 7 Elm Row") == "[name] of [address]"
        await server.say("c1", "I want to talk to a person", asked["thread_id"])
        async with open_personal_data(server.service.settings) as stores:
            person = await stores.find("c1")
            [action] = (await stores.export(person))["actions"]
            assert action["args"] == {"email": "zq@new.example"}
            assert "7 Elm Row" in str(await stores.export(person))
            with closing(sqlite3.connect(data / "desk.db")) as desk:
                [(ticket,)] = desk.execute("SELECT draft || transcript || detail FROM tickets").fetchall()
            assert [value for value in PERSONAL if value in str(ticket)] == []
            await stores.erase(person)
    assert left(data) == []
    assert not KNOWN.knows("c1")
