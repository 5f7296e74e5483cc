"""Texts of others, kept as data: invisible characters, links, injected instructions, quoting in prompts.

What makes a foreign text harmless before somebody reads it. Personal data is for core/privacy.
"""
