"""JSON answers of the API, encoded by one library in one way."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


def answer(status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(content), status, headers, "application/json")
