"""A web process beside the installation's own, with the guards in front of the application or without them."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import uvicorn

from rtcc.settings import Settings
from rtcc.web.check import AccessCheck
from rtcc.web.foreign_pages import ForeignPages
from rtcc.web.proxies import TrustedProxies
from rtcc.web.request_limits import RequestLimits
from rtcc.web.security_headers import SecurityHeaders
from rtcc.web.server import create_app

#: What came with access; what stood there before, and what Dash brings, stays.
_GUARDS: set[Any] = {AccessCheck, ForeignPages, RequestLimits, SecurityHeaders, TrustedProxies}


class _Server(uvicorn.Server):
    """Says that it is ready when its hub has the picture, and ends when it is told to."""

    def __init__(self, config: uvicorn.Config, hub: Any) -> None:
        super().__init__(config)
        self._hub = hub

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().create_task(self._say_ready())

    async def _say_ready(self) -> None:
        while not self._hub.ready:  # noqa: ASYNC110 - a hub tells nobody when it is
            await asyncio.sleep(0.05)
        print(json.dumps({"ready": True}), flush=True)


def main() -> None:
    """Serve as the configuration says, until terminated."""
    config = json.loads(sys.stdin.readline())
    settings = Settings(data_dir=Path(config["data"]), port=config["port"])
    app = create_app(settings)
    if not config["guarded"]:
        app.user_middleware = [one for one in app.user_middleware if one.cls not in _GUARDS]
    options = uvicorn.Config(app, port=config["port"], access_log=False, log_level="warning", server_header=False)
    _Server(options, app.state.hub).run()


if __name__ == "__main__":
    main()
