// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// What users may give to the provider, each unlike anything else.
const (
	email    = "c4nary-address@example.com"
	password = `c4nary-password+/"=`
	webhook  = "https://user:c4nary-of-the-webhook@sms.example.com/in/c4nary-key"
	webhook2 = "https://user:c4nary-of-the-second@sms.example.com/in"
)

// token is that of the accounts that have one. Its secret part is a JWT's.
const token = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJjNG5hcnkifQ.c4nary-token-_x"

// canaries are the secrets, in parts that are enough to give them away.
func canaries() []canary {
	return []canary{
		{name: "token", value: token},
		{name: "token's signature", value: "c4nary-token-_x"},
		{name: "e-mail address", value: email},
		{name: "password", value: password},
		{name: "webhook's password, from the environment", value: "c4nary-of-the-webhook", configured: true},
		{name: "webhook's key, from the environment", value: "c4nary-key", configured: true},
		{name: "webhook's password, in a file", value: "c4nary-of-the-second", configured: true, inFile: true},
	}
}

const configuration = `
terraform {
  required_providers {
    opentact = { source = "opentact/opentact" }
  }
}

provider "opentact" {
  retry_max_wait = "10ms"
}

variable "webhook" {
  type = string
}

variable "weight" {
  type    = number
  default = 1
}

resource "opentact_messaging_profile" "test" {
  name             = "test"
  callback_url     = var.webhook
  callback_url2    = "` + webhook2 + `"
  toll_free_weight = var.weight
}

resource "opentact_outbound_voice_profile" "test" {
  name = "test"
}

data "opentact_messaging_profile" "test" {
  id = opentact_messaging_profile.test.id
}

data "opentact_messaging_profiles" "all" {
  depends_on = [data.opentact_messaging_profile.test]
}
`

// life is that of profiles in an account that is reached in one way.
type life struct {
	*acctest.Workspace
	api  *api
	wire *wire
	// environment is what it is configured by.
	environment map[string]string
	// said has what Terraform printed, by the place that it counts as.
	said map[string][]byte
}

// credentials are the two ways to be let in, as the environment has them.
var credentials = map[string]map[string]string{
	"by token": {"OPENTACT_TOKEN": token},
	"by login": {"OPENTACT_EMAIL": email, "OPENTACT_PASSWORD": password},
}

func newLife(t *testing.T, way string) *life {
	t.Helper()
	l := &life{Workspace: acctest.NewWorkspace(t, map[string]string{"main.tf": configuration}), said: make(map[string][]byte)}
	l.api = startAPI(t, token, email, password)
	l.wire = newWire(t, l.api.url)
	l.wire.Start()
	t.Cleanup(l.wire.Close)
	l.environment = maps.Clone(credentials[way])
	l.environment["OPENTACT_BASE_URL"] = l.wire.URL + l.api.url.Path
	l.environment["TF_VAR_webhook"], l.environment["TF_IN_AUTOMATION"] = webhook, "1"
	l.environment["TF_LOG"], l.environment["TF_LOG_PATH"] = "TRACE", filepath.Join(l.Dir, "trace.log")
	l.AddEnv(t, l.environment)
	return l
}

// run runs Terraform, and expects it to succeed or to fail. What it prints to standard
// output counts as what is said.
func (l *life) run(t *testing.T, succeeds bool, place string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := l.Command(t, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err == nil != succeeds {
		t.Fatalf("terraform %v: %v\n%s%s", args, err, &stdout, &stderr)
	}
	l.said[place] = append(l.said[place], stdout.Bytes()...)
	l.said[inErrors] = append(l.said[inErrors], stderr.Bytes()...)
}

func (l *life) must(t *testing.T, place string, args ...string) {
	t.Helper()
	l.run(t, true, place, args...)
}

func (l *life) fails(t *testing.T, place string, args ...string) {
	t.Helper()
	l.run(t, false, place, args...)
}

// TestAccSecrets lets profiles live with secrets that are unlike anything else,
// while all goes well and while all goes wrong, and looks for the secrets.
func TestAccSecrets(t *testing.T) {
	t.Parallel()
	for way := range credentials {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			l := newLife(t, way)
			l.well(t)
			l.badly(t)
			l.must(t, inPrinted, "destroy", "-auto-approve")
			l.search(t, shownIn...)
		})
	}
}

// well is a life without trouble, but for what retries get over.
func (l *life) well(t *testing.T) {
	t.Helper()
	l.must(t, inErrors, "validate")
	l.must(t, inPrinted, "plan", "-out=first.tfplan")
	l.must(t, inPrinted, "show", "-json", "first.tfplan")
	l.api.control(t, "POST", "/rules", `{"probability":0.5,"seed":7,"times":12,"faults":[
		{"action":"respond","status":429,"retry_after":0},{"action":"page","status":502},{"action":"respond","status":500},{"action":"close_before"},{"action":"close_after"},{"action":"cut"}]}`)
	l.must(t, inErrors, "apply", "first.tfplan")
	l.api.control(t, "DELETE", "/rules", "")
	l.api.control(t, "POST", "/expire-logins", "")
	l.must(t, inPrinted, "apply", "-auto-approve", "-var", "weight=2")
	state, err := l.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Address == "opentact_messaging_profile.test" {
			id, _ := resource.AttributeValues["id"].(string)
			l.must(t, inErrors, "state", "rm", resource.Address)
			l.must(t, inErrors, "import", "-var", "weight=2", resource.Address, id)
		}
	}
	l.must(t, inPrinted, "show")
}

