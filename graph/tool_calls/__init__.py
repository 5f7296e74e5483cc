"""Tool calls before and while they run: arguments, origin, executors, and the messages they leave.

What `execute_tools` works with. What a tool does is for tools/.
"""
