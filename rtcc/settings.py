"""Every setting of RTCC, read from `rtcc.toml` in the data folder or here, then from RTCC_* variables."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rtcc.model.fields import KINDS

CITIES = Path(__file__).parent.parent / "cities"


class JournalKept(BaseModel):
    """How long the journal keeps what, in days; 0 is for ever."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    positions_days: int = Field(90, ge=0, description="Units' positions are all kept this long, then one a minute.")
    raw_days: int = Field(90, ge=0, description="Requests are kept as they were received this long.")
    days: dict[str, Annotated[int, Field(ge=0)]] = Field({}, description="By kind, how long its past is kept.")

    @field_validator("days")
    @classmethod
    def _of_kinds(cls, days: dict[str, int]) -> dict[str, int]:
        unknown = days.keys() - KINDS.keys()
        if unknown:
            raise ValueError(f"there is no kind {min(unknown)}; there are {', '.join(KINDS)}")
        return days


class OpenIdSettings(BaseModel):
    """The agency's own sign-in, by OpenID Connect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern=r"^https?://\S+$", description="Address of the provider.")
    client_id: str = Field(min_length=1, description="By which the provider knows RTCC.")
    client_secret_file: Path | None = Field(
        None, description="File with the secret, for its owner alone; without it RTCC_OPENID_SECRET holds the secret."
    )
    name: str = Field("Single sign-on", min_length=1, max_length=40, description="What stands on the button.")
    name_claim: str = Field("preferred_username", description="Claim that holds the account's name.")
    roles_claim: str = Field("roles", description="Claim that holds a list of roles or groups.")
    roles: dict[str, str] = Field({}, description="For each value of that claim which counts, the role it stands for.")


class AccessSettings(BaseModel):
    """How people are let in, and how long a screen stays open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    local_wall: bool = Field(
        True, description="On loopback alone, without a proxy, whoever is on this machine sees the wall unsigned."
    )
    second_factor: bool = Field(True, description="Signing in with a password needs a second factor.")
    password_min: int = Field(12, ge=8, le=64, description="The least length of a password, in characters.")
    breached_file: Path | None = Field(
        None, description="Passwords known from breaches, more than RTCC brings: SHA-1 hashes in order, one a line."
    )
    lock_after_s: int = Field(1800, ge=60, le=1800, description="A screen that nobody has touched so long is locked.")
    unused_days: int = Field(90, ge=1, le=90, description="An account that nobody has used so long is disabled.")
    openid: OpenIdSettings | None = Field(None, description="The agency's own sign-in, by OpenID Connect.")


