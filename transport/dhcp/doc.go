// Package dhcp reads and writes what DHCP tells a CWMP endpoint about its
// ACS (TR-069 3.1). It is a codec of option payloads: no sockets, no leases,
// and no opinion on whether a URL from DHCP may be used, which is the
// program's (or package attrs') business.
//
// # Option 43
//
// Option 43, vendor-specific information (RFC 2132 8.4), holds sub-options:
// a code byte, a length byte, the value. Code 0 is a pad without length, 255
// the end. Two vendors' habits share it, and [ParseOption43] reads both:
//
//	code  TR-069                        Comware
//	1     ACS URL                       URL SP username SP password
//	2     provisioning code             service provider identifier, used alike
//	3     retry minimum wait, decimal   -
//	4     retry multiplier, decimal     -
//
// A valid URL holds no space, so one token is TR-069's form and more are
// Comware's. The length counts the value alone, though Comware's guide words
// it otherwise. Sub-options that have another code are kept in their order:
// the option is shared with other vendors, and Comware itself puts PXE servers
// into code 128.
//
// Pass the option's content without its own code and length; content that a
// server split over several options is joined first (RFC 3396), by [Collect4].
//
// # Options 125 and 17
//
// Both hold sub-options under an enterprise number, 3561 for CWMP. DHCPv6's
// option 17 ([ParseOption17]) has the codes above, two bytes wide; several
// options 17 stay apart. In DHCPv4's option 125 ([ParseOption125]) the four are
// 11 to 14, because 1 to 6 are TR-069 Annex F's, by which a gateway and a device
// behind it tell each other who they are; they are never read as values of
// CWMP. A server that has not understood this and sends a URL as 1 is taken at
// its word under Options.Code1 alone. [Choose] says which of 43 and 125
// to read when both came.
//
// # Who asked
//
// Option 43 is every vendor's own, so an answer means something only to the
// class of client that asked. A CWMP client puts dslforum.org into option 60
// ([AppendOption60]), or into 124 or DHCPv6's 16 under 3561 ([CWMPClass]); a
// server looks for it with [IsCWMP] and [Announces]. Options.VendorClass
// ties the reading of an answer to what was announced.
//
// # Strict and lenient
//
// The zero [Options] are strict: a length that runs past the end, a bad
// value, a doubled sub-option are errors with the offset. A device that was
// configured from a manual sends worse, for that manual's own example states
// 59 bytes where 40 follow. Options.Lenient takes it: it clamps the length,
// ignores what is wrong outside of sub-option 1, keeps the first of doubled
// ones, and reads a bare URL without any header. Each time it says so by a
// [Diagnostic]. Mind that a clamped value may be a truncated one.
//
// Some deviations are harmless and are noted in both modes: a trailing NUL,
// which is not part of the value; bytes after the end; an empty username or
// password; a space in a password, which the form cannot express. All after
// the second space is taken as the password, and [AppendOption43] will not
// write one.
//
// In both modes the first token has to be an absolute http or https URL
// without user information, and no value may hold control characters.
//
// # Security
//
// Whoever answers DHCP first chooses the ACS. The password is a [Secret],
// which nothing prints; no error and no diagnostic holds a value. Input is
// bounded by [MaxLength].
package dhcp
