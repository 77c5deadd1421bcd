package connreq

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: fields in any order are read, each once; what the schema does not know is
// skipped. What is written is the schema's to the letter.

// notifyConfig is how bodies are read: no level mends what names a device.
var notifyConfig = soap.Config{
	Limits:   soap.Limits{MaxBytes: NotificationMaxDatagram, MaxText: NotificationMaxDatagram},
	Level:    soap.Standard,
	RefusePI: true,
}

// A notifyField is one of the message's texts and its bound in characters.
type notifyField struct {
	name string
	max  int
	text *string
}

func (n *Notification) fields() []notifyField {
	return []notifyField{
		{"UN", 256, &n.UN}, {"CN", NotificationMaxNonce, &n.CN}, {"OUI", 6, &n.OUI},
		{"ProductClass", 64, &n.ProductClass}, {"SerialNumber", 64, &n.SerialNumber},
	}
}

// notifyChars counts what the schema counts.
func notifyChars(s string) int { return utf8.RuneCountInString(s) }

// readNotification reads a body.
func readNotification(b []byte) (*Notification, error) {
	d := soap.NewDecoderBytes(b, notifyConfig)
	if !d.NextChild(0) {
		return nil, notifySyntax(d, d.End())
	}
	if _, local := d.Name(); string(local) != "Notification" || string(d.URI()) != NotificationNamespace {
		return nil, notifyBad(d, "", "another root element")
	}
	n := new(Notification)
	seen := map[string]bool{}
	for depth := d.Depth(); d.NextChild(depth); {
		if string(d.URI()) != NotificationNamespace {
			continue
		}
		_, local := d.Name()
		name := string(local)
		if seen[name] && name != "Param" {
			return nil, notifyBad(d, name, "stands twice")
		}
		seen[name] = true
		if err := n.take(d, name); err != nil {
			return nil, err
		}
	}
	if err := d.End(); err != nil {
		return nil, notifySyntax(d, err)
	}
	for _, name := range []string{"TS", "UN", "CN", "OUI", "ProductClass", "SerialNumber", "Param"} {
		if !seen[name] {
			return nil, notifyBad(d, name, "is missing")
		}
	}
	return n, nil
}

func notifyBad(d *soap.Decoder, field, reason string) error {
	return &NotificationError{d.Offset(), field, ErrNotificationBody, reason}
}

func notifySyntax(d *soap.Decoder, err error) error {
	at := d.Offset()
	if syntax, ok := errors.AsType[*soap.SyntaxError](err); ok {
		at = syntax.Offset
	}
	return &NotificationError{at, "", err, ""}
}

// take reads the element whose start tag was read last.
func (n *Notification) take(d *soap.Decoder, name string) error {
	switch name {
	case "TS":
		return n.time(d)
	case "Param":
		return n.param(d)
	}
	for _, f := range n.fields() {
		if f.name != name {
			continue
		}
		if *f.text = string(d.Content()); notifyChars(*f.text) > f.max {
			return notifyBad(d, name, fmt.Sprintf("more than %d characters", f.max))
		}
	}
	return nil
}

func (n *Notification) time(d *soap.Decoder) error {
	ts, err := strconv.ParseInt(strings.Trim(string(d.Content()), " \t\r\n"), 10, 64)
	if err != nil || ts < 0 || ts > math.MaxInt32 {
		return notifyBad(d, "TS", "no number of seconds")
	}
	n.TS = ts
	return nil
}

func (n *Notification) param(d *soap.Decoder) error {
	if len(n.Params) == NotificationMaxParams {
		return notifyBad(d, "Param", fmt.Sprintf("more than %d", NotificationMaxParams))
	}
	var p rpc.ParameterValue
	names, values := 0, 0
	for depth := d.Depth(); d.NextChild(depth); {
		_, local := d.Name()
		switch name := string(local); {
		case string(d.URI()) != NotificationNamespace:
		case name == "Name":
			p.Name, names = string(d.Content()), names+1
		case name == "Value":
			typ, _ := d.Attr(soap.NSXSI, "type")
			p.Value.Type = string(typ)
			p.Value.Text, values = string(d.Content()), values+1
		}
	}
	if names != 1 || values != 1 || notifyChars(p.Name) > 256 {
		return notifyBad(d, "Param", "a name of at most 256 characters and a value, once each")
	}
	n.Params = append(n.Params, p)
	return nil
}

// body writes the XML.
func (n *Notification) body() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	var e soap.Encoder
	e.Declaration()
	e.Start(soap.NSNone, "Notification")
	e.Declare(soap.NSXSD)
	e.Declare(soap.NSXSI)
	e.LeafInt(soap.NSNone, "TS", n.TS)
	for _, f := range n.fields() {
		e.Leaf(soap.NSNone, f.name, *f.text)
	}
	for _, p := range n.Params {
		e.Start(soap.NSNone, "Param")
		e.Leaf(soap.NSNone, "Name", p.Name)
		e.Typed(soap.NSNone, "Value", notifyType(p.Value.Type), p.Value.Text)
		e.End()
	}
	e.End()
	b, err := e.Bytes()
	if err != nil {
		return nil, &NotificationError{-1, "", err, ""}
	}
	return xmppDeclare(b, "Notification", NotificationNamespace), nil
}

func notifyType(t string) string {
	if t == "" {
		return rpc.TypeString
	}
	return t
}

// check refuses what the schema does not allow.
func (n *Notification) check() error {
	for _, f := range n.fields() {
		if notifyChars(*f.text) > f.max {
			return notifyUnwritable(f.name, fmt.Sprintf("more than %d characters", f.max))
		}
	}
	switch {
	case n.TS < 0 || n.TS > math.MaxInt32:
		return notifyUnwritable("TS", "not within 32 bits")
	case len(n.OUI) != 6 || strings.Trim(n.OUI, "0123456789ABCDEF") != "":
		return notifyUnwritable("OUI", "six hexadecimal digits in upper case")
	case len(n.Params) == 0 || len(n.Params) > NotificationMaxParams:
		return notifyUnwritable("Param", fmt.Sprintf("one to %d", NotificationMaxParams))
	}
	for _, p := range n.Params {
		local, known := strings.CutPrefix(notifyType(p.Value.Type), "xsd:")
		if notifyChars(p.Name) > 256 || !known || local == "" || strings.Trim(local, notifyLetters) != "" {
			return notifyUnwritable("Param", "a name of at most 256 characters and a type of xsd's")
		}
	}
	return nil
}

// notifyLetters are those of the names of xsd's types.
const notifyLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func notifyUnwritable(field, reason string) error {
	return &NotificationError{-1, field, ErrNotificationBody, reason}
}
