package rpc

// NOTE: software modules (TR-069 A.4.1.10, A.4.2.3, A.4.2.4). Their lists are bare
// repeated elements without an array around them.

// An OperationType is what an Operation does: the xsi:type under which it travels.
type OperationType string

// The operations of ChangeDUState.
const (
	OperationInstall   OperationType = "InstallOpStruct"
	OperationUpdate    OperationType = "UpdateOpStruct"
	OperationUninstall OperationType = "UninstallOpStruct"
)

// An Operation installs, updates or uninstalls a deployment unit. Which of its
// fields the schema knows, Type says; empty ones are left out where it allows. A
// field that it does not know for the type is written behind the others, unless it
// is empty: nothing is lost, and the message is not valid any more.
type Operation struct {
	Type            OperationType
	URL             string // Install (mandatory), Update; at most 1024 characters
	UUID            string // all; mandatory for Uninstall
	Version         string // Update, Uninstall; at most 32 characters
	Username        string // Install, Update; at most 256 characters
	Password        string // as Username
	ExecutionEnvRef string // Install, Uninstall; at most 256 characters
}

// Fields lists the fields of InstallOpStruct, UpdateOpStruct or UninstallOpStruct.
func (o *Operation) Fields(c *Codec) {
	switch {
	case o.Type == OperationInstall:
		c.String("URL", &o.URL, 1024)
		c.OptString("UUID", &o.UUID, 0)
		o.login(c)
		c.OptString("ExecutionEnvRef", &o.ExecutionEnvRef, 256)
		c.beyond = true
		c.OptString("Version", &o.Version, 32)
	case o.Type == OperationUninstall:
		c.String("UUID", &o.UUID, 0)
		c.OptString("Version", &o.Version, 32)
		c.OptString("ExecutionEnvRef", &o.ExecutionEnvRef, 256)
		c.beyond = true
		c.OptString("URL", &o.URL, 1024)
		o.login(c)
	default: // Update, where everything is optional, and a type that the schema has not
		c.OptString("UUID", &o.UUID, 0)
		c.OptString("Version", &o.Version, 32)
		c.OptString("URL", &o.URL, 1024)
		o.login(c)
		c.beyond = true
		c.OptString("ExecutionEnvRef", &o.ExecutionEnvRef, 256)
	}
}

func (o *Operation) login(c *Codec) {
	c.OptString("Username", &o.Username, 256)
	c.OptString("Password", &o.Password, 256)
}

// xsiType is where repeatedTyped finds the operation's type.
func (o *Operation) xsiType() *string { return (*string)(&o.Type) }

func (*Operation) xsiTypes() []string {
	return []string{string(OperationInstall), string(OperationUpdate), string(OperationUninstall)}
}

// ChangeDUState changes deployment units. See TR-069 A.4.1.10.
type ChangeDUState struct {
	Operations []Operation // 1 or more; a CPE takes 16 at least
	CommandKey string      // comes back in DUStateChangeComplete; at most 32 characters
}

// Method returns "ChangeDUState".
func (*ChangeDUState) Method() string { return "ChangeDUState" }

// NewResponse returns a new ChangeDUStateResponse.
func (*ChangeDUState) NewResponse() *ChangeDUStateResponse { return new(ChangeDUStateResponse) }

// Fields lists the arguments.
func (m *ChangeDUState) Fields(c *Codec) {
	repeatedTyped(c, "Operations", &m.Operations)
	c.OptString("CommandKey", &m.CommandKey, 32)
}

// ChangeDUStateResponse accepts the operations.
type ChangeDUStateResponse struct{}

// Method returns "ChangeDUStateResponse".
func (*ChangeDUStateResponse) Method() string { return "ChangeDUStateResponse" }

// Fields lists nothing: there is no result.
func (*ChangeDUStateResponse) Fields(*Codec) {}

// The values of OpResult.CurrentState.
const (
	DUInstalled   = "Installed"
	DUUninstalled = "Uninstalled"
	DUFailed      = "Failed"
)

// An OpResult is what became of one operation (OpResultStruct).
type OpResult struct {
	UUID                 string
	DeploymentUnitRef    string // path of the deployment unit
	Version              string // at most 32 characters
	CurrentState         string // DUInstalled, DUUninstalled or DUFailed
	Resolved             bool   // all dependencies are there
	ExecutionUnitRefList string // paths, separated by commas
	StartTime            DateTime
	CompleteTime         DateTime
	Fault                DUFault
}

