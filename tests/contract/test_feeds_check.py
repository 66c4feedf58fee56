"""`rtcc feeds check`: what a newcomer sees of a payload before any of it is sent."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rtcc.cli import app
from rtcc.feeds.payload import FeedTableError

EXAMPLES = Path(__file__).parents[2] / "examples" / "feeds"
ROWS = [
    {"incident_number": "F1", "datetime": "2026-03-01T10:00:00.000", "type": "Aid Response", "address": "1 Main St"},
    {"incident_number": "F2", "datetime": "soon", "type": "Medic Response"},
    {"incident_number": "F3", "datetime": "2026-03-01T10:05:00.000", "latitude": "north", "longitude": "2"},
]
PLATE = [{"api": "alpr", "found": {"requestId": "q", "timestampUTC": "Tue, 19 Nov 2024 23:51:20 GMT"}}]
PLATE[0]["found"]["predictions"] = [{"plate": "ABC123", "confidence": 0.9}]


def check(folder, *arguments, given=None):
    """Run the command in a data folder of its own; return its exit code and what it printed."""
    done = CliRunner().invoke(app, ["feeds", "check", *arguments, "--data", str(folder)], input=given)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture
def payload(tmp_path):
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(ROWS))
    return str(file)


def test_every_row_is_shown_as_what_it_would_become(tmp_path, payload):
    """The counts, each entity with its events, each refused row with its reason, each value that was left out."""
    code, said = check(tmp_path, str(EXAMPLES / "seattle_fire.toml"), payload)
    assert code == 0
    assert "seattle_fire: 3 rows read, 2 events about entities: 2 of kind incident." in said
    assert "1 refused, 1 values could not be used." in said
    assert "incident F1 of SFD" in said
    assert "2026-03-01T18:00:00Z" in said
    assert "type Aid Response, address 1 Main St" in said
    assert "row 2 (F2): datetime is 'soon', which is no time this mapping knows." in said
    assert "row 3 (F3): latitude and longitude is no pair of numbers; the row is taken without it." in said


def test_no_more_is_shown_than_was_asked_for(tmp_path, payload):
    """A large payload ends in how many more there are."""
    _, said = check(tmp_path, "seattle_fire", payload, "--rows", "1")
    assert "incident F1" in said
    assert "incident F3" not in said
    assert "… and 1 more" in said


def test_it_reads_what_is_piped_into_it(tmp_path):
    """So that curl can stand before it."""
    code, said = check(tmp_path, "seattle_fire", "-", given=json.dumps(ROWS[:1]))
    assert (code, "1 rows read" in said) == (0, True)


def test_as_json_it_is_for_programs(tmp_path, payload):
    """All of it, in one object."""
    _, said = check(tmp_path, "seattle_fire", payload, "--json")
    told = json.loads(said)
    assert (told["rows"], len(told["events"]), len(told["remarks"])) == (3, 2, 1)
    assert told["refused"] == [{"row": 2, "id": "F2", "reason": told["refused"][0]["reason"]}]
    assert told["events"][0]["data"]["type"] == "Aid Response"


def test_plates_are_hidden_unless_they_are_asked_for(tmp_path):
    """A terminal has no audience; neither the lines nor the JSON show what only some may see."""
    body = json.dumps(PLATE)
    for more in ([], ["--json"]):
        _, said = check(tmp_path, f"{EXAMPLES / 'your_city.toml'}:plates", "-", *more, given=body)
        assert "ABC123" not in said
        assert "(hidden)" in said
    _, said = check(tmp_path, "alpr_codeproject", "-", "--show-sensitive", given=body)
    assert "plate ABC123" in said


def test_a_payload_of_which_nothing_can_be_read_is_a_failure(tmp_path):
    """Exit code 1, and the one reason."""
    code, said = check(tmp_path, "seattle_fire", "-", given="<html>")
    assert code == 1
    assert "row 0: The payload is a page of HTML or XML" in said


def test_a_declared_feed_is_found_by_its_name_and_fetched(tmp_path):
    """Without a file a polled feed is fetched once, and nothing is kept of it."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(ROWS[:1]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "feeds.toml").write_text(
            '[feeds.mine]\nformat = "rows"\nmapping = "seattle_fire"\n'
            f'[feeds.mine.poll]\nurl = "http://127.0.0.1:{server.server_port}/"\n'
        )
        code, said = check(tmp_path, "mine")
        server.shutdown()
    assert (code, "mine: 1 rows read, 1 events" in said) == (0, True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["feeds.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["atlantis"], "No feed is called atlantis; declared are none."),
        (["nowhere.toml"], "nowhere.toml is no file."),
        ([str(EXAMPLES / "your_city.toml")], "declares your_cad, plates; say which"),
        ([f"{EXAMPLES / 'your_city.toml'}:boats"], "No feed is called boats"),
        ([f"{EXAMPLES / 'your_city.toml'}:plates"], "plates is not polled"),
        (["seattle_fire", "nowhere.json"], "nowhere.json cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_one_sentence(tmp_path, arguments, said):
    """It names what was asked for and what there is."""
    with pytest.raises(FeedTableError, match=said):
        check(tmp_path, *arguments)


def test_a_mapping_of_ones_own_is_checked_before_it_is_declared(tmp_path):
    """The path of a mapping does as well as a feed."""
    file = tmp_path / "own.toml"
    file.write_text('name = "own"\nsource = "x"\nkind = "camera"\ntimezone = "UTC"\nid = "id"\n[fields]\nname = "n"\n')
    code, said = check(tmp_path, str(file), "-", given='[{"id": 1, "n": "Bridge"}]')
    assert (code, "name Bridge" in said) == (0, True)


def test_the_mappings_there_are_can_be_listed():
    """A newcomer looks here first."""
    done = CliRunner().invoke(app, ["feeds", "mappings"])
    assert done.exit_code == 0
    assert "houston_active\tincidents: Houston active incidents" in done.output
