"""The Celery workers: task bodies of a few lines that call `rtcc`."""
