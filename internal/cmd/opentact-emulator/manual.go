// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// manual returns the text that -h prints.
func manual() string {
	var b strings.Builder
	b.WriteString(manualHead)
	f := flags(new(settings))
	f.SetOutput(&b)
	f.PrintDefaults()
	b.WriteString(strings.Replace(manualBody, operationsMark, operations(), 1))
	return b.String()
}

// operationsMark marks the place in manualBody for the result of operations.
const operationsMark = "{operations}\n"

// operations returns one line for each operation of the control endpoint.
func operations() string {
	var b strings.Builder
	for _, o := range emulator.ControlOperations() {
		path := cmp.Or(strings.TrimPrefix(o.Path, emulator.ControlPath), "/")
		fmt.Fprintf(&b, "  %-6s %-19s  %s\n", o.Method, path, o.Summary)
	}
	return b.String()
}

const manualHead = `opentact-emulator serves an emulated OpenTact Profile API on this machine. Use it to try
the provider or a configuration without an account and without cost.

The emulator keeps messaging profiles and outbound voice profiles in memory. It
checks each request against the written contract of the API (CONTRACT.md and
openapi.yaml in internal/emulator).

Install or update it with Go:
  go install github.com/opentact/terraform-provider-opentact/internal/cmd/opentact-emulator@latest

Usage:
  opentact-emulator [flags]

Flags:
`

