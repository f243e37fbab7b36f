// SPDX-License-Identifier: MPL-2.0

package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// lease returns a phone-number lease with its own UUID and the members given.
func lease(members string) string {
	return `{"uuid":"00000001-2222-4222-8222-222222222222","created_on":"2001-01-01T00:00:00Z","autorenew":true,` + members + `}`
}

// with returns a JSON object with one more member at its beginning.
func with(object, member string) string { return "{" + member + "," + object[1:] }

// TestShape_Find tests rule 2 of CONTRACT.md. It shows where an object contains a profile,
// and the error for an object that contains none.
func TestShape_Find(t *testing.T) {
	t.Parallel()
	a, b := profile(uuidA, "a"), profile(uuidB, "b")
	for _, test := range []struct {
		name, object string
		want         string // in the error; "" if the profile is found
	}{
		{"the profile", a, ""},
		{"under its name", `{"thing":` + a + `}`, ""},
		{"in a lease", lease(`"thing":` + a), ""},
		{"in a lease's connection", lease(`"sip_connection":{"uuid":"x","name":"c","weight":1,"thing":` + a + `}`), ""},
		{"in a lease's control app", lease(`"sip_control_app":{"thing":` + a + `},"sip_connection":{"thing":{}}`), ""},
		{"twice in one lease", lease(`"sip_control_app":{"thing":` + a + `},"sip_connection":{"thing":` + a + `}`), ""},
		{"a profile with an empty connection", with(a, `"sip_connection":{"thing":{}}`), ""},
		{"a profile with a connection that is null", with(a, `"sip_connection":null`), ""},
		{"a profile that refers to its connection", with(a, `"sip_connection":"`+uuidB+`"`), ""},
		{"two profiles in one lease", lease(`"thing":` + a + `,"sip_connection":{"thing":` + b + `}`), "one object contains two different profiles: one has the uuid " + uuidA + ", the other the uuid " + uuidB},
		{"two contents in one lease", lease(`"thing":` + a + `,"sip_connection":{"thing":` + profile(uuidA, "b") + `}`), "one object contains two different profiles: both have the uuid " + uuidA},
		{"two profiles without a UUID", lease(`"thing":{"name":"a"},"sip_connection":{"thing":{"name":"b"}}`), "one object contains two different profiles: both have no valid uuid"},
		{"a lease with an empty profile", lease(`"thing":{}`), "an object has a place for a profile, but there is none: an object with the members [autorenew created_on thing uuid]"},
		{"a lease with a reference", lease(`"thing":"` + uuidA + `"`), "there is none"},
		{"a lease with an array", lease(`"thing":[` + a + `]`), "there is none"},
		{"a lease with null", lease(`"thing":null`), "there is none"},
		{"a lease with an empty connection", lease(`"sip_connection":{"thing":{}}`), "there is none"},
		{"a connection without a profile", `{"uuid":"` + uuidA + `","name":"c","thing":{}}`, "there is none"},
		{"a member twice", with(a, `"name":"b"`), `it has the member "name" twice`},
		{"a member twice, once escaped", with(a, `"n\u0061me":"b"`), `it has the member "name" twice`},
		{"a member twice in a lease", lease(`"thing":` + with(a, `"name":"\"b:"`)), `it has the member "name" twice`},
		{"a profile twice in a connection", lease(`"sip_connection":{"thing":` + a + `,"thing":` + b + `}`), `it has the member "thing" twice`},
		{"a member twice in a connection", lease(`"sip_connection":{"thing":{},"x":1,"x":2},"thing":` + a), `it has the member "x" twice`},
		{"no UUID", `{"name":"a"}`, "the profile has no uuid"},
		{"no UUID in a lease", lease(`"thing":{"name":"a"}`), "the profile has no uuid"},
		{"a UUID of another form", `{"uuid":"17"}`, `the profile's uuid is not valid: "17" is not a UUID`},
		{"a UUID in capitals", `{"uuid":"` + strings.ToUpper(uuidA) + `"}`, "is not a UUID"},
		{"a UUID that is a path", `{"uuid":"../../auth?x=y"}`, "is not a UUID"},
		{"a long UUID", `{"uuid":"` + strings.Repeat("7", 100) + `"}`, `"` + strings.Repeat("7", 60) + `…" is not a UUID`},
		{"a UUID that is a number", `{"uuid":17}`, "the profile's uuid is a single JSON value"},
		{"a UUID that is an object", `{"uuid":{"password":"s3cret"}}`, "the profile's uuid is an object with the members [password]"},
		{"a string", `"` + uuidA + `"`, "a profile was expected, found a single JSON value"},
		{"an array", `[` + a + `]`, "a profile was expected, found an array of 1"},
		{"null", `null`, "a profile was expected, found null"},
		{"nothing", ``, "a profile was expected, found nothing"},
	} {
		got, err := shape.Find(json.RawMessage(test.object))
		if test.want != "" {
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s: got %v, want %s", test.name, err, test.want)
			}
			continue
		}
		if err != nil || got.UUID() != uuidA || got.Text("name") != "a" {
			t.Errorf("%s: got %s, %v", test.name, got, err)
		}
	}
}

