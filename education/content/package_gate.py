"""The edge functions of packages: who gets a file below `/p/`, and in which origin its pages run.

A package has many files that name each other by relative links, so what opens them is in the path:

    /p/<expires>.<slot>.<HMAC>/<courseId>/<lessonId>/<version>/files/<name>

A lesson that is a single page is stored like a video, and opens in the same way: instead of `files/`, its address has
the folder in which it is, `public/` or `premium/`.

`lambda_src/content/package_link_store.py` makes these addresses. `expires` is in seconds since 1970. Its parity says
where the pages run, and the HMAC covers it: even, each page has an origin of its own; odd, all pages of packages and
the player share the origin of the distribution, as SCORM needs it.
"""

from education.content.tls_guard import REFUSE_OLD_TLS

PACKAGE_PATH = "p/"
# A popup could go to any address, and so take data to another host. Courses made for SCORM open their pages in popups.
OWN_ORIGIN = "sandbox allow-scripts allow-forms allow-modals allow-downloads"
SHARED_ORIGIN = f"{OWN_ORIGIN} allow-popups allow-same-origin"
# The header `Connection-Allowlist`: with which hosts a page is connected, in ways that the content security policy does
# not cover, too. Chromium knows it from version 152 on, others do not: https://wicg.github.io/connection-allowlists/
OWN_HOST = "(response-origin);webrtc=block"
# Pages in windows of SCORM packages may be of any host; WebRTC, which nobody sees, stays blocked.
ANY_HOST = '(response-origin "*://*:*/*");webrtc=block'
# The page of the player that runs H5P, which is a program of the package's author: `portal/player/h5p.html`. Where the
# lesson needs storage, `portal/player/h5p-storage.html` runs it.
H5P_PAGE = "player/h5p.html"

# The rewritten path is the key of the file in S3, and what CloudFront caches by, so a file is cached once for everyone.
# Refused are parts that are empty or dots only, backslashes, control characters, and all of these where they are
# escaped, as are dots and slashes. No link of a package needs them. S3 reads `+` in a path as a space. A key is missing
# from the store only between the first deployment and the step after it; `make verify` sees that by the 503.
GATE = f"""\
import cf from 'cloudfront';
import crypto from 'crypto';

const keys = cf.kvs();
const FOLDER = '([A-Za-z0-9_-]{{1,64}}/[a-z0-9][a-z0-9-]{{0,63}}/[0-9a-f]{{32}})';
const NAME = '(launch[.]json|files/.+|(public|premium)(/[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}))$';
const FILE = new RegExp('^/p/([0-9]{{10}})[.]([ab])[.]([A-Za-z0-9_-]{{43}})/' + FOLDER + '/' + NAME);
const UNSAFE = /(^|\\/)\\.{{0,2}}(\\/|$)|[\\\\\\x00-\\x20\\x7f]|%(?![2-9a-f][0-9a-f])|%(2e|2f|5c|7f)/i;

function answer(status, description) {{
    const headers = {{ 'cache-control': {{ value: 'no-store' }} }};
    return {{ statusCode: status, statusDescription: description, headers: headers }};
}}

async function handler(event) {{
{REFUSE_OLD_TLS}    const request = event.request;
    const found = FILE.exec(request.uri);
    if (!found || UNSAFE.test(found[5]) || request.headers['service-worker']) {{ return answer(403, 'Forbidden'); }}
    if (Number(found[1]) * 1000 <= Date.now()) {{ return answer(403, 'Forbidden'); }}
    let key;
    try {{ key = await keys.get(found[2]); }} catch (_) {{ return answer(503, 'Service Unavailable'); }}
    const wanted = crypto.createHmac('sha256', key).update(found[1] + '/' + found[4]).digest('base64url');
    let differs = wanted.length ^ found[3].length;
    for (let i = 0; i < wanted.length; i++) {{ differs |= wanted.charCodeAt(i) ^ found[3].charCodeAt(i); }}
    if (differs) {{ return answer(403, 'Forbidden'); }}
    request.uri = found[6]
        ? '/' + found[6] + '/' + found[4].replace(/[^/]+$/, 'interactive-$&') + found[7]
        : '/packages/' + found[4] + '/' + found[5].replace(/\\+/g, '%2B');
    request.querystring = Number(found[1]) % 2 ? {{ origin: {{ value: 'shared' }} }} : {{}};
    return request;
}}
"""
# The response headers policy gives every page an origin of its own. Where the address says otherwise, this function
# changes that. AWS does not say whether it sees the viewer's address here or the rewritten one, so it reads both.
# A 304 says nothing about the policy, for the reason in `education/content/sandbox.py`.
ORIGINS = f"""\
function handler(event) {{
    const response = event.response;
    const policy = response.headers['content-security-policy'];
    if (!policy) {{ return response; }}
    if (response.statusCode === 304) {{
        delete response.headers['content-security-policy'];
        delete response.headers['connection-allowlist'];
        return response;
    }}
    const request = event.request;
    const address = /^\\/p\\/[0-9]{{9}}([0-9])\\./.exec(request.uri);
    const origin = request.querystring.origin;
    if (address ? Number(address[1]) % 2 : origin && origin.value === 'shared') {{
        const type = response.headers['content-type'];
        const isPdf = type && /^application\\/pdf$/i.test(type.value.split(';')[0].trim());
        policy.value = policy.value.replace('; {OWN_ORIGIN}', isPdf ? '' : '; {SHARED_ORIGIN}');
        response.headers['connection-allowlist'] = {{ value: '{ANY_HOST}' }};
    }}
    return response;
}}
"""
# The page that runs H5P has an origin of its own too, whatever frames or opens it.
PLAYER = f"""\
function handler(event) {{
    const response = event.response;
    const policy = response.headers['content-security-policy'];
    if (policy && event.request.uri === '/{H5P_PAGE}') {{
        if (response.statusCode === 304) {{
            delete response.headers['content-security-policy'];
        }} else {{
            policy.value += '; {OWN_ORIGIN}';
        }}
    }}
    return response;
}}
"""
