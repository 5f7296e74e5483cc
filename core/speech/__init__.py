"""Recordings turned into words.

Recognising audio, transcribing it, and leaving out what nobody said. What a conversation does with the words is for
graph/intake.
"""
