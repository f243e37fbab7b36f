// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// The secrets that users configure. Each is unlike any other text.
const (
	email    = "c4nary-address@example.com"
	password = `c4nary-password+/"=`
	webhook  = "https://user:c4nary-of-the-webhook@sms.example.com/in/c4nary-key"
	webhook2 = "https://user:c4nary-of-the-second@sms.example.com/in"
	token    = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJjNG5hcnkifQ.c4nary-token-_x"
)

// The places where the tests search.
const (
	inTraffic = "HTTP traffic"
	inLogs    = "logs"
	inErrors  = "diagnostics"
	inPrinted = "printed plans"
	inPlans   = "saved plans"
	inState   = "state"
	inConfig  = "configuration"
	inQuery   = "generated configuration"
	inCrash   = "crash"
	inOther   = "other files"
)

// canary is a secret, or the part of one that is enough to recognise it.
type canary struct {
	name, value string
	// expected are the places where Terraform must show the secret. It must be in no other
	// place but the HTTP traffic, where every secret must be.
	expected []string
}

// canaries are the secrets that are known before a test starts.
var canaries = []canary{
	{"token", token, nil},
	{"token's signature", "c4nary-token-_x", nil},
	{"email address", email, nil},
	{"password", password, nil},
	{"webhook's password, from a variable", "c4nary-of-the-webhook", []string{inPrinted, inPlans, inState, inQuery}},
	{"webhook's key, from a variable", "c4nary-key", []string{inPrinted, inPlans, inState, inQuery}},
	{"webhook's password, in a file", "c4nary-of-the-second", []string{inPrinted, inPlans, inState, inQuery, inConfig}},
	{"password of a user in responses", "emulator-fake-password", nil},
	{"token of a user in responses", "emulator-fake-user-token", nil},
}

// encodings returns the forms in which a text may contain the secret.
func (c canary) encodings() []string {
	quoted, _ := json.Marshal(c.value)
	all := []string{
		c.value, strings.Trim(string(quoted), `"`), strings.ReplaceAll(c.value, "/", `\/`), url.QueryEscape(c.value), url.PathEscape(c.value),
		html.EscapeString(c.value),
	}
	for before := range 3 { // base64 depends on the position of the secret
		text := append(make([]byte, before), c.value...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, encoding.EncodeToString(text)[(before*8+5)/6:len(text)*8/6])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// count returns how often a text contains the secret, and the text around one of them.
func (c canary) count(text []byte) (hits int, around string) {
	for _, encoded := range c.encodings() {
		if n := bytes.Count(text, []byte(encoded)); n > 0 {
			hits += n
			at := bytes.Index(text, []byte(encoded))
			around = strings.Join(strings.Fields(string(text[max(0, at-300):min(len(text), at+len(encoded)+100)])), " ")
		}
	}
	return hits, around
}

// search searches texts, by their places, for all secrets, and prints where it found them. A
// secret must be in the places where it is expected, and in no others.
func search(t *testing.T, secrets []canary, texts map[string][]byte) {
	t.Helper()
	heads := []string{"secret"}
	places := slices.Sorted(maps.Keys(texts))
	for _, place := range places {
		heads = append(heads, fmt.Sprintf("%s (%d kB)", place, len(texts[place])/1000))
	}
	var rows [][]string
	for _, secret := range secrets {
		row := []string{secret.name}
		for _, place := range places {
			hits, around := secret.count(texts[place])
			row = append(row, fmt.Sprint(hits))
			expected := place == inTraffic || slices.Contains(secret.expected, place)
			if hits > 0 && !expected {
				t.Errorf("the %s is in the %s %d times: …%s…", secret.name, place, hits, around)
			}
			if hits == 0 && expected {
				t.Errorf("the %s is not in the %s: does the test search there?", secret.name, place)
			}
		}
		rows = append(rows, row)
	}
	fmt.Printf("Secrets found by %s:\n%s\n", t.Name(), acctest.Table(heads, rows))
}

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// unzip appends the files of a zip archive, such as a saved plan, to its text.
func unzip(text []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return text, nil //nolint:nilerr // most files are no archives
	}
	for _, file := range archive.File {
		inside, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			return nil, err
		}
		text = append(text, inside...)
	}
	return text, nil
}

// TestCanary_Encodings_Found checks that the search finds a secret in each encoding. That it
// reads zip archives follows from the secrets that TestAccSecrets expects in saved plans.
func TestCanary_Encodings_Found(t *testing.T) {
	t.Parallel()
	c := canary{value: `c4nary/of"a+test?`}
	quoted, _ := json.Marshal(c.value)
	texts := []string{
		"x" + c.value + "y", string(quoted), `c4nary\/of"a+test?`, "?k=" + url.QueryEscape(c.value), "/" + url.PathEscape(c.value), html.EscapeString(c.value),
	}
	for before := range 6 {
		for after := range 6 {
			text := []byte(strings.Repeat("<", before) + c.value + strings.Repeat(">", after))
			texts = append(texts, base64.StdEncoding.EncodeToString(text), base64.URLEncoding.EncodeToString(text))
		}
	}
	for _, text := range texts {
		if hits, _ := c.count([]byte(text)); hits == 0 {
			t.Errorf("not found in %q", text)
		}
	}
	if hits, _ := c.count([]byte("c4nary of a test")); hits > 0 {
		t.Error("found in another text")
	}
}
