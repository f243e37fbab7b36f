// SPDX-License-Identifier: MPL-2.0

package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	uuidA = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
	uuidB = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
	uuidC = "9b2e4c1a-0d3f-4b6a-8c5e-1f2a3b4c5d6e"
	uuidD = "c56a4180-65aa-42ec-a945-5fd21dec0538"

	token = "t0ken-of/the-tests"
)

// shape is that of the profiles of these tests.
var shape = wire.Shape{
	Nested:  [][]string{{"thing"}, {"sip_connection", "thing"}, {"sip_control_app", "thing"}},
	Aliases: map[string]string{"weight": "heaviness"},
	Fields:  []string{"name", "weight", "url", "uuid", "created_on", "modified_on"},
}

// profile returns the JSON of a profile.
func profile(uuid, name string) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"2019-08-24T14:15:22Z","modified_on":"2019-08-24T14:15:23Z","name":%q,"weight":5,"url":null}`, uuid, name)
}

// success returns the body of a successful response.
func success(payload string) string { return `{"success":true,"payload":` + payload + `}` }

// redactor knows the token of these tests.
var redactor = redact.New(func() []redact.Secret { return []redact.Secret{{Value: token, Replacement: "(the token)"}} })

// classify has an HTTP response read. The header is given as names and values.
func classify(response *wire.Response, status int, body io.Reader, header ...string) (apierror.Outcome, error) {
	resp := &http.Response{
		StatusCode: status, Header: make(http.Header), Body: io.NopCloser(body), ContentLength: -1,
		Request: &http.Request{URL: &url.URL{Scheme: "https", Host: "api.example", Path: "/thing"}},
	}
	if known, ok := body.(interface{ Len() int }); ok {
		resp.ContentLength = int64(known.Len())
	}
	for pair := range slices.Chunk(header, 2) {
		resp.Header.Set(pair[0], pair[1])
	}
	return response.Classify(resp)
}

// readProfile reads a response that must hold a profile with uuidA.
func readProfile(status int, body string, header ...string) (wire.RawFields, apierror.Outcome, error) {
	profile := wire.NewProfile(shape, uuidA)
	outcome, err := classify(profile.Response(redactor), status, strings.NewReader(body), header...)
	return profile.Fields(), outcome, err
}

var errReset = errors.New("connection reset by peer")

// bodies are the forms that the body of a response may have.
var bodies = []struct {
	name string
	body func() io.Reader
	// is reports whether an error has the type that belongs to the form. A status may
	// make it a *ResponseError instead.
	is func(error) bool
}{
	{"success", text(success(profile(uuidA, "a"))), isResponseError},
	{"rejection", text(`{"success":false,"message":"No"}`), isAPIError},
	{"page", text("<html><title>Sorry</title></html>"), isResponseError},
	{"empty", text(""), isResponseError},
	{"cut short", text(`{"success":true,"payl`), isConnectionError},
	{"broken off", func() io.Reader {
		return io.MultiReader(strings.NewReader(`{"success":true,"payl`), iotest.ErrReader(errReset))
	}, isConnectionError},
}

func text(body string) func() io.Reader { return func() io.Reader { return strings.NewReader(body) } }

func isAPIError(err error) bool {
	_, ok := errors.AsType[*apierror.APIError](err)
	return ok
}

func isResponseError(err error) bool {
	_, ok := errors.AsType[*apierror.ResponseError](err)
	return ok
}

func isConnectionError(err error) bool {
	return errors.Is(err, errReset) || errors.Is(err, io.ErrUnexpectedEOF)
}

