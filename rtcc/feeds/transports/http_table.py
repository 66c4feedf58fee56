"""Reads the table ``poll`` of a feed: what to fetch, how patiently, in which pages, and from which moment on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rtcc.feeds.options import Options
from rtcc.feeds.transports.secret import REQUIRED, take_secret, take_text
from rtcc.model.checks import Check, number, one_of, text, whole

STYLES = ("socrata", "arcgis", "ckan", "link")
#: By style: the parameters that say how many rows, from which on, and in which order; and the order where none is told.
PARAMETERS: Final = {
    "socrata": ("$limit", "$offset", "$order", ":id"),
    "arcgis": ("resultRecordCount", "resultOffset", "orderByFields", ""),
    "ckan": ("limit", "offset", "sort", "_id"),
}
#: By style: the parameter of a condition on the rows.
WHERE = {"socrata": "$where", "arcgis": "where", "ckan": "filters"}

_URL = text(2000)
_HEADER = text(2000)
_SECONDS = number(0.05, 3600, "seconds")
#: A wait on the wire must end before the poll's lock does.
_WAIT = number(0.05, 20, "seconds")
_TYPES = Check(
    lambda value: isinstance(value, list) and all(text(100).accepts(item) for item in value) and len(value) <= 20,
    "a list of at most 20 content types",
    "json",
)


@dataclass(frozen=True, slots=True)
class Paging:
    """How an answer comes in pages. Each but the first begins ``overlap`` rows before the end of the last one."""

    style: str
    size: int
    overlap: int
    order: str
    most: int


@dataclass(frozen=True, slots=True)
class Watermark:
    """Asks only for what changed: ``where`` with ``{since}`` in it, sent as the parameter ``param``.

    ``since`` lies ``overlap_s`` before the newest value of ``column`` that was seen, written as ``form`` in ``zone``;
    at first, and whenever all is read anew, ``begin_s`` before now, or nothing is asked where that is None.
    """

    column: str
    where: str
    param: str
    form: str
    zone: ZoneInfo
    overlap_s: float
    begin_s: float | None


@dataclass(frozen=True, slots=True)
class PollTable:
    """Everything that is declared of a poll. Secrets in it show as such and not as themselves."""

    url: str
    headers: dict[str, str]
    params: dict[str, str]
    connect_s: float
    read_s: float
    whole_s: float
    limit_bytes: int
    redirects: int
    proxy: str | None
    ca_file: str | None
    content_types: tuple[str, ...]
    full_every_s: float | None
    paging: Paging | None
    watermark: Watermark | None

    @classmethod
    def from_table(cls, feed_name: str, table: dict[str, Any]) -> PollTable:
        """Check the table. Raises FeedTableError."""
        options = Options(f"feeds.{feed_name}.poll", table)
        url = take_text(options, "url", _URL, REQUIRED)
        if not url.startswith(("http://", "https://")):
            raise options.refuse("url", "does not begin with http:// or https://; no other is polled.")
        timeout = options.take_table("timeout")
        paging = _paging(options) if "paging" in options else None
        made = cls(
            url=url,
            headers=_texts(options, "headers"),
            params=_texts(options, "params"),
            connect_s=float(timeout.take("connect_s", _WAIT, 5.0)),
            read_s=float(timeout.take("read_s", _WAIT, 15.0)),
            whole_s=float(timeout.take("whole_s", _SECONDS, 120.0)),
            limit_bytes=int(options.take("limit_mb", number(0.001, 1024, "megabytes"), 64) * 2**20),
            redirects=options.take("redirects", whole(0, 10), 5),
            proxy=take_text(options, "proxy", _URL),
            ca_file=options.take("ca_file", text(1000), None),
            content_types=tuple(options.take("content_types", _TYPES, [])),
            full_every_s=options.take("full_every_s", number(1, 30 * 86_400, "seconds"), None),
            paging=paging,
            watermark=_watermark(options, paging) if "watermark" in options else None,
        )
        timeout.done()
        options.done()
        return made


def _texts(options: Options, key: str) -> dict[str, str]:
    inner = options.take_table(key)
    found: dict[str, str] = {}
    for name, value in inner.rest().items():
        if isinstance(value, dict):
            found[name] = take_secret(inner, name)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = str(value)
        else:
            found[name] = inner.take(name, _HEADER)
    return found


def _paging(options: Options) -> Paging:
    inner = options.take_table("paging")
    style = inner.take("style", one_of(*STYLES))
    most = inner.take("most", whole(1, 10_000), 200)
    if style == "link":
        inner.done()
        return Paging(style, 0, 0, "", most)
    size = inner.take("size", whole(2, 50_000), 1000)
    overlap = inner.take("overlap", whole(0, 1000), min(10, size - 1))
    if overlap >= size:
        raise inner.refuse("overlap", "is not less than size; pages would never go on.")
    order = inner.take("order", text(200), PARAMETERS[style][3])
    if not order:
        raise inner.refuse("order", "is missing; it must name the columns that keep pages in one order, as OBJECTID.")
    inner.done()
    return Paging(style, size, overlap, order, most)


def _watermark(options: Options, paging: Paging | None) -> Watermark:
    inner = options.take_table("watermark")
    style = paging.style if paging is not None else ""
    where = inner.take("where", text(1000))
    if "{since}" not in where:
        raise inner.refuse("where", "has no {since} in it, which is where the moment goes.")
    made = Watermark(
        column=inner.take("column", text(200)),
        where=where,
        param=inner.take("param", text(100), *([WHERE[style]] if style in WHERE else [])),
        form=inner.take("form", text(100), "%Y-%m-%dT%H:%M:%S"),
        zone=_zone(inner),
        overlap_s=float(inner.take("overlap_s", number(0, 30 * 86_400, "seconds"), 300)),
        begin_s=inner.take("begin_s", number(0, 3650 * 86_400, "seconds"), None),
    )
    inner.done()
    return made


def _zone(options: Options) -> ZoneInfo:
    try:
        return ZoneInfo(options.take("zone", text(64), "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A name that is a path outside the zones is a ValueError, a folder of them an OSError.
        raise options.refuse("zone", "is no time zone; it must be a name such as America/Los_Angeles.") from None
