"""Offer a newer, empty release of every package that a lock pins, to see that none of them is taken.

`python3 benchmarks/newer_releases.py FOLDER LOCK…` needs nothing but Python, so that it can run before anything is
installed.
"""

import re
import sys
import zipfile
from pathlib import Path

NEWER = "9999.0"


def offer_newer(lock: Path, folder: Path) -> None:
    """Write an empty wheel of a newer release for each package that a lock pins."""
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.MULTILINE):
        stem = f"{re.sub(r'[-_.]+', '_', name)}-{NEWER}"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            about = f"{stem}.dist-info"
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {NEWER}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")


if __name__ == "__main__":
    for lock in sys.argv[2:]:
        offer_newer(Path(lock), Path(sys.argv[1]))
