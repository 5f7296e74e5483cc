"""Handing over to people: reasons, the ticket's text, triage, the notice, and keeping both sides in step.

What `escalate` works with. The desk itself is for tools/desk.
"""
