"""The past: every effective change of the picture in append-only Parquet, chained and signed."""
