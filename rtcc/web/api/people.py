"""The people of the center: who has an account, in what state it is, and letting them in or keeping them out."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.account import Account, folded
from rtcc.access.accounts import AccountRefusedError, Accounts
from rtcc.access.roles import ROLES
from rtcc.access.sessions import LINK_S, LinkRefusedError
from rtcc.web.api.callers import Caller
from rtcc.web.at_the_door import form_of
from rtcc.web.check import noted
from rtcc.web.city_time import city_time
from rtcc.web.people_told import BADGES, told_person
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import ADMINISTER, by
from rtcc.web.sessions_told import told_sessions
from rtcc.web.viewer import Viewer, sessions_of

router = APIRouter()
_DONE: Final = {
    "unlocked": "The account is open again; its owner signs in as before.",
    "disabled": "The account is disabled, and every session of its owner has ended.",
    "enabled": "The account is enabled; its owner signs in as before.",
    "roles": "The roles are changed.",
    "ended": "Their sessions have ended.",
}


class _Refused(Exception):  # noqa: N818 - what an administrator may not do is no failure
    """What cannot be done with an account; the message says why in one sentence."""


@router.get("/admin/people", openapi_extra=by(ADMINISTER))
async def show_people(request: Request) -> Response:
    """List the accounts, all or those that are looked for, and offer to invite somebody."""
    return await _list(request)


@router.post("/admin/people/invite", openapi_extra=by(ADMINISTER, "invitation made"))
async def invite(request: Request) -> Response:
    """Make an account and the address at which its owner sets it up, which is shown this once."""
    form = await form_of(request)
    name, role = form.get("name", "").strip(), form.get("role", "")
    accounts, there = _accounts(request), _accounts(request).get(name)
    if there is not None and (there.password or there.subject):
        sentence = f"{there.name} has an account that is set up; change its roles on its page."
        return await _list(request, 422, refused=sentence, asked=(name[:64], role))
    try:
        account = await asyncio.to_thread(accounts.ensure, name, role)
        made = await _address(request, account.name, role)
    except (AccountRefusedError, LinkRefusedError) as refusal:
        return await _list(request, 422, refused=str(refusal), asked=(name[:64], role))
    noted(request, subject=("account", account.name), role=role)
    return await _list(request, made=(account.name, made))


@router.get("/admin/people/person", openapi_extra=by(ADMINISTER))
async def show_person(request: Request, viewer: Caller) -> Response:
    """Show one account, its owner's sessions, and what can be done with it."""
    account = _accounts(request).get(request.query_params.get("name", ""))
    if account is None:
        return await _list(request, 404, refused="There is no account of this name.")
    return await _person(request, viewer, account, done=_DONE.get(request.query_params.get("done", "")))


@router.post("/admin/people/unlock", openapi_extra=by(ADMINISTER, "account unlocked"))
async def unlock(request: Request) -> Response:
    """Let somebody sign in again after failed attempts."""
    account, _ = await _asked(request)
    if account is None:
        return await _nobody(request)
    await asyncio.to_thread(_accounts(request).unlock, account.name)
    await request.app.state.door.throttle.clear(account.name)
    return _to(account.name, "unlocked")


@router.post("/admin/people/disable", openapi_extra=by(ADMINISTER, "account disabled"))
async def disable(request: Request, viewer: Caller) -> Response:
    """Keep somebody out from now on, and say why; what they have open ends at once."""
    account, form = await _asked(request)
    if account is None:
        return await _nobody(request)
    why = form.get("why", "").strip()
    try:
        _require_dispensable(request, viewer, account)
        await asyncio.to_thread(_accounts(request).disable, account.name, why)
    except (_Refused, AccountRefusedError) as refusal:
        return await _person(request, viewer, account, 422, refused=str(refusal))
    noted(request, why=why)
    await sessions_of(request).end_all(account.name)
    return _to(account.name, "disabled")


@router.post("/admin/people/enable", openapi_extra=by(ADMINISTER, "account enabled"))
async def enable(request: Request) -> Response:
    """Let somebody in again who was disabled, or had not come for too long."""
    account, _ = await _asked(request)
    if account is None:
        return await _nobody(request)
    await asyncio.to_thread(_accounts(request).enable, account.name)
    return _to(account.name, "enabled")


@router.post("/admin/people/reset", openapi_extra=by(ADMINISTER, "account changed"))
async def reset(request: Request, viewer: Caller) -> Response:
    """Forget somebody's password and second factor, and show the address at which they set up both anew."""
    account, _ = await _asked(request)
    if account is None:
        return await _nobody(request)
    noted(request, what="reset")
    if folded(account.name) == folded(viewer.name):
        return await _person(request, viewer, account, 422, refused="Your own you change under Account.")
    account = await asyncio.to_thread(_accounts(request).reset, account.name)
    await sessions_of(request).end_all(account.name)
    made = await _address(request, account.name, account.roles[0])
    return await _person(request, viewer, account, made=made)


