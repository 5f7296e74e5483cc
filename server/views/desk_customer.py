"""Show operators whom they talk to: what the connected systems know about a customer, and what there was before."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import ToolCall, ToolMessage
from langchain_core.utils.function_calling import convert_to_json_schema
from langgraph.runtime import Runtime

from core.errors import SupportError
from core.json_records import json_or_text
from core.safety.safe_links import inert
from graph.state import text_of
from graph.tool_calls.executors import InProcess
from server.schemas.desk_schemas import CustomerOut, Fact, Record
from server.service import Service
from server.views.desk_lists import conversations_of
from tools.context import Context

log = logging.getLogger(__name__)
NAMES = ("name", "first_name", "last_name")
REACHED_BY = ("email", "phone")
RECORDS_SHOWN = 12
LONGEST_VALUE = 300


async def customer_of(service: Service, customer_id: str) -> CustomerOut:
    """Return a customer's name, contact, records and earlier conversations; a system that is down leaves its part out.

    Raises:
        BackendUnavailable: the inbox or the desk does not answer.
    """
    about: dict[str, Any] = {}
    records: list[Record] = []
    for result in await _results(service, customer_id):
        own, listed = _parted(result)
        about |= own
        records += listed
    name = " ".join(inert(str(about[key])) for key in NAMES if about.get(key))
    return CustomerOut(
        id=customer_id,
        name=name or customer_id,
        contact=[Fact(name=key, value=inert(str(about[key]))) for key in REACHED_BY if about.get(key)],
        about=facts_of({key: value for key, value in about.items() if key not in (*NAMES, *REACHED_BY)}),
        records=records[:RECORDS_SHOWN],
        earlier=await conversations_of(service, customer_id),
    )


async def _results(service: Service, customer_id: str) -> list[Mapping[str, Any]]:
    """Return what each read brings that needs to know nothing but the customer."""
    reads = [tool.bound for tool in service.parts.tools if tool.effect == "read"]
    reads = [tool for tool in reads if not convert_to_json_schema(tool).get("properties")]
    calls = [ToolCall(name=tool.name, args={}, id=tool.name, type="tool_call") for tool in reads]
    context = Context(customer_id=customer_id)
    try:
        found = await InProcess(reads).run(calls, {}, Runtime(context=context), context) if calls else []
    except SupportError as error:
        log.warning("the records of a customer could not be read: %s", type(error).__name__)
        return []
    return [read for message in found if (read := _read(message)) is not None]


def _read(message: ToolMessage) -> Mapping[str, Any] | None:
    read = json_or_text(text_of(message)) if message.status == "success" else None
    return read if isinstance(read, Mapping) else None


def _parted(result: Mapping[str, Any]) -> tuple[dict[str, Any], list[Record]]:
    """Part a result into what it says of the customer and the records it lists."""
    lists = {key: value for key, value in result.items() if _lists_records(value)}
    listed = [_record(key, each) for key, value in lists.items() for each in value]
    # A record alone beside its lists, such as a profile with its payment methods, is about the customer.
    if len(lists) == 1 and len(result) - len(lists) <= 1:
        return {}, listed
    return dict(result), []


def _lists_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _record(kind: str, record: Mapping[str, Any]) -> Record:
    first = next(iter(record), "")
    rest = {key: value for key, value in record.items() if key not in (first, "status")}
    status = record.get("status")
    return Record(
        kind=kind,
        title=inert(str(record.get(first, ""))),
        status=inert(str(status)) if status else None,
        facts=facts_of(rest),
    )


def facts_of(record: Mapping[str, Any]) -> list[Fact]:
    """Return the fields of a record that say something, each on a line or on one line an entry."""
    return [
        Fact(name=key, value=inert(text[:LONGEST_VALUE]))
        for key, value in record.items()
        if (text := "\n".join(_lines(value)))
    ]


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _lines(each)
    elif isinstance(value, Mapping):
        if said := ", ".join(line for each in value.values() for line in _lines(each)):
            yield said
    elif value not in (None, ""):
        yield str(value)
