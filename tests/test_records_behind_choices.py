"""Customers name a record by what stands in it, also where the business lists no more than its numbers."""

from pathlib import Path

import pytest

from tests.business_talks import Talk, talk_with, talks

FILES = {
    "business.yaml": "name: Island Ferries\nlanguages: [en]\nnow: '2026-06-01T10:00:00Z'\n",
    "articles/cars.md": "---\ntitle: Cars on board\n---\n# Cars on board\n\n"
    "A car has to be at the harbour 40 minutes before.\n",
    "tools.py": '''
def get_account(database: str) -> dict:
    """Get the customer's account with the numbers of their crossings."""
    return {"name": "Kim", "crossings": list(_read(database)["crossings"])}

def get_crossing(crossing_id: str, database: str) -> dict:
    """Get a crossing that the customer has booked."""
    found = _read(database)["crossings"].get(crossing_id)
    if found is None:
        raise ValueError("There is no such crossing in your account.")
    return {"crossing_id": crossing_id, **found}

def list_harbours() -> list[dict]:
    """List all harbours."""
    return [{"code": "HVN", "town": "Havnby"}, {"code": "SKR", "town": "Skaro"}, {"code": "LYO", "town": "Lyoe"}]

def get_sailing(ship: str, day: str) -> dict:
    """Get how a ship is running on a day."""
    late = (ship, day) == ("F1", "2026-06-02")
    return {"ship": ship, "day": day, "status": "delayed" if late else "as planned"}

def cancel_crossing(crossing_id: str, database: str) -> dict:
    """Cancel a crossing."""
    return {"crossing_id": crossing_id}

def add_bicycles(crossing_id: str, bicycles: int, database: str) -> dict:
    """Add bicycles to a crossing."""
    return {"crossing_id": crossing_id}
''',
    "records.json": """{"crossings": {
  "KX11": {"origin": "HVN", "destination": "SKR", "booked_on": "2026-05-02", "ticket": "flexible",
           "sailings": [{"ship": "F1", "day": "2026-06-02"}]},
  "KX12": {"origin": "SKR", "destination": "LYO", "booked_on": "2026-05-02", "ticket": "saver",
           "sailings": [{"ship": "F2", "day": "2026-06-05"}, {"ship": "F3", "day": "2026-06-06"}]},
  "KX13": {"origin": "HVN", "destination": "LYO", "booked_on": "2026-05-12", "ticket": "flexible",
           "sailings": [{"ship": "F1", "day": "2026-06-18"}]}}}""",
    "connectors/ferries.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  get_account: {effect: read, ahead: {when: few}, also_called: [crossing, crossings, booking]}
  get_crossing:
    effect: read
    ahead: {pattern: "KX[0-9]+", into: crossing_id}
    also_called: [ferry, ticket]
  list_harbours: {effect: read, open: true}
  get_sailing: {effect: read, open: true, also_called: [late, delayed, on time]}
  cancel_crossing:
    effect: write
    once: [crossing_id]
    also_called: [cancel]
    ask: "Cancel crossing {crossing_id}."
    done: "Crossing {crossing_id} is cancelled."
  add_bicycles:
    effect: write
    once: [crossing_id, bicycles]
    also_called: [add]
    ask: "Take {bicycles} bicycles on crossing {crossing_id}."
    done: "{bicycles} bicycles are booked on crossing {crossing_id}."
""",
    "procedures/cancel-crossing.md": """---
name: cancel-crossing
description: Cancel a crossing. Use when a customer does not want to take a ferry that they booked.
examples: [please cancel my crossing, I cannot take the ferry any more]
tools: [get_account, get_crossing]
slots:
  crossing_id: {ask: "Which crossing is it?", pattern: "KX[0-9]+", find: "account.crossings"}
facts:
  account: get_account()
  crossing: get_crossing(crossing_id)
rules:
  flexible: {must: "crossing.ticket == 'flexible'", say: "{crossing_id} has a saver ticket, which cannot be cancelled."}
do:
  cancel: {tool: cancel_crossing, args: {crossing_id: crossing_id}, needs: [flexible]}
---
Find the crossing, then {do.cancel}.
""",
    "procedures/add-bicycles.md": """---
name: add-bicycles
description: Take bicycles along on a crossing that is booked. Use when a customer wants to bring a bicycle.
examples: [I want to take a bicycle along, add two bicycles to my crossing to Skaro]
tools: [get_account, get_crossing]
slots:
  crossing_id: {ask: "Which crossing is it?", pattern: "KX[0-9]+", find: "account.crossings"}
  bicycles: {ask: "How many bicycles shall it be?", type: integer}
facts:
  account: get_account()
  crossing: get_crossing(crossing_id)
rules:
  known: {must: "crossing.ticket != ''", say: "I cannot find that crossing."}
do:
  add: {tool: add_bicycles, args: {crossing_id: crossing_id, bicycles: bicycles}, needs: [known]}
---
Find the crossing, ask how many {bicycles}, then {do.add}.
""",
}


talk = talk_with(FILES)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("please cancel my crossing to Skaro on the 2nd", "Cancel crossing KX11."),
        ("cancel tomorrow's crossing please", "Cancel crossing KX11."),
        ("I want to cancel my crossing from Havnby to Lyoe", "Cancel crossing KX13."),
        ("please cancel the crossing on Friday", "KX12 has a saver ticket"),
        ("cancel my crossing on 18 June", "Cancel crossing KX13."),
    ],
)
async def test_a_record_is_named_by_what_stands_in_it_by_a_day_or_by_what_a_code_stands_for(
    said: str, told: str, talk: Talk
) -> None:
    assert told in (await talk(said))[-1]


async def test_records_to_choose_from_are_listed_with_what_tells_them_apart(talk: Talk) -> None:
    asked, answered = await talk("please cancel my crossing", "the one to Skaro")
    assert "KX11: Havnby, Skaro, 2 June 2026; KX12: Skaro, Lyoe, 5 June 2026" in asked
    assert "Cancel crossing KX11." in answered


@pytest.mark.parametrize(
    "said", ["can you add my brother to my crossing to Skaro", "please move my crossing on Friday to Sunday"]
)
async def test_what_none_of_the_procedures_does_starts_none_of_them(said: str, talk: Talk) -> None:
    reply = (await talk(said))[-1]
    assert "Which crossing" not in reply
    assert "bicycles" not in reply
    assert "ancel crossing" not in reply


async def test_who_cannot_do_something_is_not_taken_for_one_who_wishes_it(talk: Talk) -> None:
    assert "Cancel crossing KX11." in (await talk("I can't take the ferry to Skaro, I am in hospital"))[-1]


async def test_a_wish_goes_on_with_the_question_before_it(talk: Talk) -> None:
    replies = await talk("how many bicycles may I take on the ferry on 18 June?", "ok, add some then", "two")
    assert "Take 2 bicycles on crossing KX13." in replies[-1]
    other = await talk("how many bicycles may I take on the ferry on 18 June?", "please send me the invoice")
    assert "bicycles on crossing" not in other[-1]


async def test_who_gives_reasons_against_a_no_reads_it_once_more_with_a_person_and_a_consent_ends_it(
    talk: Talk,
) -> None:
    replies = await talk("please cancel the crossing on Friday", "but my mother is ill", "ok, I see")
    assert replies[1].startswith("That stays so: KX12 has a saver ticket")
    assert "saver ticket" not in replies[2]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("is my ferry to Skaro on time tomorrow?", "ship: F1, day: 2 June 2026, status: delayed"),
        ("is my ferry on Friday late?", "ship: F2, day: 5 June 2026, status: as planned"),
    ],
)
async def test_a_read_whose_arguments_stand_in_the_record_that_is_meant_is_made(
    said: str, told: str, talk: Talk
) -> None:
    reply = (await talk(said))[-1]
    assert told in reply
    assert reply.count("status") == 1


@pytest.mark.parametrize("said", ["when does my crossing KX99 leave?", "what is crossing KX99 about"])
async def test_of_a_record_that_is_not_the_customers_nothing_is_told_but_that(said: str, talk: Talk) -> None:
    assert (await talk(said))[-1] in (
        "There is no such crossing in your account.",
        "I cannot find that in your account. Please check it and try again.",
    )


async def test_the_record_that_was_asked_about_is_the_one_of_the_wish_after_it(talk: Talk) -> None:
    replies = await talk("is my ferry tomorrow on time?", "then please cancel my crossing")
    assert "Cancel crossing KX11." in replies[-1]


async def test_beside_a_rule_stands_what_it_looks_at_in_the_record_that_is_meant(tmp_path: Path) -> None:
    rule = (
        "---\ntitle: Cancelling\n---\n# Cancelling\n\nA crossing with a flexible ticket can be cancelled at any time.\n"
    )
    async with talks(tmp_path, {**FILES, "articles/cancelling.md": rule}) as talk:
        reply = (await talk("until when can my ticket for the ferry on 18 June be cancelled?"))[-1]
    assert "crossing id: KX13, ticket: flexible" in reply
    assert "flexible ticket can be cancelled" in reply


async def test_the_number_of_a_card_is_no_answer_to_how_many(talk: Talk) -> None:
    replies = await talk("I want to take a bicycle along to Skaro on the 2nd", "the card ending 4329", "two")
    assert "How many bicycles" in replies[1]
    assert "Take 2 bicycles on crossing KX11." in replies[2]
