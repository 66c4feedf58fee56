"""What a browser says of itself, in the few words by which its owner knows it again."""

from __future__ import annotations

from typing import Final

#: The first that is named counts: nearly every browser also names those that it wants to be taken for.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> str:
    """Return browser and machine: "Firefox on Windows"."""
    browser, machine = (next((word for mark, word in known if mark in agent), None) for known in (_BROWSERS, _MACHINES))
    if browser is None and machine is None:
        return "Another program" if agent else "Not known"
    return f"{browser or 'A browser'} on {machine}" if machine else str(browser)
