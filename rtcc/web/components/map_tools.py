"""What lies above the map of a desk: its buttons, the switches of its layers, the card of what is chosen, the scale."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids

_BUTTONS = (
    (ids.MAP_CLOSER, "Closer (+)"),
    (ids.MAP_FARTHER, "Farther (−)"),
    (ids.MAP_HOME, "Whole city (h)"),
    (ids.MAP_MEASURE_BUTTON, "Measure a distance (d)"),
)


def map_tools() -> html.Div:
    """Return the parts, which the browser fills; they stand in the stage of the map."""
    card: dict[str, Any] = {"aria-label": "Chosen on the map"}
    return html.Div(
        className="map-tools",
        children=[
            html.Div(id=ids.MAP_MEASURE, className="map-measure"),
            html.Section(id=ids.MAP_CARD, className="map-card", hidden=True, **card),
            html.Div(id=ids.MAP_SAYS, className="map-says", role="status", hidden=True),
            _buttons(),
            _layers(),
            html.Div(
                className="map-foot",
                children=[
                    html.Span(id=ids.MAP_SCALE, className="map-scale"),
                    html.Span(id=ids.MAP_LEGEND, className="map-legend", role="status"),
                ],
            ),
        ],
    )


def _buttons() -> html.Div:
    named: dict[str, Any] = {"aria-label": "Map"}
    opens: dict[str, Any] = {"aria-expanded": "false", "aria-controls": ids.MAP_LAYERS}
    children = [_button(name, says) for name, says in _BUTTONS]
    layers = html.Button(id=ids.MAP_LAYERS_BUTTON, className="map-button", type="button", title="Layers", **opens)
    return html.Div(className="map-buttons", role="group", children=[*children, layers], **named)


def _button(name: str, says: str) -> html.Button:
    spoken: dict[str, Any] = {"aria-label": says}
    return html.Button(id=name, className="map-button", type="button", title=says, **spoken)


def _layers() -> html.Div:
    named: dict[str, Any] = {"aria-label": "Layers of the map"}
    return html.Div(id=ids.MAP_LAYERS, className="map-layers", role="group", hidden=True, **named)
