"""What a command says: a small JSON object, each of its fields held to its rule."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException, Request

from rtcc.model.checks import Check, kind_of
from rtcc.model.event import EventError, refuse, refuse_unknown
from rtcc.web.api.body import BodyError, decode, read_body

LARGEST = 16 * 1024


async def said(request: Request) -> dict[str, Any]:
    """Return the object in the request's body; 413 over LARGEST bytes, 422 for anything else than an object."""
    body = await read_body(request, LARGEST)
    try:
        value = decode(body)
    except BodyError as error:
        raise HTTPException(422, str(error)) from error
    if type(value) is not dict:
        raise HTTPException(422, f"The body is {kind_of(value)}; it must be an object.")
    return value


def hold(value: dict[str, Any], needed: dict[str, Check], optional: dict[str, Check] | None = None) -> None:
    """Hold an object to the fields it must and may have; 422 with one sentence about the first that is wrong."""
    may = optional or {}
    try:
        if not value.keys() <= needed.keys() | may.keys():
            refuse_unknown(value, needed | may)
        for name, check in (needed | may).items():
            absent = name in may and value.get(name) is None
            if not absent and not check.accepts(value.get(name)):
                refuse(value, name, check)
    except EventError as error:
        raise HTTPException(422, str(error)) from error