class Settings(BaseSettings):
    """What an installation may choose; each name here is `RTCC_` + NAME in the environment."""

    model_config = SettingsConfigDict(env_prefix="RTCC_", extra="forbid")

    data_dir: Path = Field(Path("rtcc-data"), description="Folder of everything this installation keeps.")
    redis_url: str | None = Field(None, description="Redis or Valkey to use; without it an embedded Valkey starts.")
    durability: Literal["process", "power"] = Field(
        "process", description="What an acknowledged event survives: the death of any process, or loss of power."
    )
    city: Path | None = Field(None, description="A city pack, or a recipe for one; without it the invented city.")
    city_seed: int = Field(1, ge=0, description="Which invented city, where no other is set.")
    host: str = Field("127.0.0.1", description="Address the web server binds; loopback only until accounts exist.")
    port: int = Field(8050, ge=0, le=65535, description="Port of the web server.")
    hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost", "[::1]"), description="Names by which browsers may address the web server."
    )
    tls_certificate: Path | None = Field(None, description="File with the certificate, and its chain, for TLS.")
    tls_key: Path | None = Field(None, description="File with the certificate's key, for its owner alone.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses or networks of proxies that say truly who asks, and that they were asked over TLS."
    )
    access: AccessSettings = Field(AccessSettings(), description="How people are let in; a table of its own.")
    audit_days: int = Field(400, ge=365, description="How long the record of who did and saw what is kept, in days.")
    feeds_file: Path | None = Field(None, description="Where feeds are declared; default: feeds.toml in data_dir.")
    wall_tour_s: int = Field(30, ge=0, description="The wall looks at each district this long; 0 is no tour.")
    replay: Path | None = Field(None, description="File of past calls that `rtcc up` replays instead of inventing.")
    replay_speed: float = Field(20.0, gt=0, description="How much faster than life `rtcc up` replays that file.")
    backlog_limit: int = Field(400, ge=1, description="Micro-batches waiting for a worker above which ingest says 429.")
    stream_length: int = Field(200_000, ge=1000, description="Changes that the stream keeps for those who resume.")
    journal: str = Field(
        "", description='Where the past is kept: a folder or an fsspec address; "off" keeps none. Default: in data_dir.'
    )
    journal_name: str = Field(
        "center",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="Name of this installation among those that share one place for their journals.",
    )
    journal_segment_s: float = Field(10.0, gt=0, le=3600, description="A change is in the journal after at most this.")
    journal_picture_s: float = Field(600.0, gt=0, description="The whole picture goes into the journal this often.")
    journal_backlog_limit: int = Field(
        1_000_000, ge=1, description="Changes not in the journal yet above which ingest says 429."
    )
    journal_raw_limit_mb: int = Field(
        256, ge=1, description="Received bytes (MiB in the store) not in the journal yet above which ingest says 429."
    )
    journal_kept: JournalKept = Field(JournalKept(), description="How long the journal keeps what.")
    incident_leaves_after_s: int = Field(900, ge=0, description="A closed incident stays in the picture this long.")
    call_leaves_after_s: int = Field(300, ge=0, description="An ended call stays in the picture this long.")
    alarm_leaves_after_s: int = Field(900, ge=0, description="A cleared alarm stays in the picture this long.")
    detection_leaves_after_s: int = Field(7200, ge=0, description="A detection stays in the picture this long.")
    note_leaves_after_s: int = Field(86_400, ge=0, description="A note stays in the picture this long.")
    notice_leaves_after_s: int = Field(
        900, ge=0, description="A notice that was ended stays in the picture this long; an expired one leaves at once."
    )
    unit_leaves_after_s: int = Field(
        900, ge=0, description="A unit whose source vouches for its fix until a time stays this long after it."
    )
    alarms: dict[str, Any] = Field({}, description="Operators, and the parameters of each alarm rule.")
    tombstone_kept_s: int = Field(
        7 * 86_400,
        ge=3600,
        description="How long a departed entity is remembered, so that late events cannot revive it.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, and a command's own options over both."""
        file = Path(os.environ.get("RTCC_CONFIG", "rtcc.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    def wall_is_open(self) -> bool:
        """Say whether whoever reaches the server sees the wall unsigned: where that can only be somebody on it."""
        try:
            alone = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            alone = self.host == "localhost"
        return self.access.local_wall and alone and not self.trusted_proxies

    def keeps_journal(self) -> bool:
        """Say whether the past is kept at all."""
        return self.journal != "off"

    def journal_place(self) -> str:
        """Return the folder or fsspec address of this installation's own journal."""
        base = self.journal or str(self.data_dir / "journal")
        return f"{base.rstrip('/')}/{self.journal_name}"

    def feeds_path(self) -> Path:
        """Return the file in which the feeds of this installation are declared; it need not exist."""
        return self.feeds_file or self.data_dir / "feeds.toml"

    def trim(self) -> str:
        """Return what the picture's scripts are told of how long the stream may be (see tell.lua)."""
        return f"{self.stream_length} journal" if self.keeps_journal() else str(self.stream_length)

    def leaves_after_s(self) -> dict[str, int]:
        """Return, by kind, how many seconds an entity that ended, or leaves by its age, stays in the live picture."""
        return {
            "incident": self.incident_leaves_after_s,
            "call": self.call_leaves_after_s,
            "alarm": self.alarm_leaves_after_s,
            "detection": self.detection_leaves_after_s,
            "note": self.note_leaves_after_s,
            "notice": self.notice_leaves_after_s,
            "unit": self.unit_leaves_after_s,
        }


def load_settings(data_dir: Path | None = None) -> Settings:
    """Return the settings of this installation; a folder named on the command line wins."""
    return Settings() if data_dir is None else Settings(data_dir=data_dir.absolute())
