"""Fetches one answer of a server that may be slow, cut off, lead elsewhere, or unpack to gigabytes of nothing."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from rtcc.feeds.transports.http_table import PollTable
from rtcc.feeds.transports.retry import asked_s
from rtcc.feeds.transports.secret import Secret

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HTML = ("text/html", "application/xhtml+xml")
#: So much is unpacked at once: a small piece of a bomb must not become a large one before it is counted.
_PIECE = 1 << 20


class FetchError(Exception):
    """An answer that cannot be used; the message is one sentence that holds no address and no secret.

    ``retry_after_s`` is how long the server asked us to wait, or None.
    """

    def __init__(self, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: 200 with a body, unpacked, or 304 without one."""

    status: int
    url: httpx.URL
    headers: httpx.Headers
    body: bytes

    @property
    def content_type(self) -> str:
        """What the server says the body is."""
        return str(self.headers.get("content-type", ""))


class Fetcher:
    """Fetches the answers of one poll: its time and its bytes are counted over all of them."""

    def __init__(
        self,
        table: PollTable,
        client: httpx.Client,
        alive: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``alive`` is called again and again while bytes come in; what it raises ends the poll."""
        self._table = table
        self._client = client
        self._alive = alive
        self._clock = clock
        self._ends_at = clock() + table.whole_s
        self._room = table.limit_bytes
        self._home = _origin(httpx.URL(table.url))

    def get(self, url: httpx.URL, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET, through at most so many redirects. Raises FetchError."""
        for _ in range(self._table.redirects + 1):
            try:
                with self._client.stream("GET", url, headers=self._headers(url, headers or {})) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._read(response)
                    url = _next_address(response)
            except httpx.HTTPError as error:
                raise FetchError(_sentence(error)) from error
        raise FetchError(f"The server redirects more than {self._table.redirects} times.")

    def _headers(self, url: httpx.URL, more: Mapping[str, str]) -> dict[str, str]:
        # A secret belongs to the server that the feed names, and to no other that one leads us to.
        at_home = _origin(url) == self._home
        own = {name: value for name, value in self._table.headers.items() if at_home or not isinstance(value, Secret)}
        return {"Accept-Encoding": "gzip, deflate", "User-Agent": "RTCC", **own, **(more if at_home else {})}

    def _read(self, response: httpx.Response) -> Answer:
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return Answer(304, response.url, response.headers, b"")
        if response.status_code != HTTPStatus.OK:
            raise _refused(response)
        self._require_type(response.headers.get("content-type", ""))
        body = b"".join(self._unpacked(response))
        return Answer(200, response.url, response.headers, body)

    def _require_type(self, content_type: str) -> None:
        plain = content_type.partition(";")[0].strip().lower()
        wanted = self._table.content_types
        if plain in _HTML and plain not in wanted:
            raise FetchError("The server answered with a web page (text/html), which is no feed.")
        if wanted and plain not in wanted:
            shown = plain if plain.isprintable() and 0 < len(plain) <= 60 else "no content type"
            raise FetchError(f"The server answered with {shown}; the feed is declared as {', '.join(wanted)}.")

    def _unpacked(self, response: httpx.Response) -> Iterator[bytes]:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in {"", "identity"}:
            for piece in self._raw(response):
                self._count(len(piece))
                yield piece
            return
        if encoding not in {"gzip", "x-gzip", "deflate"}:
            raise FetchError("The server packed its answer in a way that was not asked for; gzip and deflate are.")
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            for piece in self._raw(response):
                waiting = piece
                while waiting:
                    unpacked = unpacker.decompress(waiting, _PIECE)
                    self._count(len(unpacked))
                    yield unpacked
                    waiting = unpacker.unconsumed_tail
            if not unpacker.eof:
                raise FetchError("The answer was cut off in the middle.")
        except zlib.error:
            raise FetchError("The answer says that it is packed, and cannot be unpacked.") from None

    def _raw(self, response: httpx.Response) -> Iterator[bytes]:
        taken = 0
        # As it comes: asked for pieces of one size it would wait for a whole one, however slowly that drips in.
        for piece in response.iter_raw():
            self._alive()
            if self._clock() > self._ends_at:
                raise FetchError(f"The whole answer took longer than {self._table.whole_s:g} s.")
            taken += len(piece)
            if taken > self._table.limit_bytes:
                raise self._too_large()
            yield piece

    def _count(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise self._too_large()

    def _too_large(self) -> FetchError:
        return FetchError(f"The answer is larger than {self._table.limit_bytes / 2**20:g} MB.")


def make_client(table: PollTable) -> httpx.Client:
    """Return a client for a feed; proxies come from the table or, as usual, from the environment."""
    return httpx.Client(
        timeout=httpx.Timeout(table.read_s, connect=table.connect_s),
        proxy=table.proxy,
        verify=True if table.ca_file is None else _trusting(table.ca_file),
        follow_redirects=False,
        limits=httpx.Limits(max_connections=4, max_keepalive_connections=1),
    )


def _trusting(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _next_address(response: httpx.Response) -> httpx.URL:
    try:
        url = response.url.join(response.headers["location"])
    except (KeyError, httpx.InvalidURL):
        raise FetchError("The server redirects to nowhere.") from None
    if url.scheme not in {"http", "https"}:
        raise FetchError("The server redirects to an address that is neither http nor https.")
    if response.url.scheme == "https" and url.scheme == "http":
        raise FetchError("The server redirects from https to http, which is not followed.")
    return url


def _refused(response: httpx.Response) -> FetchError:
    try:
        phrase = f" ({HTTPStatus(response.status_code).phrase})"
    except ValueError:
        phrase = ""
    wait_s = asked_s(response.headers.get("retry-after"), datetime.now(UTC))
    asked = "" if wait_s is None else f" and asks to come back in {wait_s:,.0f} s"
    return FetchError(f"The server answered {response.status_code}{phrase}{asked}.", wait_s)


def _sentence(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "The server could not be reached in time."
    if isinstance(error, httpx.TimeoutException):
        return "The server did not answer in time."
    if isinstance(error, httpx.ProxyError):
        return "The proxy did not let us through."
    if isinstance(error, httpx.ConnectError):
        return "The server could not be reached."
    if isinstance(error, httpx.RemoteProtocolError):
        return "The answer was cut off in the middle, or is no HTTP."
    return f"The connection failed ({type(error).__name__})."
