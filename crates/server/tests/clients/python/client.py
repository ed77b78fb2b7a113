"""An ordinary relying party on PyPI's `idpyoidc`; the contract is in ../README.md."""

import json
import os
import sys
from importlib.metadata import version
from urllib.parse import parse_qsl, urlsplit

from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.oauth2.stand_alone_client import backchannel_logout
from idpyoidc.client.rp_handler import RPHandler

ISSUER, SCOPE = os.environ["ISSUER"], os.environ["SCOPE"].split()
LOGOUT = os.environ.get("LOGOUT")


def say(value):
    print(json.dumps(value), flush=True)


def tokens(answer):
    scope = answer.get("scope", [])
    return {
        "access_token": answer["access_token"],
        "refresh_token": answer.get("refresh_token"),
        "scope": scope if isinstance(scope, str) else " ".join(scope),
    }


handler = RPHandler(
    base_url="https://app.example",
    client_configs={
        ISSUER: {
            "client_type": "oidc",
            "issuer": ISSUER,
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "redirect_uris": [os.environ["REDIRECT_URI"]],
            "scopes_supported": SCOPE,
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "client_authn_methods": ["client_secret_basic"],
            "services": {
                **DEFAULT_OIDC_SERVICES,
                "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"},
            },
            "add_ons": {
                "pkce": {
                    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
                }
            },
        }
    },
)

# `begin` discovers the issuer and makes state, nonce and challenge.
say({"authorize_url": handler.begin(issuer_id=ISSUER, req_args={"scope": SCOPE})})

answer = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
# `finalize` checks state and `iss`, exchanges the code, verifies the ID token with its nonce and asks userinfo.
done = handler.finalize(ISSUER, answer)
if "error" in done:
    sys.exit(f"the flow failed: {done}")

client = handler.issuer2rp[ISSUER]
token = client.get_session_information(done["state"])
first = tokens(token)
refreshed = handler.refresh_access_token(done["state"])
userinfo = handler.get_user_info(done["state"], access_token=refreshed["access_token"])

got = (
    {
        "library": f"idpyoidc {version('idpyoidc')}",
        "id_token": done["id_token"].to_dict(),
        "userinfo": userinfo.to_dict(),
        "token": first,
        "refreshed": tokens(refreshed),
    }
)
# With LOGOUT, the person leaves through the issuer, which also tells the app itself.
if LOGOUT:
    left = handler.logout(done["state"], post_logout_redirect_uri=os.environ["POST_LOGOUT_REDIRECT_URI"])
    got["logout_url"] = left["url"]
say(got)

if LOGOUT:
    back = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
    if back.get("state") != left["request"]["state"]:
        sys.exit(f"the state differs: {back}")
    # The library verifies the logout token and finds the session that it is about.
    ended = backchannel_logout(client, request_args={"logout_token": sys.stdin.readline().strip()})
    say({"signed_out": ended == done["state"]})
