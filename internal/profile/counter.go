// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// maxNamed is the maximum number of similar diagnostics that name their profiles.
const maxNamed = 10

// counter counts similar diagnostics of one provider configuration. The first maxNamed warnings name their
// profiles, and one more stands for all others. So a change of 100 profiles shows eleven warnings.
// Terraform itself merges warnings only in its text output, and only those about a block of the
// configuration.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

// add returns the number of diagnostics with the same key, including the new one.
func (c *counter) add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[key]++
	return c.counts[key]
}

// warn adds the warning named for the first maxNamed warnings with the same key. For the next one, it adds
// others, which stands for all further ones.
func (c *counter) warn(diags *diag.Diagnostics, key string, named, others diag.Diagnostic) {
	switch n := c.add(key); {
	case n <= maxNamed:
		diags.Append(named)
	case n == maxNamed+1:
		diags.Append(others)
	}
}
