"""Passages found for a conversation: queries, words, vectors, ranking, fusion.

Whatever decides which passages come first.
"""
