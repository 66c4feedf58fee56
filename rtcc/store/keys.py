"""Every key that RTCC keeps in the store, and how long each lives; nothing else may spell a key.

All of them belong to one logical store: the picture's script computes entity keys from what it reads, so the
picture needs a single node (with replicas), not a cluster.
"""

from __future__ import annotations

import hashlib
import unicodedata

#: Hash of one entity: field → version and value; `@` fields are the picture's own. Lives until purged.
ENTITY = "rtcc:entity:"
#: Set of "kind:id" of every entity that is in the picture now.
PRESENT = "rtcc:present"
#: Sorted set of "kind:id" by the Unix second at which an ended entity leaves the picture.
LEAVING = "rtcc:leaving"
#: Sorted set of "kind:id" by the Unix second at which a departed entity's tombstone is forgotten.
TOMBSTONES = "rtcc:tombstones"
#: Stream of effective changes, an entry a batch, bounded by `stream_length` changes.
CHANGES = "rtcc:changes"
#: List beside the stream: for each entry its id and the count of all changes up to it.
CHANGE_MARKS = "rtcc:changes:marks"
#: Hash of what the journal says of itself: `confirmed` (id of the last entry of the stream that it has), `total` (count
#: of all changes up to there), `confirmed_at` (when that entry was written, Unix s), `raw` (id of the last raw bytes
#: that it has), `alive_at` (when its process last said so, Unix s), `trouble` (a sentence, or empty).
JOURNAL = "rtcc:journal"
#: Held by the one process that keeps the journal; ends by itself within seconds of that process.
JOURNAL_WRITER = "rtcc:journal:writer"
#: Id of the stream's entry up to which the picture is being rebuilt from the journal; there until that is done.
REBUILDING = "rtcc:journal:rebuilding"
#: Stream of the bytes in which events were received, until the journal has them.
RAW = "rtcc:raw"
#: One micro-batch, kept from its acknowledgement until it is in the picture.
BATCH = "rtcc:batch:"
#: Sorted set of the names of those batches by the Unix second at which they began to wait.
BATCHES = "rtcc:batches"
#: Hash of source → Unix second of the last event received from it.
HEARD = "rtcc:heard"
#: Hash of source → events taken in from it, effective or not.
TAKEN = "rtcc:taken"
#: Hash of counters: events applied and stale, changes, dead letters ever; the stream's last id and the last trimmed.
COUNTERS = "rtcc:counters"
#: Stream of events that could not be taken, bounded by number and by size of each.
DEAD_LETTERS = "rtcc:deadletters"

#: Hash of what is known of one feed: its last success and error, counts, breaker, and where it must go on. Stays.
FEED = "rtcc:feed:"
#: Hash of row id → mark of what a feed has told of it, for formats that remember. As long as its rows are told.
FEED_MEMORY = "rtcc:feed:memory:"
#: Stream of payloads that a feed's open breaker holds back, bounded by number and bytes, until they are redriven.
FEED_HELD = "rtcc:feed:held:"
#: Sorted set of marks of the rows that became dead letters, by Unix second, bounded: the same row becomes one once.
FEED_BURIED = "rtcc:feed:buried:"
#: Held by the one process that listens for feeds; ends by itself within seconds of that process.
LISTENER = "rtcc:feeds:listener"
#: Unix second at which the process that listens for feeds last said that it lives; stays.
LISTENING = "rtcc:feeds:listening"
#: Held by whoever polls a feed; ends by itself within a minute of that process.
FEED_LOCK = "rtcc:feed:lock:"

#: Hash of what the alarms remember beside the picture: key → [what, since (Unix s)]. Each entry lives while it is so.
ALARM_MEMORY = "rtcc:alarms:memory"
#: Hash of incident id → [entered (Unix s), type, lat, lon], for four weeks: what the alarms compare the present with.
ALARM_ARRIVALS = "rtcc:alarms:arrivals"
#: Sorted set of "microsecond alarm" of every raise by its Unix second, for a day.
ALARM_RAISES = "rtcc:alarms:raises"
#: Held by the one process that watches the alarms; ends by itself within seconds of that process.
ALARM_WATCH = "rtcc:alarms:watch"

