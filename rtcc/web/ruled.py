"""Holds the callbacks of pages to rules: all of them come over one route, so that each must name its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from dash.backends._fastapi import get_current_request
from dash.exceptions import PreventUpdate

from rtcc.web.rules import Rule
from rtcc.web.viewer import viewer_of


def ruled(rule: Rule, callback: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return a callback that tells nothing new to whomever its rule does not allow."""

    @wraps(callback)
    async def held(*args: Any) -> Any:
        if not rule.allows(await viewer_of(get_current_request())):
            raise PreventUpdate
        return await callback(*args)

    setattr(held, "rule", rule)  # noqa: B010 - a function has no such attribute until now
    return held
