"""Who calls: what a handler is given of whoever makes a request; whether that one may was the check's to say."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from rtcc.access.visibility import Audience
from rtcc.web.viewer import Viewer, viewer_of

#: Whoever makes the request.
Caller = Annotated[Viewer, Depends(viewer_of)]


async def reading_audience(request: Request) -> Audience:
    """Return as whom the caller receives."""
    return (await viewer_of(request)).sees


#: As whom the caller receives.
Reader = Annotated[Audience, Depends(reading_audience)]
