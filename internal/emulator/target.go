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

// target is a parsed path.
type target struct {
	path string // the percent-encoded path after BasePath
	kind Kind   // of a profile, or loginKind; empty for an unknown path
	uuid string // empty for a collection and for login
}

// profilePath matches the path of a collection or of a profile, without BasePath.
var profilePath = regexp.MustCompile(fmt.Sprintf("^/profile/(%s)(?:/([^/]+))?$", joinKinds("|")))

// targetOf parses a percent-encoded path.
func targetOf(escaped string) target {
	path, ok := strings.CutPrefix(escaped, BasePath)
	if !ok {
		return target{}
	}
	t := target{path: path}
	if escaped == loginPath {
		t.kind = loginKind
	} else if parts := profilePath.FindStringSubmatch(path); parts != nil {
		t.kind = Kind(parts[1])
		t.uuid, _ = url.PathUnescape(parts[2]) // net/http accepts only valid encodings
	}
	return t
}

// requestKey identifies equal requests: see Rule.Seed.
type requestKey struct {
	method string
	kind   Kind
	object string
}

func (e *Emulator) keyOf(r *http.Request, t target) requestKey {
	key := requestKey{method: r.Method, kind: t.kind, object: t.uuid}
	if r.Method == http.MethodPost {
		var body struct {
			Name string `json:"name"`
		}
		_ = json.Unmarshal(bufferBody(r), &body) // the name stays empty if the body is invalid
		key.object = body.Name
	} else if name := e.store.lastName(t.kind, t.uuid); name != "" {
		key.object = name
	}
	return key
}

// pseudoRandom returns two independent numbers that depend only on its arguments: a share from 0 to 1 (1 excluded), and
// any uint64.
func pseudoRandom(seed uint64, key requestKey, attempt int) (share float64, choice uint64) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q %d", seed, key.method, key.kind, key.object, attempt))
	share = float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
	return share, binary.BigEndian.Uint64(sum[8:16])
}
