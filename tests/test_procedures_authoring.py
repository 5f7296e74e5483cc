"""What authors are given: charts, tests and their skeletons, mutations, imports and drafts."""

from pathlib import Path

import pytest
import yaml

from benchmarks.procedures.planted import CANCEL, CATALOGUE
from core.errors import ConversationFileError, DocumentError, ModelRejected
from graph.procedures.authoring.chart import chart
from graph.procedures.authoring.imported_draft import as_cel
from graph.procedures.authoring.imports import import_from, import_texts
from graph.procedures.authoring.mutations import mutations
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.authoring.procedure_drafts import draft
from graph.procedures.authoring.procedure_tests import ProcedureTest, failing, load_tests
from graph.procedures.authoring.skeletons import parts, skeletons
from graph.procedures.format.procedure_file import parse_procedure
from tests.graph_fakes import scripted
from tests.procedure_fakes import compiled

TRIP = {
    "user_id": "mia", "created_at": "2026-05-01T09:00:00Z", "cabin": "economy", "insurance": "no", "total": 300,
    "flights": [{"date": "2026-05-20"}],
}  # fmt: skip


def conversation(expect: dict[str, object], **changed: object) -> ProcedureTest:
    trip = {**TRIP, **changed}
    return ProcedureTest.model_validate(
        {
            "id": "one",
            "customer": "mia",
            "now": "2026-05-15T15:00:00Z",
            "records": [{"tool": "get_reservation_details", "args": {"reservation_id": "AB12CD"}, "result": trip}],
            "lines": ["cancel AB12CD"],
            "answers": [{"to": {"slot": "reason"}, "say": "other"}, {"to": {"slot": "covered"}, "say": "yes"}],
            "expect": expect,
        }
    )


TESTS = [
    conversation({"actions": [{"tool": "cancel_reservation", "args": {"reservation_id": "AB12CD"}}]}, cabin="business"),
    conversation({"actions": [{"tool": "cancel_reservation", "approve": True}]}, cabin="business", total=3000),
    conversation({"actions": [{"tool": "cancel_reservation"}]}, insurance="yes"),
    conversation({"stopped": "yours"}, user_id="leo", cabin="business"),
    conversation({"stopped": "unflown"}, cabin="business", flights=[{"date": "2026-05-01"}]),
    conversation({"stopped": "eligible"}),
]


def test_tests_of_a_procedure_pass_and_notice_every_mutation() -> None:
    procedure = compiled()
    assert failing(procedure, TESTS) == []
    found = mutations(procedure, TESTS, CATALOGUE)
    assert [(m.rule, m.how, m.noticed) for m in found] == [
        (rule, how, True) for rule in ("yours", "unflown", "eligible") for how in ("deleted", "negated")
    ]


def test_a_mutation_that_no_test_notices_is_told() -> None:
    found = mutations(compiled(), TESTS[:1], CATALOGUE)
    assert [m.rule for m in found if not m.noticed] == ["yours", "unflown", "eligible"]


def test_a_skeleton_is_written_for_each_part_of_each_rule() -> None:
    found = skeletons(compiled())
    assert set(found) == {
        "succeeds.yaml",
        "yours-1.yaml",
        "unflown-1.yaml",
        *(f"eligible-{n}.yaml" for n in range(1, 5)),
    }
    for text in found.values():
        ProcedureTest.model_validate(yaml.safe_load(text))


def test_values_that_turn_a_rule_round_are_filled_in_where_they_are_found() -> None:
    text = CANCEL.replace("now - trip.created_at <= duration('24h')", "trip.insurance == 'gold'").replace(
        '"!flown"', "\"trip.cabin != 'first'\""
    )
    text = text.replace("trip.user_id == customer.id", "trip.user_id != 'nobody'").replace(
        '  flown: "trip.flights.exists(f, timestamp(f.date) < now)"\n', ""
    )
    record = yaml.safe_load(skeletons(compiled(text))["unflown-1.yaml"])["records"][0]["result"]
    assert record["cabin"] == "first"


def test_parts_of_a_condition_are_found_in_parentheses_and_not_in_calls() -> None:
    assert parts("a && (b || !c) && xs.exists(x, x == 1 && y) || d == 'e && f'") == [
        "a", "b", "!c", "xs.exists(x, x == 1 && y)", "d == 'e && f'",
    ]  # fmt: skip


def test_a_file_that_is_no_test_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a\nlines: []\nexpect: {}\n")
    with pytest.raises(ConversationFileError, match=r"a\.yaml"):
        load_tests(tmp_path)


def test_the_chart_shows_what_is_asked_read_decided_and_done() -> None:
    drawn = chart(compiled().source)
    assert drawn.startswith("flowchart TD")
    for line in (
        "fact_trip --> fact_flown",
        "rule_yours -- yes --> rule_unflown",
        "rule_eligible -- yes --> do_cancel",
    ):
        assert line in drawn


