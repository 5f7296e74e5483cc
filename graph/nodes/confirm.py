"""Say what was done, and ask for the customer's yes to what is proposed: in the ledger's words, not the model's."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from core.language.fixed_sentences import phrase
from core.message_marks import mark, marks
from core.safety.safe_links import LinkRule, safe_text
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import cases_of
from graph.procedures.rule_led_cases import goes_on, handoff_in
from graph.routing import HUMAN_TOOL
from graph.state import State, context_of, newest_turn, thread_of, turn_actions
from tools.actions.action import OVER, Action
from tools.actions.workflow import ConfirmedActions
from tools.context import Context


async def confirm(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    actions: ConfirmedActions,
    links: LinkRule,
    procedures: ProcedureBook | None = None,
) -> dict[str, Any]:
    """Return the report and the question, how the case below goes on, and which actions wait for staff."""
    context = replace(context_of(state, runtime.context), customer_id=state.customer_id)
    thread_id = thread_of(config)
    touched = await actions.get(thread_id, turn_actions(state.messages))
    proposed = [action for action in touched if action.state == "proposed"]
    if proposed:
        # A newer wish replaces what was asked before; otherwise the earlier question is put once more.
        await actions.supersede(thread_id, [i for i in state.open_question if i not in {a.id for a in proposed}])
    else:
        proposed = [a for a in await actions.get(thread_id, state.open_question) if a.state == "proposed"]
    ended = [action for action in touched if action.state != "proposed"]
    said = [marks(m)["says"] for m in newest_turn(state.messages) if marks(m).get("says")]
    update: dict[str, Any] = {}
    if procedures and touched and all(action.state in OVER for action in touched) and not proposed:
        source = f"message:{newest_turn(state.messages)[0].id}"
        following, cases = await goes_on(procedures, cases_of(state.cases), source, context, person_tool=HUMAN_TOOL)
        if following and any(_is_called(action, following) for action in touched):
            following = None  # it has ended already, and not as the case expects
        if following and (handoff := handoff_in(following, HUMAN_TOOL)):
            update["handoff"] = handoff
        elif following and following.tool_calls:  # what it proposes is told and asked with the report
            return {"messages": [following], "cases": cases, "case_led": True}
        update["cases"] = cases
        said += [following.text] if following else []
    text = "\n\n".join([*(action.words for action in ended), *dict.fromkeys(said), *question(proposed)])
    waiting = [action.id for action in touched if action.state == "awaiting_approval"]
    update["approvals"] = list(dict.fromkeys([*state.approvals, *waiting]))
    if text := safe_text(
        text, links, mail=lambda _: True
    ):  # previews name products, in the words of the business's records
        kwargs = mark(
            asks=[action.id for action in proposed],
            # Not what waits or runs: how that ends is still to be told.
            tells=[action.id for action in touched if action.state in OVER],
            asked_at=time.time(),
        )
        update["messages"] = [AIMessage(text, additional_kwargs=kwargs)]
    return update


def _is_called(action: Action, message: AIMessage) -> bool:
    """Say whether a message calls what an action did."""
    return any((call["name"], call["args"]) == (action.tool, dict(action.args)) for call in message.tool_calls)


def question(proposed: Sequence[Action]) -> list[str]:
    """Return the question for the customer's yes as paragraphs; none where nothing is proposed."""
    match proposed:
        case []:
            return []
        case [action]:
            return [action.preview, phrase("ask_yes", action.change.locale)]
        case _:
            locale = proposed[0].change.locale
            listed = "\n".join(f"{number}. {action.preview}" for number, action in enumerate(proposed, start=1))
            return [phrase("several", locale), listed, phrase("ask_yes_all", locale)]
