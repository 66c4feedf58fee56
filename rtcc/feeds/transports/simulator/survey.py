"""The survey: what some members of the community say about a contact, some time after it."""

from __future__ import annotations

from rtcc.feeds.transports.simulator.incidents import SimIncident
from rtcc.feeds.transports.simulator.stage import HOUR, SURVEY, Stage

#: So many of those who were helped answer.
ANSWERED = 0.07
#: After this long an answer is no longer part of the present.
_SHOWN_S = 6 * HOUR
_GOOD = (
    "They came quickly and listened.",
    "Very kind officers.",
    "Explained everything well.",
    "Muy amables, gracias.",
)
_BAD = ("It took far too long.", "Nobody told me what happens next.", "I did not feel heard.", "Tardaron mucho.")


class Survey:
    """Asks about closed incidents; who waited long is less content."""

    def __init__(self, stage: Stage, prefix: str) -> None:
        self._stage, self._prefix = stage, prefix
        self._dice = stage.random("survey")
        self._number = 0

    def ask(self, incident: SimIncident) -> None:
        """Maybe get an answer, later."""
        if self._dice.random() < ANSWERED and not incident.kind.sensitive and incident.on_scene_t is not None:
            waited = incident.on_scene_t - incident.entered_t
            self._stage.after(self._dice.expovariate(1 / 2400.0) + 120.0, self._answer, incident, waited)

    def _answer(self, incident: SimIncident, waited_s: float) -> None:
        dice = self._dice
        self._number += 1
        rating = min(5, max(1, round(dice.gauss(4.4 - min(waited_s, 3600.0) / 1200.0, 1.0))))
        fields: dict[str, object] = {
            "incident_id": incident.id,
            "rating": rating,
            "language": "English",
            "channel": dice.choices(("sms", "web", "phone"), (7, 2, 1))[0],
        }
        if dice.random() < 0.5:
            said = dice.choice(_GOOD if rating >= 4 else _BAD)
            fields |= {"comment": said, "language": "Spanish" if said in {_GOOD[3], _BAD[3]} else "English"}
        id_ = f"F{self._prefix}-{self._number:04d}"
        self._stage.tell(SURVEY, "feedback", id_, fields)
        self._stage.after(_SHOWN_S, self._stage.tell, SURVEY, "feedback", id_, None)
