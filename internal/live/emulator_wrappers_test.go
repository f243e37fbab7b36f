// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	apiKey        = "emulator-api-key"
	readOnlyToken = "emulator-read-only"
)

// wrapper changes what an emulator does.
type wrapper func(env *acctest.Env, next http.Handler) http.Handler

// keysInXAuthToken accepts API keys only in X-Auth-Token.
func keysInXAuthToken(_ *acctest.Env, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inBearer := r.Header.Get("Authorization") != ""
		r.Header.Del("Authorization")
		if key := r.Header.Get("X-Auth-Token"); !inBearer && key == apiKey {
			r.Header.Set("Authorization", "Bearer "+key)
		}
		next.ServeHTTP(w, r)
	})
}

// productForm rejects each create of an outbound voice profile, because the product is missing.
func productForm(_ *acctest.Env, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/outbound_voice") {
			reject(w, http.StatusBadRequest, "product is required, trunk too", "product", "class4_ingress_trunk_settings")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withProductFields adds fields of the product form to outbound voice profiles.
func withProductFields(_ *acctest.Env, next http.Handler) http.Handler {
	return rewrite(next, func(r *http.Request, body map[string]any) {
		if profile, ok := body["payload"].(map[string]any); ok && strings.Contains(r.URL.Path, "/outbound_voice") && r.Method != http.MethodDelete {
			maps.Copy(profile, map[string]any{"product": map[string]any{}, "is_active": true, "class4_ingress_trunk_settings": map[string]any{}})
		}
	})
}

// uniqueNames rejects a create with the name of another profile.
func uniqueNames(env *acctest.Env, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(text))
		var body struct{ Name string }
		_ = json.Unmarshal(text, &body)
		for _, kind := range emulator.Kinds() {
			for _, profile := range env.Profiles(kind) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/"+string(kind)) && profile["name"] == body.Name {
					reject(w, http.StatusConflict, "the name exists")
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// readOnlyUser accepts readOnlyToken. It rejects the writes of this user with the status. If the
// status is 0, the user may write.
func readOnlyUser(status int) wrapper {
	return func(env *acctest.Env, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Auth-Token") == readOnlyToken {
				if r.Method != http.MethodGet && status != 0 {
					reject(w, status, "forbidden")
					return
				}
				r.Header.Set("X-Auth-Token", env.Token)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// metaAndValues adds meta and a rejected value to each error.
func metaAndValues(_ *acctest.Env, next http.Handler) http.Handler {
	return rewrite(next, func(_ *http.Request, body map[string]any) {
		if body["success"] == false {
			body["meta"] = canary
			body["fields"] = map[string]any{"params.name": map[string]any{"message": canary, "value": canary}}
		}
	})
}

// composedNames returns the name of each profile in Unicode NFC.
func composedNames(_ *acctest.Env, next http.Handler) http.Handler {
	return rewrite(next, func(_ *http.Request, body map[string]any) {
		profile, _ := body["payload"].(map[string]any)
		if name, ok := profile["name"].(string); ok {
			profile["name"] = norm.NFC.String(name)
		}
	})
}

// canary is in every response of withCanaries. No report may contain it.
const canary = "canary https://user@canary.example.com/3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"

// withCanaries adds a canary to each error, header and profile.
func withCanaries(_ *acctest.Env, next http.Handler) http.Handler {
	added := rewrite(next, func(_ *http.Request, body map[string]any) {
		if body["success"] == false {
			body["message"] = fmt.Sprint(body["message"], canary)
			fields, _ := body["fields"].(map[string]any)
			if fields == nil {
				fields = make(map[string]any)
				body["fields"] = fields
			}
			fields["params."+canary] = map[string]any{"message": canary}
		}
		if profile, ok := body["payload"].(map[string]any); ok {
			profile[canary] = canary
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", canary)
		w.Header().Set("Server", canary)
		added.ServeHTTP(w, r)
	})
}

// rewrite changes the JSON in each response.
func rewrite(next http.Handler, change func(*http.Request, map[string]any)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		text := recorder.Body.Bytes()
		var body map[string]any
		if json.Unmarshal(text, &body) == nil {
			change(r, body)
			text, _ = json.Marshal(body)
		}
		maps.Copy(w.Header(), recorder.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(text)
	})
}

// reject writes the API's JSON error about fields.
func reject(w http.ResponseWriter, status int, message string, fields ...string) {
	body := map[string]any{"success": false, "message": message, "status": status}
	if len(fields) > 0 {
		errors := make(map[string]any)
		for _, field := range fields {
			errors["params."+field] = map[string]any{"message": "is required"}
		}
		body["fields"] = errors
	}
	text, _ := json.Marshal(body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
