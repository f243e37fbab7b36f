// SPDX-License-Identifier: MPL-2.0

package emulator

// Reset removes all rules, deletes all profiles with their history and their protection, and clears the request log. The
// options, the rate limit and the tokens from logins stay. Reset releases held requests and does not wait for requests in
// flight. Such a request may still create a profile after Reset.
func (e *Emulator) Reset() {
	e.RemoveRules()
	e.store.reset()
	e.log.reset()
}
