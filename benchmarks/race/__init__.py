"""Hold this agent against what its users would pick instead, in one run on one machine.

python -m benchmarks.race [--full] [--json] [--check] [--only PART ...] [--peers-python PYTHON] [--plots DIRECTORY] \
    [--postgres]

Every peer is a process of its own with one embedding a turn, the same two articles, two tools and its history in
SQLite, against one stub endpoint; peers take turns, so that all meet the same machine, and no question is asked twice.
Peers are installed once into `var/race-env`, or found where `--peers-python` says. One that cannot be installed is left
out, and said. The reduced run takes some minutes, `--full` asks all that the targets name.
"""
