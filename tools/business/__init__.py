"""The folder of one business: what it is called, what it may do, and how it speaks.

What reads and checks the folder. Its tools come from `tools/connectors`; its articles are read by the ingest.
"""
