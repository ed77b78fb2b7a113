"""An ordinary MCP client on PyPI's `mcp`; the contract is in ../README.md."""

import asyncio
import json
import os
import sys
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

API, REDIRECT_URI = os.environ["API"], os.environ["REDIRECT_URI"]


def say(value):
    print(json.dumps(value), flush=True)


class Memory:
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def shows(url):
    say({"authorize_url": url})


async def comes_back():
    line = await asyncio.to_thread(sys.stdin.readline)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(line.strip()).query).items()}
    return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))


def plain(tokens):
    return {name: getattr(tokens, name) for name in ("access_token", "refresh_token", "scope")}


async def main():
    memory = Memory()
    provider = OAuthClientProvider(
        server_url=API,
        client_metadata=OAuthClientMetadata(
            client_name="Python MCP client",
            redirect_uris=[REDIRECT_URI],
            token_endpoint_auth_method=os.environ.get("AUTH_METHOD") or None,
        ),
        storage=memory,
        redirect_handler=shows,
        callback_handler=comes_back,
        client_metadata_url=os.environ.get("CLIENT_METADATA_URL") or None,
    )

    async def asks(floor):
        async with httpx2.AsyncClient(auth=provider, timeout=60) as http:
            async with Client(streamable_http_client(API, http_client=http)) as client:
                result = await client.call_tool("rooms", {"floor": floor})
                return result.content[0].text

    first = await asks(1)
    token = plain(memory.tokens)
    # What the SDK does by itself an hour later.
    provider.context.token_expiry_time = 1
    second = await asks(2)
    say({
        "library": f"mcp {version('mcp')}",
        "client_id": memory.client.client_id,
        "answers": [first, second],
        "token": token,
        "refreshed": plain(memory.tokens),
    })


asyncio.run(main())
