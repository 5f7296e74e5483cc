"""Turn the bytes of a file into text, or say why they are not text."""

import codecs

import charset_normalizer

from core.errors import DocumentError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or the eight-bit encoding it most probably has.

    Raises:
        DocumentError: the bytes are no text, or mix encodings.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _guess(data, error)
    if "\0" in text:
        raise DocumentError("holds zero bytes, so it is not text; export it as UTF-8 text, HTML or PDF")
    return text


def _decode_marked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"begins like {encoding} but byte {error.start} does not fit; save it again as UTF-8"
        ) from None


def _guess(data: bytes, error: UnicodeDecodeError) -> str:
    replaced = data.decode("utf-8", errors="replace")
    if any(ord(c) > 127 and c != "\ufffd" for c in replaced):
        raise DocumentError(
            f"is UTF-8 up to byte {error.start} ({data[error.start]:#04x}), which is not; save the file as "
            f"UTF-8 throughout"
        )
    best = charset_normalizer.from_bytes(data).best()
    if best is None or "\0" in str(best):
        raise DocumentError("is in no text encoding that can be recognised; save it as UTF-8")
    return str(best)
