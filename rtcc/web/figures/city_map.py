"""The map figure: an empty Plotly `scattermap` that hosts MapLibre; the browser adds the ground and all that lives."""

from __future__ import annotations

import plotly.graph_objects as go

# What is seen before city.json has been read: the camera then moves to the city's own centre and zoom.
_CENTER = {"lon": -122.4425, "lat": 37.7575}
_ZOOM = 11.0
# The page's own ground shows through until the browser lays its own, in the theme that only the page knows.
_CLEAR = "rgba(0,0,0,0)"


def city_map() -> go.Figure:
    """A bare map. Its style needs one source, or the first patch of the figure loses `sources` altogether."""
    style = {
        "version": 8,
        "sources": {"anchor": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}}},
        "layers": [{"id": "ground", "type": "background", "paint": {"background-color": _CLEAR}}],
    }
    figure = go.Figure(go.Scattermap(lon=[], lat=[], mode="markers", hoverinfo="skip"))
    figure.update_layout(
        map={"style": style, "center": _CENTER, "zoom": _ZOOM, "bearing": 0, "pitch": 0, "uirevision": "wall"},
        uirevision="wall",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        showlegend=False,
        autosize=True,
        hovermode=False,
    )
    return figure