const manualBody = `
Examples:
  opentact-emulator
  opentact-emulator -seed profiles.json
  opentact-emulator -addr 127.0.0.1:0 -latency 50ms
  opentact-emulator -token-lifetime 5s -requests-per-second 20 -control
  opentact-emulator -quiet
  opentact-emulator -log json

In a container, publish the port on 127.0.0.1 only. VERSION is a release, such as 0.1.0:
  docker run --rm -p 127.0.0.1:8480:8480 \
    ghcr.io/opentact/opentact-emulator:VERSION -addr 0.0.0.0:8480

Log in with email and password instead of the token:
  unset OPENTACT_TOKEN
  OPENTACT_EMAIL=emulator@example.com OPENTACT_PASSWORD=emulator-password terraform plan

Authenticate with an API key instead of the token. To accept several keys, repeat
-api-key. LIFETIME is a duration, such as 1h. It begins at the start of the emulator. A
key without a LIFETIME never expires:
  opentact-emulator -api-key first-key -api-key second-key=1h
Then, in another terminal:
  export OPENTACT_BASE_URL=http://127.0.0.1:8480/rest
  unset OPENTACT_TOKEN
  OPENTACT_API_KEY=first-key terraform plan

Change a profile outside Terraform. Replace UUID by the id of a messaging profile in
your state. The next terraform plan shows that Terraform will change the name back:
  curl -X PATCH -H 'X-Auth-Token: emulator-token' -H 'Content-Type: application/json' \
    -d '{"name":"Changed elsewhere"}' http://127.0.0.1:8480/rest/profile/messaging/UUID

Open http://127.0.0.1:8480/ in a browser to see the profiles, the latest requests and
the rules. The page needs no token and changes nothing. The host in its URL must be a
loopback address or localhost, even if the emulator listens on another address.

Wait in a script until the emulator serves requests, at most 30 seconds. This path
needs no token and is not logged:
  curl -fsS -o /dev/null --max-time 1 --retry 10 --retry-delay 1 --retry-connrefused \
    http://127.0.0.1:8480/_emulator/health

A seed file has an array of profiles for each kind. The fields have the same names and
rules as in a create request. A profile may have a uuid, so that imports can use it:
  {
    "messaging": [
      {"uuid": "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "name": "Support desk"}
    ],
    "outbound_voice": [
      {"name": "Call center", "channel_limit": 30, "filemat": "mp3"}
    ]
  }
If a seed file has an error, the emulator does not start. It prints the line, the
field, the rule and the value of each error.

With -control, you can make requests fail while the emulator runs. This rule loses
the response to the next create. The emulator still creates the profile:
  curl -X POST -H 'X-Auth-Token: emulator-token' http://127.0.0.1:8480/_emulator/rules \
    -d '{"method":"POST","path":"/profile/*","times":1,"faults":[{"action":"close_after"}]}'

The control endpoint has these operations, under the path /_emulator. Most of them need
-control, and the token that -token sets. GET /_emulator lists them too:
` + operationsMark + `
Save all profiles in a file for -seed, and then start again without profiles:
  curl -fsS -H 'X-Auth-Token: emulator-token' -o seed.json \
    http://127.0.0.1:8480/_emulator/seed
  curl -X POST -H 'X-Auth-Token: emulator-token' http://127.0.0.1:8480/_emulator/reset
The file has no envelope, no times, and no fields with a default value. A reset
doesn't change the rate limit, and keeps the tokens from logins valid.

A rule causes faults in the requests that it hits. It has these fields. All except
"faults" are optional:
  "method"       hit only requests with this method
  "path"         hit only paths that match this pattern; the pattern does not include
                 /rest; * matches one segment
  "skip"         the number of matching requests that pass before the rule hits one
  "times"        the maximum number of requests that the rule hits
  "probability"  the part of the matching requests that the rule hits, from 0 to 1
  "seed"         selects the requests that "probability" hits; the same seed selects
                 the same requests
  "faults"       one or more faults; "seed" selects one for each request

Each fault has an "action":
  respond        respond with "status", from 400 to 599, and the API's JSON error;
                 "retry_after" adds a Retry-After header in seconds, which
                 "retry_after_date": true changes to a date
  page           like respond, but with an HTML page, as from a proxy; "status" may also
                 be 200
  reject         respond with 200 and "success": false
  close_before   close the connection; do not handle the request
  close_after    handle the request, then close the connection
  cut            handle the request, then send only half of the response
  empty          handle the request, then respond with 204 and no body
  delay          wait, then handle the request; "for" is the duration, such as "250ms"
  hold           wait until the rule is released or removed, then handle the request
  hold_after     handle the request, then wait until the rule is released or removed,
                 and respond
  lag            respond to a GET with the profiles of an earlier time; "for" says how
                 long ago, such as "5s"
  expire_logins  invalidate all tokens from logins, then handle the request

The emulator writes nothing to disk. When it stops, all profiles are lost. Each
change of a profile needs more memory. The log keeps the latest 256 MiB of requests.

By default, only this machine can reach the emulator. Requests must use a loopback
address or localhost, so a web page in a browser can't use the emulator. If a client
needs more than a minute to send a request or to read a response, the emulator closes
the connection.

The real API may differ from the emulator in these points:
  - A field that a create omits gets a default: false, a weight of 1, "wav", 0 for
    record_calls and audio_track_type, and null for all others.
  - The emulator rejects unknown fields.
  - If an error is about a field, "fields" contains the name of the field.
  - A request for an unknown path gets 404 with the API's JSON error.
  - A malformed UUID gets 400, not 404.
  - A body over 1 MiB gets 413. An unknown method gets 405.
  - Each response has an X-Request-Id header.
  - The token that -token sets never expires, and the emulator does not support https.
  - In the real API, users create API keys in the portal or with requests to /token. The
    emulator accepts only the keys that -api-key sets, and has no /token.
  - The page at / and all paths below /_emulator exist only in the emulator.
  - The rate limit is for all clients together. A request above it gets 429 with
    Retry-After.
  - Tokens from logins are invalid after a restart, because each start uses a new key.

Standard output has only the greeting. Standard error has messages, and one line for
each request when it ends: time of arrival, method, path, status, duration, and the
action of the rule that hit the request, if any. The status is 0 if there was no
response. The lines have no headers, queries and bodies. -quiet omits these lines.

With -log json, each line is a JSON object with time, level and msg. If msg is
"request", it also has method, path, status, duration_ms, and fault, if any. Times are
in UTC, and duration_ms is in milliseconds. Errors about flags are always text.

Ctrl-C or SIGTERM stops the emulator and removes all rules. Requests that have already
started get 5 seconds to finish. Exit status: 0 after a stop, 2 for an invalid flag,
1 for all other errors, such as an invalid seed file or an address in use.
`
