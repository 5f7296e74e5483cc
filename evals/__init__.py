"""Run whole conversations against the agent and judge what happened."""
