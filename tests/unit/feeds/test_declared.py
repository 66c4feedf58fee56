from __future__ import annotations

from pathlib import Path

import pytest

from rtcc.feeds.declared import find_feed, load_feeds, load_table
from rtcc.feeds.formats.rows_format import RowsFormat
from rtcc.feeds.health import DEFAULT_INTERVAL_S, intervals_of
from rtcc.feeds.payload import FeedTableError
from rtcc.settings import Settings

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "feeds").glob("*.toml"))
SMALL = '[feeds.fire]\nformat = "rows"\nmapping = "seattle_fire"\n[feeds.fire.poll]\nurl = "https://example.org"\n'


def declared(folder, text):
    """Write a feeds.toml and read it."""
    file = folder / "feeds.toml"
    file.write_text(text)
    return load_feeds(file)


def test_an_installation_without_the_file_has_no_feeds(tmp_path):
    """Nothing needs to be declared to start."""
    assert load_feeds(tmp_path / "feeds.toml") == ()
    assert load_table(tmp_path / "feeds.toml", "cot_out") is None


def test_the_file_lies_in_the_data_folder_unless_it_is_named(tmp_path):
    """RTCC_FEEDS_FILE names another."""
    assert Settings(data_dir=tmp_path).feeds_path() == tmp_path / "feeds.toml"
    assert Settings(data_dir=tmp_path, feeds_file=tmp_path / "mine.toml").feeds_path() == tmp_path / "mine.toml"


def test_what_a_feed_does_not_say_has_a_default(tmp_path):
    """Three lines and an address are a feed."""
    (feed,) = declared(tmp_path, SMALL)
    assert (feed.name, feed.source, feed.agency, feed.interval_s) == ("fire", "fire", "fire", 60)
    assert (feed.enabled, feed.breaker_share, feed.breaker_rows) == (True, 0.5, 20)
    assert (feed.format_name, feed.transport_name) == ("rows", "poll")
    assert feed.transport == {"url": "https://example.org"}
    assert isinstance(feed.format, RowsFormat)
    assert feed.format.snapshot
    assert find_feed([feed], "fire") is feed


def test_its_events_speak_under_the_name_that_the_feed_gives(tmp_path):
    """The mapping's own source is only for recordings."""
    (feed,) = declared(tmp_path, SMALL.replace("format =", 'source = "mine"\nagency = "X"\nformat ='))
    assert feed.format.mapping.source == "mine"
    assert feed.names == ("fire", "mine", "X")


def test_a_mapping_is_found_from_the_file_that_names_it(tmp_path):
    """A path is read from beside feeds.toml, wherever the process was started."""
    own = 'name = "own"\nsource = "x"\nkind = "camera"\ntimezone = "UTC"\nid = "id"\n[fields]\nname = "name"\n'
    (tmp_path / "own.toml").write_text(own)
    (feed,) = declared(tmp_path, SMALL.replace("seattle_fire", "own.toml"))
    assert feed.format.mapping.kind == "camera"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("feeds.fire", "feeds.Fire", "no feed's name"),
        ('"rows"', '"xls"', "feeds.fire.format is text; it must be one of rows"),
        ('format = "rows"', "", "feeds.fire.format is missing"),
        ('"seattle_fire"', '"atlantis"', "No mapping is called atlantis"),
        ('"seattle_fire"', '"gone.toml"', "cannot be read"),
        ('mapping = "seattle_fire"', "", "exactly one of mapping and map"),
        ("[feeds.fire.poll]", "[feeds.fire.carrier_pigeon]", "none of poll, push"),
        ("[feeds.fire.poll]", "[feeds.fire.push]\n[feeds.fire.poll]", "poll and push"),
        ("format =", "interval = 5\nformat =", "feeds.fire.interval is not known"),
        ("format =", "interval_s = 0\nformat =", "feeds.fire.interval_s is a whole number"),
        ("format =", "breaker = { share = 2 }\nformat =", "feeds.fire.breaker.share"),
        ("format =", "breaker = 3\nformat =", "feeds.fire.breaker is a whole number; it must be a table"),
        ("format =", "remember = false\nformat =", "must remember what was there before"),
        ("[feeds.fire]", "[feed.fire]", "feed is not known"),
        ("[feeds.fire]", "[feeds.fire", "is no TOML"),
        ("format =", 'map = { kind = "incident" }\nformat =', "exactly one of mapping and map"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path, old, new, said):
    """It names the feed, the key and what is allowed."""
    with pytest.raises(FeedTableError, match=said) as refused:
        declared(tmp_path, SMALL.replace(old, new))
    assert "\n" not in str(refused.value).removesuffix("\n")


def test_an_unknown_feed_is_told_with_the_known_ones(tmp_path):
    """A typing mistake is answered with what there is."""
    with pytest.raises(FeedTableError, match="declared are fire"):
        find_feed(declared(tmp_path, SMALL), "fier")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_can_be_used_as_it_is(file):
    """Whoever copies one has a feed whose mapping is there."""
    feeds = load_feeds(file)
    assert feeds
    for feed in feeds:
        assert feed.title
        assert feed.format.mapping.source == feed.source


def test_the_cities_that_were_promised_have_an_example():
    """Each needs no line of Python."""
    assert {file.stem for file in EXAMPLES} >= {
        "san_francisco",
        "seattle_fire",
        "cincinnati",
        "montgomery_county",
        "new_orleans",
        "detroit",
        "houston",
    }


def test_freshness_goes_by_the_declared_intervals(tmp_path):
    """The most talkative feed of a source counts, a switched-off one does not; others keep what is known of them."""
    feeds = declared(
        tmp_path,
        SMALL.replace("format =", 'source = "city"\ninterval_s = 300\nformat =')
        + SMALL.replace("feeds.fire", "feeds.police").replace("format =", 'source = "city"\ninterval_s = 30\nformat =')
        + SMALL.replace("feeds.fire", "feeds.off").replace("format =", "enabled = false\ninterval_s = 5\nformat ="),
    )
    interval_s = intervals_of(feeds)
    assert interval_s("city") == 30
    assert interval_s("off") == DEFAULT_INTERVAL_S
    assert interval_s("sim-avl") == 5


def test_the_server_for_tak_clients_is_read_as_it_stands(tmp_path):
    """Its own process checks it."""
    declared(tmp_path, SMALL + "[cot_out]\nport = 8087\n")
    assert load_table(tmp_path / "feeds.toml", "cot_out") == {"port": 8087}
    (tmp_path / "feeds.toml").write_text("cot_out = 3\n")
    with pytest.raises(FeedTableError, match="cot_out is a whole number"):
        load_table(tmp_path / "feeds.toml", "cot_out")
