"""Figures: Plotly figures that pages place; the map figure is only the host of the live layers in assets/js."""
