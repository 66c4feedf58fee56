"""Benchmarks: what this machine does with a real `rtcc up`; run with `python -m benchmarks`."""
