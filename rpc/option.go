package rpc

// NOTE: vouchers, options and Kicked, all deprecated in Amendment 6 and all still
// met (TR-069 A.4.1.3, A.4.1.4, A.4.2.1).

// SetVouchers installs signed vouchers. See TR-069 A.4.1.3.
type SetVouchers struct {
	VoucherList [][]byte // at least one; base64 on the wire
}

// Method returns "SetVouchers".
func (*SetVouchers) Method() string { return "SetVouchers" }

// NewResponse returns a new SetVouchersResponse.
func (*SetVouchers) NewResponse() *SetVouchersResponse { return new(SetVouchersResponse) }

// Fields lists the argument.
func (m *SetVouchers) Fields(c *Codec) {
	c.items(1, 0)
	c.Base64s("VoucherList", &m.VoucherList)
}

// SetVouchersResponse accepts every voucher.
type SetVouchersResponse struct{}

// Method returns "SetVouchersResponse".
func (*SetVouchersResponse) Method() string { return "SetVouchersResponse" }

// Fields lists nothing: there is no result.
func (*SetVouchersResponse) Fields(*Codec) {}

// GetOptions lists the options that vouchers have set. See TR-069 A.4.1.4.
type GetOptions struct {
	OptionName string // empty for all; at most 64 characters
}

// Method returns "GetOptions".
func (*GetOptions) Method() string { return "GetOptions" }

// NewResponse returns a new GetOptionsResponse.
func (*GetOptions) NewResponse() *GetOptionsResponse { return new(GetOptionsResponse) }

// Fields lists the argument.
func (m *GetOptions) Fields(c *Codec) { c.String("OptionName", &m.OptionName, 64) }

// GetOptionsResponse lists them.
type GetOptionsResponse struct {
	OptionList []Option
}

// Method returns "GetOptionsResponse".
func (*GetOptionsResponse) Method() string { return "GetOptionsResponse" }

// Fields lists the result.
func (m *GetOptionsResponse) Fields(c *Codec) { List(c, "OptionList", "OptionStruct", &m.OptionList) }

// An Option is one that a voucher has set (OptionStruct).
type Option struct {
	OptionName     string // at most 64 characters
	VoucherSN      uint32
	State          uint32 // bit 0: enabled, bit 1: set up
	Mode           int32  // 0 disabled, 1 enabled until ExpirationDate, 2 enabled
	StartDate      DateTime
	ExpirationDate DateTime // empty is left out
	IsTransferable int32    // 0 or 1
}

// Fields lists the fields of OptionStruct.
func (o *Option) Fields(c *Codec) {
	c.String("OptionName", &o.OptionName, 64)
	c.Uint("VoucherSN", &o.VoucherSN)
	c.Uint("State", &o.State)
	c.Int("Mode", &o.Mode)
	c.Time("StartDate", &o.StartDate)
	c.OptTime("ExpirationDate", &o.ExpirationDate)
	c.Int("IsTransferable", &o.IsTransferable)
}

// Kicked tells the ACS that a user was sent to the CPE's kick URL. See TR-069
// A.4.2.1 and Annex D.
type Kicked struct {
	Command string // at most 32 characters
	Referer string // at most 64 characters
	Arg     string // at most 256 characters
	Next    string // URL to go on to; at most 1024 characters
}

// Method returns "Kicked".
func (*Kicked) Method() string { return "Kicked" }

// NewResponse returns a new KickedResponse.
func (*Kicked) NewResponse() *KickedResponse { return new(KickedResponse) }

// Fields lists the arguments.
func (m *Kicked) Fields(c *Codec) {
	c.String("Command", &m.Command, 32)
	c.String("Referer", &m.Referer, 64)
	c.String("Arg", &m.Arg, 256)
	c.String("Next", &m.Next, 1024)
}

// KickedResponse says where the user goes on to.
type KickedResponse struct {
	NextURL string // at most 1024 characters
}

// Method returns "KickedResponse".
func (*KickedResponse) Method() string { return "KickedResponse" }

// Fields lists the result.
func (m *KickedResponse) Fields(c *Codec) { c.String("NextURL", &m.NextURL, 1024) }
