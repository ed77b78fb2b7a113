// An ordinary relying party on npm's `openid-client`; the contract is in ../README.md.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

// Debian 12's Node.js 18 has Web Crypto but not as a global; newer ones have both.
globalThis.crypto ??= webcrypto;
// The library is installed beside the build output, not beside this file, so that sources stay as checked out.
const require = createRequire(join(process.env.NODE_MODULES ?? dirname(process.argv[1]), "x.js"));
const entry = require.resolve("openid-client");
const client = await import(pathToFileURL(entry));
const { version } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8"));

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE } = process.env;
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, client.ClientSecretBasic(CLIENT_SECRET), {
  // The server under test speaks plain HTTP on a loopback address; everything else stays as the library has it.
  execute: ISSUER.startsWith("http://") ? [client.allowInsecureRequests] : [],
});

// With DPOP, every request brings a proof of a key of its own.
const options = process.env.DPOP ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair()) } : {};
const tokens = ({ access_token, refresh_token, scope, token_type }) => ({ access_token, refresh_token, scope, token_type });

const nextLine = async (lines) => (await lines[Symbol.asyncIterator]().next()).value;

// The rest of the way is the same, however the first token was got.
async function finish(token, lines) {
  const claims = token.claims();
  const refreshed = await client.refreshTokenGrant(config, token.refresh_token, undefined, options);
  const userinfo = await client.fetchUserInfo(config, refreshed.access_token, claims.sub, options);
  // With LOGOUT, the person leaves through the issuer afterwards.
  const signOut = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: process.env.POST_LOGOUT_REDIRECT_URI ?? "",
    id_token_hint: token.id_token,
    state: client.randomState(),
  });
  say({
    library: `openid-client ${version}`,
    id_token: claims,
    userinfo,
    token: tokens(token),
    refreshed: tokens(refreshed),
    ...(process.env.LOGOUT && { logout_url: signOut.href }),
  });
  if (process.env.LOGOUT) {
    const back = new URL(await nextLine(lines));
    if (back.searchParams.get("state") !== signOut.searchParams.get("state")) throw new Error(`state differs: ${back}`);
    say({ signed_out: true });
  }
  lines.close();
}

// With DEVICE, the person's browser is elsewhere.
if (process.env.DEVICE) {
  const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
  const lines = createInterface({ input: process.stdin });
  say({ authorize_url: begun.verification_uri_complete, user_code: begun.user_code });
  await nextLine(lines);
  // The library sleeps before it asks; the person has decided already.
  const token = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 0.1 }, undefined, options);
  await finish(token, lines);
  process.exit(0);
}

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
  ...(options.DPoP && { dpop_jkt: await options.DPoP.calculateThumbprint() }),
});
say({ authorize_url: url.href });

const lines = createInterface({ input: process.stdin });
const callback = new URL(await nextLine(lines));
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
await finish(await client.authorizationCodeGrant(config, callback, checks, undefined, options), lines);