@router.post("/admin/people/roles", openapi_extra=by(ADMINISTER, "account changed"))
async def set_roles(request: Request, viewer: Caller) -> Response:
    """Let somebody be this and nothing else; a session in a role that is taken away ends."""
    account, form = await _asked(request)
    if account is None:
        return await _nobody(request)
    # Those that stay keep their places: a session begins as the first.
    wanted = [*account.roles, *(role for role in ROLES if role not in account.roles)]
    roles = [role for role in wanted if form.get(f"role-{role}")]
    noted(request, what="roles", roles=" ".join(roles))
    try:
        if "admin" not in roles:
            _require_dispensable(request, viewer, account)
        await asyncio.to_thread(_accounts(request).set_roles, account.name, roles)
    except (_Refused, AccountRefusedError) as refusal:
        return await _person(request, viewer, account, 422, refused=str(refusal))
    return _to(account.name, "roles")


@router.post("/admin/people/end-sessions", openapi_extra=by(ADMINISTER, "session ended"))
async def end_sessions(request: Request, viewer: Caller) -> Response:
    """End what somebody has open, everywhere; one's own session stays."""
    account, _ = await _asked(request)
    if account is None:
        return await _nobody(request)
    ended = await sessions_of(request).end_all(account.name, but=viewer.id)
    noted(request, sessions=str(ended))
    return _to(account.name, "ended")


def _require_dispensable(request: Request, viewer: Viewer, account: Account) -> None:
    """Refuse to keep out oneself or the last administrator. Raises _Refused."""
    if "admin" not in account.roles:
        return
    if folded(account.name) == folded(viewer.name):
        raise _Refused("You cannot disable yourself, nor take the role of an administrator from yourself.")
    accounts = _accounts(request)
    others = [
        one
        for one in accounts.all()
        if one.name != account.name and "admin" in one.roles and not one.locked_at and accounts.shut(one) is None
    ]
    if not others:
        raise _Refused(f"{account.name} is the last administrator; make another one first.")


async def _asked(request: Request) -> tuple[Account | None, dict[str, str]]:
    """Return the account that a form is about, and the form; the account's name goes on record."""
    form = await form_of(request)
    account = _accounts(request).get(form.get("name", ""))
    if account is not None:
        noted(request, subject=("account", account.name))
    return account, form


async def _address(request: Request, name: str, role: str) -> str:
    token = await sessions_of(request).invite(name, role, account=True, enroll=True)
    return f"{request.base_url}login/{token}"


async def _nobody(request: Request) -> Response:
    return await _list(request, 404, refused="There is no account of this name.")


def _to(name: str, done: str) -> Response:
    where = urlencode({"name": name, "done": done})
    return RedirectResponse(f"/admin/people/person?{where}", 303, {"Cache-Control": "no-store"})


async def _list(
    request: Request,
    status: int = 200,
    *,
    refused: str | None = None,
    made: tuple[str, str] | None = None,
    asked: tuple[str, str] = ("", "dispatcher"),
) -> Response:
    accounts, clock = _accounts(request), city_time(request)
    people = [told_person(account, accounts, clock) for account in accounts.all()]
    text, state = request.query_params.get("text", "").strip(), request.query_params.get("state", "")
    shown = [
        person
        for person in people
        if folded(text) in folded(person.name) and (state not in BADGES or person.state == state)
    ]
    found = {person.name: len(await sessions_of(request).of(person.name)) for person in shown}
    return plain_page(
        request,
        "people/list.html",
        status,
        title="People",
        people=shown,
        count=len(people),
        sessions=found,
        states=tuple(BADGES),
        text=text,
        state=state,
        roles=ROLES,
        hours=LINK_S // 3600,
        refused=refused,
        made=made,
        asked=asked,
    )


async def _person(
    request: Request,
    viewer: Viewer,
    account: Account,
    status: int = 200,
    *,
    done: str | None = None,
    refused: str | None = None,
    made: str | None = None,
) -> Response:
    clock = city_time(request)
    found = await sessions_of(request).of(account.name)
    return plain_page(
        request,
        "people/person.html",
        status,
        title=account.name,
        person=told_person(account, _accounts(request), clock),
        sessions=told_sessions(found, viewer.id, clock),
        is_me=folded(account.name) == folded(viewer.name),
        roles=ROLES,
        hours=LINK_S // 3600,
        done=done,
        refused=refused,
        made=made,
    )


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts
