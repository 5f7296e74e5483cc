"""Changes of the stores' tables, one file a change: `STORE_0002.py` follows `STORE_0001.py`.

A file names itself in `revision`, the one before in `down_revision`, and changes the tables in `upgrade()` with
`alembic.op`, on SQLite and PostgreSQL alike. What a release wrote never changes again.
"""
