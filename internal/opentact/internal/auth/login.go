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

// renewAfter is the fraction of its lifetime after which a token is replaced. The
// remaining time is for requests in flight.
const renewAfter = 0.8

// maxRecent is the maximum number of tokens that are kept for redaction. Without it, an
// API that rejects each token would fill the memory.
const maxRecent = 10

// Login is a TokenSource that logs in with an e-mail address and a password. It logs in
// when the first token is needed, and again when a token gets old or is rejected.
type Login struct {
	// Client sends the login.
	Client *transport.Client
	// BaseURL is the base URL of the API.
	BaseURL *url.URL
	// Email and Password are sent as basic authentication (RFC 7617).
	Email, Password string
	// Source says where the credentials come from. Errors name it if the API rejects
	// them.
	Source string

	flight singleflight.Group

	mu      sync.Mutex
	current string
	renewAt time.Time // zero: only when the API rejects the token
	// recent are the last tokens, for redaction. A response may repeat a token that was
	// replaced meanwhile.
	recent []string
	// rejected is the error of a login whose credentials the API rejected. They are not
	// tried again, because the API may lock the account.
	rejected error
}

// Token returns a valid token. It logs in if it has no valid token. Concurrent callers
// share one login, even if it fails. The login continues after the ctx of one caller has ended.
func (l *Login) Token(ctx context.Context) (string, error) {
	if token, err := l.cachedToken(); token != "" || err != nil {
		return token, err
	}
	if err := ctx.Err(); err != nil {
		return "", &apierror.LoginError{Err: err}
	}
	shared := l.flight.DoChan("", func() (any, error) {
		if token, err := l.cachedToken(); token != "" || err != nil { // another login has just ended
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

// Credential returns apierror.LoginToken.
func (l *Login) Credential() apierror.Credential { return apierror.LoginToken }

// cachedToken returns the current token unless it must be renewed. Otherwise it returns
// the error of rejected credentials, if there is one.
func (l *Login) cachedToken() (token string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.current != "" && (l.renewAt.IsZero() || time.Now().Before(l.renewAt)):
		return l.current, nil
	default:
		return "", l.rejected
	}
}

// keep stores the result of a login and returns the token to use.
func (l *Login) keep(token string, err error) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.current, l.renewAt = token, time.Time{}
		l.recent = append(l.recent[max(0, len(l.recent)-maxRecent+1):], token)
		// The lifetime is counted from now, so the clocks of the API and this machine may
		// differ.
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

// isRejection reports whether the API rejected the credentials. A 429 or the error of a
// gateway is not a rejection.
func isRejection(err error) bool {
	_, rejected := errors.AsType[*apierror.CredentialsError](err)
	apiErr, isAPI := errors.AsType[*apierror.APIError](err)
	return rejected || isAPI && apiErr.Last == apierror.Rejected
}

// Invalidate drops a token, unless it was replaced meanwhile. It always reports true,
// because Token may log in again.
func (l *Login) Invalidate(token string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == token {
		l.current = ""
	}
	return true
}

// Secrets returns the last tokens, the e-mail address, the password, and their encoding
// for the Authorization header.
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

// basic returns the credentials as basic authentication encodes them.
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
			return errors.New("the token can't be used: " + err.Error())
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
		err = &apierror.CredentialsError{BaseURL: l.BaseURL.String(), Source: l.Source, Rejected: apierror.Login, Err: err}
	}
	return token, err
}
