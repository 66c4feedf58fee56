"""Sees to it that the city is there before anybody needs it: `python -m rtcc.city.ready DIR` builds it, once.

A process of its own builds, because the geometry libraries would stay in the memory of whoever asked.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtcc.city.choice import city_folder, is_ready, mark_ready
from rtcc.city.pack import PackError
from rtcc.settings import Settings, load_settings

#: How the builder's own output tells a refusal from progress.
_REFUSED = 2


def make_ready(settings: Settings) -> None:
    """Build the city's pack if it is not there yet; whoever comes second waits, and finds it done. Raises PackError."""
    if not is_ready(settings):
        builder = start_building(settings)
        builder.wait()
        require_built(builder, settings)


def start_building(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the process that builds; what it has to say goes into ``logs/city-build.log``."""
    log = _log(settings)
    log.parent.mkdir(parents=True, exist_ok=True)
    chosen = {"RTCC_CITY_SEED": str(settings.city_seed)}
    if settings.city is not None:
        chosen["RTCC_CITY"] = str(settings.city.absolute())
    command = [sys.executable, "-m", "rtcc.city.ready", str(settings.data_dir.absolute())]
    with log.open("w") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | chosen)  # noqa: S603 - ourselves


def require_built(builder: subprocess.Popen[bytes], settings: Settings) -> None:
    """See how the process that builds has ended. Raises PackError with its own sentence."""
    if builder.returncode:
        said = _log(settings).read_text("utf-8", "replace").strip().splitlines()
        refused = builder.returncode == _REFUSED and said
        raise PackError(said[-1] if refused else f"The city could not be built; {_log(settings)} says why.")


def _log(settings: Settings) -> Path:
    return settings.data_dir / "logs" / "city-build.log"


def build(settings: Settings) -> None:
    """Build the city's pack, unless another process has just done it. Raises PackError."""
    # Here, because whoever only asks whether the city is ready should not have to load them.
    from rtcc.city.build.recipe import build_recipe  # noqa: PLC0415
    from rtcc.city.build.report import Report  # noqa: PLC0415
    from rtcc.city.invent.city import write_invented  # noqa: PLC0415

    with _alone(settings.data_dir):
        if is_ready(settings):
            return
        report = Report(say=_say)
        if settings.city is None:
            write_invented(city_folder(settings), settings.city_seed, report)
        else:
            build_recipe(settings.city, city_folder(settings), report)
        mark_ready(settings)


def _say(told: object) -> None:
    # The log of whoever started us: what was found and which step begins, without a line for each percent.
    if not getattr(told, "done", 0):
        print(told, flush=True)  # noqa: T201


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "city.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Build the configured city into the data folder; one sentence and exit code 2 where that cannot be done."""
    try:
        build(load_settings(Path(sys.argv[1])))
    except PackError as error:
        print(error, file=sys.stderr)  # noqa: T201 - read by whoever started us
        sys.exit(_REFUSED)


if __name__ == "__main__":
    main()
