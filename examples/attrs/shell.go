package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
)

// A shell reads commands and runs them on one resolver.
type shell struct {
	resolver *attrs.Resolver
	profile  attrs.Profile
	out      io.Writer
	store    *store // nil: nothing is kept
	prompt   string
	lenient  bool
	failed   bool // a line was refused or no command
}

// maxLine is the greatest length of a line in bytes.
const maxLine = 1 << 20

func newShell(p attrs.Profile, out io.Writer) (*shell, error) {
	r, err := attrs.New(p)
	return &shell{resolver: r, profile: p, out: out}, err
}

// read runs lines until they end.
func (s *shell) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	fmt.Fprint(s.out, s.prompt)
	for n := 1; lines.Scan(); n++ {
		if err := s.line(n, lines.Text()); err != nil {
			return err
		}
		fmt.Fprint(s.out, s.prompt)
	}
	return lines.Err()
}

// A refusal is a command that was understood and not carried out.
type refusal struct{ what, why string }

// Error returns what the shell prints.
func (r refusal) Error() string { return fmt.Sprintf("refused: %s: %s", clean(r.what), r.why) }

// line runs one line. The error is about the state file alone.
func (s *shell) line(n int, text string) error {
	words, err := split(text)
	if err == nil && len(words) > 0 {
		err = s.run(words)
	}
	if _, refused := errors.AsType[refusal](err); refused {
		s.failed = true
		fmt.Fprintln(s.out, err)
	} else if err != nil {
		s.failed = true
		fmt.Fprintf(s.out, "error: line %d: %v\n", n, err)
	}
	return s.keep()
}

// keep writes the state, where there is a file for it.
func (s *shell) keep() error {
	if s.store == nil {
		return nil
	}
	return s.store.save(s.resolver.Snapshot())
}

var errUnknown = errors.New("unknown command")

// commands are the first words and what runs the rest.
var commands = map[string]func(s *shell, rest []string) error{
	"cwmp":          (*shell).cwmp,
	"ssl":           (*shell).ssl,
	"undo":          (*shell).undo,
	"dhcp":          (*shell).dhcp,
	"acs":           (*shell).acs,
	"factory-reset": alone(func(s *shell) { s.resolver.FactoryReset() }),
	"reboot":        alone(func(s *shell) { s.resolver.Restart() }),
	"display":       (*shell).display,
	"explain":       (*shell).explain,
	"show":          (*shell).show,
}

func (s *shell) run(words []string) error {
	if command := commands[words[0]]; command != nil {
		return command(s, words[1:])
	}
	return errUnknown
}

// alone is a command that has no arguments.
func alone(f func(*shell)) func(*shell, []string) error {
	return func(s *shell, rest []string) error {
		if len(rest) > 0 {
			return errUnknown
		}
		f(s)
		return nil
	}
}

// acs is one SetParameterValues.
func (s *shell) acs(words []string) error {
	if len(words) < 2 || words[0] != "set" {
		return errUnknown
	}
	var paths []string
	var changes []attrs.Change
	for _, word := range words[1:] {
		path, value, ok := strings.Cut(word, "=")
		if !ok {
			return errors.New("acs set wants PATH=VALUE")
		}
		a, known := s.resolver.ByPath(path)
		if !known {
			a = attrs.Attr(path) // which no profile has: the resolver refuses it in its turn
		}
		paths, changes = append(paths, path), append(changes, attrs.Set(a, value))
	}
	err := s.resolver.Apply(attrs.ACS, time.Now(), changes...)
	return first(err, func(e *attrs.WriteError) string {
		return paths[slices.IndexFunc(changes, func(c attrs.Change) bool { return c.Attr == e.Attr })]
	})
}

// first makes the first refusal of a transaction the shell's.
func first(err error, name func(*attrs.WriteError) string) error {
	list := attrs.WriteErrors(err)
	if len(list) == 0 {
		return err
	}
	return refusal{name(list[0]), why(list[0])}
}

