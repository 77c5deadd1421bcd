package rpc

// AddObject makes an instance of a table's object. See TR-069 A.3.2.6.
type AddObject struct {
	ObjectName   string // the table's path, which ends in a dot; at most 256 characters
	ParameterKey string // at most 32 characters
}

// Method returns "AddObject".
func (*AddObject) Method() string { return "AddObject" }

// NewResponse returns a new AddObjectResponse.
func (*AddObject) NewResponse() *AddObjectResponse { return new(AddObjectResponse) }

// Fields lists the arguments.
func (m *AddObject) Fields(c *Codec) {
	c.String("ObjectName", &m.ObjectName, 256)
	c.String("ParameterKey", &m.ParameterKey, 32)
}

// AddObjectResponse names the new instance.
type AddObjectResponse struct {
	InstanceNumber uint32 // 1 or more
	Status         SetStatus
}

// Method returns "AddObjectResponse".
func (*AddObjectResponse) Method() string { return "AddObjectResponse" }

// Fields lists the results.
func (m *AddObjectResponse) Fields(c *Codec) {
	c.Uint("InstanceNumber", &m.InstanceNumber)
	c.Int("Status", (*int32)(&m.Status))
}

// DeleteObject removes an instance and all below it. See TR-069 A.3.2.7.
type DeleteObject struct {
	ObjectName   string // the instance's path, which ends in a dot; at most 256 characters
	ParameterKey string // at most 32 characters
}

// Method returns "DeleteObject".
func (*DeleteObject) Method() string { return "DeleteObject" }

// NewResponse returns a new DeleteObjectResponse.
func (*DeleteObject) NewResponse() *DeleteObjectResponse { return new(DeleteObjectResponse) }

// Fields lists the arguments.
func (m *DeleteObject) Fields(c *Codec) {
	c.String("ObjectName", &m.ObjectName, 256)
	c.String("ParameterKey", &m.ParameterKey, 32)
}

// DeleteObjectResponse says whether the removal is in force.
type DeleteObjectResponse struct {
	Status SetStatus
}

// Method returns "DeleteObjectResponse".
func (*DeleteObjectResponse) Method() string { return "DeleteObjectResponse" }

// Fields lists the result.
func (m *DeleteObjectResponse) Fields(c *Codec) { c.Int("Status", (*int32)(&m.Status)) }
