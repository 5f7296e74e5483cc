"""Logs, traces and metrics, all redacted, and the garbage collector's timing.

Whatever tells people outside how the program runs.
"""
