"""Shut the network for every test that does not ask for real processes."""

import socket
from typing import Any

import pytest

pytest_plugins = ("tests.browser", "tests.postgres")
MAY_CONNECT = ("server", "browser", "llm")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection in a unit test, and any that leaves this machine in the others."""
    allowed = any(request.node.get_closest_marker(name) for name in MAY_CONNECT)
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        local = self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost")
        if not (allowed and local):
            raise AssertionError(f"a test tried to reach {address!r}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("LANGSMITH_TEST_TRACKING", "false")
