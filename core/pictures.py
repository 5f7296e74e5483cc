"""Read a picture that somebody sent: its pixels, without anything else that its file tells, and never too many."""

import base64
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Literal, TypedDict

from core.errors import MessageRejected

MOST_PICTURES = 4
"""Pictures of one message."""
MOST_BYTES = 8_000_000
"""Bytes of one picture as it was sent."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK")
"""Modes whose pixels can be averaged."""
_MOST_PIXELS = 40_000_000
"""More than any phone takes; a file of a few bytes may claim a thousand times as many."""
_JPEG, _SCAN, _MOST_SCANS = b"\xff\xd8", b"\xff\xda", 100
"""What begins a JPEG, and each of its scans: a progressive one has about ten, and each goes over all of its pixels."""
_LONGEST_SIDE, _QUALITY = 1_568, 85
"""What models look at; more is thrown away."""
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


READERS = ThreadPoolExecutor(2, "pictures")
"""Where pictures are read: a large one takes a second and 200 MB, and others wait for it and for nothing else."""


class Picture(TypedDict):
    """A picture as it is kept: a JPEG of at most 1,568 pixels a side, in base64."""

    data: str
    width: int
    height: int


class PictureRefused(MessageRejected):
    """A file is no picture that can be looked at."""

    def __init__(self, why: Literal["picture_heic", "picture_unusable"]) -> None:
        super().__init__("send a JPEG, PNG or WebP picture of at most 8 MB")
        self.why = why
        """The key of the fixed sentence that tells the customer."""


def read_picture(data: bytes) -> Picture:
    """Return the pixels of a file, upright and on white, without metadata.

    Raises:
        PictureRefused: it is too large, of another kind, or broken.
    """
    from PIL import Image, ImageOps  # loaded here: most conversations have no picture

    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise PictureRefused("picture_heic")
    if len(data) > MOST_BYTES or (data.startswith(_JPEG) and data.count(_SCAN) > _MOST_SCANS):
        raise PictureRefused("picture_unusable")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:  # nothing is unpacked before this
                raise PictureRefused("picture_unusable")
            opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            small: Image.Image = opened if opened.mode in _SCALABLE else opened.convert("RGBA")
            small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))  # before anything else is done to so many pixels
            upright = ImageOps.exif_transpose(small).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureRefused("picture_unusable") from None
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    written = BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY)
    return Picture(data=base64.b64encode(written.getvalue()).decode(), width=plain.width, height=plain.height)
