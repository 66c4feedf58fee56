"""The web process: one hub that follows the picture, the API, and the pages."""
