package connreq

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/cwmp-go/cwmp/soap"
)

// Append appends the datagram for a host, as "acs.example.com:7547", signed with
// ManagementServer.Password. It has to be sent as one datagram. The error is a
// *NotificationError, and dst is returned unchanged with it.
func (n *Notification) Append(dst []byte, host, password string) ([]byte, error) {
	body, err := n.body()
	if err != nil {
		return dst, err
	}
	if host == "" || !httpguts.ValidHostHeader(host) {
		return dst, &NotificationError{-1, "Host", ErrNotificationHead, "no host"}
	}
	head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nContent-Length: %d\r\nSignature: %X\r\n\r\n",
		host, len(body), notifySignature(body, password))
	if len(head)+len(body) > NotificationMaxDatagram || len(head) > NotificationMaxHead {
		return dst, &NotificationError{-1, "", soap.ErrLimit, fmt.Sprintf("more than %d bytes", NotificationMaxDatagram)}
	}
	return append(append(dst, head...), body...), nil
}

func notifySignature(body []byte, password string) []byte {
	h := hmac.New(sha1.New, []byte(password))
	h.Write(body)
	return h.Sum(nil)
}

// ReadNotification reads a datagram and checks its signature, in constant time.
// password gives ManagementServer.Password of a username; it must not be nil. The
// error is a *NotificationError. A notification without error is the user's, but
// perhaps a copy: see NotificationMark. b is not kept. There is never an answer.
func ReadNotification(b []byte, password func(username string) (string, bool)) (*Notification, error) {
	signature, body, err := notifyHead(b)
	if err != nil {
		return nil, err
	}
	n, err := readNotification(body)
	if err != nil {
		return nil, err
	}
	key, ok := password(n.UN)
	switch {
	case !ok:
		return nil, &NotificationError{0, "UN", ErrNotificationUser, ""}
	case !hmac.Equal(signature, notifySignature(body, key)):
		return nil, &NotificationError{0, "Signature", ErrNotificationSignature, ""}
	}
	return n, nil
}

// notifyHead splits a datagram at the empty line and reads what the head says.
func notifyHead(b []byte) (signature, body []byte, err error) {
	if len(b) > NotificationMaxDatagram {
		return nil, nil, &NotificationError{0, "", soap.ErrLimit, fmt.Sprintf("more than %d bytes", NotificationMaxDatagram)}
	}
	end, skip := bytes.Index(b, []byte("\r\n\r\n")), 4
	if bare := bytes.Index(b, []byte("\n\n")); bare >= 0 && (end < 0 || bare < end) {
		end, skip = bare, 2
	}
	if end < 0 || end > NotificationMaxHead {
		return nil, nil, notifyBadHead(0, "", "no empty line in the first 4096 bytes")
	}
	headers, err := notifyHeaders(string(b[:end]))
	if err != nil {
		return nil, nil, err
	}
	body = b[end+skip:]
	if length, ok := headers["content-length"]; ok && length != strconv.Itoa(len(body)) {
		return nil, nil, notifyBadHead(0, "Content-Length", fmt.Sprintf("the body has %d bytes", len(body)))
	}
	signature, err = hex.DecodeString(headers["signature"])
	if err != nil || len(signature) != sha1.Size {
		return nil, nil, &NotificationError{0, "Signature", ErrNotificationSignature, "40 hexadecimal digits are wanted"}
	}
	return signature, body, nil
}

func notifyBadHead(at int, field, reason string) error {
	return &NotificationError{int64(at), field, ErrNotificationHead, reason}
}

// notifyHeaders reads the request line, of which only the method matters, and the
// headers, whose names are put into lower case. No header that matters may
// stand twice.
func notifyHeaders(head string) (map[string]string, error) {
	lines := strings.Split(head, "\n")
	if !strings.HasPrefix(lines[0], "POST ") || !strings.Contains(lines[0], "HTTP/1.") {
		return nil, notifyBadHead(0, "", "no POST of HTTP/1")
	}
	if len(lines) > 1+notifyMaxHeaders {
		return nil, notifyBadHead(0, "", fmt.Sprintf("more than %d headers", notifyMaxHeaders))
	}
	headers := map[string]string{}
	at := len(lines[0]) + 1
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		name = strings.ToLower(name)
		if !ok || !httpguts.ValidHeaderFieldName(name) {
			return nil, notifyBadHead(at, "", "a line without a name")
		}
		if _, twice := headers[name]; twice {
			return nil, notifyBadHead(at, name, "stands twice")
		}
		headers[name] = strings.Trim(value, " \t\r")
		at += len(line) + 1
	}
	return headers, nil
}
