"""A queue of a desk: its head with its counts, and a grid whose rows hold still while somebody is in it."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

# The grid's own colours and sizes are those of our tokens: it follows the theme of the page without a second look.
_THEME = """themeQuartz.withParams({
  backgroundColor: 'var(--panel)', foregroundColor: 'var(--text)', textColor: 'var(--text)', borderColor: 'var(--line)',
  chromeBackgroundColor: 'var(--panel)', headerBackgroundColor: 'var(--panel)', headerTextColor: 'var(--quiet)',
  headerFontWeight: 400, headerFontSize: '0.8125rem', fontFamily: 'inherit',
  fontSize: '0.875rem', dataFontSize: '0.875rem',
  rowHeight: '2.25rem', headerHeight: '1.875rem', spacing: '0.25rem', cellHorizontalPadding: '0.4rem',
  rowHoverColor: 'var(--raised)', selectedRowBackgroundColor: 'var(--chosen)', accentColor: 'var(--focus)',
  wrapperBorder: false, wrapperBorderRadius: 0, headerColumnResizeHandleColor: 'transparent', columnBorder: false,
  focusShadow: 'none'
})"""
_OPTIONS: dict[str, Any] = {
    "theme": {"function": _THEME},
    "animateRows": False,
    "ensureDomOrder": True,
    "suppressNoRowsOverlay": True,
    "suppressCellFocus": False,
    "suppressColumnMoveAnimation": True,
    "suppressContextMenu": True,
    "suppressHeaderFocus": True,
    "suppressMovableColumns": True,
    "suppressScrollOnNewData": True,
    "rowBuffer": 6,
    "rowSelection": {
        "mode": "singleRow",
        "checkboxes": False,
        "enableClickSelection": False,
    },
}


def queue_grid(name: str, heading: str, nothing: str, nothing_detail: str) -> html.Section:
    """Return a queue whose columns and rows come from the browser's own picture; empty it says so."""
    spoken: dict[str, Any] = {"aria-labelledby": f"{name}-heading"}
    return html.Section(
        id=f"{name}-panel",
        className="panel queue-panel",
        children=[
            html.Div(
                className="panel-head",
                children=[
                    html.H2(heading, id=f"{name}-heading"),
                    html.Span(id=f"{name}-count", className="queue-count"),
                    html.Button(id=f"{name}-release", className="release", type="button", hidden=True),
                ],
            ),
            html.Div(
                className="queue-body",
                children=[
                    dag.AgGrid(
                        id=name,
                        className="queue-grid",
                        columnDefs=[],
                        rowData=[],
                        getRowId="params.data.id",
                        dashGridOptions=_OPTIONS,
                        style={"height": "100%", "width": "100%"},
                    ),
                    html.Div(
                        id=f"{name}-empty",
                        className="empty queue-empty",
                        hidden=True,
                        children=[html.B(nothing), html.Span(nothing_detail)],
                    ),
                ],
            ),
        ],
        **spoken,
    )