// TestClassify_Outcome specifies the outcome of each response. Each row is a status, each
// column a form of the body.
func TestClassify_Outcome(t *testing.T) {
	t.Parallel()
	const (
		done      = apierror.Done
		rejected  = apierror.Rejected
		ambiguous = apierror.Ambiguous
		throttled = apierror.Throttled
	)
	type row [6]apierror.Outcome
	for _, test := range []struct {
		statuses []int
		//       success    rejection  page       empty      cut short  broken off
		want row
	}{
		{[]int{101, 103}, row{ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous}},
		{[]int{200, 201, 204}, row{done, rejected, ambiguous, ambiguous, ambiguous, ambiguous}},
		{[]int{301, 302, 307}, row{rejected, rejected, rejected, rejected, rejected, rejected}},
		{[]int{400, 401, 403, 404, 409, 422}, row{rejected, rejected, rejected, rejected, ambiguous, ambiguous}},
		{[]int{408}, row{ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous}},
		{[]int{429}, row{throttled, throttled, throttled, throttled, throttled, throttled}},
		{[]int{500, 502, 503, 504, 522}, row{ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous}},
	} {
		for _, status := range test.statuses {
			for i, form := range bodies {
				outcome, err := classify(wire.NewProfile(shape, uuidA).Response(redactor), status, form.body())
				if outcome != test.want[i] {
					t.Errorf("%d, %s: got %s, want %s", status, form.name, outcome, test.want[i])
				}
				if (err == nil) != (outcome == done) {
					t.Errorf("%d, %s: the outcome is %s, and the error %v", status, form.name, outcome, err)
				}
				// The bodies of these statuses are not read.
				isUnread := status < 200 || status >= 300 && status < 400
				if err != nil && !form.is(err) && (!isUnread || !isResponseError(err)) {
					t.Errorf("%d, %s: got a %T: %v", status, form.name, err, err)
				}
			}
		}
	}
}

// Wherever a response is cut short, its outcome is ambiguous, and the error one of the
// connection.
func TestClassify_CutShort(t *testing.T) {
	t.Parallel()
	body := success("[" + profile(uuidA, "a") + "]")
	for length := 1; length < len(body); length++ {
		fields, outcome, err := readProfile(200, body[:length])
		if outcome != apierror.Ambiguous || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %v, %s, %v", body[:length], fields, outcome, err)
		}
	}
}

// After a 2xx without a usable success, the outcome is ambiguous.
func TestClassify_UnusableSuccess_Ambiguous(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, want string }{
		{"JSON without success", `{"payload":` + profile(uuidA, "a") + `}`, `JSON without "success"`},
		{"success null", `{"success":null,"payload":` + profile(uuidA, "a") + `}`, `JSON without "success"`},
		{"success of another type", `{"success":"true"}`, "a body that is not the API's JSON"},
		{"success twice", `{"success":false,"success":true,"payload":` + profile(uuidA, "a") + `}`, `it has the member "success" twice`},
		{"two payloads", `{"success":true,"payload":{},"payload":` + profile(uuidA, "a") + `}`, `it has the member "payload" twice`},
		{"an escaped member twice", `{"\u001b[31m":1,"\u001b[31m":1}`, `it has the member "[31m" twice`},
		{"a long member twice", `{"` + strings.Repeat("x", 100) + `":1,"` + strings.Repeat("x", 100) + `":1}`, `it has the member "` + strings.Repeat("x", 60) + `…" twice`},
		{"more than one object", success(profile(uuidA, "a")) + "{}", "a body that is not the API's JSON"},
		{"an array", "[" + profile(uuidA, "a") + "]", "a body that is not the API's JSON"},
		{"a byte order mark", "\ufeff" + success(profile(uuidA, "a")), "a body that is not the API's JSON"},
		{"invalid JSON", `{"success":true,}`, "a body that is not the API's JSON (no media type, 17 bytes): invalid character '}'"},
		{"an invalid payload", `{"success":true,"payload":[}`, "a body that is not the API's JSON (no media type, 28 bytes): invalid character '}'"},
		{"a number that is too large", success("1e999999999"), "a profile was expected, found a single JSON value"},
		{"no payload", `{"success":true}`, "a profile was expected, found nothing"},
		{"null", success("null"), "a profile was expected, found null"},
		{"a string", success(`"done"`), "a profile was expected, found a single JSON value"},
		{"an empty object", success("{}"), "the profile has no uuid"},
		{"an empty array", success("[]"), "a profile was expected, found an empty array"},
		{"an array of numbers", success("[1]"), "a profile was expected, found a single JSON value"},
		{"a page of a list", success(`{"take":20,"skip":0,"total":1,"data":[` + profile(uuidA, "a") + `]}`), "the profile has no uuid"},
		{"another profile", success(profile(uuidB, "a")), "it describes another profile, " + uuidB},
		{"two profiles", success("[" + profile(uuidA, "a") + "," + profile(uuidB, "a") + "]"), "two different profiles were found where one was expected: one has the uuid " + uuidA + ", the other the uuid " + uuidB},
		{"two contents of one profile", success("[" + profile(uuidA, "a") + "," + profile(uuidA, "b") + "]"), "two different profiles were found where one was expected: both have the uuid " + uuidA},
		{"too much", success(`"` + strings.Repeat("x", 1<<20) + `"`), "it is larger than 1048576 bytes"},
	} {
		fields, outcome, err := readProfile(200, test.body)
		if outcome != apierror.Ambiguous || !isResponseError(err) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %s, %v", test.name, outcome, err)
		}
		if strings.HasPrefix(test.name, "no ") && fields != nil {
			t.Errorf("%s: got the profile %v", test.name, fields)
		}
	}
}

