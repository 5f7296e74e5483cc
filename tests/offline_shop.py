"""Play conversations between a customer and the offline model over a shop held in memory, without the graph.

The loop does what any tool loop does, and asks for a yes before a write the way the graph does.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from core.embeddings.minilm import MiniLM
from core.language.confirmations import answer_to_confirmation
from core.language.fixed_sentences import phrase
from core.language.glossary import with_english
from core.language.signals import wants_human
from core.language.words import content_stems
from core.model_notes import NOT_DONE_YET
from core.offline.model import OfflineChatModel
from core.passages import Passage
from core.safety.untrusted_text import quote_passages, quote_turn
from core.settings import SAMPLE_BUSINESS
from tools.retail.offline.shop_planner import ShopPlanner
from tools.retail.policy import load_policy
from tools.retail.shop_file import Shop, read_shop
from tools.retail.shop_records import Order, digits_of, order_key
from tools.retail.shown_records import as_text, order_facts, product_facts, profile_facts

ROOT = Path(__file__).resolve().parent.parent
SHOP = read_shop(SAMPLE_BUSINESS / "shop.json")
TODAY = date(2026, 10, 1)
NO_ORDER = "I cannot find an order with that number in your account."
WRITES = {
    "cancel_order": ("order_id", "reason"),
    "change_order_address": ("order_id", "address1", "address2", "city", "state", "zip", "country"),
    "change_order_payment": ("order_id", "payment_method_id"),
    "change_order_items": ("order_id", "item_ids", "new_item_ids", "payment_method_id"),
    "return_items": ("order_id", "item_ids", "payment_method_id"),
    "exchange_items": ("order_id", "item_ids", "new_item_ids", "payment_method_id"),
    "refund_order": ("order_id", "amount", "reason"),
    "change_default_address": ("address1", "address2", "city", "state", "zip", "country"),
}


def articles() -> list[Passage]:
    """Return every section of the sample articles as a passage."""
    found = []
    for file in sorted((SAMPLE_BUSINESS / "articles").glob("*.md")):
        body = file.read_text(encoding="utf-8").split("---", 2)[2]
        title, _, rest = body.strip().partition("\n")
        for place, section in enumerate(rest.split("\n## ")):
            heading, _, text = section.strip().partition("\n") if place else ("", "", section.strip())
            found.append(
                Passage(
                    id=f"{file.stem}:{place}",
                    article_id=file.stem,
                    title=title.removeprefix("# "),
                    headings=(heading,) if heading else (),
                    text=text.strip(),
                )
            )
    return found


ARTICLES = articles()
_WORDS = {p.id: (set(content_stems(p.text)), set(content_stems(f"{p.title} {' '.join(p.headings)}"))) for p in ARTICLES}


def find_passages(question: str, limit: int = 6) -> list[Passage]:
    """Return the passages that share most words with a question."""
    asked = set(content_stems(question))

    def shared(passage: Passage) -> float:
        text, head = _WORDS[passage.id]
        return len(asked & text) + 1.5 * len(asked & head)

    return sorted((p for p in ARTICLES if shared(p) > 0), key=shared, reverse=True)[:limit]


@cache
def sample_tools(customer_id: str) -> list[BaseTool]:
    """Return the tools of the sample shop for one customer; they hold no state."""
    return shop_tools(customer_id)


def shop_tools(customer_id: str, shop: Shop = SHOP) -> list[BaseTool]:
    """Return the tools of the shop for one customer; writes only repeat their arguments."""
    customer = next(c for c in shop.customers if c.id == customer_id)
    mine = [o for o in shop.orders if o.customer_id == customer_id]

    def own_order(order_id: str) -> Order:
        for order in mine:
            if order_key(order.id) == order_key(order_id) or digits_of(order.id) == order_id:
                return order
        raise ToolException(NO_ORDER)

    def get_order(order_id: str) -> str:
        return as_text(order_facts(own_order(order_id), TODAY))

    def list_orders() -> str:
        return as_text({"orders": [order_facts(o, TODAY) for o in reversed(mine)]})

    def find_product(name_or_id: str) -> str:
        asked = set(content_stems(name_or_id))
        found = [p for p in shop.products if name_or_id == p.id or asked & set(content_stems(p.name))]
        if not found:
            raise ToolException("I cannot find a product like that in our shop.")
        found.sort(key=lambda p: -len(asked & set(content_stems(p.name))))
        return as_text({"products": [product_facts(p) for p in found[:3]]})

    def get_profile() -> str:
        return as_text(profile_facts(customer))

    def search_articles(query: str) -> str:
        return "Nothing further was found."

    def request_human(reason: str) -> str:
        return reason

    functions: list[Callable[..., str]] = [
        get_order,
        list_orders,
        find_product,
        get_profile,
        search_articles,
        request_human,
    ]
    tools: list[BaseTool] = [
        StructuredTool.from_function(f, description=f.__name__, handle_tool_error=True) for f in functions
    ]
    return [*tools, *(_write_tool(name, names) for name, names in WRITES.items())]


def _write_tool(name: str, names: Sequence[str]) -> BaseTool:
    lists = {"item_ids", "new_item_ids"}
    properties = {
        n: {"type": "array", "items": {"type": "string"}} if n in lists else {"type": "string"} for n in names
    }
    schema = {"type": "object", "properties": properties, "required": list(names), "title": name, "description": name}
    return StructuredTool(
        name=name, description=name, args_schema=schema, func=lambda **args: json.dumps({"done": True} | args)
    )


@dataclass
class Talk:
    """A conversation with the offline model on behalf of one customer."""

    customer_id: str = "ada_brook_1001"
    embeddings: MiniLM | None = None
    shop: Shop = field(default_factory=lambda: SHOP)
    messages: list[BaseMessage] = field(default_factory=list)
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Writes that were carried out after a yes."""
    proposed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Writes that wait for a yes."""
    handed_over: str = ""
    reads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tools = sample_tools(self.customer_id) if self.shop is SHOP else shop_tools(self.customer_id, self.shop)
        self.tools = {tool.name: tool for tool in tools}
        self.model = OfflineChatModel(embeddings=self.embeddings, planner=ShopPlanner).bind_tools(
            list(self.tools.values())
        )

    def say(self, text: str) -> str:
        """Return the reply to a message; reads run at once, a write waits for the next message's yes."""
        self.reads = []
        if wants_human(text):
            self.handed_over = "the customer asks for a person"
            return ""
        before = next((m.text for m in reversed(self.messages) if isinstance(m, HumanMessage)), "")
        if self.proposed and answer_to_confirmation(text) == "no":
            self.proposed = []
            return self._finish(text, [HumanMessage(text)], phrase("withdrawn", "en"))
        turn: list[BaseMessage] = [HumanMessage(quote_turn(text, find_passages(f"{before} {with_english(text)}")))]
        if self.proposed and answer_to_confirmation(text) == "yes":
            self.done += self.proposed
            calls = [
                ToolCall(name=name, args=args, id=f"yes-{len(self.messages)}-{place}")
                for place, (name, args) in enumerate(self.proposed)
            ]
            turn.append(AIMessage("", tool_calls=calls))
            turn += [self._result(call) for call in calls]
        self.proposed = []
        for _ in range(8):
            answer = asyncio.run(self.model.ainvoke([SystemMessage("You are the agent."), *self.messages, *turn]))
            turn.append(answer)
            if not answer.tool_calls:
                return self._finish(text, turn, answer.text)
            if any(c["name"] == "request_human" for c in answer.tool_calls):
                self.handed_over = answer.tool_calls[0]["args"]["reason"]
                return self._finish(text, turn[:-1], answer.text)
            writes = [call for call in answer.tool_calls if call["name"] in WRITES]
            self.proposed = [(call["name"], call["args"]) for call in writes]
            if writes:
                plans = [f"{call['name']} {json.dumps(call['args'])}" for call in writes]
                turn += [
                    ToolMessage(json.dumps({"status": NOT_DONE_YET, "detail": plan}), tool_call_id=call["id"])
                    for call, plan in zip(writes, plans, strict=True)
                ]
                listed = "\n".join(f"{place}. {plan}" for place, plan in enumerate(plans, start=1))
                asked = f"I can do the following:\n{listed}\nShall I go ahead with all of this?" if plans[1:] else ""
                return self._finish(text, turn, f"{answer.text}\n\n{asked or f'{plans[0]}. Shall I go ahead?'}".strip())
            for call in answer.tool_calls:
                self.reads.append(call["name"])
                turn.append(self._result(call))
        raise AssertionError(f"no reply after 8 rounds to {text!r}")

    def _result(self, call: ToolCall) -> ToolMessage:
        result = self.tools[call["name"]].invoke(call["args"])
        return ToolMessage(str(result), tool_call_id=call["id"], name=call["name"])

    def _finish(self, text: str, turn: list[BaseMessage], reply: str) -> str:
        answered = {m.tool_call_id for m in turn if isinstance(m, ToolMessage)}
        kept = [
            m
            for m in turn[1:]
            if isinstance(m, ToolMessage)
            or (isinstance(m, AIMessage) and m.tool_calls and m.tool_calls[0]["id"] in answered)
        ]
        self.messages += [HumanMessage(text), *kept, AIMessage(reply)]
        return reply


def on(day: date, customer: str) -> Talk:
    """Return a conversation on a day, in a shop that has rules."""
    shop = read_shop(SAMPLE_BUSINESS / "shop.json")
    talk, policy = Talk(customer, shop=shop, embeddings=MiniLM()), load_policy()
    own = [order for order in reversed(shop.orders) if order.customer_id == customer]
    facts = {digits_of(order.id): order_facts(order, day, policy) for order in own}
    reads: dict[str, Callable[..., str]] = {
        "list_orders": lambda: as_text({"orders": list(facts.values())}),
        "search_articles": lambda query: quote_passages(find_passages(query), first_number=20),
        "get_order": lambda order_id: as_text(facts[digits_of(order_id)]),
    }
    for name, read in reads.items():
        tool = talk.tools[name]
        assert isinstance(tool, StructuredTool)
        tool.func = read
    return talk
