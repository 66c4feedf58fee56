"""The HTTP API; every route says in `x-access` who may use it."""
