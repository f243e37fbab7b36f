// SPDX-License-Identifier: MPL-2.0

// Package auth adds credentials to requests. It does not know what the requests are
// about. It promises:
//   - All requests share one token.
//   - A token from a login is replaced before it expires, or when the API rejects it.
//   - Rejected credentials are not tried again.
package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
)

// TokenSource is the source of the token to send. It is safe for concurrent use.
type TokenSource interface {
	// Token returns the token to use now. Its error is an *apierror.LoginError.
	Token(ctx context.Context) (string, error)
	// Credential says what Token returns.
	Credential() apierror.Credential
	// Invalidate drops a token that the API rejected, and reports whether Token may
	// return another one.
	Invalidate(token string) bool
	// Secrets returns the values to redact.
	Secrets() []redact.Secret
}

// Sender sends requests with a token.
type Sender struct {
	// Client sends the requests.
	Client *transport.Client
	// Tokens is the source of the token.
	Tokens TokenSource
	// BaseURL is the base URL of the API. Source says where the credentials come from.
	// Errors name both if the API rejects the credentials.
	BaseURL, Source string

	// accepted reports whether a request with a token has succeeded.
	accepted atomic.Bool
}

// header is the name of the header that contains the token.
const header = "X-Auth-Token"

// Do sends the request. If the API rejects the token, Do invalidates it and retries once
// with another token. That is safe, because a 401 means that nothing happened. If there
// is no other token, or the API rejects that too, the error is an
// *apierror.CredentialsError.
func (s *Sender) Do(ctx context.Context, r *transport.Request) error {
	for renewed := false; ; renewed = true {
		token, err := s.Tokens.Token(ctx)
		if err != nil {
			return afterRequest(err, r)
		}
		r.Header = http.Header{header: {token}}
		err = s.Client.Do(ctx, r)
		if err == nil {
			s.accepted.Store(true)
		}
		if apierror.StatusOf(err) != http.StatusUnauthorized {
			return err
		}
		if renewed || !s.Tokens.Invalidate(token) {
			return &apierror.CredentialsError{
				BaseURL: s.BaseURL, Source: s.Source, Rejected: s.Tokens.Credential(), Accepted: s.accepted.Load(),
				Expired: readValidity(token).expired(time.Now()), Err: err,
			}
		}
	}
}

// afterRequest sets EarlierAmbiguous in a login error if an earlier attempt of the
// request was ambiguous.
func afterRequest(err error, r *transport.Request) error {
	if login, ok := errors.AsType[*apierror.LoginError](err); ok && r.Info().EarlierAmbiguous {
		return &apierror.LoginError{Err: login.Err, EarlierAmbiguous: true}
	}
	return err
}

// tokenReplacement replaces a token in redacted text.
const tokenReplacement = "(the token)"

// maxToken is the maximum length of a token in bytes. Servers accept less than that in a
// header.
const maxToken = 32 << 10

// ValidateToken returns an error unless a token can be sent in a header. The error begins
// with "got" and describes the token without quoting it.
func ValidateToken(token string) error {
	if token == "" {
		return errors.New("got an empty token")
	}
	if len(token) > maxToken {
		return fmt.Errorf("got more than %d bytes", maxToken)
	}
	if err := redact.CheckVisible(token); err != nil {
		return err
	}
	if i := strings.IndexFunc(token, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		return fmt.Errorf("got a character outside ASCII at position %d", utf8.RuneCountInString(token[:i])+1)
	}
	return nil
}

// Static returns a source of one configured token. It does not check whether the token
// has expired, because the clock of this machine may be wrong.
func Static(token string) TokenSource { return static(token) }

type static string

func (t static) Token(context.Context) (string, error) { return string(t), nil }
func (t static) Credential() apierror.Credential       { return apierror.Token }
func (t static) Invalidate(string) bool                { return false }
func (t static) Secrets() []redact.Secret {
	return []redact.Secret{{Value: string(t), Replacement: tokenReplacement}}
}
