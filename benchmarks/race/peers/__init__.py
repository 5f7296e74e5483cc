"""Agents of other frameworks, each a process that answers a message a line.

They run in an environment of their own and import nothing of this project but what is in this folder.
"""