// A body that is not the API's JSON is never quoted: gateways repeat requests with their
// headers, and other JSON may hold passwords. The error describes it by its media type,
// its length and the title of a page.
func TestClassify_ForeignBody_IsDescribed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		header     []string
		want       string
	}{
		{"a page", "<h1>s3cret</h1>", []string{"Content-Type", "text/html; charset=utf-8"}, "a body that is not the API's JSON (text/html, 15 bytes)"},
		{
			"a page with a title", "<HTML><Title lang=en>\n Sign\tin &amp; out </title><p>s3cret", []string{"Content-Type", "text/html"},
			`an HTML page with the title "Sign in & out" (text/html, 58 bytes)`,
		},
		{
			"a title with the token", "<title>403 t0ken-of&#x2F;the-tests</title>", []string{"Content-Type", "text/html"},
			`an HTML page with the title "403 (the token)" (text/html, 42 bytes)`,
		},
		{"a title with escapes", "<title>\x1b]0;x\x07&#27;[31m</title>", nil, `an HTML page with the title "]0;x [31m" (no media type, 30 bytes)`},
		{"a long title", "<title>" + strings.Repeat("x", 200), nil, `an HTML page with the title "` + strings.Repeat("x", 100) + `…" (no media type, 207 bytes)`},
		{"a title further down", "<p>" + strings.Repeat("s3cret ", 500) + "<title>s3cret</title>", nil, "a body that is not the API's JSON (no media type, 3524 bytes)"},
		{"plain text", "s3cret", []string{"Content-Type", "text/plain"}, "a body that is not the API's JSON (text/plain, 6 bytes)"},
		{"a quoted text that is cut short", `"s3cret`, nil, "a body that is not the API's JSON (no media type, 7 bytes)"},
		{"an unreadable media type", "s3cret", []string{"Content-Type", "\x1b[31m"}, "a body that is not the API's JSON (no media type, 6 bytes)"},
		{"other JSON", `{"token":"s3cret"}`, []string{"Content-Type", "application/json"}, `JSON without "success" (application/json, 18 bytes)`},
		{"invalid JSON", `{"token":s3cret}`, nil, "a body that is not the API's JSON (no media type, 16 bytes): invalid character 's' looking for beginning of value"},
		{"invalid JSON with a title", `{"token":"<title>s3cret",}`, nil, "a body that is not the API's JSON (no media type, 26 bytes): invalid character '}' looking for beginning of object key string"},
		{"JSON behind a guard", `)]}',{"token":"s3cret"}`, nil, "a body that is not the API's JSON (no media type, 23 bytes)"},
		{"nothing", "", []string{"Content-Type", "text/html"}, "it is empty"},
		{"white space", " \r\n\t ", nil, "it is empty"},
	} {
		for _, status := range []int{200, 404, 502} {
			_, _, err := readProfile(status, test.body, test.header...)
			got, ok := errors.AsType[*apierror.ResponseError](err)
			if !ok {
				t.Errorf("%s, status %d: got a %T: %v", test.name, status, err, err)
				continue
			}
			if want := (&apierror.ResponseError{Status: status, Reason: test.want}); *got != *want {
				t.Errorf("%s:\ngot  %+v\nwant %+v", test.name, got, want)
			}
		}
	}
}

