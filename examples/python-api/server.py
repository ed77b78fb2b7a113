"""An API behind Grantry in Python with PyJWT: verifies access tokens by the published keys and follows the revocation feed.

See docs/guide/apis.md. `pip install "pyjwt[crypto]"`, then

    ISSUER=https://id.example.com AUDIENCE=api API_SECRET=grp_… python server.py
"""

import base64
import json
import os
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

ISSUER, AUDIENCE, API_SECRET = (os.environ[name] for name in ("ISSUER", "AUDIENCE", "API_SECRET"))


def get(url, headers=None, seconds=10):
    request = urllib.request.Request(url, headers=headers or {})
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return json.load(answer)


discovery = get(f"{ISSUER}/.well-known/openid-configuration")
if discovery["issuer"] != ISSUER:
    sys.exit(f"this is the server of {discovery['issuer']}")
# Keeps the keys, and asks again when a token names one that it does not know.
keys = jwt.PyJWKClient(discovery["jwks_uri"], lifespan=3600)


class Feed:
    """What was revoked, and when everything was last heard."""

    def __init__(self):
        pair = base64.b64encode(f"{AUDIENCE}:{API_SECRET}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}"}
        # By kind and name: tokens issued up to which second are revoked, and when the last of them is dead.
        self.revoked = {}
        self.cursor = None
        self.heard_at = 0.0
        self.lock = threading.Lock()

    def hear(self):
        query = "" if self.cursor is None else f"?since={self.cursor}&wait=10"
        news = get(f"{ISSUER}/api/v1/revocations{query}", self.headers, seconds=20)
        now = time.time()
        with self.lock:
            self.revoked = {name: times for name, times in self.revoked.items() if times[1] >= now}
            for item in news["revocations"]:
                name = (item["kind"], item["id"])
                before = self.revoked.get(name, (0, 0))[0]
                self.revoked[name] = (max(before, item["issued_until"]), item["until"])
            self.cursor = news["cursor"]
            if news["complete"]:
                self.heard_at = now
        return news["complete"]

    def follow(self):
        while True:
            try:
                self.hear()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may bring news
                print(f"the revocation feed could not be heard: {error}", file=sys.stderr)
                time.sleep(1)

    def standing(self, claims):
        names = [("app", claims["client_id"]), ("account", claims["account_code"])]
        # A token that was exchanged for another one ends with it: its jti begins with the other's.
        parts = claims["jti"].split("~")
        names += [("token", "~".join(parts[:length])) for length in range(1, len(parts) + 1)]
        if "." in claims["jti"]:
            names.append(("grant", claims["jti"].rsplit(".", 1)[0]))
        with self.lock:
            if any(claims["iat"] <= self.revoked.get(name, (-1, 0))[0] for name in names):
                return "revoked"
            # This API would rather be down than accept a revoked token for more than half a minute. An API that would
            # rather stay up leaves these two lines out.
            if time.time() - self.heard_at > 30:
                return "unknown"
        return "good"


feed = Feed()


def authorize(authorization, any_of):
    """Who calls; or a status and what `WWW-Authenticate` says (RFC 6750 §3)."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None, 401, "Bearer"
    refused = (None, 401, 'Bearer error="invalid_token"')
    try:
        # An ID token is no access token (RFC 9068 §4).
        if jwt.get_unverified_header(token).get("typ", "").lower() != "at+jwt":
            return refused
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["ES256", "RS256", "PS256", "EdDSA"],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iat", "jti", "client_id", "account_code"]},
        )
    except jwt.PyJWTError:
        return refused
    # This API checks no DPoP proofs, so it must not take a token that is bound to a key (RFC 9449 §7.2).
    if "cnf" in claims:
        return None, 401, 'DPoP error="invalid_token"'
    standing = feed.standing(claims)
    if standing == "revoked":
        return refused
    if standing == "unknown":
        return None, 503, None
    scopes = claims["scope"] if isinstance(claims["scope"], list) else claims["scope"].split()
    if not any(scope in scopes for scope in any_of):
        return None, 403, f'Bearer error="insufficient_scope", scope="{any_of[0]}"'
    return claims, 200, None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        claims, status, challenge = authorize(self.headers.get("Authorization"), ["reservations.read"])
        body = f"{claims['client_id']} for {claims['account_code']}".encode() if claims else b""
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        if status == 503:
            self.send_header("Retry-After", "5")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


while not feed.hear():
    pass
threading.Thread(target=feed.follow, daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
