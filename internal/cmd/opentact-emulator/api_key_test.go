// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseAPIKey(t *testing.T) {
	t.Parallel()
	const (
		badLifetime = "-api-key must be KEY or KEY=LIFETIME, and the lifetime must be a duration above 0, such as 1h"
		empty       = "-api-key must not be empty"
		badKey      = "-api-key must have only visible ASCII characters, because it is sent in an HTTP header"
	)
	type result struct {
		Key      string
		Lifetime time.Duration
		Err      string
	}
	for value, want := range map[string]result{
		"k":           {Key: "k"},
		"k=1h":        {Key: "k", Lifetime: time.Hour},
		"k=1h30m":     {Key: "k", Lifetime: 90 * time.Minute},
		"k=":          {Key: "k="},
		"k==":         {Key: "k=="},
		"k===1h":      {Key: "k==", Lifetime: time.Hour},
		"a=b=1h":      {Key: "a=b", Lifetime: time.Hour},
		"a+/-._~=1h":  {Key: "a+/-._~", Lifetime: time.Hour},
		"":            {Err: empty},
		"=":           {Err: empty},
		"==":          {Err: empty},
		"=1h":         {Err: empty},
		"===1h":       {Err: empty},
		"k=soon":      {Err: badLifetime},
		"k=1":         {Err: badLifetime},
		"k=0s":        {Err: badLifetime},
		"k=-1h":       {Err: badLifetime},
		"k=9999999h":  {Err: badLifetime},
		"k=1h ":       {Err: badLifetime},
		"a b":         {Err: badKey},
		" k":          {Err: badKey},
		"k\n":         {Err: badKey},
		"k =1h":       {Err: badKey},
		"k\x00":       {Err: badKey},
		"ké":          {Err: badKey},
		"\u200bk":     {Err: badKey},
		"Bearer k":    {Err: badKey},
		"k=1h,second": {Err: badLifetime},
		"k=1h=soon":   {Err: badLifetime},
		"k = 1h":      {Err: badLifetime},
		"\"k\"":       {Key: `"k"`},
		"k=1h=1h":     {Key: "k=1h", Lifetime: time.Hour},
	} {
		var got result
		var err error
		if got.Key, got.Lifetime, err = parseAPIKey(value); err != nil {
			got.Err = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", value, diff)
		}
	}
}

// The errors are on standard error, which may be a log. So they do not show the key.
func TestRun_InvalidAPIKey_ErrorOmitsKey(t *testing.T) {
	t.Parallel()
	const key = "very-secret"
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // ends the program if it accepts the flags
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"empty":                 {[]string{"-api-key", "", "-token", key}, "-api-key must not be empty"},
		"invalid lifetime":      {[]string{"-api-key", key + "=soon"}, "must be a duration above 0, such as 1h"},
		"negative lifetime":     {[]string{"-api-key=" + key + "=-1h"}, "must be a duration above 0, such as 1h"},
		"line break":            {[]string{"-api-key", key + "\n"}, "must have only visible ASCII characters"},
		"second key is invalid": {[]string{"-api-key", "first", "-api-key", key + " x"}, "must have only visible ASCII characters"},
		"same key twice":        {[]string{"-api-key", key, "-api-key", key}, "two -api-key flags must not have the same key"},
		"two lifetimes":         {[]string{"-api-key", key + "=1h", "-api-key", "other", "-api-key", key + "=2h"}, "two -api-key flags must not have the same key"},
		"two values":            {[]string{"-api-key", "first", key}, "unexpected argument after the last flag"},
		"no value":              {[]string{"-token", key, "-api-key"}, "flag needs an argument: -api-key"},
		"another flag":          {[]string{"-api-keys=" + key}, "flag provided but not defined: -api-keys"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, c.args...), &stdout, &stderr)
		if code != exitUsage || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: exit code %d, want %d with %q; got %q and %q", name, code, exitUsage, c.want, &stdout, &stderr)
		}
		if strings.Contains(stderr.String(), key) {
			t.Errorf("%s: standard error shows the key: %s", name, &stderr)
		}
	}
}

// getAs sends a GET for the list with an Authorization header and returns the status.
func (p *program) getAs(t *testing.T, authorization string) int {
	t.Helper()
	status, _ := p.do(t, http.MethodGet, p.url+"/profile/messaging", http.Header{"Authorization": {authorization}}, "")
	return status
}

func TestRun_APIKeyFlag_AcceptsKeys(t *testing.T) {
	t.Parallel()
	keys := []string{"very-secret-1==", "very-secret-2", "very-secret-3"}
	p := start(t, "-addr", "127.0.0.1:0", "-control", "-api-key", keys[0], "-api-key", keys[1]+"=24h", "-api-key", keys[2]+"=1ns")
	want := []string{
		"opentact-emulator is listening on " + p.url,
		"Configure the provider:",
		"  export OPENTACT_BASE_URL=" + p.url,
		"  export OPENTACT_TOKEN=emulator-token",
		"Or, instead of the token (API_KEY is a key of -api-key):",
		`  unset OPENTACT_TOKEN; export OPENTACT_API_KEY="$API_KEY"`,
		"Profiles and requests, in a browser: http://" + hostOf(p.url) + "/",
		"Control endpoint: http://" + hostOf(p.url) + "/_emulator",
		"Press Ctrl-C to stop.",
	}
	if diff := cmp.Diff(want, p.greeting); diff != "" {
		t.Errorf("greeting (-want +got):\n%s", diff)
	}
	var got []int
	for _, authorization := range []string{
		"Bearer " + keys[0], "Bearer " + keys[1], "Bearer " + keys[2], "Bearer very-secret-2=24h", "Bearer emulator-token", keys[1],
	} {
		got = append(got, p.getAs(t, authorization))
	}
	if want := []int{200, 200, 401, 401, 401, 401}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	if status := p.get(t, "/profile/messaging", "emulator-token"); status != http.StatusOK {
		t.Errorf("status %d with the token", status)
	}
	p.get(t, "/profile/messaging", keys[0]) // as a token
	p.stop()
	if strings.Count(p.stderr.String(), " GET /rest/profile/messaging ") != 8 || strings.Contains(p.stderr.String(), "very-secret") {
		t.Errorf("the log has not all requests, or shows a key:\n%s", p.stderr)
	}
}