func TestClassify_UnknownLength(t *testing.T) {
	t.Parallel()
	body := io.MultiReader(strings.NewReader("<html>")) // it has no Len
	_, err := classify(wire.NewProfile(shape, "").Response(redactor), 502, body, "Content-Type", "text/html")
	if want := "a body that is not the API's JSON (text/html)"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestClassify_Redirect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ location, want string }{
		{"https://elsewhere.example:8443/login", "https://elsewhere.example:8443"},
		{"https://u:p@elsewhere.example/login?token=1#x", "https://elsewhere.example"},
		{"https://elsewhere.example/" + token, "https://elsewhere.example"},
		{"//elsewhere.example/login", "https://elsewhere.example"},
		{"/rest/", "https://api.example"},
		{"", "an unreadable address"},
		{"mailto:me@elsewhere.example", "an unreadable address"},
		{":", "an unreadable address"},
	} {
		outcome, err := classify(wire.NewProfile(shape, "").Response(redactor), 302, strings.NewReader(""), "Location", test.location)
		want := "a redirect to " + test.want + ", which is not followed; base_url must name the API itself"
		if outcome != apierror.Rejected || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got %s, %v", test.location, outcome, err)
		}
	}
}

func TestClassify_Rejection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       apierror.APIError
	}{
		{"a message", `{"success":false,"message":"In use"}`, apierror.APIError{Message: "In use"}},
		{"no message", `{"success":false}`, apierror.APIError{}},
		{"several messages", `{"success":false,"message":["a","b"]}`, apierror.APIError{Message: "a, b"}},
		{"an object as message", `{"success":false,"message":{"token":"s3cret"}}`, apierror.APIError{Message: "an object with the members [token]"}},
		{"a number as message", `{"success":false,"message":17}`, apierror.APIError{Message: "a single JSON value"}},
		{"a message with the token", `{"success":false,"message":"bad t0ken-of\/the-tests"}`, apierror.APIError{Message: "bad (the token)"}},
		{"a message with credentials", `{"success":false,"message":"cannot reach https:\/\/user:s3cret@hook.example"}`, apierror.APIError{Message: "cannot reach https://hook.example"}},
		{"a message with escapes", `{"success":false,"message":"a\u001b]0;title\u0007\u001b[2J\u202eb\u0000\r\nc"}`, apierror.APIError{Message: "a ]0;title [2J b c"}},
		{"a message that is not UTF-8", "{\"success\":false,\"message\":\"a\xff\xfeb\"}", apierror.APIError{Message: "a b"}},
		{"a long message", `{"success":false,"message":"` + strings.Repeat("é", 5000) + `"}`, apierror.APIError{Message: strings.Repeat("é", 500) + "…"}},
		{"a payload", `{"success":false,"message":"No","payload":["s3cret",{}]}`, apierror.APIError{Message: "No"}},
		{"a payload before success", `{"payload":[{"password":"s3cret"}],"message":"No","success":false}`, apierror.APIError{Message: "No"}},
		{
			"fields", `{"success":false,"message":"Invalid","status":400,"fields":{"params.name":{"message":"too long"},"sticky":"no","params.x":["y","z"],"n":7}}`,
			apierror.APIError{Message: "Invalid", Fields: map[string]string{"name": "too long", "sticky": "no", "x": "y, z", "n": "a single JSON value"}},
		},
		{
			"a field with the token", `{"success":false,"fields":{"params.t0ken-of/the-tests":{"message":"t0ken-of/the-tests"}}}`,
			apierror.APIError{Fields: map[string]string{"(the token)": "(the token)"}},
		},
		{
			"a field with escapes", `{"success":false,"fields":{"params.\u001b[1mx":{"message":"\u009b31mred"}}}`,
			apierror.APIError{Fields: map[string]string{"[1mx": "31mred"}},
		},
		{ // value and meta may repeat a webhook
			"a rejected value and meta", `{"success":false,"message":"Invalid","meta":"s3cret","fields":{"params.url":{"message":"too long","value":"s3cret"},"params.x":{"value":"s3cret"}}}`,
			apierror.APIError{Message: "Invalid", Fields: map[string]string{"url": "too long", "x": "an object with the members [value]"}},
		},
		{"fields of another type", `{"success":false,"message":"No","fields":7}`, apierror.APIError{Message: "No"}},
	} {
		for _, status := range []int{200, 400, 500} {
			_, _, err := readProfile(status, test.body)
			got, ok := errors.AsType[*apierror.APIError](err)
			if !ok {
				t.Errorf("%s, status %d: got a %T: %v", test.name, status, err, err)
				continue
			}
			want := test.want
			want.Status = status
			if want.Fields == nil {
				want.Fields = map[string]string{}
			}
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
		}
	}
}

