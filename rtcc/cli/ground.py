"""`python -m rtcc.cli.ground DIR`: prepare the ground that the web serves.

A process of its own, because the geometry libraries would stay in the web process's memory for weeks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rtcc.city.basemap import write_ground
from rtcc.city.choice import city_folder
from rtcc.city.pack import load_pack
from rtcc.settings import load_settings


def main() -> None:
    """Write the ground of the configured city into the data folder, unless it is there already."""
    settings = load_settings(Path(sys.argv[1]))
    pack = load_pack(city_folder(settings))
    for told in pack.missing:
        print(told, file=sys.stderr)  # noqa: T201 - what is left out is said in the log of whoever started us
    write_ground(pack, settings.data_dir / "ground")


if __name__ == "__main__":
    main()
