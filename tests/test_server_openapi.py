"""Hold the server to its OpenAPI document with generated requests: whatever comes, no 5xx and nothing undocumented."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.storage.database import Database
from server.application import make_app
from server.records import Role
from tests.graph_fakes import parts, scripted
from tests.server_fakes import bearer, settings_in
from tests.server_threads import listening
from tools.desk.sql_desk import SqlTicketDesk

FEW = hypothesis.settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
OPERATORS = ("/v1/tickets", "/v1/approvals", "/v1/desk", "/v1/insight")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    many = {"messages_per_minute": 1_000_000, "visitors_per_minute": 1_000_000, "reply_wait_seconds": 5}
    settings = settings_in(tmp_path_factory.mktemp("openapi"), **many)
    app = make_app(settings, parts(scripted("Fine."), desk=SqlTicketDesk(Database(settings.desk_url))))
    with listening(app) as url:
        yield schemathesis.openapi.from_url(f"{url}/v1/openapi.json")


def try_out(operation: Any) -> None:
    """Send generated requests to one operation."""
    role: Role = "operator" if operation.path.startswith(OPERATORS) else "customer"

    @hypothesis.given(case=operation.as_strategy())
    @FEW
    def answers_as_documented(case: Any) -> None:
        answer = case.call(headers=bearer("ada", role))
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    answers_as_documented()


@pytest.mark.server
def test_generated_requests_get_documented_answers(document: Any) -> None:
    operations = [found.ok() for found in document.exclude(path_regex="events$").get_all_operations()]
    assert len(operations) >= 15
    wrong = {}
    for operation in operations:
        try:
            try_out(operation)
        except BaseExceptionGroup as several:
            wrong[operation.label] = str(several.exceptions[0])[:500]
        except Exception as error:  # noqa: BLE001  collected and shown together
            wrong[operation.label] = str(error)[:500]
    assert wrong == {}


def test_every_route_is_described(tmp_path: Path) -> None:
    app = make_app(settings_in(tmp_path), parts(scripted("Fine.")))
    described = app.openapi()["paths"]
    assert {"/v1/messages", "/v1/threads/{thread_id}", "/v1/chat/completions", "/metrics", "/readyz"} <= set(described)
    silent = [
        f"{method} {path}"
        for path, methods in described.items()
        for method, operation in methods.items()
        if not operation.get("description") and not operation.get("summary")
    ]
    assert silent == []
