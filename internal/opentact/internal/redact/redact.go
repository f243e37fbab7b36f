// SPDX-License-Identifier: MPL-2.0

// Package redact removes secrets from text that comes from outside this process. It does
// not know where the secrets or the text come from. It promises that redacted text
// contains:
//   - no known secret, neither in plain text nor in one of the usual encodings
//   - no JWT
//   - no more of a URL than its scheme and host
//
// It recognises a URL without a scheme as //host/path, or as a host with a dot that a path
// or a query follows. It does not recognise a secret that is cut, wrapped or encoded twice.
package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxInput is the maximum number of bytes of a text that are searched. It exceeds the
	// longest encoding of the longest secret. Redacted text is much shorter.
	maxInput = 128 << 10
	// minLength is the minimum length in bytes of a secret that is replaced inside words.
	// The password "p" must not change the text "Invalid password".
	minLength = 8
)

// Secret is a value that must not be shown.
type Secret struct {
	// Value is the secret. An empty value is ignored.
	Value string
	// Replacement replaces the secret, such as "(the token)".
	Replacement string
}

// Redactor removes secrets from text. A nil Redactor knows no secrets: it only removes
// JWTs and reduces URLs. It is safe for concurrent use.
type Redactor struct {
	sources []func() []Secret

	mu sync.Mutex
	// last are the replacements for the secrets that the sources returned last. To encode
	// long secrets takes time, and an error may have many texts.
	last *replacements
}

// replacements are the encodings of secrets and their replacements.
type replacements struct {
	secrets []Secret
	long    *strings.Replacer
	short   []Secret
}

// New returns a Redactor of the secrets that the sources return. It calls the sources for
// each text, because secrets may change.
func New(sources ...func() []Secret) *Redactor { return &Redactor{sources: sources} }

// With returns a Redactor of the same secrets and those of another source.
func (r *Redactor) With(source func() []Secret) *Redactor {
	if r == nil {
		return New(source)
	}
	return &Redactor{sources: append(slices.Clone(r.sources), source)}
}

// jwt matches a JWT or its beginning. The response to a login may contain a JWT that is
// not known yet. A JWT may follow an escape such as %20, so it need not begin a word.
var jwt = onDemand(`eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,2}`)

// onDemand returns a function that compiles an expression when it is first called.
// Terraform starts the provider several times in one command, mostly without text to
// redact.
func onDemand(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// Text returns the text in Unicode NFC without secrets and control characters, shortened
// to 500 characters. URLs are reduced to scheme and host, because a text may name a URL
// that the client does not know, such as the webhook of another profile. Text redacts
// before it shortens, so no part of a secret stays at the end.
func (r *Redactor) Text(text string) string {
	if text == "" {
		return ""
	}
	return Clean(r.redact(norm.NFC.String(text[:min(len(text), maxInput)])))
}

// Error returns an error with the redacted text of err. It unwraps to err.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{text: r.Text(err.Error()), err: err}
}

type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

func (r *Redactor) redact(text string) string {
	if r != nil {
		known := r.replacements()
		text = known.long.Replace(text)
		for _, secret := range known.short {
			text = replaceWord(text, secret)
		}
	}
	return jwt().ReplaceAllString(reduceURLs(text), "(a token)")
}

// replacements returns the replacements for the secrets that the sources return now.
func (r *Redactor) replacements() *replacements {
	var secrets []Secret
	for _, source := range r.sources {
		secrets = append(secrets, source()...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil || !slices.Equal(r.last.secrets, secrets) {
		r.last = newReplacements(secrets)
	}
	return r.last
}

func newReplacements(secrets []Secret) *replacements {
	var all []Secret
	for _, secret := range secrets {
		for _, form := range encodings(secret.Value) {
			all = append(all, Secret{Value: form, Replacement: secret.Replacement})
		}
	}
	// The longest secret comes first, because it may contain another one.
	slices.SortStableFunc(all, func(a, b Secret) int { return cmp.Compare(len(b.Value), len(a.Value)) })
	known := &replacements{secrets: secrets}
	var pairs []string
	for _, secret := range all {
		if len(secret.Value) < minLength {
			known.short = append(known.short, secret)
		} else {
			pairs = append(pairs, secret.Value, secret.Replacement)
		}
	}
	known.long = strings.NewReplacer(pairs...)
	return known
}

// replaceWord replaces a short secret where it is a whole word.
func replaceWord(text string, secret Secret) string {
	var b strings.Builder
	for from := 0; ; {
		at := strings.Index(text[from:], secret.Value)
		if at < 0 {
			b.WriteString(text[from:])
			return b.String()
		}
		start, end := from+at, from+at+len(secret.Value)
		b.WriteString(text[from:start])
		if insideWord(text[:start], text[start:]) || insideWord(text[:end], text[end:]) {
			b.WriteString(secret.Value)
		} else {
			b.WriteString(secret.Replacement)
		}
		from = end
	}
}

// insideWord reports whether the place between left and right is inside a word.
func insideWord(left, right string) bool {
	last, _ := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
	return inWord(last) && inWord(first)
}
