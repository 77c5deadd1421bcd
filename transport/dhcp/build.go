package dhcp

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// AppendOption43 appends the content of an option 43 that says what a says:
// sub-options 1 to 4, as far as given, then the unknown ones. With a username
// sub-option 1 has Comware's form, without it TR-069's. There is no end mark.
// Content of more than 255 bytes is split by Append4 (RFC 3396). The error is
// an *Error of offset -1, and dst comes back as it was.
func AppendOption43(dst []byte, a ACS) ([]byte, error) {
	w := writer{b: dst, width: 1}
	w.acs(a)
	return w.done(dst)
}

// A writer keeps the first error.
type writer struct {
	b     []byte
	width int    // of a code and of a length
	shift uint16 // from a field's number to its code
	err   error
}

func (w *writer) done(dst []byte) ([]byte, error) {
	if w.err != nil {
		return dst, w.err
	}
	return w.b, nil
}

func (w *writer) acs(a ACS) {
	w.put(a.URL != "" || a.hasUsername() || a.hasPassword(), CodeURL, a.credentials())
	w.check(a.urlProblem())
	w.put(a.hasProvisioningCode(), CodeProvisioningCode, a.ProvisioningCode)
	w.check(problem(CodeProvisioningCode, ErrValue, checkCode(a.ProvisioningCode)))
	w.put(a.RetryMinimumWait != 0, CodeRetryMinimumWait, strconv.Itoa(int(a.RetryMinimumWait)))
	w.put(a.RetryMultiplier != 0, CodeRetryMultiplier, strconv.Itoa(int(a.RetryMultiplier)))
	w.check(a.multiplierProblem())
	for _, s := range a.Unknown {
		w.unknown(s)
	}
}

// unknown writes a sub-option under the code that it has.
func (w *writer) unknown(s SubOption) {
	shift := w.shift
	w.shift = 0
	w.put(true, s.Code, string(s.Value))
	w.shift = shift
	if s.Code > shift && s.Code <= shift+CodeRetryMultiplier || w.width == 1 && (s.Code == CodePad || s.Code >= CodeEnd) {
		w.check(problem(s.Code, ErrCode, "use the field"))
	}
}

// check keeps e, whose code is a field's number.
func (w *writer) check(e *Error) {
	if w.err == nil && e != nil {
		w.err = e
	}
}

func (w *writer) put(given bool, code uint16, value string) {
	if !given {
		return
	}
	code += w.shift
	if w.width == 2 {
		w.wide(code, value)
		return
	}
	if len(value) > maxValue {
		w.check(problem(code, ErrLength, "more than 255 bytes"))
	}
	w.b = append(w.b, byte(code), byte(len(value)))
	w.b = append(w.b, value...)
}

func (w *writer) wide(code uint16, value string) {
	if len(value) > MaxLength {
		w.check(problem(code, ErrLength, "more than 65535 bytes"))
	}
	w.b = binary.BigEndian.AppendUint16(w.b, code)
	w.b = binary.BigEndian.AppendUint16(w.b, uint16(len(value)))
	w.b = append(w.b, value...)
}

func problem(code uint16, err error, reason string) *Error {
	if reason == "" {
		return nil
	}
	return &Error{-1, code, err, reason}
}

// credentials returns the value of sub-option 1.
func (a ACS) credentials() string {
	parts := []string{a.URL}
	if a.hasUsername() {
		parts = append(parts, a.Username)
	}
	if a.hasPassword() {
		parts = append(parts, a.Password.Reveal())
	}
	return strings.Join(parts, " ")
}

// urlProblem returns why sub-option 1 cannot be written.
func (a ACS) urlProblem() *Error {
	switch {
	case a.URL == "" && !a.hasUsername() && !a.hasPassword():
		return nil
	case checkURL(a.URL) != "":
		return problem(CodeURL, ErrURL, checkURL(a.URL))
	case a.hasPassword() && !a.hasUsername():
		return problem(CodeURL, ErrValue, "a password without username")
	case strings.Contains(a.Username+a.Password.Reveal(), " "):
		return problem(CodeURL, ErrValue, "a space in the username or password")
	}
	return problem(CodeURL, ErrValue, checkText(a.Username+a.Password.Reveal()))
}

func (a ACS) multiplierProblem() *Error {
	if a.RetryMultiplier == 0 || a.RetryMultiplier >= minMultiplier {
		return nil
	}
	return problem(CodeRetryMultiplier, ErrValue, "below 1000")
}