#: Who signed in, as JSON, under the hash of the session's token; ends by itself `SESSION_S` after the sign-in.
SESSION = "rtcc:session:"
#: Unix second at which somebody was last seen at a session's screen, under the same hash; ends with the session.
SESSION_SEEN = "rtcc:session:seen:"
#: Unix second at which a session was locked, under the same hash; there while it is, and ends with the session.
SESSION_LOCKED = "rtcc:session:locked:"
#: Set of the hashes of somebody's sessions, under the name without regard to case; ends after the last of them.
SESSIONS_OF = "rtcc:sessions:"
#: Who may sign in once, as JSON, under the hash of the address's token; ends by itself `LINK_S` after it was made.
LINK = "rtcc:login:"
#: There while an address that has been used would still have been good, so that who comes second is told so.
USED_LINK = "rtcc:login:used:"

#: Number and hash of the last record of the audit log, so that whoever cuts off its end is found out. Stays.
AUDIT_HEAD = "rtcc:audit:head"
#: The purpose, as JSON, for which somebody may see one subject; ends by itself `SHIFT_S` after it was given.
REASON = "rtcc:reason:"
#: Hash of number → break-glass use, as JSON, that nobody has reviewed yet. Each stays until somebody has.
BREAK_GLASS = "rtcc:breakglass"

#: Sorted set of failed attempts to sign in by Unix second, under the hash of a name or an address; ends by itself after
#: the quarter of an hour that counts.
FAILURES = "rtcc:signin:failures:"
#: There while an address with this hash must wait and that is on record; ends by itself with the wait.
REFUSED_ADDRESS = "rtcc:signin:refused:"
#: There for a day after too many failures under a name that nobody has, so that nobody learns which names there are.
NOBODYS_LOCK = "rtcc:signin:locked:"
#: Who has proved one part of who they are, as JSON, under the hash of the token in their browser; ends by itself.
HALF_WAY = "rtcc:signin:half:"
#: Who is on the way to the OpenID provider and back, as JSON, under the hash of the state; ends by itself.
OPENID = "rtcc:signin:openid:"


def batch(name: str) -> str:
    """Return the key of one micro-batch."""
    return BATCH + name


def session(digest: str) -> str:
    """Return the key of the session with this hash."""
    return SESSION + digest


def session_seen(digest: str) -> str:
    """Return the key of when somebody was last at the screen of the session with this hash."""
    return SESSION_SEEN + digest


def session_locked(digest: str) -> str:
    """Return the key that is there while the session with this hash is locked."""
    return SESSION_LOCKED + digest


def sessions_of(name: str) -> str:
    """Return the key of the sessions of somebody, however the name is written."""
    return SESSIONS_OF + unicodedata.normalize("NFC", name).casefold()


def link(digest: str) -> str:
    """Return the key of the sign-in address with this hash."""
    return LINK + digest


def used_link(digest: str) -> str:
    """Return the key that remembers the use of the sign-in address with this hash."""
    return USED_LINK + digest


def reason(name: str, kind: str, id_: str) -> str:
    """Return the key of the purpose for which somebody, however the name is written, may see a subject."""
    digest = hashlib.sha256("\n".join((unicodedata.normalize("NFC", name).casefold(), kind, id_)).encode())
    return REASON + digest.hexdigest()


def failures(digest: str) -> str:
    """Return the key of the failed attempts under the name or from the address with this hash."""
    return FAILURES + digest


def refused_address(digest: str) -> str:
    """Return the key that is there while the address with this hash must wait, once that is on record."""
    return REFUSED_ADDRESS + digest


def nobodys_lock(digest: str) -> str:
    """Return the key that is there while a name with this hash, which nobody has, is locked."""
    return NOBODYS_LOCK + digest


def half_way(digest: str) -> str:
    """Return the key of a sign-in that has been begun, by the hash of its token."""
    return HALF_WAY + digest


def openid(digest: str) -> str:
    """Return the key of a sign-in that went to the OpenID provider, by the hash of its state."""
    return OPENID + digest


def feed(name: str) -> str:
    """Return the key of what is known of a feed."""
    return FEED + name


def feed_memory(name: str) -> str:
    """Return the key of what a feed remembers of its rows."""
    return FEED_MEMORY + name


def feed_held(name: str) -> str:
    """Return the key of what a feed's breaker holds back."""
    return FEED_HELD + name


def feed_buried(name: str) -> str:
    """Return the key of the marks of a feed's rows that are dead letters."""
    return FEED_BURIED + name


def feed_lock(name: str) -> str:
    """Return the key of the lock of a feed."""
    return FEED_LOCK + name


def entity(kind: str, id_: str) -> str:
    """Return the key of one entity's hash."""
    return f"{ENTITY}{kind}:{id_}"
