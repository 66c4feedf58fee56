"""The names of the invented city's streets: each is given once, to one line of one grid, and kept along its length."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from rtcc.city.invent.plan import BOULEVARDS, GRIDS, OPEN

STOCKS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))
_PARK_ENDS = ("Park", "Gardens", "Green", "Commons")


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, ..."""
    end = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{end}"


class Names:
    """Gives names and remembers them: ``list`` holds every name by its number, the first is no name."""

    def __init__(self, random: np.random.Generator) -> None:
        self.list = [""]
        self._number = {"": 0}
        self._given: dict[tuple[str, str, int], str] = {}
        self._stocks = {stock: [str(name) for name in random.permutation(STOCKS[stock])] for stock in STOCKS}
        made = [head + tail for head in STOCKS["heads"] for tail in STOCKS["tails"] if head[-1] != tail[0]]
        self._made = [str(name) for name in random.permutation(made)]
        self.river = self._stocks["river"][0] + " River"
        self.hoods = self._stocks["hoods"]
        self.lakes = STOCKS["lakes"]
        self.districts = STOCKS["districts"]
        self._boulevards = dict(zip(BOULEVARDS, STOCKS["boulevards"], strict=True))

    def number(self, name: str) -> int:
        """Return the number of a name."""
        if name not in self._number:
            self._number[name] = len(self.list)
            self.list.append(name)
        return self._number[name]

    def invented(self) -> str:
        """Return a name that nobody has."""
        return self._made.pop()

    def street(self, grid: str, number: int, *, rows: bool) -> int:
        """Return the name of one line of a grid."""
        stock, end = GRIDS[grid].rows if rows else GRIDS[grid].columns
        return self.number(f"{self._word(grid, stock, number, rows=rows)} {end}")

    def alley(self, grid: str, number: int) -> int:
        """Return the name of the alley behind a row of a grid."""
        return self.number(f"{self._word(grid, 'alley', number, rows=True)} Aly")

    def boulevard(self, key: str) -> int:
        return self.number(self._boulevards[key])

    def bank(self, side: int) -> int:
        return self.number(f"{('West', 'East')[side]} Embankment")

    def lakeside(self, index: int) -> int:
        return self.number(("Lakeshore Dr", "Reservoir Rd", "Mere Rd")[index])

    def shore(self, index: int) -> int:
        return self.number(("Great Ocean Hwy", "Harbor Dr", "The Quays", "Bayshore Dr")[index])

    def country(self, number: int, *, rows: bool) -> int:
        return self.number(f"County Road {2 * number + (1 if rows else 2)}")

    def town(self, town: int, number: int, *, rows: bool) -> int:
        stock = ("trees", "flowers", "birds")[town % 3]
        if rows:
            return self.number(f"{STOCKS[stock][number % len(STOCKS[stock])]} St")
        return self.number(f"{ordinal(number + 1)} St")

    def highway(self, key: str) -> tuple[int, int]:
        """Return the names of a highway and of its ramps."""
        name = {"one": "Eastshore Fwy", "two": "Ridgeline Fwy"}[key]
        return self.number(name), self.number(f"{name} ramp")

    def open_ground(self, index: int) -> str:
        """Return the name of one of the plan's parks or other open grounds."""
        kind = OPEN[index][0]
        first = f"{self.invented()} "
        ends = {
            "park": _PARK_ENDS[index % len(_PARK_ENDS)] if index else "Park",
            "golf_course": "Links", "cemetery": "Cemetery",
            "university": "University", "railway": "Yard", "stadium": "Stadium", "hospital": "General Hospital",
        }  # fmt: skip
        return first + ends[kind]

    def _word(self, grid: str, stock: str, number: int, *, rows: bool) -> str:
        if stock in {"numbers", "avenues"} and number <= 0:
            return ordinal(1 - number)
        key = (grid, f"{stock} {rows}", number)
        if key not in self._given:
            left = self._stocks.get(stock, [])
            self._given[key] = left.pop() if left else self.invented()
        return self._given[key]
