"""What customers write after the first reply is read by what was told, offered or asked before it."""

import pytest

from tests.business_talks import Talk, talk_with

FILES = {
    "business.yaml": "name: Pulse Gym\nlanguages: [en, de]\nnow: '2026-11-30T09:00:00Z'\n",
    "articles/lockers.md": "---\ntitle: Lockers\n---\n# Lockers\n\n"
    "If your locker does not open, hold the wristband against the lock for three seconds.\n",
    "tools.py": '''
def my_bookings(database: str) -> dict:
    """List the classes the member has booked: class_id, title, start, guests."""
    return {"bookings": _read(database)["bookings"]}

def free_classes(database: str) -> dict:
    """List the classes with free places: class_id, title, trainer, start."""
    return {"classes": _read(database)["classes"]}

def book_class(class_id: str, database: str) -> dict:
    """Book a place in a class."""
    return {"class_id": class_id}

def cancel_class(class_id: str, database: str) -> dict:
    """Cancel a booked class."""
    return {"class_id": class_id}

def rate_class(title: str, words: str, database: str) -> dict:
    """Rate a class."""
    return {"title": title}

def set_guests(class_id: str, guests: int, database: str) -> dict:
    """Set how many guests come along to a booked class."""
    return {"class_id": class_id, "guests": guests}
''',
    "records.json": """{"classes": [
  {"class_id": "C101", "title": "Yoga", "trainer": "Mara Klein", "day": "2026-12-01", "hours": "09:00-10:00"},
  {"class_id": "C102", "title": "Spinning", "trainer": "Jon Beck", "day": "2026-12-01", "hours": "18:30-19:30"},
  {"class_id": "C103", "title": "Yoga", "trainer": "Mara Klein", "day": "2026-12-02", "hours": "19:00-20:00"},
  {"class_id": "C104", "title": "Pilates", "trainer": "Ida Roth", "day": "2026-12-03", "hours": "14:00-15:00"}],
 "bookings": [
  {"class_id": "C103", "title": "Yoga", "day": "2026-12-02", "guests": 0},
  {"class_id": "C105", "title": "Boxing", "day": "2026-12-04", "guests": 1}]}""",
    "connectors/gym.yaml": """
python: tools.py
state: {file: records.json}
bind: {database: $state}
tools:
  my_bookings: {effect: read, ahead: {when: few}, also_called: [bookings, booked]}
  free_classes: {effect: read, open: true, ahead: {when: few}, also_called: [classes, courses, kurse]}
  book_class:
    effect: write
    once: [class_id]
    also_called: [book, sign up, buchen]
    ask: {en: "Book class {class_id}.", de: "Kurs {class_id} buchen."}
    done: {en: "Class {class_id} is booked.", de: "Kurs {class_id} ist gebucht."}
  cancel_class:
    effect: write
    once: [class_id]
    also_called: [cancel, absagen]
    ask: {en: "Cancel class {class_id}.", de: "Kurs {class_id} absagen."}
    done: {en: "Class {class_id} is cancelled.", de: "Kurs {class_id} ist abgesagt."}
  rate_class:
    effect: write
    once: [title]
    also_called: [rate, review]
    ask: "Rate {title}: {words}."
    done: "Thank you."
  set_guests:
    effect: write
    once: [class_id, guests]
    also_called: [bring, add a guest, mitbringen]
    ask: {en: "Class {class_id}: {guests} guests come along.", de: "Kurs {class_id}: {guests} Gäste kommen mit."}
    done: {en: "Class {class_id} has {guests} guests.", de: "Kurs {class_id} hat {guests} Gäste."}
""",
    "procedures/book-class.md": """---
name: book-class
description: Book a place in a class. Use when a member wants to take part in a class.
examples: [I want to book a class, sign me up for yoga, ich möchte einen Kurs buchen]
tools: [free_classes]
slots:
  class_id:
    ask: {en: "Which class would you like: {free}?", de: "Welcher Kurs soll es sein: {free}?"}
    pattern: "C\\\\d{3}"
facts:
  found: free_classes()
  free: "found.classes.map(c, c.class_id + ' (' + c.title + ', ' + c.day + ', ' + c.hours + ')')"
rules:
  is_free: {must: "found.classes.exists(c, c.class_id == class_id)", say: "There is no free place in that class."}
do:
  book: {tool: book_class, args: {class_id: class_id}, needs: [is_free]}
---
Ask for the class, then {do.book}.
""",
    "procedures/cancel-class.md": """---
name: cancel-class
description: Cancel a booked class. Use when a member cannot come to a class.
examples: [I want to cancel my class, I can't come to yoga, ich kann nicht zum Kurs kommen]
tools: [my_bookings]
slots:
  class_id:
    ask: {en: "Which of your classes is it?", de: "Um welchen Ihrer Kurse geht es?"}
    pattern: "C\\\\d{3}"
    find: "mine.bookings.map(b, b.class_id)"
facts:
  mine: my_bookings()
rules:
  booked: {must: "mine.bookings.exists(b, b.class_id == class_id)", say: "You have not booked that class."}
do:
  cancel: {tool: cancel_class, args: {class_id: class_id}, needs: [booked]}
---
Find the class, then {do.cancel}.
""",
    "procedures/rate-class.md": """---
name: rate-class
description: Rate a class. Use when a member wants to say how a class was.
examples: [I want to rate a class, I want to write a review]
tools: [my_bookings]
slots:
  title: {ask: "Which class was it?", find: "mine.bookings.map(b, b.title)"}
  words: {ask: "How was it?"}
facts:
  mine: my_bookings()
rules:
  named: {must: "title != ''", say: "Which class?"}
do:
  rate: {tool: rate_class, args: {title: title, words: words}, needs: [named]}
---
Ask for the {title} and the {words}, then {do.rate}.
""",
    "procedures/bring-guests.md": """---
name: bring-guests
description: Set how many guests come along to a booked class. Use when a member wants to bring somebody along.
examples: [I want to bring a guest to my class, can I add another guest, ich möchte einen Gast mitbringen]
tools: [my_bookings]
slots:
  class_id:
    ask: {en: "Which of your classes is it?", de: "Um welchen Ihrer Kurse geht es?"}
    pattern: "C\\\\d{3}"
    find: "mine.bookings.map(b, b.class_id)"
  guests: {ask: {en: "How many guests in all?", de: "Wie viele Gäste insgesamt?"}, type: integer}
facts:
  mine: my_bookings()
rules:
  booked: {must: "mine.bookings.exists(b, b.class_id == class_id)", say: "You have not booked that class."}
  most: {must: "guests >= 0 && guests <= 3", say: "At most three guests may come along."}
do:
  set: {tool: set_guests, args: {class_id: class_id, guests: guests}, needs: [booked, most]}
---
Ask how many {guests}, then {do.set}.
""",
}


