// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// mocked returns a workspace with the example module and its tests with mocks. It has neither an emulator nor
// credentials.
func mocked(t *testing.T, tests string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t, map[string]string{
		"main.tf": content(t, filepath.Join(root, "module-test", "main.tf")),
		filepath.Join("tests", "mocked.tftest.hcl"): tests,
	})
	w.RequireTerraform(t, ">= 1.7", "mock_provider")
	return w
}

// TestAccMocks_WithDefaults_Pass runs the tests with mocks of the example module, without an emulator.
func TestAccMocks_WithDefaults_Pass(t *testing.T) {
	t.Parallel()
	w := mocked(t, content(t, filepath.Join(root, "module-test", "tests", "mocked.tftest.hcl")))
	var output strings.Builder
	if err := w.Test(t.Context(), &output); err != nil || !strings.Contains(output.String(), `"passed":2`) {
		t.Errorf("%v\n%s", err, &output)
	}
}

// TestAccMocks_WriteOnly_InventURLWithoutDefault uses a module that sets callback_url_wo. The attribute is null in
// assertions. A mock invents callback_url, unless its default is null.
func TestAccMocks_WriteOnly_InventURLWithoutDefault(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ defaults, isNull string }{
		{"", "false"},
		{"  mock_resource \"opentact_messaging_profile\" {\n    defaults = { callback_url = null }\n  }\n", "true"},
	} {
		t.Run("is null: "+row.isNull, func(t *testing.T) {
			t.Parallel()
			w, _ := webhookWorkspace(t)
			w.Write(t, map[string]string{filepath.Join("tests", "mocked.tftest.hcl"): `
mock_provider "opentact" {
` + row.defaults + `}

variables {
  webhook_url = "` + firstURL + `"
}

run "webhook" {
  assert {
    condition     = (opentact_messaging_profile.support.callback_url == null) == ` + row.isNull + `
    error_message = "callback_url"
  }

  assert {
    condition     = opentact_messaging_profile.support.callback_url_wo == null
    error_message = "callback_url_wo"
  }
}
`})
			var output strings.Builder
			if err := w.Test(t.Context(), &output); err != nil || !strings.Contains(output.String(), `"passed":1`) {
				t.Errorf("%v\n%s", err, &output)
			}
			if strings.Contains(output.String(), firstURL) {
				t.Errorf("the output shows the webhook:\n%s", &output)
			}
		})
	}
}

// mockResource matches a mock_resource block in a mock_provider block.
var mockResource = regexp.MustCompile(`(?ms)^  mock_resource .*?^  }\n`)

// TestAccMocks_WithoutDefaults_InventInvalidValues shows why the guide recommends defaults: the values that Terraform
// invents break the rules of the provider. OpenTofu doesn't validate the configuration of a data source that it mocks.
func TestAccMocks_WithoutDefaults_InventInvalidValues(t *testing.T) {
	t.Parallel()
	tests := content(t, filepath.Join(root, "module-test", "tests", "mocked.tftest.hcl"))
	if n := len(mockResource.FindAllString(tests, -1)); n != 2 {
		t.Fatalf("%d mock_resource blocks", n)
	}
	w := mocked(t, mockResource.ReplaceAllString(tests, ""))
	w.Write(t, map[string]string{"more.tf": `
data "opentact_messaging_profile" "again" {
  id = opentact_messaging_profile.this.id
}

resource "opentact_messaging_profile" "copy" {
  name          = "Copy"
  callback_url2 = opentact_messaging_profile.this.callback_url2
}

resource "opentact_outbound_voice_profile" "copy" {
  name        = "Copy"
  filemat     = opentact_outbound_voice_profile.this.filemat
  tech_prefix = opentact_outbound_voice_profile.this.tech_prefix
}
`})
	var output strings.Builder
	if err := w.Test(t.Context(), &output); err == nil {
		t.Fatalf("the tests pass\n%s", &output)
	}
	for attribute, want := range map[string]bool{"id": !acctest.IsOpenTofu(), "callback_url2": true, "filemat": true, "tech_prefix": true} {
		if got := regexp.MustCompile(`\b` + attribute + `\b[^"]*(must|value)`).MatchString(output.String()); got != want {
			t.Errorf("an error for %s: %t, want %t\n%s", attribute, got, want, &output)
		}
	}
}
