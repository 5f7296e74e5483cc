"""Without a model each write of a business is led to: by its procedure, or by asking for what it needs."""

from tests.business_talks import Talk, talk_with

FILES = {
    "business.yaml": "name: Tool Library\nlanguages: [en]\nnow: '2026-04-01T10:00:00Z'\n",
    "articles/cards.md": "---\ntitle: Library cards\n---\n# Library cards\n\nA card costs 20 EUR a year.\n",
    "tools.py": '''
def get_loans(database: str) -> dict:
    """List the customer's loans."""
    return {"loans": _read(database)["loans"]}

def get_cards(database: str) -> dict:
    """List the customer's cards."""
    return {"cards": _read(database)["cards"]}

def get_courses(database: str) -> dict:
    """List the courses that are given."""
    return {"courses": [{"course_id": "K-1", "topic": "welding", "day": "2026-04-07"},
                        {"course_id": "K-2", "topic": "turning", "day": "2026-04-14"}]}

def book_course(course_id: str, database: str) -> dict:
    """Book a course."""
    return {"course_id": course_id}

def get_requests(database: str) -> dict:
    """List the customer's requests."""
    return {"requests": _read(database)["requests"]}

def renew_loan(loan_id: str, days: int, database: str) -> dict:
    """Renew a loan for some days."""
    return {"loan_id": loan_id}

def cancel_loan(loan_id: str, database: str) -> dict:
    """Cancel a loan that was not picked up."""
    return {"loan_id": loan_id}

def withdraw_request(request: str, database: str) -> dict:
    """Withdraw a request for a tool."""
    return {"request": request}

def close_card(card_id: str, database: str) -> dict:
    """Close a card."""
    return {"card_id": card_id}
''',
    "records.json": """{"loans": [
  {"loan_id": "L-11", "tool": "Tile cutter", "status": "open", "due_on": "2026-04-03"},
  {"loan_id": "L-12", "tool": "Sewing machine", "status": "reserved", "due_on": "2026-04-11"}],
 "requests": [{"request": "Q-1", "tool": "saw"}, {"request": "Q-2", "tool": "ladder"}],
 "cards": [{"card_id": "C-7", "kind": "family", "owed": 5.5}, {"card_id": "C-8", "kind": "student", "owed": 0.0}]}""",
    "connectors/library.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  get_loans: {effect: read, ahead: {when: few}}
  get_cards: {effect: read, ahead: {when: few}}
  get_requests: {effect: read, ahead: {when: few}}
  get_courses: {effect: read, open: true}
  book_course:
    effect: write
    once: [course_id]
    ask: "Book course {course_id}."
  withdraw_request:
    effect: write
    once: [request]
    ask: "Withdraw request {request}."
  renew_loan:
    effect: write
    look: {mine: get_loans}
    rules:
      - must: "mine.loans.exists(l, l.loan_id == args.loan_id && l.status == 'open')"
        say: "Only a loan that was picked up can be renewed."
    once: [loan_id, days]
    also_called: [renew, extend]
    ask: "Renew loan {loan_id} for {days} days."
    done: "Loan {loan_id} is renewed for {days} days."
  cancel_loan:
    effect: write
    once: [loan_id]
    also_called: [cancel]
    ask: "Cancel loan {loan_id}."
    done: "Loan {loan_id} is cancelled."
  close_card:
    effect: write
    once: [card_id]
    also_called: [close, cancel]
    ask: "Close card {card_id}."
    done: "Card {card_id} is closed."
""",
    "procedures/close-card.md": """---
name: close-card
description: Close a library card. Use when a customer does not want to borrow any more.
examples: [I want to close my card, please cancel my library card]
tools: [get_cards]
slots:
  card_id: {ask: "Which card is it?", pattern: "C-\\\\d", find: "mine.cards.map(c, c.card_id)"}
facts:
  mine: get_cards()
  card: "mine.cards.filter(c, c.card_id == card_id)"
rules:
  yours: {must: "size(card) == 1", say: "I cannot find that card in your account."}
  paid: {must: "card[0].owed == 0.0", say: "Something is owed on card {card_id}, so it cannot be closed yet."}
do:
  close: {tool: close_card, args: {card_id: card_id}, needs: [yours, paid]}
---
Find the card, then {do.close}.
""",
}  # fmt: skip


talk = talk_with(FILES)


async def test_a_write_without_procedure_is_proposed_for_the_record_that_is_described_and_done_after_a_yes(
    talk: Talk,
) -> None:
    proposed, done = await talk("please renew the tile cutter for 7 days", "yes")
    assert proposed.startswith("Renew loan L-11 for 7 days.")
    assert done == "Loan L-11 is renewed for 7 days."


async def test_the_one_number_of_a_request_is_heard_where_something_is_changed_by_it(talk: Talk) -> None:
    assert (await talk("extend L-11 by 6"))[0].startswith("Renew loan L-11 for 6 days.")
    assert "days" in (await talk("extend L-11, I need it on the 6th"))[0]
    for said in ("please renew the tile cutter, days: 6", "renew the tile cutter for the days 6"):
        assert (await talk(said))[0].startswith("Renew loan L-11 for 6 days."), said
    assert "days" in (await talk("my customer number: 4711, please renew the tile cutter"))[0]


async def test_what_is_missing_is_asked_for_and_a_number_may_be_put_right(talk: Talk) -> None:
    asked, proposed, again, dropped = await talk("renew L-11", "5", "actually six", "never mind, I will bring it back")
    assert "days" in asked
    assert "for 5 days" in proposed
    assert "for 6 days" in again
    assert "not changed anything" in dropped


async def test_what_a_write_changes_is_found_whatever_its_argument_is_called(talk: Talk) -> None:
    assert (await talk("withdraw my request for the ladder"))[0].startswith("Withdraw request Q-2.")


async def test_what_is_booked_is_offered_from_what_anybody_may_have_and_picked_by_its_day(talk: Talk) -> None:
    offered, proposed = await talk("please book a course for me", "on the 14th of April")
    assert all(part in offered for part in ("K-1", "welding", "K-2", "turning"))
    assert proposed.startswith("Book course K-2.")


async def test_the_rule_of_the_write_itself_refuses(talk: Talk) -> None:
    said, again = await talk("extend the loan of the sewing machine by 3 days", "is there really no way?")
    assert said == "Only a loan that was picked up can be renewed."
    assert said in again
    assert "colleague" in again


async def test_words_that_fit_several_writes_mean_the_one_with_the_record_that_is_described(talk: Talk) -> None:
    assert (await talk("cancel the sewing machine please"))[0].startswith("Cancel loan L-12.")
    assert (await talk("I don't want the student card any more"))[0].startswith("Close card C-8.")


async def test_a_question_about_a_write_proposes_nothing(talk: Talk) -> None:
    for text in ("how do I renew a loan?", "can I cancel my card?", "what happens if I renew the tile cutter?"):
        assert "Shall I" not in (await talk(text))[0], text


async def test_after_a_no_why_tells_the_reason_again_and_the_other_one_is_taken_up(talk: Talk) -> None:
    no, why, other = await talk("close my card C-7", "why?", "and the other one?")
    assert no == "Something is owed on card C-7, so it cannot be closed yet."
    assert no in why
    assert "owed: 5.5" in why
    assert "colleague" in why
    assert other.startswith("Close card C-8.")


async def test_who_asks_for_an_exception_is_offered_a_person(talk: Talk) -> None:
    _, said, handed_over = await talk("close card C-7", "can't somebody make an exception?", "yes")
    assert "colleague" in said
    assert "ticket" in handed_over


async def test_two_requests_of_one_message_are_both_taken_up(talk: Talk) -> None:
    first, second, done = await talk("close card C-8 and cancel the sewing machine", "yes", "yes")
    assert first.startswith("Close card C-8.")
    assert "Cancel loan L-12." in second
    assert done == "Loan L-12 is cancelled."


async def test_a_record_that_is_not_there_is_not_replaced_by_another(talk: Talk) -> None:
    (said,) = await talk("close card C-9")
    assert "Shall I" not in said
