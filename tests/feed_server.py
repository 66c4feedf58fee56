"""A real HTTP server on loopback that serves rows as portals do, and misbehaves as it is told, answer by answer."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

Row = dict[str, Any]
Step = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One question to the server, and the ways to answer it."""

    protocol_version = "HTTP/1.1"
    # Or each answer waits for the acknowledgement of its head.
    disable_nagle_algorithm = True
    server: FeedServer

    def do_GET(self) -> None:
        """Answer as planned, or as the path says."""
        self.path_only, self.query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.server.asked.append((self.path_only, {k: v[0] for k, v in self.query.items()}, dict(self.headers)))
        step = self.server.plan.popleft() if self.server.plan else None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            (step or type(self).serve)(self)
        if self.server.between is not None:
            self.server.between(self.server)

    def one(self, name: str, default: str = "") -> str:
        """Return a parameter of the question."""
        return self.query.get(name, [default])[0]

    def serve(self) -> None:
        """Answer well."""
        getattr(self, self.path_only.strip("/"))()

    def rows(self) -> None:
        """All rows at once, with an ETag, packed where that is asked for."""
        body = orjson.dumps(self.server.rows)
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == etag:
            self.reply(304, b"", ETag=etag)
            return
        if "gzip" in self.headers.get("Accept-Encoding", "") and self.server.packs:
            self.reply(200, gzip.compress(body), ETag=etag, Content_Encoding="gzip")
            return
        self.reply(200, body, ETag=etag)

    def socrata(self) -> None:
        """Pages by $limit and $offset in the order of ids, and `updated > 'x'` as $where."""
        self.json(self._page(self._asked_for(self.one("$where")), "$limit", "$offset"))

    def ckan(self) -> None:
        """Pages of a CKAN datastore, which says how many rows there are."""
        some = self._asked_for("")
        records = self._page(some, "limit", "offset")
        self.json({"success": True, "result": {"records": records, "total": len(some)}})

    def arcgis(self) -> None:
        """Pages of a FeatureServer, which says whether there are more."""
        some = self._asked_for(self.one("where"))
        page = self._page(some, "resultRecordCount", "resultOffset", most=self.server.most)
        more = int(self.one("resultOffset", "0")) + len(page) < len(some)
        told: dict[str, Any] = {"features": [{"attributes": row} for row in page]}
        self.json(told | ({"exceededTransferLimit": True} if more else {}))

    def link(self) -> None:
        """Pages that each name the next."""
        at, size = int(self.one("at", "0")), self.server.most
        some = self.server.rows[at : at + size]
        following = {"Link": f'</link?at={at + size}>; rel="next"'} if at + size < len(self.server.rows) else {}
        self.reply(200, orjson.dumps(some), **following)

    def _asked_for(self, where: str) -> list[Row]:
        found = re.search(r"updated > '([^']*)'", where)
        some = [row for row in self.server.rows if found is None or row["updated"] > found[1]]
        return sorted(some, key=lambda row: row["id"])

    def _page(self, rows: list[Row], limit: str, offset: str, most: int = 10**6) -> list[Row]:
        at = int(self.one(offset, "0"))
        return rows[at : at + min(most, int(self.one(limit, "1000")))]

    def json(self, told: Any) -> None:
        """Answer 200 with JSON."""
        self.reply(200, orjson.dumps(told))

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Answer whole."""
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Type": "application/json"} | named).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class FeedServer(ThreadingHTTPServer):
    """``rows`` is the truth; ``plan`` holds what to do in place of the next answers; ``asked`` what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Asked)
        self.rows: list[Row] = []
        self.plan: deque[Step] = deque()
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.packs = True
        self.most = 3
        #: Called after every answer: rows may come and go between two pages.
        self.between: Callable[[FeedServer], None] | None = None
        self.ended = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def serving() -> Iterator[FeedServer]:
    """Serve for the length of a block."""
    server = FeedServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def status(number: int, **headers: str) -> Step:
    """Answer with a status and no rows."""
    return lambda asked: asked.reply(number, b"{}", **headers)


def redirect(target: str, number: int = 302) -> Step:
    """Lead somewhere else."""
    return lambda asked: asked.reply(number, b"", Location=target)


def body(content: bytes, **headers: str) -> Step:
    """Answer 200 with these bytes."""
    return lambda asked: asked.reply(200, content, **headers)


def cut_off(asked: Asked) -> None:
    """Announce more than is sent, and hang up."""
    asked.send_response(200)
    content = orjson.dumps(asked.server.rows)
    asked.send_header("Content-Type", "application/json")
    asked.send_header("Content-Length", str(len(content)))
    asked.end_headers()
    asked.wfile.write(content[: len(content) // 2])
    asked.close_connection = True


def silent(asked: Asked) -> None:
    """Take the question and say nothing until the test is over."""
    asked.server.ended.wait(30)
    asked.close_connection = True


def dripping(asked: Asked) -> None:
    """Answer a byte at a time, each in time, and never come to an end."""
    asked.send_response(200)
    asked.send_header("Content-Type", "application/json")
    asked.send_header("Content-Length", "1000000")
    asked.end_headers()
    while not asked.server.ended.wait(0.05):
        asked.wfile.write(b" ")
    asked.close_connection = True
