// SPDX-License-Identifier: MPL-2.0

package main

import "strings"

// manual is what -h prints.
func manual() string {
	var b strings.Builder
	b.WriteString(manualHead)
	f := flags(new(settings))
	f.SetOutput(&b)
	f.PrintDefaults()
	b.WriteString(manualBody)
	return b.String()
}

const manualHead = `opentact-emulator serves an emulated OpenTact Profile API on this machine.

It keeps messaging profiles and outbound voice profiles, holds every request to the
written contract, and answers as the API is documented to. Use it to try the
provider, or a configuration, without an account and without cost.

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

To log in with email and password instead of the token:
  unset OPENTACT_TOKEN
  OPENTACT_EMAIL=emulator@example.com OPENTACT_PASSWORD=emulator-password terraform plan

To change a profile behind Terraform's back, and see the next plan repair it:
  curl -X PATCH -H 'X-Auth-Token: emulator-token' -H 'Content-Type: application/json' \
    -d '{"sticky_sender":true}' http://127.0.0.1:8480/rest/profile/messaging/UUID

To wait until it serves, in a script: this path needs no token, and is not logged.
  until curl -fso /dev/null http://127.0.0.1:8480/_emulator/health; do sleep 0.1; done

A seed has an array of profiles for each kind. Fields have the names and the rules of
a create, and a uuid may be given, so that imports can name it:
  {
    "messaging": [
      {"uuid": "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "name": "Support desk"}
    ],
    "outbound_voice": [
      {"name": "Call center", "channel_limit": 30, "filemat": "mp3"}
    ]
  }
A seed with a fault is not used at all; the error says which line breaks which rule.

With -control, what goes wrong can be set while the program runs. To lose the answer
to the next create, which is carried out all the same:
  curl -X POST -H 'X-Auth-Token: emulator-token' http://127.0.0.1:8480/_emulator/rules \
    -d '{"method":"POST","path":"/profile/*","times":1,"faults":[{"action":"close_after"}]}'

Control endpoint, below /_emulator; it takes the token of -token only:
  POST   /rules               put a rule in force; the answer has its id
  GET    /rules               all rules, how many requests each has hit, and held
  DELETE /rules               remove all rules, and let go what they hold
  DELETE /rules/ID            remove one
  POST   /rules/ID/release    let go what it holds, and hold nothing more
  GET    /requests            the log of requests, with their bodies
  GET    /counters            the log in numbers: by operation, status and fault
  POST   /expire-logins       make every token invalid that login has issued
  PUT    /rate-limit          {"requests_per_second": 20}; 0 is no limit

A rule selects requests by "method", "path" (a pattern for what follows /rest; * is
one segment), "skip" (so many pass first), "times" (so many are hit), and
"probability" with "seed" (the same seed hits the same requests again). Of several
"faults" the seed picks one for each request. Each has an "action":
  answer         "status" 400 to 599; perhaps "retry_after" in seconds, which
                 "retry_after_date": true writes as a date
  page           the same, but as a page of HTML, as proxies answer; also 200
  refuse         200 with "success": false
  close_before   the connection is closed, the request not carried out
  close_after    the request is carried out, then the connection closed
  cut            the request is carried out, then half of the answer sent
  empty          the request is carried out, then 204 without a body
  delay          the request waits "for" a duration such as "250ms"
  hold           the request waits until the rule is released or removed
  lag            a GET sees the profiles as they were "for" a duration ago
  expire_logins  tokens of login become invalid, then the request is carried out

State is kept in memory only: at the start it is what the seed says, or empty, and at
the end it is gone. So is the history of the profiles, which grows as long as the
program runs, and the log of requests, of which the latest 256 MiB are kept.

Only this machine can reach it, unless -addr says otherwise, and only by a loopback
address or as localhost: a page in a browser may have other names for it. A client
that is slow to send, or to take its answer, is hung up on after a minute.

What the emulator does although the real API is not known to do it:
  - A field that a create does not mention gets a default that was made up: false, a
    weight of 1, "wav", record_calls and audio_track_type of 0, and null for the rest.
  - Fields that the contract does not have are refused, not ignored.
  - An error about a field always names it, under "fields".
  - Paths that do not exist are answered with 404 and the API's JSON error.
  - A uuid that is not written like one is refused with 400, not answered with 404.
  - Bodies over 1 MiB are refused with 413, other methods with 405.
  - Every answer has an X-Request-Id header.
  - The token of -token never expires, and there is no https.
  - Everything below /_emulator is the emulator's own.
  - A rate limit counts all clients together, and answers 429 with Retry-After.
  - Tokens of login do not outlive the program, which signs them with a key of its own.

Standard error has one line for each request: time, method, path, status, duration,
and the action of a rule that hit it. The status is 0 where there was no answer.
Ctrl-C, or SIGTERM, stops the program and removes all rules; requests in flight get
5 seconds to finish. The exit status is 0 then, 2 for a wrong command line, and 1 for
a seed that cannot be used or an address that is taken.
`
