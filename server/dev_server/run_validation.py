"""Say what a run on the LangGraph server's own API may bring, and put the verified identity into it."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from graph.intake.attachments import picture_of, recording_of

SERVERS_OWN = frozenset(
    {
        "__context_provided__",
        "__request_start_time_ms__",
        "__after_seconds__",
        "langgraph_auth_user",
        "langgraph_auth_user_id",
        "langgraph_auth_permissions",
        "langgraph_request_id",
    }
)
"""What the server itself writes into a run's configuration before it asks."""
PUBLIC_MODES = frozenset({"messages", "messages-tuple", "custom", "values", "updates"})
CLAIMS = frozenset({"customer_id", "channel", "locale"})


def only_user_messages(value: MutableMapping[str, Any], *, customer_id: str | None, owner: str) -> str | None:
    """Return why a customer's run is refused, or None after making it a run in their name with their words alone."""
    kwargs = value["kwargs"]
    messages = _user_messages(kwargs.get("input"))
    if value.get("thread_id") is None:
        return "a run needs a thread; create one first"
    if kwargs.get("command"):
        return "a command is not for customers; send a message"
    if messages is None:
        return "the input may hold messages of the role user, with text, a recording or pictures, and nothing else"
    if refused := _refused_options(kwargs) or _foreign_claims(kwargs, customer_id):
        return refused
    _speak_as(kwargs, {"customer_id": customer_id, "locale": _claimed(kwargs).get("locale") or "en"})
    kwargs["input"] = {"messages": messages}
    value["metadata"] = _replaced(value.get("metadata"), {"owner": owner})
    return None


def answer_of_staff(value: MutableMapping[str, Any], *, operator: str) -> str | None:
    """Return why a run of staff is refused, or None after making it an answer in the operator's name."""
    kwargs = value["kwargs"]
    command = kwargs.get("command") or {}
    if kwargs.get("input") is not None or command.get("resume") is None:
        return "staff answers requests for approval here: send a command with `resume`, and no input"
    if any(command.get(key) for key in ("update", "goto")):
        return "staff answers requests for approval here: state is not written and nodes are not chosen"
    if refused := _refused_options(kwargs):
        return refused
    _speak_as(kwargs, {"operator": operator})
    return None


def _user_messages(given: Any) -> list[dict[str, Any]] | None:
    """Return the messages of an input, made new so that nothing else comes along; None when it holds anything else."""
    if not isinstance(given, Mapping) or set(given) != {"messages"}:
        return None
    listed = given["messages"] if isinstance(given["messages"], list) else [given["messages"]]
    made = []
    for message in listed:
        if not isinstance(message, Mapping) or set(message) - {"role", "type", "content", "id", "additional_kwargs"}:
            return None
        spoken_as = {message.get("role", "user"), message.get("type", "human")}
        content = _content(message.get("content"))
        if not spoken_as <= {"user", "human"} or not content:
            return None
        # No id: under that of an earlier message it would take its place.
        made.append({"role": "user", "content": content})
    return made or None


def _content(content: Any) -> str | list[dict[str, Any]]:
    """Return the text of a message, with its recordings and pictures where there are any, made new as well."""
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    text = "\n".join(str(part.get("text", "")) for part in parts) if parts else content
    text = text if isinstance(text, str) and text.strip() else ""
    recordings = [found for part in parts if (found := recording_of(part)) is not None]
    pictures = [found for part in parts if (found := picture_of(part)) is not None]
    if not recordings and not pictures:
        return text
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    blocks += [{"type": "image_url", "image_url": {"url": found}} for found in pictures]
    return blocks + [{"type": "input_audio", "input_audio": {"data": found}} for found in recordings]


def _refused_options(kwargs: Mapping[str, Any]) -> str | None:
    """Return which option of a run is not for others than the developer."""
    if kwargs.get("interrupt_before") or kwargs.get("interrupt_after"):
        return "pausing between nodes is for the developer"
    if kwargs.get("webhook"):
        return "webhooks are for the developer"
    modes = kwargs.get("stream_mode") or []
    if not set([modes] if isinstance(modes, str) else modes) <= PUBLIC_MODES:
        return f"the stream modes for others than the developer are {', '.join(sorted(PUBLIC_MODES))}"
    config = kwargs.get("config") or {}
    if set(config) - {"configurable", "metadata", "tags"} or config.get("tags"):
        return "the configuration of a run is for the developer"
    if strange := set(config.get("configurable") or {}) - SERVERS_OWN - CLAIMS:
        return f"{sorted(strange)[0]!r} in the configuration of a run is for the developer"
    return None


def _foreign_claims(kwargs: Mapping[str, Any], customer_id: str | None) -> str | None:
    claimed = _claimed(kwargs)
    if set(claimed) - CLAIMS - SERVERS_OWN:
        return "the context of a run is set by the server"
    if claimed.get("customer_id") not in (None, customer_id):
        return "the context names another customer than the token"
    locale = claimed.get("locale")
    if locale is not None and not (isinstance(locale, str) and len(locale) <= 35):
        return "the locale is a language tag such as en or de"
    return None


def _claimed(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    configurable = (kwargs.get("config") or {}).get("configurable") or {}
    return {**configurable, **(kwargs.get("context") or {})}


def _speak_as(kwargs: MutableMapping[str, Any], context: dict[str, Any]) -> None:
    """Put the verified facts in place of whatever came, in both places a run reads them from."""
    kwargs["context"] = dict(context)
    configurable = (kwargs.get("config") or {}).get("configurable") or {}
    for claim in CLAIMS | {"operator"}:
        configurable.pop(claim, None)
    configurable.update(context)


def _replaced(mapping: Any, entries: dict[str, Any]) -> dict[str, Any]:
    """Empty a mapping in place, since the server goes on with the same one, and fill it with these entries."""
    if not isinstance(mapping, dict):
        return dict(entries)
    mapping.clear()
    mapping.update(entries)
    return mapping
