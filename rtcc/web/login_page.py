"""The pages of the sign-in as plain HTML: they need no script, so that they work while everything else still loads."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

from rtcc.access.sessions import SESSION_S, Invited
from rtcc.web.document import Theme
from rtcc.web.viewer import Viewer

_HEADERS = {
    # A page back in the history must not offer an address that has been used since.
    "Cache-Control": "no-store",
    # The address holds the token: no other site is told it, and none may show the button as its own.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_DOCUMENT = """<!DOCTYPE html>
<html lang="en" data-page="login" data-theme="{theme}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} · RTCC</title>
  <link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
  <link rel="stylesheet" href="/assets/css/00-tokens.css">
  <link rel="stylesheet" href="/assets/css/30-login.css">
</head>
<body>
  <main class="sign">
    <p class="sign-house"><img src="/assets/icon.svg" alt="" width="32" height="32">Real-Time Crime Center</p>
    <h1 class="sign-title">{title}</h1>
{content}
  </main>
</body>
</html>
"""
_INVITATION = """    <dl class="sign-who">
      <div><dt>Name</dt><dd>{name}</dd></div>
      <div><dt>Role</dt><dd>{role}</dd></div>
      <div><dt>Lasts</dt><dd>{hours} hours</dd></div>
    </dl>
    <form method="post"><button class="sign-button" type="submit">Sign in as {name}</button></form>
    <p class="sign-note">This address works once. If you are not {name}, close this page.</p>"""
_SIGNED_IN = """    <p class="sign-text">You are signed in as <b>{name}</b>, {role}.</p>
    <p><a class="sign-button" href="{home}">Go on</a></p>
    <form method="post" action="/logout">
      <button class="sign-button sign-second" type="submit">Sign out</button>
    </form>"""
_HOW = """    <section class="sign-part">
      <h2 class="sign-head">With a sign-in address</h2>
      <p class="sign-text">Ask whoever runs RTCC; this makes one:</p>
      <p class="sign-code"><code>rtcc users link NAME --role ROLE</code></p>
    </section>
    <section class="sign-part">
      <h2 class="sign-head">With a key</h2>
      <form class="sign-form" method="post" action="/login">
        <label class="sign-label" for="key">Key</label>
        <input class="sign-input" id="key" name="key" type="password" autocomplete="off" required{marks}>
{refusal}        <button class="sign-button" type="submit">Sign in</button>
      </form>
    </section>
    <p class="sign-note"><a href="/wall">Look at the wall</a> without signing in.</p>"""
_REFUSAL = '        <p class="sign-refusal" id="refusal" role="alert">{sentence}</p>\n'
_SAID = """    <p class="sign-text">{sentence}</p>
    <p><a class="sign-button sign-second" href="{href}">{label}</a></p>"""


def invitation(theme: Theme, invited: Invited) -> HTMLResponse:
    """Return the page with the one button that uses a sign-in address."""
    content = _INVITATION.format(name=escape(invited.name), role=invited.role, hours=SESSION_S // 3600)
    return _page(200, theme, "Sign in", content)


def how_to(theme: Theme, refused: tuple[int, str] | None = None) -> HTMLResponse:
    """Return how to sign in; after a key was ``refused``, with the status and why."""
    if refused is None:
        return _page(200, theme, "Sign in", _HOW.format(marks="", refusal=""))
    status, sentence = refused
    marks = ' aria-invalid="true" aria-describedby="refusal" autofocus'
    return _page(status, theme, "Sign in", _HOW.format(marks=marks, refusal=_REFUSAL.format(sentence=escape(sentence))))


def signed_in(theme: Theme, viewer: Viewer, home: str) -> HTMLResponse:
    """Return the page for somebody who is signed in already."""
    return _page(200, theme, "Signed in", _SIGNED_IN.format(name=escape(viewer.name), role=viewer.role, home=home))


def said(
    status: int, theme: Theme, title: str, sentence: str, link: tuple[str, str] = ("/login", "How to sign in")
) -> HTMLResponse:
    """Return a page that says one thing, and where to go from there."""
    href, label = link
    page = _page(status, theme, title, _SAID.format(sentence=escape(sentence), href=escape(href), label=label))
    if status == 503:
        page.headers["Retry-After"] = "1"
    return page


def _page(status: int, theme: Theme, title: str, content: str) -> HTMLResponse:
    return HTMLResponse(_DOCUMENT.format(theme=theme, title=title, content=content), status, _HEADERS)
