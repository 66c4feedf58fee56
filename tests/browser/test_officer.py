"""The officer's page in a real browser, as a phone shows it: my unit, my incident, what changed, what is around me."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City
from tests.browser.test_wall_queue import ago, incident
from tests.running import Running
from tests.signing_in import link

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
LIVE = '#officer[data-link="live"]'
#: All that the page weighs before its first live paint, without the picture.
BUDGET_BYTES = 200_000
SLOW_BYTES_PER_S = 50_000
USABLE_WITHIN_MS = 10_000
LOW = """[...document.querySelectorAll('button, input, textarea, nav a, a.officer-button')]
  .filter((one) => one.checkVisibility() && one.offsetHeight < 48).map((one) => one.outerHTML)"""
SMALL = """[...document.querySelectorAll('#officer *')]
  .filter((one) => one.checkVisibility() && one.childNodes.length && !one.closest('svg'))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML)"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open /officer on a phone of its own."""
    contexts = []

    def open_(url: str, query: str = "", size: dict[str, int] | None = None, wait: str = LIVE) -> Page:
        context = browser.new_context(
            viewport=size or PHONE,  # type: ignore[arg-type]
            is_mobile=True,
            has_touch=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{url}/officer{query}")
        page.wait_for_selector(wait)
        return page

    yield open_
    for context in contexts:
        context.close()


def unit(**fields: Any) -> dict[str, Any]:
    own = {"callsign": "3A1", "status": "enroute", "lat": 37.75, "lon": -122.44, "beat": "C1", "fix_at": ago(2)}
    return {**own, "status_since": ago(60), **fields}


def on_the_way(city: City) -> None:
    """My unit is on its way to an incident one kilometre to the north; another unit goes too."""
    city.change("unit", "PD:1", unit(incident_id="i1"))
    city.change("unit", "PD:2", unit(callsign="3A2", lat=37.758, status="on_scene"))
    going = {"status": "enroute", "enroute_at": ago(50), "units": ["3A1", "3A2"], "beat": "C1"}
    city.change("incident", "i1", incident(lat=37.76, narrative="Two men at the back door.", **going))


def test_my_unit_is_chosen_once(city: City, phone: Callable[..., Page]) -> None:
    """Without a unit the page asks for it; the choice is found by a part of the callsign, and holds after a reload."""
    city.change("unit", "PD:1", unit(status="available"))
    city.change("unit", "PD:2", unit(callsign="7B2"))
    page = phone(city.url)
    expect(page.locator("#officer-none")).to_contain_text("Which unit are you?")
    page.get_by_role("button", name="Choose your unit").tap()
    page.get_by_label("I am unit").fill("a1")
    expect(page.locator("#officer-found .officer-row")).to_have_count(1)
    page.locator("#officer-found .officer-row").tap()
    expect(page.locator("#officer-callsign")).to_have_text("3A1")
    expect(page.locator("#officer-none")).to_contain_text("No incident")
    page.goto(f"{city.url}/officer")
    expect(page.locator("#officer-callsign")).to_have_text("3A1")
    expect(page.locator("#officer-status")).to_have_text("available")


def test_my_incident_from_the_first_word_to_the_last(city: City, phone: Callable[..., Page]) -> None:
    """It comes when I am sent, says where and how far, who else goes and what I may read; and goes when it is done."""
    city.change("unit", "PD:1", unit(status="available"))
    page = phone(city.url, "?unit=3A1")
    expect(page.locator("#officer-none")).to_contain_text("No incident")
    on_the_way(city)
    head = page.locator("#officer-head")
    expect(head.get_by_role("heading", level=1)).to_have_text("Burglary")
    expect(head).to_contain_text("16th St / Mission St")
    expect(head.locator(".direction")).to_have_text("1.1 km N")
    expect(page.get_by_role("link", name="Navigate")).to_have_attribute("href", re.compile(r"^geo:37\.76,-122\.44\?q="))
    expect(page.locator("#officer-narrative")).to_contain_text("Two men at the back door.")
    expect(page.locator("#officer-others .officer-row")).to_have_text("3A2on scene220 m")
    city.change("unit", "PD:1", {"lat": 37.755})
    expect(head.locator(".direction")).to_have_text("560 m N")
    city.change(
        "alarm",
        "a",
        {
            "title": "Pending too long",
            "state": "active",
            "severity": "high",
            "raised_at": ago(3),
            "about": [{"kind": "incident", "id": "i1"}],
        },
    )
    expect(page.locator("#officer-alarms")).to_contain_text("Pending too long")
    city.change("incident", "i1", {"status": "closed"})
    city.change("unit", "PD:1", {"status": "available", "incident_id": None})
    expect(head).to_be_hidden()
    expect(page.locator("#officer-none")).to_contain_text("No incident")


def test_what_changed_is_marked_until_a_tap(city: City, phone: Callable[..., Page]) -> None:
    """A change tells what was and what is, also after a reload; a tap on it is enough."""
    on_the_way(city)
    page = phone(city.url, "?unit=3A1")
    expect(page.locator("#officer-head")).to_be_visible()
    marks = page.locator(".officer-changed")
    expect(marks).to_have_count(0)
    city.change("incident", "i1", {"priority": 1, "address": "20th St"})
    expect(marks).to_have_count(2)
    expect(marks.first).to_contain_text("Priority 2 → 1")
    expect(page.locator("#officer-badge")).to_have_text("2")
    page.reload()
    expect(marks).to_have_count(2)
    marks.first.tap()
    expect(marks).to_have_count(1)
    expect(marks).to_contain_text("Address 16th St / Mission St → 20th St")
    marks.tap()
    expect(marks).to_have_count(0)
    expect(page.locator("#officer-marked")).to_be_hidden()


def test_what_is_around_me(city: City, phone: Callable[..., Page]) -> None:
    """The nearest first, each with its direction; a filter leaves one kind; what waits in my beat stands at mine."""
    city.change("unit", "PD:1", unit(status="available"))
    city.change("unit", "PD:2", unit(callsign="3A2", lat=37.755))
    city.change("incident", "i1", incident(lat=37.751, lon=-122.44, beat="C1"))
    city.change("incident", "far", incident(lat=37.80))
    city.change("detection", "d1", {"detection_type": "gunshot", "lat": 37.752, "lon": -122.44, "rounds": 3})
    page = phone(city.url, "?unit=3A1")
    expect(page.locator("#officer-waiting")).to_contain_text("Waiting in beat C1")
    expect(page.locator("#officer-waiting")).to_contain_text("Burglary")
    page.get_by_role("link", name="Around").tap()
    rows = page.locator("#officer-around .officer-row")
    expect(rows).to_have_count(3)
    assert rows.locator(".officer-two b").all_inner_texts() == ["Burglary", "Gunshot", "3A2"]
    expect(rows.nth(2)).to_contain_text("560 m N")
    page.get_by_role("button", name="Sensors").tap()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("3 rounds")
    city.change("unit", "PD:1", {"fix_at": ago(300)})
    page.get_by_role("button", name="All").tap()
    expect(page.locator("#officer-here")).to_contain_text("where you were 5:0")


def test_a_unit_that_is_not_on_the_air_is_said_to_be_so(city: City, phone: Callable[..., Page]) -> None:
    """A chosen unit that the picture does not hold is named, with the way to another choice."""
    page = phone(city.url, "?unit=9X9")
    expect(page.locator("#officer-none")).to_contain_text("Your unit is not on the air")
    expect(page.locator("#officer-status")).to_have_text("not on the air")


def test_not_live_is_said_and_what_was_known_stays_readable(own_city: City, phone: Callable[..., Page]) -> None:
    """The band tells since when and how old it all is, covers nothing, and goes when the server is back."""
    on_the_way(own_city)
    page = phone(own_city.url, "?unit=3A1")
    expect(page.locator("#officer-head")).to_be_visible()
    own_city.kill()
    page.wait_for_selector('#officer[data-link="lost"]')
    expect(page.locator("#band-title")).to_contain_text("NOT LIVE since ")
    expect(page.locator("#band-age")).to_contain_text("What you see is 0:")
    page.get_by_role("link", name="Around").tap()
    expect(page.locator("#officer-here")).to_be_visible()
    own_city.start()
    page.wait_for_selector(LIVE)
    expect(page.locator("#band")).to_be_hidden()


def test_the_map_comes_only_when_it_is_asked_for(city: City, phone: Callable[..., Page]) -> None:
    """Its library is not fetched before; then the map stands at my unit, and follows the live picture."""
    city.change("unit", "PD:1", unit())
    page = phone(city.url, "?unit=3A1#map")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    assert page.evaluate("typeof window.Plotly") == "undefined"
    page.get_by_role("button", name="Load the map").tap()
    page.wait_for_selector('#stage[data-map="ready"]')
    assert any("plotly" in url for url in fetched)
    page.wait_for_function("rtcc.officerMap.map.table.slots.has('PD:1')")
    page.wait_for_function(
        "(() => { const { lng, lat } = rtcc.officerMap.map.map.getCenter();"
        " return Math.abs(lng + 122.44) + Math.abs(lat - 37.75) < 1e-3 })()"
    )


def test_the_page_is_light(city: City, phone: Callable[..., Page]) -> None:
    """Up to its first live paint it weighs less than the budget, and none of it is Dash's or Plotly's."""
    page = phone(city.url, wait="body")
    page.wait_for_selector(LIVE)
    weighed = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".filter(({ name }) => !name.includes('/api/')).map(({ name, encodedBodySize }) => [name, encodedBodySize])"
    )
    assert len(weighed) > 10
    assert [name for name, _ in weighed if "_dash" in name] == []
    assert sum(size for _, size in weighed) < BUDGET_BYTES


