"""Keeps what the building of a city pack has to tell: what was read, repaired, refused and what is worth knowing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["read", "repaired", "refused", "warned"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one layer; ``layer`` is ``city`` for what concerns no layer."""

    kind: Kind
    layer: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind:<8}  {self.layer:<13}  {self.sentence}"


@dataclass(frozen=True, slots=True)
class Step:
    """Where long work has got to; ``total`` is 0 while nobody knows how much there is."""

    text: str
    done: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.text} ({self.done} of {self.total})" if self.total else self.text


class Report:
    """Collects findings, and passes each of them and each step on to ``say`` as it happens."""

    def __init__(self, say: Callable[[Finding | Step], None] | None = None) -> None:
        self.findings: list[Finding] = []
        self._say = say
        self._step = ""

    def step(self, text: str) -> None:
        """Say that a step of long work begins."""
        self._step = text
        if self._say:
            self._say(Step(text))

    def progress(self, done: int, total: int) -> None:
        """Say how far the step has got."""
        if self._say:
            self._say(Step(self._step, done, total))

    def read(self, layer: str, sentence: str) -> None:
        self._find("read", layer, sentence)

    def repaired(self, layer: str, sentence: str) -> None:
        self._find("repaired", layer, sentence)

    def refused(self, layer: str, sentence: str) -> None:
        self._find("refused", layer, sentence)

    def warned(self, layer: str, sentence: str) -> None:
        self._find("warned", layer, sentence)

    def _find(self, kind: Kind, layer: str, sentence: str) -> None:
        finding = Finding(kind, layer, sentence)
        self.findings.append(finding)
        if self._say:
            self._say(finding)
