// SPDX-License-Identifier: MPL-2.0

package emulator

// Counters summarize the request log.
type Counters struct {
	// Total is the number of requests in the log.
	Total int `json:"total"`
	// ByOperation counts requests by method and path of the contract, such as "GET /profile/messaging/{uuid}". Requests
	// for unknown paths count as "other".
	ByOperation map[string]int `json:"by_operation"`
	// ByStatus counts requests by Request.Status. 0 counts requests without a response.
	ByStatus map[int]int `json:"by_status"`
	// ByFault counts the requests that a rule hit.
	ByFault map[Action]int `json:"by_fault"`
}

// Counters counts the requests in the log.
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

// operation returns the key of the request in Counters.ByOperation.
func (r Request) operation() string {
	t := targetOf(r.Path)
	switch {
	case t.kind == "":
		return "other"
	case t.kind == loginKind:
		return r.Method + " /auth"
	case t.uuid != "":
		return r.Method + " /profile/" + string(t.kind) + "/{uuid}"
	}
	return r.Method + " /profile/" + string(t.kind)
}
