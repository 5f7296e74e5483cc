"""What whoever runs the agent relies on: no message holds the process, and a backup can be gone on from.

As benchmarks/.
"""
