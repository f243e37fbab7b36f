// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// aliases maps documented field names to their aliases.
var aliases = map[string]string{"toll_free_weight": "tollfree_weight", "daily_spend_limit": "daily_spent_limit"}

// account is an account that the tests may write to.
type account struct {
	base string
	credentials
	// readOnly is the token of a user who can read the profiles and can't write them, or "".
	readOnly string
	// block has the credentials for the provider block. If it is empty, the provider reads
	// them from the environment.
	block string
	// authorize adds the credentials to a request. authenticate sets it.
	authorize authorization
	// timeout bounds one request. If it is 0, that is defaultTimeout.
	timeout time.Duration
	// pause waits before a request is retried after a 429.
	pause func(time.Duration)
	// throttled is the last 429 response.
	throttled response
}

const defaultTimeout = 2 * time.Minute

// response is a response of the API. If there was none, status is 0.
type response struct {
	// request is the method and the path. It contains no UUID.
	request string
	status  int
	header  http.Header
	// body is nil if it is not JSON.
	body map[string]any
}

func (r response) String() string {
	if r.status == 0 {
		return r.request + ": no response"
	}
	return fmt.Sprintf("%s: %d", r.request, r.status)
}

// succeeded reports whether the API did what the request asked for.
func (r response) succeeded() bool { return r.status/100 == 2 && r.body["success"] == true }

// decided reports whether the API accepted or rejected the contents of the request.
func (r response) decided() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return r.status > 0 && r.status < 500
}

// send sends a request about one profile, or about all profiles of a kind if uuid is "".
func (a *account) send(method string, kind emulator.Kind, uuid string, fields map[string]any) response {
	return a.sendAs(a.authorize, method, kind, uuid, fields)
}

// sendAs sends a request with other credentials.
func (a *account) sendAs(as authorization, method string, kind emulator.Kind, uuid string, fields map[string]any) response {
	path := "/profile/" + string(kind)
	request := method + " " + path
	if uuid != "" {
		path, request = path+"/"+uuid, request+"/{uuid}"
	}
	const maxWait = 16 * time.Second
	for wait := time.Second; ; wait *= 2 {
		r := a.request(method, path, fields, as)
		r.request = request
		if r.status != http.StatusTooManyRequests {
			return r
		}
		if a.throttled = r; wait > maxWait {
			return r
		}
		a.pause(wait)
	}
}

func (a *account) request(method, path string, fields map[string]any, authorize authorization) response {
	body, _ := json.Marshal(fields)
	if fields == nil {
		body = nil
	}
	r := response{request: method + " " + path}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(a.timeout, defaultTimeout)) // without it, a run would end without a sweep
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return r
	}
	authorize(request)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	raw, err := http.DefaultTransport.RoundTrip(request) // follows no redirects
	if err != nil {
		return r
	}
	defer func() { _ = raw.Body.Close() }()
	text, _ := io.ReadAll(raw.Body) // an incomplete body is not JSON
	_ = json.Unmarshal(text, &r.body)
	r.status, r.header = raw.StatusCode, raw.Header
	return r
}

// Config returns a configuration that begins with a provider block for the account.
func (a *account) Config(body string) string {
	return fmt.Sprintf("provider \"opentact\" {\n  base_url = %q\n  %s\n}\n\n%s", a.base, a.block, body)
}

// Profile returns the fields of a profile by their documented names, and whether the
// profile exists.
func (a *account) Profile(kind emulator.Kind, uuid string) (map[string]any, bool) {
	r := a.send(http.MethodGet, kind, uuid, nil)
	fields := r.documented(kind)
	return fields, fields != nil && r.succeeded()
}

// list returns the profiles of a kind. It returns an error if there may be more.
func (a *account) list(kind emulator.Kind) (profiles []map[string]any, err error) {
	r := a.send(http.MethodGet, kind, "", nil)
	items, complete := r.body["payload"].([]any)
	if page, ok := r.body["payload"].(map[string]any); ok {
		items, _ = page["data"].([]any)
		complete = page["total"] == float64(len(items))
	}
	for _, item := range items {
		if profile := profileIn(item, kind); profile != nil {
			profiles = append(profiles, profile)
		}
	}
	if !complete || len(profiles) < len(items) || !r.succeeded() {
		err = fmt.Errorf("%s: the list is not complete", r)
	}
	return profiles, err
}

// create creates a profile. It returns an error if the response does not contain a
// profile, or if that profile existed before.
func (a *account) create(kind emulator.Kind, fields map[string]any) (uuid string, r response, err error) {
	existing, err := a.list(kind)
	if err != nil {
		return "", response{}, err
	}
	r = a.send(http.MethodPost, kind, "", fields)
	uuid, _ = r.profile(kind)["uuid"].(string)
	isNew := uuid != "" && r.succeeded()
	for _, profile := range existing {
		isNew = isNew && profile["uuid"] != uuid
	}
	if !isNew {
		return "", r, fmt.Errorf("%s, without a new profile", r)
	}
	return uuid, r, nil
}

// sweep deletes the profiles whose names begin with NamePrefix.
func (a *account) sweep() (err error) {
	for _, kind := range emulator.Kinds() {
		profiles, incomplete := a.list(kind)
		if incomplete != nil {
			err = errors.Join(err, fmt.Errorf("%w: profiles whose names begin with %s may be left", incomplete, acctest.NamePrefix))
		}
		for _, profile := range profiles {
			if name, _ := profile["name"].(string); !strings.HasPrefix(name, acctest.NamePrefix) {
				continue
			}
			uuid, _ := profile["uuid"].(string)
			if uuid == "" { // a DELETE would be about all profiles
				err = errors.Join(err, fmt.Errorf("a %s profile without a uuid was not deleted", kind))
				continue
			}
			if r := a.send(http.MethodDelete, kind, uuid, nil); r.status/100 != 2 && r.status != http.StatusNotFound {
				err = errors.Join(err, fmt.Errorf("%s: profile %s was not deleted", r, uuid))
			}
		}
	}
	return err
}

// profile returns the profile in the payload, or nil.
func (r response) profile(kind emulator.Kind) map[string]any {
	return profileIn(r.body["payload"], kind)
}

// documented returns the profile in the payload with the documented names of its fields,
// or nil.
func (r response) documented(kind emulator.Kind) map[string]any {
	fields := r.profile(kind)
	for name, alias := range aliases {
		if value, ok := fields[alias]; ok && fields[name] == nil {
			fields[name] = value
		}
	}
	return fields
}

// profileIn looks for a profile in a lease first, because a lease has a uuid of its own.
func profileIn(payload any, kind emulator.Kind) map[string]any {
	if items, ok := payload.([]any); ok && len(items) > 0 {
		return profileIn(items[0], kind)
	}
	object, _ := payload.(map[string]any)
	for _, parent := range []any{object, object["sip_connection"], object["sip_control_app"]} {
		parent, _ := parent.(map[string]any)
		if inner, _ := parent[string(kind)+"_profile"].(map[string]any); len(inner) > 0 {
			return inner
		}
	}
	if uuid, _ := object["uuid"].(string); uuid == "" {
		return nil
	}
	return object
}
