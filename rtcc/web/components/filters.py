"""The filters of the dispatcher's queues: by text, district, status and priority, as the page's address says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from rtcc.web import ids

#: Incidents and units are found by the status they have; several of them share a word.
STATUSES: Final = {
    "pending": "Pending",
    "dispatched": "Dispatched",
    "enroute": "En route",
    "on_scene": "On scene",
    "available": "Available",
    "busy": "Busy",
    "out_of_service": "Out of service",
}
#: The names of the filters in the address, and the element that holds each.
IN_ADDRESS: Final = {
    "text": ids.FILTER_TEXT,
    "district": ids.FILTER_DISTRICTS,
    "status": ids.FILTER_STATUSES,
    "priority": ids.FILTER_PRIORITIES,
}
_SPOKEN: dict[str, Any] = {"aria-label": "Filters"}
# Above the grids, and of their size.
_DROP = {"withinPortal": True, "zIndex": 300}


def filters(said: Mapping[str, str]) -> html.Div:
    """Return the row of filters, set as ``said`` in the address; what they hide is counted by the browser."""
    districts, statuses = several(said.get("district")), several(said.get("status"))
    known = [status for status in statuses if status in STATUSES]
    return html.Div(
        className="filters",
        role="search",
        children=[
            dmc.TextInput(
                id=ids.FILTER_TEXT,
                className="filter-text",
                value=said.get("text", ""),
                placeholder="Filter by text  /",
                size="xs",
                autoComplete="off",
                **_label("Filter by text"),
            ),
            dmc.MultiSelect(
                id=ids.FILTER_DISTRICTS,
                className="filter-many",
                value=districts,
                data=districts,
                placeholder="" if districts else "All districts",
                searchable=True,
                size="xs",
                comboboxProps=_DROP,
                **_label("Districts"),
            ),
            dmc.MultiSelect(
                id=ids.FILTER_STATUSES,
                className="filter-many",
                value=known,
                data=[{"value": value, "label": label} for value, label in STATUSES.items()],
                placeholder="" if known else "All statuses",
                size="xs",
                comboboxProps=_DROP,
                **_label("Statuses"),
            ),
            dmc.ChipGroup(
                id=ids.FILTER_PRIORITIES,
                multiple=True,
                value=[one for one in several(said.get("priority")) if one in "12345"],
                children=html.Div(
                    className="filter-priorities",
                    role="group",
                    children=[
                        # The mark itself is drawn by the browser, as everywhere else.
                        dmc.Chip(
                            html.Span(className="filter-mark", **_marked(one)),
                            value=str(one),
                            size="xs",
                            className="filter-chip",
                            **_label(f"Priority {one}"),
                        )
                        for one in range(1, 6)
                    ],
                ),
            ),
            html.Button("Clear", id=ids.FILTER_CLEAR, className="act", type="button", hidden=True),
            html.Span(id=ids.FILTER_HIDDEN, className="filter-hidden", role="status"),
        ],
        **_SPOKEN,
    )


def several(said: str | None) -> list[str]:
    """Return the values that one name of the address holds, separated by commas."""
    return [one for one in (said or "").split(",") if one]


def _marked(priority: int) -> dict[str, Any]:
    return {"data-priority": str(priority)}


def _label(text: str) -> dict[str, Any]:
    return {"attributes": {"input": {"aria-label": text}}}
