"""Sensors: gunshots heard, plates read and panic buttons pressed, many of them false; and the cameras themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rtcc.feeds.transports.simulator.demand import Demand, Flow
from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.incidents import Happening
from rtcc.feeds.transports.simulator.profiles import hourly
from rtcc.feeds.transports.simulator.stage import SENSORS, Stage
from rtcc.feeds.transports.simulator.streets import METRES_PER_DEGREE
from rtcc.feeds.transports.simulator.units import SimUnit
from rtcc.feeds.transports.simulator.world import Camera, World


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of detection: how often a day, when, how often it is true, and how often units then go there."""

    name: str
    per_day: float
    pattern: str
    true: float
    led: float
    words: tuple[str, ...]


GUNSHOT = Sort("gunshot", 14.0, "night", 0.6, 1.0, ("shot", "gun", "weapon", "firearm"))
PLATE = Sort("plate", 60.0, "commute", 0.35, 0.4, ("stolen", "wanted", "suspicious vehicle", "vehicle"))
PANIC = Sort("panic", 6.0, "even", 0.4, 1.0, ("panic", "hold-up", "alarm", "robbery"))
SORTS = (GUNSHOT, PLATE, PANIC)
#: Officers in need of help, a day.
EMERGENCIES_PER_DAY = 2.0
#: How often some camera stops, a day, and how often one of them is told again, in seconds of the wall.
_CAMERA_FAILS_PER_DAY, _CAMERA_TOLD_S = 6.0, 20.0
_REASONS = ("Stolen vehicle", "Stolen plate", "Wanted person", "Missing person", "Felony vehicle")
_LETTERS, _DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"


def incidents_per_day(cameras: bool) -> float:
    """Return how many incidents a day come from detections alone, at rate 1."""
    return sum(sort.per_day * sort.true * sort.led for sort in SORTS if cameras or sort is not PLATE)


