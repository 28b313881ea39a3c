"""The portal's files: what was built, the page with its security policy, and `config.json`.

The page and the configuration name the content distribution, the user pool and the sign-in pages. They are made from
the stack's values, so one build serves every environment.
"""

import json
from pathlib import Path
from typing import Any

from education.content.delivery import ContentDelivery
from education.content.static_files import add_file, add_folder, add_text, without_references
from education.environment import Environment
from education.errors import UserError
from education.identity import Identity
from education.portal.headers import CONTENT_SECURITY_POLICY, policy_text
from education.portal.player_files import add_player_files
from education.portal.site import PortalSite
from education.portal.web_build import built

PAGE = "index.html"
CONFIGURATION = "config.json"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOGO_BYTES = 200_000
# A browser takes these from the header only, or they are the same in both.
_NOT_IN_A_PAGE = ("frame-ancestors", "require-trusted-types-for", "trusted-types")


def add_portal_files(
    site: PortalSite, *, env: Environment, content: ContentDelivery, identity: Identity
) -> None:
    """Makes the objects of the app and those of the player; builds what has changed."""
    build, bucket = built("app"), site.bucket
    files = add_folder(site, build, bucket=bucket, leave_out=(PAGE, CONFIGURATION))
    school = env.settings.school
    logo_key = None
    if school.logo:
        logo_key = f"school/logo{Path(school.logo).suffix}"
        files.append(add_file(site, _logo(school.logo), bucket=bucket, key=logo_key))
    html = (build / PAGE).read_text(encoding="utf-8")
    configured = configuration(env, content, identity, logo_key)
    texts = {
        PAGE: page(html, page_policy(env, content, identity)),
        CONFIGURATION: json.dumps(configured, sort_keys=True, ensure_ascii=False, indent=1),
    }
    # The page names the files, so they are there before it, and former ones stay until it is replaced.
    for key, text in texts.items():
        add_text(site, text, bucket=bucket, key=key, after=files)
    add_player_files(content, portal_origins=site.allowed_origins)


def page(html: str, policy: str) -> str:
    """The page of the app with its security policy, before everything that it governs."""
    head, found, rest = html.partition("<head>")
    if not found:
        raise UserError("the built page of the portal has no <head>: see portal/app/index.html")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return f"{without_references(head)}{found}{meta}{without_references(rest)}"


def page_policy(env: Environment, content: ContentDelivery, identity: Identity) -> str:
    """The part of the security policy that names other hosts, and everything that the header says too."""
    files = content.base_url
    fixed = {name: value for name, value in CONTENT_SECURITY_POLICY.items() if name not in _NOT_IN_A_PAGE}
    uploads = [
        f"https://{content.bucket_name}.s3.{env.aws.region}.{env.aws.dns_suffix}",
        f"https://{content.bucket_name}.s3.{env.aws.dns_suffix}",
    ]
    hosts = [files, identity.sign_in_base_url, identity_endpoint(env)]
    connect = [*hosts, *(_emulator_names(env) or uploads)]
    return policy_text(
        {
            "default-src": "'none'",
            **fixed,
            "connect-src": " ".join(["'self'", *dict.fromkeys(connect)]),
            "img-src": f"'self' data: blob: {files}",
            "media-src": f"'self' blob: {files}",
            "frame-src": files,
            "worker-src": "'self'",
            "manifest-src": "'self'",
        }
    )


def configuration(
    env: Environment, content: ContentDelivery, identity: Identity, logo_key: str | None
) -> dict[str, Any]:
    """What the app reads first: `config.json` (portal/shared/config.ts)."""
    sign_up, school = env.settings.identity, env.settings.school
    return {
        "school": {
            "name": without_references(school.name),
            "welcome": without_references(school.welcome or ""),
            **({"logoUrl": f"/{logo_key}"} if logo_key else {}),
            "colours": {"accent": school.accent} if school.accent else {},
        },
        "signUp": sign_up.sign_up,
        "signUpDomains": list(sign_up.sign_up_domains),
        "region": env.aws.region,
        "userPoolId": identity.user_pool_id,
        "clientId": identity.client_id,
        "issuer": f"https://cognito-idp.{env.aws.region}.amazonaws.com/{identity.user_pool_id}",
        "signInBaseUrl": identity.sign_in_base_url,
        "identityEndpoint": identity_endpoint(env),
        "contentBaseUrl": content.base_url,
    }


def identity_endpoint(env: Environment) -> str:
    """Where Cognito's API is: for revoking a session, and for a second factor."""
    return env.settings.local_endpoint or f"https://cognito-idp.{env.aws.region}.{env.aws.dns_suffix}"


def _emulator_names(env: Environment) -> list[str]:
    """The AWS emulator under its other name, which its functions put into upload forms."""
    endpoint = env.settings.local_endpoint
    return [endpoint, endpoint.replace("127.0.0.1", "localhost")] if endpoint else []


def _logo(path: str) -> Path:
    file = PROJECT_ROOT / path
    if not file.is_file() or file.stat().st_size > LOGO_BYTES:
        raise UserError(
            f"school.logo is {path!r}; allowed: a file of the project of at most {LOGO_BYTES // 1000} kB"
        )
    return file
