"""Serve customers and operators over HTTP: `support-agent serve`, and the tokens to try it with."""

import logging
import socket
from functools import partial
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from cli.output import err, errors_shown, out
from core.errors import SettingsError
from core.observability.logs import write_logs
from core.safety.public_addresses import is_loopback
from core.settings import Settings
from graph.opened_stores import business_of
from server.application import make_app
from server.http.workers import run_workers
from server.records import ROLES, Role
from server.stores import upgrade_stores
from server.tokens import tokens_of
from server.views.brand import CurrentBrand

LINK_MINUTES = 12 * 60
MAX_HEADER_BYTES = 32_768
"""Of a request's line and headers together; a token and a browser's cookies fit ten times."""


class Server(uvicorn.Server):
    """Tell endless streams to end before waiting for connections to close."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the shutdown."""
        app = self.config.app
        if service := getattr(getattr(app, "state", None), "service", None):
            service.stopping.set()
        super().handle_exit(sig, frame)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    try_as: Annotated[
        str | None,
        typer.Option(help="Print links to the pages, signed in as this customer and as an operator; on loopback only."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve the port together.")] = 1,
) -> None:
    """Serve the agent over HTTP; start any number of processes on the same databases, here or elsewhere.

    Example: support-agent serve --port 8000
    """
    settings = Settings.from_env()
    if not (is_loopback(host) or settings.jwt_secret or settings.jwt_keys):
        raise SettingsError(
            f"the server would be open to others on {host} with a secret made for this machine alone; set "
            "SUPPORT_JWT_SECRET or SUPPORT_JWT_KEYS, or listen on 127.0.0.1"
        )
    upgrade_stores(settings)  # what cannot be opened is said in a line, before the server begins to log
    name = CurrentBrand(lambda: business_of(settings))().name
    err.print(f"[dim]{name} support on http://{host}:{port} · Ctrl+C ends it[/dim]")
    if try_as is not None:
        _print_links(settings, f"http://{host}:{port}", try_as, on_loopback=is_loopback(host))
    if workers == 1:
        _run(settings, host, port)
        return
    bound(host, port, shared=False).close()  # or a server that is there already would get a part of the requests
    with bound(host, port) as held:
        if run_workers(partial(_work, settings, host, held.getsockname()[1]), workers):
            raise typer.Exit(1)


def _run(settings: Settings, host: str, port: int, listened: socket.socket | None = None) -> None:
    """Serve until a signal ends it, on a port of its own or on a socket bound to one that processes share."""
    write_logs(settings.log_level if "log_level" in settings.model_fields_set else "info")
    app = make_app(settings)
    logging.getLogger("uvicorn.error").addFilter(lambda record: not hasattr(app.state, "failed"))
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",  # the protocol that limits headers while they are read
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        log_config=None,  # its lines go where ours go
        timeout_graceful_shutdown=round(settings.limits.shutdown_seconds),
        server_header=False,
        forwarded_allow_ips=[part.strip() for part in settings.trusted_proxies.split(",") if part.strip()],
        access_log=False,
    )
    server = Server(config)
    try:
        server.run([listened] if listened else None)
    except SystemExit:
        if not hasattr(app.state, "failed"):
            raise
        raise app.state.failed from None
    if not server.started:
        raise SettingsError(f"the server could not start on {host}:{port}; the lines above say why")


def _work(settings: Settings, host: str, port: int) -> None:
    with errors_shown(), bound(host, port) as own:
        _run(settings, host, port, own)


def bound(host: str, port: int, *, shared: bool = True) -> socket.socket:
    """Return a socket at an address, which others may be bound to as well where it is shared; nobody listens yet.

    Linux gives each process that listens its share of the connections. On one socket for all of them, whoever wakes
    first takes all that wait.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise SettingsError(f"the server could not start on {host}:{port} ({error.strerror})") from None
    return found


def token(
    subject: Annotated[str, typer.Argument(help="Id of the customer, or name of the operator.")],
    role: Annotated[str, typer.Option(help="customer, operator, lead or admin.")] = "customer",
    minutes: Annotated[float, typer.Option(help="How long it is valid.")] = 60,
) -> None:
    """Print a token for trying the server.

    Example: curl -H "Authorization: Bearer $(support-agent token ada_brook_1001)" …
    """
    known: dict[str, Role] = {name: name for name in ROLES}
    if role not in known:
        raise SettingsError(f"the role is {role!r}; use {', '.join(ROLES)}")
    out.print(tokens_of(Settings.from_env()).issue(subject, role=known[role], minutes=minutes), soft_wrap=True)


def _print_links(settings: Settings, root: str, customer: str, *, on_loopback: bool) -> None:
    """Print addresses that sign in whoever opens them; the token is in the fragment, which no browser sends."""
    if not on_loopback:
        raise SettingsError("--try-as prints tokens for this machine alone; listen on 127.0.0.1, or leave it out")
    tokens = tokens_of(settings)
    as_customer = tokens.issue(customer, minutes=LINK_MINUTES)
    as_operator = tokens.issue("olga", role="lead", minutes=LINK_MINUTES)
    for name, path, made in (
        ("Chat", "chat", as_customer),
        ("Desk", "desk", as_operator),
        ("Insight", "insight", as_operator),
    ):
        err.print(f"{name:<8} {root}/{path}#token={made}", soft_wrap=True, highlight=False)
