"""Offer the `graph` that `langgraph.json` names; its server brings the memory."""

from core.settings import Settings
from graph.assembly import assemble
from graph.builder import build_graph

graph = build_graph(assemble(Settings.from_env()))
