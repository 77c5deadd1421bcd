package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// NOTE: -v: a message with its header, indented, secrets masked.

const mask = "***"

// maskedHeaders hold secrets, or what opens a session.
var maskedHeaders = []string{"Authorization", "Www-Authenticate", "Cookie", "Set-Cookie"}

// dump prints a message. Without a body there is only the header.
func (l *ladder) dump(arrow string, header http.Header, body []byte) {
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := strings.Join(header[name], ", ")
		if !l.secrets && slices.Contains(maskedHeaders, http.CanonicalHeaderKey(name)) {
			value = mask
		}
		fmt.Fprintf(l.out, "    %s%s: %s\n", arrow, name, oneLine(value))
	}
	for line := range strings.Lines(l.indent(body)) {
		fmt.Fprintf(l.out, "    %s%s\n", arrow, oneLine(strings.TrimRight(line, "\n")))
	}
}

// indent returns a message's XML indented and masked. What is no XML has secrets
// that nobody can find, so only its size is said unless all is to be shown.
func (l *ladder) indent(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(body); err != nil || doc.Root() == nil {
		if l.secrets {
			return string(body)
		}
		return fmt.Sprintf("(%d bytes that are no XML; -secrets shows them)", len(body))
	}
	if !l.secrets {
		maskElement(doc.Root())
	}
	doc.WriteSettings.CanonicalEndTags = true // as we write them
	doc.Indent(2)
	text, err := doc.WriteToString()
	if err != nil {
		return err.Error()
	}
	return text
}

// maskElement masks the passwords in an element: those named so, and the values
// of parameters whose names end so.
func maskElement(e *etree.Element) {
	secret := false // one of its Names, should there be several
	for _, name := range e.SelectElements("Name") {
		secret = secret || isSecret(strings.TrimSpace(name.Text()))
	}
	for _, child := range e.ChildElements() {
		if child.Tag == "Value" && secret || isSecret(child.Tag) {
			child.Child = nil // comments and elements in it too
			child.SetText(mask)
			continue
		}
		maskElement(child)
	}
}
