"""Where the web process of a data folder answers, for commands that print addresses: it may have a port of its own."""

from __future__ import annotations

from pathlib import Path

from rtcc.settings import Settings


def tell_address(settings: Settings) -> None:
    """Keep the address under which the web process of these settings is about to answer."""
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    # In one step: whoever looks at this moment finds the old address or the new one, never half of one.
    written = file.with_suffix(".new")
    written.write_text(f"http://{host}:{settings.port}\n")
    written.replace(file)


def told_address(settings: Settings) -> str | None:
    """Return the address that the last web process of this data folder told, None where there has been none."""
    try:
        return _file(settings).read_text().strip()
    except FileNotFoundError:
        return None


def _file(settings: Settings) -> Path:
    return settings.data_dir / "run" / "address"