talk = talk_with(FILES)


@pytest.mark.parametrize(
    ("lines", "proposed"),
    [
        (("I'd like to add another guest to boxing",), "C105: 2 guests"),
        (("I want to bring guests to boxing", "one more"), "C105: 2 guests"),
        (("I want to bring guests to boxing", "two in all"), "C105: 2 guests"),
        (("I want to bring guests to boxing", "two"), "C105: 2 guests"),
        (("ich möchte noch zwei Gäste zum Boxing mitbringen",), "C105: 3 Gäste"),
    ],
)
async def test_more_than_there_are_is_counted_from_what_the_record_says(
    lines: tuple[str, ...], proposed: str, talk: Talk
) -> None:
    assert proposed in (await talk(*lines))[-1]


async def test_the_question_for_a_number_tells_what_it_is_so_far(talk: Talk) -> None:
    assert "How many guests in all? (so far: 1)" in (await talk("I want to bring guests to boxing"))[-1]


@pytest.mark.parametrize(
    ("lines", "proposed"),
    [
        (("I can't come to yoga", "no wait, the boxing"), "Cancel class C105"),
        (("I want to book a class", "the one at 14"), "Book class C104"),
        (("I want to book a class", "the second yoga"), "Book class C103"),
        (("I want to book a class", "tuesday evening", "actually thursday at 2pm"), "Book class C104"),
        (("ich möchte einen Kurs buchen", "dienstag vormittag"), "Kurs C101 buchen"),
        (("I want to rate a class", "the one on friday", "hard but fun"), "Rate Boxing: hard but fun."),
    ],
)
async def test_a_choice_is_heard_by_time_by_words_and_by_place_also_in_place_of_another(
    lines: tuple[str, ...], proposed: str, talk: Talk
) -> None:
    assert proposed in (await talk(*lines))[-1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("I want to book a class", "is there anything on sunday?"), "There is nothing at that time. Which class"),
        (("ich möchte einen Kurs buchen", "gibt es was am samstag?"), "Zu dieser Zeit gibt es nichts. Welcher Kurs"),
        (("I want to book a class", "do you have something on thursday?"), "At that time there is C104 (Pilates"),
        (("I want to book a class", "do you have something on thursday?", "yes"), "Book class C104"),
        (("I want to book a class", "do you have something on tuesday?", "the later one"), "Book class C102"),
        (("I want to book a class", "ok, I'll check my calendar"), "All right, take your time."),
    ],
)
async def test_who_asks_whether_something_is_there_at_a_time_is_told_so_and_has_chosen_nothing(
    lines: tuple[str, ...], said: str, talk: Talk
) -> None:
    assert (await talk(*lines))[-1].startswith(said)


