"""Cap what a turn, a conversation and a customer may cost; a spent budget ends in a graceful handoff."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

from langchain_core.messages import AIMessage, AnyMessage

from core.errors import SettingsError
from graph.state import State, Usage, newest_turn

DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Budget:
    """Hold the most of each that may be spent; None is without limit."""

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
                    f"{part!r} is no part of a budget; write for example `requests=8 tokens=60000 tool_calls=12 cost=0.5`"
                )
        return cls(**limits)

    def spent_by(self, used: "Spending") -> str | None:
        """Name what is used up, or return None."""
        for name in ("requests", "tokens", "tool_calls", "cost"):
            limit, amount = getattr(self, name), getattr(used, name)
            if limit is not None and amount >= limit:
                return f"{name.replace('_', ' ')} {amount:g} of {limit:g}"
        return None


@dataclass(frozen=True)
class Spending:
    """Hold what was spent."""

    requests: float = 0
    tokens: float = 0
    tool_calls: float = 0
    cost: float = 0


@dataclass(frozen=True)
class Prices:
    """Hold what the endpoint charges."""

    per_request: float = 0.0
    per_million_input: float = 0.0
    per_million_output: float = 0.0

    def spending(self, usage: Usage, tool_calls: int) -> Spending:
        """Return what a count of requests and tokens amounts to."""
        tokens_in, tokens_out = usage["input_tokens"], usage["output_tokens"]
        cost = usage["requests"] * self.per_request
        cost += (tokens_in * self.per_million_input + tokens_out * self.per_million_output) / 1_000_000
        return Spending(usage["requests"], tokens_in + tokens_out, tool_calls, cost)


@dataclass
class Budgets:
    """Hold the three budgets, and what each customer spent in the last 24 hours on this server process."""

    turn: Budget = field(default_factory=Budget)
    thread: Budget = field(default_factory=Budget)
    customer: Budget = field(default_factory=Budget)
    prices: Prices = field(default_factory=Prices)
    clock: Callable[[], float] = time.time
    _spent: dict[str, deque[tuple[float, Spending]]] = field(default_factory=dict)

    def spent(self, state: State) -> str | None:
        """Return why the model may not be asked again, in words for the person who takes over, or None."""
        of_turn = self.prices.spending(state.usage, _tool_calls(newest_turn(state.messages)))
        of_thread = self.prices.spending(state.thread_usage, _tool_calls(state.messages))
        for name, budget, used in (
            ("turn", self.turn, of_turn),
            ("conversation", self.thread, of_thread),
            ("customer", self.customer, self._of_customer(state.customer_id)),
        ):
            if what := budget.spent_by(used):
                return f"the budget of this {name} is spent: {what}"
        return None

    def note(self, customer_id: str | None, more: Usage, tool_calls: int) -> None:
        """Add what one answer cost to its customer."""
        if customer_id is not None:
            self._spent.setdefault(customer_id, deque()).append((self.clock(), self.prices.spending(more, tool_calls)))

    def _of_customer(self, customer_id: str | None) -> Spending:
        entries = self._spent.get(customer_id or "", deque())
        while entries and entries[0][0] < self.clock() - DAY_SECONDS:
            entries.popleft()
        if not entries:
            self._spent.pop(customer_id or "", None)
        totals = {f.name: sum(getattr(spent, f.name) for _, spent in entries) for f in fields(Spending)}
        return Spending(**totals)


def _tool_calls(messages: Sequence[AnyMessage]) -> int:
    return sum(len(m.tool_calls) for m in messages if isinstance(m, AIMessage))
