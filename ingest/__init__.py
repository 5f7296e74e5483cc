"""Help articles turned into a searchable index, and passages found in it.

The pipeline from a source file to a published version. What a conversation does with passages is for graph/.
"""
