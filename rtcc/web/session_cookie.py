"""The cookie that holds a session's token: out of the reach of scripts and of other sites' pages."""

from __future__ import annotations

from fastapi import Request, Response

from rtcc.web.viewer import COOKIE


def set_session(request: Request, response: Response, token: str, seconds: int) -> None:
    """Let the browser hold a session; over TLS, only over TLS."""
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/", secure=is_https(request), httponly=True, samesite="strict"
    )


def forget_session(request: Request, response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=is_https(request), httponly=True, samesite="strict")


def is_https(request: Request) -> bool:
    """Say whether the browser came over TLS, as far as this server or its proxy knows."""
    return request.url.scheme == "https"
