package cwmptest

// NOTE: what is wanted of a test, so that package testing is linked into tests alone: a
// Device is of use in other programs too.

// A TB is a test: a *testing.T, a *testing.B, or what a framework has in their place.
type TB interface {
	// Helper marks the calling function as one whose caller is to be named.
	Helper()
	// Cleanup has f called at the test's end, last first.
	Cleanup(f func())
	// Errorf fails the test, which goes on.
	Errorf(format string, args ...any)
	// Fatal fails the test and ends it. It does not return.
	Fatal(args ...any)
	// Fatalf is Fatal with a format.
	Fatalf(format string, args ...any)
}
