"""Fetches every page of an answer, so that no row is missed between two of them while rows come and go."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from rtcc.feeds.transports.http_answer import Answer, Fetcher, FetchError
from rtcc.feeds.transports.http_table import PARAMETERS, Paging
from rtcc.feeds.transports.page_rows import Page, marks_of, read_page

#: So often the pages are begun anew when rows went between them.
_BEGINNINGS = 3


class _MovedError(Exception):
    pass


def fetch_pages(fetcher: Fetcher, url: httpx.URL, params: Mapping[str, str], paging: Paging) -> list[Answer]:
    """Return all pages, in their order. Raises FetchError, also where rows went faster than pages could be read."""
    if paging.style == "link":
        return _linked(fetcher, url.copy_merge_params(params), paging)
    for _ in range(_BEGINNINGS):
        try:
            return _counted(fetcher, url.copy_merge_params(params), paging)
        except _MovedError:
            continue
    raise FetchError("The pages do not fit together: rows went between them, or the server repeats itself.")


def _counted(fetcher: Fetcher, url: httpx.URL, paging: Paging) -> list[Answer]:
    limit, offset, order, _ = PARAMETERS[paging.style]
    answers: list[Answer] = []
    at = 0
    tail: set[bytes] = set()
    before: list[bytes] = []
    while len(answers) < paging.most:
        chosen = {limit: str(paging.size), offset: str(at), order: paging.order}
        answer = fetcher.get(url.copy_merge_params(chosen))
        page = read_page(answer)
        marks = marks_of(page.rows)
        # Rows keep their order: where a page shows one of the last page's rows again, none was missed between the two.
        if (tail and not tail.intersection(marks)) or (marks and marks == before):
            raise _MovedError
        answers.append(answer)
        if not _goes_on(page, at, paging):
            return answers
        if len(page.rows) <= paging.overlap:
            raise FetchError("The server gives fewer rows a page than pages overlap; a smaller overlap is needed.")
        at += len(page.rows) - paging.overlap
        before = marks
        tail = set(marks[-paging.overlap :]) if paging.overlap else set()
    raise FetchError(f"There are more than {paging.most} pages; `most` allows more.")


def _goes_on(page: Page, at: int, paging: Paging) -> bool:
    if paging.style == "arcgis":
        return page.more
    if page.total is not None:
        return bool(page.rows) and at + len(page.rows) < page.total
    return len(page.rows) >= paging.size


def _linked(fetcher: Fetcher, url: httpx.URL, paging: Paging) -> list[Answer]:
    answers: list[Answer] = []
    seen: set[str] = set()
    while len(answers) < paging.most:
        if str(url) in seen:
            raise FetchError("The server's pages lead round in a circle.")
        seen.add(str(url))
        answer = fetcher.get(url)
        answers.append(answer)
        following = _next_link(answer)
        if following is None:
            return answers
        url = following
    raise FetchError(f"There are more than {paging.most} pages; `most` allows more.")


def _next_link(answer: Answer) -> httpx.URL | None:
    links = httpx.Response(200, headers={"link": answer.headers.get("link", "")}).links
    target = links.get("next", {}).get("url")
    if not target:
        return None
    try:
        url = answer.url.join(target)
    except httpx.InvalidURL:
        raise FetchError("The server's next page has no address that can be read.") from None
    if url.scheme not in {"http", "https"}:
        raise FetchError("The server's next page is neither http nor https.")
    return url
