// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// renewAfter is the part of its lifetime after which a token is replaced. The
// rest is for the requests that are under way with it.
const renewAfter = 0.8

// login gets a token when the first request needs one, and another when that
// one gets old or is refused. All requests of the process share it.
type login struct {
	client *Client
	// turn lets one goroutine log in while the others wait, each as long as its
	// own context allows.
	turn *semaphore.Weighted

	mu      sync.Mutex
	current string
	renewAt time.Time // zero: when it is refused
	// ended counts the logins that came to an end, and err is how the last one did.
	ended int
	err   error
	// refused is the API's word that these credentials are no good. It is asked once.
	refused error
}

func newLogin(c *Client) *login { return &login{client: c, turn: semaphore.NewWeighted(1)} }

func (l *login) token(ctx context.Context) (string, error) {
	token, before, err := l.held(-1)
	if token != "" || err != nil {
		return token, err
	}
	if err := l.turn.Acquire(ctx, 1); err != nil {
		return "", &LoginError{Err: err}
	}
	defer l.turn.Release(1)
	// Whoever logged in meanwhile did it for all who waited, also where it failed.
	if token, _, err = l.held(before); token != "" || err != nil {
		return token, err
	}
	token, err = l.logIn(ctx)
	return l.keep(ctx, token, err)
}

// held returns a token that is good for use, or the error that stands in its
// place: the API's refusal, or the failure of a login that ended after the
// given one. Neither means that it is time to log in.
func (l *login) held(before int) (token string, ended int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.current != "" && (l.renewAt.IsZero() || time.Now().Before(l.renewAt)):
		return l.current, l.ended, nil
	case l.refused != nil:
		return "", l.ended, l.refused
	case before >= 0 && l.ended > before && l.err != nil:
		return "", l.ended, l.err
	default:
		return "", l.ended, nil
	}
}

// keep remembers how a login ended, and returns the token to use. One that its
// own caller gave up says nothing to the others.
func (l *login) keep(ctx context.Context, token string, err error) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.ended, l.err = l.ended+1, nil
		l.current, l.renewAt = token, time.Time{}
		// Counted from its receipt, so that it does not matter whether the clocks agree.
		if lifetime := readValidity(token).lifetime(); lifetime > 0 {
			l.renewAt = time.Now().Add(time.Duration(float64(lifetime) * renewAfter))
		}
		return token, nil
	}
	refused := isLoginRefusal(err)
	err = &LoginError{Err: err}
	if !refused && ctx.Err() != nil {
		return "", err
	}
	l.ended, l.err = l.ended+1, err
	if refused {
		l.refused = err
	}
	if l.current == "" {
		return "", err
	}
	// The one that was to be replaced may still be good. The next attempt to replace
	// it is made when it is refused.
	l.renewAt = time.Time{}
	return l.current, nil
}

// isLoginRefusal tells an answer about the credentials from one about the
// moment: a 429 or a failing gateway may be gone the next time.
func isLoginRefusal(err error) bool {
	return isType[*CredentialsError](err) || isRefusal(err) && statusOf(err) != http.StatusTooManyRequests
}

func (l *login) forget(refused string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == refused { // or somebody has renewed it already
		l.current = ""
	}
	return true
}

// basic is what a login sends (RFC 7617).
func (l *login) basic() string {
	credentials := l.client.config.Credentials
	return base64.StdEncoding.EncodeToString([]byte(credentials.Email + ":" + credentials.Password))
}

func (l *login) hide(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.hide(l.current, hiddenToken)
	c.hide(l.basic(), "(the credentials)")
	c.hide(l.client.config.Credentials.Password, "(the password)")
	c.hideAs(l.client.config.Credentials.Email, hidden{shown: "(the e-mail address)", asWhole: true}) // its domain may be the API's
}

// logIn sends the credentials, and returns the token that came back.
func (l *login) logIn(ctx context.Context) (string, error) {
	call := l.client.newCall("log in", http.MethodGet, "auth")
	call.element = func(json.RawMessage) error { return errors.New("a token was expected, found an array") }
	call.secret = true
	got, err := l.client.send(ctx, call, "Authorization", "Basic "+l.basic())
	if err != nil {
		return "", l.client.explain(err, "")
	}
	var payload struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(got.payload, &payload) != nil || payload.Token == "" {
		return "", call.unexpected(errors.New("a token was expected, found " + describeJSON(got.payload)))
	}
	if err := ValidateToken(payload.Token); err != nil {
		return "", call.unexpected(errors.New("the token cannot be used: " + err.Error()))
	}
	return payload.Token, nil
}
