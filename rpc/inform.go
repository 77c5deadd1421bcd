package rpc

// Inform opens every session: who calls, why, and the parameters that always go
// along. See TR-069 A.3.3.1.
type Inform struct {
	DeviceID      DeviceID
	Event         []Event // at most 64
	MaxEnvelopes  uint32  // 0 is written as 1, the only value since CWMP 1.0; what was received is ignored
	CurrentTime   DateTime
	RetryCount    uint32 // earlier attempts to deliver this session
	ParameterList []ParameterValue
}

// Method returns "Inform".
func (*Inform) Method() string { return "Inform" }

// NewResponse returns a new InformResponse.
func (*Inform) NewResponse() *InformResponse { return new(InformResponse) }

// Fields lists the arguments.
func (m *Inform) Fields(c *Codec) {
	c.once = true // two DeviceIds are two identities
	c.Struct("DeviceId", &m.DeviceID)
	c.once = false
	c.items(0, maxEvents)
	List(c, "Event", "EventStruct", &m.Event)
	maxEnvelopes(c, &m.MaxEnvelopes)
	c.Time("CurrentTime", &m.CurrentTime)
	c.Uint("RetryCount", &m.RetryCount)
	List(c, "ParameterList", "ParameterValueStruct", &m.ParameterList)
}

// Has reports whether the Inform carries the event.
func (m *Inform) Has(code EventCode) bool {
	for _, e := range m.Event {
		if e.EventCode == code {
			return true
		}
	}
	return false
}

// InformResponse accepts the session. See TR-069 A.3.3.1.
type InformResponse struct {
	MaxEnvelopes uint32 // 0 is written as 1
}

// Method returns "InformResponse".
func (*InformResponse) Method() string { return "InformResponse" }

// Fields lists the result.
func (m *InformResponse) Fields(c *Codec) { maxEnvelopes(c, &m.MaxEnvelopes) }

// maxEnvelopes is always sent as 1, whatever the caller left in it; what comes
// in is kept as it is.
func maxEnvelopes(c *Codec, p *uint32) {
	one := uint32(1)
	if c.Encoding() && *p == 0 {
		p = &one
	}
	c.Uint("MaxEnvelopes", p)
	if c.plan != nil {
		(*c.plan)[len(*c.plan)-1].Least = one
	}
}

// A DeviceID names a device (DeviceIdStruct). OUI and SerialNumber, or OUI,
// ProductClass and SerialNumber, are unique.
type DeviceID struct {
	Manufacturer string // at most 64 characters
	OUI          string // six upper-case hexadecimal digits
	ProductClass string // at most 64 characters
	SerialNumber string // at most 64 characters
}

// Fields lists the fields of DeviceIdStruct. Each may stand once only, at every
// level of leniency.
func (d *DeviceID) Fields(c *Codec) {
	c.Once()
	c.String("Manufacturer", &d.Manufacturer, 64)
	c.String("OUI", &d.OUI, 6)
	c.String("ProductClass", &d.ProductClass, 64)
	c.String("SerialNumber", &d.SerialNumber, 64)
}
