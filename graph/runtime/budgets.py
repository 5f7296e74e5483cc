"""Cap what a turn, a conversation and a customer may cost; a spent budget ends in a graceful handoff."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from core.errors import BackendUnavailable, SettingsError
from core.models.prices import PriceTable
from graph.state import State, Usage, no_usage
from tools.spending import Spending, SpendingLog

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Budget:
    """The most of each that may be spent; None is without limit."""

    requests: float | None = None
    tokens: float | None = None
    tool_calls: float | None = None
    cost: float | None = None
    """Money, in the currency the prices are in."""

    @classmethod
    def parse(cls, written: str) -> "Budget":
        """Read a budget written as `requests=8 tokens=60000 tool_calls=12 cost=0.5`; an empty text limits nothing.

        Raises:
            SettingsError: a part is not of that form.
        """
        limits: dict[str, float] = {}
        for part in written.split():
            name, _, value = part.partition("=")
            try:
                limits[name] = float(value)
            except ValueError:
                limits[name] = -1
            if name not in {f.name for f in fields(cls)} or limits[name] < 0:
                raise SettingsError(
                    f"{part!r} is no part of a budget; write for example `requests=8 tokens=60000 "
                    f"tool_calls=12 cost=0.5`"
                )
        return cls(**limits)

    def spent_by(self, used: Spending) -> str | None:
        """Name what is used up, or return None."""
        for name in ("requests", "tokens", "tool_calls", "cost"):
            limit, amount = getattr(self, name), getattr(used, name)
            if limit is not None and amount >= limit:
                return f"{name.replace('_', ' ')} {amount:g} of {limit:g}"
        return None


@dataclass
class Budgets:
    """Three budgets: of a turn and of a conversation's day, counted in its state, and of a customer's, in the log."""

    turn: Budget = field(default_factory=Budget)
    thread: Budget = field(default_factory=Budget)
    customer: Budget = field(default_factory=Budget)
    prices: PriceTable = field(default_factory=PriceTable)
    model: str = ""
    """Whose price counts; one without a price costs nothing."""
    customers: SpendingLog | None = None
    """What customers spent in the last 24 hours, in all processes; without it, only turns and days are limited."""

    clock: Callable[[], float] = time.time

    def _spending(self, usage: Usage) -> Spending:
        """Return what a count of requests, tokens and tool calls amounts to."""
        tokens_in, tokens_out = usage["input_tokens"], usage["output_tokens"]
        cost = self.prices.cost(
            self.model, requests=usage["requests"], input_tokens=tokens_in, output_tokens=tokens_out
        )
        return Spending(usage["requests"], tokens_in + tokens_out, usage.get("tool_calls", 0), cost or 0.0)

    def spent(self, state: State) -> str | None:
        """Return why the model may not be asked again, in words for the person who takes over, or None."""
        of_turn, of_day = self._spending(state.usage), self._spending(self.day_of(state)[1])
        return _told("turn", self.turn.spent_by(of_turn)) or _told("conversation", self.thread.spent_by(of_day))

    async def spent_by_customer(self, customer_id: str | None) -> str | None:
        """Return why a turn may not ask the model at all, or None; what the customer spent is looked up once a turn.

        One turn more is limited by its own budget.
        """
        return _told("customer", self.customer.spent_by(await self._of_customer(customer_id))) if customer_id else None

    def day_of(self, state: State) -> tuple[float, Usage]:
        """Return when the conversation's present day of spending began, and what it has asked of the model since.

        A conversation that goes on for weeks is no fault, one that spends a lot in a day may be.
        """
        now = self.clock()
        return (state.day_began, state.day_usage) if now < state.day_began + DAY_SECONDS else (now, no_usage())

    async def note(self, customer_id: str | None, more: Usage) -> None:
        """Add what an answer cost to its customer; where the log cannot be written, the answer counts all the same."""
        if customer_id is None or self.customers is None:
            return
        try:
            await self.customers.add(customer_id, self._spending(more))
        except BackendUnavailable as error:
            log.warning("what a customer spent was not counted: %s", error)

    async def _of_customer(self, customer_id: str) -> Spending:
        if self.customers is None:
            return Spending()
        try:
            return await self.customers.of(customer_id)
        except BackendUnavailable as error:
            log.warning("what a customer spent is not known: %s", error)
            return Spending()


def _told(name: str, spent: str | None) -> str | None:
    return f"the budget of this {name} is spent: {spent}" if spent else None
