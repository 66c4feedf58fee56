"""The worker process, wired: `celery -A workers.app worker` starts here."""

from __future__ import annotations

import logging

from rtcc.settings import load_settings
from rtcc.store.connection import store_url
from rtcc.tasks import client

logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

settings = load_settings()
app = client(store_url(settings))
app.set_current()
app.conf.imports = ("workers.ingest", "workers.upkeep")