func TestClassify_Rejection_RequestID(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		header []string
		want   string
	}{
		{"none", nil, ""},
		{"X-Request-Id", []string{"X-Request-Id", "r-1"}, "r-1"},
		{"X-Correlation-Id", []string{"X-Correlation-Id", "c-1"}, "c-1"},
		{"both", []string{"X-Correlation-Id", "c-1", "X-Request-Id", "r-1"}, "r-1"},
		{"secret", []string{"X-Request-Id", "r-1 " + token}, "r-1 (the token)"},
		{"control characters", []string{"X-Request-Id", "r\x1b[31m-1"}, "r [31m-1"},
		{"too long", []string{"X-Request-Id", strings.Repeat("r", 101)}, strings.Repeat("r", 100) + "…"},
	} {
		_, err := classify(wire.NewProfile(shape, uuidA).Response(redactor), 400, strings.NewReader(`{"success":false}`), test.header...)
		if got, ok := errors.AsType[*apierror.APIError](err); !ok || got.RequestID != test.want {
			t.Errorf("%s: got %#v, want the request id %q", test.name, err, test.want)
		}
	}
}

func TestClassify_Rejection_ManyFields(t *testing.T) {
	t.Parallel()
	var fields []string
	for i := range 1000 {
		fields = append(fields, fmt.Sprintf(`"f%03d":"x"`, i))
	}
	_, _, err := readProfile(400, `{"success":false,"fields":{`+strings.Join(fields, ",")+`}}`)
	got, ok := errors.AsType[*apierror.APIError](err)
	if !ok || len(got.Fields) != 20 || got.Fields["f000"] != "x" || got.Fields["f019"] != "x" {
		t.Errorf("got %#v", err)
	}
}

// A DELETE is done if the envelope says so, with any payload. Only a profile with another
// UUID contradicts it.
func TestClassify_Deleted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   apierror.Outcome
	}{
		{"an object", 200, success("{}"), apierror.Done},
		{"the profile", 200, success(profile(uuidA, "a")), apierror.Done},
		{"a lease of the profile", 200, success(`[{"uuid":"` + uuidB + `","thing":` + profile(uuidA, "a") + `}]`), apierror.Done},
		{"other items", 200, success(`[1,{"uuid":"x"}]`), apierror.Done},
		{"success alone", 202, `{"success":true}`, apierror.Done},
		{"JSON without success", 200, "{}", apierror.Ambiguous},
		{"an empty body", 200, "", apierror.Ambiguous},
		{"white space", 200, " \n", apierror.Ambiguous},
		{"no content", 204, "", apierror.Ambiguous},
		{"a rejection", 200, `{"success":false,"message":"In use"}`, apierror.Rejected},
		{"a rejection with a status", 400, `{"success":false,"message":"In use"}`, apierror.Rejected},
		{"an empty body under 404", 404, "", apierror.Rejected},
		{"JSON without success under 404", 404, "{}", apierror.Rejected},
		{"an empty body under 500", 500, "", apierror.Ambiguous},
		{"JSON without success under 500", 500, "{}", apierror.Ambiguous},
		{"a page", 200, "<html>", apierror.Ambiguous},
		{"JSON cut short", 200, `{"success":true`, apierror.Ambiguous},
		{"another profile", 200, success(profile(uuidB, "a")), apierror.Ambiguous},
		{"a lease of another profile", 200, success(`[{"uuid":"` + uuidA + `","thing":` + profile(uuidB, "a") + `}]`), apierror.Ambiguous},
	} {
		outcome, err := classify(wire.NewDeleted(shape, uuidA).Response(redactor), test.status, strings.NewReader(test.body))
		if outcome != test.want || (err == nil) != (outcome == apierror.Done) {
			t.Errorf("%s: got %s, %v", test.name, outcome, err)
		}
	}
}

