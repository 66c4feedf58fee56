"""Files with secrets are used only when nobody but their owner can read them, and `rtcc doctor` finds the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtcc.access.audit import AuditLog, AuditRecord
from rtcc.access.devices import Devices
from rtcc.access.keys import KeyRing
from rtcc.access.private_file import NotPrivateError, open_to_others, require_private
from rtcc.cli.own_files import own_files_told, require_own_files
from rtcc.settings import Settings


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_its_owners_own_file_is_used(tmp_path: Path, mode: int) -> None:
    """However much the owner may do with it."""
    file = tmp_path / "secret"
    file.touch(mode)
    require_private(file, "tls_key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_one_that_the_group_or_others_come_at_is_not(tmp_path: Path, mode: int) -> None:
    """One sentence says what it is and what mends it."""
    file = tmp_path / "secret"
    file.touch()
    file.chmod(mode)
    with pytest.raises(NotPrivateError, match=f"tls_key is {file}, which others .* chmod 600 {file}"):
        require_private(file, "tls_key")


def test_one_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    """And a folder is none."""
    for file in (tmp_path / "missing", tmp_path):
        with pytest.raises(NotPrivateError, match="cannot be read"):
            require_private(file, "tls_key")


def test_what_is_loose_in_a_data_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As RTCC makes them nothing is; what a careless copy opened is named, the audit's files too."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=tmp_path)
    KeyRing(tmp_path).create("cad", "ingest")
    Devices(tmp_path).register("Wall east", "wall")
    log = AuditLog(settings)
    log.append(AuditRecord(who="cli:test", action="key made"))
    log.close()
    assert list(open_to_others(tmp_path)) == []
    assert list(own_files_told(settings)) == [
        "keys, accounts, devices, the audit log and secrets are for their owner alone"
    ]
    (month,) = (tmp_path / "audit").glob("*.jsonl")
    for file in (tmp_path / "keys.json", month):
        file.chmod(0o644)
    assert list(open_to_others(tmp_path)) == [tmp_path / "keys.json", month]
    told = list(own_files_told(settings))
    assert len(told) == 2
    assert all(line.startswith("OPEN: ") and "chmod go=" in line for line in told)


def test_settings_with_a_password_in_them_are_for_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one anybody may read them."""
    monkeypatch.chdir(tmp_path)
    file, settings = tmp_path / "rtcc.toml", Settings(data_dir=tmp_path)
    file.write_text('redis_url = "redis://localhost:6379/0"\n')
    file.chmod(0o644)
    require_own_files(settings)
    file.write_text('redis_url = "redis://:s3cret@localhost:6379/0"\n')
    with pytest.raises(NotPrivateError, match="has a password in it") as refused:
        require_own_files(settings)
    assert "s3cret" not in str(refused.value)
    file.chmod(0o600)
    require_own_files(settings)
