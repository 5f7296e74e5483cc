"""Turn a real conversation into a conversation file, personal data replaced."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import phonenumbers
import yaml
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.errors import ConversationFileError
from evals.scenarios import Kind, Scenario
from tools.backend import Customer

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LONG_NUMBER = re.compile(r"(?<![\w#])(?:\d[ -]?){12,18}\d(?!\w)")
_MIN_NAME = 3


def capture(
    name: str,
    messages: Sequence[AnyMessage],
    *,
    kind: Kind,
    customer: Customer | None,
    owner: str,
    ticket_reason: str | None,
    actions: Sequence[Mapping[str, Any]],
) -> Scenario:
    """Return a scripted conversation that says what the customer said and expects what happened.

    What happened is a proposal: read it before it is kept, the agent may have been wrong. `actions` are the writes that were
    carried out, each with `tool` and `args`.

    Raises:
        ConversationFileError: the customer said nothing.
    """
    clean = Redaction(customer)
    lines = tuple(clean.text(m.text) for m in messages if isinstance(m, HumanMessage) and m.text.strip())
    if not lines:
        raise ConversationFileError(f"thread {name!r} holds no customer message; name a thread with a conversation")
    called = list(dict.fromkeys(c["name"] for m in messages if isinstance(m, AIMessage) for c in m.tool_calls))
    cited = list(
        dict.fromkeys(
            source["article_id"]
            for m in messages
            if isinstance(m, AIMessage)
            for source in m.additional_kwargs.get("sources", ())
        )
    )
    expect: dict[str, Any] = {"owner": "human" if owner != "bot" else "bot", "cites": cited, "language": None}
    expect["tools"] = {"must": [tool for tool in called if tool != "request_human"]}
    expect["actions"] = [{"tool": a["tool"], "args": clean.values(a["args"])} for a in actions]
    if ticket_reason:
        expect["ticket"] = {"reason": ticket_reason}
    return Scenario.model_validate(
        {
            "id": slug(name),
            "kind": kind,
            "customer": customer.id if customer else None,
            "who": "Captured from a real conversation; personal data replaced.",
            "wants": lines[0][:200],
            "lines": list(lines),
            "expect": expect,
        }
    )


class Redaction:
    """Replace what names a person: e-mail addresses, telephone and card numbers, the customer's own name and address."""

    def __init__(self, customer: Customer | None) -> None:
        self._own: list[tuple[str, str]] = []
        if customer:
            home = customer.address
            self._own = [
                (customer.email, "customer@example.com"),
                (f"{customer.first_name} {customer.last_name}", "[name]"),
                (customer.first_name, "[name]"),
                (customer.last_name, "[name]"),
                (home.address1, "[street]"),
                (home.zip, "[zip]"),
            ]

    def text(self, text: str) -> str:
        """Return the text with personal data replaced; order numbers stay, without them nothing can be played again."""
        for own, instead in self._own:
            if len(own) >= _MIN_NAME:
                text = re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", instead, text, flags=re.IGNORECASE)
        text = _EMAIL.sub("customer@example.com", text)
        text = _LONG_NUMBER.sub("[number]", text)
        for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "US"))):
            text = f"{text[: match.start]}[phone]{text[match.end :]}"
        return text

    def values(self, value: Any) -> Any:
        """Return plain data with the texts in it redacted."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {k: self.values(v) for k, v in value.items()}
        return [self.values(v) for v in value] if isinstance(value, list | tuple) else value


def slug(name: str) -> str:
    """Return a name fit for a file and an id."""
    return ("captured-" + re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-"))[:60].rstrip("-")


def as_yaml(scenario: Scenario) -> str:
    """Return a conversation as the text of its file, defaults left out."""
    content = scenario.model_dump(mode="json", exclude_defaults=True)
    content = {"id": scenario.id, "kind": scenario.kind, "customer": scenario.customer} | content
    content["lines"] = [line["say"] for line in content["lines"]]
    if "cites" in content["expect"]:
        content["expect"]["cites"] = [c[0] if len(c) == 1 else c for c in content["expect"]["cites"]]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
