"""Where the web process may answer: for others than this machine only with accounts, TLS or a proxy, and a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtcc.access.accounts import Accounts
from rtcc.settings import Settings
from rtcc.web.binding import OpenAddressError, is_loopback, require_safe_binding

OPEN = {"host": "0.0.0.0", "hosts": ("localhost", "center.example.org")}
PROXY = {"trusted_proxies": ("10.1.0.4",)}


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """The accounts of an installation in which somebody has set a password."""
    accounts = Accounts(tmp_path)
    accounts.ensure("Ann Roe", "admin")
    accounts.set_password("Ann Roe", "a hash")
    return accounts


def refused(accounts: Accounts, **chosen: Any) -> str:
    """Return the sentence that refuses these settings, "" where nothing does."""
    try:
        require_safe_binding(Settings(**chosen), accounts)
    except OpenAddressError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_this_machine_nothing_is_asked_for(tmp_path: Path, host: str) -> None:
    """As it was before there were accounts."""
    assert refused(Accounts(tmp_path), host=host) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.4", "center.example.org", "localhost.example.org"])
def test_for_others_each_thing_that_is_missing_is_named_and_how_to_get_it(tmp_path: Path, host: str) -> None:
    """Accounts, TLS or a proxy, and a name, in one sentence."""
    sentence = refused(Accounts(tmp_path), host=host)
    assert sentence.startswith(f"host is {host},")
    assert sentence.endswith(".")
    for said in ("rtcc users invite", "tls_certificate and tls_key", "trusted_proxies", "RTCC_HOSTS"):
        assert said in sentence


def test_an_account_that_nobody_has_come_in_by_is_none(tmp_path: Path) -> None:
    """An invitation lies about in a mail; only who has set a password or signed in is somebody."""
    accounts = Accounts(tmp_path)
    accounts.ensure("Ann Roe", "admin")
    assert "rtcc users invite" in refused(accounts, **OPEN, **PROXY)
    accounts.used("Ann Roe")
    assert refused(accounts, **OPEN, **PROXY) == ""


def test_with_accounts_and_a_proxy_it_may(accounts: Accounts) -> None:
    """And without the proxy what is said is what is missing, and no more."""
    assert refused(accounts, **OPEN, **PROXY) == ""
    sentence = refused(accounts, **OPEN)
    assert "sealed" in sentence
    assert "rtcc users" not in sentence
    assert "RTCC_HOSTS" not in sentence


@pytest.mark.parametrize("proxy", ["caddy", "10.1.0.0/33", "", "10.1.0.4:443", "*", "10.1.0.4/24"])
def test_a_proxy_is_an_address_or_a_network(accounts: Accounts, proxy: str) -> None:
    """A name may lead elsewhere tomorrow; a slip is told before anything starts, and on loopback too."""
    assert "no IP address and no network" in refused(accounts, trusted_proxies=(proxy,))


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0"])
def test_not_everybody_is_a_proxy(accounts: Accounts, everybody: str) -> None:
    """Whoever is believed says who asks."""
    assert "everybody" in refused(accounts, trusted_proxies=(everybody,))


def test_tls_needs_both_files_and_the_key_for_its_owner_alone(accounts: Accounts, tmp_path: Path) -> None:
    """One without the other, a missing one, one that others can read, and one that is no key: each in a sentence."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    both = {"tls_certificate": certificate, "tls_key": key}
    assert "tls_key is not" in refused(accounts, tls_certificate=certificate)
    assert "tls_certificate is not" in refused(accounts, tls_key=key)
    assert "cannot be read" in refused(accounts, **both)
    certificate.write_text("no certificate")
    key.touch(0o640)
    assert f"chmod 600 {key}" in refused(accounts, **both)
    key.chmod(0o600)
    assert "both must be PEM" in refused(accounts, **both)


@pytest.mark.parametrize(
    ("name", "local"),
    [("localhost", True), ("[::1]", True), ("127.0.0.1", True), ("localhost.evil", False), ("0.0.0.0", False)],
)
def test_what_leads_to_this_machine_alone(name: str, local: bool) -> None:
    """No name that only looks like it."""
    assert is_loopback(name) is local
