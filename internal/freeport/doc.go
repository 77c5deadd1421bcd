// Package freeport finds addresses for tests.
//
// A test that has to name an address before the program that listens there runs cannot
// let the kernel choose one, close it and hand it over: what the kernel has chosen it
// chooses again for the next connection of any process, and the tests of other packages
// run beside this one. [Addr] finds an address among the ports that the kernel leaves
// alone, free of TCP and of UDP.
//
// A test that can hand over its listener, or can ask the program where it listens, does
// so and needs nothing from here.
package freeport
