// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// remediation says what an error means for the profile, and what to do about it.
func remediation(op operation, err error) string {
	if mismatch, ok := errors.AsType[*opentact.MismatchError](err); ok {
		return remediationForMismatch(op, mismatch) + showBothValues(op)
	}
	return strings.TrimSpace(effect(op, err) + " " + nextStep(op, err))
}

// tainted is what Terraform makes of a create that returns a profile and an error.
const tainted = "The profile exists and is in the state, marked as tainted: the next apply would replace it. To keep it, "

// remediationForMismatch is about an answer whose fields are not what they should be.
func remediationForMismatch(op operation, err *opentact.MismatchError) string {
	unfinished := slices.ContainsFunc(err.Fields, func(m opentact.Mismatch) bool { return m.Unfinished })
	switch {
	case op.verb == verbCreate && unfinished:
		return tainted + "run `terraform untaint` with the resource's address, and apply again to finish what failed."
	case op.verb == verbCreate:
		return tainted + "set the attribute to a value that the API accepts, and run `terraform untaint` with the resource's address."
	case op.verb == verbUpdate && unfinished:
		return "The state shows what the API holds. Run Terraform again to finish what failed."
	case op.verb == verbUpdate:
		return "The state shows what the API holds. Set the attribute to a value that the API accepts."
	default:
		return "The API answers in a form that this version of the provider does not know; please report it. The state is as it was."
	}
}

// showBothValues says how to see the sent and the stored value. Errors do not show
// sensitive values.
func showBothValues(op operation) string {
	if op.verb != verbCreate && op.verb != verbUpdate {
		return ""
	}
	return " `terraform plan` shows both values, unless they come from a sensitive variable."
}

// effect says what a failed operation has done to the profile.
func effect(op operation, err error) string {
	switch op.verb {
	case verbCreate: // one whose outcome is not known is reported elsewhere
		return "Nothing was created."
	case verbRead:
		return "The profile is still in the state."
	case verbUpdate, verbDelete:
		if opentact.OutcomeOf(err).NothingHappened() {
			return "Nothing was changed."
		}
		if response, ok := errors.AsType[*opentact.ResponseError](err); ok && op.verb == verbDelete && response.Status/100 == 2 {
			return "The profile is still in the state." // a read has followed
		}
		return "The change may have been applied. Run terraform plan to check."
	default:
		return ""
	}
}

// nextStep says what to do about an error.
func nextStep(op operation, err error) string {
	if login, ok := errors.AsType[*opentact.LoginError](err); ok {
		return nextStepForLogin(login.Err)
	}
	if credentials, ok := errors.AsType[*opentact.CredentialsError](err); ok {
		return nextStepForCredentials(credentials)
	}
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		return nextStepForStatus(op, apiErr.Status)
	}
	if responseErr, ok := errors.AsType[*opentact.ResponseError](err); ok {
		return nextStepForResponse(op, responseErr.Status)
	}
	if isType[*opentact.StaleError](err) {
		return "A cache or proxy between Terraform and the API ignores `Cache-Control: no-cache`: exempt the API's host from it."
	}
	if isType[*opentact.TransportError](err) {
		return nextStepForTransport(err)
	}
	return ""
}

// errConnectionRefusedWindows is Windows' own WSAECONNREFUSED, which syscall.ECONNREFUSED
// there is not. No other system has an error of that number.
const errConnectionRefusedWindows = syscall.Errno(10061)

// nextStepForTransport is about requests that got no response.
func nextStepForTransport(err error) string {
	if proxy, ok := errors.AsType[*opentact.ProxyError](err); ok {
		return nextStepForProxy(proxy)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "Run Terraform again."
	case errors.Is(err, context.DeadlineExceeded):
		return "If the API is merely slow, raise the provider's request_timeout."
	case isType[*net.DNSError](err):
		return checkBaseURL + ", and that this machine can resolve the name of its host."
	case isType[*tls.CertificateVerificationError](err):
		return checkBaseURL + ". If a proxy here decrypts TLS, this machine has to trust its certificate authority."
	case isType[tls.RecordHeaderError](err), errors.Is(err, http.ErrSchemeMismatch):
		return checkBaseURL + ": what answers there does not speak TLS."
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, errConnectionRefusedWindows):
		return checkBaseURL + ": nothing listens there, or a firewall is in the way."
	default:
		return checkBaseURL + " and that it can be reached from here."
	}
}

