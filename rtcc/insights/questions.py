"""The questions that can be asked of the past, by name, and the one who answers them: its journal, kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rtcc.access.visibility import Audience
from rtcc.city.choice import city_folder
from rtcc.city.pack import PackError, Target, load_pack
from rtcc.insights.address_history import address_history
from rtcc.insights.around import around
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.heat import heat
from rtcc.insights.hour_on_record import hour_on_record
from rtcc.insights.incident_places import IncidentPlaces
from rtcc.insights.incident_story import incident_story
from rtcc.insights.received_bytes import received_bytes
from rtcc.insights.record import Record, changes_from
from rtcc.insights.segment_rows import SegmentRows
from rtcc.insights.withheld import withheld
from rtcc.journal.place import open_place
from rtcc.journal.reader import Journal
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect

#: What an answer is made of; None where nothing is on record of what was asked about.
Told = dict[str, Any] | None


class NothingYetError(LookupError):
    """Neither a journal nor the store has anything to tell; the message is a sentence."""


class Answerer:
    """Answers questions to the past of one installation, and keeps between them what is costly to find."""

    def __init__(self, settings: Settings) -> None:
        """Open this installation's journal. Raises PlaceError."""
        self._settings = settings
        self._journal = Journal(open_place(settings.journal_place()))
        self._store: Store | None = None
        self._ever_covert, self._places, self._rows = EverCovert(), IncidentPlaces(), SegmentRows()
        self._targets = _targets(settings)
        self._questions: dict[str, Callable[..., Told]] = {
            "incident_story": self._incident_story,
            "address_history": self._address_history,
            "around": self._around,
            "raw_behind": self._raw_behind,
            "heat": self._heat,
            "last_hour": self._last_hour,
            "withheld": self._withheld,
        }

    def answer(self, question: str, arguments: dict[str, Any]) -> Told:
        """Return the answer. Raises NothingYetError, NoPlaceError, DamagedError, PlaceError."""
        return self._questions[question](self._record(), **arguments)

    def _record(self) -> Record:
        """Look at what is on record now; without the store at the journal alone, which then says how far it reaches."""
        state = self._journal.refresh()
        try:
            fresh = changes_from(self._opened(), self._journal.reaches_to)
        except (NoStoreError, *StoreAway):
            self._store, fresh = None, []
            if state.number < 0:
                raise NothingYetError("There is no journal yet, and the store does not answer.") from None
        return Record(self._journal, fresh, self._rows)

    def _opened(self) -> Store:
        if self._store is None:
            self._store = connect(self._settings)
        return self._store

    def _incident_story(self, record: Record, incident_id: str, audience: Audience) -> Told:
        return incident_story(record, self._ever_covert, self._targets, incident_id, audience)

    def _address_history(self, record: Record, incident_id: str, audience: Audience) -> Told:
        return address_history(record, self._places, incident_id, audience)

    def _around(self, record: Record, incident_id: str, audience: Audience, radius_m: float, minutes: float) -> Told:
        return around(record, self._ever_covert, incident_id, audience, radius_m, minutes)

    def _raw_behind(self, record: Record, incident_id: str) -> Told:
        try:
            return received_bytes(record, self._store, incident_id)
        except StoreAway:
            return received_bytes(record, None, incident_id)

    def _withheld(self, record: Record, kind: str, id_: str, audience: Audience, break_glass: bool) -> Told:
        return withheld(record, kind, id_, audience, break_glass)

    def _heat(self, record: Record, audience: Audience) -> Told:
        return heat(record, datetime.now(UTC), audience)

    def _last_hour(self, record: Record, audience: Audience) -> Told:
        return hour_on_record(record, datetime.now(UTC), audience)


def _targets(settings: Settings) -> dict[int, Target]:
    """Return what the city owes for each priority; nothing where there is no city to ask."""
    try:
        return load_pack(city_folder(settings)).targets
    except PackError:
        return {}