func attrName(e *attrs.WriteError) string { return string(e.Attr) }

// why says in short what a refusal is about.
func why(e *attrs.WriteError) string {
	switch {
	case errors.Is(e, attrs.ErrSource):
		return e.Source.String() + " may not set it"
	case errors.Is(e, attrs.ErrUnknown):
		return "no such attribute"
	case errors.Is(e, attrs.ErrLocked):
		return "locked: " + e.Reason
	case errors.Is(e, attrs.ErrPolicy):
		return "security policy: " + e.Reason
	}
	return e.Reason
}

func (s *shell) display(words []string) error {
	st := s.resolver.Snapshot().Status(attrs.Connection{})
	switch strings.Join(words, " ") {
	case "cwmp configuration":
		fmt.Fprintln(s.out, attrs.Lines(st.Configuration))
	case "cwmp status":
		fmt.Fprintln(s.out, attrs.Lines(st.Connection))
	default:
		return errUnknown
	}
	return nil
}

func (s *shell) explain(words []string) error {
	if len(words) == 0 {
		return errUnknown
	}
	a := attrs.Attr(strings.Join(words, " "))
	if _, ok := s.resolver.Describe(a); !ok {
		return refusal{string(a), "no such attribute"}
	}
	fmt.Fprintln(s.out, s.resolver.Snapshot().Explain(a))
	return nil
}

// clean keeps a name from a script from breaking the line.
func clean(text string) string {
	if quoted := strconv.Quote(text); quoted[1:len(quoted)-1] != text {
		return quoted
	}
	return text
}

func (s *shell) show(words []string) error {
	line := strings.Join(words, " ")
	if line != "endpoint" && line != "endpoint clear" {
		return errUnknown
	}
	e := s.resolver.Snapshot().Endpoint()
	password := quoted(e.Password.Value.Reveal(), e.Password.Assigned)
	if e.Password.Assigned && line == "endpoint" {
		password = "***"
	}
	fmt.Fprintf(s.out, "endpoint url=%s username=%s password=%s source=%s\n",
		quoted(e.URL.Value, e.URL.Assigned), quoted(e.Username.Value, e.Username.Assigned), password, e.Origin)
	return nil
}

func quoted(text string, assigned bool) string {
	if !assigned {
		return "-"
	}
	return strconv.Quote(text)
}

// split makes tokens of a line: words between blanks, or Go quotes, which of
// PATH=VALUE may hold the value alone.
func split(text string) (words []string, err error) {
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, "#") {
		return nil, nil
	}
	for rest != "" {
		head, after, _ := cutBlank(rest)
		at := start(head)
		switch {
		case head == "#":
			return words, nil
		case at >= 0:
			var value string
			if value, after, err = unquote(rest[at:]); err != nil {
				return nil, err
			}
			head = rest[:at] + value
		}
		words, rest = append(words, head), strings.TrimLeft(after, blanks)
	}
	return words, nil
}

const blanks = " \t\r\v\f"

func cutBlank(text string) (head, after string, found bool) {
	i := strings.IndexAny(text, blanks)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i:], true
}

// start returns where a token's quotes begin; -1: it has none.
func start(head string) int {
	if head[0] == '"' || head[0] == '`' {
		return 0
	}
	path, value, _ := strings.Cut(head, "=")
	if isPath(path) && (strings.HasPrefix(value, `"`) || strings.HasPrefix(value, "`")) {
		return len(path) + 1
	}
	return -1
}

func isPath(word string) bool {
	return strings.HasPrefix(word, "Device.") || strings.HasPrefix(word, "InternetGatewayDevice.")
}

func unquote(text string) (value, after string, err error) {
	q, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", errors.New("bad quotes")
	}
	after = text[len(q):]
	if after != "" && !strings.ContainsAny(after[:1], blanks) {
		return "", "", errors.New("bad quotes: no blank after them")
	}
	value, err = strconv.Unquote(q)
	return value, after, err
}
