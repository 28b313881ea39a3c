"""Cognito's pages that the emulator lacks: sign up, forgotten password, and the address that ends a session.

The pages ask the emulator's own operations, so the rules for passwords, codes and triggers are the same there. The
paths are those of AWS: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

import html
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

from local_platform.gate import own_domains
from local_platform.gate.sign_in.second_factor import ASKED, fields, problem_block, shown

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Answer = tuple[int, Mapping[str, str], bytes]

REVOKE = "/oauth2/revoke"
PATHS = {"/signup", "/confirmUser", "/forgotPassword", "/confirmForgotPassword"}
_OPERATION = b"AWSCognitoIdentityProviderService."
_ADDRESS = '<label for="username">E-mail address</label><input type="text" id="username" name="username" {} required>'
_CODE = (
    '<label for="code">Verification code</label><input type="text" id="code" name="code" required autofocus>'
)
_CHOSEN = (
    '<label for="password">{}</label>'
    '<input type="password" id="password" name="password" autocomplete="new-password" required>'
)


class SignInPages:
    """Answers these paths, and passes everything else to `application`."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on. Distributions have paths of their own."""
        ours = scope["type"] == "http" and scope["path"] in {REVOKE, *PATHS}
        hosts = [value for name, value in scope.get("headers", ()) if name.lower() == b"host"]
        if not ours or any(own_domains.is_distribution(host.decode("latin-1")) for host in hosts):
            await self._application(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, headers, answer = await self._answer(scope, body)
        await send(
            {
                "type": "http.response.start",
                "status": int(status),
                "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: MutableMapping[str, Any], body: bytes) -> Answer:
        path, method = scope["path"], scope["method"]
        if path == REVOKE:
            return await self._revoke(fields(body))
        if method == "GET":
            asked = {
                name: values[0] for name, values in parse_qs(scope.get("query_string", b"").decode()).items()
            }
            return page(path, asked)
        form = fields(body)
        if path == "/signup":
            return await self._sign_up(form)
        if path == "/confirmUser":
            return await self._confirm(form)
        if path == "/forgotPassword":
            return await self._forgot(form)
        return await self._new_password(form)

    async def _revoke(self, form: Mapping[str, str]) -> Answer:
        if not form.get("token") or not form.get("client_id"):
            return 400, {"Content-Type": "application/json"}, b'{"error": "invalid_request"}'
        await self._ask("RevokeToken", {"Token": form["token"], "ClientId": form["client_id"]})
        return 200, {}, b""

    async def _sign_up(self, form: Mapping[str, str]) -> Answer:
        made = await self._ask(
            "SignUp",
            {
                "Username": form.get("username", ""),
                "Password": form.get("password", ""),
                "UserAttributes": [{"Name": "email", "Value": form.get("username", "")}],
                "ClientId": form.get("client_id", ""),
            },
        )
        if "message" in made:
            return page("/signup", form, made["message"])
        return self._signed_in(form) if made.get("UserConfirmed") else page("/confirmUser", form)

    async def _confirm(self, form: Mapping[str, str]) -> Answer:
        made = await self._ask("ConfirmSignUp", {**_named(form), "ConfirmationCode": form.get("code", "")})
        return page("/confirmUser", form, made["message"]) if "message" in made else self._signed_in(form)

    async def _forgot(self, form: Mapping[str, str]) -> Answer:
        made = await self._ask("ForgotPassword", _named(form))
        if "message" in made:
            return page("/forgotPassword", form, made["message"])
        return page("/confirmForgotPassword", form)

    async def _new_password(self, form: Mapping[str, str]) -> Answer:
        changed = {"ConfirmationCode": form.get("code", ""), "Password": form.get("password", "")}
        made = await self._ask("ConfirmForgotPassword", {**_named(form), **changed})
        return page("/confirmForgotPassword", form, made["message"]) if "message" in made else _sign_in(form)

    def _signed_in(self, form: Mapping[str, str]) -> Answer:
        """Send a person whose address is confirmed back with a code, as AWS does."""
        from ministack.services import cognito  # type: ignore[import-untyped]

        client_id = form.get("client_id", "")
        pool_id, pool, _ = cognito._find_pool_by_client_id(client_id)
        user: Any = cognito._resolve_user(pool, form.get("username", ""))[0] if pool else None
        if user is None or user["UserStatus"] != "CONFIRMED":
            return _sign_in(form)
        answer: Answer = cognito._issue_auth_code_redirect(
            client_id,
            pool_id,
            form.get("redirect_uri", ""),
            form.get("scope", ""),
            user["Username"],
            *(form.get(name, "") for name in ("nonce", "code_challenge", "code_challenge_method", "state")),
        )
        return answer

    async def _ask(self, operation: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the emulator's Cognito; the result has a `message` if it refused."""
        messages: list[Message] = [{"type": "http.request", "body": json.dumps(data).encode()}]
        parts: list[bytes] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"content-type", b"application/x-amz-json-1.1"),
                (b"x-amz-target", _OPERATION + operation.encode()),
            ],
        }

        async def receive() -> Message:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            parts.append(message.get("body", b""))

        await self._application(scope, receive, send)
        return dict(json.loads(b"".join(parts) or b"{}"))


def page(path: str, asked: Mapping[str, str], problem: str = "") -> Answer:
    """The form at a path; `asked` is what the page before was asked for, and the name that was given there."""
    username = html.escape(asked.get("username", ""), quote=True)
    address = _ADDRESS.format('autocomplete="username" autofocus')
    contents = {
        "/signup": ("Sign up", address + _CHOSEN.format("Password")),
        "/confirmUser": ("Confirm your account", _CODE),
        "/forgotPassword": ("Forgot your password?", address),
        "/confirmForgotPassword": ("Set a new password", _CODE + _CHOSEN.format("New password")),
    }
    heading, inputs = contents[path]
    kept = {name: asked.get(name, "") for name in ASKED}
    if "username" not in inputs:
        kept["username"] = asked.get("username", "")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value, quote=True)}">'
        for name, value in kept.items()
    )
    sent = f"<p>A code was sent to {username}.</p>" if "username" in kept else ""
    return shown(
        f'{problem_block(problem)}{sent}<form method="POST" action="{path}">{hidden}{inputs}'
        f'<button type="submit">{heading.rstrip("?")}</button></form>',
        heading,
    )


def _named(form: Mapping[str, str]) -> dict[str, str]:
    return {"Username": form.get("username", ""), "ClientId": form.get("client_id", "")}


def _sign_in(form: Mapping[str, str]) -> Answer:
    asked = urlencode({name: form[name] for name in ASKED if form.get(name)})
    return HTTPStatus.FOUND, {"Location": f"/oauth2/authorize?{asked}", "Cache-Control": "no-store"}, b""
