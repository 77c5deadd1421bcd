// Package dom turns an element that package soap has kept as bytes, a
// [soap.Raw], into an etree element, and back.
//
// It is for the open content of CWMP messages: the bodies of vendor RPCs,
// header blocks that nobody knows, the detail of a fault. A program that looks
// into such content, or changes it, wants a tree; one that hands it on does not
// need this package, as [soap.Encoder.Raw] writes the bytes themselves.
//
// It is a package of its own so that only programs that use it link etree,
// and encoding/xml below it.
//
// # What is kept
//
// [Parse] keeps everything that has a meaning in XML: names with their prefixes,
// attributes, text, CDATA sections, comments and processing instructions. The
// kind of quotes, white space inside tags and the form of references are
// not kept. Line ends and attribute values are normalised as XML 1.0 sections
// 2.11 and 3.3.3 say. encoding/xml knows the names of the fourth edition of XML
// 1.0 alone; an element with a name that came with the fifth is an error.
//
// [Raw] writes a tree in the way that etree does, and then reads it again. etree
// mends what XML cannot carry, a control character or "--" in a comment for
// instance; a tree that does not come back as it was is [ErrChanged] here.
package dom
