// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

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
  name_regex = "^test$"
  depends_on = [data.opentact_messaging_profile.test]
}
`

// credentials are the variables of each way to authenticate.
var credentials = map[string][]string{
	"API key": {"OPENTACT_API_KEY=" + apiKey},
	"token":   {"OPENTACT_TOKEN=" + token},
	"login":   {"OPENTACT_EMAIL=" + email, "OPENTACT_PASSWORD=" + password},
}

// ways are the ways to authenticate, in the configuration of acctest.Env.Protocol.
var ways = []acctest.Values{{}, {"token": nil, "email": email, "password": password}, {"token": nil, "api_key": apiKey}}

// lifecycle runs Terraform at TRACE in a workspace with its own API.
type lifecycle struct {
	*acctest.Workspace
	*api
	// credentials are those of the next commands.
	credentials []string
	// output is what Terraform printed, by place.
	output map[string][]byte
}

func newLifecycle(t *testing.T, way string) *lifecycle {
	t.Helper()
	l := &lifecycle{
		Workspace: acctest.NewWorkspace(t, map[string]string{"main.tf": configuration}),
		api:       newAPI(t), credentials: credentials[way], output: make(map[string][]byte),
	}
	l.AddEnv(t, map[string]string{
		"OPENTACT_BASE_URL": l.base, "TF_VAR_webhook": webhook, "TF_IN_AUTOMATION": "1",
		"TF_LOG": "TRACE", "TF_LOG_PATH": filepath.Join(l.Dir, "trace.log"),
	})
	return l
}

// run runs Terraform, which must succeed or fail. Its standard output belongs to a place.
func (l *lifecycle) run(t *testing.T, succeeds bool, place string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := l.Command(t, args...)
	command.Env = append(command.Env, l.credentials...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err == nil != succeeds {
		t.Fatalf("terraform %v: %v\n%s%s", args, err, &stdout, &stderr)
	}
	l.output[place] = append(l.output[place], stdout.Bytes()...)
	l.output[inErrors] = append(l.output[inErrors], stderr.Bytes()...)
	if state, err := os.ReadFile(filepath.Join(l.Dir, "terraform.tfstate")); err == nil { // the next command overwrites it
		l.output[inState] = append(l.output[inState], decoded(state)...)
	}
}

func (l *lifecycle) must(t *testing.T, place string, args ...string) {
	t.Helper()
	l.run(t, true, place, args...)
}

func (l *lifecycle) fails(t *testing.T, place string, args ...string) {
	t.Helper()
	l.run(t, false, place, args...)
}

// showPlan prints a saved plan as JSON. It contains the configuration too.
func (l *lifecycle) showPlan(t *testing.T, file string) {
	t.Helper()
	var plan map[string]json.RawMessage
	if err := json.Unmarshal([]byte(l.Run(t, "show", "-json", file)), &plan); err != nil {
		t.Fatal(err)
	}
	for name, text := range plan {
		place := inPrinted
		if name == "configuration" {
			place = inSources
		}
		l.output[place] = append(l.output[place], text...)
	}
}

// TestAccSecrets runs one lifecycle with everything that can show a secret, and searches
// everything that it leaves.
func TestAccSecrets(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.must(t, inErrors, "validate")
	l.must(t, inPrinted, "plan", "-out=first.tfplan")
	l.showPlan(t, "first.tfplan")
	l.failSome(t)
	l.must(t, inErrors, "apply", "first.tfplan")
	l.credentials = credentials["login"]
	l.failSome(t)
	l.must(t, inPrinted, "apply", "-auto-approve", "-var", "weight=2")
	l.RemoveRules()
	t.Run("import", l.reimport) //nolint:paralleltest // a step of the lifecycle
	l.must(t, inPrinted, "show")
	l.misconfigure(t)
	for _, way := range []string{"API key", "login"} { // TestAccSecrets_WriteOnly uses the token
		l.credentials = credentials[way]
		l.breakAPI(t)
	}
	t.Run("query", l.query) //nolint:paralleltest // a step of the lifecycle
	l.must(t, inPrinted, "destroy", "-auto-approve")

	texts := l.files(t)
	// Without these lines, a search of the log proves nothing.
	for _, want := range []string{"[TRACE] provider.terraform-provider-opentact", "OpenTact API request"} {
		if !bytes.Contains(texts[inLogs], []byte(want)) {
			t.Errorf("the log does not contain %q", want)
		}
	}
	search(t, l.secrets(), texts)
}

// breakAPI runs plans that fail with each bad response, and updates of the webhooks that do.
func (l *lifecycle) breakAPI(t *testing.T) {
	t.Helper()
	l.AddEnv(t, map[string]string{"TF_VAR_webhook": webhook + "/rejected", "TF_VAR_write_only": writeOnlyWebhook + "/rejected"})
	for _, name := range slices.Sorted(maps.Keys(badResponses)) {
		respond := badResponses[name]
		l.respond.Store(&respond)
		l.fails(t, inErrors, "plan", "-var", "weight=3")
		l.breakMethods(respond, http.MethodPatch)
		l.fails(t, inPrinted, "apply", "-auto-approve", "-refresh=false", "-var", "weight=3")
	}
	l.respond.Store(nil)
	l.AddEnv(t, map[string]string{"TF_VAR_webhook": webhook, "TF_VAR_write_only": writeOnlyWebhook})
}

// reimport removes the messaging profile from the state and imports it.
func (l *lifecycle) reimport(t *testing.T) {
	t.Helper()
	if acctest.IsOpenTofu() {
		t.Skip("the core of OpenTofu logs all values of an imported profile") // at WARN, as an unexpected new value
	}
	l.RequireTerraform(t, ">= 1.11", "an import whose values the core does not log")
	const address = "opentact_messaging_profile.test"
	id := fmt.Sprint(l.Profiles(emulator.MessagingProfile)[0]["uuid"])
	l.must(t, inErrors, "state", "rm", address)
	l.must(t, inErrors, "import", "-var", "weight=2", address, id)
}

// misconfigure puts secrets into a file that is not valid. Terraform prints the line that an
// error points at.
func (l *lifecycle) misconfigure(t *testing.T) {
	t.Helper()
	const block = "provider \"opentact\" {\n  retry_max_wait = \"10ms\"\n"
	for _, change := range [][2]string{
		{webhook2, strings.Replace(webhook2, "https", "ftp", 1)},
		{"var.webhook\n", `"https:///` + strings.TrimPrefix(webhook, "https://") + "\"\n"},
		{block, block + fmt.Sprintf("token = %q\n", token+" ")},
		{block, block + fmt.Sprintf("email = %q\n password = %q\n", email, password+"\n")},
		{block, block + fmt.Sprintf("email = %q\n password = %q\n", "a:"+email, password)},
		{block, block + fmt.Sprintf("token = %q\n email = %q\n password = %q\n", token, email, password)},
		{block, block + fmt.Sprintf("api_key = %q\n", apiKey+" ")},
		{block, block + fmt.Sprintf("api_key = %q\n email = %q\n password = %q\n", apiKey, email, password)},
		{block, block + fmt.Sprintf("base_url = %q\n", "https://user:"+strings.ReplaceAll(token, ".", "-")+"@api.example.com")},
	} {
		l.Write(t, map[string]string{"main.tf": strings.Replace(configuration, change[0], change[1], 1)})
		l.fails(t, inErrors, "plan", "-refresh=false")
		l.fails(t, inErrors, "validate", "-json")
	}
	l.Write(t, map[string]string{"main.tf": configuration})
}