class Sensors:
    """Detects; ``enter`` is what the operator does when units must go there.

    ``help`` is what the dispatcher does when an officer needs some, ``helped`` what when that is over.
    """

    def __init__(
        self, stage: Stage, world: World, demand: Demand, fleet: Fleet, prefix: str, rate: float, speed: float
    ) -> None:
        self._stage, self._world, self._demand, self._fleet, self._prefix = stage, world, demand, fleet, prefix
        self._dice = stage.random("sensors")
        self._told_s = _CAMERA_TOLD_S * speed
        self._number = 0
        self._down: set[str] = set()
        self._flows = {sort.name: Flow(sort.per_day * rate, hourly(sort.pattern).tolist()) for sort in SORTS}
        self._emergencies = Flow(EMERGENCIES_PER_DAY * rate, hourly("night").tolist())
        self.enter: Callable[[Happening, float], None] = lambda _happening, _t: None
        self.help: Callable[[SimUnit], None] = lambda _unit: None
        self.helped: Callable[[SimUnit], None] = lambda _unit: None

    def begin(self) -> None:
        for camera in self._world.cameras:
            self._tell_camera(camera)
        if self._world.cameras:
            self._stage.after(self._told_s, self._tell_next, 0)
            self._stage.after(self._dice.expovariate(_CAMERA_FAILS_PER_DAY / 86_400), self._fail)

    def begin_detecting(self) -> None:
        for sort in SORTS:
            if sort is not PLATE or self._world.cameras:
                self._plan(sort)
        self._plan_emergency()

    def _plan(self, sort: Sort) -> None:
        t = self._flows[sort.name].next(self._stage.t, self._stage.week_s(self._stage.t), self._dice)
        if t < math.inf:
            self._stage.at(t, self._detect, sort)

    def _detect(self, sort: Sort) -> None:
        self._plan(sort)
        dice = self._dice
        true = dice.random() < sort.true
        fields: dict[str, Any] = {"detection_type": sort.name, "review": "unreviewed"}
        spot = self._demand.spot(sort.pattern, dice)
        lat, lon = self._fleet.streets.point(spot)
        if sort is PLATE:
            camera = dice.choice(self._world.cameras)
            if camera.id in self._down:
                return
            # What the camera reads is on the street beside it.
            beside = self._fleet.streets.drives.nearest([camera.lat], [camera.lon])
            spot = type(spot)(int(beside.edge[0]), float(beside.share[0]))
            lat, lon = camera.lat, camera.lon
            plate = "".join(dice.choices(_DIGITS, k=1) + dice.choices(_LETTERS, k=3) + dice.choices(_DIGITS, k=3))
            fields |= {"camera_id": camera.id, "plate": plate, "hotlist_reason": dice.choice(_REASONS)}
            fields["confidence"] = round(dice.betavariate(12, 2) if true else dice.betavariate(5, 3), 2)
            fields["accuracy_m"] = 30.0
        elif sort is GUNSHOT:
            rounds = 1 + min(int(dice.expovariate(0.35)), 30) if true else 1 + int(dice.expovariate(0.12)) % 60
            fields |= {"rounds": rounds, "accuracy_m": round(dice.lognormvariate(3.0, 0.35), 1)}
            fields["confidence"] = round(dice.betavariate(9, 2) if true else dice.betavariate(4, 3), 2)
            lat += dice.gauss(0, fields["accuracy_m"] / 2) / METRES_PER_DEGREE
        else:
            fields |= {"accuracy_m": 10.0, "confidence": 1.0}
        self._tell(sort, fields | {"lat": round(lat, 6), "lon": round(lon, 6)}, true, spot)

    def _tell(self, sort: Sort, fields: dict[str, Any], true: bool, spot: Any) -> None:
        self._number += 1
        id_ = f"D{self._prefix}-{self._number:04d}"
        self._stage.tell(SENSORS, "detection", id_, fields)
        looked = self._dice.lognormvariate(3.6 if true else 4.8, 0.5)
        self._stage.after(looked, self._review, id_, true)
        if true and spot is not None and self._dice.random() < sort.led:
            happening = Happening(self._demand.kind_like(sort.words, 2), spot)
            self._stage.after(looked + 5.0, self.enter, happening, self._stage.t)

    def _review(self, id_: str, true: bool) -> None:
        self._stage.tell(SENSORS, "detection", id_, {"review": "confirmed" if true else "dismissed"})

    # ------------------------------------------------------------ officers

    def _plan_emergency(self) -> None:
        t = self._emergencies.next(self._stage.t, self._stage.week_s(self._stage.t), self._dice)
        if t < math.inf:
            self._stage.at(t, self._emergency)

    def _emergency(self) -> None:
        self._plan_emergency()
        on_scene = [unit for unit in self._fleet.units.values() if unit.status == "on_scene" and not unit.emergency]
        if not on_scene:
            return
        unit = self._dice.choice(on_scene)
        unit.emergency = True
        self._fleet.tell(unit)
        lat, lon, _, _ = unit.path.position(self._stage.t)
        fields = {"detection_type": "panic", "review": "unreviewed", "accuracy_m": 10.0, "confidence": 1.0}
        # Units go to the officer; no incident of its own is made of it.
        self._tell(PANIC, fields | {"lat": round(lat, 6), "lon": round(lon, 6)}, True, None)
        self.help(unit)
        self._stage.after(self._dice.uniform(180, 480), self._emergency_over, unit, unit.errand)

    def _emergency_over(self, unit: SimUnit, errand: int) -> None:
        # Who has left the scene since is out of danger already.
        if unit.errand == errand and unit.emergency:
            unit.emergency = False
            self._fleet.tell(unit)
            self.helped(unit)

    # ------------------------------------------------------------ cameras

    def _tell_camera(self, camera: Camera) -> None:
        fields = {
            "name": camera.name,
            "lat": camera.lat,
            "lon": camera.lon,
            "heading_deg": camera.heading_deg % 360,
            "fov_deg": camera.fov_deg,
            "state": "offline" if camera.id in self._down else "online",
        }
        self._stage.tell(SENSORS, "camera", camera.id, fields)

    def _tell_next(self, index: int) -> None:
        """Tell one camera after the other again: a picture that began later learns of them, and the feed is heard."""
        cameras = self._world.cameras
        self._tell_camera(cameras[index % len(cameras)])
        self._stage.after(self._told_s, self._tell_next, index + 1)

    def _fail(self) -> None:
        camera = self._dice.choice(self._world.cameras)
        if camera.id not in self._down:
            self._down.add(camera.id)
            self._tell_camera(camera)
            self._stage.after(self._dice.uniform(600, 5400), self._repair, camera)
        self._stage.after(self._dice.expovariate(_CAMERA_FAILS_PER_DAY / 86_400), self._fail)

    def _repair(self, camera: Camera) -> None:
        self._down.discard(camera.id)
        self._tell_camera(camera)
