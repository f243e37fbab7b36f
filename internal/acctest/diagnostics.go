// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NoDiagnostics fails the test if there is any diagnostic.
func NoDiagnostics(t testing.TB, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	if len(diags) > 0 {
		t.Fatal(Describe(diags))
	}
}

// NoErrors fails the test if there is any error. It accepts warnings.
func NoErrors(t testing.TB, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatal(Describe(diags))
		}
	}
}

// WantError expects exactly one error. It must contain all texts and point at
// the attribute, or at no attribute if that is "".
func WantError(t testing.TB, diags []*tfprotov6.Diagnostic, attribute string, texts ...string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("want one error, got %d:\n%s", len(diags), Describe(diags))
	}
	path := ""
	if attribute != "" {
		path = fmt.Sprintf("AttributeName(%q)", attribute)
	}
	if got := diags[0].Attribute.String(); got != path {
		t.Errorf("the error points at %q, want %q", got, path)
	}
	for _, text := range texts {
		if all := diags[0].Summary + ": " + diags[0].Detail; !strings.Contains(all, text) {
			t.Errorf("the error does not contain %q:\n%s", text, all)
		}
	}
}

// Describe formats diagnostics as lines of "severity attribute: summary: detail".
func Describe(diags []*tfprotov6.Diagnostic) string {
	var text string
	for _, d := range diags {
		text += fmt.Sprintf("%s %s: %s: %s\n", d.Severity, d.Attribute, d.Summary, d.Detail)
	}
	return text
}

// WantDiagnostics expects exactly these diagnostics, in this order.
func WantDiagnostics(t testing.TB, got []*tfprotov6.Diagnostic, want ...*tfprotov6.Diagnostic) {
	t.Helper()
	if got, want := Describe(got), Describe(want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Warning returns a warning that points at an attribute, or at no attribute if that is "".
func Warning(attribute, summary, detail string) *tfprotov6.Diagnostic {
	warning := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: summary, Detail: detail}
	if attribute != "" {
		warning.Attribute = tftypes.NewAttributePath().WithAttributeName(attribute)
	}
	return warning
}

// Error returns an error that points at no attribute.
func Error(summary, detail string) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: detail}
}

// PrintedDiagnostic is a diagnostic in the output of a Terraform command with -json.
type PrintedDiagnostic struct{ Severity, Summary, Detail, Address string }

func (d PrintedDiagnostic) String() string {
	return fmt.Sprintf("%s: %s: %s\n%s", d.Severity, d.Address, d.Summary, d.Detail)
}

// PrintedDiagnostics returns the diagnostics in the output of a Terraform command with -json, without the
// warning about development overrides.
func PrintedDiagnostics(t testing.TB, output []byte) (printed []PrintedDiagnostic) {
	t.Helper()
	for line := range bytes.Lines(output) {
		var message struct{ Diagnostic PrintedDiagnostic }
		if err := json.Unmarshal(line, &message); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		if d := message.Diagnostic; d.Severity != "" && !strings.Contains(d.Summary, "development overrides") {
			printed = append(printed, d)
		}
	}
	return printed
}
