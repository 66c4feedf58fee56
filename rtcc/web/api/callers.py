"""Who calls: what a handler is given of whoever makes a request; whether that one may was the check's to say."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from rtcc.access.keys import Key
from rtcc.access.visibility import Audience
from rtcc.web.viewer import Viewer, presented_key, viewer_of

#: Whoever makes the request.
Caller = Annotated[Viewer, Depends(viewer_of)]


async def reading_audience(request: Request) -> Audience:
    """Return as whom the caller receives."""
    return (await viewer_of(request)).sees


#: As whom the caller receives.
Reader = Annotated[Audience, Depends(reading_audience)]


def calling_key(request: Request) -> Key:
    """Return the key of a caller that has one, as its route's rule demands."""
    key = presented_key(request)
    if key is None:
        raise RuntimeError("A route that asks for the caller's key must have a rule that demands one.")
    return key


#: The key of the program that calls.
CallersKey = Annotated[Key, Depends(calling_key)]
