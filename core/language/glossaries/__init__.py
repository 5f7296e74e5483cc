"""What the words of other languages mean in English.

One file a language, of the beginnings of words and their meaning; no sentence that anybody reads.
"""
