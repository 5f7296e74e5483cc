"""Offer the `graph` that `langgraph.json` names; its server brings the memory."""

from core.collection import spare_what_stays
from core.logs import keep_logs_clean
from core.settings import Settings
from core.tracing import set_up_tracing
from graph.assembly import assemble
from graph.builder import build_graph

SETTINGS = Settings.from_env()
keep_logs_clean()
set_up_tracing(SETTINGS.langsmith_tracing)
graph = build_graph(assemble(SETTINGS))
spare_what_stays()
