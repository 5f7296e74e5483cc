"""What every other package needs: settings, errors, the clock, and the factory of models.

Nothing here knows a conversation, a tool or a trade. A file enters when at least two of the packages above need it.
"""