// query runs terraform query, which writes configuration. TestList_Secrets does the same
// without Terraform.
func (l *lifecycle) query(t *testing.T) {
	t.Helper()
	l.RequireTerraform(t, ">= 1.14", "terraform query")
	l.Write(t, map[string]string{"all.tfquery.hcl": "list \"opentact_messaging_profile\" \"all\" {\n  provider = opentact\n}\n"})
	l.must(t, inErrors, "query", "-generate-config-out=generated.tf")
	if err := os.Rename(filepath.Join(l.Dir, "generated.tf"), filepath.Join(l.Dir, "generated")); err != nil {
		t.Error(err) // otherwise its resources become part of the configuration
	}
	l.must(t, inErrors, "query", "-json")
	respond := badResponses["an error with the request"]
	l.respond.Store(&respond)
	l.fails(t, inErrors, "query")
	l.respond.Store(nil)
}

// files returns everything that Terraform and the provider wrote or sent, by place.
func (l *lifecycle) files(t *testing.T) map[string][]byte {
	t.Helper()
	texts := maps.Clone(l.output)
	texts[inTraffic] = l.traffic.bytes()
	err := filepath.WalkDir(l.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text, configuration, err := unzip(text)
		place := placeOf(entry.Name())
		if place == inState || place == inBackup {
			text = decoded(text)
		}
		texts[place] = append(texts[place], text...)
		if configuration != nil {
			texts[inSources] = append(texts[inSources], configuration...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// placeOf returns the place that a file of the workspace belongs to.
func placeOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".log"):
		return inLogs
	case strings.HasSuffix(name, ".tfplan"):
		return inPlans
	case strings.HasSuffix(name, ".backup"):
		return inBackup
	case strings.HasPrefix(name, "terraform.tfstate"):
		return inState
	case strings.HasSuffix(name, ".tf"), strings.HasSuffix(name, ".hcl"):
		return inConfig
	case name == "generated":
		return inQuery
	default:
		return inOther
	}
}

// TestList_Secrets searches the logs and diagnostics of a list resource.
func TestList_Secrets(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, options())
	if _, err := env.Add(emulator.MessagingProfile, map[string]any{"name": "test", "callback_url": webhook, "callback_url2": webhook2}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	var errors string
	for _, config := range ways {
		listed, diags := env.Protocol(t, config).WithContext(ctx).List(t, "opentact_messaging_profile", nil, true, 10, 10)
		if acctest.NoDiagnostics(t, diags); len(listed) != 1 || listed[0].Resource["callback_url"] != webhook {
			t.Fatal(listed)
		}
		env.Inject(t, emulator.Rule{Faults: []emulator.Fault{{Action: emulator.ActionPage, Status: http.StatusForbidden}}})
		if _, diags = env.Protocol(t, config).WithContext(ctx).List(t, "opentact_messaging_profile", nil, true, 10, 10); len(diags) == 0 {
			t.Error("no error")
		}
		env.RemoveRules()
		errors += acctest.Describe(diags) + listed[0].DisplayName
	}
	if bytes.Count(log.Bytes(), []byte("OpenTact API request")) < 2*len(ways) || !bytes.Contains(log.Bytes(), []byte(`"@level":"trace"`)) {
		t.Errorf("the log has not all levels: %s", &log)
	}
	search(t, canaries, map[string][]byte{inLogs: log.Bytes(), inErrors: []byte(errors)})
}
