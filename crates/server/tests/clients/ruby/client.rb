# frozen_string_literal: true

# An ordinary relying party on Debian's `ruby-openid-connect`, as it was before PKCE; the contract is in ../README.md.
require "json"
require "openid_connect"
require "rack/utils"
require "securerandom"

issuer, id, secret, redirect_uri, scope =
  ENV.values_at("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI", "SCOPE")

def say(value)
  $stdout.puts(JSON.generate(value))
  $stdout.flush
end

# The server under test speaks plain HTTP on a loopback address; the library discovers over HTTPS unless told.
SWD.url_builder = URI::HTTP if issuer.start_with?("http://")
found = OpenIDConnect::Discovery::Provider::Config.discover!(issuer)

client = OpenIDConnect::Client.new(
  identifier: id,
  secret: secret,
  redirect_uri: redirect_uri,
  authorization_endpoint: found.authorization_endpoint,
  token_endpoint: found.token_endpoint,
  userinfo_endpoint: found.userinfo_endpoint
)

state = SecureRandom.hex(16)
nonce = SecureRandom.hex(16)
say(authorize_url: client.authorization_uri(scope: scope.split, state: state, nonce: nonce))

answer = Rack::Utils.parse_query(URI.parse($stdin.gets.strip).query)
abort "the answer is an error: #{answer}" if answer["error"]
abort "state differs" unless answer["state"] == state

client.authorization_code = answer.fetch("code")
token = client.access_token!(:body)
id_token = OpenIDConnect::ResponseObject::IdToken.decode(token.id_token, found.jwks)
id_token.verify!(issuer: issuer, client_id: id, nonce: nonce)

client.refresh_token = token.refresh_token
refreshed = client.access_token!(:body)
userinfo = refreshed.userinfo!
abort "userinfo is about somebody else" unless userinfo.sub == id_token.sub

tokens = ->(t) { { access_token: t.access_token, refresh_token: t.refresh_token, scope: Array(t.scope).join(" ") } }
say(
  library: "openid_connect #{OpenIDConnect::VERSION}",
  id_token: id_token.as_json,
  userinfo: userinfo.as_json,
  token: tokens.call(token),
  refreshed: tokens.call(refreshed)
)
