"""Trace to LangSmith only where a setting of ours says so, and never with personal data."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import langsmith
from langsmith.utils import get_env_var
from urllib3 import Retry

from core.errors import SettingsError
from core.privacy.redaction import Redactor

_REDACTOR = Redactor()
_AS_THEY_ARE = frozenset(
    re.findall(
        r"\w+",
        "id run_id trace_id parent_run_id dotted_order session_id reference_example_id start_time end_time run_type "
        "revision_id session_name project_name address example_id feedback_config api_key api_url ",
    )
)
"""Fields that LangSmith files a run by; nobody's words are in them."""


class RedactingClient(langsmith.Client):
    """Send runs with every word of them redacted: name, inputs, outputs, error, tags, metadata, events.

    The library's own switches (`hide_inputs`, `anonymizer`) leave names, tags and events as they are, so the runs are
    redacted where they enter.
    """

    def create_run(self, name: str, inputs: dict[str, Any], run_type: Any, **fields: Any) -> None:
        """Send a run that begins."""
        super().create_run(_REDACTOR.text(name), _clean(inputs), run_type, **_clean_fields(fields))

    def update_run(self, run_id: UUID | str, **fields: Any) -> None:
        """Send what a run came to."""
        super().update_run(run_id, **_clean_fields(fields))

    def create_feedback(self, *args: Any, **fields: Any) -> Any:
        """Send a score, its comment redacted."""
        return super().create_feedback(*args, **_clean_fields(fields))


def set_up_tracing(enabled: bool) -> None:
    """Send traces through `RedactingClient`, or none at all, whatever LANGSMITH_TRACING or LANGCHAIN_TRACING_V2 say.

    Raises:
        SettingsError: tracing is on without a key.
    """
    if enabled:
        if not get_env_var("API_KEY"):  # before there is a client, which calls home at once
            raise SettingsError(
                "SUPPORT_LANGSMITH_TRACING is on but LANGSMITH_API_KEY is not set; set the key, or switch tracing off"
            )
        # Nothing that dies or hangs over there may hold a customer's turn or the end of the process.
        client = RedactingClient(timeout_ms=(2_000, 5_000), retry_config=Retry(0), omit_traced_runtime_info=True)
        langsmith.configure(enabled=True, client=client)
    else:
        langsmith.configure(enabled=False, client=None)


def _clean_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        if name in _AS_THEY_ARE or name.startswith("_")
        else None
        if name == "attachments"
        else _clean(value)
        for name, value in fields.items()
    }


def _clean(value: Any) -> Any:
    """Return plain data of a field, redacted; objects such as messages become plain first."""
    return _REDACTOR.values(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json"))
    return value
