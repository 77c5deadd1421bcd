package dhcp

import (
	"encoding/binary"
	"strings"
)

// What a client says of itself before a server answers: the vendor classes of
// DHCPv4's options 60 and 124 and of DHCPv6's option 16 (TR-069 3.1).

// Class is the string by which a CWMP client is known.
const Class = "dslforum.org"

// comwareClasses are how the vendor classes of devices that run Comware begin.
var comwareClasses = [...]string{"h3c", "hpe", "hp ", "comware"}

// IsCWMP reports whether a vendor class of option 60 is a CWMP client's: it has
// Class anywhere in it, or begins as those of Comware's makers do, whose
// devices take an ACS without announcing Class.
func IsCWMP(class string) bool {
	if strings.Contains(class, Class) {
		return true
	}
	class = strings.ToLower(class)
	for _, c := range comwareClasses {
		if strings.HasPrefix(class, c) {
			return true
		}
	}
	return false
}

// AppendOption60 appends the content of an option 60: the client's own words,
// if any, and Class unless they hold it. More than 255 bytes are ErrLength.
func AppendOption60(dst []byte, own string) ([]byte, error) {
	if !strings.Contains(own, Class) {
		own = strings.TrimSpace(own + " " + Class)
	}
	if len(own) > maxValue {
		return dst, problem(0, ErrLength, "more than 255 bytes")
	}
	return append(dst, own...), nil
}

// A VendorClass is one enterprise's classes, in options 124 and 16.
type VendorClass struct {
	Enterprise uint32
	Data       [][]byte // one or more
}

// Announces reports whether one of the classes is a CWMP client's: Class under
// Enterprise.
func Announces(list []VendorClass) bool {
	for _, v := range list {
		for _, data := range v.Data {
			if v.Enterprise == Enterprise && string(data) == Class {
				return true
			}
		}
	}
	return false
}

// CWMPClass returns what a CWMP client puts into option 124 or 16.
func CWMPClass() VendorClass { return VendorClass{Enterprise, [][]byte{[]byte(Class)}} }

// ParseOption124 reads the content of a DHCPv4 option 124 (RFC 3925 3). It is
// strict: what is cut off is an *Error that wraps ErrLength. The data are
// copies.
func ParseOption124(b []byte) ([]VendorClass, error) {
	if len(b) > MaxLength {
		return nil, &Error{0, 0, ErrLength, "more than 65535 bytes"}
	}
	var list []VendorClass
	for at := 0; at < len(b); {
		if len(b)-at <= header || int(b[at+header]) > len(b)-at-header-1 {
			return nil, &Error{at, 0, ErrLength, "an enterprise is cut off"}
		}
		end := at + header + 1 + int(b[at+header])
		v, err := classes(b[:end], at, at+header+1, 1)
		if err != nil {
			return nil, err
		}
		list, at = append(list, v), end
	}
	return list, nil
}

// ParseOption16 reads the content of a DHCPv6 option 16 (RFC 8415 21.16), as
// strictly.
func ParseOption16(b []byte) (VendorClass, error) {
	if len(b) < header || len(b) > MaxLength {
		return VendorClass{}, &Error{0, 0, ErrLength, "need 4 to 65535 bytes"}
	}
	return classes(b, 0, header, 2)
}

// classes reads the data from b[from:] on, each behind a length of width bytes.
func classes(b []byte, at, from, width int) (VendorClass, error) {
	v := VendorClass{Enterprise: binary.BigEndian.Uint32(b[at:])}
	for from < len(b) {
		if len(b)-from < width {
			return VendorClass{}, &Error{from, 0, ErrLength, "a length is cut off"}
		}
		n := int(b[from])
		if width == 2 {
			n = int(binary.BigEndian.Uint16(b[from:]))
		}
		if n > len(b)-from-width {
			return VendorClass{}, &Error{from, 0, ErrLength, "a class is cut off"}
		}
		v.Data = append(v.Data, append([]byte{}, b[from+width:from+width+n]...))
		from += width + n
	}
	return v, nil
}

// AppendOption124 appends the content of an option 124. An enterprise whose
// classes do not fit into 255 bytes is ErrLength, and dst comes back as it was.
func AppendOption124(dst []byte, list ...VendorClass) ([]byte, error) {
	out := dst
	for _, v := range list {
		size := 0
		for _, data := range v.Data {
			size += 1 + len(data)
		}
		if size > maxValue {
			return dst, problem(0, ErrLength, "more than 255 bytes for one enterprise")
		}
		out = append(binary.BigEndian.AppendUint32(out, v.Enterprise), byte(size))
		for _, data := range v.Data {
			out = append(append(out, byte(len(data))), data...)
		}
	}
	return out, nil
}

// AppendOption16 appends the content of a DHCPv6 option 16. More than 65535
// bytes are ErrLength, and dst comes back as it was.
func AppendOption16(dst []byte, v VendorClass) ([]byte, error) {
	size := header
	for _, data := range v.Data {
		size += 2 + len(data)
	}
	if size > MaxLength {
		return dst, problem(0, ErrLength, "more than 65535 bytes")
	}
	dst = binary.BigEndian.AppendUint32(dst, v.Enterprise)
	for _, data := range v.Data {
		dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(data))), data...)
	}
	return dst, nil
}
