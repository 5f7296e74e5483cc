"""Plant one error of each kind that authors make; each has to be named with its line."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.procedures.planted import CANCEL, CATALOGUE, PLANTED, check, kinds_named, planted
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.format.procedure_file import LARGEST, parse_procedure

OTHER = """\
---
name: compensate
description: Send a certificate after a cancelled flight. Use when a customer complains about a cancellation by us.
examples: [you cancelled my flight and I want something for it]
tools: [get_user_details]
slots:
  amount: {ask: "How much?", type: number}
facts:
  user: get_user_details(customer.id)
rules:
  gold: {must: "user.membership == 'gold'", say: "Certificates are for gold members."}
do:
  send: {tool: send_certificate, args: {user_id: customer.id, amount: amount}, needs: [gold]}
---
Say sorry first.
"""


def test_the_example_of_the_guide_has_no_problem() -> None:
    assert check(CANCEL, OTHER) == []


@pytest.mark.parametrize(("kind", "line", "before", "after"), PLANTED)
def test_each_planted_error_is_named_with_its_line(kind: str, line: int, before: str, after: str) -> None:
    found = check(planted(before, after))
    assert (kind, line) in {(problem.kind, problem.line) for problem in found}, [str(p) for p in found]


def test_rules_that_contradict_each_other_are_named() -> None:
    text = planted(
        '"!flown"', "\"trip.cabin == 'first'\"", '"trip.user_id == customer.id"', "\"trip.cabin == 'business'\""
    )
    assert ("step-never-runs", 19) in {(p.kind, p.line) for p in check(text)}


def test_what_two_procedures_share_is_named_in_the_second() -> None:
    again = CANCEL.replace("name: cancel-reservation", "name: cancel-trip")
    assert {(p.kind, p.file, p.line) for p in check(CANCEL, again)} == {
        ("two-owners", "procedure1.md", 19),
        ("too-alike", "procedure1.md", 3),
    }


def test_descriptions_of_the_same_meaning_are_named_by_an_embedding() -> None:
    same = check(CANCEL, OTHER, embed=lambda texts: np.ones((len(texts), 1)))
    assert [(p.kind, p.line, p.severity) for p in same] == [("too-alike", 3, "warning")]
    assert check(CANCEL, OTHER, embed=lambda texts: np.eye(len(texts))) == []


def test_every_language_needs_its_sentences() -> None:
    found = check(
        planted('ask: "Which reservation is it?"', 'ask: {en: "Which one?", fr: "Laquelle ?"}'), languages=("en", "fr")
    )
    assert {p.line for p in found if p.kind == "missing-translation"} == {8, 9, 14, 15, 17}


def test_an_article_with_another_number_is_named_at_its_line() -> None:
    article = "# Cancelling\n\nFares can be cancelled within 48 hours of booking.\nWe answer within 2 hours."
    found = check(CANCEL, articles={"cancelling.md": article})
    assert [(p.kind, p.file, p.line) for p in found] == [("article-contradicts", "cancelling.md", 3)]
    assert check(CANCEL, articles={"cancelling.md": article.replace("48 hours", "1 day")}) == []


def test_a_currency_is_nothing_that_an_article_and_a_rule_have_in_common() -> None:
    fee = planted("This fare cannot be cancelled", "A fee of 45 EUR is due")
    article = "# A trip to us\n\nParking costs 2 EUR."
    assert [p for p in check(fee, articles={"garage.md": article}) if p.kind == "article-contradicts"] == []


def test_yes_and_no_are_words_and_aliases_are_refused() -> None:
    file, _ = parse_procedure(CANCEL.replace("[change of plan,", "[yes, no,"), "a.md")
    assert file is not None
    assert file.contract.slots["reason"].one_of == ["yes", "no", "airline cancelled flight", "other"]
    bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\n---\n"
    assert [p.kind for p in parse_procedure(bomb, "a.md")[1]] == ["yaml"]


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "cancel-reservation.md").write_text(CANCEL)
    (tmp_path / "other-name.md").write_text(OTHER)
    (tmp_path / "huge.md").write_text("x" * (LARGEST + 1))
    (tmp_path / "latin.md").write_bytes(b"---\nname: \xe9\n---\n")
    procedures, problems = check_folder(tmp_path, CATALOGUE)
    assert [p.name for p in procedures] == ["cancel-reservation"]
    assert [(Path(p.file).name, p.kind) for p in problems] == [
        ("huge.md", "too-large"),
        ("latin.md", "not-text"),
        ("other-name.md", "file-name"),
    ]
    assert check_folder(tmp_path / "absent", CATALOGUE) == ([], [])


def test_more_than_twenty_kinds_are_named_and_none_is_missed() -> None:
    named, kinds = kinds_named()
    assert named == kinds >= 20
