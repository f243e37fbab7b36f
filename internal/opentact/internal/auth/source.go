// SPDX-License-Identifier: MPL-2.0

// Package auth adds credentials to requests. It does not know what the requests are
// about. It promises:
//   - All requests share one token or API key.
//   - A token from a login is replaced before it expires, or when the API rejects it. A
//     configured token or API key is never replaced.
//   - A rejected e-mail address and password are not tried again.
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

// TokenSource is the source of the token or API key that authenticates requests. It is safe
// for concurrent use.
type TokenSource interface {
	// Token returns the token or API key to use now. Its error is an *apierror.LoginError.
	Token(ctx context.Context) (string, error)
	// Credential says what Token returns. It determines the header.
	Credential() apierror.Credential
	// Invalidate drops a token that the API rejected, and reports whether Token may
	// return another one.
	Invalidate(token string) bool
	// Secrets returns the values to redact.
	Secrets() []redact.Secret
}

// Sender sends requests with a token or API key.
type Sender struct {
	// Client sends the requests.
	Client *transport.Client
	// Tokens is the source of the token or API key.
	Tokens TokenSource
	// BaseURL is the base URL of the API. Source says where the credentials come from.
	// Errors name both if the API rejects the credentials.
	BaseURL, Source string

	// accepted reports whether a request has succeeded. A login does not count.
	accepted atomic.Bool
}

// authorize returns the header with a token or API key.
func authorize(credential apierror.Credential, token string) http.Header {
	if credential == apierror.APIKey {
		return http.Header{"Authorization": {"Bearer " + token}} // RFC 6750, section 2.1
	}
	return http.Header{"X-Auth-Token": {token}}
}

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
		r.Header = authorize(s.Tokens.Credential(), token)
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
				Expired: readValidity(token).expired(time.Now()), IsJWT: isJWT(token), Err: err,
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

// maxToken is the maximum length of a token or API key in bytes. Servers accept less than
// that in a header.
const maxToken = 32 << 10

// ValidateToken returns an error unless a token or API key can be sent in a header. The
// error begins with "got" and describes the token without quoting it.
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
func Static(token string) TokenSource {
	return static{apierror.Token, redact.Secret{Value: token, Replacement: tokenReplacement}}
}

// APIKey returns a source of one configured API key.
func APIKey(key string) TokenSource {
	return static{apierror.APIKey, redact.Secret{Value: key, Replacement: "(the API key)"}}
}

// static is a source of one token or API key, which never changes.
type static struct {
	credential apierror.Credential
	secret     redact.Secret
}

func (s static) Token(context.Context) (string, error) { return s.secret.Value, nil }
func (s static) Credential() apierror.Credential       { return s.credential }
func (s static) Invalidate(string) bool                { return false }
func (s static) Secrets() []redact.Secret              { return []redact.Secret{s.secret} }
