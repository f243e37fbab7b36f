// SPDX-License-Identifier: MPL-2.0

package profile

import "sync"

// maxNamed is the maximum number of similar diagnostics that name their profiles.
const maxNamed = 10

// counter counts similar diagnostics of one provider configuration. Terraform shows only one of several
// warnings with the same summary. So the summaries of the first warnings name their profiles, and all
// later warnings have the same summary. A change of 100 profiles then shows eleven warnings.
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
