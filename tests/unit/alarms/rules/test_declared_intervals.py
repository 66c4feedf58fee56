from __future__ import annotations

from rtcc.alarms.rules.feed_silent import FeedParameters, FeedSilent
from rtcc.alarms.view import View


def test_a_feed_is_silent_by_its_declared_interval():
    """Forty seconds are nothing to a feed of one minute, and four intervals to one of ten seconds."""
    view = View(heard={"slow": 0.0, "fast": 0.0}, intervals={"slow": 60.0, "fast": 10.0}.__getitem__)
    rule = FeedSilent(view, FeedParameters())
    assert not rule.look("slow", 45.0).holds
    assert rule.look("fast", 45.0).holds
