// Package house keeps the house rules: it holds no code, only tests that read
// the whole module by go/parser and fail where a rule is broken.
//
// The rules are those of docs/CONTRIBUTING.md that a machine can judge:
//
//   - Layers. Each package is a row of the table in layers_test.go, which says
//     what it may import of ours, of others, and what it must not import of the
//     standard library. A package without a row fails, so that a new package
//     is placed on purpose.
//   - Time and chance. The core (soap, rpc, session, attrs) reads no clock and
//     no random source. Nothing anywhere sleeps, tests included.
//   - Size. A function has at most 80 lines and a file at most 500, tests
//     included. Medians are printed (go test -v) and not gated.
//   - Words. Every exported name has a doc comment, every file opens with a
//     note, every package has a chapter in its doc.go, and no comment
//     silences a linter or puts work off.
//   - Weight. A program that imports soap and rpc links neither etree nor
//     net/http, and the module requires three others directly and no more.
//
// Each rule is one small function, and samples_test.go has a tiny source for
// each that breaks it: a rule that checks nothing is found out there. Nested
// modules, testdata and directories that the go command ignores are left out.
package house