def test_it_is_usable_on_a_slow_link(city: City, browser: Browser) -> None:
    """At 50 kB a second, with a quarter of a second to the server, my incident is there within ten seconds."""
    on_the_way(city)
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    link_ = context.new_cdp_session(page)
    link_.send("Network.enable")
    slow = {"downloadThroughput": SLOW_BYTES_PER_S, "uploadThroughput": SLOW_BYTES_PER_S, "latency": 250}
    link_.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    page.goto(f"{city.url}/officer?unit=3A1", wait_until="commit")
    page.wait_for_selector("#officer-head h1", timeout=30_000)
    assert page.evaluate("performance.now()") < USABLE_WITHIN_MS
    context.close()


@pytest.mark.parametrize(
    ("theme", "size"), [("dark", PHONE), ("light", PHONE), ("dark", {"width": 844, "height": 390})]
)
def test_one_hand_is_enough(city: City, phone: Callable[..., Page], theme: str, size: dict[str, int]) -> None:
    """On every sheet: axe finds nothing, all that is pressed is 48 px high, no text is below 16 px, nothing is cut."""
    on_the_way(city)
    city.change("incident", "i1", {"priority": 1})
    page = phone(city.url, f"?unit=3A1&theme={theme}", size)
    expect(page.locator("#officer-head")).to_be_visible()
    city.change("incident", "i1", {"address": "A much longer address than the first, near the corner of 20th Street"})
    expect(page.locator(".officer-changed")).to_have_count(1)
    for sheet in ("incident", "around", "map", "me"):
        page.evaluate("(sheet) => (location.hash = sheet)", sheet)
        expect(page.locator(f'[data-sheet="{sheet}"]')).to_be_visible()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert [[node["html"] for node in one["nodes"]] for one in found.response["violations"]] == []
        assert page.evaluate(LOW) == []
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tabs = page.locator(".officer-tabs").bounding_box()
        assert tabs is not None
        assert tabs["y"] + tabs["height"] <= size["height"]


