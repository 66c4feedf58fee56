"""The design tokens of the stylesheet for figures, so that a chart has the colours of the page that it stands on."""

from __future__ import annotations

import re
from functools import cache

from rtcc.web.document import ASSETS, Theme

_BLOCK = re.compile(r'\[data-theme="(dark|light)"\]\s*\{([^}]*)\}')
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")


@cache
def colours(theme: Theme) -> dict[str, str]:
    """Return the colour of each token by its name, without the leading dashes."""
    text = (ASSETS / "css" / "00-tokens.css").read_text(encoding="utf-8")
    return {
        name: value.strip()
        for found, block in _BLOCK.findall(text)
        if found == theme
        for name, value in _TOKEN.findall(block)
    }
