// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestRun_HelpFlag_PrintsManual(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-h"}, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, standard error %q", code, &stderr)
	}
	if stdout.String() != manual() {
		t.Errorf("standard output is not the manual:\n%s", &stdout)
	}
	for _, want := range []string{
		"-addr", "-seed", "-version", "-token", "-api-key", "-email", "-password", "-token-lifetime", "-latency", "-requests-per-second", "-control", "-quiet", "-log",
		"go install ", "OPENTACT_EMAIL", "OPENTACT_PASSWORD", "OPENTACT_API_KEY", "docker run ", loseNextCreate, "all profiles are lost", "The real API may differ",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the manual does not contain %q", want)
		}
	}
	for _, line := range strings.Split(manual(), "\n") {
		columns := len(strings.ReplaceAll(line, "    \t", "        "))
		if columns > 88 && !strings.Contains(line, "go install ") && !strings.Contains(line, " -d ") {
			t.Errorf("the line is too long for a terminal: %s", line)
		}
	}
}

// command is a command line in the manual.
type command []string

// manualCommands returns the command lines of a program in the manual.
func manualCommands(program string) []command {
	var all []command
	text := strings.ReplaceAll(manualBody, "\\\n", "")
	for _, line := range regexp.MustCompile(`(?m)^  `+program+`( .*)?$`).FindAllString(text, -1) {
		var words command
		for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
			words = append(words, strings.Trim(word, "'"))
		}
		all = append(all, words)
	}
	return all
}

func TestManual_CommandLines_AreValid(t *testing.T) {
	t.Parallel()
	commands := append(manualCommands("opentact-emulator"), manualCommands("docker")...)
	if len(commands) != 8 {
		t.Fatalf("want 8 command lines, got %q", commands)
	}
	for _, command := range commands {
		checkArguments(t, command)
	}
}

// checkArguments checks the arguments of the emulator in a command line, which may run its image. Docker must publish the
// port of an image on a loopback address.
func checkArguments(t *testing.T, command command) {
	t.Helper()
	program := slices.IndexFunc(command, func(word string) bool {
		return word == "opentact-emulator" || strings.HasPrefix(word, "ghcr.io/opentact/opentact-emulator:")
	})
	if program < 0 {
		t.Errorf("%q does not run the emulator", command)
		return
	}
	if published := slices.Index(command, "-p"); command[0] == "docker" && (published < 0 || !strings.HasPrefix(command[published+1], "127.0.0.1:")) {
		t.Errorf("%q: other machines can reach the port", command)
	}
	if _, err := parse(command[program+1:]); err != nil {
		t.Errorf("%q: %v", command, err)
	}
}

// curl sends the request of a curl command in the manual to the program.
func (p *program) curl(t *testing.T, command command, uuid string) (status int, body string) {
	t.Helper()
	method, url, data, header := http.MethodGet, "", "", http.Header{}
	for i := 1; i < len(command); i++ {
		switch command[i] {
		case "-fsS", "--retry-connrefused":
			continue
		case "-o", "--max-time", "--retry", "--retry-delay":
		case "-X":
			method = command[i+1]
		case "-d":
			data = command[i+1]
		case "-H":
			name, value, _ := strings.Cut(command[i+1], ": ")
			header.Set(name, value)
		default:
			url = command[i]
			continue
		}
		i++ // the value of the option
	}
	url = strings.NewReplacer("127.0.0.1:8480", hostOf(p.url), "UUID", uuid).Replace(url)
	return p.do(t, method, url, header, data)
}

// manualCommand returns the curl command in the manual that contains the text.
func manualCommand(t *testing.T, text string) command {
	t.Helper()
	for _, command := range manualCommands("curl") {
		if strings.Contains(strings.Join(command, " "), text) {
			return command
		}
	}
	t.Fatalf("the manual has no curl command with %q", text)
	return nil
}

func TestManual_HealthExample_Succeeds(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	if status, body := p.curl(t, manualCommand(t, "/health"), ""); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
}

func TestManual_RuleExample_LosesNextCreate(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	if status, body := p.curl(t, manualCommand(t, "/rules"), ""); status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, body)
	}
	var statuses []int
	for range 2 {
		status, _ := p.create(t)
		statuses = append(statuses, status)
	}
	if want := []int{0, http.StatusCreated}; !slices.Equal(statuses, want) {
		t.Errorf("statuses of two creates: %v, want %v", statuses, want)
	}
}