// nextStepForProxy is about a proxy that did not open a connection to the API.
func nextStepForProxy(proxy *opentact.ProxyError) string {
	switch {
	case proxy.Address == "":
		return "Set HTTPS_PROXY to the URL of an HTTP proxy, such as http://proxy.example:3128, or unset it."
	case proxy.Status == http.StatusProxyAuthRequired:
		return "Check the user name and the password in HTTPS_PROXY."
	case proxy.Status == http.StatusForbidden:
		return "The proxy forbids connections to the API's host. Ask the administrator of the proxy to allow the host, or add the host to NO_PROXY."
	case proxy.Status == http.StatusBadGateway, proxy.Status == http.StatusServiceUnavailable, proxy.Status == http.StatusGatewayTimeout:
		return "The proxy can't reach the API's host. " + checkBaseURL + ", and ask the administrator of the proxy."
	case isType[*tls.CertificateVerificationError](proxy.Err):
		return "This machine must trust the certificate of the proxy."
	default:
		return "Check that the address in HTTPS_PROXY is the address of an HTTP proxy, and that this machine can reach it."
	}
}

// nextStepForLogin is about a login that failed.
func nextStepForLogin(err error) string {
	apiErr, answered := errors.AsType[*opentact.APIError](err)
	switch {
	case isType[*opentact.CredentialsError](err):
		return "Check the e-mail address and the password. This provider configuration does not try them again in this Terraform command."
	case answered && apiErr.Status == http.StatusForbidden:
		return "The API knows the user and does not let it in: ask the account's administrator."
	default:
		return nextStep(operation{}, err)
	}
}

// nextStepForCredentials is about a token that the API does not accept.
func nextStepForCredentials(err *opentact.CredentialsError) string {
	switch {
	case err.LoggedIn:
		return "The API accepts the e-mail address and the password, and not the token it gives for them. Check the provider's base_url."
	case !err.Expired.IsZero():
		return "OpenTact tokens are valid for a day: get a new one, or set e-mail address and password, with which the provider gets one when it needs to."
	default:
		return fmt.Sprintf("Check that the token is one for %s and has not expired: OpenTact tokens are valid for a day.", err.BaseURL)
	}
}

const checkBaseURL = "Check the provider's base_url (the default is " + opentact.DefaultBaseURL + ")"

// nextStepForStatus is about errors that the API itself reported.
func nextStepForStatus(op operation, status int) string {
	switch {
	case status == http.StatusForbidden:
		return "The token is valid but lacks the right to do this: ask the account's administrator for it."
	case status == http.StatusNotFound && op.verb == verbFind:
		return "No such profile is in the account that the token belongs to. Check the id, the token and the provider's base_url."
	case status == http.StatusNotFound && op.verb == verbUpdate:
		return "The profile was deleted by somebody else. The next plan will propose to create it anew."
	case status == http.StatusNotFound:
		return checkBaseURL + "."
	case status == http.StatusConflict:
		return "Something in the account is in the way, or was changed at the same time: see the API's message, and run Terraform again."
	case status == http.StatusTooManyRequests:
		return "The API rejects requests because there are too many. Wait some minutes, or set the provider's requests_per_second to what the API allows."
	case status >= http.StatusInternalServerError:
		return apiIsFailing
	default:
		return "Correct what the API's message names, and try again."
	}
}

// nextStepForResponse is about responses that do not have the API's form.
func nextStepForResponse(op operation, status int) string {
	switch {
	case op.verb == verbDelete && status/100 == 2:
		return "Run Terraform again. The API may be under maintenance, or another server may have responded."
	case status == http.StatusTooManyRequests:
		return nextStepForStatus(operation{}, status)
	case status >= http.StatusInternalServerError:
		return apiIsFailing
	default:
		return "Another server may have responded, such as a firewall, a proxy or a sign-in page. " + checkBaseURL + ", and that nothing blocks requests to it."
	}
}

const apiIsFailing = "The API, or a gateway in front of it, is failing and may recover: try again later. " +
	"The provider's max_retries says how often it tries by itself."

// remediationForUnset is about a null that may be what the API found fault with. No
// line of the configuration shows that it was sent.
func remediationForUnset(resets []string, err error) string {
	apiErr, ok := errors.AsType[*opentact.APIError](err)
	if len(resets) == 0 || !ok || !apiErr.IsAboutContent() {
		return ""
	}
	return fmt.Sprintf(" Of what is not configured any more, the API was asked to unset %s. If it cannot, set it to the value that it is to have.", strings.Join(resets, ", "))
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