RASA = """\
flows:
  transfer_money:
    description: Send money to somebody.
    steps:
      - collect: recipient
      - collect: amount
        rejections:
          - if: slots.amount <= 0
            utter: utter_invalid
      - action: action_check_funds
        next:
          - if: not slots.has_funds
            then:
              - action: utter_no_funds
                next: END
          - else: send
      - id: send
        action: action_send_money
      - link: feedback
slots:
  has_funds: {type: bool}
  amount: {type: float}
responses:
  utter_ask_recipient: [{text: "Who shall get it?"}]
  utter_no_funds: [{text: "There is not enough in your account."}]
"""
AGENT = """\
variables:
    order_id: mutable string = ""
        description: "The order's number"
    verified: mutable boolean = False
topic orders:
    description: "Help with orders"
    reasoning:
        instructions: ->
            | Ask for {!@variables.order_id} and use {!@actions.get_order}.
            if @variables.verified == False:
                | Verify first.
        actions:
            look: @actions.get_order
                with order_id = @variables.order_id
                set @variables.status = @outputs.status
            cancel: @actions.cancel_order
                with order_id = @variables.order_id
                with reason = ...
                available when @variables.verified == True and @variables.status is not 'sent'
    actions:
        cancel_order:
            inputs:
                reason: string
                    description: "Why it is cancelled"
topic router:
    description: "Lead to the others"
    reasoning:
        actions:
            go: @utils.transition to @topic.orders
"""


def test_a_flow_of_rasa_becomes_a_draft_with_a_report() -> None:
    [found] = import_texts({"flows.yml": RASA})
    assert found.slots["recipient"] == {"ask": "Who shall get it?"}
    assert found.slots["amount"]["type"] == "number"
    assert found.rules["amount_1"]["must"] == "!(amount <= 0)"
    no_funds = {"must": "!(!check_funds_result.has_funds)", "say": "There is not enough in your account."}
    assert no_funds in found.rules.values()
    assert found.do["do_send_money"]["needs"] == list(found.rules)
    assert any("feedback" in line for line in found.left)
    read, problems = parse_procedure(found.text(), "transfer-money.md")
    assert read is not None, problems


def test_agent_script_becomes_a_draft_with_a_report() -> None:
    [found] = import_texts({"orders.agent": AGENT})
    assert found.description == "Help with orders"
    assert found.slots["order_id"] == {"ask": "The order's number"}
    assert found.facts["get_order_result"] == {"tool": "get_order", "args": {"order_id": "order_id"}}
    [rule] = found.rules.values()
    assert rule["must"] == "verified == true && get_order_result.status != 'sent'"
    assert found.do["do_cancel_order"]["args"] == {"order_id": "order_id", "reason": "reason"}
    assert found.slots["reason"] == {"ask": "Why it is cancelled"}
    assert found.guidance[0] == "Ask for {order_id} and use @get_order."
    assert "verified: no action of the topic fills it: make it a slot or a fact" in found.left


def test_a_folder_of_a_project_is_read_together(tmp_path: Path) -> None:
    flows, _, responses = RASA.partition("responses:")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "flows.yml").write_text(flows)
    (tmp_path / "domain.yml").write_text(f"responses:{responses}")
    (tmp_path / "broken.yml").write_text("{")
    [found] = import_from(tmp_path)
    assert found.slots["recipient"] == {"ask": "Who shall get it?"}


def test_flows_that_call_others_take_their_steps_and_repair_patterns_are_left() -> None:
    flows = """\
flows:
  pay: {steps: [{call: sign_in}, {action: action_pay}]}
  sign_in: {if: False, steps: [{collect: pin, next: after}, {id: after, action: action_check_pin, next: pin}]}
  pattern_chitchat: {steps: [{action: action_chat}]}
"""
    pay, sign_in = import_texts({"flows.yml": flows})
    assert list(pay.slots) == ["pin"]
    assert list(pay.do) == ["do_pay"]
    assert any("only other flows start it" in line for line in sign_in.left)
    assert any("no procedure is needed" in line for line in sign_in.left)
    assert any("a jump to 'pin'" in line for line in sign_in.left)


def test_what_is_neither_is_refused() -> None:
    for text, name in (("a: 1", "x.yml"), ("{", "x.yml"), ("hello", "x.txt")):
        with pytest.raises(DocumentError):
            import_texts({name: text})


def test_words_of_other_systems_become_cel_outside_of_texts() -> None:
    assert as_cel("slots.a is not null and not slots.b or c == 'not and or'") == "a != null && !b || c == 'not and or'"
    assert as_cel("slots.a not in ['x', 'y']") == "!(a in ['x', 'y'])"


async def test_a_draft_is_checked_and_never_followed(tmp_path: Path) -> None:
    model = scripted(f"```\n{CANCEL.replace('trip.cabin', 'trip.cabni')}\n```")
    path, problems = await draft(model, ["A customer wants <b>out</b>"], CATALOGUE, tmp_path)
    assert path == tmp_path / "drafts" / "cancel-reservation.md"
    assert {p.kind for p in problems} == {"type"}
    assert check_folder(tmp_path, CATALOGUE) == ([], [])
    with pytest.raises(ModelRejected):
        await draft(scripted("I cannot do that."), ["x"], CATALOGUE, tmp_path)
