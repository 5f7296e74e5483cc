"""Put the commands of `support-agent` together, and print a failure as one line."""

import logging
import sys

import typer

from cli import (
    approvals,
    ask,
    chat,
    costs,
    doctor,
    evals,
    ingest,
    insight,
    knowledge,
    orders,
    serve,
    threads,
    tickets,
    triage,
)
from cli.output import errors_shown

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run and look after an autonomous customer-support agent. Settings are SUPPORT_* variables or a .env file; "
    "`support-agent doctor` shows what they amount to.",
)
app.command("chat")(chat.chat)
app.command("ask")(ask.ask)
app.command("triage")(triage.triage)
app.command("ingest")(ingest.ingest)
app.command("doctor")(doctor.doctor)
app.add_typer(approvals.app, name="approvals")
app.command("serve")(serve.serve)
app.command("token")(serve.token)
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(orders.app, name="orders")
app.add_typer(evals.app, name="eval")
app.add_typer(tickets.app, name="tickets")
app.add_typer(threads.app, name="threads")
app.command("costs")(costs.costs)
app.command("insight")(insight.insight)


def main() -> None:
    """Run the command line; a failure we understand is one line and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    with errors_shown():
        app()


if __name__ == "__main__":
    main()
