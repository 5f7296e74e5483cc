"""Turn a real conversation into a conversation file, personal data replaced."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.errors import ConversationFileError
from core.message_marks import marks
from evals.conversations.scenarios import Kind, Scenario
from tools.retail.known_customers import redactor_of
from tools.retail.shop_records import Customer


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

    What happened is a proposal: read it before it is kept, the agent may have been wrong. `actions` are the writes that
    were carried out, each with `tool` and `args`.

    Raises:
        ConversationFileError: the customer said nothing.
    """
    clean = redactor_of(customer)
    lines = tuple(clean.text(m.text) for m in messages if isinstance(m, HumanMessage) and m.text.strip())
    if not lines:
        raise ConversationFileError(f"thread {name!r} holds no customer message; name a thread with a conversation")
    called = list(dict.fromkeys(c["name"] for m in messages if isinstance(m, AIMessage) for c in m.tool_calls))
    cited = list(
        dict.fromkeys(
            source["article_id"] for m in messages if isinstance(m, AIMessage) for source in marks(m).get("sources", ())
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
