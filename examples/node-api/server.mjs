// An API behind Grantry in Node.js with `jose`: verifies access tokens by the published keys and follows the revocation
// feed. See docs/guide/apis.md.
//
//   ISSUER=https://id.example.com AUDIENCE=api API_SECRET=grp_… node server.mjs
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// In a program of your own: import { createRemoteJWKSet, jwtVerify } from "jose";
const modules = process.env.NODE_MODULES ?? import.meta.dirname ?? ".";
const entry = createRequire(join(modules, "x.js")).resolve("jose");
const { createRemoteJWKSet, jwtVerify } = await import(pathToFileURL(entry));

const { ISSUER, AUDIENCE, API_SECRET, PORT = "0" } = process.env;

const discovery = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
if (discovery.issuer !== ISSUER) throw new Error(`this is the server of ${discovery.issuer}`);
// Keeps the keys, and asks again when a token names one that it does not know.
const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));

/** By kind and name: tokens issued up to which second are revoked, and when the last of them is dead. */
const revoked = new Map();
let cursor;
/** When everything was last heard. What to do when that is long ago is this API's decision: see `standing`. */
let heardAt = 0;

async function hear() {
  const query = cursor === undefined ? "" : `?since=${cursor}&wait=10`;
  const answer = await fetch(`${ISSUER}/api/v1/revocations${query}`, {
    headers: { authorization: `Basic ${Buffer.from(`${AUDIENCE}:${API_SECRET}`).toString("base64")}` },
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw new Error(`the feed answers ${answer.status}`);
  const news = await answer.json();
  for (const { kind, id, issued_until, until } of news.revocations) {
    const before = revoked.get(`${kind} ${id}`)?.issued_until ?? 0;
    revoked.set(`${kind} ${id}`, { issued_until: Math.max(before, issued_until), until });
  }
  const now = Date.now() / 1000;
  for (const [name, { until }] of revoked) if (until < now) revoked.delete(name);
  cursor = news.cursor;
  if (news.complete) heardAt = now;
  return news.complete;
}

async function follow() {
  for (;;) {
    try {
      await hear();
    } catch (error) {
      console.error(`the revocation feed could not be heard: ${error.message}`);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

function standing(claims) {
  const grant = claims.jti.includes(".") ? claims.jti.slice(0, claims.jti.lastIndexOf(".")) : undefined;
  const names = [`app ${claims.client_id}`, `account ${claims.account_code}`];
  // A token that was exchanged for another one ends with it: its jti begins with the other's.
  const parts = claims.jti.split("~");
  names.push(...parts.map((_, last) => `token ${parts.slice(0, last + 1).join("~")}`));
  if (grant !== undefined) names.push(`grant ${grant}`);
  if (names.some((name) => claims.iat <= (revoked.get(name)?.issued_until ?? -1))) return "revoked";
  // This API would rather be down than accept a revoked token for more than half a minute. An API that would rather stay up
  // leaves this line out.
  if (Date.now() / 1000 - heardAt > 30) return "unknown";
  return "good";
}

/** Who calls; or a status and what `WWW-Authenticate` says (RFC 6750 §3). */
async function authorize(request, anyOf) {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token) return { status: 401, challenge: "Bearer" };
  let claims;
  try {
    ({ payload: claims } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: "at+jwt", // An ID token is no access token (RFC 9068 §4).
      algorithms: ["ES256", "RS256", "PS256", "EdDSA"],
      requiredClaims: ["exp", "iat", "jti", "client_id"],
    }));
  } catch {
    return { status: 401, challenge: 'Bearer error="invalid_token"' };
  }
  // This API checks no DPoP proofs, so it must not take a token that is bound to a key (RFC 9449 §7.2).
  if (claims.cnf) return { status: 401, challenge: 'DPoP error="invalid_token"' };
  const state = standing(claims);
  if (state === "revoked") return { status: 401, challenge: 'Bearer error="invalid_token"' };
  if (state === "unknown") return { status: 503 };
  const scopes = Array.isArray(claims.scope) ? claims.scope : claims.scope.split(" ");
  if (!anyOf.some((scope) => scopes.includes(scope))) {
    return { status: 403, challenge: `Bearer error="insufficient_scope", scope="${anyOf[0]}"` };
  }
  return { claims };
}

while (!(await hear()));
follow();
const server = createServer(async (request, response) => {
  const { claims, status, challenge } = await authorize(request, ["reservations.read"]);
  if (claims) return response.end(`${claims.client_id} for ${claims.account_code}`);
  response.writeHead(status, challenge ? { "www-authenticate": challenge } : { "retry-after": "5" }).end();
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
