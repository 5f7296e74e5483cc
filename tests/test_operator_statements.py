"""How much an operator's reply asks of the databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.server_fakes import bearer, serving
from tests.test_server_operators import handed_over

MOST = 8


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield the statements that any engine runs meanwhile; where transactions begin counts for nothing."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_reply_to_a_ticket_that_was_read_takes_few_statements(tmp_path: Path) -> None:
    operator = bearer("olga", role="operator")
    async with serving(tmp_path) as server:
        _, ticket = await handed_over(server)
        assert (await server.client.get(f"/v1/tickets/{ticket}", headers=operator)).status_code == 200
        server.service.working.cancel()  # the worker looks for turns meanwhile
        with statements() as seen:
            answer = await server.client.post(f"/v1/tickets/{ticket}/reply", json={"text": "Hello."}, headers=operator)
        assert answer.status_code == 200, answer.text
        assert [note["kind"] for note in answer.json()["notes"]] == ["reply"]
    assert len(seen) <= MOST, "\n".join(seen)
