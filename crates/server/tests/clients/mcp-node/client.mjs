// An ordinary MCP client on npm's `@modelcontextprotocol/client`; the contract is in ../README.md.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.NODE_MODULES}/`);
const entry = pathToFileURL(require.resolve('@modelcontextprotocol/client'));
const { Client, StreamableHTTPClientTransport, UnauthorizedError, auth } = await import(entry);
const about = `${process.env.NODE_MODULES}/node_modules/@modelcontextprotocol/client/package.json`;
const { version } = JSON.parse(readFileSync(about, 'utf8'));

const { API, REDIRECT_URI, CLIENT_METADATA_URL, AUTH_METHOD } = process.env;
const say = value => console.log(JSON.stringify(value));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const kept = {};
const provider = {
  redirectUrl: REDIRECT_URI,
  clientMetadataUrl: CLIENT_METADATA_URL || undefined,
  clientMetadata: {
    client_name: 'TypeScript MCP client',
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: AUTH_METHOD || undefined,
    grant_types: ['authorization_code', 'refresh_token'],
  },
  state: () => 'state-of-the-client',
  clientInformation: () => kept.client,
  saveClientInformation: client => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: tokens => { kept.tokens = tokens; },
  redirectToAuthorization: url => say({ authorize_url: String(url) }),
  saveCodeVerifier: verifier => { kept.verifier = verifier; },
  codeVerifier: () => kept.verifier,
  discoveryState: () => kept.discovery,
  saveDiscoveryState: state => { kept.discovery = state; },
};
const plain = ({ access_token, refresh_token, scope }) => ({ access_token, refresh_token, scope });

const ask = async floor => {
  const client = new Client({ name: 'sample', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(API), { authProvider: provider });
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    const back = new URL((await lines.next()).value);
    await transport.finishAuth(back.searchParams);
    return ask(floor);
  }
  const result = await client.callTool({ name: 'rooms', arguments: { floor } });
  await client.close();
  return result.content[0].text;
};

const first = await ask(1);
const token = plain(kept.tokens);
// What the SDK does by itself when the API refuses the token.
await auth(provider, { serverUrl: API });
const second = await ask(2);
say({
  library: `@modelcontextprotocol/client ${version}`,
  client_id: kept.client.client_id,
  answers: [first, second],
  token,
  refreshed: plain(kept.tokens),
});
process.exit(0);
