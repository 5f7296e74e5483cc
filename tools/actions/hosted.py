"""Describe tools that the host of the graph runs itself, and hold its writes to the customer's yes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.tools import StructuredTool

from core.errors import InputError
from core.language.fixed_sentences import ENGLISH
from tools.actions.changes import Change
from tools.actions.ledger import ActionLedger
from tools.actions.shown_arguments import in_one_line, listed
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.tool import Tool


@dataclass(frozen=True, kw_only=True)
class HostTool:
    """One tool of a host: `read` changes nothing, `write` does."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """The arguments as a JSON schema of type object."""
    effect: Literal["read", "write"]
    approve: Callable[[Mapping[str, Any]], str | None] = lambda args: None
    """Says of the arguments of a write why staff has to agree, as the end of a sentence, or None."""


def as_tools(tools: Sequence[HostTool]) -> list[Tool]:
    """Return what a model is bound to; none of it runs here."""

    async def run_by_host(**_: Any) -> str:
        raise InputError("this tool is run by the host; build the graph with the executor `InHost`")

    return [
        Tool(
            bound=StructuredTool(
                name=tool.name, description=tool.description, args_schema=dict(tool.parameters), coroutine=run_by_host
            ),
            effect=tool.effect,
        )
        for tool in tools
    ]


class HostedActions(ConfirmedActions):
    """Lead a host's writes through proposal, yes and ledger; no rule of a business is applied to them."""

    def __init__(self, *, ledger: ActionLedger, tools: Sequence[HostTool], confirm_writes: bool = True) -> None:
        """Take the host's tools; without `confirm_writes` its writes run at once, as its policy makes the model ask."""
        super().__init__(ledger=ledger, tools=as_tools(tools))
        self._approve = {tool.name: tool.approve for tool in tools}
        self._writes = {tool.name for tool in tools if tool.effect == "write"} if confirm_writes else set[str]()

    def is_write(self, tool: str) -> bool:
        """Say whether a call of this tool needs the customer's yes."""
        return tool in self._writes

    async def plan(self, context: Context, tool: str, args: Mapping[str, Any]) -> Change:
        """Return the call as a change whose records only the host knows."""
        texts = {n: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for n, v in args.items()}
        name, told = tool.replace("_", " ").capitalize(), listed(in_one_line(texts), ENGLISH)
        what = f"{name} ({told})" if told else name
        return Change(
            operation=tool,
            customer_id=context.customer_id or "",
            record_id=None,
            args=dict(args),
            summary=f"{what}.",
            done=f"Done: {what}.",
            before={},
            after={},
            approval=self._approve[tool](args),
            thread_id=context.thread_id,
            locale=context.locale,
        )

    async def email_of(self, customer_id: str) -> None:
        """Return nothing: only the host knows its customers."""

    async def carry_out(self, thread_id: str, action_id: str) -> Any:
        """Return the action as it is; the host has run it, or may not."""
        [action] = await self.get(thread_id, [action_id])
        return action