// Responses embed users with passwords and tokens. Only the fields that the client knows
// are kept.
func TestShape_Find_DropsUnknownMembers(t *testing.T) {
	t.Parallel()
	secrets := `"created_by":{"password":"s3cret"},"token":"s3cret","":"s3cret"`
	for name, object := range map[string]string{
		"the profile": `{"uuid":"` + uuidA + `","name":"a",` + secrets + `}`,
		"a lease":     lease(`"thing":{"uuid":"` + uuidA + `","name":"a",` + secrets + `},` + secrets),
	} {
		got, err := shape.Find(json.RawMessage(object))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(wire.RawFields{"uuid": json.RawMessage(`"` + uuidA + `"`), "name": json.RawMessage(`"a"`)}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A response may use the alias of a field. If it has both names, the document's wins.
func TestShape_Find_Alias(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, members, want string }{
		{"the alias", `"heaviness":3`, "3"},
		{"the document's name", `"weight":4`, "4"},
		{"both", `"heaviness":3,"weight":4`, "4"},
		{"both, the document's name is null", `"heaviness":3,"weight":null`, "null"},
		{"null", `"heaviness":null`, "null"},
		{"neither", `"name":"a"`, ""},
	} {
		got, err := shape.Find(json.RawMessage(`{"uuid":"` + uuidA + `",` + test.members + `}`))
		if _, ok := got["heaviness"]; err != nil || ok || string(got["weight"]) != test.want {
			t.Errorf("%s: got %s, %v", test.name, got, err)
		}
	}
}

// Terraform stores text in NFC. An API may return the same characters in NFD, raw or
// escaped.
func TestShape_Find_TextInNFC(t *testing.T) {
	t.Parallel()
	const composed = `"Caf` + "\u00e9" + `"`
	for _, test := range []struct{ name, value, want string }{
		{"NFD", `"Cafe` + "\u0301" + `"`, composed},
		{"NFD, escaped", `"Cafe\u0301"`, composed},
		{"NFD in capitals, escaped", `"C\u0061fe\u0301"`, composed},
		{"NFC", composed, composed},
		{"NFC, escaped", `"Caf\u00e9"`, `"Caf\u00e9"`},
		{"NFD with an ampersand", `"Cafe\u0301&<>"`, `"Caf` + "\u00e9" + `&<>"`},
		{"an escaped backslash", `"a\\u0301"`, `"a\\u0301"`},
		{"text that is not UTF-8", "\"a\xff\"", "\"a\xff\""},
		{"NFD that is not UTF-8", "\"e\u0301\xff\"", "\"e\u0301\xff\""},
		{"escaped NFD that is not UTF-8", "\"e\\u0301\xff\"", "\"e\\u0301\xff\""},
		{"a number", `1.50`, `1.50`},
		{"an object", `{"a":"e` + "\u0301" + `"}`, `{"a":"e` + "\u0301" + `"}`},
	} {
		for name, object := range map[string]string{
			"the profile": `{"uuid":"` + uuidA + `","name":` + test.value + `}`,
			"a lease":     lease(`"thing":{"uuid":"` + uuidA + `","name":` + test.value + `}`),
		} {
			got, err := shape.Find(json.RawMessage(object))
			if err != nil || string(got["name"]) != test.want {
				t.Errorf("%s, %s: got %q, %v, want %q", test.name, name, got["name"], err, test.want)
			}
		}
	}
}

// A lease and its profile are read from each form of a response.
func TestProfile_Response(t *testing.T) {
	t.Parallel()
	a := profile(uuidA, "a")
	for _, test := range []struct{ name, payload string }{
		{"the profile", a},
		{"an array of the profile", "[" + a + "]"},
		{"the profile repeated", "[" + a + "," + a + "]"},
		{"a lease", lease(`"thing":` + a)},
		{"leases that repeat the profile", "[" + lease(`"thing":`+a) + "," + lease(`"sip_connection":{"thing":`+a+`}`) + "]"},
	} {
		got, outcome, err := readProfile(200, success(test.payload))
		if err != nil || got.UUID() != uuidA || got.Text("name") != "a" {
			t.Errorf("%s: got %s, %s, %v", test.name, got, outcome, err)
		}
	}
}

func TestNewProfile_AnyUUID(t *testing.T) {
	t.Parallel()
	reader := wire.NewProfile(shape, "")
	if _, err := classify(reader.Response(redactor), 201, strings.NewReader(success(profile(uuidB, "b")))); err != nil {
		t.Fatal(err)
	}
	if got := reader.Fields().UUID(); got != uuidB {
		t.Errorf("got %s", got)
	}
}

// The document's sample response is an array of leases. Each lease has its own UUID, and
// so has each embedded object.
func TestProfile_Response_DocumentedSample(t *testing.T) {
	t.Parallel()
	const user = `{"uuid":"00000005-1111-4111-8111-111111111111","password":"s3cret","token":"s3cret"}`
	sample := fmt.Sprintf(`{"success":true,"payload":[{"uuid":"00000001-1111-4111-8111-111111111111","tn":{"tn":0,"profile":{}},
		"account":{"uuid":"00000002-1111-4111-8111-111111111111","name":"string","messaging_profiles":[]},"autorenew":true,
		"thing":{"created_on":"2019-08-24T14:15:22Z","uuid":%q,"name":"string","url":"string","heaviness":0,"created_by":%s},
		"sip_connection":{"uuid":"00000006-1111-4111-8111-111111111111","name":"string","thing":{}},"modified_by":%[2]s}]}`, uuidA, user)
	got, _, err := readProfile(200, sample)
	want := wire.RawFields{
		"uuid": json.RawMessage(`"` + uuidA + `"`), "name": json.RawMessage(`"string"`), "url": json.RawMessage(`"string"`),
		"weight": json.RawMessage(`0`), "created_on": json.RawMessage(`"2019-08-24T14:15:22Z"`),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}
