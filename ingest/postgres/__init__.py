"""The published index kept and searched in PostgreSQL.

Only what PostgreSQL does otherwise than the folder.
"""
