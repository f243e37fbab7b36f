// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// target is what a path leads to.
type target struct {
	below string // what follows BasePath, percent-encoded
	kind  Kind   // of profile, or login; empty for nothing that the API has
	uuid  string // empty for a collection and for login
}

// profilePath is what follows BasePath in the path of a profile, or of all profiles of a kind.
var profilePath = regexp.MustCompile(fmt.Sprintf("^/profile/(%s)(?:/([^/]+))?$", joinKinds("|")))

// targetOf reads a percent-encoded path.
func targetOf(escaped string) target {
	below, ok := strings.CutPrefix(escaped, BasePath)
	if !ok {
		return target{}
	}
	t := target{below: below}
	if escaped == loginPath {
		t.kind = login
	} else if parts := profilePath.FindStringSubmatch(below); parts != nil {
		t.kind = Kind(parts[1])
		t.uuid, _ = url.PathUnescape(parts[2]) // what a server takes for a path can be decoded
	}
	return t
}

// subject is what decides about a request, besides the seed and the attempt.
type subject struct {
	method string
	kind   Kind
	object string // see Rule.Seed
}

func (e *Emulator) subjectOf(r *http.Request, t target) subject {
	s := subject{method: r.Method, kind: t.kind, object: t.uuid}
	if r.Method == http.MethodPost {
		var body struct {
			Name string `json:"name"`
		}
		_ = json.Unmarshal(readAhead(r), &body) // a body without a name has none, whatever else is wrong with it
		s.object = body.Name
	} else if name := e.store.lastName(t.kind, t.uuid); name != "" {
		s.object = name
	}
	return s
}

// draw is what a seed and a subject's attempt come to: two numbers that are spread evenly, and that have nothing to do
// with those of any other attempt, subject or seed.
func draw(seed uint64, s subject, attempt int) (share float64, choice uint64) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q %d", seed, s.method, s.kind, s.object, attempt))
	share = float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53) // from 0 to 1, 1 excluded
	return share, binary.BigEndian.Uint64(sum[8:16])
}
