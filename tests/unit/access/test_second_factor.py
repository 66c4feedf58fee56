"""The second factor: codes of now, half a minute earlier and later, and recovery codes that nobody guesses."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from rtcc.access.second_factor import (
    app_address,
    is_recovery,
    new_recovery_codes,
    new_secret,
    qr_svg,
    recovery_hash,
    spelled,
    step_of,
)

#: The secret and the times of RFC 6238, appendix B, whose codes are eight digits there; the last six are ours.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


@pytest.mark.parametrize(("at", "code"), RFC_CODES)
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    """Any authenticator app makes them."""
    assert step_of(RFC_SECRET, code, at) == at // 30


@pytest.mark.parametrize(("late", "counts"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_counts_half_a_minute_around_its_time(late: int, counts: bool) -> None:
    """Clocks differ and people type slowly; a step is the code's own, whenever it comes."""
    begun = 30 * 41_152_263
    code = pyotp.TOTP(RFC_SECRET).at(begun)
    assert step_of(RFC_SECRET, code, begun + late) == (begun // 30 if counts else None)


@pytest.mark.parametrize("code", ["", "28708", "2870820", "abcdef", "２８７０８２", "\ud800", "287082\x00"])
def test_what_is_no_code_is_none(code: str) -> None:
    """Whatever is typed, nothing fails over it."""
    assert step_of(RFC_SECRET, code.encode("utf-8", "replace").decode(), 59) is None


def test_a_code_may_be_typed_in_groups() -> None:
    """As apps show it."""
    assert step_of(RFC_SECRET, " 287 082 ", 59) == 1
    assert not is_recovery("287 082")


def test_the_qr_code_says_who_and_for_what() -> None:
    """An app shows the name beside RTCC's; the picture is an SVG element without script, style or foreign address."""
    secret = new_secret()
    parts = urlsplit(app_address(secret, "Ann Roe: Díaz"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/RTCC:Ann Roe: Díaz"
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": ["RTCC"]}
    drawn = qr_svg(secret, "Ann Roe")
    assert re.fullmatch(r'<svg xmlns="http://www\.w3\.org/2000/svg"[^>]*>(<path [^>]*/>)+</svg>\s*', drawn)
    assert "style" not in drawn
    assert len(secret) == 32
    assert spelled(secret).replace(" ", "") == secret


def test_recovery_codes_are_random_and_kept_as_hashes() -> None:
    """Ten of 80 bits, none twice; found again however they are typed."""
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code) for code in codes)
    first = codes[0]
    for typed in (first.upper(), first.replace("-", ""), first.replace("-", " "), f" {first} "):
        assert recovery_hash(typed) == recovery_hash(first)
        assert is_recovery(typed)
    assert len({recovery_hash(code) for code in codes}) == 10
    assert first.replace("-", "") not in recovery_hash(first)
