package rpc

// NOTE: the third direction of a Codec. With plan set, a message's Fields method
// writes down its own list: every field is offered with no child at hand, as at the
// end of an element (see complete), and the methods of Codec note what they are.
// Nothing else is needed to say what a message is made of, a vendor's included.

// A FieldKind is what an element holds: a text of some type, or other elements.
type FieldKind uint8

// The kinds of fields, with the method of [Codec] that each comes from.
const (
	FieldString FieldKind = iota // xs:string: String, OptString and Strings
	FieldBool                    // xs:boolean: Bool
	FieldInt                     // xs:int: Int
	FieldUint                    // xs:unsignedInt: Uint
	FieldTime                    // xs:dateTime: Time and OptTime
	FieldValue                   // xs:anySimpleType with an xsi:type: Value
	FieldBase64                  // SOAP's base64: Base64s
	FieldStruct                  // elements: Struct, Qualified, List and Repeated
)

// kindNames are the schema's names of the types.
var kindNames = [...]string{"string", "boolean", "int", "unsignedInt", "dateTime", "anySimpleType", "base64", "struct"}

// String returns the schema's name of the type, "string" or "unsignedInt", and
// "struct" for elements.
func (k FieldKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// A Field describes one element of a message or of a struct: see [Describe].
type Field struct {
	// Name is the element's.
	Name string
	// Kind is what the element holds, or what each item does of an array or of a
	// repeated element.
	Kind FieldKind
	// Max is the greatest number of characters of a string, 0 for any.
	Max int
	// Least is what a smaller number is written as, 0 for itself: MaxEnvelopes has one
	// value only.
	Least uint32
	// LeastItems and MostItems are how many items the schema lets an array have, 0 for
	// any.
	LeastItems, MostItems int32
	// Item is the name that the items of a SOAP-encoded array have: "string",
	// "EventStruct". It is empty for everything but an array. For structs it is the
	// name of their type too.
	Item string
	// Type is the schema's name of a struct's type, as "DeviceIdStruct"; it is empty
	// where this package does not know one.
	Type string

	// Optional: the schema lets the element be absent.
	Optional bool
	// Many: the element stands once for each item, without an array around it.
	Many bool
	// Qualified: the element is in the CWMP namespace. All others are in none.
	Qualified bool
	// Once: the element names somebody. A second one is an error; see [Codec.Once].
	Once bool
	// Beyond: the schema does not have the element here; it is not lost where it
	// stands all the same.
	Beyond bool

	// Fields are those of a struct, in the schema's order.
	Fields []Field
	// Variants are the structs that an element may be, by its xsi:type; Fields is
	// for a type that is not among them. Mostly there are none.
	Variants []Variant
}

// A Variant is one of the structs that an element may be.
type Variant struct {
	Type   string  // the local name in the xsi:type, "InstallOpStruct"
	Fields []Field // in the schema's order
}

// FieldsFor gives the fields of a struct whose xsi:type is typ, with a prefix or
// without: a variant's, or else Fields.
func (f *Field) FieldsFor(typ string) []Field {
	_, local, _ := cutPrefix(typ)
	for i := range f.Variants {
		if f.Variants[i].Type == local {
			return f.Variants[i].Fields
		}
	}
	return f.Fields
}

// Describe gives the fields of a message or a struct, in the schema's order: what
// its Fields method says of them. What f holds does not matter, but for structs
// that list by it. Structs are followed eight deep, as a vendor's may hold
// themselves; those of the standard end after three.
func Describe(f Fielder) []Field { return new(Codec).fieldsOf(f) }

// fieldsOf describes a struct inside of the one at hand.
func (c *Codec) fieldsOf(f Fielder) []Field {
	if c.deep == maxDeep {
		return nil
	}
	var list []Field
	f.Fields(&Codec{plan: &list, deep: c.deep + 1, probe: describing, hit: true})
	return list
}

// describe notes the field that was offered last, of which at has left the kind.
func (c *Codec) describe(name string, kind FieldKind, max int) *Field {
	*c.plan = append(*c.plan, Field{
		Name: name, Kind: kind, Max: max, Once: c.once, Beyond: c.beyond,
		Optional: c.kind&optional != 0, Many: c.kind&many != 0,
		LeastItems: c.bounds.least, MostItems: c.bounds.most,
	})
	c.kind, c.bounds = 0, bounds{}
	return &(*c.plan)[len(*c.plan)-1]
}

// describeStruct is describe for what holds f's fields.
func (c *Codec) describeStruct(name string, f Fielder) *Field {
	d := c.describe(name, FieldStruct, 0)
	d.Type, d.Fields = structType(f), c.fieldsOf(f)
	return d
}

// variants describes each struct that a T may be.
func variants[T any, P interface {
	*T
	Fielder
	typed
}](c *Codec) (all []Variant) {
	for _, typ := range P(new(T)).xsiTypes() {
		item := P(new(T))
		*item.xsiType() = typ
		all = append(all, Variant{Type: typ, Fields: c.fieldsOf(item)})
	}
	return all
}
