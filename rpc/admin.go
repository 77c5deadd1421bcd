package rpc

// GetRPCMethods asks the other end which requests it accepts. It is the one RPC
// that both ends call. See TR-069 A.3.1.1.
type GetRPCMethods struct{}

// Method returns "GetRPCMethods".
func (*GetRPCMethods) Method() string { return "GetRPCMethods" }

// NewResponse returns a new GetRPCMethodsResponse.
func (*GetRPCMethods) NewResponse() *GetRPCMethodsResponse { return new(GetRPCMethodsResponse) }

// Fields lists nothing: there are no arguments.
func (*GetRPCMethods) Fields(*Codec) {}

// GetRPCMethodsResponse lists request names; a receiver ignores unknown ones.
type GetRPCMethodsResponse struct {
	MethodList []string // each at most 64 characters
}

// Method returns "GetRPCMethodsResponse".
func (*GetRPCMethodsResponse) Method() string { return "GetRPCMethodsResponse" }

// Fields lists the result.
func (m *GetRPCMethodsResponse) Fields(c *Codec) {
	c.items(1, 0)
	c.Strings("MethodList", &m.MethodList, 64)
}

// Reboot restarts the CPE, after the session has ended. See TR-069 A.3.2.9.
type Reboot struct {
	CommandKey string // comes back with the event "M Reboot"; at most 32 characters
}

// Method returns "Reboot".
func (*Reboot) Method() string { return "Reboot" }

// NewResponse returns a new RebootResponse.
func (*Reboot) NewResponse() *RebootResponse { return new(RebootResponse) }

// Fields lists the argument.
func (m *Reboot) Fields(c *Codec) { c.String("CommandKey", &m.CommandKey, 32) }

// RebootResponse promises the reboot.
type RebootResponse struct{}

// Method returns "RebootResponse".
func (*RebootResponse) Method() string { return "RebootResponse" }

// Fields lists nothing: there is no result.
func (*RebootResponse) Fields(*Codec) {}

// ScheduleInform makes the CPE send an Inform later on. See TR-069 A.4.1.2.
type ScheduleInform struct {
	DelaySeconds uint32 // from the receipt of the request, 1 or more
	CommandKey   string // comes back with the event "M ScheduleInform"; at most 32 characters
}

// Method returns "ScheduleInform".
func (*ScheduleInform) Method() string { return "ScheduleInform" }

// NewResponse returns a new ScheduleInformResponse.
func (*ScheduleInform) NewResponse() *ScheduleInformResponse { return new(ScheduleInformResponse) }

// Fields lists the arguments.
func (m *ScheduleInform) Fields(c *Codec) {
	c.Uint("DelaySeconds", &m.DelaySeconds)
	c.String("CommandKey", &m.CommandKey, 32)
}

// ScheduleInformResponse accepts the schedule.
type ScheduleInformResponse struct{}

// Method returns "ScheduleInformResponse".
func (*ScheduleInformResponse) Method() string { return "ScheduleInformResponse" }

// Fields lists nothing: there is no result.
func (*ScheduleInformResponse) Fields(*Codec) {}

// FactoryReset restores the factory's state, after the session has ended. See
// TR-069 A.4.1.6.
type FactoryReset struct{}

// Method returns "FactoryReset".
func (*FactoryReset) Method() string { return "FactoryReset" }

// NewResponse returns a new FactoryResetResponse.
func (*FactoryReset) NewResponse() *FactoryResetResponse { return new(FactoryResetResponse) }

// Fields lists nothing: there are no arguments.
func (*FactoryReset) Fields(*Codec) {}

// FactoryResetResponse promises the reset.
type FactoryResetResponse struct{}

// Method returns "FactoryResetResponse".
func (*FactoryResetResponse) Method() string { return "FactoryResetResponse" }

// Fields lists nothing: there is no result.
func (*FactoryResetResponse) Fields(*Codec) {}
