// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// BenchmarkRedactor_Text redacts the texts of one error. The secret is the longest token
// that the client sends.
func BenchmarkRedactor_Text(b *testing.B) {
	token := strings.Repeat("t0ken-of/the-tests", 1800)
	text := strings.Repeat("a message ", 50) + token
	for b.Loop() {
		r := redact.New(func() []redact.Secret { return []redact.Secret{{Value: token, Replacement: "(the token)"}} })
		for range 20 {
			if strings.Contains(r.Text(text), "t0ken") {
				b.Fatal("the token is shown")
			}
		}
	}
}
