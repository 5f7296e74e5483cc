"""Procedures: files of facts, rules and the writes that they guard, read, checked and followed.

What reads a procedure file or leads a case by it, as a library without the graph. Nodes ask it; it knows no state and
no model.
"""
