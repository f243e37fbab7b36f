// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// otherSpellings are the names that fields have elsewhere than in the document.
var otherSpellings = map[string]string{"toll_free_weight": "tollfree_weight", "daily_spend_limit": "daily_spent_limit"}

// credentials are how an account is entered: by a token, or by a login.
type credentials struct{ token, email, password string }

// account is an account that may be written to. Everything that is asked of it goes past the witness.
type account struct {
	*witness
	t     *testing.T
	token string
	// complain tells of what is wrong with the account, or left there.
	complain func(format string, arguments ...any)
	// pause waits before a request that may be sent again is.
	pause func(time.Duration)
	// block is what the provider's block says of the credentials: nothing where it has them from the environment.
	block string
}

func newAccount(t *testing.T, base string, c credentials, block string) *account {
	t.Helper()
	a := &account{witness: newWitness(t, base), t: t, token: c.token, block: block, complain: t.Errorf, pause: time.Sleep}
	if c.token == "" {
		a.token = a.logIn(c)
	}
	return a
}

func (a *account) logIn(c credentials) string {
	a.t.Helper()
	var answer struct{ Payload struct{ Token string } }
	status, body := a.request(http.MethodGet, "/auth", nil, func(r *http.Request) { r.SetBasicAuth(c.email, c.password) })
	if err := json.Unmarshal(body, &answer); err != nil || answer.Payload.Token == "" {
		a.t.Fatalf("the login is answered %d, without a token", status)
	}
	return answer.Payload.Token
}

// Config returns a configuration that begins with a provider block for the account.
func (a *account) Config(body string) string {
	return fmt.Sprintf("provider \"opentact\" {\n  base_url = %q\n  %s\n}\n\n%s", a.url, a.block, body)
}

// Profile returns the fields of a profile, by the document's names.
func (a *account) Profile(kind emulator.Kind, uuid string) (map[string]any, bool) {
	e := a.send(http.MethodGet, kind, uuid, nil)
	profile := e.profile(kind)
	if e.status == http.StatusNotFound || profile == nil {
		return nil, false
	}
	for field, other := range otherSpellings {
		if _, ok := profile[field]; !ok {
			profile[field] = profile[other]
		}
	}
	return profile, true
}

// send sends a request about a kind, and returns what was said.
func (a *account) send(method string, kind emulator.Kind, uuid string, fields map[string]any) exchange {
	a.t.Helper()
	path := "/profile/" + string(kind)
	if uuid != "" {
		path += "/" + uuid
	}
	var last exchange
	for wait := time.Second; ; wait *= 2 {
		a.request(method, path, fields, func(r *http.Request) { r.Header.Set("X-Auth-Token", a.token) })
		said := a.where(func(e exchange) bool { return e.method == method && e.path == path })
		last = said[len(said)-1]
		if last.status != http.StatusTooManyRequests || wait > longestWait {
			return last
		}
		a.pause(wait)
	}
}

// longestWait is how long an API that asks for fewer requests is waited for at the most, each time.
const longestWait = 16 * time.Second

func (a *account) request(method, path string, fields map[string]any, enter func(*http.Request)) (int, []byte) {
	a.t.Helper()
	var body []byte
	if fields != nil {
		var err error
		if body, err = json.Marshal(fields); err != nil {
			a.t.Fatal(err)
		}
	}
	// Sweeping goes on when the test has ended.
	request, err := http.NewRequestWithContext(context.WithoutCancel(a.t.Context()), method, a.url+path, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	enter(request)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultTransport.RoundTrip(request) // which follows no redirect
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return response.StatusCode, answer
}

// list returns the elements of a list, and whether they are all there are.
func (a *account) list(kind emulator.Kind) (elements []any, complete bool) {
	answer := a.send(http.MethodGet, kind, "", nil)
	elements, complete = answer.answer.Payload.([]any)
	if page, paged := answer.answer.Payload.(map[string]any); paged {
		elements, _ = page["data"].([]any)
		complete = page["total"] == float64(len(elements))
	}
	return elements, complete && answer.succeeded()
}

// sweep removes the profiles whose names say that a test has made them, and no others.
func (a *account) sweep() {
	a.t.Helper()
	for _, arc := range acctest.Lifecycles() {
		elements, complete := a.list(arc.Kind)
		if !complete {
			a.complain("%s: the list is not answered as a whole, so profiles whose names begin with %s may be left", arc.Kind, acctest.NamePrefix)
		}
		for _, element := range elements {
			profile := profileIn(element, arc.Kind)
			name, _ := profile["name"].(string)
			uuid, _ := profile["uuid"].(string)
			if !strings.HasPrefix(name, acctest.NamePrefix) || uuid == "" {
				continue
			}
			if removed := a.send(http.MethodDelete, arc.Kind, uuid, nil); removed.status/100 != 2 && removed.status != http.StatusNotFound {
				a.complain("%s %s %q stays: its removal is answered %d", arc.Kind, uuid, name, removed.status)
			}
		}
	}
}
