// Package msgjson is the JSON form of CWMP messages in which the example programs
// show them and take them: examples/decode writes a message that lies in a file,
// examples/acs the answers of a device and reads the requests to make of it. It is a
// package of its own so that what one writes the other reads, and it is internal
// because the form belongs to those programs' command lines: package rpc has no
// opinion on JSON, and a library that had one would have to keep it.
//
// A message has the specification's element names: a struct is an object, an array or
// a repeated element a JSON array, an integer a number, a boolean true or false, all
// else a string with the text as it stood. A number or a boolean that does not parse
// is its raw text. A parameter's value has its raw xsi:type beside it:
//
//	{"ParameterList":[{"Name":"Device.X","Type":"xsd:string","Value":"v"}],"ParameterKey":""}
//
// Type is left out when there is none. Text that is not UTF-8 is in base64, under the
// name with a small first letter and Base64 behind it (valueBase64), and as
// {"base64":"..."} in an array. A member is there if the element was there, and they
// stand in the specification's order, for which encoding/json has no way: a map's
// keys it sorts, and there is no Go type of all messages. So [Object] puts objects
// together by hand.
//
// [Read] takes the same form. Members may come in any order; one that is unknown, or
// given twice, is an error that names its place; what is left out is empty. It
// promises nothing of the texts: that a number is one, or a name short enough, the
// encoder checks.
package msgjson
