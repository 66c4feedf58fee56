"""Browser tests: the pages in a real Chromium, against a small server of their own that speaks the live protocol."""
