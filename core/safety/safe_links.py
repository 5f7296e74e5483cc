"""Make text safe to show wherever it goes: words, and links to allowed hosts only.

What comes out holds no markdown link, image, reference, HTML tag or entity, in any reader's dialect: the pairs of
characters these begin with are taken apart, so pieces of a reply that were made safe one by one stay safe when they are
joined. Addresses of the web remain as bare text where their host is allowed; all others become `‹…›`.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from core.safety.untrusted_text import visible

REMOVED = "‹…›"
_LAYERS = 3
_FULLWIDTH = {code: code - 0xFEE0 for code in (*range(0xFF0E, 0xFF1B), *range(0xFF20, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FULLWIDTH |= {0xFF0F: ord("/"), 0xFE52: ord("."), 0x2024: ord("."), 0xFE55: ord(":")}
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_AUTOLINK = re.compile(r"<\s*([a-z][a-z0-9+.-]*:[^<>\s]*|[^<>\s@]+@[^<>\s]+)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?]?[a-z][^<>]*>", re.IGNORECASE)
_IMAGE_MARK = re.compile(r"(^|[\s(\[])!(?=\[)")
_INLINE = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\(\s{0,8}<?(?P<to>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:"
    r"\s{1,8}(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s{0,8}\)"
)
_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]+)\]\s?\[(?P<label>[^\[\]]*)\]")
_DEFINITION = re.compile(r"(?m)^[ \t>*-]*\[(?P<label>[^\[\]\n]+)\]:[ \t]*")
_SCHEMES = (
    "javascript|vbscript|data|mailto|tel|sms|file|blob|about|intent|cid|mid|facetime|skype|whatsapp|view-source|ms-\\w+"
)
_OURS = frozenset(("example", "test", "invalid", "localhost", "onion"))
"""Ends of names that no registry gives out, and that lead somewhere all the same."""
_WIDE_DOT = re.compile(r"(?<=[\w-])[\u3002\uff61](?=([^\W_][\w-]{1,40}))")
"""The full stop of East Asian scripts, which browsers take for the dot of a name: `evil。com`."""
_CANDIDATE = re.compile(
    rf"""
    (?P<slashed>(?<![a-z0-9])[a-z][a-z0-9+.-]{{0,30}}:\s?[/\\]{{1,3}}[^\s<>]*)      # any scheme with slashes
    | (?P<scheme>(?<![a-z0-9])(?:{_SCHEMES})\s?:(?=\S)[^\s<>]*)                      # schemes that need none
    | (?P<relative>(?<![:\w/\\])[/\\]{{2,}}[^\s<>/\\][^\s<>]*)                        # //host
    | (?P<www>(?<!\w)www\d{{0,3}}\.[^\s<>]+)                                          # what GitHub's dialect links
    | (?P<mail>(?<![\w.+!#$%&'*=?^`{{|}}~-])[\w.+!#$%&'*=?^`{{|}}~-]+@(?:[\w-]{{1,63}}\.){{1,6}}\w{{2,24}}\b)
    | (?P<host>(?<![\w-])(?<![\w-]\.)(?:[\w-]{{1,63}}\.)+[^\W\d_][\w-]{{1,62}}              # host with a path or a port
        (?:(?=[/?\#\\:])(?::\d+)?[/?\#\\][^\s<>]*|:\d{{2,5}}\b))
    | (?P<bare>(?<![\w-])(?<![\w-]\.)(?:[\w-]{{1,63}}\.)+
        (?:xn--[\w-]+|[a-z]{{2,18}}|\w*[^\W\d_a-zA-Z]\w*)(?![^\W_]|[.-][^\W_]))
    | (?P<numeric>(?<![\w.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?[/?\#][^\s<>]*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WWW = re.compile(r"www\d{0,2}\.", re.IGNORECASE)
_TRAILING = ".,;:!?'\"”’»)]}*_~`>…›"
_UNSAFE_IN_ADDRESS = re.compile(r"[\\@\"'`{}|^\[\]()<>\s…]|[^\x21-\x7e]")
_COUNTRY = re.compile(r"\.[a-z]{2}$")
_NEW_SENTENCE = re.compile(r"[a-z]\.[A-Z][a-z]+$")


@dataclass(frozen=True)
class LinkRule:
    """Say which addresses a text may carry."""

    hosts: frozenset[str] = frozenset()
    """Hosts that may be linked, subdomains included."""

    @classmethod
    def of(cls, hosts: Iterable[str]) -> "LinkRule":
        """Return the rule that allows hosts as a person wrote them."""
        return cls(frozenset(host.strip().lower().strip(".") for host in hosts if host.strip(" .")))

    def allows_host(self, host: str) -> bool:
        """Say whether a host, or one it is a subdomain of, is allowed."""
        host = host.lower().rstrip(".")
        return any(host == allowed or host.endswith(f".{allowed}") for allowed in self.hosts)

    def allows(self, address: str) -> bool:
        """Say whether a web address, with or without its scheme, leads to an allowed host and hides no other."""
        if _UNSAFE_IN_ADDRESS.search(address):
            return False
        try:
            parts = urlsplit(address if "://" in address else f"https://{address.lstrip('/')}")
            port = parts.port
        except ValueError:
            return False
        plain = parts.scheme in ("http", "https") and port in (None, 80, 443) and address.count("://") <= 1
        return plain and bool(parts.hostname) and self.allows_host(str(parts.hostname))

    def kept(self, address: str) -> str:
        """Return an address a page may link to, or an empty string."""
        return address if "://" in address and self.allows(address) else ""


def safe_text(
    text: str, rule: LinkRule, *, mail: Callable[[str], bool] = lambda _: False, layers: int = _LAYERS
) -> str:
    """Return a text as words, with bare addresses of allowed hosts; `mail` says which other e-mail addresses may stay.

    Of schemes in one another (`mailto:mailto:…`) so many layers are read; what is deeper is taken away.
    """

    def replaced(match: re.Match[str]) -> str:
        found = match[0]
        if match["mail"]:
            return found if rule.allows_host(found.rpartition("@")[2]) or mail(found.lower()) else REMOVED
        if match["scheme"] and (kept := _without_scheme(found)) is not None:
            return safe_text(kept, rule, mail=mail, layers=layers - 1) if layers else REMOVED
        address = found.rstrip(_TRAILING)
        rest = found[len(address) :]
        if match["bare"]:
            if rule.allows_host(address) or not _ends_a_name(address.rpartition(".")[2]):
                return found
            # A missing blank after a full stop looks like a host of a country; it is taken apart, not away.
            return found.replace(".", ". ") if _is_sentence_end(address) else REMOVED + rest
        return found if not match["scheme"] and rule.allows(address) else REMOVED + rest

    words, before = _without_markup(text, rule), ""
    for _ in range(_LAYERS):  # what is taken out may leave an address in front of it
        words, before = _CANDIDATE.sub(replaced, words), words
        if words == before:
            break
    return words.replace(f"({REMOVED})", REMOVED)


def inert(text: str) -> str:
    """Return a stranger's text for colleagues to read: nothing in it can be clicked, loaded or run, nothing is lost."""
    broken = visible(text).replace("](", "] (").replace("]:", "] :").replace("![", "! [")
    broken = re.sub(r"<(?=[a-z/!?])", "‹", broken, flags=re.IGNORECASE)
    broken = re.sub(r"&(?=#|\w+;)", "& ", broken)

    def defanged(match: re.Match[str]) -> str:
        if match["mail"] or (match["bare"] and not _ends_a_name(match[0].rpartition(".")[2])):
            return match[0]
        return match[0].replace("://", "[://]").replace(".", "[.]")

    return _CANDIDATE.sub(defanged, broken)


def _without_markup(text: str, rule: LinkRule) -> str:
    """Return a text without what markdown and HTML make links, images and tags of."""
    text = visible(text)
    for _ in range(_LAYERS):
        if "&" not in text or (plain := visible(html.unescape(text))) == text:
            break
        text = plain
    text = _WIDE_DOT.sub(lambda m: "." if _ends_a_name(m[1]) else m[0], text.translate(_FULLWIDTH))
    text = _COMMENT.sub("", text)
    text = _AUTOLINK.sub(r"\1 ", text)
    text = _TAG.sub("", text)
    text = _IMAGE_MARK.sub(r"\1", text)

    def linked(match: re.Match[str]) -> str:
        words, to = match["text"], match["to"]
        kept = rule.kept(to)
        return f"{words} {kept} " if kept and kept not in words else words

    def referenced(match: re.Match[str]) -> str:
        both_cited = match["text"].isdigit() and match["label"].isdigit()
        return match[0] if both_cited else match["text"]

    text = _INLINE.sub(linked, text)
    text = _REFERENCE.sub(referenced, text)
    text = _DEFINITION.sub(lambda m: f"[{m['label']}] " if m["label"].isdigit() else "", text)
    text = text.replace("](", "] (").replace("]:", "] :").replace("![", "! [")
    text = re.sub(r"<(?=[a-z/!?])", "", text, flags=re.IGNORECASE)
    return re.sub(r"&(?=#|[a-z]\w{1,30};)", "& ", text, flags=re.IGNORECASE)


def _without_scheme(found: str) -> str | None:
    """Return what may be left of an address without slashes: a mail address, a number, or a word that is no address."""
    scheme, _, rest = found.partition(":")
    match scheme.strip().lower():
        case "mailto" | "tel" | "sms":
            return rest.partition("?")[0]
        case "data" if not re.match(r"\s?[\w.+-]*/[\w.+-]*[;,]|\s?[;,]", rest):
            return f"{scheme}: {rest.lstrip()}"
        case "about" | "file" | "intent" | "mid" if not rest.startswith(("/", "\\", "blank")):
            return f"{scheme}: {rest.lstrip()}"
        case _:
            return None


def _ends_a_name(label: str) -> bool:
    """Say whether registries give out names with this end, or everybody takes it for one; two letters always count."""
    label = label.lower()
    return len(label) == 2 or label in _OURS or label.startswith("xn--") or _suffixes().publicsuffix(label) is not None


@cache
def _suffixes() -> Any:
    # Read at the first address without a scheme: it takes longer than a command that lists tickets may.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


def _is_sentence_end(address: str) -> bool:
    return (
        bool(_COUNTRY.search(address) or _NEW_SENTENCE.search(address))
        and address.count(".") == 1
        and not _WWW.match(address)
    )