// badly is what happens when the API repeats what it was sent, in every form.
func (l *life) badly(t *testing.T) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		answer := answers[name]
		l.wire.instead.Store(&answer)
		l.fails(t, inErrors, "plan", "-var", "weight=3")
		l.fails(t, inPrinted, "apply", "-auto-approve", "-refresh=false", "-var", "weight=3")
	}
	l.wire.instead.Store(nil)
}

// TestAccMisconfigured has secrets in a file that breaks a rule. Terraform shows the
// line that an error points at.
func TestAccMisconfigured(t *testing.T) {
	t.Parallel()
	l := newLife(t, "by login")
	provider := "provider \"opentact\" {\n  retry_max_wait = \"10ms\"\n"
	for _, change := range [][2]string{
		{webhook2, strings.Replace(webhook2, "https", "ftp", 1)},
		{"var.webhook\n", `"https:///` + strings.TrimPrefix(webhook, "https://") + "\"\n"},
		{provider, provider + fmt.Sprintf("token = %q\n", token+" ")},
		{provider, provider + fmt.Sprintf("email = %q\n password = %q\n", email, password+"\n")},
		{provider, provider + fmt.Sprintf("email = %q\n password = %q\n", "a:"+email, password)},
		{provider, provider + fmt.Sprintf("token = %q\n email = %q\n password = %q\n", token, email, password)},
		{provider, provider + fmt.Sprintf("base_url = %q\n", "https://user:"+strings.ReplaceAll(token, ".", "-")+"@api.example.com")},
	} {
		l.Write(t, map[string]string{"main.tf": strings.Replace(configuration, change[0], change[1], 1)})
		l.fails(t, inErrors, "plan", "-refresh=false")
		l.fails(t, inErrors, "validate", "-json")
	}
	l.Write(t, map[string]string{"main.tf": configuration})
	l.search(t)
}

// search looks for every secret in all that Terraform and the emulator have left. What
// is configured has to be in some places, or the search would not be one.
func (l *life) search(t *testing.T, present ...string) {
	t.Helper()
	texts := maps.Clone(l.said)
	texts[inAPILog] = l.api.printed.bytes()
	err := filepath.WalkDir(l.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		place := placeOf(entry.Name())
		texts[place] = append(texts[place], unzipped(t, text)...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range texts {
		found.searched(place, len(text))
	}
	// What the provider and the libraries log is there, or nothing could be in it.
	wanted := []string{"[TRACE] provider.terraform-provider-opentact", "[TRACE] "}
	if len(present) > 0 {
		wanted = append(wanted, "OpenTact API request")
	}
	for _, want := range wanted {
		if !bytes.Contains(texts[inLogs], []byte(want)) {
			t.Errorf("the log has no %q", want)
		}
	}
	for _, secret := range append(canaries(), l.wire.noted()...) {
		lookFor(t, secret, texts)
	}
	for _, place := range present {
		for _, secret := range canaries() {
			// What comes from the environment is in no file.
			if secret.configured && (place != inConfig || secret.inFile) && secret.in(texts[place]) == 0 {
				t.Errorf("the %s is not in the %s: is it looked for?", secret.name, place)
			}
		}
	}
}

// placeOf says what a file of the workspace is.
func placeOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".log"):
		return inLogs
	case strings.HasSuffix(name, ".tfplan"):
		return inPlans
	case strings.HasPrefix(name, "terraform.tfstate"):
		return inState
	case strings.HasSuffix(name, ".tf"), strings.HasSuffix(name, ".hcl"):
		return inConfig
	default:
		return inOther
	}
}

// lookFor expects a secret to be in none of the texts, but for one that is configured
// where Terraform shows it.
func lookFor(t *testing.T, secret canary, texts map[string][]byte) {
	t.Helper()
	for place, text := range texts {
		hits := secret.in(text)
		found.add(secret.name, place, hits)
		if hits > 0 && (!secret.configured || !slices.Contains(shownIn, place)) {
			t.Errorf("the %s is %d times in the %s, as in …%s…", secret.name, hits, place, around(text, secret))
		}
	}
}

// around is a text before and after the first hit.
func around(text []byte, secret canary) string {
	for _, written := range secret.writings() {
		if at := bytes.Index(text, []byte(written)); at >= 0 {
			return regexp.MustCompile(`\s+`).ReplaceAllString(string(text[max(0, at-300):min(len(text), at+len(written)+100)]), " ")
		}
	}
	return ""
}