// The configuration is that of the guide "Getting started".
func TestAccManual_ChangeExample_PlanShowsUpdate(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	const address = "opentact_messaging_profile.support"
	config := fmt.Sprintf(`
provider "opentact" {
  base_url = %q
  token    = "emulator-token"
}

resource "opentact_messaging_profile" "support" {
  name          = "Support desk"
  callback_url  = "https://sms.example.com/inbound"
  sticky_sender = true
}
`, p.url)
	uuid := ""
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				Check: func(s *terraform.State) error {
					uuid = s.RootModule().Resources[address].Primary.ID
					return nil
				},
			},
			{
				PreConfig: func() {
					if status, body := p.curl(t, manualCommand(t, "PATCH"), uuid); status != http.StatusOK {
						t.Errorf("status %d: %s", status, body)
					}
				},
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
		},
	})
}

// The error for an unknown action lists all actions.
func TestManual_Actions_AreThoseOfTheEmulator(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	raw := p.rules(t, http.MethodPost, `{"faults":[{"action":"unknown"}]}`, http.StatusBadRequest)
	_, list, _ := strings.Cut(raw, "action must be one of ")
	list, _, _ = strings.Cut(list, ", got")
	_, section, _ := strings.Cut(manualBody, "Each fault has an \"action\":\n")
	section, _, _ = strings.Cut(section, "\n\n")
	var got []string
	for _, match := range regexp.MustCompile(`(?m)^  ([a-z]\w*) `).FindAllStringSubmatch(section, -1) {
		got = append(got, match[1])
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Split(list, ", "), got); diff != "" {
		t.Errorf("actions (-emulator +manual):\n%s", diff)
	}
}

// The manual, the list of the emulator and the emulator itself have the same operations.
func TestManual_ControlOperations_Succeed(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	found := regexp.MustCompile(`(?m)^  (GET|POST|PUT|DELETE) +(/\S*) +(\S.*)$`).FindAllStringSubmatch(manual(), -1)
	var inManual []emulator.ControlOperation
	for _, line := range found {
		path := "/_emulator" + strings.TrimSuffix(line[2], "/")
		inManual = append(inManual, emulator.ControlOperation{Method: line[1], Path: path, Summary: line[3]})
	}
	operations := emulator.ControlOperations()
	if diff := cmp.Diff(operations, inManual, cmpopts.IgnoreFields(emulator.ControlOperation{}, "NeedsToken")); diff != "" {
		t.Errorf("operations (-emulator +manual):\n%s", diff)
	}
	for _, o := range operations {
		p.rules(t, http.MethodPost, `{"faults":[{"action":"hold"}]}`, http.StatusCreated)
		var rules struct{ Payload []struct{ ID int } }
		if err := json.Unmarshal([]byte(p.rules(t, http.MethodGet, "", http.StatusOK)), &rules); err != nil {
			t.Fatal(err)
		}
		body := map[string]string{"POST /_emulator/rules": loseNextCreate, "PUT /_emulator/rate-limit": `{"requests_per_second": 20}`}[o.Method+" "+o.Path]
		url := "http://" + hostOf(p.url) + strings.Replace(o.Path, "{id}", fmt.Sprint(rules.Payload[0].ID), 1)
		if status, body := p.do(t, o.Method, url, withToken("emulator-token"), body); status/100 != 2 {
			t.Errorf("%s %s has status %d: %s", o.Method, o.Path, status, body)
		}
		if status, body := p.do(t, o.Method, url, nil, body); (status == http.StatusUnauthorized) != o.NeedsToken {
			t.Errorf("%s %s without a token has status %d: %s", o.Method, o.Path, status, body)
		}
	}
}

// The file that the manual exports is a valid seed, and the profiles are lost after the reset.
func TestManual_SeedAndResetExamples_RestoreProfiles(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control", "-seed", "../../../examples/seed.json")
	list := func(p *program) string {
		_, body := p.do(t, http.MethodGet, p.url+"/profile/messaging", withToken("emulator-token"), "")
		return regexp.MustCompile(`"(created|modified)_on":"[^"]*"`).ReplaceAllString(body, "")
	}
	before := list(p)
	status, document := p.curl(t, manualCommand(t, "/seed"), "")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, document)
	}
	if status, body := p.curl(t, manualCommand(t, "/reset"), ""); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
	if after := list(p); after != `{"success":true,"payload":[]}` {
		t.Errorf("after the reset: %s", after)
	}
	p = start(t, "-addr", "127.0.0.1:0", "-seed", seedFile(t, document))
	if after := list(p); after != before {
		t.Errorf("want the profiles\n%s\ngot\n%s", before, after)
	}
}