async def test_who_asks_something_of_a_choice_has_not_chosen_it(talk: Talk) -> None:
    for asked in (
        "is the pilates hard?",
        "how long does the tuesday morning one take?",
        "is yoga with Mara on wednesday",
    ):
        assert "Shall I go ahead" not in (await talk("I want to book a class", asked))[-1]
    assert "Book class C104" in (await talk("I want to book a class", "can I have the pilates?"))[-1]
    assert "Book class C104" in (await talk("I want to book a class", "what about the pilates then?"))[-1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("which classes are free?", "the one at 14"), "Book class C104"),
        (("which classes are free?", "I'll take the second yoga"), "Book class C103"),
        (("which classes are free?", "tuesday evening then"), "Book class C102"),
        (("welche Kurse gibt es?", "mittwoch abend"), "Kurs C103 buchen"),
        (("which classes are free?", "do you have anything on saturday?"), "There is nothing at that time."),
        (("which classes have I booked?", "the one on friday"), "class id: C105"),
        (("which classes have I booked?", "when is the first one?"), "class id: C103, day: 2 December 2026"),
        (
            ("which classes have I booked?", "when is the first one?", "and the other one?"),
            "C105, day: 4 December 2026",
        ),
    ],
)
async def test_what_was_told_last_is_taken_by_whoever_picks_one_and_told_to_whoever_asks(
    lines: tuple[str, ...], said: str, talk: Talk
) -> None:
    assert said in (await talk(*lines))[-1]


@pytest.mark.parametrize(
    "asked", ["is the one at 14 any good?", "can I come at 14 tomorrow?", "I was there on tuesday"]
)
async def test_a_question_or_what_has_been_takes_nothing_of_what_was_told(asked: str, talk: Talk) -> None:
    assert "Shall I go ahead" not in (await talk("which classes are free?", asked))[-1]


async def test_a_wish_for_what_was_told_is_about_that(talk: Talk) -> None:
    told, proposed = await talk("when is my boxing class?", "please cancel it")
    assert "class id: C105" in told
    assert "Cancel class C105" in proposed


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("my locker does not open", "did that, still doesn't open"), "I am sorry that this did not help."),
        (("my locker does not open", "oh, that's a shame"), "I am sorry; I understand that you had hoped"),
        (("how many guests do I bring to boxing?", "do it with one more then"), "Class C105: 2 guests"),
    ],
)
async def test_what_did_not_help_or_displeases_and_an_order_of_what_was_asked_about_are_heard(
    lines: tuple[str, ...], said: str, talk: Talk
) -> None:
    assert (await talk(*lines))[-1].startswith(said)


async def test_a_wish_may_speak_of_what_was_told_a_little_before(talk: Talk) -> None:
    lines = ("which classes have I booked?", "my locker does not open", "cancel the second one please")
    assert "Cancel class C105" in (await talk(*lines))[-1]
    assert "Shall I" not in (await talk("which classes are free?", "the pilates was too hard on thursday"))[-1]
