"""What the benchmark of businesses measures by: the airline's policy, and writes that are killed.

Judges and worlds for businesses that are folders of files; nothing of the product imports them.
"""
