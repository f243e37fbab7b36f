// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// renewAfter is the part of its lifetime after which a token is replaced. The rest is
// for the requests that are under way with it.
const renewAfter = 0.8

// maxRecent is how many tokens are kept to be redacted. An API that rejects each token
// would fill the memory.
const maxRecent = 10

// Login is a TokenSource that logs in with an e-mail address and a password when the
// first token is needed, and again when a token gets old or is rejected.
type Login struct {
	// Client sends the login.
	Client *transport.Client
	// BaseURL is the API's address.
	BaseURL *url.URL
	// Email and Password are sent as basic authentication (RFC 7617).
	Email, Password string
	// Source says where they come from. It is named if the API rejects them.
	Source string

	flight singleflight.Group

	mu      sync.Mutex
	current string
	renewAt time.Time // zero: when the API rejects the token
	// recent are the last tokens. A response may repeat the token of its request after
	// that was replaced.
	recent []string
	// rejected is the API's statement that the credentials are wrong. They are not
	// tried again, or the API may lock the account.
	rejected error
}

// Token returns a valid token, after a login if there is none. Callers that wait share
// one login, also if it fails. It goes on if one of them gives up.
func (l *Login) Token(ctx context.Context) (string, error) {
	if token, err := l.held(); token != "" || err != nil {
		return token, err
	}
	if err := ctx.Err(); err != nil {
		return "", &apierror.LoginError{Err: err}
	}
	shared := l.flight.DoChan("", func() (any, error) {
		if token, err := l.held(); token != "" || err != nil { // of a login that ended just now
			return token, err
		}
		token, err := l.logIn(context.WithoutCancel(ctx)) // bounded by the retry policy
		return l.keep(token, err)
	})
	select {
	case <-ctx.Done():
		return "", &apierror.LoginError{Err: ctx.Err()}
	case result := <-shared:
		token, _ := result.Val.(string)
		return token, result.Err
	}
}

// held returns the token if it need not be replaced, or the error if there cannot be one.
func (l *Login) held() (token string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.current != "" && (l.renewAt.IsZero() || time.Now().Before(l.renewAt)):
		return l.current, nil
	default:
		return "", l.rejected
	}
}

// keep remembers how a login ended and returns the token to use.
func (l *Login) keep(token string, err error) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.current, l.renewAt = token, time.Time{}
		l.recent = append(l.recent[max(0, len(l.recent)-maxRecent+1):], token)
		// Counted from its receipt, so that the clocks need not agree.
		if lifetime := readValidity(token).lifetime(); lifetime > 0 {
			l.renewAt = time.Now().Add(time.Duration(float64(lifetime) * renewAfter))
		}
		return token, nil
	}
	failed := &apierror.LoginError{Err: err}
	if isRejection(err) {
		l.rejected = failed
	}
	if l.current == "" {
		return "", failed
	}
	// The old token may still be valid. It is replaced when the API rejects it.
	l.renewAt = time.Time{}
	return l.current, nil
}

// isRejection reports whether the API rejected the credentials, as opposed to a 429 or
// a failing gateway.
func isRejection(err error) bool {
	_, rejected := errors.AsType[*apierror.CredentialsError](err)
	apiErr, isAPI := errors.AsType[*apierror.APIError](err)
	return rejected || isAPI && apiErr.Last == apierror.Rejected
}

// Invalidate drops a token, unless it was replaced meanwhile.
func (l *Login) Invalidate(token string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == token {
		l.current = ""
	}
	return true
}

// Secrets returns the last tokens, the e-mail address, the password and what is sent of
// them.
func (l *Login) Secrets() []redact.Secret {
	l.mu.Lock()
	defer l.mu.Unlock()
	secrets := []redact.Secret{
		{Value: l.basic(), Replacement: "(the credentials)"},
		{Value: l.Password, Replacement: "(the password)"},
		{Value: l.Email, Replacement: "(the e-mail address)"},
	}
	for _, token := range l.recent {
		secrets = append(secrets, redact.Secret{Value: token, Replacement: tokenReplacement})
	}
	return secrets
}

func (l *Login) basic() string {
	return base64.StdEncoding.EncodeToString([]byte(l.Email + ":" + l.Password))
}

// logIn sends the credentials and returns the token of the response.
func (l *Login) logIn(ctx context.Context) (token string, err error) {
	redactor := redact.New(l.Secrets)
	response := &wire.Response{Redactor: redactor, MaxBytes: wire.MaxProfile, Check: func(r *wire.Response) error {
		var payload struct {
			Token string `json:"token"`
		}
		if json.Unmarshal(r.Payload, &payload) != nil || payload.Token == "" {
			return errors.New("a token was expected, found " + wire.Describe(r.Payload))
		}
		if err := ValidateToken(payload.Token); err != nil {
			return errors.New("the token cannot be used: " + err.Error())
		}
		token = payload.Token
		return nil
	}}
	err = l.Client.Do(ctx, &transport.Request{
		Operation: "log in", Method: http.MethodGet, URL: l.BaseURL.JoinPath("auth"),
		Header:   http.Header{"Authorization": {"Basic " + l.basic()}},
		Classify: response.Classify, Redactor: redactor,
	})
	if apierror.StatusOf(err) == http.StatusUnauthorized {
		err = &apierror.CredentialsError{BaseURL: l.BaseURL.String(), Source: l.Source, Err: err}
	}
	return token, err
}
