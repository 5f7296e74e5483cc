"""Hide what comes with the tests and not with `make install`, before a library finds and loads it: imported first."""

import sys
from typing import Any

loaded: dict[str, Any] = sys.modules
loaded.update(dict.fromkeys(("aiohttp", "opentelemetry.sdk", "psutil")))
