"""Lead every write from the model's wish to the told result: plan, proposal, the customer's yes, staff, execution."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InputError, Refused
from core.language.confirmations import Asked, answer_to_confirmation
from core.language.corrections import takes_back, wants_it_otherwise
from core.language.fixed_sentences import phrase
from tools.actions.action import Action
from tools.actions.changes import Change
from tools.actions.execution import carry_out, context_of, within_velocity
from tools.actions.ledger import ActionLedger
from tools.context import Context
from tools.tool import Tool


@dataclass(frozen=True, kw_only=True)
class ConfirmationResult:
    """What a customer's message did to the proposals they were asked about."""

    agreed: Sequence[Action] = ()
    """Confirmed just now, in the order they are to be carried out."""
    withdrawn: Sequence[Action] = ()


EmailOf = Callable[[str], Awaitable[str | None]]


async def no_email(customer_id: str) -> None:
    """Know no customer's e-mail address."""


class ConfirmedActions:
    """Offer the graph the few steps a write takes; the ledger decides which of them are possible."""

    def __init__(self, *, ledger: ActionLedger, tools: Sequence[Tool], email_of: EmailOf = no_email) -> None:
        """Take the tools of the agent; those that write are led from here.

        `email_of` tells a customer's e-mail address: staff do not decide on an account of their own.
        """
        self.ledger = ledger
        self.tools = {tool.name: tool for tool in tools}
        self._email_of = email_of

    def is_write(self, tool: str) -> bool:
        """Say whether a tool changes records of the business, so that a call of it needs the customer's yes."""
        return tool in self.tools and self.tools[tool].write is not None

    def rank(self, tool: str) -> int:
        """Return the place of a write among several of one message."""
        return self.tools[tool].rank if tool in self.tools else 0

    def in_order(self, actions: Iterable[Action]) -> list[Action]:
        """Sort actions into an order that works: by rank, then as they were proposed."""
        return sorted(actions, key=lambda action: (self.rank(action.tool), action.proposed_at))

    def asked_args(self, action: Action) -> dict[str, Any]:
        """Return the arguments a tool takes for an action; the ledger keeps them in canonical form."""
        if action.tool not in self.tools:
            return dict(action.args)
        return {name: value for name, value in action.args.items() if name in self.tools[action.tool].bound.args}

    async def propose(
        self, thread_id: str, context: Context, tool: str, args: Mapping[str, Any], *, asked_message_id: str | None
    ) -> Action:
        """Plan a write and record it as a proposal; nothing is done.

        An equal intent of the thread that is under way, or whose result was not told yet, is returned instead.

        Raises:
            Refused: a rule says no.
            BackendUnavailable: the records or the ledger cannot be reached.
        """
        change = await self.plan(context, tool, args)
        return await self.ledger.propose(thread_id, change, asked_message_id=asked_message_id)

    async def plan(self, context: Context, tool: str, args: Mapping[str, Any]) -> Change:
        """Return what a write would do, without doing anything; raises as `propose`."""
        if (found := self.tools.get(tool)) is None or found.write is None:
            raise Refused(phrase("gone", context.locale))
        return await within_velocity(await found.write.plan(context, args), found, self.ledger)

    async def apply_answer(
        self, thread_id: str, asked: Sequence[str], *, message_id: str, text: str
    ) -> ConfirmationResult:
        """Apply a message to the proposals the customer was just asked about.

        Only a clear yes to the question that came directly before counts, and it is stored with the row it confirms.
        Where nothing was asked, what still waits for staff can be taken back.
        """
        if not asked:
            return await self._taken_back(thread_id, text)
        await self.ledger.expire_due()
        open_ = [action for action in await self.get(thread_id, asked) if action.state == "proposed"]
        match answer_to_confirmation(text, [self._asked(action) for action in open_]):
            case "yes":
                agreed = [
                    await self.ledger.confirm(a.id, fingerprint=a.fingerprint, message_id=message_id, text=text)
                    for a in open_
                ]
                return ConfirmationResult(agreed=self.in_order(agreed))
            case "no":
                return ConfirmationResult(withdrawn=[a for a in open_ if await self.ledger.withdraw(a.id, why=text)])
            case _ if wants_it_otherwise(text):
                # What was listed is no longer what they want: a yes to come must not find it.
                for action in open_:
                    await self.ledger.withdraw(action.id, why=text)
                return ConfirmationResult()
            case _:
                return ConfirmationResult()

    def _asked(self, action: Action) -> Asked:
        """Return what the customer was asked, by the words they may use for it."""
        tool = self.tools.get(action.tool)
        return Asked(action.tool, tuple(tool.also_called) if tool else (), action.preview)

    async def _taken_back(self, thread_id: str, text: str) -> ConfirmationResult:
        """Withdraw what the customer agreed to and staff has not decided, where they say that they want it no more."""
        if not takes_back(text):
            return ConfirmationResult()
        waiting = await self.ledger.find(thread_id=thread_id, states=("awaiting_approval",))
        return ConfirmationResult(withdrawn=[a for a in waiting if await self.ledger.withdraw(a.id, why=text)])

    async def supersede(self, thread_id: str, action_ids: Sequence[str]) -> None:
        """Take back proposals that a newer wish of the customer replaces."""
        for action in await self.get(thread_id, action_ids):
            if action.state == "proposed":
                await self.ledger.withdraw(action.id, why="replaced by a newer request", by="agent")

    async def withdraw_unstarted(self, thread_id: str) -> list[Action]:
        """Take back everything of a thread that has not started: a person handles it from here.

        Returns what the customer had agreed to, which that person has to decide on.
        """
        waiting = await self.ledger.find(thread_id=thread_id, unsettled=True)
        why = "the conversation went to a person"
        return [a for a in waiting if await self.ledger.withdraw(a.id, why=why, by="agent") and a.yes_at]

    async def unsettled(self, thread_id: str) -> list[Action]:
        """Return what is not over and told yet, in the order it is to be carried out."""
        await self.ledger.expire_due()
        return self.in_order(await self.ledger.find(thread_id=thread_id, unsettled=True))

    async def carry_out(self, thread_id: str, action_id: str) -> Action:
        """Run an action of this thread if it may run; return it as it is now."""
        await self.get(thread_id, [action_id])
        return await carry_out(action_id, ledger=self.ledger, tools=self.tools)

    async def record(self, thread_id: str, action_id: str, told: str, *, failed: bool) -> Action:
        """Store what came of an action that the host of the graph ran; return it as it is now."""
        await self.get(thread_id, [action_id])
        claimed = await self.ledger.claim(action_id)
        if claimed is None:
            return await self.ledger.get(action_id)
        if failed:
            return await self.ledger.finish(claimed, "refused", told)
        return await self.ledger.finish(claimed, "done", claimed.change.done)

    async def edited(self, thread_id: str) -> list[Action]:
        """Return the proposals staff has made out of requests: approved already, and not agreed to by the customer."""
        proposed = await self.ledger.find(thread_id=thread_id, states=("proposed",))
        return [action for action in proposed if action.decided_by]

    async def get(self, thread_id: str, action_ids: Sequence[str]) -> list[Action]:
        """Return actions of this thread as they are now; raises InputError for one of another thread."""
        found = [await self.ledger.get(action_id) for action_id in action_ids]
        if foreign := [action.id for action in found if action.thread_id != thread_id]:
            raise InputError(f"action {foreign[0]!r} is of another thread; a thread may only carry out its own")
        return found

    async def decide(self, action_id: str, decision: Mapping[str, Any], *, by: str) -> Action:
        """Apply one decision of staff: approve, reject (with a message) or edit (with new arguments).

        An edited request is a new proposal: the approval is bound to it, and the customer is asked anew, because their
        yes was for other arguments. A request that was decided before stays as it is.

        Returns:
            The action to go on with: the decided one, or the new proposal of an edit.

        Raises:
            InputError: the decision is of no known kind.
            Refused: the edited arguments break a rule, or the operator is the customer.
        """
        await self._check_not_own(action_id, by)
        remark = str(decision.get("message") or "")
        match decision.get("type"):
            case "approve" | "accept":
                await self.ledger.approve(action_id, by=by, remark=remark)
            case "reject" | "ignore" | "response":
                await self.ledger.reject(action_id, by=by, remark=remark or str(decision.get("args") or ""))
            case "edit":
                return await self._edit(await self.ledger.get(action_id), _edited(decision), by)
            case other:
                raise InputError(f"decision {other!r} is not known; use approve, reject or edit")
        return await self.ledger.get(action_id)

    async def _check_not_own(self, action_id: str, operator: str) -> None:
        """Raise Refused where an operator would decide on an account of their own, by its id or e-mail address."""
        customer_id = (await self.ledger.get(action_id)).customer_id
        own = {customer_id.casefold()}
        if "@" in operator and (email := await self._email_of(customer_id)):
            own.add(email.casefold())
        if operator.strip().casefold() in own:
            raise Refused("This is your own account, so a colleague has to decide on it.")

    async def _edit(self, action: Action, args: Mapping[str, Any], by: str) -> Action:
        """Replace a waiting request by an approved proposal with other arguments."""
        if action.state != "awaiting_approval":
            return action
        try:
            merged = {**self.asked_args(action), **args}
            change = await self.plan(context_of(action), action.tool, merged)
        except Refused as no:
            raise InputError(f"the edited request breaks a rule: {no}") from None
        if not await self.ledger.withdraw(action.id, why="replaced by an edited request", by=by):
            return await self.ledger.get(action.id)
        return await self.ledger.propose(
            action.thread_id, change, asked_message_id=action.asked_message_id, approved_by=by
        )


def _edited(decision: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the new arguments of an edit, in the present and in the older shape."""
    action = decision.get("edited_action") or decision.get("args") or {}
    args = action.get("args", {}) if isinstance(action, Mapping) else {}
    if not isinstance(args, Mapping) or not args:
        raise InputError('an edit needs {"type": "edit", "edited_action": {"name": …, "args": {…}}}')
    return args
