"""Vectors of texts: the embedded model, its 8-bit arithmetic, the cache of queries, and rerankers.

Whatever turns text into numbers. How passages are searched with them is for ingest/search.
"""

import os

# ONNX Runtime sends figures of every session to its maker unless told not to before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
