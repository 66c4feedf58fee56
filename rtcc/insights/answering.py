"""The process beside the web process that answers questions to the past, one after the other, until its input ends.

Arrow takes much memory and its threads would hold up the live picture, so that neither may be where that is told from.
The first frame it is sent holds the settings, each other one a question; each answer is a frame and how it went.
"""

from __future__ import annotations

import logging
import os
import signal
import struct
import sys
from typing import Any, BinaryIO

import orjson

from rtcc.insights.address_history import NoPlaceError
from rtcc.insights.framing import ANSWERED, FAILED, HEAD, NO_PLACE, UNKNOWN
from rtcc.insights.questions import Answerer, NothingYetError
from rtcc.journal.manifest import DamagedError
from rtcc.journal.place import PlaceError
from rtcc.settings import Settings

log = logging.getLogger(__name__)

#: The live picture comes first, on a machine that has no core to spare.
_NICE = 5


def main() -> None:
    """Answer what is asked on the standard input."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Ctrl-C reaches every process of a terminal; the one that asks ends this one by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    about = _frame(asked)
    if about is None:
        return
    answerer: Answerer | None = None
    settings = Settings(**about)
    while (question := _frame(asked)) is not None:
        status, body = FAILED, b""
        try:
            answerer = answerer or Answerer(settings)
            answer = answerer.answer(question["question"], question["arguments"])
            status, body = (UNKNOWN, b"") if answer is None else (ANSWERED, orjson.dumps(answer))
        except NoPlaceError:
            status = NO_PLACE
        except (NothingYetError, DamagedError, PlaceError) as error:
            body = str(error).encode()
        except Exception:
            log.exception("The question %s could not be answered.", question["question"])
            body = b"Something failed while the past was read; the server's log says what."
        try:
            told.write(HEAD.pack(status, len(body)) + body)
            told.flush()
        except BrokenPipeError:
            # Who asked is gone.
            os._exit(0)


def _frame(asked: BinaryIO) -> dict[str, Any] | None:
    """Return the next frame, None at the end of the input."""
    head = asked.read(HEAD.size)
    try:
        _, size = HEAD.unpack(head)
    except struct.error:
        return None
    body = asked.read(size)
    if len(body) < size:
        return None
    frame: dict[str, Any] = orjson.loads(body)
    return frame


if __name__ == "__main__":
    main()
