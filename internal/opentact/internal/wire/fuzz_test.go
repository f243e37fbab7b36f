// SPDX-License-Identifier: MPL-2.0

package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// FuzzResponse checks that no body makes the client panic, that a success is JSON with a
// profile that has a UUID, and that every other outcome has an error.
func FuzzResponse(f *testing.F) {
	const uuid = `"uuid":"` + uuidA + `"`
	for _, seed := range []string{
		`{"success":true,"payload":{` + uuid + `,"name":"n"}}`, `{"success":true,"payload":[{"thing":{` + uuid + `}},{"thing":{}}]}`,
		`{"success":true,"payload":[{` + uuid + `,"name":"Cafe\u0301","heaviness":1},{` + uuid + `,"weight":1}]}`,
		`{"success":true,"payload":[{"uuid":"x","sip_connection":{"thing":{` + uuid + `}},"sip_control_app":{"thing":{}}}]}`,
		`{"success":false,"message":"no","fields":{"params.name":{"message":"no"}}}`, `{"success":true,"payload":{"total":1,"data":[]}}`,
		`{}`, `[]`, ``, `<title>x</title>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		profile := wire.NewProfile(shape, "")
		outcome, err := classify(profile.Response(redactor), 200, bytes.NewReader(body))
		if (err == nil) != (outcome == apierror.Done) {
			t.Fatalf("the outcome is %s, and the error %v", outcome, err)
		}
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("%q is not JSON", body)
		}
		if id := profile.Fields().UUID(); !wire.IsUUID(id) {
			t.Fatalf("%q is not a UUID", id)
		}
	})
}

// FuzzError checks for any response that the error is short, has no control characters and
// does not contain the token.
func FuzzError(f *testing.F) {
	for _, seed := range []string{
		`{"success":false,"message":"no","status":400,"fields":{"params.name":{"message":"too long"}}}`,
		`{"success":false,"message":["a","b"],"fields":{"x":["y"],"z":7}}`, `{"success":false,"message":"\u001b[31m\u202e\u0000"}`,
		`{"success":false,"message":"t0ken-of\/the-tests"}`, `{"success":false,"message":{"t0ken-of/the-tests":1}}`,
		`{"success":false,"message":"https://user:s3cret@a.example"}`, `{"success":false,"message":"a.example\/s3cret or //a/s3cret"}`, `<p>X-Auth-Token: t0ken-of/the-tests`, `<title>t0ken-of&#x2f;the-tests`,
		"\xff\xfe", `{"success":false`, `{"payload":{"password":"s3cret"}}`,
	} {
		f.Add(400, "application/json", []byte(seed))
	}
	f.Add(302, "text/html; charset=\x1b[31m", []byte("<html>"))
	f.Add(302, "https://a.example/t0ken-of%2Fthe-tests", []byte(""))
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		response := wire.NewProfile(shape, uuidA).Response(redactor)
		_, err := classify(response, status, bytes.NewReader(body), "Content-Type", header, "X-Request-Id", header, "Location", header)
		if err == nil {
			return
		}
		text := err.Error()
		if apiErr, ok := errors.AsType[*apierror.APIError](err); ok {
			text += apiErr.RequestID
		}
		// A message, a request ID, and 20 fields with a name and a message, of 500
		// characters each.
		if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) || len(text) > (2+2*20)*(4*500+100) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
		if strings.Contains(text, token) {
			t.Errorf("the token is shown: %q", text)
		}
	})
}

// FuzzUUID checks that a UUID has the documented form, and that it means the same in the
// path of a URL.
func FuzzUUID(f *testing.F) {
	for _, seed := range []string{uuidA, strings.ToUpper(uuidA), "../../auth", "", uuidA[:35] + "\n", "%2e%2e"} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z`)
	base := &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"}
	f.Fuzz(func(t *testing.T, id string) {
		err := wire.ValidateUUID(id)
		if (err == nil) != form.MatchString(id) {
			t.Fatalf("%q: got %v", id, err)
		}
		if err == nil && base.JoinPath("profile", id).String() != "https://api.example/rest/profile/"+id {
			t.Fatalf("%q becomes %s", id, base.JoinPath("profile", id))
		}
		if err != nil && (strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 1000) {
			t.Fatalf("%d bytes: %q", len(err.Error()), err)
		}
	})
}
