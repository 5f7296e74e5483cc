"""Bring what tool calls do into the open cases of a conversation: opened, stopped, proposed, done."""

import json
from dataclasses import replace
from typing import Literal

from langchain_core.messages import HumanMessage, ToolCall, ToolMessage

from core.model_notes import MISFIT
from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import requested
from graph.procedures.cases import Case, about, case_for, cases_of, on_top
from graph.procedures.model_led_cases import follow
from graph.procedures.prompt import FOLLOW
from graph.procedures.rule_led_cases import refused_by_write, with_outcome
from graph.state import State
from tools.actions.action import OVER, Action
from tools.context import Context


class CaseDesk:
    """The stack of cases while the calls of one message run."""

    def __init__(self, book: ProcedureBook, state: State) -> None:
        self.book = book
        self.cases = cases_of(state.cases)
        self._customer_id = state.customer_id
        self._said = [(m.text, f"message:{m.id}") for m in state.messages if isinstance(m, HumanMessage)]

    @property
    def records(self) -> list[ToolMessage]:
        """Return what the open case has read, as a result: arguments may be taken from it like from any other."""
        read = [read["value"] for case in self.cases[-1:] for read in case["reads"].values()]
        content = json.dumps(read, ensure_ascii=False, default=str)
        return [ToolMessage(content, tool_call_id="case", name=FOLLOW)] if read else []

    def case_of(self, call: ToolCall) -> Case | None:
        """Return the case that a write belongs to: the one about its record, the open one, or a new one."""
        owner = self.book.owner_of(call["name"])
        if owner is None:
            return self.cases[-1] if self.cases else None
        record = owner.record_of(call["name"], call["args"])
        again = about(self.cases, owner, record)
        if again:
            self.cases = on_top(self.cases, again)
        elif not self.cases or self.cases[-1]["procedure"] != owner.name or self.cases[-1]["steps"]:
            self.cases = requested(owner, self.cases, self._said)
        return self.cases[-1]

    async def follow(self, call: ToolCall, context: Context) -> ToolMessage:
        """Open a case for a model, or add to it; the result says what the case needs."""
        slots = call["args"].get("slots") or {}
        if not isinstance(slots, dict):
            return _told(call, f"{MISFIT} slots is an object: name of the slot, what the customer said", "error")
        customer = replace(context, customer_id=self._customer_id)
        name = str(call["args"].get("name"))
        text, self.cases = await follow(self.book, self.cases, name, slots, self._said, customer)
        return _told(call, text, "success")

    def stopped(self, case: Case) -> None:
        """Keep what the gate learned of a case whose write it stopped."""
        self.cases = on_top(self.cases, case)

    def refused(self, call: ToolCall, said: str) -> None:
        """Keep why the write itself does not do what its procedure allows; a model reads it in the result."""
        if self.book.leads and (case := self.case_of(call)):
            self.cases = on_top(self.cases, refused_by_write(case, said))

    def proposed(self, action: Action) -> None:
        """Keep what the gate learned of a case whose write is proposed."""
        if action.change.procedure and (case := case_for(action.change.procedure["case"])):
            self.cases = on_top(self.cases, case)

    def ran(self, action: Action) -> None:
        """Note what became of a write; a case that is done leaves the stack."""
        led = action.change.procedure
        if led and action.state in OVER:
            self.cases = with_outcome(self.book, self.cases, led, ok=action.state == "done", action=action.id)


def _told(call: ToolCall, text: str, status: Literal["success", "error"]) -> ToolMessage:
    return ToolMessage(text, tool_call_id=str(call["id"]), name=call["name"], status=status)
