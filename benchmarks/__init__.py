"""Benchmarks: what this machine does with a real `rtcc up`, measured as the promises are made; run with `python -m benchmarks`."""
