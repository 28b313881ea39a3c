"""Mends the emulator's page of sign-in: it asks for the code of a second factor, and leads to the other pages."""

import html
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

SECONDS = 180  # a session of Cognito's own pages is as long
FIELD = "second_factor_session"
# What a page was asked for, and keeps for the page after it.
ASKED = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
)


def ask_for_the_second_factor() -> None:
    """Change the page of sign-in of the emulator in this process."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    submit, issue, page, shell = (
        cognito.handle_login_submit,
        cognito._issue_auth_code_redirect,
        cognito._login_page_html,
        cognito._page_shell,
    )
    waiting: dict[str, tuple[float, tuple[Any, ...]]] = {}

    def issue_or_ask(*arguments: Any) -> Any:
        """The first factor is right: send the person back, or ask for the second one first."""
        _, pool_id, _, _, username, *_ = arguments
        pool = cognito._get_pool_unscoped(pool_id)
        user = pool["_users"][username]
        if cognito._mfa_challenge_for_user(pool, user, pool_id, username) is None:
            return issue(*arguments)
        session = secrets.token_urlsafe(24)
        waiting[session] = (time.time() + SECONDS, arguments)
        return shown(code_page(session))

    def submit_or_check(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        form = fields(body)
        if FIELD not in form:
            return submit(method, path, headers, body, query)
        ends, arguments = waiting.get(form[FIELD], (0.0, ()))
        if time.time() > ends:
            waiting.pop(form[FIELD], None)
            return shown("<p>The session has expired. Please sign in again.</p>")
        _, pool_id, _, _, username, *_ = arguments
        user = cognito._get_pool_unscoped(pool_id)["_users"].get(username, {})
        if not cognito._totp_matches(user.get("_totp_secret", ""), form.get("code", "").strip()):
            return shown(code_page(form[FIELD], "This code is not right. Please try the next one."))
        del waiting[form[FIELD]]
        return issue(*arguments)

    def page_with_links(*arguments: Any, **more: Any) -> str:
        asked = urlencode(dict(zip(ASKED, arguments, strict=False)))
        links = [f'<a href="/forgotPassword?{html.escape(asked)}">Forgot your password?</a>']
        _, pool, _ = cognito._find_pool_by_client_id(arguments[0])
        if pool and not (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
            links.append(f'<a href="/signup?{html.escape(asked)}">Sign up</a>')
        made = str(page(*arguments, **more))
        return made.replace("</form>", f"</form><p>{' · '.join(links)}</p>", 1)

    def shell_without_picture(*arguments: Any) -> str:
        # Else a browser asks for /favicon.ico, which the emulator takes for a bucket and refuses.
        return str(shell(*arguments)).replace("<title>", '<link rel="icon" href="data:,"><title>', 1)

    cognito._page_shell = shell_without_picture
    cognito._issue_auth_code_redirect = issue_or_ask
    cognito.handle_login_submit = submit_or_check
    cognito._login_page_html = page_with_links


def code_page(session: str, problem: str = "") -> str:
    """The form that asks for the code of an authenticator app."""
    return (
        f"{problem_block(problem)}"
        '<form method="POST" action="/login">'
        f'<input type="hidden" name="{FIELD}" value="{html.escape(session)}">'
        '<label for="code">Code from your authenticator app</label>'
        '<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>'
        '<button type="submit">Sign in</button></form>'
    )


def problem_block(problem: str) -> str:
    """What was wrong with the form before, for the head of a page; empty if nothing was."""
    return f'<div class="error" role="alert">{html.escape(problem)}</div>' if problem else ""


def shown(body: str, heading: str = "Sign in") -> tuple[int, dict[str, str], bytes]:
    """An answer with a page that looks like the emulator's own."""
    from ministack.services import cognito

    text: str = cognito._page_shell(heading, heading, body)
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return HTTPStatus.OK, headers, text.encode()


def fields(body: bytes) -> Mapping[str, str]:
    """The fields of a form."""
    return {
        name: values[0]
        for name, values in parse_qs(body.decode(errors="replace"), keep_blank_values=True).items()
    }
