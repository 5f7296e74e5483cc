"""Offer the `app` that `langgraph.json` and ASGI servers name."""

from core.settings import Settings
from server.application import make_app

app = make_app(Settings.from_env())
