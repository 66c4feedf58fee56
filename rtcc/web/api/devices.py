"""Registered devices: a browser becomes one by its address, once; administrators register and revoke them."""

from __future__ import annotations

import contextlib
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditRecord, AuditUnavailable
from rtcc.access.devices import OFFER_HOURS, Device, DeviceRefusedError, Devices, Kind, is_over
from rtcc.web.at_the_door import at_the_door, form_of, said
from rtcc.web.browsers import browser_of
from rtcc.web.check import noted
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import ADMINISTER, OPEN, by
from rtcc.web.session_cookie import forget_session, is_https
from rtcc.web.viewer import COOKIE, DEVICE_COOKIE, address_of, sessions_of

router = APIRouter()
_WORDS: Final[dict[Kind, str]] = {"wall": "Wall", "position": "Dispatch position"}
#: A wall hangs for years, and a revoked device is nothing whatever its cookie says; browsers allow no longer anyway.
_A_YEAR_S: Final = 365 * 86_400


@router.get("/device/{token}", openapi_extra=by(OPEN))
@at_the_door("No device")
async def show_device(request: Request, token: str) -> Response:
    """Show which device the address would make of this browser; only its button uses it."""
    device = _devices(request).offered(token)
    if device is None:
        return _no_offer(request, token)
    return plain_page(
        request,
        "devices/claim.html",
        title="Register this browser",
        device=device,
        kinds=_WORDS,
        address=address_of(request),
    )


@router.post("/device/{token}", openapi_extra=by(OPEN))
@at_the_door("No device")
async def claim(request: Request, token: str) -> Response:
    """Use the address up: this browser is the device from now on."""
    devices = _devices(request)
    # First without the file's lock, which strangers need not be able to take.
    claimed = None
    if devices.offered(token) is not None:
        claimed = devices.claim(token, address_of(request), request.headers.get("user-agent", ""))
    if claimed is None:
        return _no_offer(request, token)
    secret, device = claimed
    try:
        await request.app.state.audit.keep(_record(request, "device claimed", device))
    except AuditUnavailable:
        # No browser is a device of which the record does not say so.
        devices.revoke(device.name)
        raise
    response = RedirectResponse("/wall" if device.kind == "wall" else "/login", 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        DEVICE_COOKIE,
        secret,
        max_age=_A_YEAR_S,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )
    if device.kind == "wall" and COOKIE in request.cookies:
        # Whoever hung it up must not stay signed in on it.
        with contextlib.suppress(AccessAway):
            await sessions_of(request).end(request.cookies[COOKIE])
        forget_session(request, response)
    return response


@router.get("/admin/devices", openapi_extra=by(ADMINISTER))
async def show_devices(request: Request) -> Response:
    """Show every device, and how to register another."""
    return _list(request)


@router.post("/admin/devices", openapi_extra=by(ADMINISTER, audit="device registered"))
async def register(request: Request) -> Response:
    """Register a device, and show the address that makes a browser it: this once."""
    form = await form_of(request)
    name, kind, anywhere = form.get("name", "").strip(), form.get("kind", ""), form.get("any_address") == "yes"
    try:
        token = _devices(request).register(name, kind, any_address=anywhere)
    except DeviceRefusedError as error:
        return _list(request, 422, said=str(error), asked_name=name[:64], asked_kind=kind)
    noted(request, subject=("device", name), kind=kind, bound_to="any address" if anywhere else "its first use")
    return _list(request, made=f"{request.base_url}device/{token}", made_name=name)


@router.post("/admin/devices/{id}/revoke", openapi_extra=by(ADMINISTER, audit="device revoked"))
async def revoke(request: Request, id: str) -> Response:
    """Make a device nobody's, at once."""
    devices = _devices(request)
    device = next((one for one in devices.all() if one.id == id), None)
    if device is None or devices.revoke(device.name) is None:
        return _list(request, 404, said="There is no such device; somebody has revoked it before.")
    noted(request, subject=("device", device.name), kind=device.kind)
    return RedirectResponse("/admin/devices", 303, {"Cache-Control": "no-store"})


def _list(request: Request, status: int = 200, **over: str) -> Response:
    told = {"said": "", "made": "", "made_name": "", "asked_name": "", "asked_kind": "wall"} | over
    return plain_page(
        request,
        "devices/list.html",
        status,
        title="Devices",
        devices=_devices(request).all(),
        browser_of=browser_of,
        kinds=_WORDS,
        is_over=is_over,
        hours=OFFER_HOURS,
        **told,
    )


def _no_offer(request: Request, token: str) -> Response:
    if _devices(request).was_claimed(token):
        sentence = "A browser has become this device, and the address works once. If it was not yours, have it revoked."
        return said(request, 410, "This address has been used", sentence)
    sentence = "There is no such device, or its 24 hours are over. Ask whoever runs RTCC here for a new address."
    return said(request, 404, "This address leads nowhere", sentence)


def _record(request: Request, action: str, device: Device) -> AuditRecord:
    address = address_of(request)
    details = {"kind": device.kind, "bound_to": "any address" if device.any_address else address}
    return AuditRecord(
        who=device.name, by="device", address=address, action=action, subject=("device", device.name), details=details
    )


def _devices(request: Request) -> Devices:
    devices: Devices = request.app.state.devices
    return devices