// Fields lists the fields of OpResultStruct.
func (r *OpResult) Fields(c *Codec) {
	c.String("UUID", &r.UUID, 0)
	c.String("DeploymentUnitRef", &r.DeploymentUnitRef, 0)
	c.String("Version", &r.Version, 32)
	c.String("CurrentState", &r.CurrentState, 0)
	c.Bool("Resolved", &r.Resolved)
	c.String("ExecutionUnitRefList", &r.ExecutionUnitRefList, 0)
	c.Time("StartTime", &r.StartTime)
	c.Time("CompleteTime", &r.CompleteTime)
	c.Struct("Fault", &r.Fault)
}

// A DUFault is the outcome of an operation (DeploymentUnitFaultStruct).
type DUFault struct {
	FaultCode   FaultCode // 0 for success
	FaultString string    // empty is left out
}

// Fields lists the fields of DeploymentUnitFaultStruct.
func (f *DUFault) Fields(c *Codec) {
	c.Uint("FaultCode", (*uint32)(&f.FaultCode))
	c.OptString("FaultString", &f.FaultString, 0)
}

// DUStateChangeComplete reports the operations of a ChangeDUState. See TR-069
// A.4.2.3.
type DUStateChangeComplete struct {
	Results    []OpResult // in the order of the operations
	CommandKey string     // at most 32 characters
}

// Method returns "DUStateChangeComplete".
func (*DUStateChangeComplete) Method() string { return "DUStateChangeComplete" }

// NewResponse returns a new DUStateChangeCompleteResponse.
func (*DUStateChangeComplete) NewResponse() *DUStateChangeCompleteResponse {
	return new(DUStateChangeCompleteResponse)
}

// Fields lists the arguments.
func (m *DUStateChangeComplete) Fields(c *Codec) {
	Repeated(c, "Results", &m.Results)
	c.OptString("CommandKey", &m.CommandKey, 32)
}

// DUStateChangeCompleteResponse confirms that the ACS has taken note.
type DUStateChangeCompleteResponse struct{}

// Method returns "DUStateChangeCompleteResponse".
func (*DUStateChangeCompleteResponse) Method() string { return "DUStateChangeCompleteResponse" }

// Fields lists nothing: there is no result.
func (*DUStateChangeCompleteResponse) Fields(*Codec) {}

// An AutonOpResult is what became of an operation that the ACS did not ask for
// (AutonOpResultStruct).
type AutonOpResult struct {
	OpResult
	OperationPerformed string // "Install", "Update", "Uninstall" or a vendor's
}

// Fields lists the fields of AutonOpResultStruct.
func (r *AutonOpResult) Fields(c *Codec) {
	r.OpResult.Fields(c)
	c.String("OperationPerformed", &r.OperationPerformed, 0)
}

// AutonomousDUStateChangeComplete reports changes that the ACS did not ask for. See
// TR-069 A.4.2.4.
type AutonomousDUStateChangeComplete struct {
	Results []AutonOpResult
}

// Method returns "AutonomousDUStateChangeComplete".
func (*AutonomousDUStateChangeComplete) Method() string { return "AutonomousDUStateChangeComplete" }

// NewResponse returns a new AutonomousDUStateChangeCompleteResponse.
func (*AutonomousDUStateChangeComplete) NewResponse() *AutonomousDUStateChangeCompleteResponse {
	return new(AutonomousDUStateChangeCompleteResponse)
}

// Fields lists the argument.
func (m *AutonomousDUStateChangeComplete) Fields(c *Codec) { Repeated(c, "Results", &m.Results) }

// AutonomousDUStateChangeCompleteResponse confirms that the ACS has taken note.
type AutonomousDUStateChangeCompleteResponse struct{}

// Method returns "AutonomousDUStateChangeCompleteResponse".
func (*AutonomousDUStateChangeCompleteResponse) Method() string {
	return "AutonomousDUStateChangeCompleteResponse"
}

// Fields lists nothing: there is no result.
func (*AutonomousDUStateChangeCompleteResponse) Fields(*Codec) {}