def test_who_is_signed_in_writes_a_note(rtcc_up: Running, phone: Callable[..., Page]) -> None:
    """The note goes on record under the officer's name; who is not signed in is told how."""
    with rtcc_up.client("ingest") as client:
        for kind, id_, data in (
            ("incident", "of-1", {"type": "Fight", "priority": 2, "status": "enroute", "units": ["OF1"]}),
            ("unit", "of-u", {"callsign": "OF1", "status": "enroute", "incident_id": "of-1"}),
        ):
            event = {
                "kind": kind,
                "id": id_,
                "agency": "PPD",
                "source": "officer-test",
                "occurred_at": ago(0),
                "data": data,
            }
            assert client.post("/api/v1/events", json=event).status_code == 202
    page = phone(rtcc_up.address, "?unit=OF1")
    expect(page.locator("#officer-head")).to_contain_text("Fight")
    expect(page.get_by_text("Who is signed in can add notes.")).to_be_visible()
    page.goto(rtcc_up.address + link(rtcc_up, "Ann Roe", "officer"))
    page.get_by_role("button", name="Sign in as Ann Roe").tap()
    page.wait_for_url("**/officer")
    page.goto(f"{rtcc_up.address}/officer?unit=OF1")
    page.get_by_label("Add a note").fill("Both gone on arrival.")
    page.get_by_role("button", name="Add the note").tap()
    expect(page.locator("#said")).to_have_text("Your note is on record.")
    expect(page.get_by_label("Add a note")).to_have_value("")
    notes = rtcc_up.picture()["note"].values()
    assert [note["written_by"] for note in notes if note["text"] == "Both gone on arrival."] == ["Ann Roe"]
