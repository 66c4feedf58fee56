"""The floor for ingest: the same server program with an application that only decodes each line and forgets it."""

from __future__ import annotations

import json
import sys
from typing import Any

import orjson
import uvicorn

_ANSWER = orjson.dumps({"accepted": 500, "rejected": []})


async def application(_scope: Any, receive: Any, send: Any) -> None:
    """Answer every body with 202 once its lines are decoded."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    for line in body.split(b"\n"):
        orjson.loads(line)
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(_ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 202, "headers": head})
    await send({"type": "http.response.body", "body": _ANSWER})


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print(json.dumps({"ready": True}), flush=True)


def main() -> None:
    """Serve on the port that the configuration names, until terminated."""
    config = json.loads(sys.stdin.readline())
    options = uvicorn.Config(application, port=config["port"], access_log=False, log_level="warning", lifespan="off")
    _Server(options).run()


if __name__ == "__main__":
    main()
