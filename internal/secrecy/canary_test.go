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
	"regexp"
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
	// writeOnlyWebhook and writeOnlyWebhook2 are the values of write-only attributes.
	writeOnlyWebhook  = "https://user:c4nary-ephemeral-password@sms.example.com/in/c4nary-ephemeral-key"
	writeOnlyWebhook2 = "https://user:c4nary-write-only-literal@sms.example.com/in"
	apiKey            = "c4nary+API/key-8Zq=="
	token             = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJjNG5hcnkifQ.c4nary-token-_x"
)

// The places where the tests search.
const (
	inTraffic = "HTTP traffic"
	inLogs    = "logs"
	inErrors  = "diagnostics"
	inPrinted = "printed plans"
	inPlans   = "saved plans"
	inSources = "configuration in saved plans"
	inState   = "state"
	inBackup  = "backups of the state"
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
	// attribute is the attribute that has the secret in its value, for webhooks.
	attribute string
}

// The attributes that have secrets.
const (
	plain     = "`callback_url`, `callback_url2`"
	writeOnly = "`callback_url_wo`, `callback_url2_wo`"
)

// canaries are the secrets that are known before a test starts.
var canaries = []canary{
	{"token", token, nil, ""},
	{"token's signature", "c4nary-token-_x", nil, ""},
	{"API key", apiKey, nil, ""},
	{"email address", email, nil, ""},
	{"password", password, nil, ""},
	{"webhook's password, from a variable", "c4nary-of-the-webhook", []string{inPrinted, inPlans, inState, inBackup, inQuery}, plain},
	{"webhook's key, from a variable", "c4nary-key", []string{inPrinted, inPlans, inState, inBackup, inQuery}, plain},
	{"webhook's password, in a file", "c4nary-of-the-second", []string{inPrinted, inPlans, inSources, inState, inBackup, inQuery, inConfig}, plain},
	{"password of a user in responses", "emulator-fake-password", nil, ""},
	{"token of a user in responses", "emulator-fake-user-token", nil, ""},
}

// writeOnlyCanaries are the secrets in write-only attributes. Only terraform query shows what the API returns.
var writeOnlyCanaries = []canary{
	{"webhook's password, write-only, from an ephemeral variable", "c4nary-ephemeral-password", []string{inQuery}, writeOnly},
	{"webhook's key, write-only, from an ephemeral variable", "c4nary-ephemeral-key", []string{inQuery}, writeOnly},
	{"webhook's password, write-only, in a file", "c4nary-write-only-literal", []string{inSources, inQuery, inConfig}, writeOnly},
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

// compare prints how often the secrets of each attribute are in each place.
func compare(t *testing.T, secrets []canary, texts map[string][]byte) {
	t.Helper()
	var rows [][]string
	for _, place := range slices.Sorted(maps.Keys(texts)) {
		found := make(map[string]int)
		for _, secret := range secrets {
			hits, _ := secret.count(texts[place])
			found[secret.attribute] += hits
		}
		rows = append(rows, []string{place, fmt.Sprint(found[plain]), fmt.Sprint(found[writeOnly])})
	}
	fmt.Printf("Webhooks found by %s:\n%s\n", t.Name(), acctest.Table([]string{"place", plain, writeOnly}, rows))
}

// unzip appends the files of a zip archive, such as a saved plan, to its text. It returns the configuration in
// a saved plan separately.
func unzip(text []byte) (contents, configuration []byte, err error) {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return text, nil, nil //nolint:nilerr // most files are no archives
	}
	for _, file := range archive.File {
		inside, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			return nil, nil, err
		}
		if strings.HasPrefix(file.Name, "tfconfig/") {
			configuration = append(configuration, inside...)
		} else {
			text = append(text, decoded(inside)...)
		}
	}
	return text, configuration, nil
}

// encoded matches a long text in base64.
var encoded = regexp.MustCompile(`[A-Za-z0-9+/]{32,}={0,2}`)

// decoded appends the private state of the resources to a state. Terraform encodes private state in base64, and
// so does the framework with each value in it.
func decoded(state []byte) []byte {
	all, level := state, state
	for range 2 {
		var next []byte
		for _, match := range encoded.FindAll(level, -1) {
			if text, err := base64.StdEncoding.DecodeString(string(match)); err == nil {
				next = append(next, text...)
			}
		}
		all, level = slices.Concat(all, next), next
	}
	return all
}

// TestDecoded_PrivateState_Found checks that the search finds a secret in private state.
func TestDecoded_PrivateState_Found(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	state := fmt.Sprintf(`{"private":%q}`, encode(fmt.Appendf(nil, `{"configured":%q}`, encode([]byte(`{"callback_url":"c4nary-of-a-test"}`)))))
	c := canary{value: "c4nary-of-a-test"}
	if hits, _ := c.count(decoded([]byte(state))); hits == 0 {
		t.Errorf("not found in %s", state)
	}
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
