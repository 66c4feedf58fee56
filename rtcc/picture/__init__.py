"""The common operating picture: the one place where state changes."""
