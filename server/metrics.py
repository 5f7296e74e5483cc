"""Count what the server does, for Prometheus."""

import time
from collections.abc import Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.observability.counters import REGISTRY
from graph.handoff.handoff_reasons import reason_code
from graph.replies import Reply
from server.records import Turn
from tools.desk.ownership import Stage
from tools.desk.reports import OpenTickets

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        count, gauge = partial(Counter, registry=self._registry), partial(Gauge, registry=self._registry)
        self.accepted = count("support_messages_accepted", "Messages put into the inbox.")
        self._answered = count("support_messages_answered", "Messages answered.")
        self.dead_letters = count("support_messages_dead", "Messages given to a person after the last attempt.")
        self.failed_attempts = count("support_attempts_failed", "Attempts that ended badly.")
        self.refused = count("support_requests_refused", "Requests answered with an error.", ["status"])
        self._seconds = Histogram(
            "support_reply_seconds",
            "From the acceptance of a turn's first message to its reply.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self.waiting = gauge("support_messages_waiting", "Messages of all processes without a reply.")
        self._handoffs = count("support_handoffs", "Turns that went to a person, by reason.", ["reason"])
        self._tickets = gauge("support_tickets_open", "Tickets of all processes that people have, by stage.", ["stage"])
        self._oldest = gauge("support_ticket_oldest_seconds", "Age of the oldest of them.", ["stage"])

    def answered(self, turn: Turn, reply: Reply) -> None:
        """Count an answered turn."""
        self._answered.inc(len(turn.message_ids))
        if reply.handoff:
            self._handoffs.labels(reason=reason_code(reply.handoff)).inc()
        self._seconds.observe(max(0.0, time.time() - turn.waited_since))

    def set_tickets(self, tickets: Mapping[Stage, OpenTickets]) -> None:
        """Set how many tickets are open, and the age of the oldest."""
        for stage, of_stage in tickets.items():
            self._tickets.labels(stage=stage).set(of_stage.number)
            self._oldest.labels(stage=stage).set(of_stage.oldest.total_seconds())

    def text(self) -> bytes:
        """Return all figures in the Prometheus text format."""
        return generate_latest(self._registry) + generate_latest(REGISTRY)
