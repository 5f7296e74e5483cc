"""Commands of support people: tickets, approvals, triage, insight.

As cli/.
"""
