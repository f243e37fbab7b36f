// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// credentialStatements checks the statements about API keys and the login.
func (a *account) credentialStatements() []statement {
	inBearer := result{notReached, "the credentials are not an API key"}
	inXAuthToken, wrong := inBearer, inBearer
	if a.apiKey != "" {
		inBearer, inXAuthToken = acceptedIn(a.listAs(bearer(a.apiKey)), a.listAs(xAuthToken(a.apiKey)))
		if strings.Count(a.apiKey, ".") == 2 { // it may be the token of a login
			inBearer = result{notReached, "the API key has the form of a JWT"}
			inXAuthToken = inBearer
		}
		r := a.listAs(bearer(acctest.NamePrefix + "wrong-key"))
		wrong = r.credentialVerdict(r.status == http.StatusUnauthorized && isError(r))
	}
	lifetime := result{notReached, "the credentials are not a login"}
	if a.email != "" {
		r, token := a.login()
		var claims struct{ Exp, Iat int }
		if parts := strings.Split(token, "."); len(parts) == 3 {
			decoded, _ := base64.RawURLEncoding.DecodeString(parts[1])
			_ = json.Unmarshal(decoded, &claims)
		}
		lifetime = r.verdict(claims.Exp-claims.Iat == 86400)
	}
	return []statement{
		{"I", "an API key is accepted in Authorization: Bearer", inBearer},
		{"V", "an API key is accepted in X-Auth-Token", inXAuthToken},
		{"I", "a wrong API key gets a 401 with the API's JSON error", wrong},
		{"V", "GET /auth responds with a JWT that is valid for 86,400 s", lifetime},
	}
}

// acceptedIn returns whether the API accepts an API key in each header. If it rejects the key in
// both, the key may be invalid, so that shows nothing about the headers.
func acceptedIn(bearer, xAuthToken response) (inBearer, inXAuthToken result) {
	inBearer, inXAuthToken = bearer.credentialVerdict(bearer.succeeded()), xAuthToken.credentialVerdict(xAuthToken.succeeded())
	if inBearer.verdict == refuted && inXAuthToken.verdict == refuted {
		const reason = ", in both headers: the API key may be invalid"
		return result{notReached, inBearer.detail + reason}, result{notReached, inXAuthToken.detail + reason}
	}
	return inBearer, inXAuthToken
}

// readOnlyVariable is the environment variable with the token of a user who can't write.
const readOnlyVariable = "OPENTACT_TESTACC_LIVE_READ_ONLY_TOKEN"

// permissionStatements checks what a user without the permission to write gets. It uses a
// profile of its own, because such a user may be able to delete it.
func (p *probe) permissionStatements() []statement {
	fields := map[string]any{"name": acctest.NamePrefix + "permission"}
	as := xAuthToken(p.readOnly)
	var uuid string
	var created, read response
	if p.readOnly != "" {
		uuid, created = p.createAnother(fields)
	}
	if uuid != "" {
		defer p.send(http.MethodDelete, p.Kind, uuid, nil)
		read = p.sendAs(as, http.MethodGet, p.Kind, uuid, nil)
	}
	write := func(method string, fields map[string]any) result {
		switch {
		case p.readOnly == "":
			return result{notReached, "set " + readOnlyVariable}
		case uuid == "":
			return result{notReached, created.String()}
		case !read.succeeded():
			return result{notReached, "the user of the token can't read the profile: " + read.String()}
		}
		r := p.sendAs(as, method, p.Kind, uuid, fields)
		if r.succeeded() {
			return result{notReached, "the user of the token has the permission: " + r.String()}
		}
		return r.credentialVerdict(r.status == http.StatusUnauthorized)
	}
	source := "I"
	if p.Kind == emulator.OutboundVoiceProfile { // the vendor declares the 401 only for these
		source = "V"
	}
	return []statement{
		{source, "PATCH without the permission gets 401", write(http.MethodPatch, fields)},
		{source, "DELETE without the permission gets 401", write(http.MethodDelete, nil)},
	}
}
