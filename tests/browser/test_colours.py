"""The palette, read from the stylesheet that the page uses."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

CSS = (Path(__file__).resolve().parents[2] / "assets/css/00-tokens.css").read_text()
THEMES = {
    theme: dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block))
    for theme, block in re.findall(r'\[data-theme="(\w+)"\] \{(.*?)\n\}', CSS, re.DOTALL)
}
PALETTES = {
    "priority": ["p1", "p2", "p3", "p4"],
    "unit status": ["unit-available", "unit-moving", "unit-on-scene", "unit-busy", "unit-out"],
    "feed state": ["feed-live", "feed-late", "feed-stale", "feed-lost"],
}
# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
# CIE76, where 2.3 is a difference just seen side by side. Marks differ in shape too; colour alone must still do.
FAR_ENOUGH = 15.0


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    light = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("palette", PALETTES)
def test_no_two_marks_are_told_apart_by_a_colour_that_some_cannot_see(theme: str, vision: str, palette: str) -> None:
    """Within a palette every two colours stay apart for people with each kind of colour blindness."""
    tokens = THEMES[theme]
    close = {
        (one, other): round(distance, 1)
        for one, other in itertools.combinations(PALETTES[palette], 2)
        if (distance := float(np.linalg.norm(lab(tokens[one], vision) - lab(tokens[other], vision)))) < FAR_ENOUGH
    }
    assert close == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("back", ["ground", "panel", "raised"])
def test_text_can_be_read(theme: str, back: str) -> None:
    """What matters has a contrast of 7:1, everything else 4.5:1."""
    tokens = THEMES[theme]
    for name, least in {"text": 7.0, "quiet": 4.5, "over": 4.5, "street-name": 4.5, "district-name": 4.5}.items():
        assert contrast(tokens[name], tokens[back]) >= least, name


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme: str) -> None:
    """Marks stand out from the ground, digits from their marks, and the band's words from the band."""
    tokens = THEMES[theme]
    for name in itertools.chain(*PALETTES.values()):
        assert contrast(tokens[name], tokens["land"]) >= 3.0, name
    for priority in range(1, 6):
        assert contrast(tokens["on-fill"], tokens[f"p{priority}"]) >= 4.5, priority
    assert contrast(tokens["unit-emergency-mark"], tokens["unit-emergency"]) >= 4.5
    band = THEMES["dark"]
    assert contrast(band["band-text"], band["band"]) >= 7.0
