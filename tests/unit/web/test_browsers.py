"""Tests what browsers are called in the list of sessions."""

import pytest

from rtcc.web.browsers import browser_of

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (WINDOWS, "Chrome on Windows"),
        (f"{WINDOWS} Edg/130.0.0.0", "Edge on Windows"),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        (f"{IPHONE} CriOS/130.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Something (Windows)", "A browser on Windows"),
        ("curl/8.5.0", "Another program"),
        ("", "Not known"),
    ],
)
def test_a_browser_is_known_by_two_words(agent: str, said: str) -> None:
    """Browser and machine, though nearly every browser also names others that it wants to be taken for."""
    assert browser_of(agent) == said
