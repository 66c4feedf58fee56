"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The data folder; default: RTCC_DATA_DIR or ./rtcc-data.")
]
