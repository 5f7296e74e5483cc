"""The shop in a SQL database.

Tables, statements and the translation to records.
"""
