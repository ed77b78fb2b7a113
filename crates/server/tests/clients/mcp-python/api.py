"""A sample protected API: an MCP server on PyPI's `mcp` that takes access tokens of ISSUER made for its own address.

Prints {"url"} once it listens, and serves until its input ends.
"""

import asyncio
import json
import os
import socket
import sys

import jwt
import uvicorn
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

ISSUER, SCOPE = os.environ["ISSUER"], os.environ["SCOPE"]
listener = socket.create_server(("127.0.0.1", 0))
URL = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"


class Verifier:
    """RFC 9068: signature by the issuer's published keys, issuer, audience, time, and the type of the token."""

    def __init__(self):
        self.keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/openid-configuration/jwks")

    async def verify_token(self, token):
        try:
            key = await asyncio.to_thread(self.keys.get_signing_key_from_jwt, token)
            claims = jwt.decode(token, key, algorithms=["ES256", "RS256"], audience=URL, issuer=ISSUER)
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                return None
        except jwt.PyJWTError as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            return None
        return AccessToken(
            token=token,
            client_id=claims["client_id"],
            scopes=claims["scope"].split(),
            expires_at=claims["exp"],
            resource=URL,
            subject=claims["sub"],
        )


settings = AuthSettings(
    issuer_url=ISSUER, resource_server_url=URL, required_scopes=[SCOPE], validate_token_resource=True
)
api = MCPServer("Sample", token_verifier=Verifier(), auth=settings)


@api.tool()
def rooms(floor: int) -> str:
    """Says which rooms are on a floor."""
    return f"{floor}01, {floor}02"


async def main():
    config = uvicorn.Config(api.streamable_http_app(), log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    print(json.dumps({"url": URL}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


asyncio.run(main())
