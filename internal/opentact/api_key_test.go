// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// apiKey has characters that JSON, URLs and HTML escape. Its first and last words are not
// hexadecimal numbers, so no time, port or ID in a log can contain them.
const apiKey = `k3y-"of"&<the>/tests+l4st==`

// withAPIKey makes a client send apiKey.
func withAPIKey(c *opentact.Config) {
	c.Credentials = opentact.Credentials{APIKey: apiKey, Source: "the test"}
}

func TestClient_APIKey_AllOperations(t *testing.T) {
	t.Parallel()
	api, client := newEmulatorWith(t, emulator.Options{APIKeys: map[string]time.Duration{apiKey: time.Hour}}, withAPIKey, noRetries)
	profiles := opentact.CollectionOf(client, &messaging)
	created, err := profiles.Create(t.Context(), namedA())
	if err != nil {
		t.Fatal(err)
	}
	made := created.Profile
	if read, err := profiles.Get(t.Context(), made); err != nil || read.Fields.ProfileName() != "a" {
		t.Errorf("get: %v, %v", read, err)
	}
	if list, err := profiles.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("list: %v, %v", list, err)
	}
	if updated, err := profiles.Update(t.Context(), made, fieldsWithWeight(7)); err != nil || updated.Fields.TollFreeWeight != opentact.Value[int64](7) {
		t.Errorf("update: %v, %v", updated, err)
	}
	if err := profiles.Delete(t.Context(), made); err != nil {
		t.Errorf("delete: %v", err)
	}
	counters := api.Counters()
	if counters.ByOperation["GET /auth"] != 0 || counters.ByStatus[http.StatusUnauthorized] != 0 {
		t.Errorf("the requests were %v with the statuses %v", counters.ByOperation, counters.ByStatus)
	}
}

// An expired or unknown key is rejected, and never sent as a token or to a login.
func TestClient_APIKey_Rejected_NoLogin(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]map[string]time.Duration{
		"expired": {apiKey: -time.Second}, "unknown": nil, "in another case": {strings.ToUpper(apiKey): 0},
	} {
		api, client := newEmulatorWith(t, emulator.Options{APIKeys: keys, Token: apiKey}, withAPIKey)
		_, err := opentact.CollectionOf(client, &messaging).List(t.Context())
		wantErrorContains(t, err, "rejected the API key from the test", "Invalid or expired API key")
		rejected, ok := errors.AsType[*opentact.CredentialsError](err)
		if !ok || rejected.Rejected != opentact.APIKey || rejected.MayLackPermission() {
			t.Errorf("%s: got %#v", name, err)
		}
		if got := len(api.Requests()); got != 1 {
			t.Errorf("%s: %d requests", name, got)
		}
	}
}

// No error and no log shows the key, whatever text the API returns.
func TestClient_APIKey_IsRedacted(t *testing.T) {
	t.Parallel()
	inJSON, _ := json.Marshal(apiKey) // a string can be encoded
	encoded := base64.StdEncoding.EncodeToString([]byte(apiKey))
	escaped := html.EscapeString(apiKey)
	page := map[string]string{"Content-Type": "text/html"}
	for name, next := range map[string]reply{
		"message":             rejection(401, "no key "+apiKey),
		"header":              rejection(401, "got Authorization: Bearer "+apiKey),
		"JSON in the message": rejection(400, "got "+string(inJSON)),
		"field":               {status: 400, body: `{"success":false,"fields":{"params.name":{"message":` + string(inJSON) + `}}}`},
		"name of a field":     {status: 400, body: `{"success":false,"fields":{` + string(inJSON) + `:{"message":"bad"}}}`},
		"title":               {status: 401, header: page, body: "<title>No " + escaped + "</title>"},
		"body of a page":      {status: 403, header: page, body: "<p>No " + escaped},
		"redirect":            {status: 302, header: map[string]string{"Location": "https://elsewhere.example/" + url.PathEscape(apiKey)}},
		"request id":          {status: 400, header: map[string]string{"X-Request-Id": "r-1 " + apiKey}, body: `{"success":false,"message":"bad"}`},
		"content type":        {status: 200, header: map[string]string{"Content-Type": "text/" + apiKey}, body: "x"},
		"name of a member":    {status: 200, body: `{"success":true,` + string(inJSON) + `:1,` + string(inJSON) + `:2}`},
		"value":               success(profileAWith(map[string]any{"tollfree_weight": apiKey})),
		"UUID":                success(profileAWith(map[string]any{"uuid": apiKey})),
		"lost response":       {status: 200, header: map[string]string{"X-Request-Id": apiKey}, body: apiKey, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, next)
			var out bytes.Buffer
			_, err := a.messaging(t, noRetries, withAPIKey, func(c *opentact.Config) { c.Logger = jsonLogger(&out) }).Get(t.Context(), knownA())
			if err == nil {
				t.Fatal("got no error")
			}
			text := err.Error() + out.String()
			if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
				text += fmt.Sprint(apiErr.Fields, apiErr.RequestID)
			}
			for _, secret := range []string{"k3y", "l4st", encoded[:12]} {
				if strings.Contains(text, secret) {
					t.Errorf("the error or the log shows %q: %s", secret, text)
				}
			}
		})
	}
	// The message stays readable.
	a := newScriptedAPI(t, rejection(401, "no key "+apiKey))
	_, err := a.messaging(t, withAPIKey).List(t.Context())
	wantErrorContains(t, err, "the API responded with status 401: no key (the API key)")
}