// The error of a payload shows that the API itself has sent the response.
func TestClassify_ErrorOfSuccess_IsMarked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"an empty array", 200, success("[]"), true},
		{"an item that is no profile", 200, success("[1]"), true},
		{"another profile", 201, success(profile(uuidB, "b")), true},
		{"no payload", 200, `{"success":true}`, true},
		{"success under another status", 403, success("[]"), false},
		{"no envelope", 200, `{"status":"maintenance"}`, false},
		{"more than an envelope", 200, `{"success":true}{}`, false},
		{"a page", 200, "<html>", false},
		{"an empty body", 200, "", false},
		{"a redirect", 302, success("[]"), false},
	} {
		_, err := classify(wire.NewProfile(shape, uuidA).Response(redactor), test.status, strings.NewReader(test.body))
		if got, ok := errors.AsType[*apierror.ResponseError](err); !ok || got.Success != test.want {
			t.Errorf("%s: got %#v", test.name, err)
		}
	}
}

// An attempt may fail in the middle of its response. The next attempt drops everything
// that it read.
func TestClassify_SecondAttempt(t *testing.T) {
	t.Parallel()
	reader := wire.NewProfile(shape, "")
	response := reader.Response(redactor)
	if _, err := classify(response, 200, strings.NewReader(`{"success":true,"payload":[`+profile(uuidA, "a")+`,`)); err == nil {
		t.Fatal("a response that is cut short is a success")
	}
	if outcome, err := classify(response, 200, strings.NewReader(success("["+profile(uuidB, "b")+"]"))); outcome != apierror.Done {
		t.Fatalf("got %s, %v", outcome, err)
	}
	if got := reader.Fields().UUID(); got != uuidB {
		t.Errorf("got the profile %s", got)
	}
	if outcome, err := classify(response, 404, strings.NewReader(`{"success":false}`)); outcome != apierror.Rejected || response.IsArray || reader.Fields() != nil {
		t.Errorf("got %s, %v, and %v", outcome, err, reader.Fields())
	}
}

func TestClassify_SetsResult(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, payload  string
		want           string
		isArray, paged bool
		items          int
	}{
		{"an object", `{"b":1,"data":[1,2]}`, `{"b":1,"data":[1,2]}`, false, false, 0},
		{"an array", `[1,2,3]`, "", true, false, 3},
		{"a page", `{"total":2,"data":[1,2]}`, `{"data":null,"total":2}`, false, true, 2},
		{"an array in an array", `[[1,2]]`, "", true, false, 1},
		{"an object as data", `{"data":{"data":[1]}}`, `{"data":{"data":[1]}}`, false, false, 0},
		{"a string", `"x"`, `"x"`, false, false, 0},
		{"null", `null`, `null`, false, false, 0},
	} {
		items := 0
		response := &wire.Response{
			Redactor: redactor, MaxBytes: wire.MaxProfile, InPages: test.name != "an object",
			Item: func(json.RawMessage) error { items++; return nil },
		}
		body := " " + success(test.payload) + "\n"
		if outcome, err := classify(response, 200, strings.NewReader(body)); outcome != apierror.Done {
			t.Fatalf("%s: got %s, %v", test.name, outcome, err)
		}
		if string(response.Payload) != test.want || response.IsArray != test.isArray || response.IsPage != test.paged || items != test.items {
			t.Errorf("%s: got %s, %t, %t, %d items", test.name, response.Payload, response.IsArray, response.IsPage, items)
		}
		if response.Size != int64(len(body)) {
			t.Errorf("%s: got %d bytes, want %d", test.name, response.Size, len(body))
		}
	}
}

func TestClassify_ArrayWithoutItem(t *testing.T) {
	t.Parallel()
	response := &wire.Response{Redactor: redactor, MaxBytes: wire.MaxProfile}
	outcome, err := classify(response, 200, strings.NewReader(success(`["s3cret"]`)))
	if outcome != apierror.Ambiguous || !strings.HasSuffix(err.Error(), "an object was expected, found an array") {
		t.Errorf("got %s, %v", outcome, err)
	}
}

// The errors of Item and Check may quote the response, so they are redacted.
func TestClassify_RedactsErrorsOfCaller(t *testing.T) {
	t.Parallel()
	found := func() error { return errors.New("found " + token) }
	for name, response := range map[string]*wire.Response{
		"Item":  {Item: func(json.RawMessage) error { return found() }},
		"Check": {Item: func(json.RawMessage) error { return nil }, Check: func(*wire.Response) error { return found() }},
	} {
		response.Redactor, response.MaxBytes = redactor, wire.MaxProfile
		if _, err := classify(response, 200, strings.NewReader(success("[1]"))); err == nil || !strings.HasSuffix(err.Error(), ": found (the token)") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
