"""The one door through which the product speaks HTTP to the outside (promise F8); nothing else opens such a connection.

1. The address is read strictly: https, a port of the list, no user or password, no fragment.
2. Its name is resolved once. Every address it has must be public, or lie in the range the owner allowed for it.
3. The connection goes to the address that was checked, with the name for TLS only: a name that changes its mind
   between the look and the call gains nothing.
4. A redirect is an answer like any other and is not followed; proxies of the environment are not read; the whole call
   ends at one deadline, and of the answer no more than `MOST_BYTES` is read.

`post` never retries. It says which of three things happened: refused here, known not to have left, or no answer.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

SECONDS = 20.0  # for one call, from the look-up to the end
MOST_BYTES = 64 * 1024  # of an answer; what it says is not kept
LONGEST_URL = 500
PUBLIC_PORTS = (443, 8443)

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# What clouds answer instance questions on: never, whatever range is allowed.
_METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
    )
)
_MAY_BE_ALLOWED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "fc00::/7",
        "::1/128",
    )
)
_WIDEST = {4: 8, 6: 32}  # bits of the widest range an owner may allow
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in ("192.88.99.0/24", "64:ff9b:1::/48", "2001::/32", "2002::/16", "::/96", "fec0::/10")
)


class Closed(Exception):
    """The door stays closed: the words say why. Nothing was sent."""


class NotSent(Exception):
    """No connection came about, so nothing was sent: it may be tried again."""


class NoAnswer(Exception):
    """Something was sent and no answer came in time: what became of it is not known."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that was read; `allowed` is the range beyond the public ones, None for none."""

    scheme: str
    host: str
    port: int
    target: str
    allowed: Network | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown, since a path may carry somebody's secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """The status of an answer and what it said about trying again, '' for nothing."""

    status: int
    retry_after: str = ""


def read_range(text: str) -> Network | None:
    """Return the range an owner allows for one endpoint, None for ''. Raises Closed with what is wrong."""
    if not text.strip():
        return None
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError:
        raise Closed("a range is written like 10.1.0.0/16 or 127.0.0.1/32") from None
    inside = any(
        network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]
        for other in _MAY_BE_ALLOWED
    )
    if not inside or network.prefixlen < _WIDEST[network.version]:
        raise Closed("a range lies within the private ones, such as 10.0.0.0/8 or 192.168.0.0/16")
    return network


def read_destination(url: str, *, allowed: str = "") -> Destination:
    """Return the parts of an address. Raises Closed for one that nothing may be sent to, whatever its name means."""
    network = read_range(allowed)
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        raise Closed(f"an address is plain text of at most {LONGEST_URL} characters")
    if "\\" in url or " " in url or "#" in url:
        raise Closed("an address has no blanks, no backslash and no '#'")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Closed("this is no address") from None
    if parts.scheme not in ("https", "http"):
        raise Closed("an address begins with https://")
    if parts.scheme == "http" and network is None:
        raise Closed("an address begins with https://; plain http only within a range you allow")
    if "@" in parts.netloc:
        raise Closed("an address carries no user and no password")
    if not (_HOST.fullmatch(host) or _is_ip(host)):
        raise Closed("the name of the server is missing or cannot be one")
    chosen = port or (443 if parts.scheme == "https" else 80)
    if chosen not in PUBLIC_PORTS and (network is None or (chosen < 1024 and chosen != 80)):
        raise Closed(f"port {chosen} is not one for this: {', '.join(map(str, PUBLIC_PORTS))}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, chosen, target, network)


def refusal_of(address: str, destination: Destination) -> str:
    """Return why nothing may be sent to an address, or '' where it may."""
    try:
        found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return "it resolves to something that is no address"
    if found in _METADATA:
        return f"{found} is where clouds answer questions about the machine"
    allowed = destination.allowed
    if allowed is not None and found.version == allowed.version and found in allowed:
        return ""
    if not _is_public(found):
        return f"{found} is not a public address"
    if destination.scheme != "https" or destination.port not in PUBLIC_PORTS:
        return f"{found} is outside of the range that is allowed"
    return ""


def resolve_name(host: str, port: int) -> list[str]:
    """Return every address of a name, as the system knows it. Raises NotSent where it knows none."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"the name {host} is not known: {error}") from None
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def post(
    destination: Destination,
    *,
    headers: Mapping[str, str],
    body: bytes,
    resolve: Resolve = resolve_name,
    seconds: float = SECONDS,
) -> DoorAnswer:
    """Post a body and return the answer's status. Raises Closed, NotSent or NoAnswer, and nothing else."""
    deadline = time.monotonic() + seconds
    addresses = list(resolve(destination.host, destination.port))
    if not addresses:
        raise NotSent(f"the name {destination.host} has no address")
    for address in addresses:
        if words := refusal_of(address, destination):
            raise Closed(words)
    backend = _Checked(addresses, deadline)
    try:
        with httpcore.ConnectionPool(
            network_backend=backend, ssl_context=ssl.create_default_context(), max_connections=1
        ) as pool:
            return _exchange(pool, destination, headers, body)
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        words = f"{type(error).__name__}: {error}".strip(": ")[:200]
        raise (NoAnswer(words) if backend.has_written else NotSent(words)) from None


def _exchange(
    pool: httpcore.ConnectionPool, destination: Destination, headers: Mapping[str, str], body: bytes
) -> DoorAnswer:
    url = httpcore.URL(
        scheme=destination.scheme, host=destination.host, port=destination.port, target=destination.target
    )
    with pool.stream("POST", url, headers=list(headers.items()), content=body) as response:
        told = {name.lower(): value for name, value in response.headers}
        answered = DoorAnswer(response.status, told.get(b"retry-after", b"").decode("ascii", "replace")[:60])
        _read_some(response.iter_stream())
        return answered


def _read_some(chunks: Iterable[bytes]) -> None:
    """Take a little of the answer, so that the other side sees it read; what goes wrong here changes no status."""
    taken = 0
    try:
        for chunk in chunks:
            taken += len(chunk)
            if taken > MOST_BYTES:
                return
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        return


class _Checked(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name means by now."""

    def __init__(self, addresses: Sequence[str], deadline: float) -> None:
        self._inner = httpcore.SyncBackend()
        self._addresses, self._deadline = addresses, deadline
        self.has_written = False

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that takes the call."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                stream = self._inner.connect_tcp(address, port, timeout=self.left(), socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Timed(stream, self)
        raise failed

    def left(self) -> float:
        """Return the seconds left of the whole call. Raises where none are."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole call is over")
        return left


class _Timed(httpcore.NetworkStream):
    """A connection of which every wait ends with the whole call: a byte a second gains no time."""

    def __init__(self, inner: httpcore.NetworkStream, call: _Checked) -> None:
        self._inner, self._call = inner, call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, timeout=self._call.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        left = self._call.left()
        self._call.has_written = True
        self._inner.write(buffer, timeout=left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, timeout=self._call.left())
        return _Timed(inner, self._call)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _plain(address: IP) -> IP:
    """Return the address another one only wraps: IPv4 written as IPv6, and what a NAT64 would call."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: IP) -> bool:
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )
