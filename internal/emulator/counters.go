// SPDX-License-Identifier: MPL-2.0

package emulator

// Counters sum up the request log.
type Counters struct {
	// Total is how many requests there are in the log.
	Total int `json:"total"`
	// ByOperation counts them by method and path, the latter as the contract has it: "GET /profile/messaging/{uuid}".
	// Requests to paths that the API does not have are under "other".
	ByOperation map[string]int `json:"by_operation"`
	// ByStatus counts them by Request.Status, so 0 stands for those that have no answer, or none yet.
	ByStatus map[int]int `json:"by_status"`
	// ByFault counts those that a rule has hit.
	ByFault map[Action]int `json:"by_fault"`
}

// Counters returns the sums over the requests that the log has kept.
func (e *Emulator) Counters() Counters {
	c := Counters{ByOperation: make(map[string]int), ByStatus: make(map[int]int), ByFault: make(map[Action]int)}
	for _, request := range e.Requests() {
		c.Total++
		c.ByOperation[request.operation()]++
		c.ByStatus[request.Status]++
		if request.Fault != "" {
			c.ByFault[request.Fault]++
		}
	}
	return c
}

// operation names what a request asks for.
func (r Request) operation() string {
	t := targetOf(r.Path)
	switch {
	case t.kind == "":
		return "other"
	case t.kind == login:
		return r.Method + " /auth"
	case t.uuid != "":
		return r.Method + " /profile/" + string(t.kind) + "/{uuid}"
	}
	return r.Method + " /profile/" + string(t.kind)
}
