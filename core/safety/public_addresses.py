"""Connect to public addresses only, and to the very one that was checked: a second look-up could give another."""

import ipaddress
import socket
from collections.abc import Callable

import httpx

from core.errors import BackendUnavailable

Resolver = Callable[[str, int], list[str]]
"""Returns the addresses of a host and port."""


class PrivateAddress(BackendUnavailable):
    """Report a host that leads into the network we run in."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses a host name has now.

    Raises:
        OSError: it has none.
    """
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def public_address(url: httpx.URL, resolver: Resolver = resolve) -> str:
    """Return an address of a URL's host to connect to.

    Raises:
        OSError: the host has no address.
        PrivateAddress: one of its addresses is none of the public network; names it.
    """
    addresses = resolver(url.host, url.port or (443 if url.scheme == "https" else 80))
    private = [address for address in addresses if not ipaddress.ip_address(address).is_global]
    if private or not addresses:
        raise PrivateAddress(", ".join(private) or "(none)")
    return addresses[0]


def pin(request: httpx.Request, address: str) -> None:
    """Have a request go to an address; its certificate and its host header stay those of the host it names."""
    request.extensions = {**request.extensions, "sni_hostname": request.url.host}
    request.url = request.url.copy_with(host=address)


def is_loopback(host: str) -> bool:
    """Say whether a host or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
