// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"os"
	"regexp"
	"testing"
)

// IsOpenTofu reports whether the tests run with OpenTofu instead of Terraform. Call it after SelectTerraform.
func IsOpenTofu() bool { return os.Getenv(providerHost) == openTofuHost }

// SkipBug skips the test if the installed Terraform has the bug of an issue such as hashicorp/terraform#39144. affected is a
// regular expression that matches the whole version. OpenTofu doesn't have the bugs of Terraform.
func (w *Workspace) SkipBug(t testing.TB, issue, affected string) {
	t.Helper()
	if IsOpenTofu() {
		return
	}
	installed := w.installed(t)
	if regexp.MustCompile("^(?:" + affected + ")$").MatchString(installed.String()) {
		t.Skipf("Terraform %s has the bug %s", installed, issue)
	}
}
