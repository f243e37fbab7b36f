// SPDX-License-Identifier: MPL-2.0

package emulator

import "time"

// apiKeys maps each API key to the time at which it expires. The zero time means that it never expires.
type apiKeys map[string]time.Time

// newAPIKeys returns the keys of Options.APIKeys. Their lifetimes begin now.
func newAPIKeys(lifetimes map[string]time.Duration) apiKeys {
	keys := make(apiKeys, len(lifetimes))
	for key, lifetime := range lifetimes {
		keys[key] = time.Time{}
		if lifetime != 0 {
			keys[key] = time.Now().Add(lifetime)
		}
	}
	return keys
}

// valid reports whether the key exists and has not expired.
func (k apiKeys) valid(key string) bool {
	expires, ok := k[key]
	return ok && (expires.IsZero() || time.Now().Before(expires))
}
