// SPDX-License-Identifier: MPL-2.0

// Package auth adds credentials to requests. It promises that requests share one
// token, that a token is replaced before it expires or when the API rejects it, and
// that rejected credentials are not tried again. It does not know what the requests
// are about.
package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
)

// TokenSource returns the token to send. It is safe for concurrent use.
type TokenSource interface {
	// Token returns the token to use now. Its error is an *apierror.LoginError.
	Token(ctx context.Context) (string, error)
	// Invalidate drops a token that the API rejected, and reports whether Token may
	// return another one.
	Invalidate(token string) bool
	// Secrets returns what must not be shown.
	Secrets() []redact.Secret
}

// Sender sends requests with a token.
type Sender struct {
	// Client sends them.
	Client *transport.Client
	// Tokens returns the token.
	Tokens TokenSource
	// BaseURL and Source are named if the API rejects the credentials: the API, and
	// where the credentials come from.
	BaseURL, Source string
	// ByLogin reports whether the tokens come from a login.
	ByLogin bool
}

// header is the header that holds the token.
const header = "X-Auth-Token"

// Do sends a request. If the API rejects the token and there may be another one, it
// sends the request once more: a 401 says that nothing happened. Credentials that are
// rejected for good are an *apierror.CredentialsError.
func (s *Sender) Do(ctx context.Context, r *transport.Request) error {
	for renewed := false; ; renewed = true {
		token, err := s.Tokens.Token(ctx)
		if err != nil {
			return afterRequest(err, r)
		}
		r.Header = http.Header{header: {token}}
		err = s.Client.Do(ctx, r)
		if apierror.StatusOf(err) != http.StatusUnauthorized {
			return err
		}
		if renewed || !s.Tokens.Invalidate(token) {
			return &apierror.CredentialsError{
				BaseURL: s.BaseURL, Source: s.Source, LoggedIn: s.ByLogin, Expired: readValidity(token).expired(time.Now()), Err: err,
			}
		}
	}
}

// afterRequest notes in the error of a login that the request which needed it may have
// been carried out by an earlier attempt.
func afterRequest(err error, r *transport.Request) error {
	if login, ok := errors.AsType[*apierror.LoginError](err); ok && r.Info().EarlierAmbiguous {
		return &apierror.LoginError{Err: login.Err, EarlierAmbiguous: true}
	}
	return err
}

// tokenReplacement is shown in place of a token.
const tokenReplacement = "(the token)"

// maxToken is the length of the longest token in bytes. It is more than servers accept
// in a header.
const maxToken = 32 << 10

// ValidateToken returns an error unless a token can be sent in a header. The error does
// not repeat the token.
func ValidateToken(token string) error {
	if token == "" {
		return errors.New("it is empty")
	}
	if len(token) > maxToken {
		return fmt.Errorf("it is longer than %d bytes", maxToken)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("it contains white space, such as a line break at its end, or characters outside ASCII")
	}
	return nil
}

// Static returns a source of one configured token. Whether it has expired is for the
// API to say: the clock of this machine may be wrong.
func Static(token string) TokenSource { return static(token) }

type static string

func (t static) Token(context.Context) (string, error) { return string(t), nil }
func (t static) Invalidate(string) bool                { return false }
func (t static) Secrets() []redact.Secret {
	return []redact.Secret{{Value: string(t), Replacement: tokenReplacement}}
}
